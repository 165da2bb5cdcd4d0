/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef E2E_LABEL_H
#define E2E_LABEL_H

#include <stdbool.h>

#include <openssl/evp.h>

#include "blob.h"

/* Numbers of the kernel's enum hash_algo, include/uapi/linux/hash_info.h. */
enum algo {
	ALGO_MD4,
	ALGO_MD5,
	ALGO_SHA1,
	ALGO_RMD160,
	ALGO_SHA256,
	ALGO_SHA384,
	ALGO_SHA512,
	ALGO_SHA224,
	ALGO_RMD128,
	ALGO_RMD256,
	ALGO_RMD320,
	ALGO_WP256,
	ALGO_WP384,
	ALGO_WP512,
	ALGO_TGR128,
	ALGO_TGR160,
	ALGO_TGR192,
	ALGO_SM3,
	ALGO_STREEBOG256,
	ALGO_STREEBOG512,
	ALGO_SHA3_256,
	ALGO_SHA3_384,
	ALGO_SHA3_512,
	ALGO_COUNT
};

/* A key of the keys folder, with the id that its certificate gives it. */
struct signer {
	EVP_PKEY *key;
	uint8_t id[4];	      /* last bytes of the SubjectKeyIdentifier */
	uint8_t issuer_id[4]; /* last bytes of the issuer's DER name */
	uint8_t sha1_id[4];   /* last bytes of sha1 over the public key */
	uint8_t id_head[4];   /* first bytes of the SubjectKeyIdentifier: a wrong id */
};

const char *algo_name(enum algo algo);
size_t algo_size(enum algo algo);

/* False where OpenSSL lacks the algorithm: Streebog, Tiger, and RIPEMD other than 160. */
bool algo_available(enum algo algo);
struct blob algo_digest(enum algo algo, const void *bytes, size_t size);

/* Loads private/NAME.pem and the NAME.der that lies in one of the folders of KEYS; kept for ever.
 */
const struct signer *signer_load(const char *keys, const char *name);
bool signer_is_rsa(const struct signer *s);

/* How the message of an RSA signature is wrapped. */
enum wrap { WRAP_DIGESTINFO, WRAP_NO_NULL, WRAP_BARE, WRAP_PSS };

/* Signature over a digest; an ECDSA one is strict DER. */
struct blob sign_digest(const struct signer *s, enum algo algo, const struct blob *digest);
struct blob sign_wrapped(const struct signer *s, enum algo algo, const struct blob *digest,
			 enum wrap wrap);

/* What makes up a v2 or v3 label; label_signature() puts it together without further thought. */
struct sig_parts {
	unsigned type;
	unsigned version;
	unsigned algo;
	uint8_t id[4];
	int size_lie; /* added to the length field */
	struct blob signature;
};

struct sig_parts sig_parts_of(const struct signer *s, unsigned type, enum algo algo,
			      const struct blob *digest);
struct blob label_signature(const struct sig_parts *parts);

/* Parts and label in one step, for the many that are right: TYPE, version 2. */
struct blob label_signed(const struct signer *s, unsigned type, enum algo algo,
			 const struct blob *digest);
struct blob label_digest(unsigned algo, const struct blob *digest);

/* Version 1 (lib/digsig.c): TYPE 01 TIMESTAMP 00 HASH KEYID 01 BITS SIGNATURE. */
struct blob label_v1(const struct signer *s, unsigned type, uint32_t timestamp, unsigned hash,
		     const struct blob *digest);

/* Public key as v1 wants it in a "user" key, and its 8 byte id. */
struct blob v1_public(EVP_PKEY *key);
void v1_keyid(EVP_PKEY *key, uint8_t out_id[8]);

#endif
