/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures appended to modules and kernels (docs/formats/modsig.md): the trailer of
 * include/linux/module_signature.h and a PKCS#7 message as crypto/asymmetric_keys/pkcs7_parser.c,
 * pkcs7_verify.c and pkcs7_trust.c of Linux 6.12 take it.
 */
#include "scanner/modsig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "scanner/base/bytes.h"
#include "scanner/pkcs7.h"

static const char marker[] = "~Module signature appended~\n";

enum {
	MARKER_BYTES = sizeof(marker) - 1,
	ID_TYPE_PKCS7 = 2,
	/* A chain longer than this does not fit into a message of reasonable certificates. */
	CHAIN_MAX = 32,
};

bool modsig_find(const uint8_t tail[MODSIG_TAIL_BYTES], uint64_t file_size,
		 uint32_t *out_pkcs7_size, bool *out_malformed)
{
	struct bytes b = bytes_of(tail, MODSIG_TAIL_BYTES - MARKER_BYTES);
	uint8_t algo = bytes_u8(&b), hash = bytes_u8(&b), id_type = bytes_u8(&b);
	uint8_t signer_size = bytes_u8(&b), key_id_size = bytes_u8(&b);
	const uint8_t *padding = bytes_take(&b, 3);
	uint32_t size = bytes_u32be(&b);

	*out_malformed = false;
	if (file_size <= MODSIG_TAIL_BYTES ||
	    memcmp(tail + MODSIG_TAIL_BYTES - MARKER_BYTES, marker, MARKER_BYTES) != 0)
		return false;
	*out_malformed = algo || hash || id_type != ID_TYPE_PKCS7 || signer_size || key_id_size ||
			 !bytes_all_zero(padding, 3) || size > MODSIG_PKCS7_MAX ||
			 size >= file_size - MODSIG_TAIL_BYTES;
	if (!*out_malformed)
		*out_pkcs7_size = size;
	return !*out_malformed;
}

struct modsig {
	struct pkcs7 *message;
};

int modsig_parse(const uint8_t *pkcs7, size_t size, struct modsig **out, struct fault *f)
{
	struct modsig *m = NULL;
	struct pkcs7 *message = NULL;

	if (size <= MODSIG_PKCS7_MAX && pkcs7_parse(pkcs7, size, &message, f) < 0)
		return -1;
	if (message) {
		m = calloc(1, sizeof(*m));
		if (!m) {
			pkcs7_free(message);
			return fault_set(f, ENOMEM, "reading an appended signature");
		}
		m->message = message;
	}
	*out = m;
	return 0;
}

void modsig_free(struct modsig *m)
{
	if (!m)
		return;
	pkcs7_free(m->message);
	free(m);
}

const struct hashalgo *modsig_algo(const struct modsig *m)
{
	return m->message->signers[0].hash;
}

void modsig_signer(const struct modsig *m, struct buf *out)
{
	pkcs7_id_text(&m->message->signers[0].id, out);
}

/* --- Checking --- */

struct checking {
	const struct pkcs7 *message;
	struct verifier *verifier;
	const struct keyring *ring;
	const struct pkcs7_signer *signer;
	const struct digest *digest;
};

typedef enum verify_result verifying(struct verifier *v, const struct keyring_key *key,
				     const struct digest *digest, const uint8_t *sig,
				     size_t sig_size);

static enum verify_result check_signature(const struct checking *c, const struct keyring_key *key,
					  verifying *verify)
{
	if (key->algo != c->signer->key)
		return VERIFY_BAD;
	if (!c->digest || c->digest->algo != c->signer->hash || !c->digest->size_bytes)
		return VERIFY_CANNOT;
	return verify(c->verifier, key, c->digest, ASN1_STRING_get0_data(c->signer->signature),
		      (size_t)ASN1_STRING_length(c->signer->signature));
}

static enum verify_result check_certificate(X509 *cert, EVP_PKEY *key)
{
	/* Negative: libcrypto could not even try. */
	int verified = key ? X509_verify(cert, key) : -1;

	ERR_clear_error();
	return verified == 1 ? VERIFY_OK : verified == 0 ? VERIFY_BAD : VERIFY_CANNOT;
}

/*
 * Looks for a trusted key and, when there is one, has it verify: `child`, the certificate below, or
 * the message when that is NULL. VERIFY_NO_KEY: no such key. One whose second identifier disagrees
 * gives `denied`.
 */
static struct verify_outcome try_ring(const struct checking *c, const struct pkcs7_id *wanted,
				      X509 *child, enum verify_result denied)
{
	struct verify_outcome outcome = {.result = VERIFY_NO_KEY};

	for (size_t i = 0; i < keyring_count(c->ring); i++) {
		const struct keyring_key *key = keyring_at(c->ring, i);
		enum verify_result result;
		bool disagrees;

		if (!key->x509 || key->refused || !pkcs7_id_matches(wanted, key->x509, &disagrees))
			continue;
		if (disagrees)
			result = denied;
		else if (key->revoked)
			result = VERIFY_REVOKED;
		else if (child)
			result = check_certificate(child, key->pkey);
		else
			result = check_signature(c, key, verifier_raw);
		/* Several of one identity: the kernel takes any. */
		if (outcome.key && outcome.result != result)
			result = VERIFY_AMBIGUOUS;
		outcome = (struct verify_outcome){.result = result, .key = key};
	}
	return outcome;
}

/* The signer's certificate in the message as a key of no keyring. */
static enum verify_result check_embedded(const struct checking *c, X509 *cert)
{
	static const struct {
		int type;
		enum keyring_algo algo;
	} types[] = {{EVP_PKEY_RSA, KEYRING_RSA}, {EVP_PKEY_EC, KEYRING_ECDSA}};
	EVP_PKEY *pkey = X509_get0_pubkey(cert);
	struct keyring_key key = {.pkey = pkey, .x509 = cert, .algo = KEYRING_OTHER};

	if (!pkey)
		return VERIFY_CANNOT;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (EVP_PKEY_get_base_id(pkey) == types[i].type)
			key.algo = types[i].algo;
	if (key.algo == KEYRING_OTHER)
		return VERIFY_CANNOT;
	key.bits = (unsigned)EVP_PKEY_get_bits(pkey);
	return check_signature(c, &key, verifier_once);
}

/*
 * The chain within the message from the signer's certificate upwards. False: a link of it does not
 * verify, which refuses the message whatever is trusted.
 */
static bool chain_build(const struct pkcs7 *message, X509 *leaf, X509 *chain[CHAIN_MAX],
			size_t *out_count)
{
	size_t count = 0;

	for (X509 *cert = leaf; cert && count < CHAIN_MAX;) {
		struct pkcs7_id issuer = pkcs7_id_of_issuer(cert);
		X509 *next;
		bool denied, loop = false;

		chain[count++] = cert;
		*out_count = count;
		if (pkcs7_self_signed(cert))
			return true;
		next = pkcs7_find(message, &issuer, &denied);
		if (denied)
			return false;
		for (size_t i = 0; next && i < count; i++)
			loop |= chain[i] == next;
		if (loop)
			return true;
		if (next && check_certificate(cert, X509_get0_pubkey(next)) == VERIFY_BAD)
			return false;
		cert = next;
	}
	return true;
}

/* pkcs7_validate_trust_one(): the first certificate of the chain that the keyring has decides. */
static struct verify_outcome check_trust(const struct checking *c, X509 *const *chain, size_t count)
{
	struct verify_outcome outcome = {.result = VERIFY_NO_KEY};
	struct pkcs7_id wanted;

	for (size_t i = 0; i < count; i++) {
		wanted = pkcs7_id_of(chain[i]);
		outcome = try_ring(c, &wanted, i ? chain[i - 1] : NULL, VERIFY_NO_KEY);
		if (outcome.result != VERIFY_NO_KEY)
			return outcome;
		if (pkcs7_self_signed(chain[i]))
			return outcome;
	}
	if (count) {
		wanted = pkcs7_id_of_issuer(chain[count - 1]);
		outcome = try_ring(c, &wanted, chain[count - 1], VERIFY_BAD);
		if (outcome.result != VERIFY_NO_KEY)
			return outcome;
	}
	return try_ring(c, &c->signer->id, NULL, VERIFY_BAD);
}

static struct verify_outcome check_signer(const struct checking *c)
{
	const struct pkcs7_id signer = {c->signer->id.issuer, c->signer->id.serial, NULL};
	X509 *chain[CHAIN_MAX];
	size_t count = 0;
	bool denied;
	X509 *cert = c->signer->id.serial ? pkcs7_find(c->message, &signer, &denied) : NULL;

	if (cert) {
		enum verify_result result = check_embedded(c, cert);

		if (result != VERIFY_OK)
			return (struct verify_outcome){.result = result};
		if (!chain_build(c->message, cert, chain, &count))
			return (struct verify_outcome){.result = VERIFY_BAD};
	}
	if (!keyring_count(c->ring))
		return (struct verify_outcome){.result = VERIFY_NO_KEYRING};
	return check_trust(c, chain, count);
}

/* Of several signers: one bad is bad, else one not known is not known, else one good is good. */
static int rank(enum verify_result result)
{
	static const int ranks[] = {
		[VERIFY_NO_KEY] = 0,
		[VERIFY_UNSUPPORTED_ALGO] = 1,
		[VERIFY_OK] = 2,
		[VERIFY_NO_KEYRING] = 3,
		[VERIFY_AMBIGUOUS] = 4,
		[VERIFY_CANNOT] = 5,
		[VERIFY_NO_MEMORY] = 5,
		[VERIFY_REVOKED] = 6,
		[VERIFY_BAD] = 7,
		[VERIFY_NOT_TRIED] = 5,
		[VERIFY_UNSUPPORTED_VERSION] = 7,
	};

	return ranks[result];
}

struct verify_outcome modsig_check(const struct modsig *m, struct verifier *v,
				   const struct keyring *ring, const struct digest *content)
{
	const struct pkcs7 *message = m->message;
	struct verify_outcome worst = {.result = VERIFY_BAD};

	/* Of modules the kernel takes plain data without signed attributes only. */
	if (!message->is_data || message->has_attributes)
		return worst;
	for (size_t i = 0; i < message->count; i++) {
		const struct checking c = {
			.message = message,
			.verifier = v,
			.ring = ring,
			.signer = &message->signers[i],
			/* What the message brings along counts instead of the file. */
			.digest = message->attached ? &message->attached_digest : content,
		};
		struct verify_outcome outcome = check_signer(&c);

		if (i == 0 || rank(outcome.result) > rank(worst.result))
			worst = outcome;
	}
	return worst;
}
