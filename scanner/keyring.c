/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operator's keys, looked up as the kernel does (crypto/asymmetric_keys/asymmetric_type.c). */
#include "scanner/keyring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "scanner/certificate.h"
#include "scanner/digest.h"
#include "scanner/keyfile.h"

struct keyring {
	char *name;
	struct keyring_key **keys; /* each its own, so that pointers stay good while it grows */
	size_t count, room, skipped;
	const struct keyring *revoked; /* certificates of the blacklist; NULL: none */
};

struct keyring *keyring_new(const char *name)
{
	struct keyring *ring = calloc(1, sizeof(*ring));

	if (!ring)
		return NULL;
	ring->name = strdup(name);
	if (!ring->name) {
		free(ring);
		return NULL;
	}
	return ring;
}

void keyring_free(struct keyring *ring)
{
	if (!ring)
		return;
	for (size_t i = 0; i < ring->count; i++) {
		certificate_done(ring->keys[i]);
		free(ring->keys[i]);
	}
	free(ring->keys);
	free(ring->name);
	free(ring);
}

static bool has(const struct keyring *ring, const struct keyring_key *key)
{
	for (size_t i = 0; i < ring->count; i++)
		if (memcmp(ring->keys[i]->sha256, key->sha256, sizeof(key->sha256)) == 0)
			return true;
	return false;
}

/* Takes the key, also when it fails. */
static int add(struct keyring *ring, struct keyring_key *key, struct fault *f)
{
	struct keyring_key *kept;

	if (has(ring, key)) {
		certificate_done(key);
		return 0;
	}
	if (ring->count == ring->room) {
		size_t room = ring->room ? ring->room * 2 : 8;
		struct keyring_key **keys = reallocarray(ring->keys, room, sizeof(*keys));

		if (keys) {
			ring->keys = keys;
			ring->room = room;
		}
	}
	kept = ring->count < ring->room ? malloc(sizeof(*kept)) : NULL;
	if (!kept) {
		certificate_done(key);
		return fault_set(f, ENOMEM, "adding a key");
	}
	*kept = *key;
	ring->keys[ring->count++] = kept;
	return 0;
}

struct loading {
	struct keyring *ring;
	const struct kernel_profile *profile;
};

static int load_item(void *context, const char *file, X509 *x509, EVP_PKEY *pkey, struct fault *f)
{
	const struct loading *loading = context;
	struct keyring_key key;
	int result = x509 ? certificate_read(x509, file, loading->profile, &key, f)
			  : certificate_read_bare(pkey, file, &key, f);

	return result < 0 ? -1 : add(loading->ring, &key, f);
}

static int load_file(void *context, const char *file, bool named, const uint8_t *data, size_t size,
		     struct fault *f)
{
	struct loading *loading = context;
	size_t count = 0;

	if (keyfile_decode(file, data, size, load_item, loading, &count, f) < 0)
		return -1;
	if (count == 0 && named)
		return fault_set(f, 0, "it holds no certificate");
	if (count == 0)
		loading->ring->skipped++;
	return 0;
}

int keyring_load(struct keyring *ring, const char *path, const struct kernel_profile *profile,
		 struct fault *f)
{
	struct loading loading = {ring, profile};

	if (digest_init(f) < 0)
		return -1;
	return keyfile_each(path, load_file, &loading, f);
}

size_t keyring_count(const struct keyring *ring)
{
	return ring->count;
}

const struct keyring_key *keyring_at(const struct keyring *ring, size_t i)
{
	return ring->keys[i];
}

const char *keyring_name(const struct keyring *ring)
{
	return ring->name;
}

size_t keyring_skipped(const struct keyring *ring)
{
	return ring->skipped;
}

static bool has_id(const struct keyring_key *key, uint32_t keyid)
{
	return (key->has_skid && key->skid == keyid) ||
	       (key->has_issuer_id && key->issuer_id == keyid);
}

size_t keyring_find(const struct keyring *ring, uint32_t keyid, const struct keyring_key **out,
		    size_t max)
{
	size_t found = 0;

	for (size_t i = 0; i < ring->count; i++) {
		const struct keyring_key *key = ring->keys[i];

		if (!key->x509 || key->refused || !has_id(key, keyid))
			continue;
		if (found < max)
			out[found] = key;
		found++;
	}
	return found;
}

const struct keyring_key *keyring_find_refused(const struct keyring *ring, uint32_t keyid)
{
	for (size_t i = 0; i < ring->count; i++)
		if (ring->keys[i]->refused && has_id(ring->keys[i], keyid))
			return ring->keys[i];
	return NULL;
}

size_t keyring_find_v1(const struct keyring *ring, uint64_t keyid, const struct keyring_key **out,
		       size_t max)
{
	size_t found = 0;

	for (size_t i = 0; i < ring->count; i++) {
		const struct keyring_key *key = ring->keys[i];

		if (key->algo != KEYRING_RSA || !key->pkey || key->keyid_v1 != keyid)
			continue;
		if (found < max)
			out[found] = key;
		found++;
	}
	return found;
}

void keyring_key_id_text(const struct keyring_key *key, struct buf *out)
{
	if (key->has_skid)
		buf_printf(out, "%08x", key->skid);
	else if (key->has_issuer_id)
		buf_printf(out, "%08x", key->issuer_id);
	else /* of a bare key, the end of the id that v1 signatures name */
		buf_printf(out, "%08x", (uint32_t)key->keyid_v1);
}

static bool same_certificate(const struct keyring_key *a, const struct keyring_key *b)
{
	return a->x509 && b->x509 && strcmp(a->issuer, b->issuer) == 0 &&
	       strcmp(a->serial, b->serial) == 0;
}

static bool same_key(const struct keyring_key *a, const struct keyring_key *b)
{
	return a->pkey && b->pkey && EVP_PKEY_eq(a->pkey, b->pkey) == 1;
}

void keyring_revoke(struct keyring *ring, const struct keyring *revoked)
{
	ring->revoked = revoked;
	for (size_t i = 0; i < ring->count; i++)
		for (size_t r = 0; r < revoked->count; r++)
			if (same_certificate(ring->keys[i], revoked->keys[r]) ||
			    same_key(ring->keys[i], revoked->keys[r]))
				ring->keys[i]->revoked = true;
}

bool keyring_id_revoked(const struct keyring *ring, uint32_t keyid)
{
	return ring->revoked && keyring_find(ring->revoked, keyid, NULL, 0) > 0;
}

void keyring_refuse_tbs(struct keyring *ring, const uint8_t *hash, size_t size)
{
	for (size_t i = 0; i < ring->count; i++) {
		struct keyring_key *key = ring->keys[i];

		if (size > 0 && key->tbs.size_bytes == size &&
		    memcmp(key->tbs.value, hash, size) == 0)
			key->refused = "blacklisted by its hash";
	}
}
