/* SPDX-License-Identifier: GPL-2.0-or-later */
/* syslinux.cfg, also as U-Boot reads it; behind a NUL what it includes. */
#include "tests/fuzz/loaderview.h"

static int syslinux(struct loaders *l, const char *where, const char *text, size_t size,
		    struct fault *f)
{
	return syslinux_decode(l, BOOTENTRY_SYSLINUX, where, text, size, f);
}

static int uboot(struct loaders *l, const char *where, const char *text, size_t size,
		 struct fault *f)
{
	return syslinux_decode(l, BOOTENTRY_UBOOT, where, text, size, f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	loaderview_run(data, size, "ESP:/syslinux/syslinux.cfg", syslinux);
	loaderview_run(data, size, "/boot/extlinux/extlinux.conf", uboot);
	return 0;
}
