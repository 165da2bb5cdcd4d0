/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_BACKGROUND_H
#define RESCUE_BACKGROUND_H

#include <stddef.h>

#include "rescue/ledger.h"
#include "scanner/base/fault.h"

/*
 * A program that serves a tree for as long as the tree is there. It reads hostile bytes, so it
 * is confined (confined.h).
 */
struct background {
	const char *const *words; /* its name, as in tool.h, and arguments; ended by NULL */
	int socket_fd; /* it gets this as descriptor 3, as systemd hands over a listening socket */
	int file_fd;   /* and this as 4 */
	int error_fd;  /* standard error; a file in memory (confined_output) */
};

enum { BACKGROUND_FILE_FD = 4 };

/* In the ledger before it does anything of its own. */
int background_start(const struct background *background, struct ledger *ledger,
		     struct fault *f) FAULT_MUST_USE;
/* Ends the one that a ledger names; one that ended is none of ours, whoever has its number now. */
int background_end(const char *what, struct fault *f) FAULT_MUST_USE;

#endif
