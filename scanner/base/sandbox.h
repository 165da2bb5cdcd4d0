/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_SANDBOX_H
#define SCANNER_BASE_SANDBOX_H

#include <stdbool.h>

#include "scanner/base/fault.h"

/* Which protections are in force afterwards. */
struct sandbox_state {
	int landlock_abi; /* 0: the kernel has none */
	bool no_new_privs;
	bool capabilities_cut; /* only what reading needs is left (or there were none) */
};

/*
 * Gives up what a scan does not need, for this thread and those it starts later: no new privileges;
 * Landlock (Linux 5.13) allows reading below `root_fd` and nothing else on any file system, not
 * even making a file (root_fd -1: nothing at all is allowed); capabilities are cut to CAP_DAC_READ_SEARCH and CAP_FOWNER (which O_NOATIME
 * needs). Call it after everything else is open and before the first thread starts. Protections
 * that this kernel does not have are left out and said so in *out; a protection that exists and
 * fails is a fault.
 */
int sandbox_read_only(int root_fd, struct sandbox_state *out, struct fault *f) FAULT_MUST_USE;

/*
 * The same for a child that is about to become another program, which needs no more than to read files: no new
 * privileges, no file written, made or removed anywhere (Landlock, where there is one), and of all capabilities
 * CAP_DAC_READ_SEARCH, which also a program of somebody who is not root keeps.
 */
int sandbox_no_writing(struct fault *f) FAULT_MUST_USE;

#endif
