// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds the values of security.ima and security.evm, good ones and bad ones. Formats:
 * security/integrity/integrity.h (struct signature_v2_hdr), include/linux/digsig.h (version 1).
 */
#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "label.h"

static const struct {
	const char *name;
	size_t size;
	const char *openssl; /* NULL: not there */
	int nid;	     /* of its DigestInfo, NID_undef if it has none */
} algos[ALGO_COUNT] = {
	[ALGO_MD4] = {"md4", 16, "MD4", NID_md4},
	[ALGO_MD5] = {"md5", 16, "MD5", NID_md5},
	[ALGO_SHA1] = {"sha1", 20, "SHA1", NID_sha1},
	[ALGO_RMD160] = {"rmd160", 20, "RIPEMD160", NID_ripemd160},
	[ALGO_SHA256] = {"sha256", 32, "SHA256", NID_sha256},
	[ALGO_SHA384] = {"sha384", 48, "SHA384", NID_sha384},
	[ALGO_SHA512] = {"sha512", 64, "SHA512", NID_sha512},
	[ALGO_SHA224] = {"sha224", 28, "SHA224", NID_sha224},
	[ALGO_RMD128] = {"rmd128", 16, NULL, NID_undef},
	[ALGO_RMD256] = {"rmd256", 32, NULL, NID_undef},
	[ALGO_RMD320] = {"rmd320", 40, NULL, NID_undef},
	[ALGO_WP256] = {"wp256", 32, "WHIRLPOOL", NID_undef},
	[ALGO_WP384] = {"wp384", 48, "WHIRLPOOL", NID_undef},
	[ALGO_WP512] = {"wp512", 64, "WHIRLPOOL", NID_whirlpool},
	[ALGO_TGR128] = {"tgr128", 16, NULL, NID_undef},
	[ALGO_TGR160] = {"tgr160", 20, NULL, NID_undef},
	[ALGO_TGR192] = {"tgr192", 24, NULL, NID_undef},
	[ALGO_SM3] = {"sm3", 32, "SM3", NID_sm3},
	[ALGO_STREEBOG256] = {"streebog256", 32, NULL, NID_id_GostR3411_2012_256},
	[ALGO_STREEBOG512] = {"streebog512", 64, NULL, NID_id_GostR3411_2012_512},
	[ALGO_SHA3_256] = {"sha3-256", 32, "SHA3-256", NID_sha3_256},
	[ALGO_SHA3_384] = {"sha3-384", 48, "SHA3-384", NID_sha3_384},
	[ALGO_SHA3_512] = {"sha3-512", 64, "SHA3-512", NID_sha3_512},
};

const char *algo_name(enum algo algo)
{
	return algos[algo].name;
}

size_t algo_size(enum algo algo)
{
	return algos[algo].size;
}

bool algo_available(enum algo algo)
{
	return algo < ALGO_COUNT && algos[algo].openssl;
}

struct blob algo_digest(enum algo algo, const void *bytes, size_t size)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	EVP_MD *md;

	if (!algo_available(algo))
		die("no algorithm %d", (int)algo);
	md = EVP_MD_fetch(NULL, algos[algo].openssl, NULL);
	if (!md || EVP_Digest(bytes, size, digest, NULL, md, NULL) != 1)
		die("digest %s", algos[algo].name);
	EVP_MD_free(md);
	return blob_of(digest, algos[algo].size); /* Whirlpool is cut for wp256, wp384 */
}

/* ---- keys --------------------------------------------------------------------------------- */

static X509 *certificate_find(const char *keys, const char *name)
{
	static const char *const folders[] = {"ima", "evm", "ima-revoked", "unloaded"};
	X509 *x = NULL;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && !x; i++) {
		char path[512];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s/%s.der", keys, folders[i], name);
		f = fopen(path, "re");
		if (!f)
			continue;
		x = d2i_X509_fp(f, NULL);
		fclose(f);
	}
	if (!x)
		die("no certificate %s", name);
	return x;
}

static void signer_ids(struct signer *s, X509 *x)
{
	const ASN1_OCTET_STRING *skid = X509_get0_subject_key_id(x);
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(x);
	unsigned char *name = NULL;
	struct blob hash;
	int size;

	hash = algo_digest(ALGO_SHA1, bits->data, (size_t)bits->length);
	memcpy(s->sha1_id, hash.bytes + 16, 4);
	size = i2d_X509_NAME(X509_get_issuer_name(x), &name);
	if (size < 4)
		die("issuer name");
	memcpy(s->issuer_id, name + size - 4, 4);
	OPENSSL_free(name);
	if (skid && ASN1_STRING_length(skid) >= 4) {
		const uint8_t *bytes = ASN1_STRING_get0_data(skid);

		memcpy(s->id, bytes + ASN1_STRING_length(skid) - 4, 4);
		memcpy(s->id_head, bytes, 4);
	}
}

const struct signer *signer_load(const char *keys, const char *name)
{
	static struct {
		char name[32];
		struct signer signer;
	} known[40];
	static size_t count;
	struct signer *s;
	char path[512];
	X509 *x;
	FILE *f;

	for (size_t i = 0; i < count; i++)
		if (!strcmp(known[i].name, name))
			return &known[i].signer;
	if (count == sizeof(known) / sizeof(known[0]))
		die("too many keys");
	snprintf(known[count].name, sizeof(known[count].name), "%s", name);
	s = &known[count++].signer;
	snprintf(path, sizeof(path), "%s/private/%s.pem", keys, name);
	f = fopen(path, "re");
	s->key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
	if (!s->key)
		die("private key %s", path);
	fclose(f);
	x = certificate_find(keys, name);
	signer_ids(s, x);
	X509_free(x);
	return s;
}

bool signer_is_rsa(const struct signer *s)
{
	return EVP_PKEY_is_a(s->key, "RSA");
}

/* ---- signatures --------------------------------------------------------------------------- */

static struct blob digest_info(enum algo algo, const struct blob *digest, bool with_null)
{
	unsigned char *der = NULL;
	ASN1_OCTET_STRING *value;
	X509_SIG *info;
	X509_ALGOR *name;
	struct blob b;
	int size;

	if (algos[algo].nid == NID_undef)
		return *digest;
	info = X509_SIG_new();
	if (!info)
		die("DigestInfo");
	X509_SIG_getm(info, &name, &value);
	X509_ALGOR_set0(name, OBJ_nid2obj(algos[algo].nid), with_null ? V_ASN1_NULL : V_ASN1_UNDEF,
			NULL);
	ASN1_OCTET_STRING_set(value, digest->bytes, (int)digest->size);
	size = i2d_X509_SIG(info, &der);
	if (size < 0)
		die("DigestInfo");
	b = blob_of(der, (size_t)size);
	OPENSSL_free(der);
	X509_SIG_free(info);
	return b;
}

/* Padding of MESSAGE as it is: we make DigestInfo ourselves, so that it can be wrong. */
static struct blob sign_raw(const struct signer *s, const struct blob *message, bool pss)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(s->key, NULL);
	struct blob b = {.size = BLOB_MAX};

	if (!c || EVP_PKEY_sign_init(c) != 1)
		die("signing");
	if (signer_is_rsa(s) &&
	    EVP_PKEY_CTX_set_rsa_padding(c, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) != 1)
		die("padding");
	if (pss && EVP_PKEY_CTX_set_signature_md(c, EVP_sha256()) != 1)
		die("PSS digest");
	if (EVP_PKEY_sign(c, b.bytes, &b.size, message->bytes, message->size) != 1)
		die("signing");
	EVP_PKEY_CTX_free(c);
	return b;
}

struct blob sign_wrapped(const struct signer *s, enum algo algo, const struct blob *digest,
			 enum wrap wrap)
{
	struct blob info;

	if (wrap == WRAP_PSS || wrap == WRAP_BARE || !signer_is_rsa(s))
		return sign_raw(s, digest, wrap == WRAP_PSS);
	info = digest_info(algo, digest, wrap == WRAP_DIGESTINFO);
	return sign_raw(s, &info, false);
}

struct blob sign_digest(const struct signer *s, enum algo algo, const struct blob *digest)
{
	return sign_wrapped(s, algo, digest, WRAP_DIGESTINFO);
}

/* ---- labels ------------------------------------------------------------------------------- */

struct sig_parts sig_parts_of(const struct signer *s, unsigned type, enum algo algo,
			      const struct blob *digest)
{
	struct sig_parts p = {.type = type, .version = 2, .algo = algo};

	memcpy(p.id, s->id, 4);
	p.signature = sign_digest(s, algo, digest);
	return p;
}

struct blob label_signature(const struct sig_parts *p)
{
	struct blob b = {0};

	blob_add_u8(&b, p->type);
	blob_add_u8(&b, p->version);
	blob_add_u8(&b, p->algo);
	blob_add(&b, p->id, 4);
	blob_add_u16be(&b, (unsigned)((int)p->signature.size + p->size_lie) & 0xffff);
	blob_add_blob(&b, &p->signature);
	return b;
}

struct blob label_signed(const struct signer *s, unsigned type, enum algo algo,
			 const struct blob *digest)
{
	struct sig_parts p = sig_parts_of(s, type, algo, digest);

	return label_signature(&p);
}

struct blob label_digest(unsigned algo, const struct blob *digest)
{
	struct blob b = {0};

	blob_add_u8(&b, 4);
	blob_add_u8(&b, algo);
	blob_add_blob(&b, digest);
	return b;
}

static void blob_add_mpi(struct blob *b, EVP_PKEY *key, const char *which)
{
	BIGNUM *n = NULL;
	uint8_t bytes[1024];

	if (EVP_PKEY_get_bn_param(key, which, &n) != 1)
		die("RSA key parameter");
	blob_add_u16be(b, (unsigned)BN_num_bits(n));
	BN_bn2bin(n, bytes);
	blob_add(b, bytes, (size_t)BN_num_bytes(n));
	BN_free(n);
}

struct blob v1_public(EVP_PKEY *key)
{
	struct blob b = blob_from_hex("01000000000002");

	blob_add_mpi(&b, key, OSSL_PKEY_PARAM_RSA_N);
	blob_add_mpi(&b, key, OSSL_PKEY_PARAM_RSA_E);
	return b;
}

void v1_keyid(EVP_PKEY *key, uint8_t out_id[8])
{
	struct blob public = v1_public(key);
	struct blob hash = algo_digest(ALGO_SHA1, public.bytes, public.size);

	memcpy(out_id, hash.bytes + 12, 8);
}

struct blob label_v1(const struct signer *s, unsigned type, uint32_t timestamp, unsigned hash,
		     const struct blob *digest)
{
	struct blob b = {0}, signed_bytes = *digest, sum, signature;
	uint8_t id[8];

	v1_keyid(s->key, id);
	blob_add_u8(&b, type);
	blob_add_u8(&b, 1);
	blob_add(&b, &timestamp, 4);
	blob_add_u8(&b, 0);
	blob_add_u8(&b, hash);
	blob_add(&b, id, 8);
	blob_add_u8(&b, 1);
	blob_add(&signed_bytes, b.bytes + 1, b.size - 1);
	sum = algo_digest(ALGO_SHA1, signed_bytes.bytes, signed_bytes.size);
	signature = sign_raw(s, &sum, false);
	blob_add_u16be(&b, (unsigned)signature.size * 8);
	blob_add_blob(&b, &signature);
	return b;
}
