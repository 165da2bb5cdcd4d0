/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/siglist.c: well-formed lists, and lists broken in every field and at every byte. */
#include "efi/siglist.h"

#include <stdlib.h>
#include <string.h>

#include "tests/efi/efivars.h"
#include "tests/suites.h"

static uint8_t bytes[512];

/* Two hashes in one list, a certificate-like blob, a type nobody knows. */
static void make(struct buf *out)
{
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	efivars_list(out, EFIVARS_SHA256, bytes, 32, 2);
	efivars_list(out, EFIVARS_X509, bytes, 100, 1);
	efivars_list(out, "00000000-0000-0000-0000-000000000077", bytes, 5, 3);
}

enum { FIRST = 28 + 2 * 48, SECOND = FIRST + 28 + 116, WHOLE = SECOND + 28 + 3 * 21 };

START_TEST(all_kinds)
{
	own_buf struct buf data = {0};
	struct siglist list;
	struct fault f;

	make(&data);
	ck_assert_uint_eq(data.len, WHOLE);
	ck_assert_int_eq(siglist_decode(data.data, data.len, &list, &f), 0);
	ck_assert(!list.malformed);
	ck_assert_uint_eq(list.count, 6);
	ck_assert_int_eq(list.entries[0].type, SIGLIST_SHA256);
	ck_assert_uint_eq(list.entries[0].size, 32);
	ck_assert_uint_eq(list.entries[0].offset, 28);
	ck_assert_mem_eq(list.entries[1].data, bytes + 32, 32);
	ck_assert_uint_eq(list.entries[1].offset, 28 + 48);
	ck_assert_int_eq(list.entries[2].type, SIGLIST_X509);
	ck_assert_uint_eq(list.entries[2].size, 100);
	ck_assert_uint_eq(list.entries[2].offset, FIRST + 28);
	ck_assert_int_eq(list.entries[5].type, SIGLIST_UNKNOWN);
	ck_assert_uint_eq(list.entries[5].size, 5);
	ck_assert_mem_eq(list.entries[5].data, bytes + 10, 5);
	ck_assert_uint_eq(list.entries[5].type_guid.bytes[15], 0x77);
	for (size_t i = 0; i < list.count; i++) {
		struct guid owner = efivars_guid(EFIVARS_OWNER);

		ck_assert(guid_equal(&list.entries[i].owner, &owner));
	}
	siglist_done(&list);
}
END_TEST

START_TEST(empty)
{
	own_buf struct buf data = {0};
	struct siglist list;
	struct fault f;

	ck_assert_int_eq(siglist_decode(NULL, 0, &list, &f), 0);
	ck_assert(!list.malformed && !list.count);
	efivars_list(&data, EFIVARS_SHA256, NULL, 32, 0);
	ck_assert_int_eq(siglist_decode(data.data, data.len, &list, &f), 0);
	ck_assert(!list.malformed && !list.count);
	siglist_done(&list);
}
END_TEST

/* Cut at every byte: whole lists before the cut are kept, and the byte of the broken one is told. */
START_TEST(cut)
{
	size_t size = (size_t)_i, starts = size < FIRST ? 0 : size < SECOND ? FIRST : SECOND;
	size_t kept = size < FIRST ? 0 : size < SECOND ? 2 : 3;
	bool whole = size == 0 || size == FIRST || size == SECOND;
	own_buf struct buf data = {0};
	struct siglist list;
	struct fault f;

	make(&data);
	ck_assert_int_eq(siglist_decode(data.data, size, &list, &f), 0);
	ck_assert_int_eq(list.malformed, !whole);
	ck_assert_uint_eq(list.count, kept);
	if (!whole) {
		ck_assert_uint_eq(list.malformed_at, starts);
		ck_assert_ptr_nonnull(list.malformed_why);
	}
	siglist_done(&list);
}
END_TEST

/* A value put at a byte of the second list's head; `more` entries are read from it and what follows all the same. */
static const struct {
	size_t at;
	uint32_t value;
	const char *why;
	size_t more;
} damages[] = {
	{16, 0, "a list smaller than its own head", 0},
	{16, 27, "a list smaller than its own head", 0},
	{16, 28, NULL, 0}, /* no entries: then the rest is taken for a list */
	{16, 0xffffffff, "a list larger than what is left of the variable", 0},
	{16, 28 + 116 + 200, "a list larger than what is left of the variable", 0},
	{20, 1, "a header, which this type does not have", 3},
	{20, 0xffffffff, "a list smaller than its own head", 0},
	{24, 0, "entries too small for an owner and data", 0},
	{24, 16, "entries too small for an owner and data", 0},
	{24, 115, "a size that is not whole entries", 4},
	{24, 58, NULL, 0}, /* two smaller certificates: well formed, whatever is in them */
};

START_TEST(damaged)
{
	own_buf struct buf data = {0};
	struct siglist list;
	struct fault f;

	make(&data);
	for (size_t i = 0; i < 4; i++)
		data.data[FIRST + damages[_i].at + i] = (char)(damages[_i].value >> 8 * i);
	ck_assert_int_eq(siglist_decode(data.data, data.len, &list, &f), 0);
	if (damages[_i].why) {
		ck_assert(list.malformed);
		ck_assert_uint_eq(list.malformed_at, FIRST);
		ck_assert_str_eq(list.malformed_why, damages[_i].why);
		ck_assert_uint_eq(list.count, 2 + damages[_i].more);
	} else {
		ck_assert(!list.malformed || list.malformed_at > FIRST);
	}
	siglist_done(&list);
}
END_TEST

static const struct {
	const char *guid, *name;
	size_t size; /* 0: any */
	enum siglist_type type;
} types[] = {
	{EFIVARS_X509, "x509", 0, SIGLIST_X509},
	{"826ca512-cf10-4ac9-b187-be01496631bd", "sha1", 20, SIGLIST_SHA1},
	{"0b6e5233-a65c-44c9-9407-d9ab83bfc8bd", "sha224", 28, SIGLIST_SHA224},
	{EFIVARS_SHA256, "sha256", 32, SIGLIST_SHA256},
	{"ff3e5307-9fd0-48c9-85f1-8ad56c701e01", "sha384", 48, SIGLIST_SHA384},
	{"093e0fae-a6c4-4f50-9f1b-d41e2b89c19a", "sha512", 64, SIGLIST_SHA512},
	{"3bd2a492-96c0-4079-b420-fcf98ef103ed", "x509-sha256", 48, SIGLIST_X509_SHA256},
	{"7076876e-80c2-4ee6-aad2-28b349a6865b", "x509-sha384", 64, SIGLIST_X509_SHA384},
	{"446dbf63-2502-4cda-bcfa-2465d2b0fe9d", "x509-sha512", 80, SIGLIST_X509_SHA512},
	{"3c5766e8-269c-4e34-aa14-ed776e85b3b6", "rsa2048", 256, SIGLIST_RSA2048},
	{"e2b36190-879b-4a3d-ad8d-f2e7bba32784", "rsa2048-sha256", 256, SIGLIST_RSA2048_SHA256},
	{"67f8444f-8743-48f1-a328-1eaab8736080", "rsa2048-sha1", 256, SIGLIST_RSA2048_SHA1},
};

/* Each type by its GUID, with its own size and with one byte more. */
START_TEST(every_type)
{
	size_t size = types[_i].size ? types[_i].size : 77;
	own_buf struct buf data = {0}, longer = {0};
	struct siglist list;
	struct fault f;

	efivars_list(&data, types[_i].guid, bytes, size, 1);
	ck_assert_int_eq(siglist_decode(data.data, data.len, &list, &f), 0);
	ck_assert(!list.malformed);
	ck_assert_uint_eq(list.count, 1);
	ck_assert_int_eq(list.entries[0].type, types[_i].type);
	ck_assert_str_eq(siglist_type_name(types[_i].type), types[_i].name);
	siglist_done(&list);
	efivars_list(&longer, types[_i].guid, bytes, size + 1, 1);
	ck_assert_int_eq(siglist_decode(longer.data, longer.len, &list, &f), 0);
	ck_assert_int_eq(list.malformed, types[_i].size != 0);
	ck_assert_uint_eq(list.count, types[_i].size == 0);
	siglist_done(&list);
}
END_TEST

START_TEST(too_many)
{
	own_buf struct buf data = {0};
	struct guid guid = efivars_guid("00000000-0000-0000-0000-000000000077");
	struct siglist list;
	struct fault f;

	buf_add(&data, guid.bytes, 16);
	efivars_u32(&data, 28 + 17 * (SIGLIST_ENTRY_MAX + 1));
	efivars_u32(&data, 0);
	efivars_u32(&data, 17);
	for (size_t i = 0; i < 17 * (SIGLIST_ENTRY_MAX + 1); i++)
		buf_addc(&data, 0);
	ck_assert_int_eq(siglist_decode(data.data, data.len, &list, &f), 0);
	ck_assert(list.malformed);
	ck_assert_uint_eq(list.count, 0);
	siglist_done(&list);
}
END_TEST

Suite *siglist_suite(void)
{
	Suite *suite = suite_create("siglist");
	TCase *tcase = tcase_create("siglist");

	tcase_add_test(tcase, all_kinds);
	tcase_add_test(tcase, empty);
	tcase_add_loop_test(tcase, cut, 0, WHOLE);
	tcase_add_loop_test(tcase, damaged, 0, (int)(sizeof(damages) / sizeof(damages[0])));
	tcase_add_loop_test(tcase, every_type, 0, (int)(sizeof(types) / sizeof(types[0])));
	tcase_add_test(tcase, too_many);
	suite_add_tcase(suite, tcase);
	return suite;
}
