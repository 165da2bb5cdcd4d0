/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot configurations: the input is the end of an initrd, and a text. */
#include <errno.h>
#include <stdlib.h>

#include "efi/bootconfig.h"
#include "efi/kernelcmdline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	own_buf struct buf kernel = {0}, init = {0};
	struct kernelcmdline how;
	struct fault f;

	if (!kernelcmdline_bootconfig(data, size, &kernel, &init, &f) &&
	    (kernel.len > 0 || init.len > 0))
		abort();
	buf_clear(&kernel);
	if (bootconfig_words((const char *)data, size, "kernel", &kernel, &f) < 0 &&
	    (f.os != EBADMSG || kernel.len > 0))
		abort();
	/* Each word of a key says the whole key again, so a text may grow, but not without end. */
	if (kernel.len >
	    (size_t)BOOTCONFIG_NODES_MAX * (BOOTCONFIG_KEY_MAX + 4) + BOOTCONFIG_TEXT_MAX)
		abort();
	/* The same bytes as a configuration. */
	buf_clear(&init);
	if (kernelcmdline_effective(kconfig_of(data, size), "quiet bootconfig", &init, &how, &f) ==
		    0 &&
	    how.limit && init.len >= how.limit)
		abort();
	return 0;
}
