/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LOADERS_GRUBSCRIPT_INTERNAL_H
#define EFI_LOADERS_GRUBSCRIPT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "efi/loaders/grubscript.h"
#include "scanner/base/buf.h"

/* What the tokens and the statements of GRUB's script language share. */

struct grubscript_chunk {
	struct grubscript_chunk *next;
	size_t used, size;
	max_align_t data[];
};

struct grubscript {
	struct grubscript_chunk *chunks;
	size_t bytes, bytes_max;
	struct grubscript_command *first;
};

enum grubscript_token {
	GRUBTOKEN_WORD,
	GRUBTOKEN_NEWLINE,
	GRUBTOKEN_SEMICOLON,
	GRUBTOKEN_OPEN,
	GRUBTOKEN_CLOSE,
	GRUBTOKEN_OTHER, /* | & < >: reserved by GRUB, used by nothing */
	GRUBTOKEN_END,
};

struct grubscript_parser {
	struct grubscript *script;
	const char *at, *end;
	unsigned line;
	unsigned depth;
	bool full; /* beyond bytes_max */
	bool no_memory;
	enum grubscript_token token;
	unsigned token_line;
	struct grubscript_word *word;
	struct buf text;
	grubscript_error_fn *error;
	void *context;
};

/* Zeroed memory of the script, given back with it. NULL, and `full` or `no_memory` set, when there is none. */
void *grubscript_allocate(struct grubscript_parser *p, size_t n);
/* n bytes of text, ended by NUL. The same. */
const char *grubscript_copy(struct grubscript_parser *p, const char *text, size_t n);
bool grubscript_stopped(const struct grubscript_parser *p);

/* The next token: its kind, its line, its word. The end, too, when it has stopped. */
void grubscript_next(struct grubscript_parser *p);

#endif
