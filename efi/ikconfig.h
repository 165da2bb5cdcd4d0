/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_IKCONFIG_H
#define EFI_IKCONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

enum {
	IKCONFIG_TEXT_MAX = 4 << 20, /* of a configuration: real ones are below 400 KiB */
	IKCONFIG_TRIES_MAX = 16,     /* beginnings looked at; a kernel has one */
};

/*
 * The configuration that CONFIG_IKCONFIG puts into a kernel or into the module configs.ko. *out_text is
 * NULL when there is none; *damage then says what is wrong with one that is there (empty text: nothing
 * is). Else the caller frees it; a NUL follows it. Fails for lack of memory only.
 */
int ikconfig_find(const uint8_t *data, size_t size, char **out_text, size_t *out_size,
		  struct fault *damage, struct fault *f) FAULT_MUST_USE;

#endif
