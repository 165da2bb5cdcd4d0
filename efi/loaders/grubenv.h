/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LOADERS_GRUBENV_H
#define EFI_LOADERS_GRUBENV_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/fault.h"

/* GRUB's environment block (grubenv), which is 1024 bytes; larger ones are GRUB's own limit. */
enum { GRUBENV_MAX = 1024 * 1024 };

/* Called for each variable; -1 with *f filled stops. */
typedef int grubenv_fn(void *context, const char *name, const char *value, struct fault *f);

/* *out_valid is false when it does not begin as an environment block does; nothing is called then. */
int grubenv_decode(const char *text, size_t size, grubenv_fn *fn, void *context, bool *out_valid,
		   struct fault *f) FAULT_MUST_USE;

#endif
