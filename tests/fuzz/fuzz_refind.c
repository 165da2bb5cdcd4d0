/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rEFInd's configuration; behind a NUL what it includes. */
#include "tests/fuzz/loaderview.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	loaderview_run(data, size, "ESP:/EFI/refind/refind.conf", refind_decode);
	return 0;
}
