/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_SECRET_H
#define RESCUE_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/* A passphrase or key, in memory that is never swapped out nor dumped, and wiped. Start from {0}. */
struct secret {
	uint8_t *bytes; /* NULL: none */
	size_t size;
	int was_dumpable;
};

enum {
	SECRET_MAX = 8 << 20,	     /* libcryptsetup's own limit for key files */
	SECRET_PASSPHRASE_MAX = 512, /* and for what is typed */
};

/* The whole content of a file, "-" for standard input. One that is empty or longer than SECRET_MAX is refused. */
int secret_read(const char *path, struct secret *out, struct fault *f) FAULT_MUST_USE;
/*
 * A line typed at the terminal, which shows nothing of it, and shows again what is typed when this returns, whatever
 * happened. An empty one and one longer than SECRET_PASSPHRASE_MAX are refused, since a part of it is not it.
 */
int secret_ask(const char *prompt, struct secret *out, struct fault *f) FAULT_MUST_USE;
void secret_wipe(struct secret *secret);

#endif
