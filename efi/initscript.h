/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_INITSCRIPT_H
#define EFI_INITSCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "efi/remark.h"
#include "efi/targetfs.h"
#include "scanner/base/fault.h"

/*
 * Scripts of a root that run when it starts (OpenRC, SysV, runit, systemd units, tmpfiles.d), or from which
 * the next initramfs will be made, and which of them write an IMA policy. Read, never run.
 */
enum {
	INITSCRIPT_FILES_MAX = 20000, /* looked at in all */
	INITSCRIPT_CALLED_MAX = 64,   /* scripts that one script calls and that are looked into */
};

struct initscript_hit {
	const char *where;  /* targetfs path of the script or unit that writes */
	unsigned line;	    /* 0: a program, or in no line that was understood */
	const char *policy; /* path, as the script names it; NULL: not known */
	const char *source; /* the directory a future initramfs is made of, which `policy` may be
			       below; NULL: it is not */
	bool of_initramfs;  /* where the next initramfs comes from, not what the root runs */
	bool enabled, enabled_known;
};

/* Return -1 with *f filled to stop. */
typedef int initscript_fn(void *context, const struct initscript_hit *hit, struct fault *f);

int initscript_find(const struct targetfs *t, initscript_fn *found, void *context,
		    struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;

#endif
