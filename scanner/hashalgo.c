/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's table of hash algorithms (crypto/hash_info.c, up to Linux 7.1). */
#include "scanner/hashalgo.h"

#include <string.h>

static const struct hashalgo table[HASHALGO_COUNT] = {
	{HASHALGO_MD4, "md4", "MD4", "CRYPTO_MD4", 16, 3, 13},
	{HASHALGO_MD5, "md5", "MD5", "CRYPTO_MD5", 16, 3, 13},
	{HASHALGO_SHA1, "sha1", "SHA1", "CRYPTO_SHA1", 20, 3, 13},
	{HASHALGO_RMD160, "rmd160", "RIPEMD160", "CRYPTO_RMD160", 20, 3, 13},
	{HASHALGO_SHA256, "sha256", "SHA2-256", "CRYPTO_SHA256", 32, 3, 13},
	{HASHALGO_SHA384, "sha384", "SHA2-384", "CRYPTO_SHA512", 48, 3, 13},
	{HASHALGO_SHA512, "sha512", "SHA2-512", "CRYPTO_SHA512", 64, 3, 13},
	{HASHALGO_SHA224, "sha224", "SHA2-224", "CRYPTO_SHA256", 28, 3, 13},
	/* The RIPEMD and Tiger variants lost their drivers in 5.13; nobody hashes files with them.
	 */
	{HASHALGO_RMD128, "rmd128", NULL, NULL, 16, 3, 13},
	{HASHALGO_RMD256, "rmd256", NULL, NULL, 32, 3, 13},
	{HASHALGO_RMD320, "rmd320", NULL, NULL, 40, 3, 13},
	{HASHALGO_WP256, "wp256", "whirlpool", "CRYPTO_WP512", 32, 3, 13},
	{HASHALGO_WP384, "wp384", "whirlpool", "CRYPTO_WP512", 48, 3, 13},
	{HASHALGO_WP512, "wp512", "whirlpool", "CRYPTO_WP512", 64, 3, 13},
	{HASHALGO_TGR128, "tgr128", NULL, NULL, 16, 3, 13},
	{HASHALGO_TGR160, "tgr160", NULL, NULL, 20, 3, 13},
	{HASHALGO_TGR192, "tgr192", NULL, NULL, 24, 3, 13},
	{HASHALGO_SM3, "sm3", "SM3", "CRYPTO_SM3_GENERIC", 32, 4, 10},
	{HASHALGO_STREEBOG256, "streebog256", "md_gost12_256", "CRYPTO_STREEBOG", 32, 5, 0},
	{HASHALGO_STREEBOG512, "streebog512", "md_gost12_512", "CRYPTO_STREEBOG", 64, 5, 0},
	{HASHALGO_SHA3_256, "sha3-256", "SHA3-256", "CRYPTO_SHA3", 32, 6, 7},
	{HASHALGO_SHA3_384, "sha3-384", "SHA3-384", "CRYPTO_SHA3", 48, 6, 7},
	{HASHALGO_SHA3_512, "sha3-512", "SHA3-512", "CRYPTO_SHA3", 64, 6, 7},
};

const struct hashalgo *hashalgo_by_id(unsigned id)
{
	return id < HASHALGO_COUNT ? &table[id] : NULL;
}

const struct hashalgo *hashalgo_of_kernel(unsigned id, unsigned major, unsigned minor)
{
	const struct hashalgo *algo = hashalgo_by_id(id);

	if (!algo || algo->since_major > major ||
	    (algo->since_major == major && algo->since_minor > minor))
		return NULL;
	return algo;
}

const struct hashalgo *hashalgo_by_name(const char *name)
{
	for (unsigned i = 0; i < HASHALGO_COUNT; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}
