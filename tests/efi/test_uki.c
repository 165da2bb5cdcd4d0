/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/uki.c and efi/imagerole.c. */
#include "efi/uki.h"

#include <stdlib.h>
#include <string.h>

#include "efi/imagerole.h"
#include "scanner/base/own.h"
#include "tests/efi/testimage.h"
#include "tests/suites.h"

#define TEXT(name, text)                                                                           \
	{                                                                                          \
		name, text, sizeof(text) - 1                                                       \
	}

static struct buf image;
static struct peimage pe;
static struct uki uki;

static void build(const struct testimage_section *sections, size_t count)
{
	testimage_build(&image, true, sections, count);
	ck_assert_int_eq(peimage_decode(image.data, image.len, &pe, NULL), 0);
	ck_assert_msg(!pe.malformed, "%s", pe.malformed);
	ck_assert_int_eq(uki_decode(&pe, &uki, NULL), 0);
}

static void tear_down(void)
{
	uki_done(&uki);
	peimage_done(&pe);
	buf_done(&image);
}

static void expect(const struct peimage_section *section, const char *text)
{
	own_mem char *got = uki_text(&pe, section);

	if (text)
		ck_assert_str_eq(got, text);
	else
		ck_assert_ptr_null(got);
}

START_TEST(plain)
{
	static const struct testimage_section sections[] = {
		TEXT(".linux", "MZ kernel"), TEXT(".initrd", "cpio"),
		TEXT(".cmdline", "root=/dev/sda1 quiet\0hidden"), TEXT(".osrel", "ID=x\n"),
		TEXT(".cmdline", "second")};

	build(sections, 5);
	expect(uki.base.sections[UKI_CMDLINE], "root=/dev/sda1 quiet");
	expect(uki.base.sections[UKI_OSREL], "ID=x\n");
	expect(uki.base.sections[UKI_UNAME], NULL);
	ck_assert_uint_eq(uki.profile_count, 0);
	ck_assert_int_eq(imagerole_of(&pe), IMAGECHECK_UKI);
}
END_TEST

START_TEST(profiles)
{
	static const struct testimage_section sections[] = {
		TEXT(".linux", "MZ"),
		TEXT(".cmdline", "base"),
		TEXT(".profile", "ID=main\nTITLE=As usual\n"),
		TEXT(".profile", "TITLE=Without IMA\r\nID=off"),
		TEXT(".cmdline", "ima_appraise=off"),
		TEXT(".profile", "ID"),
	};
	own_mem char *id = NULL, *title = NULL;

	build(sections, 6);
	ck_assert_uint_eq(uki.profile_count, 3);
	expect(uki_effective(&uki, 0, UKI_CMDLINE), "base");
	expect(uki_effective(&uki, 1, UKI_CMDLINE), "ima_appraise=off");
	expect(uki_effective(&uki, 2, UKI_CMDLINE), "base");
	expect(uki_effective(&uki, UKI_PROFILES_MAX, UKI_CMDLINE), "base");
	id = uki_profile_value(&pe, uki.profiles[1].profile, "ID");
	title = uki_profile_value(&pe, uki.profiles[1].profile, "TITLE");
	ck_assert_str_eq(id, "off");
	ck_assert_str_eq(title, "Without IMA");
	ck_assert_ptr_null(uki_profile_value(&pe, uki.profiles[2].profile, "ID"));
}
END_TEST

START_TEST(many_profiles)
{
	struct testimage_section sections[20];

	for (size_t i = 0; i < 20; i++)
		sections[i] = (struct testimage_section)TEXT(".profile", "ID=x");
	build(sections, 20);
	ck_assert_uint_eq(uki.profile_count, 20);
	ck_assert(!uki.truncated);
}
END_TEST

static const struct {
	enum imagecheck_role role;
	struct testimage_section section;
} roles[] = {
	{IMAGECHECK_UKI, TEXT(".linux", "MZ")},
	{IMAGECHECK_GRUB, TEXT(".sbat", "sbat,1,a,b,c,d\ngrub,1,a,b,c,d\n")},
	{IMAGECHECK_SYSTEMD_BOOT, TEXT(".sdmagic", "#### LoaderInfo: systemd-boot 252 ####")},
	{IMAGECHECK_SYSTEMD_BOOT, TEXT(".sbat", "systemd-boot,1,a,b,c,d\n")},
	{IMAGECHECK_OTHER, TEXT(".sdmagic", "#### LoaderInfo: systemd-stub 252 ####")},
	{IMAGECHECK_ADDON, TEXT(".cmdline", "quiet")},
	{IMAGECHECK_ADDON, TEXT(".ucode", "x")},
	{IMAGECHECK_REFIND, TEXT(".data", "r\0E\0F\0I\0n\0d\0")},
	{IMAGECHECK_REFIND, TEXT(".sbat", "refind,1,a,b,c,d\n")},
	{IMAGECHECK_LIMINE, TEXT(".sbat", "limine,1,a,b,c,d\n")},
	{IMAGECHECK_SHELL,
	 TEXT(".data", "U\0E\0F\0I\0 \0I\0n\0t\0e\0r\0a\0c\0t\0i\0v\0e\0 \0S\0h\0e\0l\0l\0")},
	{IMAGECHECK_OTHER, TEXT(".data", "nothing of note")},
};

START_TEST(role)
{
	build(&roles[_i].section, 1);
	ck_assert_str_eq(imagecheck_role_name(imagerole_of(&pe)),
			 imagecheck_role_name(roles[_i].role));
}
END_TEST

START_TEST(kernel)
{
	struct testimage_section none = TEXT(".data", "x");

	build(&none, 1);
	memcpy(image.data + 56, "ARMd", 4);
	ck_assert_int_eq(imagerole_of(&pe), IMAGECHECK_KERNEL);
	memset(image.data + 56, 0, 4);
	memcpy(image.data + 0x202, "HdrS", 4);
	ck_assert_int_eq(imagerole_of(&pe), IMAGECHECK_KERNEL);
}
END_TEST

Suite *uki_suite(void)
{
	Suite *suite = suite_create("uki");
	TCase *tc = tcase_create("uki");

	tcase_add_checked_fixture(tc, NULL, tear_down);
	tcase_add_test(tc, plain);
	tcase_add_test(tc, profiles);
	tcase_add_test(tc, many_profiles);
	tcase_add_loop_test(tc, role, 0, (int)(sizeof(roles) / sizeof(roles[0])));
	tcase_add_test(tc, kernel);
	suite_add_tcase(suite, tc);
	return suite;
}
