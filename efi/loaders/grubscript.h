/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LOADERS_GRUBSCRIPT_H
#define EFI_LOADERS_GRUBSCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/fault.h"

/* A GRUB script, parsed: commands with their words, nothing expanded. */

enum grubscript_kind {
	GRUBSCRIPT_COMMAND,  /* words, perhaps a block: menuentry "a" { … } */
	GRUBSCRIPT_IF,	     /* condition, block, otherwise */
	GRUBSCRIPT_FOR,	     /* words: the variable, then the values; block */
	GRUBSCRIPT_WHILE,    /* condition, block; until is the same to a reader */
	GRUBSCRIPT_FUNCTION, /* words: its name; block */
};

struct grubscript_part {
	struct grubscript_part *next;
	bool variable; /* text is a variable's name */
	bool quoted;
	const char *text;
};

struct grubscript_word {
	struct grubscript_word *next;
	struct grubscript_part *parts;
};

struct grubscript_command {
	struct grubscript_command *next;
	enum grubscript_kind kind;
	unsigned line;
	struct grubscript_word *words;
	struct grubscript_command *condition, *block, *otherwise;
	bool has_block;
};

struct grubscript;

enum {
	GRUBSCRIPT_DEPTH_MAX = 48, /* of blocks in blocks */
	/* Of memory for scripts. The largest real ones need a few megabytes. */
	GRUBSCRIPT_BYTES_MAX = 64 * 1024 * 1024,
};

/* Called for each thing that is no GRUB script; reading goes on behind it. */
typedef void grubscript_error_fn(void *context, unsigned line, const char *what);

/* Takes at most bytes_max of memory; what does not fit is left out, which *error hears of. NULL: there
 * is none. */
struct grubscript *grubscript_parse(const char *text, size_t size, size_t bytes_max,
				    grubscript_error_fn *error, void *context,
				    struct fault *f) FAULT_MUST_USE;
/* How much it took. */
size_t grubscript_bytes(const struct grubscript *script);
void grubscript_free(struct grubscript *script);
const struct grubscript_command *grubscript_first(const struct grubscript *script);

#endif
