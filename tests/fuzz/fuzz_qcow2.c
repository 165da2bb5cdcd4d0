/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: the header of a qcow2 image, then its tables. What passes names no other file and has its tables, and all that
 * they name, inside its own: also when more follows.
 */
#include <stdlib.h>
#include <string.h>

#include "rescue/imageformat.h"
#include "rescue/qcow2.h"
#include "rescue/qcow2map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

/* Zeros behind its end. */
static ssize_t read_input(void *context, void *data, size_t size, uint64_t offset)
{
	const struct input *input = context;
	size_t there = offset < input->size ? input->size - (size_t)offset : 0;

	there = there < size ? there : size;
	memset(data, 0, size);
	if (there)
		memcpy(data, input->data + offset, there);
	return (ssize_t)size;
}

static void check_tables(const struct qcow2 *header, struct input *input)
{
	struct qcow2map_file file = {read_input, input, input->size};
	struct fault f;

	if (qcow2map_check(header, &file, &f) < 0)
		return;
	file.size_bytes++;
	if (qcow2map_check(header, &file, &f) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
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
	check_tables(&header, &input);
	return 0;
}
