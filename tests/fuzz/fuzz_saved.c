/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as saved variables: what is taken holds to the limits. */
#include <stdlib.h>
#include <string.h>

#include "efi/saved.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int each(void *context, const struct efistore_variable *v, struct fault *f)
{
	size_t *left = context;

	(void)f;
	if (!v->name || !v->name[0] || (v->unreadable != 0) == (v->data != NULL))
		abort();
	if (v->size > *left)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault fault = {0};

	(void)saved_is(data, size);
	if (saved_decode(data, size, each, &size, &fault) < 0 && !fault.text[0])
		abort();
	return 0;
}
