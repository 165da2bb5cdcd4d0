/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scripts that write the kernel's IMA policy file (security/integrity/ima/ima_fs.c of Linux 6.12 names it). */
#include "efi/policyscript.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/shelltext.h"
#include "scanner/base/own.h"
#include "scanner/base/path.h"

enum { DEPTH_MAX = 3 };

static const char *const kernel_files[] = {
	"/sys/kernel/security/ima/policy",
	"/sys/kernel/security/integrity/ima/policy",
};

struct scan {
	policyscript_fn *found;
	policyscript_command_fn *command;
	void *context;
	struct shelltext_variables variables;
	unsigned depth;
	/* What a loop over the lines of a file reads. */
	char *loop_source;
	bool loop_of_root;
};

bool policyscript_names_file(const void *data, size_t size)
{
	for (size_t i = 0; i < sizeof(kernel_files) / sizeof(kernel_files[0]); i++)
		if (memmem(data, size, kernel_files[i], strlen(kernel_files[i])))
			return true;
	return false;
}

/* --- Words --- */

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

/* Below securityfs, however that is called: literally, or by a variable that is not known here. */
static bool is_securityfs(const char *path)
{
	return strstr(path, "securi") || strstr(path, "secfs") || *path == '$' ||
	       strncmp(path, "/sys", 4) == 0;
}

static bool is_kernel_file(const struct scan *scan, const char *path)
{
	const struct shelltext_variable *cwd = shelltext_get(&scan->variables, "PWD");

	if (strncmp(path, "./", 2) == 0)
		path += 2;
	if (strcmp(path, "policy") == 0)
		return cwd && is_securityfs(cwd->value) && ends_with(cwd->value, "/ima");
	if (ends_with(path, "/ima/policy"))
		return is_securityfs(path);
	/* "$IMASECDIR/policy", set elsewhere. */
	return *path == '$' && ends_with(path, "/policy") &&
	       strchr(path, '/') == strrchr(path, '/') &&
	       (strstr(path, "IMA") || strstr(path, "ima")) && !strstr(path, "CONF");
}

static bool is_command_start(const struct shelltext_pipeline *p, size_t i)
{
	return i == 0 || p->items[i - 1].role == SHELLTEXT_PIPE;
}

/* The first word of a command behind assignments and words of the grammar; p->count: there is none. */
static size_t command_word(const struct shelltext_pipeline *p, size_t i)
{
	static const char *const skipped[] = {"if",    "then",	"else",	   "elif",    "do",
					      "while", "until", "!",	   "{",	      "}",
					      "exec",  "time",	"command", "builtin", "nohup",
					      "eval",  "sudo",	"busybox", "ionice",  NULL};

	for (; i < p->count && p->items[i].role != SHELLTEXT_PIPE; i++) {
		const struct shelltext_item *item = &p->items[i];

		if (item->role == SHELLTEXT_WORD && !shelltext_is_assignment(item->text) &&
		    !is_one_of(path_base(item->text), skipped))
			return i;
	}
	return p->count;
}

static size_t command_end(const struct shelltext_pipeline *p, size_t i)
{
	while (i < p->count && p->items[i].role != SHELLTEXT_PIPE)
		i++;
	return i;
}

/* --- Where the policy comes from --- */

/* Not a pattern of sed or of file names. */
static bool is_source(const struct scan *scan, const struct shelltext_item *item)
{
	return item->role != SHELLTEXT_PIPE && item->role != SHELLTEXT_OUT &&
	       item->text[0] == '/' && item->text[1] && !item->unknown &&
	       !strpbrk(item->text, "^$*?[]|\\") && !is_kernel_file(scan, item->text) &&
	       strcmp(item->text, "/dev/null") != 0;
}

/* Among what comes before `end` in the pipeline: a file that is read, else the last path that is a word. */
static const struct shelltext_item *source_of(const struct scan *scan,
					      const struct shelltext_pipeline *p, size_t end)
{
	const struct shelltext_item *last = NULL;
	size_t word = command_word(p, 0);

	for (size_t i = 0; i < end; i++) {
		if (is_command_start(p, i))
			word = command_word(p, i);
		if (i == word || !is_source(scan, &p->items[i]))
			continue;
		last = &p->items[i];
		if (last->role == SHELLTEXT_IN)
			return last;
	}
	return last;
}

static int tell(struct scan *scan, unsigned line, const struct shelltext_item *source,
		const char *path, struct fault *f)
{
	struct policyscript_hit hit = {.line = line, .policy = path};

	if (!path && source) {
		hit.policy = source->text;
		hit.of_root = source->of_root;
	} else if (!path && scan->loop_source) {
		hit.policy = scan->loop_source;
		hit.of_root = scan->loop_of_root;
	}
	return scan->found ? scan->found(scan->context, &hit, f) : 0;
}

static int redirections(struct scan *scan, const struct shelltext_pipeline *p, struct fault *f)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct shelltext_item *item = &p->items[i];

		if (item->role == SHELLTEXT_OUT && is_kernel_file(scan, item->text) &&
		    tell(scan, item->line, source_of(scan, p, command_end(p, i)), NULL, f) < 0)
			return -1;
	}
	return 0;
}

/* dd if=SOURCE of=TARGET */
static int by_dd(struct scan *scan, const struct shelltext_pipeline *p, size_t i, struct fault *f)
{
	const char *source = NULL;
	size_t end = command_end(p, i);
	unsigned line = 0;

	for (; i < end; i++) {
		const struct shelltext_item *item = &p->items[i];

		if (strncmp(item->text, "if=", 3) == 0 && !item->unknown)
			source = item->text + 3;
		if (strncmp(item->text, "of=", 3) == 0 && is_kernel_file(scan, item->text + 3))
			line = item->line;
	}
	return line ? tell(scan, line, source_of(scan, p, end), source, f) : 0;
}

/* tee TARGET…; cp, mv, install, ln SOURCE TARGET */
static int by_argument(struct scan *scan, const struct shelltext_pipeline *p, size_t i,
		       struct fault *f)
{
	size_t end = command_end(p, i);

	for (i++; i < end; i++)
		if (p->items[i].role == SHELLTEXT_WORD && is_kernel_file(scan, p->items[i].text))
			return tell(scan, p->items[i].line, source_of(scan, p, i), NULL, f);
	return 0;
}

static int scan_text(struct scan *scan, const char *text, size_t size, unsigned line,
		     struct fault *f);

/* sh -c 'text' */
static int by_shell(struct scan *scan, const struct shelltext_pipeline *p, size_t i,
		    struct fault *f)
{
	size_t end = command_end(p, i);

	for (; i + 1 < end; i++) {
		const struct shelltext_item *text = &p->items[i + 1];

		if (p->items[i].text[0] == '-' && ends_with(p->items[i].text, "c") &&
		    text->role == SHELLTEXT_WORD)
			return scan_text(scan, text->text, strlen(text->text), text->line, f);
	}
	return 0;
}

/* --- What else is to be noticed --- */

/* "for NAME in WORD…": the first is taken for all. "cd DIRECTORY" */
static int notice_variables(struct scan *scan, const struct shelltext_pipeline *p, struct fault *f)
{
	size_t i = command_word(p, 0);
	const struct shelltext_item *item = &p->items[i];

	if (i + 1 < p->count && item->role == SHELLTEXT_WORD && strcmp(item->text, "cd") == 0)
		return shelltext_set(&scan->variables, "PWD", p->items[i + 1].text, false, f);
	if (i + 3 < p->count && strcmp(item->text, "for") == 0 && item[1].role == SHELLTEXT_WORD &&
	    item[2].role == SHELLTEXT_WORD && strcmp(item[2].text, "in") == 0 &&
	    item[3].role == SHELLTEXT_WORD)
		return shelltext_set(&scan->variables, item[1].text,
				     item[3].unknown ? NULL : item[3].text, item[3].of_root, f);
	return 0;
}

/* "cat FILE | while read line": what the loop writes is from that file. */
static int notice_loop(struct scan *scan, const struct shelltext_pipeline *p, struct fault *f)
{
	const struct shelltext_item *source = NULL;

	for (size_t i = 1; i < p->count; i++)
		if (p->items[i - 1].role == SHELLTEXT_PIPE && p->items[i].role == SHELLTEXT_WORD &&
		    strcmp(p->items[i].text, "while") == 0)
			source = source_of(scan, p, i);
	if (!source)
		return 0;
	free(scan->loop_source);
	scan->loop_source = strdup(source->text);
	scan->loop_of_root = source->of_root;
	return scan->loop_source ? 0 : fault_set(f, ENOMEM, "reading a script");
}

/* The program of a command, or the script that a shell is given. */
static int tell_command(struct scan *scan, const struct shelltext_pipeline *p, size_t i,
			struct fault *f)
{
	static const char *const shells[] = {".",   "source", "sh",	"bash",	   "dash", "ash",
					     "zsh", "ksh",    "python", "python3", "perl", NULL};
	const struct shelltext_item *item = &p->items[i];
	size_t end = command_end(p, i);

	if (!scan->command)
		return 0;
	if (is_one_of(path_base(item->text), shells))
		while (++i < end && p->items[i].role == SHELLTEXT_WORD &&
		       p->items[i].text[0] == '-')
			if (ends_with(p->items[i].text, "c"))
				return 0;
	if (i >= end || p->items[i].role != SHELLTEXT_WORD || p->items[i].text[0] != '/' ||
	    p->items[i].unknown)
		return 0;
	return scan->command(scan->context, p->items[i].line, p->items[i].text, f);
}

static int command(struct scan *scan, const struct shelltext_pipeline *p, size_t i, struct fault *f)
{
	static const char *const writers[] = {"tee", "cp", "mv", "install", "ln", "sponge", NULL};
	const char *name;

	i = command_word(p, i);
	if (i == p->count)
		return 0;
	name = path_base(p->items[i].text);
	if (tell_command(scan, p, i, f) < 0)
		return -1;
	if (is_one_of(name, writers))
		return by_argument(scan, p, i, f);
	if (strcmp(name, "dd") == 0)
		return by_dd(scan, p, i, f);
	return by_shell(scan, p, i, f);
}

static int pipeline(void *context, const struct shelltext_pipeline *p, struct fault *f)
{
	struct scan *scan = context;

	if (redirections(scan, p, f) < 0 || notice_loop(scan, p, f) < 0)
		return -1;
	for (size_t i = 0; i < p->count; i++)
		if (is_command_start(p, i) && command(scan, p, i, f) < 0)
			return -1;
	return command_word(p, 0) < p->count ? notice_variables(scan, p, f) : 0;
}

static int scan_text(struct scan *scan, const char *text, size_t size, unsigned line,
		     struct fault *f)
{
	int result;

	if (scan->depth >= DEPTH_MAX)
		return 0;
	scan->depth++;
	result = shelltext_read(text, size, line, &scan->variables, pipeline, scan, f);
	scan->depth--;
	return result;
}

static int scan_whole(struct scan *scan, const char *text, size_t size, struct fault *f)
{
	int result;

	if (size > POLICYSCRIPT_TEXT_MAX)
		size = POLICYSCRIPT_TEXT_MAX;
	result = scan_text(scan, text, size, 1, f);
	shelltext_variables_done(&scan->variables);
	free(scan->loop_source);
	return result;
}

int policyscript_scan(const char *text, size_t size, policyscript_fn *found, void *context,
		      struct fault *f)
{
	own_mem struct scan *scan = calloc(1, sizeof(*scan));

	if (!scan)
		return fault_set(f, ENOMEM, "reading a script");
	scan->found = found;
	scan->context = context;
	return scan_whole(scan, text, size, f);
}

int policyscript_commands(const char *text, size_t size, policyscript_command_fn *found,
			  void *context, struct fault *f)
{
	own_mem struct scan *scan = calloc(1, sizeof(*scan));

	if (!scan)
		return fault_set(f, ENOMEM, "reading a script");
	scan->command = found;
	scan->context = context;
	return scan_whole(scan, text, size, f);
}

/* --- Policies --- */

static size_t word_length(const char *text, const char *end)
{
	size_t n = 0;

	while (text + n < end && !strchr(" \t\n", text[n]) && text[n])
		n++;
	return n;
}

static bool begins_with_one_of(const char *text, size_t size, const char *const *words, bool whole)
{
	for (; *words; words++) {
		size_t n = strlen(*words);

		if ((whole ? n == size : n < size) && memcmp(text, *words, n) == 0)
			return true;
	}
	return false;
}

/* An action, and at least one condition or option among the words behind it. */
static bool is_rule(const char *line, const char *end)
{
	static const char *const actions[] = {"measure",       "dont_measure", "appraise",
					      "dont_appraise", "audit",	       "dont_audit",
					      "hash",	       "dont_hash",    NULL};
	static const char *const words[] = {
		"func=",	"mask=",   "fsmagic=",	"fsuuid=",   "fsname=", "uid=",
		"uid<",		"uid>",	   "euid=",	"euid<",     "euid>",	"gid=",
		"gid<",		"gid>",	   "egid=",	"egid<",     "egid>",	"fowner=",
		"fowner<",	"fowner>", "fgroup=",	"fgroup<",   "fgroup>", "obj_",
		"subj_",	"pcr=",	   "template=", "keyrings=", "label=",	"appraise_",
		"digest_type=", NULL};
	size_t n = word_length(line, end);

	if (!begins_with_one_of(line, n, actions, true))
		return false;
	for (line += n; line < end && *line != '\n'; line += n) {
		while (line < end && (*line == ' ' || *line == '\t'))
			line++;
		n = word_length(line, end);
		if (n == 0)
			return false;
		if (begins_with_one_of(line, n, words, false))
			return true;
	}
	return false;
}

bool policyscript_is_policy(const char *text, size_t size)
{
	const char *end = text + size, *newline;

	while (text < end) {
		while (text < end && (*text == ' ' || *text == '\t'))
			text++;
		if (text < end && *text != '#' && *text != '\n')
			return is_rule(text, end);
		newline = memchr(text, '\n', (size_t)(end - text));
		text = newline ? newline + 1 : end;
	}
	return false;
}
