/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's commands, as far as they decide what is started: which there are, and how one is run. */
#include "efi/loaders/grubcmd.h"

#include <errno.h>
#include <string.h>

#include "scanner/base/buf.h"
#include "scanner/base/own.h"

int grubcmd_no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading GRUB's configuration");
}

const char *grubcmd_option(const struct grubcmd_call *c, size_t *at, const char *name, char letter)
{
	const char *word = c->args[*at];
	size_t n = strlen(name);

	if (strncmp(word, "--", 2) == 0 && strncmp(word + 2, name, n) == 0) {
		if (word[2 + n] == '=')
			return word + 2 + n + 1;
		if (word[2 + n])
			return NULL;
	} else if (!letter || word[0] != '-' || word[1] != letter || word[2]) {
		return NULL;
	}
	if (*at + 1 >= c->count)
		return NULL;
	return c->args[++*at];
}

/* ---- Conditions, and where it goes on ---- */

static enum grubtest_truth is_file(void *context, char kind, const char *path, bool unknown)
{
	struct grubrun *g = context;
	struct loaders_bases bases;
	struct fault f;
	own_mem char *found = NULL;

	if (kind == 'd') {
		own_buf struct buf name = {0};
		const char *behind = strchr(path, ')');

		loaders_bases_any(g->l, g->file->path, path, &bases);
		for (size_t i = 0; i < bases.count; i++) {
			buf_clear(&name);
			buf_printf(&name, "%s%s", bases.at[i], behind ? behind + 1 : path);
			if (!name.failed && loaders_has(g->l, name.data))
				return GRUBTEST_YES;
		}
	} else if (grubrun_resolve(g, path, &found, &f) < 0) {
		return GRUBTEST_UNKNOWN;
	}
	if (found)
		return GRUBTEST_YES;
	return unknown ? GRUBTEST_UNKNOWN : GRUBTEST_NO;
}

static int run_test(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	size_t count = c->count;

	(void)f;
	if (count > 0 && strcmp(c->args[count - 1], "]") == 0)
		count--;
	g->status = grubtest_run(c->args, c->unknown, count, is_file, g);
	return 0;
}

static int run_true(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	(void)c;
	(void)f;
	g->status = GRUBTEST_YES;
	return 0;
}

static int run_false(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	(void)c;
	(void)f;
	g->status = GRUBTEST_NO;
	return 0;
}

static int run_nothing(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	(void)g;
	(void)c;
	(void)f;
	return 0;
}

static int run_break(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	(void)c;
	(void)f;
	if (g->doubt == 0)
		g->leave = GRUBRUN_BREAK;
	return 0;
}

static int run_return(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	(void)f;
	if (g->doubt == 0)
		g->leave = GRUBRUN_RETURN;
	g->status = c->count > 0 && strcmp(c->args[0], "0") != 0 ? GRUBTEST_NO : GRUBTEST_YES;
	return 0;
}

/* ---- The tables ---- */

static const struct grubcmd_row flow[] = {
	{"test", run_test},
	{"[", run_test},
	{"true", run_true},
	{"false", run_false},
	{"break", run_break},
	{"continue", run_nothing},
	{"return", run_return},
	/* These start nothing and change no variable. */
	{"insmod", run_nothing},
	{"rmmod", run_nothing},
	{"echo", run_nothing},
	{"clear", run_nothing},
	{"save_env", run_nothing},
	{"terminal_input", run_nothing},
	{"terminal_output", run_nothing},
	{"terminal", run_nothing},
	{"serial", run_nothing},
	{"loadfont", run_nothing},
	{"background_image", run_nothing},
	{"background_color", run_nothing},
	{"play", run_nothing},
	{"sleep", run_nothing},
	{"keystatus", run_nothing},
	{"videoinfo", run_nothing},
	{"keymap", run_nothing},
	{"cryptomount", run_nothing},
	{"loopback", run_nothing},
	{"nativedisk", run_nothing},
	{"devicetree", run_nothing},
	{"fwsetup", run_nothing},
	{"reboot", run_nothing},
	{"halt", run_nothing},
	{"exit", run_nothing},
	{"normal_exit", run_nothing},
	{"drivemap", run_nothing},
	{"parttool", run_nothing},
	{"authenticate", run_nothing},
	{"trust", run_nothing},
	{"verify_detached", run_nothing},
	{"acpi", run_nothing},
	{"badram", run_nothing},
	{"cutmem", run_nothing},
	{"ls", run_nothing},
	{"lsefi", run_nothing},
	{"lsefisystab", run_nothing},
	{"cpuid", run_nothing},
	{"outb", run_nothing},
	{"rdmsr", run_nothing},
	{"net_bootp", run_nothing},
	{"gptsync", run_nothing},
	{"export_env", run_nothing},
	{"fix_video", run_nothing},
	{"efi-watchdog", run_nothing},
	{"tpm2_key_protector_init", run_nothing},
	{"increment", run_nothing},
	{"decrement", run_nothing},
	{0},
};

static const struct grubcmd_row *const tables[] = {
	grubcmd_variables, grubcmd_files, grubcmd_menus, grubcmd_start, flow,
};

static const struct grubrun_function *function_of(const struct grubrun *g, const char *name)
{
	for (size_t i = g->function_count; i > 0; i--)
		if (strcmp(g->functions[i - 1].name, name) == 0)
			return &g->functions[i - 1];
	return NULL;
}

static int call_function(struct grubrun *g, const struct grubrun_function *function,
			 const struct grubcmd_call *c, struct fault *f)
{
	const struct grubexpand_scope scope = g->scope;
	const struct grubrun_file *file = g->file;
	int result = 0;

	if (++g->depth > GRUBRUN_DEPTH_MAX) {
		grubrun_stop(g, "functions in one another, too deep");
	} else {
		g->scope = (struct grubexpand_scope){c->args, c->count};
		g->file = function->file;
		g->status = GRUBTEST_YES;
		result = grubrun_list(g, function->block, f);
		g->leave = GRUBRUN_STAY;
		g->scope = scope;
		g->file = file;
	}
	g->depth--;
	return result;
}

static int dispatch(struct grubrun *g, const char *name, const struct grubcmd_call *c,
		    struct fault *f)
{
	const struct grubrun_function *function;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct grubcmd_row *row = tables[i]; row->name; row++)
			if (strcmp(row->name, name) == 0)
				return row->run(g, c, f);
	function = function_of(g, name);
	if (function)
		return call_function(g, function, c, f);
	/* As a last resort GRUB takes it for an assignment. */
	if (strchr(name, '='))
		return grubcmd_assign(g, name, c->unknown[-1], c->choice, f);
	g->node_unclear = true;
	if (!g->node)
		loaders_remark(g->l, g->file->path, c->command->line,
			       "\"%.60s\" is no command that is known here", name);
	return 0;
}

int grubcmd_run(struct grubrun *g, const struct grubscript_command *command,
		const struct grubexpand *words, unsigned choice, struct fault *f)
{
	bool invert = strcmp(words->words[0], "!") == 0;
	size_t at = invert ? 1 : 0;
	struct grubcmd_call call = {command, words->words + at + 1, words->unknown + at + 1,
				    words->count - at - 1, choice};

	if (words->count <= at)
		return 0;
	if (dispatch(g, words->words[at], &call, f) < 0)
		return -1;
	if (invert)
		g->status = grubtest_not(g->status);
	return 0;
}
