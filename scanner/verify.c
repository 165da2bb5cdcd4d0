/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signature labels, judged as integrity_digsig_verify() does (security/integrity/digsig.c,
 * digsig_asymmetric.c, lib/digsig.c; Linux 6.1, 6.12 and 7.1).
 */
#include "scanner/verify.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/digest.h"
#include "scanner/pkverify.h"

enum {
	V1_HEADER_BYTES = 16,	/* after the type byte: version to count of numbers */
	V1_ALGO_OFFSET = 1 + 5, /* the public key algorithm; 0 is RSA, there is no other */
	V2_HEADER_BYTES = 9,
	SHA1_BYTES = 20,
	/* More keys of one id than this: no owner has them, and the kernel picks any. */
	CANDIDATES_MAX = 16,
};

struct verifier {
	const struct keyring *ring;
	const struct kernel_profile *profile;
	struct digester *digester;
	/* Keys made ready, in the order of their first use. Few: a system has some three signers.
	 */
	struct pkverify **ready;
	size_t count, room;
};

struct verifier *verifier_new(const struct keyring *ring, const struct kernel_profile *profile)
{
	struct verifier *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->ring = ring;
	v->profile = profile;
	v->digester = digester_new();
	if (!v->digester) {
		free(v);
		return NULL;
	}
	return v;
}

void verifier_free(struct verifier *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->count; i++)
		pkverify_free(v->ready[i]);
	free(v->ready);
	digester_free(v->digester);
	free(v);
}

/* NULL: no memory. */
static struct pkverify *ready_key(struct verifier *v, const struct keyring_key *key)
{
	struct pkverify *p;

	for (size_t i = 0; i < v->count; i++)
		if (pkverify_key(v->ready[i]) == key)
			return v->ready[i];
	if (v->count == v->room) {
		size_t room = v->room ? v->room * 2 : 8;
		struct pkverify **ready = reallocarray(v->ready, room, sizeof(struct pkverify *));

		if (!ready)
			return NULL;
		v->ready = ready;
		v->room = room;
	}
	p = pkverify_new(key);
	if (p)
		v->ready[v->count++] = p;
	return p;
}

/* What is to be verified, whichever of the candidate keys it is tried with. */
struct question {
	const struct hashalgo *algo; /* NULL: version 1 */
	const uint8_t *data;
	size_t size;
	const uint8_t *sig;
	size_t sig_size;
};

static enum verify_result try_key(struct verifier *v, const struct keyring_key *key,
				  const struct question *q)
{
	struct pkverify *p = ready_key(v, key);

	if (!p)
		return VERIFY_NO_MEMORY;
	if (!q->algo)
		return pkverify_check_v1(p, q->data, q->sig, q->sig_size);
	return pkverify_check(p, v->profile, q->algo, q->data, q->size, q->sig, q->sig_size);
}

/* The kernel tries one key only, and which of several is a matter of chance: they have to agree. */
static struct verify_outcome try_all(struct verifier *v, const struct keyring_key *const *keys,
				     size_t found, const struct question *q)
{
	struct verify_outcome outcome = {.result = VERIFY_NO_KEY};

	if (found == 0)
		return outcome;
	if (found > CANDIDATES_MAX)
		return (struct verify_outcome){VERIFY_AMBIGUOUS, keys[0]};
	outcome = (struct verify_outcome){try_key(v, keys[0], q), keys[0]};
	for (size_t i = 1; i < found; i++) {
		enum verify_result result = try_key(v, keys[i], q);

		if (result == VERIFY_NO_MEMORY || outcome.result == VERIFY_NO_MEMORY)
			outcome.result = VERIFY_NO_MEMORY;
		else if (result != outcome.result)
			outcome.result = VERIFY_AMBIGUOUS;
	}
	return outcome;
}

static bool any_revoked(const struct keyring_key *const *keys, size_t found)
{
	for (size_t i = 0; i < found && i < CANDIDATES_MAX; i++)
		if (keys[i]->revoked)
			return true;
	return false;
}

/* Asymmetric keys, for versions 2 and 3: `data` is what was signed. */
static struct verify_outcome check_v2(struct verifier *v, const struct imaxattr *label,
				      const struct hashalgo *algo, const struct digest *data)
{
	const struct keyring_key *keys[CANDIDATES_MAX] = {NULL};
	size_t found = keyring_find(v->ring, label->keyid, keys, CANDIDATES_MAX);
	struct question q = {algo, data->value, data->size_bytes, label->sig, label->sig_size};

	if (keyring_id_revoked(v->ring, label->keyid) || any_revoked(keys, found))
		return (struct verify_outcome){VERIFY_REVOKED, keys[0]};
	if (keyring_count(v->ring) == 0)
		return (struct verify_outcome){.result = VERIFY_NO_KEYRING};
	if (!found)
		return (struct verify_outcome){VERIFY_NO_KEY,
					       keyring_find_refused(v->ring, label->keyid)};
	return try_all(v, keys, found, &q);
}

/* Are the bytes hashed before they are signed, so that no signature means two things? */
static bool is_indirect(const struct imaxattr *label, const struct kernel_profile *profile)
{
	return label->version == 3 &&
	       (label->type == IMAXATTR_VERITY_SIGNATURE || profile->sigv3_files);
}

/* struct ima_file_id: type, algorithm, and the digest in its own length. */
static bool hash_file_id(struct verifier *v, uint8_t type, const struct digest *digest,
			 struct digest *out)
{
	uint8_t id[2 + HASHALGO_SIZE_MAX] = {type, (uint8_t)digest->algo->id};

	memcpy(id + 2, digest->value, digest->size_bytes);
	return digest_buffer(v->digester, digest->algo, id, 2u + digest->size_bytes, out, NULL) ==
	       0;
}

static struct verify_outcome check_asymmetric(struct verifier *v, const struct imaxattr *label,
					      const struct digest *digest)
{
	const struct hashalgo *algo;
	struct digest signed_data = *digest;
	size_t claimed;

	if (label->raw_size <= V2_HEADER_BYTES)
		return (struct verify_outcome){.result = VERIFY_BAD};
	claimed = (size_t)label->raw[7] << 8 | label->raw[8];
	if (claimed != label->raw_size - V2_HEADER_BYTES)
		return (struct verify_outcome){.result = VERIFY_BAD};
	algo = hashalgo_of_kernel(label->algo_byte, v->profile->major, v->profile->minor);
	if (!algo)
		return (struct verify_outcome){.result = VERIFY_UNSUPPORTED_ALGO};
	if (is_indirect(label, v->profile) && !hash_file_id(v, label->raw[0], digest, &signed_data))
		return (struct verify_outcome){.result = VERIFY_CANNOT};
	return check_v2(v, label, algo, &signed_data);
}

/* Signed in version 1: SHA-1 of the file's digest and the header. */
static bool hash_v1(struct verifier *v, const struct imaxattr *label, const struct digest *digest,
		    struct digest *out)
{
	const struct hashalgo *sha1 = hashalgo_by_id(HASHALGO_SHA1);

	return digester_begin(v->digester, sha1, NULL) == 0 &&
	       digester_update(v->digester, digest->value, digest->size_bytes, NULL) == 0 &&
	       digester_update(v->digester, label->raw + 1, V1_HEADER_BYTES, NULL) == 0 &&
	       digester_end(v->digester, out, NULL) == 0;
}

static struct verify_outcome check_v1(struct verifier *v, const struct imaxattr *label,
				      const struct digest *digest)
{
	const struct keyring_key *keys[CANDIDATES_MAX] = {NULL};
	struct digest signed_data;
	struct question q;
	size_t found;

	if (!v->profile->sig_v1)
		return (struct verify_outcome){.result = VERIFY_UNSUPPORTED_VERSION};
	if (label->raw_size < 1 + V1_HEADER_BYTES + 2)
		return (struct verify_outcome){.result = VERIFY_BAD};
	if (label->raw[V1_ALGO_OFFSET] != 0)
		return (struct verify_outcome){.result = VERIFY_UNSUPPORTED_ALGO};
	if (keyring_count(v->ring) == 0)
		return (struct verify_outcome){.result = VERIFY_NO_KEYRING};
	found = keyring_find_v1(v->ring, label->keyid_v1, keys, CANDIDATES_MAX);
	/* The kernel asks no blacklist here. The operator who revokes a key surely means these too.
	 */
	if (any_revoked(keys, found))
		return (struct verify_outcome){VERIFY_REVOKED, keys[0]};
	if (!hash_v1(v, label, digest, &signed_data))
		return (struct verify_outcome){.result = VERIFY_CANNOT};
	q = (struct question){NULL, signed_data.value, SHA1_BYTES, label->sig, label->sig_size};
	return try_all(v, keys, found, &q);
}

struct verify_outcome verifier_check(struct verifier *v, const struct imaxattr *label,
				     const struct digest *digest)
{
	if (label->raw_size < 2)
		return (struct verify_outcome){.result = VERIFY_BAD};
	switch (label->version) {
	case 1: return check_v1(v, label, digest);
	case 2:
	case 3: return check_asymmetric(v, label, digest);
	default: return (struct verify_outcome){.result = VERIFY_UNSUPPORTED_VERSION};
	}
}

enum verify_result verifier_raw(struct verifier *v, const struct keyring_key *key,
				const struct digest *digest, const uint8_t *sig, size_t sig_size)
{
	struct question q = {digest->algo, digest->value, digest->size_bytes, sig, sig_size};

	if (key->revoked)
		return VERIFY_REVOKED;
	return try_key(v, key, &q);
}

enum verify_result verifier_once(struct verifier *v, const struct keyring_key *key,
				 const struct digest *digest, const uint8_t *sig, size_t sig_size)
{
	struct pkverify *p = pkverify_new(key);
	enum verify_result result = VERIFY_NO_MEMORY;

	if (p)
		result = pkverify_check(p, v->profile, digest->algo, digest->value,
					digest->size_bytes, sig, sig_size);
	pkverify_free(p);
	return result;
}
