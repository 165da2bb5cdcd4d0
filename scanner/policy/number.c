/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and UUIDs with the kernel's strictness: lib/kstrtox.c, lib/uuid.c. */
#include "scanner/policy/internal.h"

#include <limits.h>

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Digits of the base up to the end of the text; at least one, and no overflow. */
static bool read_digits(const char *text, unsigned base, uint64_t *out)
{
	uint64_t value = 0;

	if (base == 16 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	if (!*text)
		return false;
	for (; *text; text++) {
		int digit = digit_of(*text);

		if (digit < 0 || (unsigned)digit >= base ||
		    __builtin_mul_overflow(value, (uint64_t)base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)digit, &value))
			return false;
	}
	*out = value;
	return true;
}

bool policy_read_unsigned(const char *text, unsigned base, uint64_t *out)
{
	return read_digits(*text == '+' ? text + 1 : text, base, out);
}

bool policy_read_int(const char *text, int *out)
{
	uint64_t value;
	bool negative = *text == '-';

	if (!read_digits(negative || *text == '+' ? text + 1 : text, 10, &value))
		return false;
	if (value > (uint64_t)INT_MAX + negative)
		return false;
	*out = (int)(negative ? -(int64_t)value : (int64_t)value);
	return true;
}

bool policy_read_uuid(const char *text, uint8_t out[16])
{
	uint8_t uuid[16];
	unsigned n = 0;

	for (unsigned at = 0; at < 36; at++) {
		int high, low;

		if (at == 8 || at == 13 || at == 18 || at == 23) {
			if (text[at] != '-')
				return false;
			continue;
		}
		high = digit_of(text[at]);
		if (high < 0)
			return false;
		low = digit_of(text[++at]);
		if (low < 0)
			return false;
		uuid[n++] = (uint8_t)(high << 4 | low);
	}
	for (n = 0; n < 16; n++)
		out[n] = uuid[n];
	return true;
}
