/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Raspberry Pi's config.txt; behind a NUL cmdline.txt and what it includes. */
#include "tests/fuzz/loaderview.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	loaderview_run(data, size, "/boot/firmware/config.txt", raspberry_decode);
	return 0;
}
