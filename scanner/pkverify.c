/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Public key verification as the kernel does it (crypto/asymmetric_keys/public_key.c,
 * crypto/rsa-pkcs1pad.c, crypto/rsa.c, crypto/ecdsa.c, lib/digsig.c; Linux 6.1 and 6.12).
 * DigestInfo: RFC 8017, section 9.2.
 */
#include "scanner/pkverify.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "scanner/base/buf.h"
#include "scanner/base/bytes.h"
#include "scanner/ecdsasig.h"

enum {
	DIGEST_INFO_MAX = 32,
	WORD_BYTES = 8, /* of the kernel's big numbers on the 64-bit machines we judge */
	V1_NUMBER_BITS_MAX = 16384, /* the kernel reads no longer number */
	SHA1_BYTES = 20,
};

/* Curves by libcrypto's names, with their size in whole words and the kernel that has them. */
static const struct curve {
	const char *name;
	size_t bytes;
	unsigned since_major, since_minor;
} curves[] = {
	{"prime192v1", 24, 5, 13}, {"prime256v1", 32, 5, 13}, {"secp384r1", 48, 5, 13},
	{"secp521r1", 72, 6, 10},  {"SM2", 32, 5, 10},
};

struct pkverify {
	const struct keyring_key *key;
	EVP_PKEY_CTX *context; /* NULL: libcrypto cannot use this key */
	const struct curve *curve;
	BIGNUM *modulus; /* fetched when a v1 signature asks for it */
	BN_CTX *scratch;
	struct buf der;
};

/* Object identifiers of the hashes that RSA signatures can be by. Others the kernel refuses. */
static const struct rsa_hash {
	enum hashalgo_id id;
	uint8_t oid_size;
	uint8_t oid[9];
} rsa_hashes[] = {
	{HASHALGO_MD5, 8, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5}},
	{HASHALGO_SHA1, 5, {0x2b, 0x0e, 3, 2, 0x1a}},
	{HASHALGO_RMD160, 5, {0x2b, 0x24, 3, 2, 1}},
	{HASHALGO_SHA256, 9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1}},
	{HASHALGO_SHA384, 9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2}},
	{HASHALGO_SHA512, 9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3}},
	{HASHALGO_SHA224, 9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 4}},
	{HASHALGO_SHA3_256, 9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 8}},
	{HASHALGO_SHA3_384, 9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 9}},
	{HASHALGO_SHA3_512, 9, {0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 10}},
};

#define HASH_BIT(name) (1u << HASHALGO_##name)

/* ECDSA signs bare digests, of any of these; the kernel does not notice which one it really was. */
static const unsigned ecdsa_hashes = HASH_BIT(SHA1) | HASH_BIT(SHA224) | HASH_BIT(SHA256) |
				     HASH_BIT(SHA384) | HASH_BIT(SHA512) | HASH_BIT(SHA3_256) |
				     HASH_BIT(SHA3_384) | HASH_BIT(SHA3_512);
static const unsigned sm2_hashes = HASH_BIT(SM3);
static const unsigned ecrdsa_hashes = HASH_BIT(STREEBOG256) | HASH_BIT(STREEBOG512);

static const struct curve *curve_of(EVP_PKEY *pkey)
{
	char name[64];

	if (EVP_PKEY_get_group_name(pkey, name, sizeof(name), NULL) != 1)
		return NULL;
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (strcmp(curves[i].name, name) == 0)
			return &curves[i];
	return NULL;
}

/* A context that takes what is signed as it is, so that libcrypto fetches no hash per signature. */
static EVP_PKEY_CTX *context_of(const struct keyring_key *key)
{
	EVP_PKEY_CTX *context = key->pkey ? EVP_PKEY_CTX_new(key->pkey, NULL) : NULL;

	if (context && EVP_PKEY_verify_init(context) == 1 &&
	    (key->algo != KEYRING_RSA ||
	     EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1))
		return context;
	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return NULL;
}

struct pkverify *pkverify_new(const struct keyring_key *key)
{
	struct pkverify *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->key = key;
	if (key->algo == KEYRING_RSA || key->algo == KEYRING_ECDSA || key->algo == KEYRING_SM2)
		p->context = context_of(key);
	if (p->context && key->algo != KEYRING_RSA)
		p->curve = curve_of(key->pkey);
	return p;
}

void pkverify_free(struct pkverify *p)
{
	if (!p)
		return;
	EVP_PKEY_CTX_free(p->context);
	BN_free(p->modulus);
	BN_CTX_free(p->scratch);
	buf_done(&p->der);
	free(p);
}

const struct keyring_key *pkverify_key(const struct pkverify *p)
{
	return p->key;
}

static enum verify_result run(struct pkverify *p, const void *sig, size_t sig_size,
			      const void *data, size_t size)
{
	bool no_memory;

	if (EVP_PKEY_verify(p->context, sig, sig_size, data, size) == 1)
		return VERIFY_OK;
	/* A mismatch and a malformed signature fill the queue alike; only memory is our own
	 * failure. */
	no_memory = ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE;
	ERR_clear_error();
	return no_memory ? VERIFY_NO_MEMORY : VERIFY_BAD;
}

/* The bytes before the digest in an RSA signature. Returns their number, 0 for a hash without. */
static size_t digest_info(const struct hashalgo *algo, uint8_t out[DIGEST_INFO_MAX])
{
	for (size_t i = 0; i < sizeof(rsa_hashes) / sizeof(rsa_hashes[0]); i++) {
		const struct rsa_hash *hash = &rsa_hashes[i];
		uint8_t n = hash->oid_size, digest = algo->size_bytes, *at = out;

		if (hash->id != algo->id)
			continue;
		*at++ = 0x30; /* SEQUENCE { SEQUENCE { OBJECT IDENTIFIER, NULL }, OCTET STRING } */
		*at++ = (uint8_t)(n + 8 + digest);
		*at++ = 0x30;
		*at++ = (uint8_t)(n + 4);
		*at++ = 0x06;
		*at++ = n;
		memcpy(at, hash->oid, n);
		at += n;
		*at++ = 0x05;
		*at++ = 0;
		*at++ = 0x04;
		*at++ = digest;
		return (size_t)(at - out);
	}
	return 0;
}

/*
 * The kernel counts a modulus in whole words, takes only these sizes, and wants a signature of
 * exactly that many bytes.
 */
static bool rsa_size_taken(const struct keyring_key *key, size_t sig_size)
{
	static const unsigned sizes[] = {512, 1024, 1536, 2048, 3072, 4096};
	unsigned bytes = (key->bits + 7) / 8;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (bytes == sizes[i] / 8)
			return sig_size == bytes;
	return false;
}

static enum verify_result check_rsa(struct pkverify *p, const struct hashalgo *algo,
				    const uint8_t *digest, size_t digest_size, const uint8_t *sig,
				    size_t sig_size)
{
	uint8_t message[DIGEST_INFO_MAX + HASHALGO_SIZE_MAX];
	size_t before = digest_info(algo, message);

	if (before == 0)
		return VERIFY_UNSUPPORTED_ALGO;
	if (!rsa_size_taken(p->key, sig_size) || digest_size > HASHALGO_SIZE_MAX)
		return VERIFY_BAD;
	memcpy(message + before, digest, digest_size);
	return run(p, sig, sig_size, message, before + digest_size);
}

static enum verify_result check_ec(struct pkverify *p, const uint8_t *digest, size_t digest_size,
				   const uint8_t *sig, size_t sig_size)
{
	if (!ecdsasig_normalise(sig, sig_size, p->curve->bytes, &p->der))
		return p->der.failed ? VERIFY_NO_MEMORY : VERIFY_BAD;
	return run(p, p->der.data, p->der.len, digest, digest_size);
}

static bool curve_in(const struct curve *curve, const struct kernel_profile *profile)
{
	return curve->since_major < profile->major ||
	       (curve->since_major == profile->major && curve->since_minor <= profile->minor);
}

/* Does this kernel verify by this kind of key and this hash? */
static bool in_kernel(const struct pkverify *p, const struct kernel_profile *profile,
		      const struct hashalgo *algo)
{
	unsigned bit = 1u << algo->id;

	if (!hashalgo_of_kernel(algo->id, profile->major, profile->minor))
		return false;
	switch (p->key->algo) {
	case KEYRING_RSA: return true;
	case KEYRING_ECDSA:
		return profile->ecdsa && (ecdsa_hashes & bit) &&
		       (!p->curve || curve_in(p->curve, profile));
	case KEYRING_SM2: return profile->sm2 && (sm2_hashes & bit);
	case KEYRING_ECRDSA: return profile->ecrdsa && (ecrdsa_hashes & bit);
	case KEYRING_OTHER: break;
	}
	return false;
}

enum verify_result pkverify_check(struct pkverify *p, const struct kernel_profile *profile,
				  const struct hashalgo *algo, const uint8_t *digest,
				  size_t digest_size, const uint8_t *sig, size_t sig_size)
{
	if (!in_kernel(p, profile, algo))
		return VERIFY_UNSUPPORTED_ALGO;
	if (!p->context)
		return VERIFY_CANNOT;
	if (p->key->algo == KEYRING_RSA)
		return check_rsa(p, algo, digest, digest_size, sig, sig_size);
	return p->curve ? check_ec(p, digest, digest_size, sig, sig_size) : VERIFY_CANNOT;
}

static bool need_modulus(struct pkverify *p)
{
	if (!p->scratch)
		p->scratch = BN_CTX_new();
	if (!p->modulus)
		EVP_PKEY_get_bn_param(p->key->pkey, OSSL_PKEY_PARAM_RSA_N, &p->modulus);
	return p->scratch && p->modulus;
}

/*
 * Writes the number as long as the modulus. It may come with leading zeros, shorter than the
 * modulus or larger than it: the kernel takes its remainder.
 */
static bool reduce(struct pkverify *p, const uint8_t *number, size_t size, uint8_t *out,
		   size_t out_size)
{
	BIGNUM *s = BN_bin2bn(number, (int)size, NULL);
	bool ok = s && BN_nnmod(s, s, p->modulus, p->scratch) &&
		  BN_bn2binpad(s, out, (int)out_size) == (int)out_size;

	BN_free(s);
	return ok;
}

enum verify_result pkverify_check_v1(struct pkverify *p, const uint8_t hash[20], const uint8_t *sig,
				     size_t sig_size)
{
	struct bytes b = bytes_of(sig, sig_size);
	unsigned bits = bytes_u16be(&b);
	size_t number_size = (bits + 7) / 8;
	const uint8_t *number = bytes_take(&b, number_size);
	uint8_t padded[V1_NUMBER_BITS_MAX / 8];
	size_t size = (p->key->bits + 7) / 8;

	if (p->key->algo != KEYRING_RSA)
		return VERIFY_BAD;
	if (b.bad || bits > V1_NUMBER_BITS_MAX || size == 0 || size > sizeof(padded))
		return VERIFY_BAD;
	/* The result, which starts with a zero byte, may not need more whole words than the modulus
	 * has bytes. */
	if ((size - 1 + WORD_BYTES - 1) / WORD_BYTES * WORD_BYTES > size)
		return VERIFY_BAD;
	if (!p->context || !need_modulus(p) || !reduce(p, number, number_size, padded, size)) {
		ERR_clear_error();
		return VERIFY_CANNOT;
	}
	return run(p, padded, size, hash, SHA1_BYTES);
}
