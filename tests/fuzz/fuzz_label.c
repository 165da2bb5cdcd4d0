/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a label: decoded, asked for its hash, named, and judged without a key and by some. */
#include <stdlib.h>

#include "scanner/digest.h"
#include "scanner/imaxattr.h"
#include "scanner/verify.h"
#include "tests/fuzz/ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct verifier *verifier, *with_keys;
	static struct keyring *ring;
	static struct kernel_profile profile;
	static struct digest digest;
	struct imaxattr label;

	if (!verifier) {
		profile = (struct kernel_profile){
			.major = 7, .minor = 1, .sig_v1 = true, .sigv3_files = true, .ecdsa = true};
		profile.default_hash = hashalgo_by_id(HASHALGO_SHA256);
		digest = (struct digest){.algo = profile.default_hash, .size_bytes = 32};
		if (digest_init(NULL) < 0)
			abort();
		ring = ring_new(".ima", &profile);
		verifier = verifier_new(keyring_new(".ima"), &profile);
		with_keys = verifier_new(ring, &profile);
	}
	imaxattr_decode(data, size, &label);
	if (!imaxattr_collect_algo(&label, &profile) || !imaxattr_type_name(&label))
		abort();
	if ((label.sig && label.sig + label.sig_size != data + size) ||
	    (label.digest && label.digest + label.digest_size != data + size))
		abort();
	if (verifier_check(verifier, &label, &digest).result == VERIFY_OK)
		abort();
	for (size_t i = 0; label.has_keyid && i < keyring_count(ring); i++) {
		struct imaxattr meant = ring_meant(ring, i, &label);

		if (verifier_check(with_keys, &meant, &digest).result == VERIFY_OK)
			abort();
	}
	return 0;
}
