/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_HASHALGO_H
#define SCANNER_HASHALGO_H

#include <stddef.h>
#include <stdint.h>

/* Hash algorithms by the kernel's numbers and names: include/uapi/linux/hash_info.h,
 * crypto/hash_info.c. */
enum hashalgo_id {
	HASHALGO_MD4,
	HASHALGO_MD5,
	HASHALGO_SHA1,
	HASHALGO_RMD160,
	HASHALGO_SHA256,
	HASHALGO_SHA384,
	HASHALGO_SHA512,
	HASHALGO_SHA224,
	HASHALGO_RMD128,
	HASHALGO_RMD256,
	HASHALGO_RMD320,
	HASHALGO_WP256,
	HASHALGO_WP384,
	HASHALGO_WP512,
	HASHALGO_TGR128,
	HASHALGO_TGR160,
	HASHALGO_TGR192,
	HASHALGO_SM3,
	HASHALGO_STREEBOG256,
	HASHALGO_STREEBOG512,
	HASHALGO_SHA3_256,
	HASHALGO_SHA3_384,
	HASHALGO_SHA3_512,
	HASHALGO_COUNT
};

enum { HASHALGO_SIZE_MAX = 64 };

struct hashalgo {
	enum hashalgo_id id;
	const char *name;    /* the kernel's, as in policies and on the command line */
	const char *openssl; /* the name libcrypto fetches, NULL if it knows none */
	const char *config;  /* the kernel build option without CONFIG_, NULL if no driver exists */
	uint8_t size_bytes;  /* of the digest */
	uint8_t since_major, since_minor; /* first kernel whose table has the number */
};

/* NULL for a number beyond the table. */
const struct hashalgo *hashalgo_by_id(unsigned id);
/* NULL too when the table of Linux major.minor did not have the number yet. */
const struct hashalgo *hashalgo_of_kernel(unsigned id, unsigned major, unsigned minor);
/* NULL for an unknown name; only the kernel's spelling is known. */
const struct hashalgo *hashalgo_by_name(const char *name);

/* A digest as a value. size_bytes 0: not computed. */
struct digest {
	const struct hashalgo *algo;
	uint8_t size_bytes;
	uint8_t value[HASHALGO_SIZE_MAX];
};

#endif
