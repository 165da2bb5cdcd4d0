/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a label: decoded, asked for its hash, named, and judged without a key and by some. */
#include <stdlib.h>

#include "scanner/digest.h"
#include "scanner/imaxattr.h"
#include "scanner/verify.h"
#include "tests/fuzz/ring.h"

/* Made once: what labels are judged by. */
struct judges {
	struct verifier *without_keys, *with_keys;
	struct keyring *ring;
	struct kernel_profile profile;
	struct digest digest;
};

static const struct judges *judges(void)
{
	static struct judges j;

	if (j.ring)
		return &j;
	j.profile = (struct kernel_profile){
		.major = 7, .minor = 1, .sig_v1 = true, .sigv3_files = true, .ecdsa = true};
	j.profile.default_hash = hashalgo_by_id(HASHALGO_SHA256);
	j.digest = (struct digest){.algo = j.profile.default_hash, .size_bytes = 32};
	if (digest_init(NULL) < 0)
		abort();
	j.ring = ring_new(".ima", &j.profile);
	j.without_keys = verifier_new(keyring_new(".ima"), &j.profile);
	j.with_keys = verifier_new(j.ring, &j.profile);
	return &j;
}

/* Making an RSA key takes long on a busy machine: not while an input is timed. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return judges() ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct judges *j = judges();
	struct imaxattr label;

	imaxattr_decode(data, size, &label);
	if (!imaxattr_collect_algo(&label, &j->profile) || !imaxattr_type_name(&label))
		abort();
	if ((label.sig && label.sig + label.sig_size != data + size) ||
	    (label.digest && label.digest + label.digest_size != data + size))
		abort();
	if (verifier_check(j->without_keys, &label, &j->digest).result == VERIFY_OK)
		abort();
	for (size_t i = 0; label.has_keyid && i < keyring_count(j->ring); i++) {
		struct imaxattr meant = ring_meant(j->ring, i, &label);

		if (verifier_check(j->with_keys, &meant, &j->digest).result == VERIFY_OK)
			abort();
	}
	return 0;
}
