/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that command lines are made of, and settings of kexec. */
#include "tests/fuzz/loaderview.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"/etc/kernel/cmdline", "/etc/kernel/uki.conf",
					    "/etc/default/grub", "/etc/dracut.conf",
					    "/etc/mkinitcpio.d/linux.preset"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		loaderview_run(data, size, paths[i], template_decode);
	loaderview_run(data, size, "/etc/default/kdump-tools", kexec_decode);
	return 0;
}
