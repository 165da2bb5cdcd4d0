/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of rescue/lvmreport.c: lvm2's reports, and what a hostile disk may make of them. */
#include "rescue/lvmreport.h"

#include <errno.h>
#include <string.h>

#include "rescue/mapping.h"
#include "scanner/base/buf.h"
#include "tests/suites.h"

#define PV_UUID "nw9Wsm-WMBz-g88H-7JhC-ZXf8-HVGH-u8Cjhm"
#define VG_UUID "rJQbI4-yHOh-UspB-AJcz-5gxr-Qxdt-yG0foo"
#define ROW(name, uuid, vg, count, exported, id, lock)                                             \
	"{\"pv_name\":\"" name "\",\"pv_uuid\":\"" uuid "\",\"vg_uuid\":\"" VG_UUID                \
	"\",\"vg_name\":\"" vg "\",\"pv_count\":\"" count "\",\"vg_exported\":\"" exported         \
	"\",\"vg_systemid\":\"" id "\",\"vg_lock_type\":\"" lock "\"}"
#define PVS(rows) "\n{\"report\":[{\"pv\":[" rows "]}]}\n"

static const struct {
	const char *json;
	int os; /* 0: it is one */
	const char *vg_name;
	unsigned pv_count;
	const char *why; /* a part of it; NULL: it can be brought up */
} pvs[] = {
	{PVS(ROW("/dev/loop1", PV_UUID, "vg", "3", "", "", "")), 0, "vg", 3, NULL},
	{PVS(ROW("[unknown]", PV_UUID, "vg", "3", "", "", "") "," ROW("/dev/loop1", PV_UUID, "vg",
								      "3", "", "", "none")),
	 0, "vg", 3, NULL},
	{PVS(ROW("/dev/loop1", PV_UUID, "vg", "1", "exported", "", "")), 0, "vg", 1, "exported"},
	{PVS(ROW("/dev/loop1", PV_UUID, "vg", "1", "", "other", "")), 0, "vg", 1, "system ID"},
	{PVS(ROW("/dev/loop1", PV_UUID, "vg", "1", "", "", "sanlock")), 0, "vg", 1, "shared"},
	{PVS(ROW("/dev/loop2", PV_UUID, "vg", "1", "", "", "")), ENOENT, "", 0, NULL},
	{PVS(""), ENOENT, "", 0, NULL},
	{PVS("{\"pv_name\":\"/dev/loop1\",\"vg_uuid\":\"\"}"), ENOENT, "", 0, NULL},
	{PVS("{\"pv_name\":[1]},7,null"), ENOENT, "", 0, NULL},
	{"{\"report\":7}", ENOENT, "", 0, NULL},
	{"{\"report\":[]}", ENOENT, "", 0, NULL},
	{"[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", EBADMSG, "", 0, NULL},
	{"{\"report\":[{\"pv\":[", EBADMSG, "", 0, NULL},
	{"", EBADMSG, "", 0, NULL},
	/* Names that would mean something to lvm, a shell, a path or a configuration. */
	{PVS(ROW("/dev/loop1", PV_UUID, "..", "1", "", "", "")), EBADMSG, "", 0, NULL},
	{PVS(ROW("/dev/loop1", PV_UUID, "-ay", "1", "", "", "")), EBADMSG, "", 0, NULL},
	{PVS(ROW("/dev/loop1", PV_UUID, "a/b", "1", "", "", "")), EBADMSG, "", 0, NULL},
	{PVS(ROW("/dev/loop1", PV_UUID, "a\\\"]}", "1", "", "", "")), EBADMSG, "", 0, NULL},
	{PVS(ROW("/dev/loop1", PV_UUID, "a\\u0000b", "1", "", "", "")), EBADMSG, "", 0, NULL},
	{PVS(ROW("/dev/loop1", PV_UUID, "", "1", "", "", "")), EBADMSG, "", 0, NULL},
	{PVS(ROW("/dev/loop1", PV_UUID "x", "vg", "1", "", "", "")), EBADMSG, "", 0, NULL},
	{PVS(ROW("/dev/loop1", "nw9Wsm", "vg", "1", "", "", "")), EBADMSG, "", 0, NULL},
	{PVS(ROW("/dev/loop1", "nw9Wsm-WMBz-g88H-7JhC-ZXf8-HVGH-u8Cj/m", "vg", "1", "", "", "")),
	 EBADMSG, "", 0, NULL},
};

START_TEST(a_physical_volume)
{
	struct lvmreport_pv pv = {0};
	struct fault f = {0};
	int result = lvmreport_decode_pv(pvs[_i].json, "/dev/loop1", &pv, &f);

	ck_assert_int_eq(result, pvs[_i].os ? -1 : 0);
	ck_assert_int_eq(f.os, pvs[_i].os);
	ck_assert_str_eq(pv.vg_name, pvs[_i].vg_name);
	ck_assert_uint_eq(pv.pv_count, pvs[_i].pv_count);
	ck_assert(pvs[_i].why ? pv.why && strstr(pv.why, pvs[_i].why) : !pv.why);
	if (result == 0)
		ck_assert_str_eq(pv.vg_uuid, "rJQbI4yHOhUspBAJcz5gxrQxdtyG0foo");
}
END_TEST

static const struct {
	const char *attr, *why; /* a part of it */
} volumes[] = {
	{"-wi-XX----", NULL},	   {"owi-XXs---", NULL},     {"swi-XXs---", NULL},
	{"Vwi-XXtz--", "thin"},	   {"twi-XXtz--", "thin"},   {"rwi-XXr-X-", "RAID"},
	{"Cwi-XXC---", "cached"},  {"Owi-XXs---", "merged"}, {"-wi-XX--p-", "missing"},
	{"rwi-XXr-p-", "missing"}, {"?", "not known"},	     {"", "not known"},
};

START_TEST(a_logical_volume)
{
	own_buf struct buf json = {0};
	struct lvmreport_lvs lvs;
	struct fault f = {0};

	buf_printf(&json,
		   "{\"report\":[{\"lv\":[{\"lv_uuid\":\"" PV_UUID
		   "\",\"lv_name\":\"my-root\",\"lv_attr\":\"%s\"}]}]}",
		   volumes[_i].attr);
	ck_assert_int_eq(lvmreport_decode_lvs(buf_text(&json), &lvs, &f), 0);
	ck_assert_uint_eq(lvs.count, 1);
	ck_assert_str_eq(lvs.items[0].name, "my-root");
	ck_assert(volumes[_i].why ? lvs.items[0].why && strstr(lvs.items[0].why, volumes[_i].why)
				  : !lvs.items[0].why);
	lvmreport_lvs_done(&lvs);
}
END_TEST

START_TEST(volumes_of_a_hostile_group)
{
	static const char bad[] = "{\"report\":[{\"lv\":[{\"lv_uuid\":\"" PV_UUID
				  "\",\"lv_name\":\"a\\u001b[2J\",\"lv_attr\":\"-wi-XX----\"}]}]}";
	own_buf struct buf many = {0};
	struct lvmreport_lvs lvs;
	struct fault f = {0};

	ck_assert_int_eq(lvmreport_decode_lvs(bad, &lvs, &f), -1);
	ck_assert_int_eq(f.os, EBADMSG);
	ck_assert_int_eq(lvmreport_decode_lvs("{\"report\":[{}]}", &lvs, &f), -1);
	buf_puts(&many, "{\"report\":[{\"lv\":[0");
	for (int i = 0; i < LVMREPORT_LVS_MAX; i++)
		buf_puts(&many, ",0");
	buf_puts(&many, "]}]}");
	ck_assert_int_eq(lvmreport_decode_lvs(buf_text(&many), &lvs, &f), -1);
	ck_assert_int_eq(f.os, E2BIG);
}
END_TEST

START_TEST(names)
{
	own_buf struct buf mapped = {0}, longest = {0};

	ck_assert(lvmreport_is_name("vg0_a+b.c-d"));
	for (int i = 0; i < LVMREPORT_NAME_BYTES - 1; i++)
		buf_addc(&longest, 'a');
	ck_assert(lvmreport_is_name(buf_text(&longest)));
	buf_addc(&longest, 'a');
	ck_assert(!lvmreport_is_name(buf_text(&longest)));
	mapping_lvm_name("sys-vg", "my--root", &mapped);
	ck_assert_str_eq(buf_text(&mapped), "sys--vg-my----root");
}
END_TEST

Suite *lvmreport_suite(void)
{
	Suite *suite = suite_create("lvmreport");
	TCase *tcase = tcase_create("lvmreport");

	tcase_add_loop_test(tcase, a_physical_volume, 0, (int)(sizeof(pvs) / sizeof(pvs[0])));
	tcase_add_loop_test(tcase, a_logical_volume, 0,
			    (int)(sizeof(volumes) / sizeof(volumes[0])));
	tcase_add_test(tcase, volumes_of_a_hostile_group);
	tcase_add_test(tcase, names);
	suite_add_tcase(suite, tcase);
	return suite;
}
