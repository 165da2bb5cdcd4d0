/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's configuration; behind a NUL every file that it includes. */
#include "tests/fuzz/loaderview.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	loaderview_run(data, size, "/boot/grub/grub.cfg", grub_decode);
	return 0;
}
