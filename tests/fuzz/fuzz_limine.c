/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limine's configuration, in its new and its old syntax. */
#include "tests/fuzz/loaderview.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	loaderview_run(data, size, "/boot/limine.conf", limine_decode);
	loaderview_run(data, size, "/boot/limine.cfg", limine_decode);
	return 0;
}
