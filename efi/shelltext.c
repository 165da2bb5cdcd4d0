/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shell text taken into words (POSIX.1-2017, Shell Command Language, 2.2 to 2.7), as far as is told without running it. */
#include "efi/shelltext.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/shelltext_internal.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

enum { DEPTH_MAX = 4, NAME_MAX_BYTES = 64, HEREDOCS_MAX = 8 };

struct reader {
	const char *at, *end;
	unsigned line, depth;
	struct shelltext_variables *variables;
	shelltext_fn *each;
	void *context;
	struct shelltext_item items[SHELLTEXT_ITEMS_MAX];
	size_t count;
	bool in_word; /* something of the item now read is there, even if empty: "" */
	struct shelltext_item now;
	struct buf word;
	enum shelltext_role role; /* of the next word */
	bool heredoc_next;	  /* the next word ends a here-document */
	char *heredocs[HEREDOCS_MAX];
	size_t heredoc_count;
};

/* --- The item that is read --- */

static void add_text(struct reader *r, const char *text, size_t size)
{
	r->in_word = true;
	if (r->word.len + size <= SHELLTEXT_WORD_MAX)
		buf_add(&r->word, text, size);
	else
		r->now.unknown = true;
}

static void add_char(struct reader *r, char c)
{
	add_text(r, &c, 1);
}

static void items_clear(struct reader *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->items[i].text);
	r->count = 0;
}

/* "NAME=value" where a command begins, or behind export and its like. */
static bool assigns(const struct reader *r)
{
	static const char *const makers[] = {"export", "local", "readonly", "declare", "typeset"};
	const char *before = r->count ? r->items[r->count - 1].text : NULL;

	if (r->role != SHELLTEXT_WORD || !shelltext_is_assignment(buf_text(&r->word)))
		return false;
	if (!before || shelltext_is_assignment(before))
		return true;
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (strcmp(before, makers[i]) == 0)
			return true;
	return false;
}

static int assign(struct reader *r, struct fault *f)
{
	const char *text = buf_text(&r->word), *equals = strchr(text, '=');
	char name[NAME_MAX_BYTES];
	size_t n = (size_t)(equals - text);

	if (n >= sizeof(name))
		return 0;
	memcpy(name, text, n);
	name[n] = '\0';
	return shelltext_set(r->variables, name,
			     r->now.unknown || r->now.substituted ? NULL : equals + 1,
			     r->now.of_root, f);
}

static int heredoc_begin(struct reader *r, struct fault *f)
{
	r->heredoc_next = false;
	if (r->heredoc_count == HEREDOCS_MAX)
		return 0;
	r->heredocs[r->heredoc_count] = strdup(buf_text(&r->word));
	if (!r->heredocs[r->heredoc_count])
		return fault_set(f, ENOMEM, "reading a script");
	r->heredoc_count++;
	return 0;
}

static int push(struct reader *r, struct fault *f)
{
	char *text;

	if (r->count == SHELLTEXT_ITEMS_MAX)
		return 0;
	text = strdup(buf_text(&r->word));
	if (!text || r->word.failed) {
		free(text);
		return fault_set(f, ENOMEM, "reading a script");
	}
	r->items[r->count] = r->now;
	r->items[r->count].role = r->role;
	r->items[r->count++].text = text;
	return 0;
}

static int word_end(struct reader *r, struct fault *f)
{
	int result = 0;

	if (!r->in_word)
		return 0;
	if (r->heredoc_next)
		result = heredoc_begin(r, f);
	else if (assigns(r) && assign(r, f) < 0)
		result = -1;
	else
		result = push(r, f);
	buf_clear(&r->word);
	r->in_word = false;
	r->role = SHELLTEXT_WORD;
	return result;
}

static int pipeline_end(struct reader *r, struct fault *f)
{
	struct shelltext_pipeline pipeline = {.items = r->items};
	int result = 0;

	if (word_end(r, f) < 0)
		return -1;
	r->role = SHELLTEXT_WORD;
	pipeline.count = r->count;
	if (r->count > 0)
		result = r->each(r->context, &pipeline, f);
	items_clear(r);
	return result;
}

/* --- Expansions --- */

/* Names that initramfs scripts of dracut, initramfs-tools, mkinitcpio and mkinitfs give to the root they mounted. */
static bool names_root(const char *name)
{
	static const char *const names[] = {"NEWROOT",	"rootmnt", "new_root", "newroot",
					    "NEW_ROOT", "sysroot", "SYSROOT"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* At the beginning of a word, or of the value in "NAME=value". */
static bool at_beginning(const struct reader *r)
{
	const char *text = buf_text(&r->word);

	return r->word.len == 0 || (shelltext_is_assignment(text) && strchr(text, '=')[1] == '\0');
}

static void expand(struct reader *r, const char *name, const char *otherwise, size_t size)
{
	const struct shelltext_variable *variable = shelltext_get(r->variables, name);

	r->in_word = true;
	if (variable) {
		if (variable->of_root && at_beginning(r))
			r->now.of_root = true;
		add_text(r, variable->value, strlen(variable->value));
	} else if (names_root(name)) {
		r->now.of_root = r->now.of_root || at_beginning(r);
	} else if (strcmp(name, "SECURITYFSDIR") == 0) {
		/* dracut's own, set before its hooks run. */
		add_text(r, "/sys/kernel/security", 20);
	} else if (otherwise) {
		add_text(r, otherwise, size);
	} else {
		r->now.unknown = true;
		add_char(r, '$');
		add_text(r, name, strlen(name));
	}
}

/* The closing bracket of one that was opened just before; NULL: there is none. */
static const char *closing(const char *at, const char *end, char open, char close)
{
	unsigned depth = 1;

	for (; at < end; at++) {
		if (*at == '\\' && at + 1 < end)
			at++;
		else if (*at == open)
			depth++;
		else if (*at == close && --depth == 0)
			return at;
	}
	return NULL;
}

static void skip_to(struct reader *r, const char *to)
{
	for (; r->at < to; r->at++)
		if (*r->at == '\n')
			r->line++;
}

/* Behind "${". */
static void expand_braces(struct reader *r)
{
	const char *close = closing(r->at, r->end, '{', '}'), *rest;
	size_t n = shelltext_name_length(r->at, r->end);
	char name[NAME_MAX_BYTES];

	if (!close || n == 0 || n >= sizeof(name) || r->at + n > close) {
		r->now.unknown = true;
		add_char(r, '$');
		skip_to(r, close ? close + 1 : r->end);
		return;
	}
	memcpy(name, r->at, n);
	name[n] = '\0';
	rest = r->at + n;
	if (rest < close && *rest == ':')
		rest++;
	if (rest == close)
		expand(r, name, NULL, 0);
	else if ((*rest == '-' || *rest == '=') && !memchr(rest, '$', (size_t)(close - rest)))
		expand(r, name, rest + 1, (size_t)(close - rest) - 1);
	else if (!names_root(name))
		r->now.unknown = true;
	skip_to(r, close + 1);
}

struct last_path {
	char path[SHELLTEXT_WORD_MAX + 1];
	struct reader *outer;
};

static int note_last_path(void *context, const struct shelltext_pipeline *pipeline, struct fault *f)
{
	struct last_path *last = context;

	for (size_t i = 0; i < pipeline->count; i++) {
		const struct shelltext_item *item = &pipeline->items[i];

		if (item->role != SHELLTEXT_PIPE && item->text[0] == '/' && !item->unknown) {
			strcpy(last->path, item->text);
			last->outer->now.of_root |= item->of_root;
		}
	}
	return last->outer->each(last->outer->context, pipeline, f);
}

static int read_nested(struct reader *outer, const char *text, size_t size, shelltext_fn *each,
		       void *context, struct fault *f);

/* $(command) and `command`: scanned like the rest, and worth the last path it names. close NULL: it has no end, and
 * what comes after is not looked for an end again and again. */
static int substitute(struct reader *r, const char *close, struct fault *f)
{
	own_mem struct last_path *last = NULL;

	if (!close) {
		skip_to(r, r->end);
		return 0;
	}
	last = calloc(1, sizeof(*last));
	if (!last)
		return fault_set(f, ENOMEM, "reading a script");
	last->outer = r;
	if (read_nested(r, r->at, (size_t)(close - r->at), note_last_path, last, f) < 0)
		return -1;
	r->now.substituted = true;
	r->in_word = true;
	add_text(r, last->path, strlen(last->path));
	skip_to(r, close + 1);
	return 0;
}

static int dollar(struct reader *r, struct fault *f)
{
	const char *close;
	char name[NAME_MAX_BYTES];
	size_t n;

	if (r->at < r->end && *r->at == '(') {
		r->at++;
		close = closing(r->at, r->end, '(', ')');
		return substitute(r, close, f);
	}
	if (r->at < r->end && *r->at == '{') {
		r->at++;
		expand_braces(r);
		return 0;
	}
	n = shelltext_name_length(r->at, r->end);
	if (n == 0 || n >= sizeof(name)) {
		/* $1, $?, … */
		r->now.unknown = true;
		add_char(r, '$');
		return 0;
	}
	memcpy(name, r->at, n);
	name[n] = '\0';
	r->at += n;
	expand(r, name, NULL, 0);
	return 0;
}

static int backquote(struct reader *r, struct fault *f)
{
	return substitute(r, memchr(r->at, '`', (size_t)(r->end - r->at)), f);
}

/* --- Quotes, comments, operators --- */

static void single_quotes(struct reader *r)
{
	const char *close = memchr(r->at, '\'', (size_t)(r->end - r->at));

	if (!close)
		close = r->end;
	r->now.quoted = true;
	add_text(r, r->at, (size_t)(close - r->at));
	skip_to(r, close < r->end ? close + 1 : close);
}

static int double_quotes(struct reader *r, struct fault *f)
{
	r->in_word = true;
	r->now.quoted = true;
	while (r->at < r->end && *r->at != '"') {
		char c = *r->at++;

		if (c == '\n')
			r->line++;
		if (c == '\\' && r->at < r->end && strchr("$`\"\\\n", *r->at) && *r->at)
			c = *r->at++;
		else if (c == '$' || c == '`') {
			if ((c == '$' ? dollar(r, f) : backquote(r, f)) < 0)
				return -1;
			continue;
		}
		add_char(r, c);
	}
	if (r->at < r->end)
		r->at++;
	return 0;
}

static void skip_line(struct reader *r)
{
	const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));

	r->at = newline ? newline : r->end;
}

/* The lines of the here-documents that the last line announced. */
static void skip_heredocs(struct reader *r)
{
	size_t i = 0;

	while (i < r->heredoc_count && r->at < r->end) {
		const char *line = r->at;
		size_t n = strlen(r->heredocs[i]);

		skip_line(r);
		while (line < r->at && *line == '\t')
			line++;
		if ((size_t)(r->at - line) == n && memcmp(line, r->heredocs[i], n) == 0)
			i++;
		if (r->at < r->end) {
			r->at++;
			r->line++;
		}
	}
	for (i = 0; i < r->heredoc_count; i++)
		free(r->heredocs[i]);
	r->heredoc_count = 0;
}

static int newline(struct reader *r, struct fault *f)
{
	if (pipeline_end(r, f) < 0)
		return -1;
	r->line++;
	skip_heredocs(r);
	return 0;
}

/* Behind "<" or ">". */
static int redirection(struct reader *r, char c, struct fault *f)
{
	unsigned repeated = 1;

	/* "2>": the number is no word. */
	if (r->in_word && r->word.len == 1 && isdigit((unsigned char)r->word.data[0]) &&
	    !r->now.quoted) {
		buf_clear(&r->word);
		r->in_word = false;
	}
	if (word_end(r, f) < 0)
		return -1;
	while (r->at < r->end && *r->at == c) {
		r->at++;
		repeated++;
	}
	if (r->at < r->end && (*r->at == '|' || *r->at == '&' || (c == '<' && *r->at == '-')))
		r->at++;
	r->heredoc_next = c == '<' && repeated == 2;
	if (c == '>')
		r->role = SHELLTEXT_OUT;
	else
		r->role = repeated == 1 ? SHELLTEXT_IN : SHELLTEXT_WORD;
	return 0;
}

static int bar(struct reader *r, struct fault *f)
{
	if (r->at < r->end && *r->at == '|') {
		r->at++;
		return pipeline_end(r, f);
	}
	if (r->at < r->end && *r->at == '&')
		r->at++;
	if (word_end(r, f) < 0)
		return -1;
	r->now = (struct shelltext_item){.line = r->line};
	r->role = SHELLTEXT_PIPE;
	if (push(r, f) < 0)
		return -1;
	r->role = SHELLTEXT_WORD;
	return 0;
}

static int backslash(struct reader *r)
{
	if (r->at < r->end && *r->at == '\n') {
		r->at++;
		r->line++;
		return 0;
	}
	if (r->at < r->end)
		add_char(r, *r->at++);
	return 0;
}

static int one_char(struct reader *r, struct fault *f)
{
	char c = *r->at++;

	if (!r->in_word && (!c || !strchr(" \t\r\n;&|<>()", c)))
		r->now = (struct shelltext_item){.line = r->line};
	switch (c) {
	case ' ':
	case '\t':
	case '\r': return word_end(r, f);
	case '\n': return newline(r, f);
	case ';':
	case '&':
	case '(':
	case ')': return pipeline_end(r, f);
	case '|': return bar(r, f);
	case '<':
	case '>': return redirection(r, c, f);
	case '\'': single_quotes(r); return 0;
	case '"': return double_quotes(r, f);
	case '$': return dollar(r, f);
	case '`': return backquote(r, f);
	case '\\': return backslash(r);
	case '#':
		if (!r->in_word)
			skip_line(r);
		else
			add_char(r, c);
		return 0;
	default: add_char(r, c); return 0;
	}
}

static int read_text(struct reader *r, struct fault *f)
{
	int result = 0;

	while (result == 0 && r->at < r->end)
		result = one_char(r, f);
	if (result == 0)
		result = pipeline_end(r, f);
	items_clear(r);
	buf_done(&r->word);
	for (size_t i = 0; i < r->heredoc_count; i++)
		free(r->heredocs[i]);
	return result;
}

static int read_nested(struct reader *outer, const char *text, size_t size, shelltext_fn *each,
		       void *context, struct fault *f)
{
	own_mem struct reader *r = NULL;

	if (outer->depth >= DEPTH_MAX)
		return 0;
	r = calloc(1, sizeof(*r));
	if (!r)
		return fault_set(f, ENOMEM, "reading a script");
	r->at = text;
	r->end = text + size;
	r->line = outer->line;
	r->depth = outer->depth + 1;
	r->variables = outer->variables;
	r->each = each;
	r->context = context;
	return read_text(r, f);
}

int shelltext_read(const char *text, size_t size, unsigned first_line,
		   struct shelltext_variables *variables, shelltext_fn *each, void *context,
		   struct fault *f)
{
	own_mem struct reader *r = calloc(1, sizeof(*r));

	if (!r)
		return fault_set(f, ENOMEM, "reading a script");
	r->at = text;
	r->end = text + size;
	r->line = first_line;
	r->variables = variables;
	r->each = each;
	r->context = context;
	return read_text(r, f);
}

static int ignore(void *context, const struct shelltext_pipeline *pipeline, struct fault *f)
{
	(void)context;
	(void)pipeline;
	(void)f;
	return 0;
}

int shelltext_assignments(const char *text, size_t size, struct shelltext_variables *variables,
			  struct fault *f)
{
	return shelltext_read(text, size, 1, variables, ignore, NULL, f);
}
