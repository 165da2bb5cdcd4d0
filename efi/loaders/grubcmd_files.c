/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's commands that lead to other texts: grub-core/commands/configfile.c, eval.c, normal/main.c of 2.06. */
#include "efi/loaders/grubcmd.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

static int missing(struct grubrun *g, const struct grubcmd_call *c, const char *said)
{
	loaders_remark(g->l, g->file->path, c->command->line, "%.150s is not found on this target",
		       said);
	return 0;
}

typedef int source_fn(struct grubrun *g, const char *path, bool *out_found, struct fault *f);

static int run_file(struct grubrun *g, const struct grubcmd_call *c, source_fn *source,
		    struct fault *f)
{
	own_mem char *path = NULL;
	bool found = false;

	if (c->count == 0)
		return 0;
	if (grubrun_resolve(g, c->args[0], &path, f) < 0)
		return -1;
	if (path && source(g, path, &found, f) < 0)
		return -1;
	return found || g->stopped ? 0 : missing(g, c, c->args[0]);
}

static int run_source(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	return run_file(g, c, grubrun_source, f);
}

static int run_configfile(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	return run_file(g, c, grubmenu_source, f);
}

/* "normal" without a file is $prefix/grub.cfg. */
static int run_normal(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	const struct grubvars_value *prefix = grubvars_get(g->vars, "prefix");
	own_buf struct buf usual = {0};
	char *args[1];
	struct grubcmd_call again = *c;
	const bool unknown = false;

	if (c->count > 0)
		return run_configfile(g, c, f);
	buf_printf(&usual, "%s/grub.cfg", prefix->count ? prefix->texts[0] : "");
	if (usual.failed)
		return grubcmd_no_memory(f);
	args[0] = usual.data;
	again.args = args;
	again.unknown = &unknown;
	again.count = 1;
	return run_configfile(g, &again, f);
}

static int run_legacy(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	(void)f;
	loaders_remark(g->l, g->file->path, c->command->line,
		       "a configuration of GRUB Legacy, which is not read");
	return 0;
}

/* Words that are themselves a command. */
static int run_eval(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	own_buf struct buf text = {0};
	struct grubrun_file *file;
	size_t size;
	int result = 0;

	for (size_t i = 0; i < c->count; i++)
		buf_printf(&text, "%s%s", i ? " " : "", c->args[i]);
	if (text.failed)
		return grubcmd_no_memory(f);
	if (g->file_count++ >= LOADERS_INCLUDES_MAX) {
		grubrun_stop(g, "too much is evaluated");
		return 0;
	}
	size = text.len;
	if (!text.data)
		return 0;
	file = grubrun_keep(g, g->file->path, take_ptr(text.data), size, f);
	if (!file)
		return -1;
	if (++g->depth > GRUBRUN_DEPTH_MAX)
		grubrun_stop(g, "commands in one another, too deep");
	else
		result = grubrun_list(g, grubscript_first(file->script), f);
	g->depth--;
	return result;
}

const struct grubcmd_row grubcmd_files[] = {
	{"source", run_source},
	{".", run_source},
	{"extract_entries_source", run_source},
	{"configfile", run_configfile},
	{"extract_entries_configfile", run_configfile},
	{"normal", run_normal},
	{"legacy_configfile", run_legacy},
	{"legacy_source", run_legacy},
	{"eval", run_eval},
	{0},
};
