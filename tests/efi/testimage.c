/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EFI images, signatures and key databases for tests. */
#include "tests/efi/testimage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

enum { PE_AT = 0x80, ALIGN = 0x200, HEADERS = 0x600, PAGE = 0x1000 };

/* --- Images --- */

void testimage_put16(struct buf *image, size_t at, unsigned value)
{
	ck_assert(at + 2 <= image->len);
	image->data[at] = (char)value;
	image->data[at + 1] = (char)(value >> 8);
}

void testimage_put32(struct buf *image, size_t at, uint32_t value)
{
	testimage_put16(image, at, value & 0xffff);
	testimage_put16(image, at + 2, value >> 16);
}

uint32_t testimage_get32(const struct buf *image, size_t at)
{
	const uint8_t *p = (const uint8_t *)image->data + at;

	ck_assert(at + 4 <= image->len);
	return (uint32_t)(p[0] | p[1] << 8 | p[2] << 16) | (uint32_t)p[3] << 24;
}

size_t testimage_coff(const struct buf *image)
{
	return testimage_get32(image, 0x3c) + 4;
}

size_t testimage_optional(const struct buf *image)
{
	return testimage_coff(image) + 20;
}

static bool is_plus(const struct buf *image)
{
	return (testimage_get32(image, testimage_optional(image)) & 0xffff) == 0x20b;
}

size_t testimage_directory(const struct buf *image)
{
	return testimage_optional(image) + (is_plus(image) ? 112 : 96) + 4 * 8;
}

size_t testimage_section(const struct buf *image, unsigned i)
{
	return testimage_optional(image) +
	       (testimage_get32(image, testimage_coff(image) + 16) & 0xffff) + 40 * i;
}

static void zeros(struct buf *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addc(out, 0);
}

static void add_section(struct buf *out, unsigned i, const struct testimage_section *s)
{
	size_t header = testimage_section(out, i), before = out->len;

	memcpy(out->data + header, s->name, strnlen(s->name, 8));
	testimage_put32(out, header + 8, (uint32_t)s->size);
	testimage_put32(out, header + 12, PAGE * (1 + 16 * i));
	testimage_put32(out, header + 16, (uint32_t)((s->size + ALIGN - 1) / ALIGN * ALIGN));
	testimage_put32(out, header + 20, (uint32_t)before);
	testimage_put32(out, header + 36, 0x40000040);
	if (s->data)
		buf_add(out, s->data, s->size);
	else
		zeros(out, s->size);
	zeros(out, -(out->len - before) % ALIGN);
}

void testimage_build(struct buf *out, bool plus, const struct testimage_section *sections,
		     size_t count)
{
	const struct testimage_section text = {".text", NULL, 700};
	unsigned optional_size = plus ? 240 : 224;
	size_t optional = PE_AT + 24;

	buf_clear(out);
	zeros(out, HEADERS);
	memcpy(out->data, "MZ", 2);
	testimage_put32(out, 0x3c, PE_AT);
	memcpy(out->data + PE_AT, "PE", 2);
	testimage_put16(out, PE_AT + 4, plus ? 0x8664 : 0x14c);
	testimage_put16(out, PE_AT + 6, (unsigned)count + 1);
	testimage_put16(out, PE_AT + 20, optional_size);
	testimage_put16(out, optional, plus ? 0x20b : 0x10b);
	testimage_put32(out, optional + 16, PAGE + 16);
	testimage_put32(out, optional + 32, PAGE);
	testimage_put32(out, optional + 36, ALIGN);
	testimage_put32(out, optional + 56, PAGE * (uint32_t)(2 + 16 * (count + 1)));
	testimage_put32(out, optional + 60, HEADERS);
	testimage_put32(out, optional + 64, 0x12345678);
	testimage_put16(out, optional + 68, 10); /* an application of UEFI */
	testimage_put32(out, optional + (plus ? 108 : 92), 16);
	add_section(out, 0, &text);
	for (size_t i = 0; i < count; i++)
		add_section(out, (unsigned)i + 1, &sections[i]);
}

/* --- Signatures --- */

/* Images of this file lie in order, so the digest is of three runs without the two fields. */
size_t testimage_digest(const struct buf *image, const char *md, uint8_t out[static 64])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t checksum = testimage_optional(image) + 64, directory = testimage_directory(image);
	size_t end = testimage_get32(image, directory + 4) ? testimage_get32(image, directory)
							   : image->len;
	unsigned size;

	ck_assert(EVP_DigestInit_ex(context, EVP_get_digestbyname(md), NULL) == 1);
	EVP_DigestUpdate(context, image->data, checksum);
	EVP_DigestUpdate(context, image->data + checksum + 4, directory - checksum - 4);
	EVP_DigestUpdate(context, image->data + directory + 8, end - directory - 8);
	EVP_DigestFinal_ex(context, out, &size);
	EVP_MD_CTX_free(context);
	return size;
}

static void der(struct buf *out, uint8_t tag, const void *data, size_t size)
{
	ck_assert_uint_lt(size, 0x80);
	buf_addc(out, (char)tag);
	buf_addc(out, (char)size);
	buf_add(out, data, size);
}

/* SpcIndirectDataContent: SpcPeImageData without a link, and the digest. */
static void spc(struct buf *out, const struct buf *image, const struct testimage_signature *how,
		const char *md)
{
	static const uint8_t pe_data[] = {0x30, 0x17, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01,
					  0x82, 0x37, 0x02, 0x01, 0x0f, 0x30, 0x09, 0x03, 0x01,
					  0x00, 0xa0, 0x04, 0xa2, 0x02, 0x80, 0x00};
	own_buf struct buf digest_info = {0}, inside = {0};
	X509_ALGOR *x = X509_ALGOR_new();
	unsigned char *algo_der = NULL;
	uint8_t digest[64];
	size_t size = testimage_digest(image, md, digest);
	int algo_size;

	if (how->break_digest)
		digest[0] ^= 1;
	X509_ALGOR_set_md(x, EVP_get_digestbyname(md));
	algo_size = i2d_X509_ALGOR(x, &algo_der);
	buf_add(&digest_info, algo_der, (size_t)algo_size);
	der(&digest_info, 0x04, digest, size);
	buf_add(&inside, pe_data, sizeof(pe_data));
	der(&inside, 0x30, digest_info.data, digest_info.len);
	if (inside.len < 0x80) {
		der(out, 0x30, inside.data, inside.len);
	} else {
		buf_addc(out, 0x30);
		buf_addc(out, (char)0x81);
		buf_addc(out, (char)inside.len);
		buf_add(out, inside.data, inside.len);
	}
	OPENSSL_free(algo_der);
	X509_ALGOR_free(x);
}

static ASN1_INTEGER *tsa_serial(TS_RESP_CTX *context, void *data)
{
	ASN1_INTEGER *serial = ASN1_INTEGER_new();

	(void)context;
	(void)data;
	ASN1_INTEGER_set(serial, 7);
	return serial;
}

static int tsa_time(TS_RESP_CTX *context, void *data, long *sec, long *usec)
{
	(void)context;
	*sec = (long)*(const time_t *)data;
	*usec = 0;
	return 1;
}

/* Asks an authority of our own for a time stamp over the signature. */
static PKCS7 *stamp(const ASN1_OCTET_STRING *signature, const struct testimage_signature *how)
{
	TS_RESP_CTX *context = TS_RESP_CTX_new();
	TS_REQ *request = TS_REQ_new();
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algo = X509_ALGOR_new();
	ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4", 1);
	BIO *bio = BIO_new(BIO_s_mem());
	unsigned char digest[32];
	TS_RESP *response;
	PKCS7 *token;

	EVP_Digest(signature->data, (size_t)signature->length, digest, NULL, EVP_sha256(), NULL);
	X509_ALGOR_set_md(algo, EVP_sha256());
	TS_MSG_IMPRINT_set_algo(imprint, algo);
	TS_MSG_IMPRINT_set_msg(imprint, digest, sizeof(digest));
	TS_REQ_set_version(request, 1);
	TS_REQ_set_msg_imprint(request, imprint);
	TS_REQ_set_cert_req(request, 1);
	ck_assert(i2d_TS_REQ_bio(bio, request) == 1);
	ck_assert(TS_RESP_CTX_set_signer_cert(context, how->tsa_cert) == 1);
	TS_RESP_CTX_set_signer_key(context, how->tsa_key);
	TS_RESP_CTX_set_def_policy(context, policy);
	TS_RESP_CTX_set_signer_digest(context, EVP_sha256());
	TS_RESP_CTX_add_md(context, EVP_sha256());
	TS_RESP_CTX_set_serial_cb(context, tsa_serial, NULL);
	TS_RESP_CTX_set_time_cb(context, tsa_time, (void *)&how->stamped_at);
	response = TS_RESP_create_response(context, bio);
	ck_assert_ptr_nonnull(response);
	ck_assert_ptr_nonnull(TS_RESP_get_token(response));
	token = PKCS7_dup(TS_RESP_get_token(response));
	TS_RESP_free(response);
	BIO_free(bio);
	ASN1_OBJECT_free(policy);
	X509_ALGOR_free(algo);
	TS_MSG_IMPRINT_free(imprint);
	TS_REQ_free(request);
	TS_RESP_CTX_free(context);
	return token;
}

static void add_stamp(PKCS7_SIGNER_INFO *info, const struct testimage_signature *how)
{
	static const char oid[] = "1.3.6.1.4.1.311.3.3.1";
	PKCS7 *token = stamp(info->enc_digest, how);
	ASN1_STRING *string = ASN1_STRING_type_new(V_ASN1_SEQUENCE);
	int nid = OBJ_txt2nid(oid);
	unsigned char *bytes = NULL;
	int size = i2d_PKCS7(token, &bytes);

	if (nid == NID_undef)
		nid = OBJ_create(oid, "spc-stamp", "spc-stamp");
	ASN1_STRING_set0(string, bytes, size);
	ck_assert(PKCS7_add_attribute(info, nid, V_ASN1_SEQUENCE, string) == 1);
	PKCS7_free(token);
}

/* The content of the message: the indirect data as it is, or plain data. */
static PKCS7 *content_of(const struct buf *data, bool plain)
{
	PKCS7 *content = PKCS7_new();
	ASN1_STRING *string;

	if (plain) {
		PKCS7_set_type(content, NID_pkcs7_data);
		ASN1_STRING_set(content->d.data, data->data, (int)data->len);
		return content;
	}
	string = ASN1_STRING_type_new(V_ASN1_SEQUENCE);
	ASN1_STRING_set(string, data->data, (int)data->len);
	content->type = OBJ_txt2obj("1.3.6.1.4.1.311.2.1.4", 1);
	content->d.other = ASN1_TYPE_new();
	ASN1_TYPE_set(content->d.other, V_ASN1_SEQUENCE, string);
	return content;
}

static PKCS7 *message(const struct buf *image, const struct testimage_signature *how)
{
	const char *md = how->md ? how->md : "sha256";
	own_buf struct buf data = {0};
	PKCS7 *p7 = PKCS7_new();
	PKCS7_SIGNER_INFO *info;
	unsigned char digest[64];
	unsigned size, skip;

	spc(&data, image, how, md);
	skip = (uint8_t)data.data[1] == 0x81 ? 3 : 2;
	PKCS7_set_type(p7, NID_pkcs7_signed);
	PKCS7_set_content(p7, content_of(&data, how->other_content));
	info = PKCS7_add_signature(p7, how->cert, how->key, EVP_get_digestbyname(md));
	ck_assert_ptr_nonnull(info);
	if (!how->without_cert)
		PKCS7_add_certificate(p7, how->cert);
	if (how->extra)
		PKCS7_add_certificate(p7, how->extra);
	EVP_Digest(data.data + skip, data.len - skip, digest, &size, EVP_get_digestbyname(md),
		   NULL);
	PKCS7_add_signed_attribute(info, NID_pkcs9_contentType, V_ASN1_OBJECT,
				   OBJ_txt2obj("1.3.6.1.4.1.311.2.1.4", 1));
	PKCS7_add1_attrib_digest(info, digest, (int)size);
	ck_assert(PKCS7_SIGNER_INFO_sign(info) == 1);
	if (how->break_signature)
		info->enc_digest->data[5] ^= 1;
	if (how->tsa_cert)
		add_stamp(info, how);
	return p7;
}

void testimage_sign(struct buf *image, const struct testimage_signature *how)
{
	static const uint8_t guid[16] = {0x9d, 0xd2, 0xaf, 0x4a, 0xdf, 0x68, 0xee, 0x49,
					 0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7};
	size_t directory = testimage_directory(image), at;
	unsigned char *bytes = NULL;
	PKCS7 *p7;
	int size;

	zeros(image, -image->len % 8);
	p7 = message(image, how);
	size = i2d_PKCS7(p7, &bytes);
	ck_assert_int_gt(size, 0);
	at = image->len;
	if (testimage_get32(image, directory + 4) == 0)
		testimage_put32(image, directory, (uint32_t)at);
	zeros(image, 8);
	testimage_put32(image, at, (uint32_t)size + 8 + (how->as_guid ? 16 : 0));
	testimage_put16(image, at + 4, 0x0200);
	testimage_put16(image, at + 6, how->as_guid ? 0x0ef1 : 0x0002);
	if (how->as_guid)
		buf_add(image, guid, sizeof(guid));
	buf_add(image, bytes, (size_t)size);
	zeros(image, -image->len % 8);
	testimage_put32(image, directory + 4,
			(uint32_t)(image->len - testimage_get32(image, directory)));
	OPENSSL_free(bytes);
	PKCS7_free(p7);
}

/* --- Key databases --- */

static const char *const type_guids[] = {
	[SIGLIST_X509] = "a5c059a1-94e4-4aa7-87b5-ab155c2bf072",
	[SIGLIST_SHA1] = "826ca512-cf10-4ac9-b187-be01496631bd",
	[SIGLIST_SHA256] = "c1c41626-504c-4092-aca9-41f936934328",
	[SIGLIST_SHA384] = "ff3e5307-9fd0-48c9-85f1-8ad56c701e01",
	[SIGLIST_SHA512] = "093e0fae-a6c4-4f50-9f1b-d41e2b89c19a",
	[SIGLIST_X509_SHA256] = "3bd2a492-96c0-4079-b420-fcf98ef103ed",
	[SIGLIST_X509_SHA384] = "7076876e-80c2-4ee6-aad2-28b349a6865b",
	[SIGLIST_X509_SHA512] = "446dbf63-2502-4cda-bcfa-2465d2b0fe9d",
};

void testimage_state_init(struct testimage_state *s, enum secureboot_word word)
{
	*s = (struct testimage_state){.secureboot.word = word};
}

void testimage_state_done(struct testimage_state *s)
{
	for (size_t i = 0; i < SECUREBOOT_DATABASES; i++) {
		siglist_done(&s->secureboot.databases[i].list);
		buf_done(&s->raw[i]);
	}
}

void testimage_state_add(struct testimage_state *s, enum secureboot_database_id id,
			 enum siglist_type type, const void *data, size_t size)
{
	struct secureboot_database *database = &s->secureboot.databases[id];
	struct buf *raw = &s->raw[id];
	size_t at = raw->len;
	struct guid guid;

	if (size) {
		ck_assert(guid_from_text(type_guids[type], &guid));
		buf_add(raw, guid.bytes, sizeof(guid.bytes));
		zeros(raw, 12 + 16);
		buf_add(raw, data, size);
		testimage_put32(raw, at + 16, (uint32_t)(28 + 16 + size));
		testimage_put32(raw, at + 24, (uint32_t)(16 + size));
	}
	siglist_done(&database->list);
	s->variables[id] =
		(struct efistore_variable){.data = (uint8_t *)raw->data, .size = raw->len};
	database->variable = &s->variables[id];
	ck_assert_int_eq(siglist_decode(raw->data, raw->len, &database->list, NULL), 0);
	ck_assert(!database->list.malformed);
}

void testimage_state_cert(struct testimage_state *s, enum secureboot_database_id id, X509 *cert)
{
	unsigned char *bytes = NULL;
	int size = i2d_X509(cert, &bytes);

	ck_assert_int_gt(size, 0);
	testimage_state_add(s, id, SIGLIST_X509, bytes, (size_t)size);
	OPENSSL_free(bytes);
}

void testimage_state_file(struct testimage_state *s, enum secureboot_database_id id,
			  const char *path)
{
	own_buf struct buf file = {0};

	testimage_load(&file, path);
	testimage_state_add(s, id, SIGLIST_X509, file.data, file.len);
}

void testimage_state_sbat(struct testimage_state *s, const char *text)
{
	s->sbat_level = (struct efistore_variable){.data = (uint8_t *)text, .size = strlen(text)};
	s->secureboot.sbat_level = &s->sbat_level;
}

void testimage_load(struct buf *out, const char *path)
{
	FILE *file = fopen(path, "rb");
	char part[65536];
	size_t n;

	ck_assert_msg(file != NULL, "%s", path);
	buf_clear(out);
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		buf_add(out, part, n);
	fclose(file);
	ck_assert(!out->failed);
}
