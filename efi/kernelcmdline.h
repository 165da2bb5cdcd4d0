/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_KERNELCMDLINE_H
#define EFI_KERNELCMDLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"
#include "scanner/kconfig.h"

/*
 * The command line that a kernel goes by, made of the one it was given and what is built in
 * (docs/formats/kernel-image.md has the table).
 */
enum kernelcmdline_rule {
	KERNELCMDLINE_LOADER, /* the loader's alone: nothing is built in, or nothing is known */
	KERNELCMDLINE_BUILTIN_FIRST,   /* built in, then the loader's */
	KERNELCMDLINE_BUILTIN_LAST,    /* the loader's, then built in */
	KERNELCMDLINE_BUILTIN_ONLY,    /* built in, whatever the loader says */
	KERNELCMDLINE_BUILTIN_INSTEAD, /* built in, since the loader says nothing */
};

struct kernelcmdline {
	enum kernelcmdline_rule rule;
	bool known;	/* the configuration told the architecture; else it was no help */
	size_t limit;	/* COMMAND_LINE_SIZE, its NUL included; 0: not known */
	bool truncated; /* the rest is cut off: words at the end are not seen by the kernel */
	/* Does it look at a boot configuration: never, when the word "bootconfig" is there, always? */
	enum {
		KERNELCMDLINE_BOOTCONFIG_NEVER,
		KERNELCMDLINE_BOOTCONFIG_ASKED,
		KERNELCMDLINE_BOOTCONFIG_ALWAYS
	} bootconfig;
	bool bootconfig_taken; /* it looks at one with this command line */
	/* One is built in (CONFIG_BOOT_CONFIG_EMBED), for want of another; its text is not in the
	 * configuration. */
	bool bootconfig_built_in;
};

/* from_loader NULL: none is given. Appends to *out. Fails for lack of memory only. */
int kernelcmdline_effective(struct kconfig config, const char *from_loader, struct buf *out,
			    struct kernelcmdline *how, struct fault *f) FAULT_MUST_USE;
/* "loader", "builtin-first", "builtin-last", "builtin-only", "builtin-instead" */
const char *kernelcmdline_rule_name(enum kernelcmdline_rule rule);

/*
 * The words that a boot configuration at the end of an initrd adds: *out_kernel's come before the command
 * line (early parameters among them have no effect), *out_init's are arguments of init. False: there
 * is none that the kernel would take. why->text is then empty, or says what is wrong with it. Whether
 * this kernel looks at it says struct kernelcmdline.
 */
bool kernelcmdline_bootconfig(const uint8_t *initrd, size_t size, struct buf *out_kernel,
			      struct buf *out_init, struct fault *why);

#endif
