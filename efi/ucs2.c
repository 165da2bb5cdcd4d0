/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of firmware, CHAR16 of UEFI 2.10, 2.3.1: UTF-16 in practice, UCS-2 by the letter. */
#include "efi/ucs2.h"

static uint32_t unit_at(const uint8_t *data, size_t i)
{
	return data[2 * i] | (uint32_t)data[2 * i + 1] << 8;
}

static bool is_high(uint32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(uint32_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The character at unit i of n, and how many units it takes. */
static uint32_t decode(const uint8_t *data, size_t i, size_t n, size_t *out_units)
{
	uint32_t unit = unit_at(data, i);

	*out_units = 1;
	if (!is_high(unit) || i + 1 >= n || !is_low(unit_at(data, i + 1)))
		return unit;
	*out_units = 2;
	return 0x10000 + ((unit - 0xd800) << 10) + (unit_at(data, i + 1) - 0xdc00);
}

static void encode(uint32_t code, struct buf *out)
{
	if (code < 0x80) {
		buf_addc(out, (char)code);
	} else if (code < 0x800) {
		buf_addc(out, (char)(0xc0 | code >> 6));
		buf_addc(out, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		buf_addc(out, (char)(0xe0 | code >> 12));
		buf_addc(out, (char)(0x80 | (code >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (code & 0x3f)));
	} else {
		buf_addc(out, (char)(0xf0 | code >> 18));
		buf_addc(out, (char)(0x80 | (code >> 12 & 0x3f)));
		buf_addc(out, (char)(0x80 | (code >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (code & 0x3f)));
	}
}

size_t ucs2_to_utf8(const uint8_t *data, size_t size_bytes, struct buf *out)
{
	size_t n = size_bytes / 2, units;

	for (size_t i = 0; i < n; i += units) {
		uint32_t code = decode(data, i, n, &units);

		if (!code)
			return 2 * (i + 1);
		encode(code, out);
	}
	return 2 * n;
}

bool ucs2_end(const uint8_t *data, size_t size_bytes, size_t *out_after)
{
	for (size_t i = 0; i < size_bytes / 2; i++) {
		if (unit_at(data, i))
			continue;
		*out_after = 2 * (i + 1);
		return true;
	}
	return false;
}

static bool is_control(uint32_t code)
{
	return (code < 0x20 && code != '\t' && code != '\n' && code != '\r') ||
	       (code >= 0x7f && code < 0xa0);
}

/* Private use and non-characters: what binary data reads as, and text does not hold. */
static bool is_unlikely(uint32_t code)
{
	return (code >= 0xd800 && code <= 0xf8ff) || (code >= 0xfdd0 && code <= 0xfdef) ||
	       (code & 0xfffe) == 0xfffe || code >= 0xe0000;
}

bool ucs2_is_text(const uint8_t *data, size_t size_bytes)
{
	size_t n = size_bytes / 2, units, ascii = 0, characters = 0;

	while (n && !unit_at(data, n - 1))
		n--;
	if (!n || size_bytes % 2)
		return false;
	for (size_t i = 0; i < n; i += units) {
		uint32_t code = decode(data, i, n, &units);

		if (is_control(code) || is_unlikely(code))
			return false;
		ascii += code < 0x80;
		characters++;
	}
	/* Almost any pair of bytes is a character of East Asia; options have "=" and "/" in them. */
	return ascii >= characters - ascii;
}
