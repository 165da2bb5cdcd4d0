/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Goes through the statements of a GRUB script: grub-core/script/execute.c of GRUB 2.06. */
#include "efi/loaders/grubcmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/own.h"

enum { LOOPS_MAX = 64 }; /* rounds of one "while" whose condition is known */

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading GRUB's configuration");
}

void grubrun_stop(struct grubrun *g, const char *what)
{
	if (!g->stopped)
		loaders_remark(g->l, g->file ? g->file->path : "/", 0, "%s: the rest is left out",
			       what);
	g->stopped = true;
}

/* ---- Files ---- */

static void syntax_error(void *context, unsigned line, const char *what)
{
	struct grubrun_file *file = context;

	if (file->errors++ < GRUBRUN_ERRORS_MAX)
		loaders_remark(file->l, file->path, line, "%s", what);
	else if (file->errors == GRUBRUN_ERRORS_MAX + 1)
		loaders_remark(file->l, file->path, line, "more mistakes, which are not listed");
}

struct grubrun_file *grubrun_keep(struct grubrun *g, const char *path, char *text, size_t size,
				  struct fault *f)
{
	struct grubrun_file *file = calloc(1, sizeof(*file));
	own_mem char *taken = text;

	if (!file) {
		no_memory(f);
		return NULL;
	}
	file->l = g->l;
	file->next = g->files;
	g->files = file;
	file->path = strdup(path);
	if (!file->path) {
		no_memory(f);
		return NULL;
	}
	file->script = grubscript_parse(taken, size, GRUBSCRIPT_BYTES_MAX - g->script_bytes,
					syntax_error, file, f);
	if (!file->script)
		return NULL;
	g->script_bytes += grubscript_bytes(file->script);
	return file;
}

bool grubrun_active(const struct grubrun *g, const char *path)
{
	for (const struct grubrun_file *file = g->files; file; file = file->next)
		if (file->active && strcmp(file->path, path) == 0)
			return true;
	return false;
}

int grubrun_resolve(struct grubrun *g, const char *said, char **out_path, struct fault *f)
{
	const char *where = g->file ? g->file->path : "/";
	struct loaders_bases bases;

	loaders_bases_any(g->l, where, said, &bases);
	return loaders_resolve(g->l, &bases, where, said, out_path, f);
}

static int run_file(struct grubrun *g, struct grubrun_file *file, struct fault *f)
{
	const struct grubrun_file *outer = g->file;
	int result;

	if (++g->depth > GRUBRUN_DEPTH_MAX) {
		grubrun_stop(g, "files, functions or menus in one another, too deep");
		g->depth--;
		return 0;
	}
	g->file = file;
	file->active++;
	result = grubrun_list(g, grubscript_first(file->script), f);
	file->active--;
	g->file = outer;
	g->leave = GRUBRUN_STAY;
	g->depth--;
	return result;
}

int grubrun_source(struct grubrun *g, const char *path, bool *out_found, struct fault *f)
{
	struct grubrun_file *file;
	own_mem char *text = NULL;
	size_t size;

	*out_found = grubrun_active(g, path);
	if (*out_found)
		return 0;
	if (g->file_count >= LOADERS_INCLUDES_MAX) {
		grubrun_stop(g, "too many files are included");
		return 0;
	}
	if (loaders_read(g->l, path, &text, &size, f) < 0)
		return -1;
	if (!text)
		return 0;
	g->file_count++;
	*out_found = true;
	file = grubrun_keep(g, path, take_ptr(text), size, f);
	return file ? run_file(g, file, f) : -1;
}

/* ---- Statements ---- */

static int run_each_choice(struct grubrun *g, const struct grubscript_command *command,
			   struct fault *f)
{
	enum grubtest_truth status = GRUBTEST_UNKNOWN;
	unsigned choices = 1;

	for (unsigned choice = 0; choice < choices; choice++) {
		own_grubexpand struct grubexpand words = {0};

		if (grubexpand_words(g->vars, &g->scope, command->words, choice, &choices, &words,
				     f) < 0)
			return -1;
		for (size_t i = 0; i < words.count; i++)
			g->bytes += strlen(words.words[i]);
		if (g->bytes > GRUBRUN_BYTES_MAX) {
			grubrun_stop(g, "variables that grow without end");
			return 0;
		}
		if (words.cut)
			loaders_remark(g->l, g->file->path, command->line,
				       "a command with too many words, bytes or choices: cut");
		if (words.count == 0)
			continue;
		g->status = GRUBTEST_UNKNOWN;
		if (grubcmd_run(g, command, &words, choice, f) < 0)
			return -1;
		status = choice == 0 || g->status == status ? g->status : GRUBTEST_UNKNOWN;
	}
	g->status = status;
	return 0;
}

/* Either list happens (an empty one: nothing), nobody knows which. */
static int run_either(struct grubrun *g, const struct grubscript_command *one,
		      const struct grubscript_command *other, struct fault *f)
{
	struct grubvars_change *a = NULL, *b = NULL;
	size_t mark = grubvars_mark(g->vars);
	size_t group = g->group_first;
	int result;

	g->doubt++;
	g->group_first = g->l->out->count;
	result = grubrun_list(g, one, f);
	if (result == 0)
		result = grubvars_rewind(g->vars, mark, &a, f);
	g->group_first = g->l->out->count;
	if (result == 0)
		result = grubrun_list(g, other, f);
	if (result == 0)
		result = grubvars_rewind(g->vars, mark, &b, f);
	g->group_first = group;
	g->doubt--;
	g->status = GRUBTEST_UNKNOWN;
	if (result == 0)
		return grubvars_merge(g->vars, a, b, f);
	grubvars_change_free(g->vars, a);
	return -1;
}

static int run_if(struct grubrun *g, const struct grubscript_command *command, struct fault *f)
{
	if (grubrun_list(g, command->condition, f) < 0)
		return -1;
	if (g->status == GRUBTEST_YES)
		return grubrun_list(g, command->block, f);
	if (g->status == GRUBTEST_NO)
		return grubrun_list(g, command->otherwise, f);
	return run_either(g, command->block, command->otherwise, f);
}

static int run_for(struct grubrun *g, const struct grubscript_command *command, struct fault *f)
{
	own_grubexpand struct grubexpand words = {0};
	unsigned choices;

	if (grubexpand_words(g->vars, &g->scope, command->words, 0, &choices, &words, f) < 0)
		return -1;
	if (choices > 1 || words.cut)
		loaders_remark(g->l, g->file->path, command->line,
			       "a loop over values that are only known at boot");
	for (size_t i = 1; i < words.count && !g->stopped; i++) {
		if (grubvars_set(g->vars, words.words[0], words.words[i], f) < 0 ||
		    grubrun_list(g, command->block, f) < 0)
			return -1;
		if (g->leave == GRUBRUN_BREAK) {
			g->leave = GRUBRUN_STAY;
			break;
		}
		if (g->leave == GRUBRUN_RETURN)
			break;
	}
	return 0;
}

/* "until" is met here as "while": either way the body may be executed. */
static int run_while(struct grubrun *g, const struct grubscript_command *command, struct fault *f)
{
	for (unsigned i = 0; i < LOOPS_MAX && !g->stopped; i++) {
		if (grubrun_list(g, command->condition, f) < 0)
			return -1;
		if (g->status == GRUBTEST_UNKNOWN)
			break;
		if (g->status == GRUBTEST_NO && i > 0)
			return 0;
		if (g->status == GRUBTEST_NO)
			break;
		if (grubrun_list(g, command->block, f) < 0)
			return -1;
		if (g->leave == GRUBRUN_BREAK)
			g->leave = GRUBRUN_STAY;
		else if (g->leave == GRUBRUN_STAY)
			continue;
		return 0;
	}
	return run_either(g, command->block, NULL, f);
}

static int run_function(struct grubrun *g, const struct grubscript_command *command,
			struct fault *f)
{
	own_grubexpand struct grubexpand words = {0};
	struct grubrun_function *function;
	unsigned choices;

	if (grubexpand_words(g->vars, &g->scope, command->words, 0, &choices, &words, f) < 0)
		return -1;
	if (words.count == 0)
		return 0;
	if (g->function_count >= GRUBRUN_FUNCTIONS_MAX) {
		loaders_remark(g->l, g->file->path, command->line, "more than %d functions",
			       GRUBRUN_FUNCTIONS_MAX);
		return 0;
	}
	/* The last one of a name holds; they are looked up from the end. */
	function = &g->functions[g->function_count];
	*function = (struct grubrun_function){strdup(words.words[0]), command->block, g->file};
	if (!function->name)
		return no_memory(f);
	g->function_count++;
	return 0;
}

static int run_one(struct grubrun *g, const struct grubscript_command *command, struct fault *f)
{
	switch (command->kind) {
	case GRUBSCRIPT_COMMAND: return run_each_choice(g, command, f);
	case GRUBSCRIPT_IF: return run_if(g, command, f);
	case GRUBSCRIPT_FOR: return run_for(g, command, f);
	case GRUBSCRIPT_WHILE: return run_while(g, command, f);
	case GRUBSCRIPT_FUNCTION: return run_function(g, command, f);
	}
	return 0;
}

int grubrun_list(struct grubrun *g, const struct grubscript_command *list, struct fault *f)
{
	for (; list && !g->stopped; list = list->next) {
		if (++g->steps > GRUBRUN_STEPS_MAX) {
			grubrun_stop(g, "too many commands are executed");
			return 0;
		}
		if (run_one(g, list, f) < 0)
			return -1;
		/* What is left on a condition that nobody knows is not left for us. */
		if (g->leave != GRUBRUN_STAY)
			return 0;
	}
	return 0;
}
