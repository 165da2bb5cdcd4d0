/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/efistore.c and efi/varstore.c: directories, stores, and what is broken.
 * This machine is tests/cli/test_efi_status.sh: libefivar looks at its environment when it is loaded. */
#include "efi/efistore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efi/varstore.h"
#include "tests/efi/efivars.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static const char *in_tree(const char *name)
{
	static char path[4200];

	snprintf(path, sizeof(path), "%s/%s", tree_path(), name);
	return path;
}

static void expect(const struct efistore *store, const struct guid *guid, const char *name,
		   uint32_t attributes, const char *data, size_t size)
{
	const struct efistore_variable *v = efistore_find(store, guid, name);

	ck_assert_msg(v != NULL, "%s is not there", name);
	ck_assert_int_eq(v->unreadable, 0);
	ck_assert_uint_eq(v->attributes, attributes);
	ck_assert_uint_eq(v->size, size);
	ck_assert_mem_eq(v->data, data, size);
}

/* --- Directories --- */

START_TEST(directory)
{
	struct efistore *store;

	tree_mkdir("vars");
	efivars_put("vars", &guid_global, "SecureBoot", 6, "\1", 1);
	efivars_put("vars", &guid_shim, "With-dash-", 3, "abc", 3);
	efivars_put("vars", &guid_global, "Empty", 7, "", 0);
	tree_text("vars/README", "not a variable\n");
	tree_text("vars/-8be4df61-93ca-11d2-aa0d-00e098032b8c", "xxxxno name");
	store = efivars_open("vars");
	ck_assert_int_eq(efistore_kind(store), EFISTORE_DIRECTORY);
	ck_assert_uint_eq(efistore_count(store), 3);
	expect(store, &guid_global, "SecureBoot", 6, "\1", 1);
	expect(store, &guid_shim, "With-dash-", 3, "abc", 3);
	expect(store, &guid_global, "Empty", 7, "", 0);
	ck_assert_ptr_null(efistore_find(store, &guid_shim, "SecureBoot"));
	ck_assert_ptr_null(efistore_find(store, &guid_global, "secureboot"));
	/* By GUID as bytes: 50 ab 5d 60 before 61 df e4 8b. */
	ck_assert_str_eq(efistore_at(store, 0)->name, "With-dash-");
	ck_assert_str_eq(efistore_at(store, 1)->name, "Empty");
	efistore_close(store);
}
END_TEST

static void expect_unreadable(const struct efistore *store, const char *name, int why)
{
	const struct efistore_variable *v = efistore_find(store, &guid_global, name);

	ck_assert_msg(v != NULL, "%s is not there", name);
	ck_assert_int_eq(v->unreadable, why);
	ck_assert_uint_eq(v->size, 0);
}

#define GLOBAL_TEXT "8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* What cannot be read is there, and says so. */
START_TEST(unreadable)
{
	own_buf struct buf large = {0};
	struct efistore *store;

	tree_mkdir("vars");
	efivars_put("vars", &guid_global, "Good", 7, "x", 1);
	tree_file("vars/Short-" GLOBAL_TEXT, "\7\0\0", 3, 0644);
	tree_mkdir("vars/Folder-" GLOBAL_TEXT);
	ck_assert_int_eq(symlinkat("Good-" GLOBAL_TEXT, tree_fd, "vars/Link-" GLOBAL_TEXT), 0);
	ck_assert_int_eq(mkfifoat(tree_fd, "vars/Fifo-" GLOBAL_TEXT, 0600), 0);
	for (size_t i = 0; i <= EFISTORE_DATA_MAX; i++)
		buf_addc(&large, 'x');
	efivars_put_buf("vars", &guid_global, "Large", 7, &large);
	efivars_put("vars", &guid_global, "Largest", 7, large.data, EFISTORE_DATA_MAX);
	store = efivars_open("vars");
	ck_assert_uint_eq(efistore_count(store), 7);
	expect_unreadable(store, "Short", ENODATA);
	expect_unreadable(store, "Folder", EINVAL);
	expect_unreadable(store, "Link", ELOOP);
	expect_unreadable(store, "Fifo", EINVAL);
	expect_unreadable(store, "Large", EFBIG);
	expect(store, &guid_global, "Largest", 7, large.data, EFISTORE_DATA_MAX);
	efistore_close(store);
}
END_TEST

static void refuse(const char *name, const char *words)
{
	struct fault f = {0};

	ck_assert_ptr_null(efistore_open(in_tree(name), &f));
	ck_assert_msg(strstr(f.text, words) != NULL, "%s", f.text);
}

START_TEST(refusals)
{
	tree_mkdir("empty");
	refuse("empty", "no variables in the directory");
	refuse("missing", "No such file");
	tree_text("text", "hello\n");
	refuse("text", "neither a directory of variables");
	tree_mkdir("twice");
	tree_file("twice/A-" GLOBAL_TEXT, "\7\0\0\0x", 5, 0644);
	tree_file("twice/A-8BE4df61-93ca-11d2-aa0d-00e098032b8c", "\7\0\0\0y", 5, 0644);
	tree_file("twice/B-" GLOBAL_TEXT, "\7\0\0\0y", 5, 0644);
	refuse("twice", "is there twice");
}
END_TEST

START_TEST(too_many)
{
	char name[64];

	tree_mkdir("vars");
	for (int i = 0; i <= EFISTORE_COUNT_MAX; i++) {
		snprintf(name, sizeof(name), "vars/%d-" GLOBAL_TEXT, i);
		tree_file(name, "\7\0\0\0x", 5, 0644);
	}
	refuse("vars", "more than 4096 variables");
}
END_TEST

/* --- Variable stores --- */

static struct efivars_image image;

static struct efistore *open_image(struct fault *f)
{
	tree_file("store.fd", image.bytes, sizeof(image.bytes), 0644);
	return efistore_open(in_tree("store.fd"), f);
}

static struct efistore *expect_image(void)
{
	struct fault f = {0};
	struct efistore *store = open_image(&f);

	ck_assert_msg(store != NULL, "%s", f.text);
	ck_assert_int_eq(efistore_kind(store), EFISTORE_VARSTORE);
	return store;
}

START_TEST(in_force)
{
	struct efistore *store;

	efivars_image(&image);
	efivars_image_add(&image, &guid_global, "Old", 7, 0x3d, "gone", 4);
	efivars_image_add(&image, &guid_global, "PK", 0x27, 0x3f, "abcde", 5);
	efivars_image_add(&image, &guid_global, "Half", 7, 0x7f, "x", 1);
	efivars_image_add(&image, &guid_shim, "Empty", 3, 0x3f, "", 0);
	store = expect_image();
	ck_assert_uint_eq(efistore_count(store), 2);
	expect(store, &guid_global, "PK", 0x27, "abcde", 5);
	expect(store, &guid_shim, "Empty", 3, "", 0);
	efistore_close(store);
}
END_TEST

/* Which of several counts: the first in force; without one the last in deletion (edk2's rule). */
START_TEST(which_counts)
{
	struct efistore *store;

	efivars_image(&image);
	efivars_image_add(&image, &guid_global, "A", 7, 0x3e, "deleting", 8);
	efivars_image_add(&image, &guid_global, "A", 7, 0x3f, "first", 5);
	efivars_image_add(&image, &guid_global, "A", 7, 0x3f, "second", 6);
	efivars_image_add(&image, &guid_global, "B", 7, 0x3e, "earlier", 7);
	efivars_image_add(&image, &guid_global, "B", 7, 0x3e, "later", 5);
	efivars_image_add(&image, &guid_global, "B", 7, 0x3c, "deleted", 7);
	store = expect_image();
	ck_assert_uint_eq(efistore_count(store), 2);
	expect(store, &guid_global, "A", 7, "first", 5);
	expect(store, &guid_global, "B", 7, "later", 5);
	efistore_close(store);
}
END_TEST

START_TEST(store_alone_and_deep_in_flash)
{
	static uint8_t flash[3 * 4096 + sizeof(image.bytes)];
	struct efistore *store;
	struct fault f = {0};

	efivars_image(&image);
	efivars_image_add(&image, &guid_global, "PK", 0x27, 0x3f, "abcde", 5);
	memset(flash, 0xff, sizeof(flash));
	memcpy(flash + 3 * 4096, image.bytes, sizeof(image.bytes));
	tree_file("flash.bin", flash, sizeof(flash), 0644);
	store = efistore_open(in_tree("flash.bin"), &f);
	ck_assert_msg(store != NULL, "%s", f.text);
	expect(store, &guid_global, "PK", 0x27, "abcde", 5);
	efistore_close(store);
	tree_file("alone", image.bytes + EFIVARS_STORE, 0x1000, 0644);
	store = efistore_open(in_tree("alone"), &f);
	ck_assert_msg(store != NULL, "%s", f.text);
	expect(store, &guid_global, "PK", 0x27, "abcde", 5);
	efistore_close(store);
}
END_TEST

/* A store of plain variables: shorter headers. */
START_TEST(plain_store)
{
	static const uint8_t head[] = {0x16, 0x36, 0xcf, 0xdd, 0x75, 0x32, 0x64, 0x41, 0x98, 0xb6,
				       0xfe, 0x85, 0x70, 0x7f, 0xfe, 0x7d, 0x58, 0,    0,    0,
				       0x5a, 0xfe, 0,	 0,    0,    0,	   0,	 0};
	own_buf struct buf data = {0};
	struct efistore *store;
	struct fault f = {0};

	buf_add(&data, head, sizeof(head));
	buf_add(&data, "\xaa\x55\x3f\0", 4);
	efivars_u32(&data, 7);
	efivars_u32(&data, 6);
	efivars_u32(&data, 3);
	buf_add(&data, guid_global.bytes, 16);
	efivars_ucs2(&data, "PK");
	buf_add(&data, "abc", 3);
	while (data.len < 0x58)
		buf_addc(&data, (char)0xff);
	tree_file("plain", data.data, data.len, 0644);
	store = efistore_open(in_tree("plain"), &f);
	ck_assert_msg(store != NULL, "%s", f.text);
	expect(store, &guid_global, "PK", 7, "abc", 3);
	efistore_close(store);
}
END_TEST

/* One value put at one place, and what is said of it. */
static const struct {
	size_t at, size;
	uint32_t value;
	const char *words;
} damages[] = {
	{50, 1, 0x77, "checksum"},
	{44, 1, 0x77, "checksum"},
	{32, 4, 0x2001, "says it has 8193 bytes"},
	{32, 4, 8, "says it has 8 bytes"},
	{48, 2, 0x49, "has a header of 73 bytes"},
	{48, 2, 4, "has a header of 4 bytes"},
	{48, 2, 0xfffe, "has a header of 65534 bytes"},
	{EFIVARS_STORE, 1, 0x79, "no variable store of a known kind at byte 72"},
	{EFIVARS_STORE + 16, 4, 0x2000, "says it has 8192 bytes"},
	{EFIVARS_STORE + 16, 4, 27, "says it has 27 bytes"},
	{EFIVARS_STORE + 20, 1, 0xff, "not formatted"},
	{EFIVARS_STORE + 21, 1, 0xff, "not healthy"},
	{EFIVARS_FIRST + 36, 4, 0x10000, "the variable at byte 100 says its name has 65536 bytes"},
	{EFIVARS_FIRST + 40, 4, 0xfffffffe, "its data 4294967294"},
	{EFIVARS_FIRST + 36, 4, 5, "a name of 5 bytes"},
	{EFIVARS_FIRST + 36, 4, 0, "a name of 0 bytes"},
};

START_TEST(damaged)
{
	struct fault f = {0};

	efivars_image(&image);
	efivars_image_add(&image, &guid_global, "PK", 0x27, 0x3f, "abcde", 5);
	for (size_t i = 0; i < damages[_i].size; i++)
		image.bytes[damages[_i].at + i] = (uint8_t)(damages[_i].value >> 8 * i);
	ck_assert_ptr_null(open_image(&f));
	ck_assert_msg(strstr(f.text, damages[_i].words) != NULL, "%s", f.text);
}
END_TEST

static int count_one(void *context, const struct varstore_variable *v, struct fault *f)
{
	(void)v;
	(void)f;
	++*(int *)context;
	return 0;
}

/* Cut at every byte of its beginning, nothing is read beyond the end (a sanitizer looks). */
START_TEST(cut)
{
	own_buf struct buf copy = {0};
	struct fault f = {0};
	int n = 0;

	efivars_image(&image);
	efivars_image_add(&image, &guid_global, "PK", 0x27, 0x3f, "abcde", 5);
	buf_add(&copy, image.bytes, (size_t)_i);
	ck_assert_int_eq(varstore_decode(buf_text(&copy), copy.len, count_one, &n, &f), -1);
	ck_assert_int_eq(n, 0);
	ck_assert_int_eq(f.os, EINVAL);
}
END_TEST

/* A name that is too long is cut and marked; one with a stray half of a pair is kept. */
START_TEST(odd_names)
{
	char name[700];
	struct efistore *store;
	size_t at;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	efivars_image(&image);
	efivars_image_add(&image, &guid_global, name, 7, 0x3f, "x", 1);
	at = efivars_image_add(&image, &guid_global, "ab", 7, 0x3f, "x", 1);
	image.bytes[at + 60] = 0x3d;
	image.bytes[at + 61] = 0xd8;
	store = expect_image();
	ck_assert_uint_eq(efistore_count(store), 2);
	expect(store, &guid_global,
	       "\xed\xa0\xbd"
	       "b",
	       7, "x", 1);
	name[EFISTORE_NAME_MAX] = '\0';
	expect_unreadable(store, name, ENAMETOOLONG);
	efistore_close(store);
}
END_TEST

/* The distribution's own, if they are there. */
START_TEST(real_stores)
{
	static const char path[] = "/usr/share/OVMF/OVMF_VARS_4M.ms.fd";
	struct efistore *store;
	struct fault f = {0};

	if (tree_skips(access(path, R_OK) == 0, path))
		return;
	store = efistore_open(path, &f);
	ck_assert_msg(store != NULL, "%s", f.text);
	ck_assert_ptr_nonnull(efistore_find(store, &guid_global, "PK"));
	ck_assert_ptr_nonnull(efistore_find(store, &guid_global, "KEK"));
	ck_assert_ptr_nonnull(efistore_find(store, &guid_security_database, "db"));
	ck_assert_ptr_nonnull(efistore_find(store, &guid_global, "Boot0000"));
	efistore_close(store);
}
END_TEST

Suite *efistore_suite(void)
{
	Suite *suite = suite_create("efistore");
	TCase *tcase = tcase_create("efistore");

	tcase_add_checked_fixture(tcase, tree_open, tree_close);
	tcase_add_test(tcase, directory);
	tcase_add_test(tcase, unreadable);
	tcase_add_test(tcase, refusals);
	tcase_add_test(tcase, too_many);
	tcase_add_test(tcase, in_force);
	tcase_add_test(tcase, which_counts);
	tcase_add_test(tcase, store_alone_and_deep_in_flash);
	tcase_add_test(tcase, plain_store);
	tcase_add_loop_test(tcase, damaged, 0, (int)(sizeof(damages) / sizeof(damages[0])));
	tcase_add_loop_test(tcase, cut, 0, EFIVARS_FIRST + 60);
	tcase_add_test(tcase, odd_names);
	tcase_add_test(tcase, real_stores);
	suite_add_tcase(suite, tcase);
	return suite;
}
