/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/bootoption.c, bootoption_entry.c, devicepath.c and sdbootvars.c. */
#include "efi/bootoption.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "efi/devicepath.h"
#include "efi/sdbootvars.h"
#include "scanner/base/own.h"
#include "tests/efi/efivars.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

#define HD "HD(1,GPT,04030201-0605-0807-090a-0b0c0d0e0f10,0x800,0x8000)"

/* --- Device paths --- */

/* Nodes as hexadecimal digits, without the end of the path. */
static const struct {
	const char *nodes, *text;
} paths[] = {
	{"", ""},
	{"02010c00d041030a00000000", "PciRoot(0x0)"},
	{"02010c00d041030a00000000010106000002", "PciRoot(0x0)/Pci(0x2,0x0)"},
	{"03120a000200ffff0000", "Sata(2,65535,0)"},
	{"030506000100", "USB(1,0)"},
	{"0317100001000000aabbccddeeff0011", "NVMe(0x1,AA-BB-CC-DD-EE-FF-00-11)"},
	{"04061400c9bdb87cebf8344faaea3ee4af6516a1",
	 "FvFile(7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1)"},
	/* File names are ours: any length, any character. */
	{"04040400", "File()"},
	{"0404050061", "File()"},
	{"040406000000", "File()"},
	{"040408005c006100", "File(\\a)"},
	{"04040c00e400ac20ac200000", "File(\xc3\xa4\xe2\x82\xac\xe2\x82\xac)"},
	{"0318080068747470", "Uri(http)"},
	{"03180c00687474703a2f2f78", "Uri(http://x)"},
	/* Of a wrong length, or of a kind that the library is not trusted with: hexadecimal. */
	{"01010500", "?"}, /* goes on beyond the end */
	{"01010300", "?"},
	{"010106000002", "?"}, /* no end */
	{"7f010400", "?"},
	{"0101050000", "Path(1,1,00)"},
	{"01010700000200", "Path(1,1,000200)"},
	{"0402060001ff", "Path(4,2,01ff)"},
	{"0403080011223344", "Path(4,3,11223344)"},
	{"03090800ffffffff", "Path(3,9,ffffffff)"},
	{"0501080003000000", "Path(5,1,03000000)"},
	{"0501090003000000"
	 "41",
	 "Path(5,1,0300000041)"},
	{"02021000000000000000000000000000", "Path(2,2,000000000000000000000000)"},
	{"99aa0600beef", "Path(153,170,beef)"},
	/* NvRoot() looks at the node behind it. */
	{"02010c00098e120000000000", "Path(2,1,098e120000000000)"},
	/* Two instances. */
	{"0305060001007f0104000305060002"
	 "00",
	 "USB(1,0),USB(2,0)"},
};

static void add_hex(struct buf *out, const char *digits)
{
	for (; digits[0] && digits[1]; digits += 2) {
		unsigned byte;

		ck_assert_int_eq(sscanf(digits, "%2x", &byte), 1);
		buf_addc(out, (char)byte);
	}
}

START_TEST(device_path)
{
	own_buf struct buf data = {0}, text = {0};
	size_t size;

	add_hex(&data, paths[_i].nodes);
	if (paths[_i].text[0] != '?')
		add_hex(&data, "7fff0400");
	if (paths[_i].text[0] == '?') {
		ck_assert(!devicepath_size((const uint8_t *)data.data, data.len, &size));
		return;
	}
	ck_assert(devicepath_size((const uint8_t *)data.data, data.len, &size));
	ck_assert_uint_eq(size, data.len);
	devicepath_text((const uint8_t *)data.data, data.len, &text);
	ck_assert_str_eq(buf_text(&text), paths[_i].text);
}
END_TEST

static const struct {
	const char *nodes, *file; /* NULL: none */
	bool on_partition;
} files[] = {
	{"", NULL, false},
	{"040408005c006100", "\\a", true}, /* a short form */
	{"0404080061006200", "ab", true},
	/* A directory and a name in nodes of their own, with and without a backslash. */
	{"040408005c0061000404060062"
	 "00",
	 "\\a\\b", true},
	{"040408005c0061000404080"
	 "05c006200",
	 "\\a\\b", true},
	{"040408006100"
	 "5c00040408005c006200",
	 "a\\b", true},
	{"02010c00d041030a00000000040408005c006100", "\\a", false},
	{"04061400c9bdb87cebf8344faaea3ee4af6516a1", NULL, false},
	/* What is behind the first instance is not of this path. */
	{"0305060001007f010400040408005c006100", NULL, false},
};

START_TEST(device_path_file)
{
	own_buf struct buf data = {0}, file = {0};
	bool found;

	add_hex(&data, files[_i].nodes);
	add_hex(&data, "7fff0400");
	found = devicepath_file((const uint8_t *)data.data, data.len, &file);
	ck_assert_int_eq(found, files[_i].file != NULL);
	if (found)
		ck_assert_str_eq(buf_text(&file), files[_i].file);
	ck_assert_int_eq(devicepath_is_on_partition((const uint8_t *)data.data, data.len),
			 files[_i].on_partition);
}
END_TEST

/* --- One option --- */

static void decode(const struct buf *data, struct bootoption *out)
{
	/* Exactly as many bytes as there are, so that a sanitizer sees any beyond. */
	own_mem uint8_t *copy = malloc(data->len ? data->len : 1);
	struct fault f = {0};

	ck_assert_ptr_nonnull(copy);
	if (data->len)
		memcpy(copy, data->data, data->len);
	ck_assert_msg(bootoption_decode(copy, data->len, out, &f) == 0, "%s", f.text);
}

START_TEST(option_read)
{
	own_buf struct buf data = {0};
	struct bootoption option;

	efivars_option(&data, 1, "Linux", "\\EFI\\x.efi", "root=/dev/sda2 ima_appraise=off");
	decode(&data, &option);
	ck_assert_str_eq(option.why, "");
	ck_assert(option.active && !option.hidden && !option.application && !option.automatic);
	ck_assert_str_eq(option.title, "Linux");
	ck_assert_str_eq(option.path, HD "/File(\\EFI\\x.efi)");
	ck_assert_str_eq(option.file, "\\EFI\\x.efi");
	ck_assert(option.file_on_partition);
	ck_assert_str_eq(option.optional_text, "root=/dev/sda2 ima_appraise=off");
	ck_assert_uint_eq(option.optional_size, 64);
	bootoption_done(&option);
}
END_TEST

START_TEST(attributes_read)
{
	own_buf struct buf data = {0};
	struct bootoption option;

	efivars_option(&data, 0x109, "UiApp", NULL, NULL);
	decode(&data, &option);
	ck_assert(option.active && option.hidden && option.application);
	ck_assert_ptr_null(option.file);
	ck_assert_ptr_null(option.optional);
	ck_assert_ptr_null(option.optional_text);
	bootoption_done(&option);
}
END_TEST

/* Optional data, in hexadecimal, and the text it is. */
static const struct {
	const char *data, *text; /* NULL: no text */
	bool automatic;
} optional[] = {
	{"610062000000", "ab", false},
	{"61006200", "ab", false},
	{"6162630a", "abc\n", false}, /* eight-bit text */
	{"61626300", "abc", false},
	{"c3a43d31", "\xc3\xa4=1", false},
	{"4eac0881119f594d850ee21a522c59b2", NULL, true},
	{"000000", NULL, false},
	{"ff", NULL, false},
	{"610000006200", NULL, false}, /* something behind the NUL */
	{"57494e444f57530001000000880000", NULL, false},
};

START_TEST(optional_data)
{
	own_buf struct buf data = {0};
	struct bootoption option;

	efivars_option(&data, 1, "x", "\\x", NULL);
	add_hex(&data, optional[_i].data);
	decode(&data, &option);
	ck_assert_uint_eq(option.optional_size, strlen(optional[_i].data) / 2);
	if (optional[_i].text)
		ck_assert_str_eq(option.optional_text, optional[_i].text);
	else
		ck_assert_ptr_null(option.optional_text);
	ck_assert_int_eq(option.automatic, optional[_i].automatic);
	bootoption_done(&option);
}
END_TEST

/* Cut at every byte before its optional data, an option is malformed. */
START_TEST(option_cut)
{
	own_buf struct buf data = {0};
	struct bootoption option;
	size_t whole;

	efivars_option(&data, 1, "Linux", "\\x.efi", NULL);
	whole = data.len;
	for (size_t n = 0; n < whole; n++) {
		data.len = n;
		decode(&data, &option);
		ck_assert_msg(option.why[0], "cut at %zu", n);
		ck_assert_ptr_null(option.title);
		bootoption_done(&option);
	}
	data.len = whole;
}
END_TEST

/* Every byte of an option set to each of some values: whatever comes of it, nothing else is read. */
START_TEST(option_damaged)
{
	static const uint8_t values[] = {0, 1, 3, 4, 5, 0x7f, 0x80, 0xff};
	own_buf struct buf data = {0};
	struct bootoption option;

	efivars_option(&data, 1, "Linux", "\\x.efi", "a=b");
	for (size_t at = 0; at < data.len; at++) {
		char before = data.data[at];

		for (size_t v = 0; v < sizeof(values); v++) {
			data.data[at] = (char)values[v];
			decode(&data, &option);
			ck_assert_int_eq(option.why[0] == '\0', option.title != NULL);
			bootoption_done(&option);
		}
		data.data[at] = before;
	}
}
END_TEST

/* --- All of them --- */

static void put_option(const char *name, uint32_t attributes, const char *title, const char *file,
		       const char *options)
{
	own_buf struct buf data = {0};

	efivars_option(&data, attributes, title, file, options);
	efivars_put_buf("vars", &guid_global, name, EFIVARS_KEPT, &data);
}

static void make_machine(void)
{
	tree_mkdir("vars");
	put_option("Boot0000", 1, "first", "\\EFI\\a.efi", "quiet");
	put_option("Boot000A", 1, "second", "\\EFI\\b.efi", NULL);
	put_option("Boot0003", 0, "inactive", "\\EFI\\c.efi", NULL);
	put_option("Boot0007", 0x101, "application", NULL, NULL);
	efivars_put("vars", &guid_global, "Boot0004", 7, "\1", 1);
	/* No options: another GUID, lower case, other names. */
	efivars_put("vars", &guid_shim, "Boot0005", 7, "\1", 1);
	efivars_put("vars", &guid_global, "Boot000b", 7, "\1", 1);
	efivars_put("vars", &guid_global, "BootXXXX", 7, "\1", 1);
	/* 000A, 00FF (which is not there), 0000, 000A again. */
	efivars_put("vars", &guid_global, "BootOrder", 7, "\x0a\0\xff\0\0\0\x0a\0", 8);
	efivars_put("vars", &guid_global, "BootNext", 7, "\3", 2);
	efivars_put("vars", &guid_global, "BootCurrent", 6, "\0", 2);
	efivars_put("vars", &guid_global, "Timeout", 7, "\5", 2);
}

static void read_options(struct bootoption_list *out, struct remark_list *remarks)
{
	struct efistore *store = efivars_open("vars");
	struct fault f = {0};

	ck_assert_msg(bootoption_read(store, out, remarks, &f) == 0, "%s", f.text);
	efistore_close(store);
}

START_TEST(all_options)
{
	static const struct {
		const char *name;
		int position;
		bool well_formed;
	} expected[] = {
		{"Boot000A", 0, true},	{"Boot00FF", 1, false},	 {"Boot0000", 2, true},
		{"Boot0003", -1, true}, {"Boot0004", -1, false}, {"Boot0007", -1, true},
	};
	struct remark_list remarks = {0};
	struct bootoption_list list;

	make_machine();
	read_options(&list, &remarks);
	ck_assert_uint_eq(list.count, 6);
	for (size_t i = 0; i < 6; i++) {
		ck_assert_str_eq(list.items[i].name, expected[i].name);
		ck_assert_int_eq(list.items[i].position, expected[i].position);
		ck_assert_int_eq(list.items[i].why[0] == '\0', expected[i].well_formed);
		ck_assert_int_eq(list.items[i].is_next, i == 3);
		ck_assert_int_eq(list.items[i].is_current, i == 2);
	}
	ck_assert(list.has_order && list.has_next && list.has_current && list.has_timeout);
	ck_assert_uint_eq(list.timeout_seconds, 5);
	ck_assert_uint_eq(remarks.count, 1);
	ck_assert_str_eq(remarks.items[0].path, "Boot0004");
	bootoption_list_done(&list);
	remark_list_done(&remarks);
}
END_TEST

static const struct {
	const char *name, *data;
	size_t size;
	bool good; /* still an order, or a number */
} numbers[] = {
	{"BootOrder", "", 0, true},	   {"BootOrder", "\1", 1, false},
	{"BootOrder", "\1\0\2", 3, false}, {"BootNext", "", 0, false},
	{"BootNext", "\1", 1, false},	   {"BootNext", "\1\0\2\0", 4, false},
	{"Timeout", "\1\0\2\0", 4, false},
};

START_TEST(malformed_numbers)
{
	struct remark_list remarks = {0};
	struct bootoption_list list;

	tree_mkdir("vars");
	efivars_put("vars", &guid_global, numbers[_i].name, 7, numbers[_i].data, numbers[_i].size);
	read_options(&list, &remarks);
	ck_assert_uint_eq(remarks.count, numbers[_i].good ? 0 : 1);
	ck_assert_int_eq(list.has_order, numbers[_i].good);
	ck_assert(!list.has_next && !list.has_timeout && !list.has_current);
	bootoption_list_done(&list);
	remark_list_done(&remarks);
}
END_TEST

START_TEST(entries_read)
{
	struct bootentry_list entries = {0};
	struct remark_list remarks = {0};
	struct bootoption_list list;
	struct fault f = {0};

	make_machine();
	read_options(&list, &remarks);
	ck_assert_int_eq(bootoption_entries(&list, &entries, &f), 0);
	ck_assert_uint_eq(entries.count, 4);
	ck_assert_int_eq(entries.entries[0].source, BOOTENTRY_FIRMWARE);
	ck_assert_str_eq(entries.entries[0].where, "Boot000A");
	ck_assert_str_eq(entries.entries[0].kernel, "ESP:/EFI/b.efi");
	ck_assert_str_eq(entries.entries[0].kernel_said, "\\EFI\\b.efi");
	ck_assert_ptr_null(entries.entries[0].cmdline);
	ck_assert(entries.entries[0].is_default && !entries.entries[0].is_next);
	ck_assert_str_eq(entries.entries[1].cmdline, "quiet");
	ck_assert(!entries.entries[1].is_default && !entries.entries[1].disabled);
	ck_assert(entries.entries[2].disabled && entries.entries[2].is_next);
	ck_assert(entries.entries[3].hidden);
	ck_assert_ptr_null(entries.entries[3].kernel);
	ck_assert_str_eq(entries.entries[3].kernel_said, HD);
	bootentry_list_done(&entries);
	bootoption_list_done(&list);
	remark_list_done(&remarks);
}
END_TEST

/* --- systemd-boot --- */

static void put_text(const char *name, const char *text)
{
	own_buf struct buf data = {0};

	efivars_ucs2(&data, text);
	efivars_put_buf("vars", &guid_systemd_loader, name, EFIVARS_VOLATILE, &data);
}

START_TEST(loader_read)
{
	struct remark_list remarks = {0};
	own_buf struct buf list = {0};
	struct sdbootvars vars;
	struct efistore *store;
	struct fault f = {0};

	tree_mkdir("vars");
	put_text("LoaderInfo", "systemd-boot 252.39");
	put_text("LoaderEntryDefault", "@saved");
	put_text("LoaderEntryOneShot", "rescue.conf");
	put_text("LoaderConfigTimeout", "menu-force");
	put_text("StubInfo", "systemd-stub 252.39");
	efivars_put("vars", &guid_systemd_loader, "LoaderImageIdentifier", 6, "abc", 3);
	efivars_ucs2(&list, "debian-6.1.conf");
	efivars_ucs2(&list, "auto-efi-shell");
	efivars_put_buf("vars", &guid_systemd_loader, "LoaderEntries", 6, &list);
	store = efivars_open("vars");
	ck_assert_int_eq(sdbootvars_read(store, &vars, &remarks, &f), 0);
	ck_assert(vars.any);
	ck_assert_str_eq(vars.texts[SDBOOTVARS_INFO], "systemd-boot 252.39");
	ck_assert_str_eq(vars.texts[SDBOOTVARS_DEFAULT], "@saved");
	ck_assert_str_eq(vars.texts[SDBOOTVARS_ONE_SHOT], "rescue.conf");
	ck_assert_str_eq(vars.texts[SDBOOTVARS_TIMEOUT], "menu-force");
	ck_assert_str_eq(vars.texts[SDBOOTVARS_STUB], "systemd-stub 252.39");
	ck_assert_ptr_null(vars.texts[SDBOOTVARS_SELECTED]);
	ck_assert_ptr_null(vars.texts[SDBOOTVARS_IMAGE]);
	ck_assert_uint_eq(remarks.count, 1);
	ck_assert_str_eq(remarks.items[0].path, "LoaderImageIdentifier");
	ck_assert_uint_eq(vars.entry_count, 2);
	ck_assert_str_eq(vars.entries[0], "debian-6.1.conf");
	ck_assert_str_eq(vars.entries[1], "auto-efi-shell");
	sdbootvars_done(&vars);
	remark_list_done(&remarks);
	efistore_close(store);
}
END_TEST

START_TEST(no_loader)
{
	struct remark_list remarks = {0};
	struct sdbootvars vars;
	struct efistore *store;
	struct fault f = {0};

	make_machine();
	store = efivars_open("vars");
	ck_assert_int_eq(sdbootvars_read(store, &vars, &remarks, &f), 0);
	ck_assert(!vars.any && !vars.entry_count && !remarks.count);
	sdbootvars_done(&vars);
	efistore_close(store);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *bootoption_suite(void)
{
	Suite *suite = suite_create("bootoption");
	TCase *tcase = tcase_create("bootoption");

	tcase_add_checked_fixture(tcase, tree_open, tree_close);
	tcase_add_loop_test(tcase, device_path, 0, ROWS(paths));
	tcase_add_loop_test(tcase, device_path_file, 0, ROWS(files));
	tcase_add_test(tcase, option_read);
	tcase_add_test(tcase, attributes_read);
	tcase_add_loop_test(tcase, optional_data, 0, ROWS(optional));
	tcase_add_test(tcase, option_cut);
	tcase_add_test(tcase, option_damaged);
	tcase_add_test(tcase, all_options);
	tcase_add_loop_test(tcase, malformed_numbers, 0, ROWS(numbers));
	tcase_add_test(tcase, entries_read);
	tcase_add_test(tcase, loader_read);
	tcase_add_test(tcase, no_loader);
	suite_add_tcase(suite, tcase);
	return suite;
}
