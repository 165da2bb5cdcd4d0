/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expands the words of a GRUB command: grub-core/script/execute.c and argv.c of GRUB 2.06. */
#include "efi/loaders/grubexpand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/buf.h"
#include "scanner/base/own.h"

enum { CHOOSERS_MAX = 8 };

struct expander {
	const struct grubvars *vars;
	const struct grubexpand_scope *scope;
	struct grubexpand *out;
	struct buf word;
	bool started; /* the word is there even when it is empty */
	bool unknown;
	bool failed;
	size_t bytes, capacity;
	/* Variables with several values that were met, and what was chosen. */
	const char *choosers[CHOOSERS_MAX];
	size_t chosen[CHOOSERS_MAX];
	size_t chooser_count;
	unsigned choice, choices;
};

/* Room for one more word. */
static bool grow(struct grubexpand *out, size_t *capacity)
{
	size_t room = *capacity ? *capacity * 2 : 16;
	char **words;
	bool *unknown;

	if (out->count < *capacity)
		return true;
	words = reallocarray(out->words, room, sizeof(*words));
	if (!words)
		return false;
	out->words = words;
	unknown = reallocarray(out->unknown, room, sizeof(*unknown));
	if (!unknown)
		return false;
	out->unknown = unknown;
	*capacity = room;
	return true;
}

static void finish_word(struct expander *e)
{
	struct grubexpand *out = e->out;

	if (!e->started)
		return;
	if (out->count >= GRUBEXPAND_WORDS_MAX) {
		out->cut = true;
		buf_clear(&e->word);
	} else if (!grow(out, &e->capacity)) {
		e->failed = true;
	} else {
		out->words[out->count] = strdup(buf_text(&e->word));
		out->unknown[out->count] = e->unknown;
		if (!out->words[out->count] || e->word.failed)
			e->failed = true;
		else
			out->count++;
		buf_clear(&e->word);
	}
	e->started = false;
	e->unknown = false;
}

static void add(struct expander *e, const char *text, size_t n)
{
	if (n > GRUBEXPAND_BYTES_MAX - e->bytes) {
		n = GRUBEXPAND_BYTES_MAX - e->bytes;
		e->out->cut = true;
	}
	e->bytes += n;
	buf_add(&e->word, text, n);
}

/* The value of a variable outside quotes falls apart at blanks. */
static void add_split(struct expander *e, const char *text)
{
	while (*text) {
		size_t blanks = strspn(text, " \t\n\r\v\f"), n;

		if (blanks > 0)
			finish_word(e);
		text += blanks;
		n = strcspn(text, " \t\n\r\v\f");
		if (n > 0) {
			add(e, text, n);
			e->started = true;
		}
		text += n;
	}
}

static void add_value(struct expander *e, const char *text, bool quoted)
{
	if (!quoted) {
		add_split(e, text);
		return;
	}
	add(e, text, strlen(text));
	e->started = true;
}

/* Which of n values of a variable this choice takes; the same wherever the name is met. */
static size_t choose(struct expander *e, const char *name, size_t n)
{
	for (size_t i = 0; i < e->chooser_count; i++)
		if (strcmp(e->choosers[i], name) == 0)
			return e->chosen[i];
	if (e->chooser_count == CHOOSERS_MAX || e->choices * n > GRUBEXPAND_CHOICES_MAX) {
		e->out->cut = true;
		return 0;
	}
	e->choosers[e->chooser_count] = name;
	e->chosen[e->chooser_count] = e->choice / e->choices % n;
	e->choices *= (unsigned)n;
	return e->chosen[e->chooser_count++];
}

static void add_variable(struct expander *e, const struct grubscript_part *part)
{
	const struct grubvars_value *value = grubvars_get(e->vars, part->text);
	size_t n = value->count + (value->unset && value->count > 0 ? 1 : 0);
	size_t which;

	if (value->unknown)
		e->unknown = true;
	if (value->count == 0) {
		if (value->unknown) {
			add(e, "${", 2);
			add(e, part->text, strlen(part->text));
			add(e, "}", 1);
			e->started = true;
		}
		return;
	}
	which = n > 1 ? choose(e, part->text, n) : 0;
	add_value(e, which < value->count ? value->texts[which] : "", part->quoted);
}

static void add_all_args(struct expander *e, const struct grubscript_part *part)
{
	for (size_t i = 0; i < e->scope->count; i++) {
		/* "$*" is one word; all others are one each. */
		if (i > 0 && *part->text == '*' && part->quoted)
			add(e, " ", 1);
		else if (i > 0)
			finish_word(e);
		add_value(e, e->scope->args[i], part->quoted);
	}
}

/* $1 and the like. */
static void add_special(struct expander *e, const struct grubscript_part *part)
{
	unsigned long n;
	char number[24];

	if (*part->text == '@' || *part->text == '*') {
		add_all_args(e, part);
	} else if (*part->text == '#') {
		snprintf(number, sizeof(number), "%zu", e->scope->count);
		add_value(e, number, part->quoted);
	} else if (*part->text == '?') {
		e->unknown = true;
		add_value(e, "${?}", part->quoted);
	} else {
		n = strtoul(part->text, NULL, 10);
		if (n >= 1 && n <= e->scope->count)
			add_value(e, e->scope->args[n - 1], part->quoted);
	}
}

static void add_part(struct expander *e, const struct grubscript_part *part)
{
	if (!part->variable) {
		add(e, part->text, strlen(part->text));
		e->started = true;
	} else if (strchr("@*#?0123456789", *part->text)) {
		add_special(e, part);
	} else {
		add_variable(e, part);
	}
}

int grubexpand_words(const struct grubvars *vars, const struct grubexpand_scope *scope,
		     const struct grubscript_word *words, unsigned choice, unsigned *out_choices,
		     struct grubexpand *out, struct fault *f)
{
	struct expander e = {
		.vars = vars, .scope = scope, .out = out, .choice = choice, .choices = 1};

	*out = (struct grubexpand){0};
	for (; words && !e.failed; words = words->next) {
		for (const struct grubscript_part *part = words->parts; part; part = part->next)
			add_part(&e, part);
		finish_word(&e);
	}
	e.failed |= e.word.failed;
	buf_done(&e.word);
	*out_choices = e.choices;
	if (!e.failed)
		return 0;
	grubexpand_done(out);
	return fault_set(f, ENOMEM, "expanding a GRUB command");
}

void grubexpand_done(struct grubexpand *expanded)
{
	for (size_t i = 0; i < expanded->count; i++)
		free(expanded->words[i]);
	free(expanded->words);
	free(expanded->unknown);
	*expanded = (struct grubexpand){0};
}
