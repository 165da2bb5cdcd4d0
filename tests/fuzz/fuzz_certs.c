/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a file of keys: certificates are described and judged by two kernels. */
#include <stdlib.h>

#include "scanner/certificate.h"
#include "scanner/digest.h"
#include "scanner/keyfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *context, const char *file, X509 *x509, EVP_PKEY *pkey, struct fault *f)
{
	struct keyring_key key;
	int result = x509 ? certificate_read(x509, file, context, &key, f)
			  : certificate_read_bare(pkey, file, &key, f);

	if (result == 0)
		certificate_done(&key);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned minors[] = {1, 12};
	struct fault f;
	size_t count;

	if (digest_init(NULL) < 0)
		abort();
	for (size_t i = 0; i < 2; i++) {
		struct kernel_profile profile = {
			.major = 6, .minor = minors[i], .ecdsa = i > 0, .sm2 = i == 0};

		for (size_t h = 0; h < HASHALGO_COUNT; h++)
			profile.hash[h] = PROFILE_BUILTIN;
		if (keyfile_decode("fuzz", data, size, take, &profile, &count, &f) < 0)
			count = 0;
	}
	return 0;
}
