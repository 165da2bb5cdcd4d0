/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/tally.c: the exit status contract. */
#include "scanner/tally.h"

#include <string.h>

#include "tests/suites.h"

/* A run as a word: P pass, I pass_immutable, F fail, X fail_immutable, L no_label, A no_xattrs,
 * N unknown, U undecided, K fail by an unknown key, f a fault, s a stray label; a small letter
 * before it ("u", for ungoverned) takes the next one out of what counts; "!" interrupts. */
static const struct {
	const char *run;
	bool has_policy;
	int status;
} cases[] = {
	{"", true, STATUS_UNDECIDED},
	{"", false, STATUS_UNDECIDED},
	{"P", true, STATUS_GOOD},
	{"P", false, STATUS_GOOD},
	{"I", true, STATUS_GOOD},
	{"PPI", true, STATUS_GOOD},
	{"F", true, STATUS_FAILURES},
	{"PX", true, STATUS_FAILURES},
	{"PL", true, STATUS_FAILURES},
	{"PA", true, STATUS_FAILURES},
	{"PN", true, STATUS_FAILURES},
	{"U", true, STATUS_UNDECIDED},
	{"PU", true, STATUS_UNDECIDED},
	{"FU", true, STATUS_FAILURES | STATUS_UNDECIDED},
	{"K", true, STATUS_FAILURES | STATUS_UNDECIDED},
	{"Pf", true, STATUS_UNDECIDED},
	{"Ff", true, STATUS_FAILURES | STATUS_UNDECIDED},
	{"f", true, STATUS_UNDECIDED},
	{"Ps", true, STATUS_GOOD},
	{"PuF", true, STATUS_GOOD},
	{"PuK", true, STATUS_GOOD},
	{"PuU", true, STATUS_GOOD},
	{"uP", true, STATUS_UNDECIDED},
	{"uF", false, STATUS_UNDECIDED},
	{"P!", true, STATUS_INTERRUPTED},
	{"FU!", true, STATUS_INTERRUPTED},
};

static void add_one(struct tally *tally, char c, bool counts)
{
	static const char letters[] = "PIFXLANU";
	const char *letter = strchr(letters, c);
	struct fault fault = {0};
	struct record record = {.kind = RECORD_FILE};

	if (c == 'f' || c == 's')
		record.kind = c == 'f' ? RECORD_FAULT : RECORD_STRAY;
	if (c == 'f')
		record.fault = &fault;
	if (tally->has_policy)
		record.governed = counts;
	else
		record.labelled = counts;
	record.unknown_key = c == 'K';
	record.keyid = 0x12345678;
	if (letter)
		record.verdict.kind = (enum verdict_kind)(letter - letters);
	else if (c == 'K')
		record.verdict = (struct verdict){VERDICT_FAIL, "invalid-signature"};
	tally_add(tally, &record);
}

START_TEST(statuses)
{
	struct tally tally = {.has_policy = cases[_i].has_policy};

	for (const char *c = cases[_i].run; *c; c++) {
		if (*c == '!')
			tally.interrupted = true;
		else if (*c == 'u')
			add_one(&tally, *++c, false);
		else
			add_one(&tally, *c, true);
	}
	ck_assert_int_eq(tally_status(&tally), cases[_i].status);
	tally_done(&tally);
}
END_TEST

START_TEST(counts)
{
	struct tally tally = {.has_policy = true};
	struct keyring_key one = {0}, two = {0};
	struct record record = {.kind = RECORD_FILE,
				.governed = true,
				.labelled = true,
				.verified = true,
				.oddities = FACTS_WEAK_HASH | FACTS_UNKNOWN_KEY,
				.bytes_read = 7,
				.link_count = 2,
				.ima_key = &one,
				.evm_key = &two};

	tally_add(&tally, &record);
	record.verdict = (struct verdict){VERDICT_FAIL, "invalid-hash"};
	record.evm_key = &one;
	record.link_count = 0;
	tally_add(&tally, &record);
	record.governed = false;
	tally_add(&tally, &record);
	ck_assert_uint_eq(tally.files, 3);
	ck_assert_uint_eq(tally.governed, 2);
	ck_assert_uint_eq(tally.labelled, 3);
	ck_assert_uint_eq(tally.verified, 2);
	ck_assert_uint_eq(tally.bytes_read, 21);
	ck_assert_uint_eq(tally.links, 1);
	ck_assert_uint_eq(tally.oddities[__builtin_ctz(FACTS_WEAK_HASH)], 3);
	ck_assert_uint_eq(tally.oddities[__builtin_ctz(FACTS_REVOKED_KEY)], 0);
	ck_assert_uint_eq(tally.by_kind[VERDICT_PASS], 1);
	ck_assert_uint_eq(tally.by_kind[VERDICT_FAIL], 1);
	ck_assert_uint_eq(tally.cause_count, 2);
	ck_assert_str_eq(tally.causes[1].cause, "invalid-hash");
	ck_assert_uint_eq(tally.key_count, 2);
	ck_assert_uint_eq(tally.keys[0].files, 3);
	ck_assert_uint_eq(tally.keys[1].files, 1);
	tally_done(&tally);
}
END_TEST

START_TEST(unknown_keys_without_end)
{
	struct tally tally = {.has_policy = true};
	struct record record = {.kind = RECORD_FILE, .governed = true, .unknown_key = true};

	for (record.keyid = 0; record.keyid < 1000; record.keyid++)
		tally_add(&tally, &record);
	record.keyid = 5;
	tally_add(&tally, &record);
	ck_assert_uint_eq(tally.unknown_key_files, 1001);
	ck_assert_uint_eq(tally.unknown_key_count, TALLY_UNKNOWN_KEYS_MAX);
	ck_assert_uint_eq(tally.unknown_keys[5].files, 2);
	tally_done(&tally);
}
END_TEST

Suite *tally_suite(void)
{
	Suite *suite = suite_create("tally");
	TCase *tcase = tcase_create("tally");

	tcase_add_loop_test(tcase, statuses, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, counts);
	tcase_add_test(tcase, unknown_keys_without_end);
	suite_add_tcase(suite, tcase);
	return suite;
}
