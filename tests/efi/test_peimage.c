/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/peimage.c: what edk2 and shim refuse, and what a section holds. */
#include "efi/peimage.h"

#include <errno.h>
#include <string.h>

#include "scanner/base/own.h"
#include "tests/efi/testimage.h"
#include "tests/suites.h"

static struct buf image;

static void set_up(void)
{
	static const struct testimage_section sections[] = {{".sbat", "sbat,1,a,b,c,d\n", 15},
							    {".data", NULL, 512}};

	testimage_build(&image, true, sections, 2);
}

static void tear_down(void)
{
	buf_done(&image);
}

static struct peimage decode(void)
{
	struct peimage pe;
	struct fault f = {0};

	ck_assert_msg(peimage_decode(image.data, image.len, &pe, &f) == 0, "%s", f.text);
	return pe;
}

START_TEST(fields)
{
	struct peimage pe = decode();

	ck_assert_msg(!pe.malformed, "%s", pe.malformed);
	ck_assert_msg(!pe.malformed_shim, "%s", pe.malformed_shim);
	ck_assert(pe.plus);
	ck_assert_uint_eq(pe.machine, 0x8664);
	ck_assert_str_eq(peimage_machine_name(pe.machine), "x86-64");
	ck_assert_uint_eq(pe.section_count, 3);
	ck_assert_uint_eq(pe.checksum_at, testimage_optional(&image) + 64);
	ck_assert_uint_eq(pe.security_at, testimage_directory(&image));
	ck_assert_str_eq(pe.sections[1].name, ".sbat");
	peimage_done(&pe);
}
END_TEST

START_TEST(old_format)
{
	struct peimage pe;

	testimage_build(&image, false, NULL, 0);
	pe = decode();
	ck_assert_msg(!pe.malformed, "%s", pe.malformed);
	ck_assert(!pe.plus);
	ck_assert_uint_eq(pe.security_at, testimage_directory(&image));
	peimage_done(&pe);
}
END_TEST

START_TEST(content_is_without_padding)
{
	struct peimage pe = decode();
	struct bytes b = peimage_content(&pe, peimage_find(&pe, ".sbat"));

	ck_assert_uint_eq(pe.sections[1].raw_size, 512);
	ck_assert_uint_eq(b.left, 15);
	ck_assert_mem_eq(b.at, "sbat,1,a,b,c,d\n", 15);
	ck_assert_ptr_null(peimage_find(&pe, ".linux"));
	peimage_done(&pe);
}
END_TEST

/* A name in the string table, behind the symbols. */
START_TEST(long_names)
{
	struct peimage pe;
	size_t table = image.len;

	buf_add(&image, "\0\0\0\0a-section-of-a-long-name", 29);
	testimage_put32(&image, testimage_coff(&image) + 8, (uint32_t)table);
	memcpy(image.data + testimage_section(&image, 2), "/4\0\0\0\0\0", 8);
	pe = decode();
	ck_assert_str_eq(pe.sections[2].name, "a-section-of-a-long-name");
	ck_assert(pe.sections[2].long_name);
	peimage_done(&pe);
	memcpy(image.data + testimage_section(&image, 2), "/999999", 7);
	pe = decode();
	ck_assert_str_eq(pe.sections[2].name, "/999999");
	peimage_done(&pe);
}
END_TEST

static const struct {
	const char *what;
	enum { COFF, OPTIONAL, SECTION1, SECTION2, DIRECTORY } base;
	size_t at;
	uint32_t value;
	const char *malformed; /* of edk2's reason; NULL: edk2 takes it */
	const char *shim;      /* of shim's */
} damages[] = {
	{"magic", OPTIONAL, 0, 0x107, "neither PE32", ""},
	{"too many directories", OPTIONAL, 108, 17, "number of directories", ""},
	{"fewer directories than room", OPTIONAL, 108, 15, "number of directories", ""},
	{"optional header size", COFF, 16, 0x220000f8, "number of directories", ""},
	{"image size", OPTIONAL, 56, 0x190, "no room for its section headers", ""},
	{"image of the headers' size", OPTIONAL, 56, 0x600, "size of the headers", ""},
	{"headers size 0", OPTIONAL, 60, 0, "size of the headers", ""},
	{"headers without room", OPTIONAL, 60, 0x1a0, "size of the headers has no room", ""},
	{"headers behind the file", OPTIONAL, 60, 0x7000, "end behind the file", ""},
	{"table outside", DIRECTORY, 4, 0x10000, "certificate table lies outside", ""},
	{"table overflowing", DIRECTORY, 0, 0xfffffff8, NULL, "certificate table lies outside"},
	{"section in the headers", SECTION1, 20, 0x200, "inside the headers", ""},
	{"section address in the headers", SECTION1, 12, 0x200, "inside the headers", ""},
	{"section outside", SECTION1, 20, 0x7000, "outside the file", ""},
	{"section overflowing", SECTION1, 20, 0xffffff00, "outside the file", ""},
	{"empty section anywhere", SECTION2, 16, 0, NULL, NULL},
	{"relocations stripped", COFF, 18, 0x20b0001, NULL, "stripped"},
	{"odd alignment", OPTIONAL, 36, 0x201, NULL, "alignment"},
	{"entry nowhere", OPTIONAL, 16, 0x900000, NULL, "no section holds the entry"},
	{"entry twice", SECTION1, 12, 0x1000, NULL, "several sections hold"},
	{"relocations of .sbat", SECTION1, 24, 5, NULL, ".sbat section has"},
	{"overlap", SECTION2, 16, 0x800, NULL, "larger than the file"},
};

START_TEST(damage)
{
	const size_t bases[] = {testimage_coff(&image), testimage_optional(&image),
				testimage_section(&image, 1), testimage_section(&image, 2),
				testimage_directory(&image)};
	struct peimage pe;

	/* For the overlap: the second section lies at the first one's place. */
	if (strcmp(damages[_i].what, "overlap") == 0)
		testimage_put32(&image, bases[SECTION2] + 20, 0x600);
	if (strcmp(damages[_i].what, "entry twice") == 0)
		testimage_put32(&image, bases[SECTION1] + 8, 0x2000);
	testimage_put32(&image, bases[damages[_i].base] + damages[_i].at, damages[_i].value);
	pe = decode();
	if (damages[_i].malformed)
		ck_assert_msg(pe.malformed && strstr(pe.malformed, damages[_i].malformed), "%s: %s",
			      damages[_i].what, pe.malformed ? pe.malformed : "taken");
	else
		ck_assert_msg(!pe.malformed, "%s: %s", damages[_i].what, pe.malformed);
	if (damages[_i].shim)
		ck_assert_msg(pe.malformed_shim && strstr(pe.malformed_shim, damages[_i].shim),
			      "%s: %s", damages[_i].what,
			      pe.malformed_shim ? pe.malformed_shim : "taken");
	else
		ck_assert_msg(!pe.malformed_shim, "%s: %s", damages[_i].what, pe.malformed_shim);
	peimage_done(&pe);
}
END_TEST

START_TEST(two_sbat_sections)
{
	struct peimage pe;

	memcpy(image.data + testimage_section(&image, 2), ".sbat\0\0", 8);
	pe = decode();
	ck_assert_ptr_null(pe.malformed);
	ck_assert_str_eq(pe.malformed_shim, "it has several .sbat sections");
	peimage_done(&pe);
}
END_TEST

/* Cut at every length: no PE image, or a malformed one. */
START_TEST(truncated)
{
	struct fault f;

	for (size_t n = 0; n < image.len; n++) {
		struct peimage pe;

		if (peimage_decode(image.data, n, &pe, &f) < 0) {
			ck_assert_int_eq(f.os, ENOEXEC);
			ck_assert_uint_lt(n, testimage_coff(&image));
			continue;
		}
		ck_assert_msg(pe.malformed != NULL, "at %zu", n);
		peimage_done(&pe);
	}
}
END_TEST

START_TEST(not_pe)
{
	static const char *const others[] = {"", "M", "MZ", "\177ELF", "#!/bin/sh\n"};
	struct peimage pe;
	struct fault f;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		f.os = 0;
		ck_assert_int_eq(peimage_decode(others[i], strlen(others[i]), &pe, &f), -1);
		ck_assert_int_eq(f.os, ENOEXEC);
	}
}
END_TEST

/* Without "MZ" the header is at 0: edk2 takes that. */
START_TEST(without_dos_header)
{
	struct buf bare = {0};
	struct peimage pe;
	struct fault f;

	buf_add(&bare, image.data + 0x80, image.len - 0x80);
	ck_assert_int_eq(peimage_decode(bare.data, bare.len, &pe, &f), 0);
	ck_assert_str_eq(pe.malformed_shim, pe.malformed ? pe.malformed : "it has no DOS header");
	peimage_done(&pe);
	buf_done(&bare);
}
END_TEST

Suite *peimage_suite(void)
{
	Suite *suite = suite_create("peimage");
	TCase *tc = tcase_create("peimage");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, fields);
	tcase_add_test(tc, old_format);
	tcase_add_test(tc, content_is_without_padding);
	tcase_add_test(tc, long_names);
	tcase_add_loop_test(tc, damage, 0, (int)(sizeof(damages) / sizeof(damages[0])));
	tcase_add_test(tc, two_sbat_sections);
	tcase_add_test(tc, truncated);
	tcase_add_test(tc, not_pe);
	tcase_add_test(tc, without_dos_header);
	suite_add_tcase(suite, tc);
	return suite;
}
