/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's commands that make menus and say who may change them: grub-core/commands/menuentry.c, password.c, blscfg. */
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/bls.h"
#include "efi/loaders/grubcmd.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

static int keep_args(struct grubrun_node *node, const struct grubcmd_call *c, size_t at,
		     struct fault *f)
{
	if (at >= c->count || node->arg_count >= GRUBEXPAND_WORDS_MAX)
		return 0;
	node->args[node->arg_count] = strdup(c->args[at]);
	if (!node->args[node->arg_count])
		return grubcmd_no_memory(f);
	node->arg_count++;
	return 0;
}

/* --users and --unrestricted say who may start it, not who may change it. */
static int read_entry(struct grubrun_node *node, const struct grubcmd_call *c, struct fault *f)
{
	static const struct {
		const char *name;
		char letter;
	} options[] = {{"class", 0}, {"users", 0}, {"hotkey", 0}, {"source", 0}, {"id", 0}};

	node->args = calloc(c->count + 1, sizeof(*node->args));
	if (!node->args)
		return grubcmd_no_memory(f);
	for (size_t i = 0; i < c->count; i++) {
		const char *value = NULL;

		for (size_t n = 0; n < sizeof(options) / sizeof(options[0]) && !value; n++) {
			value = grubcmd_option(c, &i, options[n].name, options[n].letter);
			if (value && strcmp(options[n].name, "id") == 0) {
				free(node->id);
				node->id = strdup(value);
				if (!node->id)
					return grubcmd_no_memory(f);
			}
		}
		if (value || strcmp(c->args[i], "--unrestricted") == 0)
			continue;
		if (keep_args(node, c, i, f) < 0)
			return -1;
	}
	return 0;
}

static int add_node(struct grubrun *g, const struct grubcmd_call *c, bool submenu, struct fault *f)
{
	struct grubrun_node *node = grubmenu_add(g, f);

	g->status = GRUBTEST_YES;
	if (!node)
		return f->os ? -1 : 0;
	node->submenu = submenu;
	node->block = c->command->block;
	node->source = BOOTENTRY_GRUB;
	return read_entry(node, c, f);
}

static int run_menuentry(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	return c->choice == 0 ? add_node(g, c, false, f) : 0;
}

static int run_submenu(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	return c->choice == 0 ? add_node(g, c, true, f) : 0;
}

/* An entry file becomes a line of the menu with the commands that blscfg writes for it. */
static int add_item(struct grubrun *g, const struct bls_item *item, struct fault *f)
{
	own_buf struct buf text = {0};
	struct grubrun_node *node;
	struct grubrun_file *file;
	size_t size;

	buf_printf(&text, "%s %s %s\n", item->own_line ? "chainloader" : "linux", item->kernel,
		   item->options ? item->options : "");
	for (size_t i = 0; i < item->initrd_count; i++)
		buf_printf(&text, "%s %s", i == 0 ? "initrd" : "", item->initrds[i]);
	if (text.failed)
		return grubcmd_no_memory(f);
	size = text.len;
	file = grubrun_keep(g, item->path, take_ptr(text.data), size, f);
	if (!file)
		return -1;
	node = grubmenu_add(g, f);
	if (!node)
		return f->os ? -1 : 0;
	node->block = grubscript_first(file->script);
	node->file = file;
	node->source = BOOTENTRY_BLS;
	node->line = item->line;
	node->doubtful |= item->cut || item->url;
	node->args = calloc(1, sizeof(*node->args));
	node->id = strdup(item->id);
	if (!node->args || !node->id)
		return grubcmd_no_memory(f);
	node->args[0] = strdup(item->title ? item->title : item->kernel);
	if (!node->args[0])
		return grubcmd_no_memory(f);
	node->arg_count = 1;
	return 0;
}

static int show_dir(struct grubrun *g, const char *dir, bool *out_any, struct fault *f)
{
	struct loaders *l = g->l;
	struct bls_items items;
	int result = 0;

	if (bls_read_dir(l, dir, &items, f) < 0)
		return -1;
	*out_any = items.count > 0;
	if (items.count > 0 && l->shown_count < sizeof(l->shown) / sizeof(l->shown[0])) {
		l->shown[l->shown_count] = loaders_canonical(l, dir);
		if (l->shown[l->shown_count])
			l->shown_count++;
	}
	for (size_t i = 0; i < items.count && result == 0 && !g->stopped; i++)
		result = add_item(g, &items.at[i], f);
	bls_items_done(&items);
	return result;
}

/* Entries in /loader/entries of $root, or in $blsdir. */
static int run_blscfg(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	const struct grubvars_value *set = grubvars_get(g->vars, "blsdir");
	const char *said = set->count ? set->texts[0] : "/loader/entries";
	struct loaders_bases bases;
	bool any = false;

	for (size_t i = 0; i < c->count; i++)
		said = grubcmd_option(c, &i, "path", 'p') ? c->args[i] : said;
	if (strncmp(said, "--path=", 7) == 0)
		said += 7;
	if (*said == '(' && strchr(said, ')'))
		said = strchr(said, ')') + 1;
	loaders_bases_any(g->l, g->file->path, said, &bases);
	for (size_t i = 0; i < bases.count && !any && !g->stopped; i++) {
		own_mem char *dir = targetfs_join(bases.at[i], said);

		if (!dir)
			return grubcmd_no_memory(f);
		if (show_dir(g, dir, &any, f) < 0)
			return -1;
	}
	if (!any)
		loaders_remark(g->l, g->file->path, c->command->line,
			       "blscfg finds no entries in %.100s", said);
	return 0;
}

/* ---- Passwords ---- */

static int run_password(struct grubrun *g, const struct grubcmd_call *c, bool clear,
			struct fault *f)
{
	if (c->count < 2)
		return 0;
	if (g->user_count >= GRUBRUN_USERS_MAX) {
		loaders_remark(g->l, g->file->path, c->command->line,
			       "more than %d users with a password", GRUBRUN_USERS_MAX);
		return 0;
	}
	g->users[g->user_count] = strdup(c->args[0]);
	if (!g->users[g->user_count])
		return grubcmd_no_memory(f);
	g->user_count++;
	g->clear_password |= clear;
	return 0;
}

static int run_password_clear(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	return run_password(g, c, true, f);
}

static int run_password_hashed(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	return run_password(g, c, false, f);
}

const struct grubcmd_row grubcmd_menus[] = {
	{"menuentry", run_menuentry},
	{"hiddenentry", run_menuentry},
	{"submenu", run_submenu},
	{"blscfg", run_blscfg},
	{"password", run_password_clear},
	{"password_pbkdf2", run_password_hashed},
	{0},
};
