/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel makes of the words on its command line, by its version, its configuration and Secure
 * Boot. Read in Linux 6.1, 6.12 and the integrity changes of 7.1: security/integrity/ima/ima_appraise.c
 * (ima_appraise_parse_cmdline), ima_policy.c, ima_efi.c, security/integrity/evm/evm_main.c, security/security.c,
 * security/lockdown/lockdown.c, kernel/module/signing.c, init/main.c, drivers/firmware/efi/efi.c.
 */
#include "efi/cmdlineword.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "efi/cmdlineword_internal.h"
#include "scanner/base/own.h"
#include "scanner/quotedword.h"

const char *cmdlineword_effect_name(enum cmdlineword_effect effect)
{
	static const char *const names[] = {
		[CMDLINEWORD_INERT] = "inert",
		[CMDLINEWORD_UNKNOWN] = "unknown",
		[CMDLINEWORD_EFFECTIVE] = "effective",
	};

	return names[effect];
}

enum cmdlineword_answer cmdlineword_config(const struct cmdlineword_kernel *kernel,
					   const char *option)
{
	if (!kernel->config_known)
		return CMDLINEWORD_NOT_KNOWN;
	return kconfig_state(kernel->config, option) == KCONFIG_YES ? CMDLINEWORD_YES
								    : CMDLINEWORD_NO;
}

void cmdlineword_settle(struct cmdlineword *word, enum cmdlineword_effect effect,
			const char *format, ...)
{
	va_list args;

	word->effect = effect;
	va_start(args, format);
	vsnprintf(word->because, sizeof(word->because), format, args);
	va_end(args);
}

bool cmdlineword_needs(const struct cmdlineword_kernel *kernel, struct cmdlineword *word,
		       const char *option)
{
	switch (cmdlineword_config(kernel, option)) {
	case CMDLINEWORD_YES: return true;
	case CMDLINEWORD_NO:
		cmdlineword_settle(word, CMDLINEWORD_INERT, "the kernel is built without CONFIG_%s",
				   option);
		return false;
	case CMDLINEWORD_NOT_KNOWN: break;
	}
	cmdlineword_settle(word, CMDLINEWORD_UNKNOWN,
			   "the kernel's configuration is not known (CONFIG_%s)", option);
	return false;
}

enum cmdlineword_answer cmdlineword_version_at_least(const struct cmdlineword_kernel *kernel,
						     unsigned major, unsigned minor)
{
	if (!kernel->major)
		return CMDLINEWORD_NOT_KNOWN;
	if (kernel->major != major)
		return kernel->major > major ? CMDLINEWORD_YES : CMDLINEWORD_NO;
	return kernel->minor >= minor ? CMDLINEWORD_YES : CMDLINEWORD_NO;
}

/* --- Taking a command line apart --- */

struct split {
	char **words;
	bool *for_init; /* after "--": no word of the kernel's */
	size_t count;
	char *text;
};

static void split_done(struct split *split)
{
	free(split->words);
	free(split->for_init);
	free(split->text);
}

static int split_words(const char *cmdline, struct split *out, struct fault *f)
{
	bool for_init = false;
	char *rest, *word;

	out->text = strdup(cmdline);
	out->words = calloc(CMDLINEWORD_WORDS_MAX, sizeof(*out->words));
	out->for_init = calloc(CMDLINEWORD_WORDS_MAX, sizeof(*out->for_init));
	if (!out->text || !out->words || !out->for_init)
		return fault_set(f, ENOMEM, "reading a kernel command line");
	rest = out->text;
	while (out->count < CMDLINEWORD_WORDS_MAX && (word = quotedword_next(&rest))) {
		if (strcmp(word, "--") == 0) {
			for_init = true;
			continue;
		}
		out->for_init[out->count] = for_init;
		out->words[out->count++] = word;
	}
	return 0;
}

/* Does the word name this parameter? Dash and underscore are one. The value, or NULL. */
static const char *value_of(const char *word, const struct cmdlineword_row *row)
{
	const char *name = row->name;

	for (; *name; name++, word++)
		if (*word != *name && !(*word == '-' && *name == '_') &&
		    !(*word == '_' && *name == '-'))
			return NULL;
	if (*word == '=')
		return row->how & CMDLINEWORD_PLAIN ? NULL : word + 1;
	return *word ? NULL : word;
}

static const struct cmdlineword_row *row_among(const struct cmdlineword_row *rows, size_t count,
					       const char *word, bool for_init)
{
	for (size_t i = 0; i < count; i++)
		if ((!for_init || rows[i].how & CMDLINEWORD_USER_SPACE) && value_of(word, &rows[i]))
			return &rows[i];
	return NULL;
}

static const struct cmdlineword_row *row_of(const char *word, bool for_init)
{
	size_t integrity_count, start_count;
	const struct cmdlineword_row *integrity = cmdlineword_integrity_rows(&integrity_count);
	const struct cmdlineword_row *start = cmdlineword_start_rows(&start_count);
	const struct cmdlineword_row *row = row_among(integrity, integrity_count, word, for_init);

	return row ? row : row_among(start, start_count, word, for_init);
}

/* Does another word of this parameter take this one's place? */
static bool is_overridden(const struct split *split, size_t at, const struct cmdlineword_row *row)
{
	if (row->how & CMDLINEWORD_LAST_WINS)
		for (size_t i = at + 1; i < split->count; i++)
			if (!split->for_init[i] && value_of(split->words[i], row))
				return true;
	return false;
}

static int judge_one(const struct split *split, size_t at, const struct cmdlineword_row *row,
		     const struct cmdlineword_kernel *kernel, struct cmdlineword *out,
		     struct fault *f)
{
	out->word = strdup(split->words[at]);
	if (!out->word)
		return fault_set(f, ENOMEM, "reading a kernel command line");
	out->name = row->name;
	out->value = value_of(out->word, row);
	if (is_overridden(split, at, row))
		cmdlineword_settle(out, CMDLINEWORD_INERT, "a later %s takes its place", row->name);
	else
		row->judge(kernel, out);
	if (out->effect == CMDLINEWORD_INERT && strcmp(row->name, "ima_appraise") != 0)
		memset(out->findings, 0, sizeof(out->findings));
	return 0;
}

int cmdlineword_judge(const char *cmdline, const struct cmdlineword_kernel *kernel,
		      struct cmdlineword_list *out, struct fault *f)
{
	__attribute__((cleanup(split_done))) struct split split = {0};
	struct cmdlineword_list list = {0};

	if (split_words(cmdline, &split, f) < 0)
		return -1;
	list.items = calloc(split.count + 1, sizeof(*list.items));
	if (!list.items)
		return fault_set(f, ENOMEM, "reading a kernel command line");
	for (size_t i = 0; i < split.count; i++) {
		const struct cmdlineword_row *row = row_of(split.words[i], split.for_init[i]);

		if (!row)
			continue;
		if (judge_one(&split, i, row, kernel, &list.items[list.count], f) < 0) {
			cmdlineword_list_done(&list);
			return -1;
		}
		list.count++;
	}
	*out = list;
	return 0;
}

void cmdlineword_list_done(struct cmdlineword_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].word);
	free(list->items);
	*list = (struct cmdlineword_list){0};
}
