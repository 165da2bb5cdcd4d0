/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_JSON_H
#define SCANNER_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/buf.h"

/*
 * Writes JSON (RFC 8259) into a buffer, member by member; commas are put where they belong. Keys
 * are plain ASCII of ours; values are escaped. A NULL text is null.
 */
void json_open(struct buf *out, const char *key,
	       char bracket); /* key NULL: an element or the top */
void json_close(struct buf *out, char bracket);
void json_text(struct buf *out, const char *key, const char *text);
/* What another buffer holds; when that one failed, so does `out`. */
void json_buf(struct buf *out, const char *key, const struct buf *text);
void json_bytes(struct buf *out, const char *key, const void *data, size_t size);
void json_hex(struct buf *out, const char *key, const void *data, size_t size);
void json_number(struct buf *out, const char *key, uint64_t number);
void json_bool(struct buf *out, const char *key, bool value);
void json_null(struct buf *out, const char *key);

/* "key":"…" as UTF-8, and "key_hex":"…" beside it when the bytes are not UTF-8. */
void json_path(struct buf *out, const char *key, const char *key_hex, const char *path);

#endif
