/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/content.c. */
#include "scanner/content.h"

#include <string.h>

#include "tests/suites.h"

static const struct {
	size_t offset; /* where the bytes are; zeros before */
	const char *bytes;
	size_t size;
	unsigned kinds;
} heads[] = {
	{0, "", 0, 0},
	{0, "#!/bin/sh\n", 10, CONTENT_SCRIPT},
	{0, "#", 1, 0},
	{1, "#!", 2, 0},
	{0,
	 "\x7f"
	 "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0",
	 18, CONTENT_ELF},
	{0,
	 "\x7f"
	 "ELF\2\1\1\0\0\0\0\0\0\0\0\0\1\0",
	 18, CONTENT_ELF | CONTENT_ELF_RELOCATABLE},
	{0,
	 "\x7f"
	 "ELF\2\2\1\0\0\0\0\0\0\0\0\0\0\1",
	 18, CONTENT_ELF | CONTENT_ELF_RELOCATABLE},
	{0,
	 "\x7f"
	 "ELF\2\2\1\0\0\0\0\0\0\0\0\0\1\0",
	 18, CONTENT_ELF},
	{0,
	 "\x7f"
	 "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3",
	 17, 0},
	{0x202, "HdrS", 4, CONTENT_KERNEL},
	{0x202, "HdrT", 4, 0},
	{0x38, "ARM\x64", 4, CONTENT_KERNEL},
	{0x38, "RSC\x05", 4, CONTENT_KERNEL},
	{0, "MZ", 2, CONTENT_KERNEL},
	{0, "\x1f\x8b", 2, CONTENT_COMPRESSED},
	{0,
	 "\xfd"
	 "7zXZ\0",
	 6, CONTENT_COMPRESSED},
	{0,
	 "\xfd"
	 "7zXZ",
	 5, 0},
	{0, "\x28\xb5\x2f\xfd", 4, CONTENT_COMPRESSED},
	{0, "BZh9", 4, CONTENT_COMPRESSED},
	{0, "\x04\x22\x4d\x18", 4, CONTENT_COMPRESSED},
	{0, "appraise func=", 14, CONTENT_POLICY_TEXT},
	{0, "# a comment\n\n# more\nmeasure func=", 33, CONTENT_POLICY_TEXT},
	{0, "# a comment without an end", 26, 0},
	{0, "\n\n\n", 3, 0},
	{0, "appraise", 8, 0},
	{0, "dont_appraise fsmagic=0x9fa0", 28, CONTENT_POLICY_TEXT},
	{0, "#!/bin/sh\nappraise x", 20, CONTENT_SCRIPT | CONTENT_POLICY_TEXT},
};

START_TEST(kinds)
{
	uint8_t head[CONTENT_HEAD_BYTES] = {0};

	memcpy(head + heads[_i].offset, heads[_i].bytes, heads[_i].size);
	ck_assert_uint_eq(content_of_head(head, heads[_i].offset + heads[_i].size),
			  heads[_i].kinds);
}
END_TEST

static const struct {
	const char *path;
	unsigned places;
} paths[] = {
	{"", 0},
	{"bin/sh", 0},
	{"lib/modules/6.1/a.ko", CONTENT_AT_MODULE},
	{"a.ko", CONTENT_AT_MODULE},
	{"a.ko.xz", CONTENT_AT_MODULE | CONTENT_AT_COMPRESSED_MODULE},
	{"a.ko.zst", CONTENT_AT_MODULE | CONTENT_AT_COMPRESSED_MODULE},
	{"a.ko.gz", CONTENT_AT_MODULE | CONTENT_AT_COMPRESSED_MODULE},
	{"a.kotlin", 0},
	{"dir.ko/file", 0},
	{"boot/vmlinuz-6.1", CONTENT_AT_KERNEL},
	{"boot/efi/Image", CONTENT_AT_KERNEL},
	{"home/vmlinuz", 0},
	{"boot/initrd.img-6.1", CONTENT_AT_INITRAMFS},
	{"usr/lib/modules/6.1/initramfs", CONTENT_AT_INITRAMFS},
	{"usr/lib/modules/6.1/vmlinuz", CONTENT_AT_KERNEL},
	{"lib/firmware/x/y.bin", CONTENT_AT_FIRMWARE},
	{"usr/lib/firmware/a", CONTENT_AT_FIRMWARE},
	{"lib/firmwareless/a", 0},
	{"etc/ima/ima-policy", CONTENT_AT_POLICY | CONTENT_AT_CONFIG},
	{"etc/sysconfig/ima-policy", CONTENT_AT_POLICY | CONTENT_AT_CONFIG},
	{"etc/passwd", CONTENT_AT_CONFIG},
	{"usr/lib/libc.so.6", CONTENT_AT_LIBRARY},
	{"usr/lib/libc.so", CONTENT_AT_LIBRARY},
	{"usr/lib/x.so.d/readme", 0},
};

START_TEST(places)
{
	ck_assert_uint_eq(content_of_path(paths[_i].path), paths[_i].places);
}
END_TEST

Suite *content_suite(void)
{
	Suite *suite = suite_create("content");
	TCase *tcase = tcase_create("content");

	tcase_add_loop_test(tcase, kinds, 0, sizeof(heads) / sizeof(heads[0]));
	tcase_add_loop_test(tcase, places, 0, sizeof(paths) / sizeof(paths[0]));
	suite_add_tcase(suite, tcase);
	return suite;
}
