/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PKCS#7 messages through libcrypto's CMS, with the conditions of the kernel's parser
 * (crypto/asymmetric_keys/pkcs7.asn1 and pkcs7_parser.c, Linux 6.12).
 */
#include "scanner/pkcs7.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "scanner/digest.h"

static const struct {
	int nid;
	enum hashalgo_id id;
} hashes[] = {
	{NID_sha1, HASHALGO_SHA1},
	{NID_sha224, HASHALGO_SHA224},
	{NID_sha256, HASHALGO_SHA256},
	{NID_sha384, HASHALGO_SHA384},
	{NID_sha512, HASHALGO_SHA512},
	{NID_sm3, HASHALGO_SM3},
	{NID_id_GostR3411_2012_256, HASHALGO_STREEBOG256},
	{NID_id_GostR3411_2012_512, HASHALGO_STREEBOG512},
	{NID_sha3_256, HASHALGO_SHA3_256},
	{NID_sha3_384, HASHALGO_SHA3_384},
	{NID_sha3_512, HASHALGO_SHA3_512},
};

/* Signature algorithms by the identifiers the kernel takes: of RSA the bare one only. */
static const struct {
	int nid;
	enum keyring_algo algo;
} keys[] = {
	{NID_rsaEncryption, KEYRING_RSA},
	{NID_ecdsa_with_SHA1, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA224, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA256, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA384, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA512, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA3_256, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA3_384, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA3_512, KEYRING_ECDSA},
	{NID_id_GostR3410_2012_256, KEYRING_ECRDSA},
	{NID_id_GostR3410_2012_512, KEYRING_ECRDSA},
};

static int algor_nid(const X509_ALGOR *algor)
{
	const ASN1_OBJECT *object = NULL;

	X509_ALGOR_get0(&object, NULL, NULL, algor);
	return object ? OBJ_obj2nid(object) : NID_undef;
}

static const struct hashalgo *hash_of(const X509_ALGOR *algor)
{
	int nid = algor_nid(algor);

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (hashes[i].nid == nid)
			return hashalgo_by_id(hashes[i].id);
	return NULL;
}

static bool key_of(const X509_ALGOR *algor, enum keyring_algo *out)
{
	int nid = algor_nid(algor);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].nid == nid) {
			*out = keys[i].algo;
			return true;
		}
	return false;
}

/* Signed attributes need these two; a set of none is refused as well. */
static bool attributes_complete(const CMS_SignerInfo *info)
{
	return CMS_signed_get_attr_by_NID(info, NID_pkcs9_contentType, -1) >= 0 &&
	       CMS_signed_get_attr_by_NID(info, NID_pkcs9_messageDigest, -1) >= 0;
}

static bool signer_parse(CMS_SignerInfo *info, struct pkcs7_signer *out, bool *out_has_attributes)
{
	ASN1_OCTET_STRING *skid = NULL;
	X509_NAME *issuer = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_ALGOR *hash = NULL, *key = NULL;

	CMS_SignerInfo_get0_algs(info, NULL, NULL, &hash, &key);
	if (CMS_SignerInfo_get0_signer_id(info, &skid, &issuer, &serial) != 1 || !hash || !key)
		return false;
	*out = (struct pkcs7_signer){
		.hash = hash_of(hash),
		.id = {issuer, serial, skid},
		.signature = CMS_SignerInfo_get0_signature(info),
	};
	*out_has_attributes = CMS_signed_get_attr_count(info) >= 0;
	if (*out_has_attributes && !attributes_complete(info))
		return false;
	return out->hash && key_of(key, &out->key) && out->signature;
}

static bool signers_parse(struct pkcs7 *p)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(p->message);
	int count = infos ? sk_CMS_SignerInfo_num(infos) : 0;

	if (count <= 0)
		return false;
	p->signers = calloc((size_t)count, sizeof(*p->signers));
	p->no_memory = !p->signers;
	if (p->no_memory)
		return false;
	for (int i = 0; i < count; i++) {
		bool attributes;

		if (!signer_parse(sk_CMS_SignerInfo_value(infos, i), &p->signers[i], &attributes))
			return false;
		/* All have them or none has. */
		if (i > 0 && attributes != p->has_attributes)
			return false;
		p->has_attributes = attributes;
	}
	p->count = (size_t)count;
	return true;
}

/* The content's type, and the content itself where the message brings one. */
static bool content_parse(struct pkcs7 *p)
{
	static const char indirect_data[] = "1.3.6.1.4.1.311.2.1.4";
	const ASN1_OBJECT *type = CMS_get0_eContentType(p->message);
	ASN1_OCTET_STRING **content = CMS_get0_content(p->message);
	struct digester *digester;
	char text[sizeof(indirect_data) + 1];
	int hashed;

	p->is_data = type && OBJ_obj2nid(type) == NID_pkcs7_data;
	if (!p->is_data)
		return type && p->has_attributes && OBJ_obj2txt(text, sizeof(text), type, 1) > 0 &&
		       strcmp(text, indirect_data) == 0;
	p->attached = content && *content;
	if (!p->attached || !digest_available(p->signers[0].hash))
		return true;
	digester = digester_new();
	p->no_memory = !digester;
	if (p->no_memory)
		return false;
	hashed = digest_buffer(digester, p->signers[0].hash, ASN1_STRING_get0_data(*content),
			       (size_t)ASN1_STRING_length(*content), &p->attached_digest, NULL);
	digester_free(digester);
	return hashed == 0;
}

static bool message_parse(struct pkcs7 *p, const uint8_t *data, size_t size)
{
	if (size > LONG_MAX)
		return false;
	p->message = d2i_CMS_ContentInfo(NULL, &data, (long)size);
	if (!p->message || OBJ_obj2nid(CMS_get0_type(p->message)) != NID_pkcs7_signed ||
	    !signers_parse(p) || !content_parse(p))
		return false;
	p->certs = CMS_get1_certs(p->message);
	return true;
}

int pkcs7_parse(const uint8_t *data, size_t size, struct pkcs7 **out, struct fault *f)
{
	struct pkcs7 *p = calloc(1, sizeof(*p));
	bool no_memory = !p, taken = p && message_parse(p, data, size);

	ERR_clear_error();
	if (!taken) {
		no_memory = no_memory || p->no_memory;
		pkcs7_free(p);
		p = NULL;
	}
	if (no_memory)
		return fault_set(f, ENOMEM, "reading an appended signature");
	*out = p;
	return 0;
}

void pkcs7_free(struct pkcs7 *p)
{
	if (!p)
		return;
	sk_X509_pop_free(p->certs, X509_free);
	CMS_ContentInfo_free(p->message);
	free(p->signers);
	free(p);
}

/* --- Who is who --- */

static bool name_same(const X509_NAME *a, const X509_NAME *b)
{
	const unsigned char *der_a, *der_b;
	size_t size_a, size_b;

	return X509_NAME_get0_der(a, &der_a, &size_a) && X509_NAME_get0_der(b, &der_b, &size_b) &&
	       size_a == size_b && memcmp(der_a, der_b, size_a) == 0;
}

static bool skid_same(X509 *cert, const ASN1_OCTET_STRING *skid)
{
	const ASN1_OCTET_STRING *own = X509_get0_subject_key_id(cert);

	return own && ASN1_OCTET_STRING_cmp(own, skid) == 0;
}

bool pkcs7_id_matches(const struct pkcs7_id *w, X509 *cert, bool *out_denied)
{
	*out_denied = false;
	if (!w->serial)
		return w->skid && skid_same(cert, w->skid);
	if (ASN1_INTEGER_cmp(X509_get0_serialNumber(cert), w->serial) != 0 ||
	    !name_same(X509_get_issuer_name(cert), w->issuer))
		return false;
	*out_denied = w->skid && !skid_same(cert, w->skid);
	return true;
}

struct pkcs7_id pkcs7_id_of(X509 *cert)
{
	return (struct pkcs7_id){
		.issuer = X509_get_issuer_name(cert),
		.serial = X509_get0_serialNumber(cert),
		.skid = X509_get0_subject_key_id(cert),
	};
}

struct pkcs7_id pkcs7_id_of_issuer(X509 *cert)
{
	const GENERAL_NAMES *names = X509_get0_authority_issuer(cert);
	const GENERAL_NAME *first =
		sk_GENERAL_NAME_num(names) > 0 ? sk_GENERAL_NAME_value(names, 0) : NULL;
	struct pkcs7_id wanted = {.skid = X509_get0_authority_key_id(cert)};

	if (first && first->type == GEN_DIRNAME && X509_get0_authority_serial(cert)) {
		wanted.issuer = first->d.directoryName;
		wanted.serial = X509_get0_authority_serial(cert);
	}
	return wanted;
}

bool pkcs7_self_signed(X509 *cert)
{
	struct pkcs7_id issuer = pkcs7_id_of_issuer(cert);
	bool denied;

	if (!name_same(X509_get_subject_name(cert), X509_get_issuer_name(cert)))
		return false;
	return (!issuer.serial && !issuer.skid) ||
	       (pkcs7_id_matches(&issuer, cert, &denied) && !denied);
}

/* UTF-8 stays as it is, as in the names of keys. */
static void add_name(const X509_NAME *name, struct buf *out)
{
	unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long size;

	if (bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0) {
		size = BIO_get_mem_data(bio, &data);
		buf_add(out, data, size > 0 ? (size_t)size : 0);
	}
	BIO_free(bio);
}

static void add_octets(const ASN1_STRING *octets, struct buf *out)
{
	buf_hex(out, ASN1_STRING_get0_data(octets), (size_t)ASN1_STRING_length(octets));
}

void pkcs7_id_text(const struct pkcs7_id *id, struct buf *out)
{
	if (id->issuer && id->serial) {
		buf_puts(out, "issuer ");
		add_name(id->issuer, out);
		buf_puts(out, ", serial ");
		add_octets(id->serial, out);
	} else if (id->skid) {
		buf_puts(out, "key id ");
		add_octets(id->skid, out);
	}
}

X509 *pkcs7_find(const struct pkcs7 *p, const struct pkcs7_id *wanted, bool *out_denied)
{
	*out_denied = false;
	for (int i = 0; i < sk_X509_num(p->certs); i++)
		if (pkcs7_id_matches(wanted, sk_X509_value(p->certs, i), out_denied))
			return sk_X509_value(p->certs, i);
	return NULL;
}
