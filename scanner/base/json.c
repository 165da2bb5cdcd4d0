/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small JSON writer over a buffer. */
#include "scanner/base/json.h"

#include <inttypes.h>
#include <string.h>

#include "scanner/base/escape.h"

static void before(struct buf *out, const char *key)
{
	char last = out->len ? out->data[out->len - 1] : '\n';

	if (last != '{' && last != '[' && last != '\n')
		buf_addc(out, ',');
	if (key)
		buf_printf(out, "\"%s\":", key);
}

void json_open(struct buf *out, const char *key, char bracket)
{
	before(out, key);
	buf_addc(out, bracket);
}

void json_close(struct buf *out, char bracket)
{
	buf_addc(out, bracket);
}

void json_bytes(struct buf *out, const char *key, const void *data, size_t size)
{
	before(out, key);
	buf_addc(out, '"');
	escape_json(out, data, size);
	buf_addc(out, '"');
}

void json_text(struct buf *out, const char *key, const char *text)
{
	if (text)
		json_bytes(out, key, text, strlen(text));
	else
		json_null(out, key);
}

void json_buf(struct buf *out, const char *key, const struct buf *text)
{
	if (text->failed)
		out->failed = true;
	json_bytes(out, key, buf_text(text), text->len);
}

void json_hex(struct buf *out, const char *key, const void *data, size_t size)
{
	before(out, key);
	buf_addc(out, '"');
	buf_hex(out, data, size);
	buf_addc(out, '"');
}

void json_number(struct buf *out, const char *key, uint64_t number)
{
	before(out, key);
	buf_printf(out, "%" PRIu64, number);
}

void json_bool(struct buf *out, const char *key, bool value)
{
	before(out, key);
	buf_puts(out, value ? "true" : "false");
}

void json_null(struct buf *out, const char *key)
{
	before(out, key);
	buf_puts(out, "null");
}

void json_path(struct buf *out, const char *key, const char *key_hex, const char *path)
{
	size_t size = strlen(path);

	json_bytes(out, key, path, size);
	if (!escape_is_utf8(path, size))
		json_hex(out, key_hex, path, size);
}
