/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/report/: exact output for records made by hand. */
#include "scanner/report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/json.h"
#include "tests/scanner/rules.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static struct rules rules;
static struct report_run run;
static struct report report;
static char *text;
static size_t size;

static void begin(const char *format, const char *policy)
{
	tree_open();
	rules_init(&rules, policy);
	run = (struct report_run){
		.version = "1", .commit = "c", .target = "t", .rules = &rules.rules};
	report = (struct report){.format = report_format_by_name(format), .run = &run};
	report.options.quiet = true;
	report.out = open_memstream(&text, &size);
	ck_assert_int_eq(report.format->begin(&report), 0);
}

static void put(struct record *record)
{
	report.format->record(&report, record);
	record_done(record);
}

static void put_file(const char *path, enum verdict_kind kind, const char *cause)
{
	static const struct fsinfo fs = {.name = "ext4"};
	struct facts facts = {.path = path,
			      .fs = &fs,
			      .verdict = {kind, cause},
			      .inode = {.mode = 0100644, .size_bytes = 5, .ino = 9, .nlink = 1},
			      .ima = {.type = IMAXATTR_EMPTY}};
	struct record record = {.kind = RECORD_FILE,
				.path = strdup(path),
				.labelled = true,
				.verdict = facts.verdict};

	report.format->render(&report, &facts, &record.text);
	put(&record);
}

static void put_fault(const char *path)
{
	struct record record = {.kind = RECORD_FAULT, .path = strdup(path)};

	record.fault = malloc(sizeof(*record.fault));
	fault_set(record.fault, EIO, "opening it");
	put(&record);
}

/* Ends the report; what it wrote is in `text`. */
static void end(struct tally *tally, int status)
{
	report.format->end(&report, tally, status);
	report.format->close(&report);
	fclose(report.out);
}

static void done(void)
{
	free(text);
	rules_done(&rules);
	tree_close();
}

START_TEST(formats_by_name)
{
	ck_assert_ptr_eq(report_format_by_name("text"), &report_text);
	ck_assert_ptr_eq(report_format_by_name("ndjson"), &report_ndjson);
	ck_assert_ptr_eq(report_format_by_name("paths"), &report_paths);
	ck_assert_ptr_null(report_format_by_name("xml"));
}
END_TEST

START_TEST(paths_of_what_is_not_good)
{
	static const char expected[] = "bad\nname\0dir\0.";
	struct tally tally = {0};

	begin("paths", NULL);
	put_file("good", VERDICT_PASS, NULL);
	put_file("bad\nname", VERDICT_FAIL, "invalid-hash");
	put_fault("dir");
	put_fault("");
	end(&tally, 1);
	ck_assert_uint_eq(size, sizeof(expected));
	ck_assert_mem_eq(text, expected, size);
	done();
}
END_TEST

START_TEST(ndjson_lines)
{
	struct tally tally = {0};
	const char *line;

	begin("ndjson", NULL);
	put_file("a\xff\"b", VERDICT_FAIL, "invalid-hash");
	put_fault("d");
	fflush(report.out);
	ck_assert_int_eq(strncmp(text, "{\"record\":\"run\",\"tool\":\"ima-scan\",", 33), 0);
	line = strchr(text, '\n') + 1;
	ck_assert_str_eq(
		line, "{\"record\":\"file\",\"path\":\"a\\ufffd\\\"b\",\"path_hex\":\"61ff2262\","
		      "\"mode\":\"0100644\",\"uid\":0,\"gid\":0,\"size\":5,\"ino\":9,\"nlink\":1,"
		      "\"governed\":false,\"verdict\":\"fail\",\"cause\":\"invalid-hash\","
		      "\"ima\":{\"type\":\"empty\",\"hash\":null,\"digest\":null},\"evm\":null,"
		      "\"digest\":null,\"hooks\":[]}\n"
		      "{\"record\":\"fault\",\"path\":\"d\",\"errno\":5,"
		      "\"text\":\"opening it: Input/output error\"}\n");
	end(&tally, 3);
	ck_assert_ptr_nonnull(strstr(text, "{\"record\":\"summary\",\"files\":0,"));
	ck_assert_ptr_nonnull(strstr(text, ",\"interrupted\":false,\"status\":3}\n"));
	done();
}
END_TEST

START_TEST(text_groups_worst_first)
{
	struct tally tally = {.files = 3, .labelled = 3, .faults = 1};

	begin("text", NULL);
	put_file("undecided", VERDICT_UNDECIDED, "no-keyring");
	put_file("good", VERDICT_PASS, NULL);
	put_file("b\033[31m", VERDICT_FAIL, "invalid-hash");
	put_file("a", VERDICT_FAIL, "invalid-hash");
	put_fault("");
	end(&tally, 3);
	ck_assert_str_eq(
		text,
		"fail, invalid-hash (2): the content does not have the digest that the label names\n"
		"  b\\x1b[31m  empty\n"
		"  a  empty\n"
		"\n"
		"undecided, no-keyring (1): no key was given that its signature could be checked with\n"
		"  undecided  empty\n"
		"\n"
		"could not be read (1)\n"
		"  .: opening it: Input/output error\n"
		"\n"
		"Summary\n"
		"           3 files seen, 3 with a label; 0 bytes read in 0.0 s\n"
		"           1 could not be read\n"
		"NOT GOOD: integrity failures, and something could not be decided (status 3)\n");
	done();
}
END_TEST

START_TEST(text_is_silent_when_asked_and_good)
{
	struct tally tally = {.files = 1, .labelled = 1, .verified = 1};

	begin("text", NULL);
	put_file("good", VERDICT_PASS, NULL);
	end(&tally, 0);
	ck_assert_uint_eq(size, 0);
	done();
}
END_TEST

/* Rows: how many files of how long a name fail alike; how many are shown. */
static const struct {
	int files;
	size_t length;
	int left_out;
} group_cases[] = {{1000, 10, 0}, {1001, 10, 1}, {100, 60000, 91}};

START_TEST(text_groups_are_bounded)
{
	struct tally tally = {0};
	char *name = calloc(1, group_cases[_i].length + 1), more[64];

	memset(name, 'n', group_cases[_i].length);
	begin("text", NULL);
	for (int i = 0; i < group_cases[_i].files; i++)
		put_file(name, VERDICT_FAIL, "invalid-hash");
	end(&tally, 1);
	snprintf(more, sizeof(more), "... and %d more", group_cases[_i].left_out);
	ck_assert_int_eq(strstr(text, more) != NULL, group_cases[_i].left_out > 0);
	free(name);
	done();
}
END_TEST

START_TEST(json_puts_commas_where_they_belong)
{
	own_buf struct buf out = {0};

	json_open(&out, NULL, '{');
	json_text(&out, "a", "x,{[\n");
	json_text(&out, "b", NULL);
	json_open(&out, "c", '[');
	json_number(&out, NULL, UINT64_MAX);
	json_bool(&out, NULL, true);
	json_open(&out, NULL, '{');
	json_close(&out, '}');
	json_close(&out, ']');
	json_hex(&out, "d", "\0\xff", 2);
	json_null(&out, "e");
	json_bool(&out, "f", false);
	json_path(&out, "g", "g_hex", "\xff");
	json_path(&out, "h", "h_hex", "ok");
	json_close(&out, '}');
	ck_assert_str_eq(buf_text(&out),
			 "{\"a\":\"x,{[\\u000a\",\"b\":null,\"c\":[18446744073709551615,true,{}],"
			 "\"d\":\"00ff\",\"e\":null,\"f\":false,\"g\":\"\\ufffd\","
			 "\"g_hex\":\"ff\",\"h\":\"ok\"}");
}
END_TEST

Suite *report_suite(void)
{
	Suite *suite = suite_create("report");
	TCase *tcase = tcase_create("report");

	tcase_add_test(tcase, formats_by_name);
	tcase_add_test(tcase, paths_of_what_is_not_good);
	tcase_add_test(tcase, ndjson_lines);
	tcase_add_test(tcase, text_groups_worst_first);
	tcase_add_test(tcase, text_is_silent_when_asked_and_good);
	tcase_add_loop_test(tcase, text_groups_are_bounded, 0,
			    sizeof(group_cases) / sizeof(group_cases[0]));
	tcase_add_test(tcase, json_puts_commas_where_they_belong);
	suite_add_tcase(suite, tcase);
	return suite;
}
