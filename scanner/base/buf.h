/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_BUF_H
#define SCANNER_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A growing run of bytes, always followed by a NUL. Out of memory makes it `failed`: later calls do
 * nothing and whoever finishes the buffer checks once. Start from {0}; end with buf_done().
 */
struct buf {
	char *data;
	size_t len;
	size_t cap;
	bool failed;
};

void buf_done(struct buf *b);
/* Forgets the content, keeps the memory. */
void buf_clear(struct buf *b);
/* Gives back the memory beyond the content, for a buffer that is kept for a while. */
void buf_fit(struct buf *b);
void buf_add(struct buf *b, const void *data, size_t n);
void buf_addc(struct buf *b, char c);
void buf_puts(struct buf *b, const char *text);
/* Adds what another buffer holds; when that one failed, so does this. */
void buf_add_buf(struct buf *b, const struct buf *part);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
/* Lower-case hexadecimal digits of n bytes. */
void buf_hex(struct buf *b, const void *data, size_t n);
/* Columns that it takes on a terminal, one for each UTF-8 character: close enough for padding. */
size_t buf_columns(const struct buf *b);
/* The text so far, never NULL ("" when empty). Borrowed. */
const char *buf_text(const struct buf *b);

#define own_buf __attribute__((cleanup(buf_done)))

#endif
