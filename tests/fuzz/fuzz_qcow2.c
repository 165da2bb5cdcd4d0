/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: the header of a qcow2 image. What passes names no other file and has its tables inside its own. */
#include <stdlib.h>

#include "rescue/imageformat.h"
#include "rescue/qcow2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct imageformat *format = imageformat_of(data, size);
	struct qcow2 header;
	struct fault f;

	if (qcow2_decode(data, size, &header, &f) < 0)
		return 0;
	if (format->way != IMAGEFORMAT_QCOW2)
		abort();
	if (qcow2_check(&header, size, &f) < 0)
		return 0;
	if (header.backing_file || header.data_file || header.encrypted || header.newer ||
	    header.tables_end > size || header.size_bytes < QCOW2_SECTOR_BYTES)
		abort();
	return 0;
}
