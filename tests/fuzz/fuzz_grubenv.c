/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's environment blocks. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/grubenv.h"

static int variable(void *context, const char *name, const char *value, struct fault *f)
{
	size_t *bytes = context;

	(void)f;
	if (!*name)
		abort();
	*bytes += strlen(name) + strlen(value);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault f;
	size_t bytes = 0;
	bool valid;

	if (grubenv_decode((const char *)data, size, variable, &bytes, &valid, &f) < 0 ||
	    bytes > size || (bytes > 0 && !valid))
		abort();
	return 0;
}
