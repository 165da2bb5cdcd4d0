/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of rescue/fstab.c. */
#include "rescue/fstab.h"

#include <stdlib.h>
#include <string.h>

#include "scanner/base/buf.h"
#include "tests/suites.h"

/* One line of what is expected: "SOURCE DIR SUBVOLUME@LINE" for each entry, then the refusals. */
static void describe(const struct fstab *fstab, struct buf *out)
{
	for (size_t i = 0; i < fstab->count; i++) {
		const struct fstab_entry *e = &fstab->entries[i];

		buf_printf(out, "%s %s %s@%u\n", e->source, e->dir,
			   e->subvolume ? e->subvolume : "-", e->line);
	}
	for (int i = 0; i < FSTAB_REFUSALS; i++)
		if (fstab->refused[i])
			buf_printf(out, "%s: %zu\n", fstab_refusal_name((enum fstab_refusal)i),
				   fstab->refused[i]);
	if (fstab->truncated)
		buf_puts(out, "truncated\n");
}

static const struct {
	const char *text, *expected;
} cases[] = {
	{"", ""},
	{"# nothing\n\n   \n\t# nor here\n", ""},
	{"UUID=1 / ext4 defaults 0 1\n", "UUID=1 / -@1\n"},
	{"UUID=1 / ext4", "UUID=1 / -@1\n"},
	{"UUID=1\t/a\\040b\\011c ext4 x\r\n", "UUID=1 /a b\tc -@1\n"},
	/* Parents first, else as written. */
	{"LABEL=b /boot/efi vfat x\nLABEL=a /boot ext4 x\nLABEL=r / ext4 x\nLABEL=h /home ext4 x\n",
	 "LABEL=r / -@3\nLABEL=a /boot -@2\nLABEL=h /home -@4\nLABEL=b /boot/efi -@1\n"},
	{"/dev/sda2 //usr/./local// ext4 x\n", "/dev/sda2 /usr/local -@1\n"},
	{"/dev/sda2 /../etc ext4 x\n/dev/sda2 usr ext4 x\n/dev/sda2 none ext4 x\n",
	 "no absolute path: 3\n"},
	{"/dev/sda2 /a..b ext4 x\n", "/dev/sda2 /a..b -@1\n"},
	{"/dev/sda2 /\n/dev/sda3\n", "too few fields: 2\n"},
	{"tmpfs /tmp tmpfs x\n/dev/zero /z ext4 x\nhost:/x /n nfs x\nproc /proc proc x\n",
	 "no volume: 4\n"},
	{"/ /bind none bind 0 0\nUUID=1 /b none ro,rbind\n", "a bind mount: 2\n"},
	{"UUID=1 none swap sw\n/swapfile swap swap x\n", "swap: 2\n"},
	{"UUID=1 / btrfs subvol=@,ro\n", "UUID=1 / @@1\n"},
	{"UUID=1 / btrfs subvol=/@/root,subvolid=257\n", "UUID=1 / subvolid=257@1\n"},
	{"UUID=1 / btrfs subvolid=5x\n", "UUID=1 / -@1\n"},
	{"UUID=1 / btrfs nosubvol=@\n", "UUID=1 / -@1\n"},
	{"UUID=1 / ext4 binder\n", "UUID=1 / -@1\n"},
	{"UUID=1 /a\\000b ext4 x\n", "UUID=1 /a?b -@1\n"},
	{"UUID=1 /a\\09 ext4 x\n", "UUID=1 /a\\09 -@1\n"},
	{"PARTUUID=1 /a ext4 x\nPARTLABEL=x /b ext4 x\n",
	 "PARTUUID=1 /a -@1\nPARTLABEL=x /b -@2\n"},
};

START_TEST(entries_and_refusals)
{
	struct fstab fstab;
	struct fault f = {0};
	own_buf struct buf seen = {0};

	ck_assert_int_eq(fstab_decode(cases[_i].text, strlen(cases[_i].text), &fstab, &f), 0);
	describe(&fstab, &seen);
	ck_assert_str_eq(buf_text(&seen), cases[_i].expected);
	fstab_done(&fstab);
}
END_TEST

START_TEST(limits_are_told)
{
	own_buf struct buf text = {0};
	struct fstab fstab;
	struct fault f = {0};

	for (int i = 0; i < FSTAB_ENTRIES_MAX + 10; i++)
		buf_printf(&text, "UUID=%d /d%d ext4 x\n", i, i);
	buf_puts(&text, "UUID=");
	for (int i = 0; i < FSTAB_LINE_MAX; i++)
		buf_addc(&text, 'x');
	buf_puts(&text, " /long ext4 x\n");
	ck_assert_int_eq(fstab_decode(text.data, text.len, &fstab, &f), 0);
	ck_assert_uint_eq(fstab.count, FSTAB_ENTRIES_MAX);
	ck_assert(fstab.truncated);
	ck_assert_uint_eq(fstab.refused[FSTAB_LINE_TOO_LONG], 1);
	fstab_done(&fstab);
}
END_TEST

Suite *fstab_suite(void)
{
	Suite *suite = suite_create("fstab");
	TCase *tests = tcase_create("fstab");

	tcase_add_loop_test(tests, entries_and_refusals, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tests, limits_are_told);
	suite_add_tcase(suite, tests);
	return suite;
}
