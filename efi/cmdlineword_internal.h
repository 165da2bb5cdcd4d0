/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_CMDLINEWORD_INTERNAL_H
#define EFI_CMDLINEWORD_INTERNAL_H

#include "efi/cmdlineword.h"

/* What cmdlineword.c (taking apart) and cmdlineword_rows.c (judging) share. */

/* How a parameter is written and repeated. Bits. */
enum cmdlineword_how {
	CMDLINEWORD_LAST_WINS = 1,
	CMDLINEWORD_PLAIN = 2,	    /* has no value: "name=…" is another word */
	CMDLINEWORD_USER_SPACE = 4, /* read by init or the initramfs, also after "--" */
};

struct cmdlineword_row {
	const char *name;
	unsigned how;
	/* Fills effect, because and findings. */
	void (*judge)(const struct cmdlineword_kernel *kernel, struct cmdlineword *word);
};

/* The tables; constant. */
const struct cmdlineword_row *cmdlineword_integrity_rows(size_t *out_count);
const struct cmdlineword_row *cmdlineword_start_rows(size_t *out_count);

bool cmdlineword_starts(const char *text, const char *with);
/* Is `name` one of the parts of a list? */
bool cmdlineword_lists(const char *list, const char *name, char separator);
/* What systemd and the kernel take for "no". */
bool cmdlineword_is_no(const char *value);

void cmdlineword_settle(struct cmdlineword *word, enum cmdlineword_effect effect,
			const char *format, ...) __attribute__((format(printf, 3, 4)));
/* True when the option is set; else the word is settled: inert, or unknown. */
bool cmdlineword_needs(const struct cmdlineword_kernel *kernel, struct cmdlineword *word,
		       const char *option);
enum cmdlineword_answer cmdlineword_version_at_least(const struct cmdlineword_kernel *kernel,
						     unsigned major, unsigned minor);

#endif
