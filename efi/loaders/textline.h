/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LOADERS_TEXTLINE_H
#define EFI_LOADERS_TEXTLINE_H

#include <stdbool.h>
#include <stddef.h>

/* A run of characters of a text that somebody else owns; not followed by a NUL. */
struct textline {
	const char *at;
	size_t n;
};

/* Takes one line after the other off a text. Start from {text, size, 0}. */
struct textline_reader {
	const char *at;
	size_t left;
	unsigned number; /* of the line last read, 1-based */
};

/* The next line, without its end ("\n", "\r\n") and without blanks around it. false: none is left. */
bool textline_next(struct textline_reader *reader, struct textline *out);

struct textline textline_of(const char *text);
struct textline textline_trim(struct textline line);
/* The characters up to the first of `stop` (or all), taken off the front with the one that stopped. */
struct textline textline_until(struct textline *rest, const char *stop);
/* The next word, ended by blanks, taken off the front with the blanks behind it. */
struct textline textline_word(struct textline *rest);
/* As textline_word(), but quotes keep blanks in; they are taken off when the word begins and ends with
 * one. */
struct textline textline_quoted(struct textline *rest);
bool textline_is(struct textline line, const char *word);
/* Without regard to the case of ASCII letters. */
bool textline_is_nocase(struct textline line, const char *word);
bool textline_starts_nocase(struct textline line, const char *word);
/* yes, y, true, t, on, 1; anything else is false. */
bool textline_yes(struct textline line);
/* no, n, false, f, off, 0 */
bool textline_no(struct textline line);
/* A copy with a NUL; NULL: no memory. */
char *textline_dup(struct textline line);

#endif
