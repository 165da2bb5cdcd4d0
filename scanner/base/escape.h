/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_ESCAPE_H
#define SCANNER_BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/buf.h"

/*
 * The only ways by which names and other bytes of a target reach a terminal or a JSON line.
 * Neither output ever holds a control character or an invalid UTF-8 sequence.
 */

/* Is this well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF)? */
bool escape_is_utf8(const void *data, size_t n);

/*
 * For people: printable UTF-8 as it is; a backslash doubled; \n \t \r; every other control
 * character, invalid byte, and every character that moves or reorders text (C1 controls,
 * bidirectional overrides, zero-width and line separators, byte-order mark) as \xHH per byte.
 * Reversible.
 */
void escape_text(struct buf *out, const void *data, size_t n);

/*
 * The inside of a JSON string (RFC 8259): without the quotes. Invalid UTF-8 becomes U+FFFD, one per
 * bad byte; the caller adds a hexadecimal field when escape_is_utf8() said no.
 */
void escape_json(struct buf *out, const void *data, size_t n);

#endif
