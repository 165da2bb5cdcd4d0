/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_UCS2_H
#define EFI_UCS2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/buf.h"

/*
 * Little-endian 16-bit text of firmware as UTF-8, up to its first NUL or `size_bytes` (a last odd byte
 * is left out). Pairs of surrogates become one character; a lone one becomes the three bytes that UTF-8
 * would have for it, which is no valid UTF-8, so that it is shown escaped and nothing is lost.
 * Returns how many bytes were read, with the NUL.
 */
size_t ucs2_to_utf8(const uint8_t *data, size_t size_bytes, struct buf *out);

/* Is there a NUL character within, and where does what follows it begin? */
bool ucs2_end(const uint8_t *data, size_t size_bytes, size_t *out_after);

/* Does all of it read as text for people: printable characters, blanks and line ends, half of them ASCII
 * at least, perhaps NULs at its end? */
bool ucs2_is_text(const uint8_t *data, size_t size_bytes);

#endif
