/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/saved.c, savedread.c and varcompare.c. */
#include "efi/saved.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "efi/varcompare.h"
#include "scanner/digest.h"
#include "tests/efi/efivars.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static void set_up(void)
{
	struct fault f;

	tree_open();
	ck_assert_int_eq(digest_init(&f), 0);
	tree_mkdir("before");
	tree_mkdir("after");
	/* An empty directory is no store. */
	efivars_put("before", &guid_shim, "Same", 7, "x", 1);
	efivars_put("after", &guid_shim, "Same", 7, "x", 1);
}

/* --- Saved files --- */

static void save(const struct efistore *store, const char *name)
{
	struct saved_heading heading = {.version = "1.2",
					.source = "a\xff"
						  "b",
					.when = 86400};
	own_buf struct buf text = {0};

	saved_encode(store, &heading, &text);
	ck_assert(!text.failed);
	ck_assert(saved_is(text.data, text.len));
	tree_file(name, text.data, text.len, 0600);
}

/* What was written is read back, byte for byte: names that are no UTF-8 and unreadable ones too. */
START_TEST(round_trip)
{
	struct efistore *first, *second;
	char all[256];

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	efivars_put("before", &guid_global, "SecureBoot", 6, "\1", 1);
	efivars_put("before", &guid_shim, "Empty", 3, "", 0);
	efivars_put("before", &guid_shim, "All \"bytes\"\\\x1b", 0xffffffff, all, sizeof(all));
	efivars_put("before", &guid_shim, "no\xffutf8", 3, "x", 1);
	tree_mkdir("before/Folder-8be4df61-93ca-11d2-aa0d-00e098032b8c");
	first = efivars_open("before");
	save(first, "saved");
	second = efivars_open("saved");
	ck_assert_int_eq(efistore_kind(second), EFISTORE_SAVED);
	ck_assert_uint_eq(efistore_count(second), 6);
	for (size_t i = 0; i < 6; i++) {
		const struct efistore_variable *a = efistore_at(first, i),
					       *b = efistore_at(second, i);

		ck_assert_str_eq(a->name, b->name);
		ck_assert(guid_equal(&a->guid, &b->guid));
		ck_assert_int_eq(a->unreadable, b->unreadable);
		ck_assert_uint_eq(a->attributes, b->attributes);
		ck_assert_uint_eq(a->size, b->size);
		ck_assert_mem_eq(a->data, b->data, a->size);
	}
	efistore_close(first);
	efistore_close(second);
}
END_TEST

#define GUID		   "\"guid\":\"8be4df61-93ca-11d2-aa0d-00e098032b8c\""
#define FILE_OF(variables) "{\"ima-efi-variables\":1,\"variables\":[" variables "]}"

static const struct {
	const char *text, *words; /* NULL: it is taken */
} files[] = {
	{FILE_OF(""), NULL},
	{FILE_OF("{\"name\":\"a\"," GUID ",\"attributes\":6,\"data\":\"00\",\"more\":[]}"), NULL},
	{" {\n\"ima-efi-variables\" : 1 , \"variables\" : [ ] } \n", NULL},
	{"{\"ima-efi-variables\":2,\"variables\":[]}", "version 2"},
	{"{\"ima-efi-variables\":\"1\",\"variables\":[]}", "no number"},
	{"{\"ima-efi-variables\":1}", "no list"},
	{"{\"ima-efi-variables\":1,\"variables\":{}}", "no list"},
	{"[\"ima-efi-variables\"]", "no JSON object"},
	{"{\"ima-efi-variables\":1,", "no JSON object"},
	{FILE_OF("") "x", "no JSON object, at byte 38"},
	{FILE_OF("") FILE_OF(""), "no JSON object, at byte 38"},
	{FILE_OF("1"), "it is no object"},
	{FILE_OF("{\"name\":\"a\"," GUID ",\"attributes\":6,\"data\":\"00\",\"x\":[[1]]}"),
	 "no JSON"},
	{FILE_OF("{" GUID ",\"attributes\":6,\"data\":\"00\"}"), "it has no name"},
	{FILE_OF("{\"name\":\"\"," GUID ",\"attributes\":6,\"data\":\"00\"}"), "it has no name"},
	{FILE_OF("{\"name\":\"a\\u0000b\"," GUID ",\"attributes\":6,\"data\":\"\"}"),
	 "it has no name"},
	{FILE_OF("{\"name\":\"x\",\"name_hex\":\"6100\"," GUID ",\"attributes\":6,\"data\":\"\"}"),
	 "it has no name"},
	{FILE_OF("{\"name\":\"a\",\"guid\":\"8be4\",\"attributes\":6,\"data\":\"00\"}"),
	 "\"guid\""},
	{FILE_OF("{\"name\":\"a\",\"attributes\":6,\"data\":\"00\"}"), "\"guid\""},
	{FILE_OF("{\"name\":\"a\"," GUID ",\"attributes\":-1,\"data\":\"00\"}"), "attributes"},
	{FILE_OF("{\"name\":\"a\"," GUID ",\"attributes\":4294967296,\"data\":\"00\"}"),
	 "attributes"},
	{FILE_OF("{\"name\":\"a\"," GUID ",\"data\":\"00\"}"), "attributes"},
	{FILE_OF("{\"name\":\"a\"," GUID ",\"attributes\":6}"), "neither"},
	{FILE_OF("{\"name\":\"a\"," GUID ",\"attributes\":6,\"unreadable\":0}"), "neither"},
	{FILE_OF("{\"name\":\"a\"," GUID ",\"attributes\":6,\"data\":\"0\"}"), "not hexadecimal"},
	{FILE_OF("{\"name\":\"a\"," GUID ",\"attributes\":6,\"data\":\"0G\"}"), "not hexadecimal"},
	{FILE_OF("{\"name\":\"a\"," GUID ",\"attributes\":6,\"data\":\"00\"},"
		 "{\"name\":\"a\"," GUID ",\"attributes\":6,\"data\":\"01\"}"),
	 "there twice"},
};

START_TEST(reading)
{
	struct efistore *store;
	struct fault f = {0};
	char path[4200];

	tree_text("file", files[_i].text);
	snprintf(path, sizeof(path), "%s/file", tree_path());
	store = efistore_open(path, &f);
	if (files[_i].words)
		ck_assert_msg(!store && strstr(f.text, files[_i].words), "%s", f.text);
	else
		ck_assert_msg(store != NULL, "%s", f.text);
	efistore_close(store);
}
END_TEST

/* --- Comparing --- */

static struct varcompare_list changes;
static struct remark_list remarks;

static void compare(void)
{
	struct efistore *before = efivars_open("before"), *after = efivars_open("after");
	struct fault f = {0};

	ck_assert_msg(varcompare_stores(before, after, &changes, &remarks, &f) == 0, "%s", f.text);
	efistore_close(before);
	efistore_close(after);
}

static void tear_down(void)
{
	varcompare_list_done(&changes);
	remark_list_done(&remarks);
	tree_close();
}

static void expect(size_t i, enum varcompare_what what, const char *variable, const char *words)
{
	ck_assert_uint_gt(changes.count, i);
	ck_assert_msg(changes.items[i].what == what, "%s: %s",
		      varcompare_what_name(changes.items[i].what), changes.items[i].text);
	ck_assert_str_eq(changes.items[i].variable, variable);
	ck_assert_msg(strstr(changes.items[i].text, words) != NULL, "%s", changes.items[i].text);
}

/* One variable of one GUID before and after; NULL: absent. */
static const struct {
	const char *name;
	const struct guid *guid;
	const char *before, *after;
	size_t before_size, after_size;
	enum varcompare_what what;
	const char *words; /* NULL: no change */
} variables[] = {
	{"SecureBoot", &guid_global, "\1", "\0", 1, 1, VARCOMPARE_CHANGED, "turned off"},
	{"SecureBoot", &guid_global, "\0", "\1", 1, 1, VARCOMPARE_CHANGED, "turned on"},
	{"SetupMode", &guid_global, "\0", "\1", 1, 1, VARCOMPARE_CHANGED, "platform key is gone"},
	{"SecureBoot", &guid_global, "\1", "\1", 1, 1, 0, NULL},
	{"SecureBoot", &guid_global, "\1", NULL, 1, 0, VARCOMPARE_REMOVED, "was 0x01"},
	{"SecureBoot", &guid_shim, "\1", "\0", 1, 1, VARCOMPARE_CHANGED, "was 0x01, is 0x00"},
	{"MokSBStateRT", &guid_shim, NULL, "\1", 0, 1, VARCOMPARE_CHANGED, "told not to verify"},
	{"MTC", &guid_global, "\1\0\0\0", "\2\0\0\0", 4, 4, 0, NULL},
	{"BootCurrent", &guid_global, "\1\0", "\2\0", 2, 2, 0, NULL},
	{"BootOrder", &guid_global, "\1\0\2\0", "\2\0\1\0", 4, 4, VARCOMPARE_REORDERED,
	 "was 0001,0002, is 0002,0001"},
	{"BootOrder", &guid_global, "\1\0\2\0", "\3\0\1\0\2\0", 4, 6, VARCOMPARE_CHANGED,
	 "is 0003,0001,0002"},
	{"BootNext", &guid_global, NULL, "\3\0", 0, 2, VARCOMPARE_ADDED, "is 0003"},
	{"Other", &guid_global, "abc", "abd", 3, 3, VARCOMPARE_CHANGED, "was \"abc\", is \"abd\""},
	{"Other", &guid_global, "123456789\n", "123456780\n", 10, 10, VARCOMPARE_CHANGED,
	 "other data, 10 bytes as before"},
	{"Other", &guid_global, "a\0b\0", "a\0c\0", 4, 4, VARCOMPARE_CHANGED,
	 "was \"ab\", is \"ac\""},
	{"Boot0001", &guid_global, "x", NULL, 1, 0, VARCOMPARE_REMOVED, "malformed boot option"},
	{"db", &guid_security_database, NULL, "", 0, 0, VARCOMPARE_ADDED, "is 0 bytes"},
};

START_TEST(one_variable)
{
	if (variables[_i].before)
		efivars_put("before", variables[_i].guid, variables[_i].name, 7,
			    variables[_i].before, variables[_i].before_size);
	if (variables[_i].after)
		efivars_put("after", variables[_i].guid, variables[_i].name, 7, variables[_i].after,
			    variables[_i].after_size);
	compare();
	ck_assert_uint_eq(remarks.count, 0);
	ck_assert_uint_eq(changes.count, variables[_i].words ? 1 : 0);
	if (variables[_i].words)
		expect(0, variables[_i].what, variables[_i].name, variables[_i].words);
}
END_TEST

START_TEST(attributes)
{
	efivars_put("before", &guid_global, "A", 7, "x", 1);
	efivars_put("after", &guid_global, "A", 6, "x", 1);
	compare();
	ck_assert_uint_eq(changes.count, 1);
	expect(0, VARCOMPARE_CHANGED, "A", "attributes were 0x7, are 0x6");
}
END_TEST

/* A key database as letters: each its own certificate; digits its own hash. */
static void put_database(const char *directory, const struct guid *guid, const char *name,
			 const char *entries)
{
	static struct buf made[128];
	own_buf struct buf data = {0};

	for (; *entries; entries++) {
		char text[] = {*entries, '\0'};
		uint8_t hash[32] = {(uint8_t)*entries};
		struct buf *list = &made[(unsigned char)*entries];

		if (!list->len && *entries >= 'a')
			efivars_certificate(list, text);
		else if (!list->len)
			efivars_list(list, EFIVARS_SHA256, hash, 32, 1);
		buf_add_buf(&data, list);
	}
	efivars_put_buf(directory, guid, name, EFIVARS_KEYS, &data);
}

START_TEST(enrolled_and_removed)
{
	put_database("before", &guid_security_database, "db", "ab1");
	put_database("after", &guid_security_database, "db", "bc1");
	compare();
	ck_assert_uint_eq(changes.count, 2);
	expect(0, VARCOMPARE_REMOVED, "db", "the certificate \"CN = a\" was removed");
	expect(1, VARCOMPARE_ENROLLED, "db", "the certificate \"CN = c\" was enrolled");
	ck_assert_str_eq(changes.items[1].database, "db");
	ck_assert_str_eq(changes.items[1].type, "x509");
	ck_assert_uint_eq(strlen(changes.items[1].digest), 7 + 64);
}
END_TEST

START_TEST(revoked)
{
	put_database("before", &guid_security_database, "dbx", "1");
	put_database("after", &guid_security_database, "dbx", "2a");
	compare();
	ck_assert_uint_eq(changes.count, 3);
	expect(0, VARCOMPARE_REMOVED, "dbx", "is no longer refused");
	expect(1, VARCOMPARE_REVOKED, "dbx", "the sha256 hash 32");
	expect(2, VARCOMPARE_REVOKED, "dbx", "\"CN = a\" is refused now");
}
END_TEST

START_TEST(reordered)
{
	put_database("before", &guid_global, "KEK", "ab");
	put_database("after", &guid_global, "KEK", "ba");
	compare();
	ck_assert_uint_eq(changes.count, 1);
	expect(0, VARCOMPARE_REORDERED, "KEK", "in another order");
}
END_TEST

START_TEST(reset_by_absence)
{
	put_database("before", &guid_global, "PK", "a");
	put_database("before", &guid_security_database, "db", "bc");
	efivars_put("after", &guid_security_database, "db", EFIVARS_KEYS, "", 0);
	compare();
	ck_assert_uint_eq(changes.count, 2);
	expect(0, VARCOMPARE_RESET, "PK", "is not there any more");
	expect(1, VARCOMPARE_RESET, "db", "was emptied: all its 2 entries");
}
END_TEST

START_TEST(reset_to_factory)
{
	put_database("before", &guid_security_database, "db", "a");
	put_database("after", &guid_security_database, "db", "bc");
	put_database("before", &guid_global, "dbDefault", "bc");
	put_database("after", &guid_global, "dbDefault", "bc");
	compare();
	ck_assert_uint_eq(changes.count, 4);
	expect(0, VARCOMPARE_RESET, "db", "what the factory put there");
	expect(1, VARCOMPARE_REMOVED, "db", "CN = a");
}
END_TEST

START_TEST(malformed_tail)
{
	own_buf struct buf data = {0};

	efivars_list(&data, EFIVARS_SHA256, "01234567890123456789012345678901", 32, 1);
	buf_addc(&data, 'x');
	efivars_put_buf("before", &guid_security_database, "db", 7, &data);
	buf_addc(&data, 'y');
	efivars_put_buf("after", &guid_security_database, "db", 7, &data);
	compare();
	ck_assert_uint_eq(changes.count, 1);
	expect(0, VARCOMPARE_CHANGED, "db", "malformed");
}
END_TEST

/* --- Boot options --- */

static void put_option(const char *directory, uint32_t active, const char *title, const char *file,
		       const char *options)
{
	own_buf struct buf data = {0};

	efivars_option(&data, active, title, file, options);
	efivars_put_buf(directory, &guid_global, "Boot0001", 7, &data);
}

static const struct {
	uint32_t attributes;
	const char *title, *file, *options, *words;
} options[] = {
	{1, "other", "\\a.efi", "quiet", "its title was \"Linux\", is \"other\""},
	{1, "Linux", "\\b.efi", "quiet", "File(\\b.efi)\""},
	{0, "Linux", "\\a.efi", "quiet", "it was \"active\", is \"inactive\""},
	{1, "Linux", "\\a.efi", "ima_appraise=off",
	 "its options was \"quiet\", is \"ima_appraise=off\""},
	{1, "Linux", "\\a.efi", NULL, "its options was \"quiet\", is \"\""},
	{9, "Linux", "\\a.efi", "quiet", "its data or attributes differ"},
};

START_TEST(boot_option)
{
	put_option("before", 1, "Linux", "\\a.efi", "quiet");
	put_option("after", options[_i].attributes, options[_i].title, options[_i].file,
		   options[_i].options);
	compare();
	ck_assert_uint_eq(changes.count, 1);
	expect(0, VARCOMPARE_CHANGED, "Boot0001", options[_i].words);
}
END_TEST

START_TEST(new_boot_option)
{
	put_option("after", 1, "Linux", "\\a.efi", "quiet");
	compare();
	ck_assert_uint_eq(changes.count, 1);
	expect(0, VARCOMPARE_ADDED, "Boot0001", "\"Linux\", HD(1,");
	ck_assert(strstr(changes.items[0].text, "options \"quiet\"") != NULL);
}
END_TEST

/* --- What cannot be compared, and the order of a report --- */

START_TEST(unreadable)
{
	efivars_put("before", &guid_global, "A", 7, "x", 1);
	tree_mkdir("after/A-8be4df61-93ca-11d2-aa0d-00e098032b8c");
	compare();
	ck_assert_uint_eq(changes.count, 0);
	ck_assert_uint_eq(remarks.count, 1);
	ck_assert_str_eq(remarks.items[0].path, "A");
}
END_TEST

START_TEST(most_important_first)
{
	static const char *const names[] = {"SecureBoot", "KEK",   "db",
					    "BootOrder",  "Alpha", "Beta"};

	efivars_put("before", &guid_global, "Alpha", 7, "x", 1);
	efivars_put("before", &guid_shim, "Beta", 7, "x", 1);
	efivars_put("before", &guid_global, "BootOrder", 7, "\1\0", 2);
	put_database("before", &guid_security_database, "db", "a");
	put_database("before", &guid_global, "KEK", "a");
	efivars_put("before", &guid_global, "SecureBoot", 7, "\1", 1);
	efivars_put("after", &guid_global, "SecureBoot", 7, "\0", 1);
	compare();
	ck_assert_uint_eq(changes.count, 6);
	for (size_t i = 0; i < 4; i++)
		ck_assert_str_eq(changes.items[i].variable, names[i]);
	ck_assert_str_eq(changes.items[4].variable, "Beta");
	ck_assert_str_eq(changes.items[5].variable, "Alpha");
}
END_TEST

/* A store has no volatile variables: that they are not there says nothing. */
START_TEST(against_a_store)
{
	static struct efivars_image image;

	efivars_put("before", &guid_global, "SecureBoot", EFIVARS_VOLATILE, "\1", 1);
	efivars_put("before", &guid_global, "Kept", EFIVARS_KEPT, "x", 1);
	efivars_image(&image);
	efivars_image_add(&image, &guid_global, "Other", 7, 0x3f, "x", 1);
	ck_assert_int_eq(renameat(tree_fd, "after", tree_fd, "aside"), 0);
	tree_file("after", image.bytes, sizeof(image.bytes), 0600);
	compare();
	ck_assert_uint_eq(changes.count, 3);
	expect(0, VARCOMPARE_REMOVED, "Same", "not there any more");
	expect(1, VARCOMPARE_REMOVED, "Kept", "not there any more");
	expect(2, VARCOMPARE_ADDED, "Other", "was not there");
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *saved_suite(void)
{
	Suite *suite = suite_create("saved");
	TCase *tcase = tcase_create("saved");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, round_trip);
	tcase_add_loop_test(tcase, reading, 0, ROWS(files));
	tcase_add_loop_test(tcase, one_variable, 0, ROWS(variables));
	tcase_add_test(tcase, attributes);
	tcase_add_test(tcase, enrolled_and_removed);
	tcase_add_test(tcase, revoked);
	tcase_add_test(tcase, reordered);
	tcase_add_test(tcase, reset_by_absence);
	tcase_add_test(tcase, reset_to_factory);
	tcase_add_test(tcase, malformed_tail);
	tcase_add_loop_test(tcase, boot_option, 0, ROWS(options));
	tcase_add_test(tcase, new_boot_option);
	tcase_add_test(tcase, unreadable);
	tcase_add_test(tcase, most_important_first);
	tcase_add_test(tcase, against_a_store);
	suite_add_tcase(suite, tcase);
	return suite;
}
