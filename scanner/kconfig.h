/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_KCONFIG_H
#define SCANNER_KCONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/buf.h"

/*
 * The text of a kernel's .config (Documentation/kbuild/kconfig-language.rst): lines CONFIG_NAME=y,
 * =m, =123, ="text", and comments "# CONFIG_NAME is not set". Of unknown origin; borrowed.
 */
struct kconfig {
	const char *at, *end;
};

enum kconfig_state { KCONFIG_NO, KCONFIG_MODULE, KCONFIG_YES };

static inline struct kconfig kconfig_of(const void *text, size_t size_bytes)
{
	return (struct kconfig){text, (const char *)text + size_bytes};
}

/* Does it name this option (without "CONFIG_"), set or not? */
bool kconfig_names(struct kconfig config, const char *name);
/* What follows "CONFIG_NAME=", empty when absent or not set. The last line wins. Borrowed. */
struct kconfig kconfig_value(struct kconfig config, const char *name);
/* y is KCONFIG_YES, m is KCONFIG_MODULE, all else KCONFIG_NO. */
enum kconfig_state kconfig_state(struct kconfig config, const char *name);
bool kconfig_value_is(struct kconfig value, const char *word);
/* Appends the text of a string option without its quotes and escapes. False: it is no string. */
bool kconfig_string(struct kconfig config, const char *name, struct buf *out);

/* The text's lines, one after another, without newline or carriage return; false at the end. */
bool kconfig_next_line(struct kconfig *rest, struct kconfig *out);
/* Moves past a word the text begins with; false when it does not. */
bool kconfig_skip(struct kconfig *text, const char *word);

#endif
