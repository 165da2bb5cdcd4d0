/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes the PKCS#7 messages of images, alone: everything that is asked of one, with a certificate to verify by (behind the
 * first two bytes, which are its length) when there is one.
 */
#include <stdlib.h>
#include <string.h>

#include "efi/authenticode.h"
#include "efi/trustanchor.h"
#include "scanner/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct authenticode_message *m, const struct trustanchor *anchor)
{
	struct digest digest = {.algo = hashalgo_by_id(HASHALGO_SHA256), .size_bytes = 32};
	struct authenticode_time t;

	for (size_t i = 0; i < authenticode_signer_count(m); i++) {
		const struct authenticode_signer *signer = authenticode_signer_at(m, i);

		if (!signer->issuer || !signer->serial || !signer->digest)
			abort();
		authenticode_signer_tbs(m, i, HASHALGO_SHA384, &digest);
	}
	digest.size_bytes = 32;
	if (anchor) {
		authenticode_verify(m, &digest, anchor);
		authenticode_timestamp(m, anchor, &t);
	}
	if (authenticode_intact(m) && !authenticode_has_signers(m))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct authenticode_message *m;
	struct trustanchor *anchor;
	size_t cert;

	if (digest_init(NULL) < 0)
		abort();
	if (size < 2)
		return 0;
	cert = (size_t)(data[0] | data[1] << 8);
	data += 2;
	size -= 2;
	cert = cert < size ? cert : size;
	anchor = trustanchor_new(data, cert);
	authenticode_edk2_algo(data + cert, size - cert);
	m = authenticode_message_new(data + cert, size - cert);
	if (m)
		ask(m, anchor);
	authenticode_message_free(m);
	trustanchor_free(anchor);
	return 0;
}
