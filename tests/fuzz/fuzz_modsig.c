/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes the trailer and the PKCS#7 message of appended signatures: alone, checked with no keys, and checked with
 * the message's own certificates as the trusted ones.
 */
#include <stdlib.h>
#include <string.h>

#include "scanner/base/buf.h"
#include "scanner/digest.h"
#include "scanner/modsig.h"
#include "scanner/pkcs7.h"
#include "tests/fuzz/ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void find(const uint8_t *data, size_t size)
{
	uint32_t pkcs7_size = 0;
	bool malformed;

	if (size >= MODSIG_TAIL_BYTES &&
	    modsig_find(data + size - MODSIG_TAIL_BYTES, size, &pkcs7_size, &malformed) &&
	    (malformed || pkcs7_size >= size - MODSIG_TAIL_BYTES))
		abort();
}

static void check(const uint8_t *data, size_t size, const struct modsig *m, bool own_keys,
		  const struct kernel_profile *profile)
{
	struct digest content = {.algo = modsig_algo(m), .size_bytes = modsig_algo(m)->size_bytes};
	struct keyring *ring = keyring_new(".ima");
	struct verifier *verifier = verifier_new(ring, profile);
	struct pkcs7 *message = NULL;
	struct verify_outcome outcome;

	if (own_keys && pkcs7_parse(data, size, &message, NULL) < 0)
		abort();
	for (int i = 0; message && i < sk_X509_num(message->certs); i++)
		ring_add(ring, sk_X509_value(message->certs, i), profile);
	outcome = modsig_check(m, verifier, ring, &content);
	/* Without keys nothing is good; a key that made it so is one of the ring. */
	if (outcome.result == VERIFY_OK && (!own_keys || !outcome.key))
		abort();
	pkcs7_free(message);
	verifier_free(verifier);
	keyring_free(ring);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_profile profile;
	own_buf struct buf signer = {0};
	struct modsig *m;

	if (digest_init(NULL) < 0)
		abort();
	profile_init(&profile);
	find(data, size);
	if (modsig_parse(data, size, &m, NULL) < 0)
		abort();
	if (m) {
		modsig_signer(m, &signer);
		check(data, size, m, false, &profile);
		check(data, size, m, true, &profile);
	}
	modsig_free(m);
	return 0;
}
