/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's test command: grub-core/commands/test.c of GRUB 2.06, with a third answer. */
#include "efi/loaders/grubtest.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32 }; /* of parentheses; nobody writes three */

struct test {
	char *const *words;
	const bool *unknown;
	size_t at, count;
	unsigned depth;
	grubtest_file_fn *file;
	void *context;
};

static enum grubtest_truth truth_of(bool yes)
{
	return yes ? GRUBTEST_YES : GRUBTEST_NO;
}

enum grubtest_truth grubtest_not(enum grubtest_truth truth)
{
	return truth == GRUBTEST_UNKNOWN ? truth : truth_of(truth == GRUBTEST_NO);
}

static enum grubtest_truth both(enum grubtest_truth a, enum grubtest_truth b)
{
	if (a == GRUBTEST_NO || b == GRUBTEST_NO)
		return GRUBTEST_NO;
	return a == GRUBTEST_YES && b == GRUBTEST_YES ? GRUBTEST_YES : GRUBTEST_UNKNOWN;
}

static enum grubtest_truth either(enum grubtest_truth a, enum grubtest_truth b)
{
	return grubtest_not(both(grubtest_not(a), grubtest_not(b)));
}

static const char *word(const struct test *t, size_t ahead)
{
	return t->count - t->at > ahead ? t->words[t->at + ahead] : "";
}

static bool is(const struct test *t, size_t ahead, const char *what)
{
	return t->count - t->at > ahead && strcmp(t->words[t->at + ahead], what) == 0;
}

enum comparison { EQUAL, UNEQUAL, LESS, GREATER, LESS_EQUAL, GREATER_EQUAL };

static const struct operator
{
	const char *name;
	enum comparison comparison;
	bool numbers;
}
operators[] = {
	{"=", EQUAL, false},	      {"==", EQUAL, false},   {"!=", UNEQUAL, false},
	{"<", LESS, false},	      {">", GREATER, false},  {"<=", LESS_EQUAL, false},
	{">=", GREATER_EQUAL, false}, {"-eq", EQUAL, true},   {"-ne", UNEQUAL, true},
	{"-lt", LESS, true},	      {"-gt", GREATER, true}, {"-le", LESS_EQUAL, true},
	{"-ge", GREATER_EQUAL, true},
};

static const struct operator* operator_at(const struct test *t, size_t ahead)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (is(t, ahead, operators[i].name))
			return &operators[i];
	return NULL;
}

static int order_of(const char *a, const char *b, bool numbers)
{
	long x, y;

	if (!numbers)
		return strcmp(a, b);
	x = strtol(a, NULL, 0);
	y = strtol(b, NULL, 0);
	return (x > y) - (x < y);
}

static enum grubtest_truth compare(const struct test *t, const struct operator* op)
{
	int order = order_of(word(t, 0), word(t, 2), op->numbers);

	if (t->unknown[t->at] || t->unknown[t->at + 2])
		return GRUBTEST_UNKNOWN;
	switch (op->comparison) {
	case EQUAL: return truth_of(order == 0);
	case UNEQUAL: return truth_of(order != 0);
	case LESS: return truth_of(order < 0);
	case GREATER: return truth_of(order > 0);
	case LESS_EQUAL: return truth_of(order <= 0);
	case GREATER_EQUAL: break;
	}
	return truth_of(order >= 0);
}

/* A text that has an unknown part may still be empty. */
static enum grubtest_truth not_empty(const struct test *t, size_t at)
{
	return t->unknown[at] ? GRUBTEST_UNKNOWN : truth_of(*t->words[at] != '\0');
}

static enum grubtest_truth unary(const struct test *t)
{
	char kind = word(t, 0)[1];

	if (kind == 'n')
		return not_empty(t, t->at + 1);
	if (kind == 'z')
		return grubtest_not(not_empty(t, t->at + 1));
	return t->file(t->context, kind, word(t, 1), t->unknown[t->at + 1]);
}

static bool is_unary(const struct test *t)
{
	const char *w = word(t, 0);

	return t->count - t->at >= 2 && w[0] == '-' && w[1] && !w[2] && strchr("nzefsd", w[1]);
}

static enum grubtest_truth any_of(struct test *t);

static enum grubtest_truth primary(struct test *t)
{
	const struct operator* op;
	enum grubtest_truth truth;

	if (t->at >= t->count)
		return GRUBTEST_NO;
	if (is(t, 0, "!")) {
		t->at++;
		if (++t->depth > DEPTH_MAX)
			return GRUBTEST_UNKNOWN;
		return grubtest_not(primary(t));
	}
	if (is(t, 0, "(")) {
		t->at++;
		if (++t->depth > DEPTH_MAX)
			return GRUBTEST_UNKNOWN;
		truth = any_of(t);
		if (is(t, 0, ")"))
			t->at++;
		return truth;
	}
	op = t->count - t->at >= 3 ? operator_at(t, 1) : NULL;
	if (op) {
		truth = compare(t, op);
		t->at += 3;
	} else if (is_unary(t)) {
		truth = unary(t);
		t->at += 2;
	} else {
		truth = not_empty(t, t->at++);
	}
	return truth;
}

static enum grubtest_truth all_of(struct test *t)
{
	enum grubtest_truth truth = primary(t);

	while (t->at < t->count && !is(t, 0, "-o") && !is(t, 0, ")")) {
		if (is(t, 0, "-a"))
			t->at++;
		truth = both(truth, primary(t));
	}
	return truth;
}

static enum grubtest_truth any_of(struct test *t)
{
	enum grubtest_truth truth = all_of(t);

	while (is(t, 0, "-o")) {
		t->at++;
		truth = either(truth, all_of(t));
	}
	return truth;
}

enum grubtest_truth grubtest_run(char *const *words, const bool *unknown, size_t count,
				 grubtest_file_fn *file, void *context)
{
	struct test t = {.words = words,
			 .unknown = unknown,
			 .count = count,
			 .file = file,
			 .context = context};
	enum grubtest_truth truth = any_of(&t);

	/* What is left over, we did not understand. */
	return t.at < t.count ? GRUBTEST_UNKNOWN : truth;
}
