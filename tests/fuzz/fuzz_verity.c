/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes the fs-verity descriptor: whatever decodes must be fit for computing a digest. */
#include <stdlib.h>
#include <string.h>

#include "scanner/verity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int zeros(void *context, void *data, size_t size)
{
	(void)context;
	memset(data, 0, size);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct verity_params params;
	struct digest digest;
	uint64_t file_size = 0;
	struct fault f;

	if (verity_decode(data, size, &params, &file_size, &f) < 0)
		return 0;
	/* A few blocks and a rest; the file's size is whatever fstat() says, not the descriptor. */
	if (verity_digest(&params, file_size % (3 * params.block_size), zeros, NULL, &digest, &f) <
	    0)
		abort();
	if (digest.size_bytes != params.algo->size_bytes)
		abort();
	return 0;
}
