/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/ecdsasig.c: each leniency of the kernel's decoder, and where it ends. */
#include "scanner/ecdsasig.h"

#include "tests/suites.h"

#define BYTES(text)	(const uint8_t *)(text), sizeof(text) - 1
#define R7		"\1\1\1\1\1\1\1"
#define R8		"\1" R7
#define R32		R8 R8 R8 R8
#define INT(size, text) "\x02" size text

static const struct {
	const uint8_t *in;
	size_t in_size;
	const uint8_t *out; /* NULL: refused */
	size_t out_size;
} rows[] = {
	/* strict, and in the end always this */
	{BYTES("\x30\6"
	       "\2\1\5"
	       "\2\1\7"),
	 BYTES("\x30\6\2\1\5\2\1\7")},
	/* lax lengths */
	{BYTES("\x30\x81\6"
	       "\2\1\5"
	       "\2\1\7"),
	 BYTES("\x30\6\2\1\5\2\1\7")},
	{BYTES("\x30\x82\0\6"
	       "\2\1\5"
	       "\2\1\7"),
	 BYTES("\x30\6\2\1\5\2\1\7")},
	{BYTES("\x30\7"
	       "\2\x81\1\5"
	       "\2\1\7"),
	 BYTES("\x30\6\2\1\5\2\1\7")},
	{BYTES("\x30\x08"
	       "\2\1\5"
	       "\2\x82\0\1\7"),
	 BYTES("\x30\6\2\1\5\2\1\7")},
	{BYTES("\x30\x83\0\0\6"
	       "\2\1\5"
	       "\2\1\7"),
	 NULL, 0},
	{BYTES("\x30\xff"
	       "\2\1\5"
	       "\2\1\7"),
	 NULL, 0},
	/* indefinite length */
	{BYTES("\x30\x80"
	       "\2\1\5"
	       "\2\1\7"
	       "\0\0"),
	 BYTES("\x30\6\2\1\5\2\1\7")},
	{BYTES("\x30\x80"
	       "\2\1\5"
	       "\2\1\7"
	       "\0\0"
	       "more"),
	 BYTES("\x30\6\2\1\5\2\1\7")},
	{BYTES("\x30\x80"
	       "\2\1\5"
	       "\2\1\7"
	       "\0\1"),
	 NULL, 0},
	{BYTES("\x30\x80"
	       "\2\1\5"
	       "\2\1\7"
	       "\1\0"),
	 NULL, 0},
	{BYTES("\x30\x80"
	       "\2\1\5"
	       "\2\1\7"
	       "\0"),
	 NULL, 0},
	{BYTES("\x30\x80"
	       "\2\1\5"
	       "\2\1\7"),
	 NULL, 0},
	{BYTES("\x30\x80"
	       "\2\1\5"
	       "\2\x80\7\0\0"
	       "\0\0"),
	 NULL, 0},
	/* bytes after the SEQUENCE, not in it */
	{BYTES("\x30\6"
	       "\2\1\5"
	       "\2\1\7"
	       "more"),
	 BYTES("\x30\6\2\1\5\2\1\7")},
	{BYTES("\x30\7"
	       "\2\1\5"
	       "\2\1\7"
	       "\0"),
	 NULL, 0},
	{BYTES("\x30\x09"
	       "\2\1\5"
	       "\2\1\7"
	       "\2\1\7"),
	 NULL, 0},
	{BYTES("\x30\5"
	       "\2\1\5"
	       "\2\1\7"),
	 NULL, 0},
	/* tags */
	{BYTES("\x10\6"
	       "\2\1\5"
	       "\2\1\7"),
	 BYTES("\x30\6\2\1\5\2\1\7")},
	{BYTES("\x10\x80"
	       "\2\1\5"
	       "\2\1\7"
	       "\0\0"),
	 NULL, 0},
	{BYTES("\x31\6"
	       "\2\1\5"
	       "\2\1\7"),
	 NULL, 0},
	{BYTES("\x70\6"
	       "\2\1\5"
	       "\2\1\7"),
	 NULL, 0},
	{BYTES("\x30\6"
	       "\x22\1\5"
	       "\2\1\7"),
	 NULL, 0},
	{BYTES("\x30\6"
	       "\2\1\5"
	       "\3\1\7"),
	 NULL, 0},
	/* numbers: unsigned, with needless zeros up to one byte more than the curve has */
	{BYTES("\x30\6"
	       "\2\1\x85"
	       "\2\1\7"),
	 BYTES("\x30\7\2\2\0\x85\2\1\7")},
	{BYTES("\x30\7"
	       "\2\2\0\5"
	       "\2\1\7"),
	 BYTES("\x30\6\2\1\5\2\1\7")},
	{BYTES("\x30\x09"
	       "\2\4\0\0\0\5"
	       "\2\1\7"),
	 BYTES("\x30\6\2\1\5\2\1\7")},
	{BYTES("\x30\6"
	       "\2\1\0"
	       "\2\1\7"),
	 BYTES("\x30\6\2\1\0\2\1\7")},
	{BYTES("\x30\5"
	       "\2\0"
	       "\2\1\7"),
	 NULL, 0},
	{BYTES("\x30\x25" INT("\x20", R32) "\2\1\7"), BYTES("\x30\x25" INT("\x20", R32) "\2\1\7")},
	{BYTES("\x30\x26" INT("\x21", "\0" R32) "\2\1\7"),
	 BYTES("\x30\x25" INT("\x20", R32) "\2\1\7")},
	{BYTES("\x30\x26" INT("\x21", "\1" R32) "\2\1\7"), NULL, 0},
	{BYTES("\x30\x27" INT("\x22", "\0\0" R32) "\2\1\7"), NULL, 0},
	/* cut off, empty, no encoding at all */
	{BYTES(""), NULL, 0},
	{BYTES("\x30"), NULL, 0},
	{BYTES("\x30\0"), NULL, 0},
	{BYTES("\x30\x80"), NULL, 0},
	{BYTES("\x30\x82\0"), NULL, 0},
	{BYTES("\x30\3"
	       "\2\1\5"),
	 NULL, 0},
	{BYTES("\x30\6"
	       "\2\1\5"
	       "\2\2\7"),
	 NULL, 0},
	{BYTES("\x30\6"
	       "\2\1\5"
	       "\2\1"),
	 NULL, 0},
	{BYTES(R32 R32), NULL, 0},
};

START_TEST(reads_as_the_kernel)
{
	own_buf struct buf der = {0};
	bool taken = ecdsasig_normalise(rows[_i].in, rows[_i].in_size, 32, &der);

	ck_assert_int_eq(taken, rows[_i].out != NULL);
	if (!taken)
		return;
	ck_assert_uint_eq(der.len, rows[_i].out_size);
	ck_assert_mem_eq(der.data, rows[_i].out, der.len);
}
END_TEST

/* The largest numbers of P-521 need the long form of the length. */
START_TEST(writes_long_lengths)
{
	uint8_t sig[2 * 74 + 3], *at = sig;
	own_buf struct buf der = {0};

	*at++ = 0x30;
	*at++ = 0x81;
	*at++ = 2 * 74;
	for (unsigned i = 0; i < 2; i++) {
		*at++ = 2;
		*at++ = 72;
		for (unsigned k = 0; k < 72; k++)
			*at++ = 0xff;
	}
	ck_assert(ecdsasig_normalise(sig, sizeof(sig), 72, &der));
	ck_assert_uint_eq(der.len, 3 + 2 * 75);
	ck_assert_mem_eq(der.data, "\x30\x81\x96\x02\x49\x00\xff", 7);
	ck_assert(!ecdsasig_normalise(sig, sizeof(sig), 48, &der));
}
END_TEST

START_TEST(refuses_what_is_too_large)
{
	static uint8_t big[65537] = "\x30\6\2\1\5\2\1\7";
	own_buf struct buf der = {0};

	ck_assert(ecdsasig_normalise(big, 65535, 32, &der));
	ck_assert(!ecdsasig_normalise(big, 65536, 32, &der));
}
END_TEST

Suite *ecdsasig_suite(void)
{
	Suite *suite = suite_create("ecdsasig");
	TCase *tcase = tcase_create("ecdsasig");

	tcase_add_loop_test(tcase, reads_as_the_kernel, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, writes_long_lengths);
	tcase_add_test(tcase, refuses_what_is_too_large);
	suite_add_tcase(suite, tcase);
	return suite;
}
