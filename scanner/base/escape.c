/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rendering of hostile bytes for terminals and for JSON (RFC 3629, RFC 8259). */
#include "scanner/base/escape.h"

#include <stdint.h>
#include <string.h>

/*
 * Decodes one UTF-8 character. Returns its length in bytes and its code point, or 0 when the bytes
 * at p are not the beginning of a well-formed character.
 */
static size_t decode_utf8(const uint8_t *p, size_t n, uint32_t *out_code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t code;
	size_t len;

	if (p[0] < 0x80) {
		*out_code = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		len = 2;
		code = p[0] & 0x1fU;
	} else if ((p[0] & 0xf0) == 0xe0) {
		len = 3;
		code = p[0] & 0x0fU;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		len = 4;
		code = p[0] & 0x07U;
	} else {
		return 0;
	}
	if (len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3fU);
	}
	if (code < least[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*out_code = code;
	return len;
}

/* Characters that are well formed but could hide or reorder what stands around them. */
static bool is_deceptive(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x00, 0x1f},	  {0x7f, 0x9f},	    {0xad, 0xad},	{0x61c, 0x61c},
		{0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},	{0x2060, 0x206f},
		{0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

bool escape_is_utf8(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t code;

	while (n) {
		size_t len = decode_utf8(p, n, &code);

		if (!len)
			return false;
		p += len;
		n -= len;
	}
	return true;
}

static void add_hex_escapes(struct buf *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "\\x%02x", p[i]);
}

void escape_text(struct buf *out, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t code;

	while (n) {
		size_t len = decode_utf8(p, n, &code);

		if (!len) {
			len = 1;
			add_hex_escapes(out, p, 1);
		} else if (code == '\\') {
			buf_puts(out, "\\\\");
		} else if (code == '\n') {
			buf_puts(out, "\\n");
		} else if (code == '\t') {
			buf_puts(out, "\\t");
		} else if (code == '\r') {
			buf_puts(out, "\\r");
		} else if (is_deceptive(code)) {
			add_hex_escapes(out, p, len);
		} else {
			buf_add(out, p, len);
		}
		p += len;
		n -= len;
	}
}

void escape_json(struct buf *out, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t code;

	while (n) {
		size_t len = decode_utf8(p, n, &code);

		if (!len) {
			len = 1;
			buf_puts(out, "\\ufffd");
		} else if (code == '"' || code == '\\') {
			buf_addc(out, '\\');
			buf_addc(out, (char)code);
		} else if (is_deceptive(code) && code <= 0xffff) {
			/* JSON asks it only of C0; a terminal showing the line is as exposed as
			 * any. */
			buf_printf(out, "\\u%04x", code);
		} else if (is_deceptive(code)) {
			buf_printf(out, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10),
				   0xdc00 + ((code - 0x10000) & 0x3ff));
		} else {
			buf_add(out, p, len);
		}
		p += len;
		n -= len;
	}
}
