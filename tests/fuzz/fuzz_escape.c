/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever the bytes: escape_text() and escape_json() give well-formed UTF-8 without control
 * characters, and the text form can be turned back into the very bytes. iconv(3) is the second opinion on
 * UTF-8.
 */
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/buf.h"
#include "scanner/base/escape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

/* Decodes with iconv; *out_safe: no character below U+0020 or in U+007F…U+009F. */
static bool utf8_by_iconv(const char *text, size_t size, bool *out_safe)
{
	iconv_t cd = iconv_open("UTF-32LE", "UTF-8");
	uint32_t *codes = malloc(size * 4 + 4);
	char *in = (char *)(uintptr_t)text, *out = (char *)codes;
	size_t in_left = size, out_left = size * 4;
	bool good;

	demand(cd != (iconv_t)-1 && codes);
	good = iconv(cd, &in, &in_left, &out, &out_left) != (size_t)-1 && in_left == 0;
	iconv_close(cd);
	*out_safe = true;
	for (size_t i = 0; good && i < size - out_left / 4; i++) {
		uint32_t code = codes[i];

		if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
			good = false;
		if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
			*out_safe = false;
	}
	free(codes);
	return good;
}

static uint8_t nibble(char c)
{
	demand((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Undoes escape_text() as its header describes it; returns how many bytes came out. */
static size_t unescape(const struct buf *text, uint8_t *out)
{
	static const char from[] = "ntr\\", to[] = "\n\t\r\\";
	size_t n = 0;

	for (size_t i = 0; i < text->len; i++) {
		const char *plain;

		if (text->data[i] != '\\') {
			out[n++] = (uint8_t)text->data[i];
			continue;
		}
		demand(++i < text->len);
		plain = memchr(from, text->data[i], sizeof(from) - 1);
		if (plain) {
			out[n++] = (uint8_t)to[plain - from];
			continue;
		}
		demand(text->data[i] == 'x' && i + 2 < text->len);
		out[n++] = (uint8_t)(nibble(text->data[i + 1]) << 4 | nibble(text->data[i + 2]));
		i += 2;
	}
	return n;
}

/* A JSON string may not end early: no quote, and no escape but those of RFC 8259. */
static void check_json(const struct buf *json)
{
	for (size_t i = 0; i < json->len; i++) {
		demand(json->data[i] != '"');
		if (json->data[i] != '\\')
			continue;
		demand(++i < json->len && strchr("\"\\u", json->data[i]));
		for (int digit = 1; json->data[i] == 'u' && digit <= 4; digit++)
			(void)nibble(json->data[i + (size_t)digit]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	own_buf struct buf text = {0}, json = {0};
	uint8_t *back;
	bool safe;

	escape_text(&text, data, size);
	escape_json(&json, data, size);
	demand(!text.failed && !json.failed);
	demand(utf8_by_iconv(buf_text(&text), text.len, &safe) && safe);
	demand(utf8_by_iconv(buf_text(&json), json.len, &safe) && safe);
	demand(escape_is_utf8(data, size) == utf8_by_iconv((const char *)data, size, &safe));
	check_json(&json);

	back = malloc(text.len + 1);
	demand(back != NULL);
	demand(unescape(&text, back) == size);
	demand(size == 0 || memcmp(back, data, size) == 0);
	free(back);
	return 0;
}
