/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File hashes by libcrypto's EVP: fetched once, then only updated. */
#include "scanner/digest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include "scanner/cryptofault.h"

/*
 * The one piece of file-scope state here: written by digest_init() before any thread starts, only
 * read afterwards. A library context of our own sees no configuration file and no other user's
 * providers, so what is available depends on libcrypto alone.
 */
static struct {
	OSSL_LIB_CTX *context;
	OSSL_PROVIDER *standard, *legacy;
	EVP_MD *md[HASHALGO_COUNT];
	EVP_MAC *hmac;
} library;

struct digester {
	EVP_MD_CTX *context;
	const struct hashalgo *algo;
};

int digest_init(struct fault *f)
{
	if (library.context)
		return 0;
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	library.context = OSSL_LIB_CTX_new();
	if (!library.context)
		return fault_set(f, ENOMEM, "starting libcrypto");
	library.standard = OSSL_PROVIDER_load(library.context, "default");
	if (!library.standard) {
		digest_exit();
		return cryptofault_set(f, "loading libcrypto's default provider");
	}
	/* MD4 and Whirlpool live in a loadable module. A static build has none: they stay
	 * unavailable. */
	library.legacy = OSSL_PROVIDER_load(library.context, "legacy");
	for (unsigned i = 0; i < HASHALGO_COUNT; i++) {
		const char *name = hashalgo_by_id(i)->openssl;

		library.md[i] = name ? EVP_MD_fetch(library.context, name, NULL) : NULL;
	}
	library.hmac = EVP_MAC_fetch(library.context, "HMAC", NULL);
	ERR_clear_error();
	return 0;
}

void digest_exit(void)
{
	for (unsigned i = 0; i < HASHALGO_COUNT; i++)
		EVP_MD_free(library.md[i]);
	EVP_MAC_free(library.hmac);
	if (library.legacy)
		OSSL_PROVIDER_unload(library.legacy);
	if (library.standard)
		OSSL_PROVIDER_unload(library.standard);
	OSSL_LIB_CTX_free(library.context);
	memset(&library, 0, sizeof(library));
}

bool digest_available(const struct hashalgo *algo)
{
	return library.md[algo->id] != NULL;
}

struct digester *digester_new(void)
{
	struct digester *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->context = EVP_MD_CTX_new();
	if (!d->context) {
		free(d);
		return NULL;
	}
	return d;
}

void digester_free(struct digester *d)
{
	if (!d)
		return;
	EVP_MD_CTX_free(d->context);
	free(d);
}

int digester_begin(struct digester *d, const struct hashalgo *algo, struct fault *f)
{
	d->algo = NULL;
	if (!digest_available(algo))
		return fault_set(f, EINVAL, "hashing by %s, which libcrypto does not have",
				 algo->name);
	if (!EVP_DigestInit_ex2(d->context, library.md[algo->id], NULL))
		return cryptofault_set(f, "starting %s", algo->name);
	d->algo = algo;
	return 0;
}

int digester_update(struct digester *d, const void *data, size_t size, struct fault *f)
{
	if (!d->algo)
		return fault_set(f, EINVAL, "hashing before a start");
	if (!EVP_DigestUpdate(d->context, data, size))
		return cryptofault_set(f, "hashing by %s", d->algo->name);
	return 0;
}

int digester_end(struct digester *d, struct digest *out, struct fault *f)
{
	const struct hashalgo *algo = d->algo;
	unsigned char full[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	if (!algo)
		return fault_set(f, EINVAL, "finishing a hash before a start");
	d->algo = NULL;
	if (!EVP_DigestFinal_ex(d->context, full, &size))
		return cryptofault_set(f, "finishing %s", algo->name);
	if (size < algo->size_bytes)
		return fault_set(f, EINVAL, "libcrypto's %s is too short", algo->name);
	/* wp256 and wp384 are the beginning of the 64 bytes. */
	*out = (struct digest){.algo = algo, .size_bytes = algo->size_bytes};
	memcpy(out->value, full, algo->size_bytes);
	return 0;
}

int digest_buffer(struct digester *d, const struct hashalgo *algo, const void *data, size_t size,
		  struct digest *out, struct fault *f)
{
	if (digester_begin(d, algo, f) < 0 || digester_update(d, data, size, f) < 0)
		return -1;
	return digester_end(d, out, f);
}

int digest_hmac_sha1(const uint8_t *key, size_t key_size, const void *data, size_t size,
		     uint8_t out[20], struct fault *f)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA1", 0),
		OSSL_PARAM_END,
	};
	static const uint8_t no_key[1]; /* libcrypto takes a NULL key for "the one set before" */
	EVP_MAC_CTX *context = library.hmac ? EVP_MAC_CTX_new(library.hmac) : NULL;
	uint8_t mac[20];
	size_t mac_size = 0;
	bool ok = context && EVP_MAC_init(context, key_size ? key : no_key, key_size, params) &&
		  EVP_MAC_update(context, data, size) &&
		  EVP_MAC_final(context, mac, &mac_size, sizeof(mac)) && mac_size == sizeof(mac);

	EVP_MAC_CTX_free(context);
	if (!ok)
		return cryptofault_set(f, "computing an HMAC");
	memcpy(out, mac, sizeof(mac));
	return 0;
}
