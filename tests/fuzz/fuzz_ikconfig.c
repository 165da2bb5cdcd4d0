/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations inside kernels. */
#include <stdlib.h>

#include "efi/ikconfig.h"
#include "scanner/base/own.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	own_mem char *text = NULL;
	size_t text_size = 0;
	struct fault damage, f;

	if (ikconfig_find(data, size, &text, &text_size, &damage, &f) == 0 && text &&
	    (text_size == 0 || text_size > IKCONFIG_TEXT_MAX || damage.text[0]))
		abort();
	return 0;
}
