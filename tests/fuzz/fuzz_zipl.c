/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zipl's configuration; behind a NUL its parmfiles. */
#include "tests/fuzz/loaderview.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	loaderview_run(data, size, "/etc/zipl.conf", zipl_decode);
	return 0;
}
