/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes the trailer and the PKCS#7 message of appended signatures, alone and checked with no keys.
 */
#include <stdlib.h>
#include <string.h>

#include "scanner/base/buf.h"
#include "scanner/digest.h"
#include "scanner/modsig.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kernel_profile profile;
	static struct keyring *ring;
	static struct verifier *verifier;
	struct modsig *m;

	if (!ring) {
		if (digest_init(NULL) < 0)
			abort();
		profile_init(&profile);
		ring = keyring_new(".ima");
		verifier = verifier_new(ring, &profile);
	}
	find(data, size);
	if (modsig_parse(data, size, &m, NULL) < 0)
		abort();
	if (m) {
		struct digest content = {.algo = modsig_algo(m)};
		own_buf struct buf signer = {0};

		modsig_signer(m, &signer);

		content.size_bytes = content.algo->size_bytes;
		if (modsig_check(m, verifier, ring, &content).result == VERIFY_OK)
			abort();
	}
	modsig_free(m);
	return 0;
}
