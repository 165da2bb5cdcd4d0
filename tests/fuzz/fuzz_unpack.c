/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compressed streams of each kind, within small limits. */
#include <stdlib.h>

#include "efi/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { LIMIT = 1 << 16 };
	struct unpack unpack;
	struct fault f;

	if (unpack_find(data, size, size / 2) > size)
		abort();
	if (unpack_stream(data, size, LIMIT, &unpack, &f) < 0)
		return 0;
	if (unpack.size > LIMIT || unpack.used > size ||
	    (unpack.end == UNPACK_WHOLE) != (unpack.why.text[0] == '\0') ||
	    (unpack.data && unpack.data[unpack.size] != '\0'))
		abort();
	unpack_done(&unpack);
	return 0;
}
