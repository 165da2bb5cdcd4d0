/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policy texts: lines, words, and the list of rules they make (ima_write_policy() of
 * security/integrity/ima/ima_fs.c, ima_parse_add_rule() of ima_policy.c).
 */
#include "scanner/policy/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/escape.h"
#include "scanner/base/own.h"

/* The kernel takes one page less a byte with each write(2); a longer line would be cut there. */
enum { LINE_MAX_BYTES = 4095 };

const char *policy_shown(const char *word, char shown[POLICY_SHOWN_MAX])
{
	own_buf struct buf escaped = {0};
	size_t n = strlen(word), keep = 0;

	/* A character is shown whole or not at all. */
	escape_text(&escaped, word, n < POLICY_SHOWN_MAX ? n : POLICY_SHOWN_MAX);
	while (keep < escaped.len && keep < POLICY_SHOWN_MAX - 4)
		keep++;
	while (keep > 0 && keep < escaped.len && ((unsigned char)escaped.data[keep] & 0xc0) == 0x80)
		keep--;
	snprintf(shown, POLICY_SHOWN_MAX, "%.*s%s", (int)keep, buf_text(&escaped),
		 keep < escaped.len || n > POLICY_SHOWN_MAX ? "..." : "");
	return shown;
}

int policy_refuse(struct policy_reader *reader, const char *format, ...)
{
	va_list args;

	reader->error->line = reader->line;
	reader->error->column = reader->column;
	va_start(args, format);
	vsnprintf(reader->error->reason, sizeof(reader->error->reason), format, args);
	va_end(args);
	return -1;
}

int policy_out_of_memory(struct policy_reader *reader)
{
	*reader->error = (struct policy_error){.reason = "out of memory"};
	return -1;
}

static void rule_done(struct policy_rule *rule)
{
	for (unsigned i = 0; i < POLICY_LSM_COUNT; i++)
		free(rule->lsm[i]);
	free(rule->fsname);
	free(rule->keyrings);
	free(rule->label);
	free(rule->template);
	free(rule->text);
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	for (size_t i = 0; i < policy->count; i++)
		rule_done(&policy->rules[i]);
	free(policy->rules);
	free(policy->name);
	free(policy);
}

struct policy *policy_new(const char *name, struct policy_error *out_error)
{
	struct policy_reader reader = {.error = out_error};
	struct policy *policy = calloc(1, sizeof(*policy));

	if (policy)
		policy->name = strdup(name);
	if (policy && policy->name)
		return policy;
	free(policy);
	policy_out_of_memory(&reader);
	return NULL;
}

static int reserve(struct policy *policy, struct policy_reader *reader)
{
	size_t cap = policy->cap ? policy->cap * 2 : 16;
	struct policy_rule *rules;

	if (policy->count < policy->cap)
		return 0;
	rules = reallocarray(policy->rules, cap, sizeof(*rules));
	if (!rules)
		return policy_out_of_memory(reader);
	policy->rules = rules;
	policy->cap = cap;
	return 0;
}

static int read_words(struct policy_reader *reader, char *line, unsigned start)
{
	char *rest = line, *word;

	while ((word = strsep(&rest, " \t"))) {
		if (!*word)
			continue;
		reader->column = start + (unsigned)(word - line);
		if (policy_read_word(reader, word) < 0)
			return -1;
	}
	reader->column = start;
	return policy_validate(reader);
}

/* Not strndup(3): what follows the line in a text that is given by its size has no end. */
static char *copy_line(const char *text, size_t size)
{
	char *copy = malloc(size + 1);

	if (copy) {
		memcpy(copy, text, size);
		copy[size] = '\0';
	}
	return copy;
}

/* Reads a rule's text, without blanks around it, into a rule of its own. */
static int read_rule(struct policy_reader *reader, const char *text, size_t size)
{
	own_mem char *words = copy_line(text, size);
	struct policy_rule *rule = reader->rule;

	*rule = (struct policy_rule){
		.uid = POLICY_NO_ID,
		.gid = POLICY_NO_ID,
		.fowner = POLICY_NO_ID,
		.fgroup = POLICY_NO_ID,
		.line = reader->line,
		.text = copy_line(text, size),
	};
	if (!words || !rule->text)
		return policy_out_of_memory(reader);
	return read_words(reader, words, reader->column);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What would make the kernel read something else than this line. */
static int check_line(struct policy_reader *reader, const char *line, size_t size)
{
	const char *nul = memchr(line, '\0', size);

	if (size > LINE_MAX_BYTES)
		return policy_refuse(reader,
				     "a line of more than %d bytes: the kernel would cut it",
				     LINE_MAX_BYTES);
	if (size && line[0] == '/')
		return policy_refuse(reader,
				     "a line that starts with '/' makes the kernel load the "
				     "file of that name as its policy");
	if (!nul)
		return 0;
	reader->column = (unsigned)(nul - line) + 1;
	return policy_refuse(reader, "a NUL byte: the kernel would end the line there");
}

int policy_add_line(struct policy *policy, const char *line, size_t size, unsigned number,
		    const struct kernel_profile *profile, struct policy_error *out_error)
{
	struct policy_rule rule = {0};
	struct policy_reader reader = {
		.profile = profile, .rule = &rule, .error = out_error, .line = number, .column = 1};
	size_t start = 0;

	if (check_line(&reader, line, size) < 0)
		return -1;
	while (start < size && is_blank(line[start]))
		start++;
	if (start == size || line[start] == '#')
		return 0;
	while (is_blank(line[size - 1]))
		size--;
	reader.column = (unsigned)start + 1;
	if (reserve(policy, &reader) < 0 || read_rule(&reader, line + start, size - start) < 0) {
		rule_done(&rule);
		return -1;
	}
	policy->rules[policy->count++] = rule;
	return 0;
}

static int add_text(struct policy *policy, const char *text, size_t size,
		    const struct kernel_profile *profile, struct policy_error *out_error)
{
	unsigned number = 1;

	for (size_t at = 0; at < size; number++) {
		const char *newline = memchr(text + at, '\n', size - at);
		size_t length = newline ? (size_t)(newline - text) - at : size - at;

		if (policy_add_line(policy, text + at, length, number, profile, out_error) < 0)
			return -1;
		policy->no_final_newline = !newline;
		at += length + 1;
	}
	return 0;
}

struct policy *policy_parse(const char *name, const char *text, size_t size,
			    const struct kernel_profile *profile, struct policy_error *out_error)
{
	struct policy *policy = policy_new(name, out_error);
	size_t before;

	if (!policy)
		return NULL;
	if (policy_add_build_rules(policy, false, profile, out_error) < 0)
		goto refused;
	before = policy->count;
	if (add_text(policy, text, size, profile, out_error) < 0)
		goto refused;
	if (policy->count > before) {
		policy_settle(policy);
		return policy;
	}
	*out_error = (struct policy_error){1, 1, "no rule at all: the kernel refuses this"};
refused:
	policy_free(policy);
	return NULL;
}
