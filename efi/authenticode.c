/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures of images as edk2 reads them: BaseCryptLib's AuthenticodeVerify(), Pkcs7Verify() and
 * ImageTimestampVerify() (docs/formats/authenticode.md). The messages go through libcrypto's PKCS7, which is what
 * firmware uses too, so that chains are built alike.
 */
#include "efi/authenticode.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include "efi/trustanchor.h"
#include "scanner/digest.h"

/* --- Messages --- */

struct authenticode_message {
	PKCS7 *p7;
	/* The inside of SpcIndirectDataContent, in p7; NULL: it signs something else. */
	const uint8_t *signed_data;
	size_t signed_size;
	STACK_OF(X509) * certs; /* of the signers, in their order; NULL: not all are there */
	struct authenticode_signer *signers;
	size_t count;
	bool intact, too_much;
};

static const struct {
	int nid;
	enum hashalgo_id id;
} nids[] = {
	{NID_sha1, HASHALGO_SHA1},     {NID_sha224, HASHALGO_SHA224}, {NID_sha256, HASHALGO_SHA256},
	{NID_sha384, HASHALGO_SHA384}, {NID_sha512, HASHALGO_SHA512}, {NID_md5, HASHALGO_MD5},
};

static const char *digest_name(const X509_ALGOR *algor)
{
	const ASN1_OBJECT *object = NULL;

	X509_ALGOR_get0(&object, NULL, NULL, algor);
	for (size_t i = 0; object && i < sizeof(nids) / sizeof(nids[0]); i++)
		if (nids[i].nid == OBJ_obj2nid(object))
			return hashalgo_by_id(nids[i].id)->name;
	return "?";
}

/* The inside of the SEQUENCE that is the content. edk2 takes lengths of up to two bytes. */
static void content_decode(struct authenticode_message *m)
{
	static const char indirect_data[] = "1.3.6.1.4.1.311.2.1.4";
	const PKCS7 *content = m->p7->d.sign->contents;
	const ASN1_TYPE *other;
	const unsigned char *at;
	char oid[sizeof(indirect_data) + 1];
	long size;
	int tag, class;

	if (PKCS7_get_detached(m->p7) || OBJ_obj2txt(oid, sizeof(oid), content->type, 1) <= 0 ||
	    strcmp(oid, indirect_data) != 0)
		return;
	other = content->d.other;
	if (!other || other->type != V_ASN1_SEQUENCE || other->value.sequence->length < 2)
		return;
	at = other->value.sequence->data;
	if (at[1] == 0x80 || at[1] > 0x82 ||
	    ASN1_get_object(&at, &size, &tag, &class, other->value.sequence->length) & 0x81)
		return;
	m->signed_data = at;
	m->signed_size = (size_t)size;
}

/* Certificates have 20 bytes of it; what is longer than any is not told. */
enum { SERIAL_BYTES_MAX = 64 };

static char *serial_text(const ASN1_INTEGER *serial)
{
	BIGNUM *number = ASN1_STRING_length(serial) <= SERIAL_BYTES_MAX
				 ? ASN1_INTEGER_to_BN(serial, NULL)
				 : BN_new();
	char *digits = number ? BN_bn2hex(number) : NULL;
	char *copy = digits ? strdup(digits) : NULL;

	OPENSSL_free(digits);
	BN_free(number);
	for (char *c = copy; c && *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'F' ? *c - 'A' + 'a' : *c);
	return copy;
}

static bool signer_read(PKCS7 *p7, PKCS7_SIGNER_INFO *info, struct authenticode_signer *out)
{
	X509 *cert = PKCS7_cert_from_signer_info(p7, info);

	out->issuer = trustanchor_name_text(info->issuer_and_serial->issuer);
	out->serial = serial_text(info->issuer_and_serial->serial);
	out->digest = digest_name(info->digest_alg);
	if (cert) {
		out->subject = trustanchor_name_text(X509_get_subject_name(cert));
		out->name = trustanchor_short_name(X509_get_subject_name(cert));
		X509_digest(cert, EVP_sha256(), out->sha256, NULL);
	}
	return out->issuer && out->serial && (!cert || (out->subject && out->name));
}

static bool signers_read(struct authenticode_message *m)
{
	STACK_OF(PKCS7_SIGNER_INFO) *infos = PKCS7_get_signer_info(m->p7);
	int count = infos ? sk_PKCS7_SIGNER_INFO_num(infos) : 0;

	m->too_much = count > AUTHENTICODE_SIGNERS_MAX;
	if (m->too_much)
		count = AUTHENTICODE_SIGNERS_MAX;
	if (count <= 0)
		return true;
	m->signers = calloc((size_t)count, sizeof(*m->signers));
	if (!m->signers)
		return false;
	m->count = (size_t)count;
	for (int i = 0; i < count; i++)
		if (!signer_read(m->p7, sk_PKCS7_SIGNER_INFO_value(infos, i), &m->signers[i]))
			return false;
	m->certs = PKCS7_get0_signers(m->p7, NULL, PKCS7_BINARY);
	return true;
}

/* PKCS7_verify() of OpenSSL 3.0 loses memory when it meets a digest algorithm that it does not have. */
static bool digests_known(const PKCS7 *p7)
{
	bool known = true;

	for (int i = 0; known && i < sk_X509_ALGOR_num(p7->d.sign->md_algs); i++) {
		const ASN1_OBJECT *object = NULL;
		EVP_MD *md;
		char name[80];

		X509_ALGOR_get0(&object, NULL, NULL, sk_X509_ALGOR_value(p7->d.sign->md_algs, i));
		md = OBJ_obj2txt(name, sizeof(name), object, 0) > 0 ? EVP_MD_fetch(NULL, name, NULL)
								    : NULL;
		known = md;
		EVP_MD_free(md);
	}
	return known;
}

/* By a store with one certificate in it, or (NULL) by the message's certificates alone. */
static bool verify(const struct authenticode_message *m, X509_STORE *store)
{
	BIO *bio = BIO_new_mem_buf(m->signed_data, (int)m->signed_size);
	bool good = bio && PKCS7_verify(m->p7, NULL, store, bio, NULL,
					PKCS7_BINARY | (store ? 0 : PKCS7_NOVERIFY)) == 1;

	BIO_free(bio);
	ERR_clear_error();
	return good;
}

struct authenticode_message *authenticode_message_new(const uint8_t *data, size_t size)
{
	struct authenticode_message *m = size <= INT_MAX ? calloc(1, sizeof(*m)) : NULL;
	const unsigned char *at = data;

	if (!m)
		return NULL;
	m->p7 = d2i_PKCS7(NULL, &at, (long)size);
	if (!m->p7 || !PKCS7_type_is_signed(m->p7) || !m->p7->d.sign || !signers_read(m)) {
		authenticode_message_free(m);
		m = NULL;
	} else {
		content_decode(m);
		m->intact =
			m->signed_data && !m->too_much && digests_known(m->p7) && verify(m, NULL);
	}
	ERR_clear_error();
	return m;
}

void authenticode_message_free(struct authenticode_message *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++) {
		free(m->signers[i].subject);
		free(m->signers[i].issuer);
		free(m->signers[i].serial);
		free(m->signers[i].name);
	}
	free(m->signers);
	sk_X509_free(m->certs);
	PKCS7_free(m->p7);
	free(m);
}

bool authenticode_too_much(const struct authenticode_message *m)
{
	return m->too_much;
}

const struct hashalgo *authenticode_edk2_algo(const uint8_t *data, size_t size)
{
	/* Object identifiers without tag and length, as they stand at byte 32. */
	static const struct {
		enum hashalgo_id id;
		uint8_t size;
		uint8_t value[9];
	} oids[] = {
		{HASHALGO_SHA1, 5, {0x2b, 0x0e, 0x03, 0x02, 0x1a}},
		{HASHALGO_SHA256, 9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}},
		{HASHALGO_SHA384, 9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02}},
		{HASHALGO_SHA512, 9, {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03}},
	};
	const size_t where = 32;

	if (size < 2 || (data[1] & 0x82) != 0x82)
		return NULL;
	for (size_t i = 0; i < sizeof(oids) / sizeof(oids[0]); i++)
		if (size >= where + oids[i].size &&
		    memcmp(data + where, oids[i].value, oids[i].size) == 0)
			return hashalgo_by_id(oids[i].id);
	return NULL;
}

bool authenticode_covers(const struct authenticode_message *m, const struct digest *digest)
{
	size_t size = digest->size_bytes;

	return m->signed_data && size > 0 && m->signed_size >= size &&
	       memcmp(m->signed_data + m->signed_size - size, digest->value, size) == 0;
}

bool authenticode_intact(const struct authenticode_message *m)
{
	return m->intact;
}

bool authenticode_has_signers(const struct authenticode_message *m)
{
	return m->certs && sk_X509_num(m->certs) > 0;
}

bool authenticode_verify(const struct authenticode_message *m, const struct digest *digest,
			 const struct trustanchor *anchor)
{
	return m->intact && authenticode_covers(m, digest) && verify(m, trustanchor_store(anchor));
}

bool authenticode_verify_by_shim(const struct authenticode_message *m, const struct digest *digest,
				 const struct trustanchor *anchor)
{
	return m->intact && authenticode_covers(m, digest) && authenticode_is_rsa(m) &&
	       trustanchor_is_rsa(anchor) && verify(m, trustanchor_shim_store(anchor));
}

bool authenticode_is_rsa(const struct authenticode_message *m)
{
	for (int i = 0; i < sk_X509_num(m->p7->d.sign->cert); i++)
		if (!trustanchor_key_is_rsa(sk_X509_value(m->p7->d.sign->cert, i)))
			return false;
	return true;
}

size_t authenticode_signer_count(const struct authenticode_message *m)
{
	return m->count;
}

const struct authenticode_signer *authenticode_signer_at(const struct authenticode_message *m,
							 size_t i)
{
	return &m->signers[i];
}

bool authenticode_signer_tbs(const struct authenticode_message *m, size_t i, enum hashalgo_id algo,
			     struct digest *out)
{
	X509 *cert = m->certs ? sk_X509_value(m->certs, (int)i) : NULL;

	return cert && trustanchor_tbs_of(cert, algo, out);
}

/* --- Time stamps --- */

/* The last attribute of the kind, as edk2 takes it. */
static const ASN1_STRING *token_of(const PKCS7_SIGNER_INFO *info)
{
	const ASN1_TYPE *found = NULL;
	char oid[32];

	for (int i = 0; i < sk_X509_ATTRIBUTE_num(info->unauth_attr); i++) {
		X509_ATTRIBUTE *attribute = sk_X509_ATTRIBUTE_value(info->unauth_attr, i);

		if (OBJ_obj2txt(oid, sizeof(oid), X509_ATTRIBUTE_get0_object(attribute), 1) > 0 &&
		    strcmp(oid, "1.3.6.1.4.1.311.3.3.1") == 0)
			found = X509_ATTRIBUTE_get0_type(attribute, 0);
	}
	return found && found->type == V_ASN1_SEQUENCE ? found->value.sequence : NULL;
}

/* Is the signature what the token stamps? */
static bool imprint_matches(TS_TST_INFO *info, const ASN1_OCTET_STRING *signature)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const ASN1_OBJECT *object = NULL;
	const ASN1_OCTET_STRING *stamped = TS_MSG_IMPRINT_get_msg(imprint);
	unsigned char value[EVP_MAX_MD_SIZE];
	unsigned int size = 0;
	const EVP_MD *md;

	X509_ALGOR_get0(&object, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	md = object ? EVP_get_digestbyobj(object) : NULL;
	return md && stamped &&
	       EVP_Digest(signature->data, (size_t)signature->length, value, &size, md, NULL) ==
		       1 &&
	       (int)size == ASN1_STRING_length(stamped) &&
	       memcmp(value, ASN1_STRING_get0_data(stamped), size) == 0;
}

static bool time_decode(const ASN1_GENERALIZEDTIME *from, struct authenticode_time *out)
{
	struct tm tm = {0};

	if (!from || ASN1_TIME_to_tm(from, &tm) != 1)
		return false;
	*out = (struct authenticode_time){
		.year = (uint16_t)(tm.tm_year + 1900),
		.month = (uint8_t)(tm.tm_mon + 1),
		.day = (uint8_t)tm.tm_mday,
		.hour = (uint8_t)tm.tm_hour,
		.minute = (uint8_t)tm.tm_min,
		.second = (uint8_t)tm.tm_sec,
	};
	return true;
}

/* Verifies the token and reads what it says. */
static TS_TST_INFO *token_verify(PKCS7 *token, X509_STORE *store)
{
	BIO *content = BIO_new(BIO_s_mem());
	TS_TST_INFO *info = NULL;

	if (content && PKCS7_type_is_signed(token) &&
	    PKCS7_verify(token, NULL, store, NULL, content, PKCS7_BINARY) == 1)
		info = d2i_TS_TST_INFO_bio(content, NULL);
	BIO_free(content);
	return info;
}

bool authenticode_timestamp(const struct authenticode_message *m, const struct trustanchor *tsa,
			    struct authenticode_time *out)
{
	STACK_OF(PKCS7_SIGNER_INFO) *infos = PKCS7_get_signer_info(m->p7);
	PKCS7_SIGNER_INFO *signer = infos && sk_PKCS7_SIGNER_INFO_num(infos) == 1
					    ? sk_PKCS7_SIGNER_INFO_value(infos, 0)
					    : NULL;
	const ASN1_STRING *der = signer && signer->enc_digest ? token_of(signer) : NULL;
	const unsigned char *at = der ? ASN1_STRING_get0_data(der) : NULL;
	PKCS7 *token = der ? d2i_PKCS7(NULL, &at, ASN1_STRING_length(der)) : NULL;
	TS_TST_INFO *info = token ? token_verify(token, trustanchor_store(tsa)) : NULL;
	bool good = info && TS_TST_INFO_get_version(info) == 1 &&
		    imprint_matches(info, signer->enc_digest) &&
		    time_decode(TS_TST_INFO_get_time(info), out);

	TS_TST_INFO_free(info);
	PKCS7_free(token);
	ERR_clear_error();
	return good;
}

int authenticode_time_compare(const struct authenticode_time *a, const struct authenticode_time *b)
{
	const int parts[][2] = {{a->year, b->year}, {a->month, b->month},   {a->day, b->day},
				{a->hour, b->hour}, {a->minute, b->minute}, {a->second, b->second}};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i][0] != parts[i][1])
			return parts[i][0] - parts[i][1];
	return 0;
}
