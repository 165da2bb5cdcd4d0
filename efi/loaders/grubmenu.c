/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's menus, what is chosen in them and who may edit: grub-core/normal/menu.c and auth.c of 2.06. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/grubrun.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading GRUB's menus");
}

void grubmenu_done(struct grubrun_menu *menu)
{
	for (size_t i = 0; i < menu->count; i++) {
		struct grubrun_node *node = &menu->nodes[i];

		for (size_t n = 0; n < node->arg_count; n++)
			free(node->args[n]);
		free(node->args);
		free(node->id);
	}
	free(menu->nodes);
	*menu = (struct grubrun_menu){0};
}

struct grubrun_node *grubmenu_add(struct grubrun *g, struct fault *f)
{
	struct grubrun_menu *menu = g->menu;
	struct grubrun_node *nodes;

	if (g->nodes >= GRUBRUN_NODES_MAX) {
		loaders_remark(g->l, g->file->path, 0,
			       "more than %d lines of menus: the rest is left out",
			       GRUBRUN_NODES_MAX);
		*f = (struct fault){0};
		return NULL;
	}
	nodes = reallocarray(menu->nodes, menu->count + 1, sizeof(*nodes));
	if (!nodes) {
		no_memory(f);
		return NULL;
	}
	g->nodes++;
	menu->nodes = nodes;
	nodes[menu->count] = (struct grubrun_node){.file = g->file, .doubtful = g->doubt > 0};
	return &nodes[menu->count++];
}

/* ---- Who can edit ---- */

static bool has_password(const struct grubrun *g, const char *superusers)
{
	while (*superusers) {
		size_t n;

		superusers += strspn(superusers, " ,;|&\t");
		n = strcspn(superusers, " ,;|&\t");
		for (size_t i = 0; i < g->user_count && n > 0; i++)
			if (strlen(g->users[i]) == n && strncmp(g->users[i], superusers, n) == 0)
				return true;
		superusers += n;
	}
	return false;
}

void grubmenu_say_editing(const struct grubrun *g, struct bootentry *entry)
{
	const struct grubvars_value *value = grubvars_get(g->vars, "superusers");
	bool password = false;

	for (size_t i = 0; i < value->count; i++)
		password |= has_password(g, value->texts[i]);
	if (value->unknown || (value->unset && value->count > 0))
		bootentry_set_editing(entry, BOOTENTRY_EDIT_UNKNOWN,
				      "GRUB's superusers depend on something that is only known "
				      "at boot");
	else if (value->count == 0)
		bootentry_set_editing(entry, BOOTENTRY_EDIT_ANYONE,
				      "GRUB has no superusers here: any key e edits, with Secure "
				      "Boot too");
	else if (!password)
		bootentry_set_editing(entry, BOOTENTRY_EDIT_NONE,
				      "GRUB's superusers are set and none of them has a password");
	else
		bootentry_set_editing(entry, BOOTENTRY_EDIT_PASSWORD,
				      "GRUB asks for a superuser's password%s",
				      g->clear_password ? ", which stands there in clear" : "");
}

/* ---- What is chosen ---- */

/* Does one level of a choice name this line? In it ">>" is ">". */
static bool names_line(const char *spec, size_t n, const char *line)
{
	size_t i = 0;

	for (; i < n && *line; i++, line++) {
		if (spec[i] != *line)
			return false;
		if (spec[i] == '>' && i + 1 < n && spec[i + 1] == '>')
			i++;
	}
	return i == n && !*line;
}

/* The end of the first level of "a>b". */
static size_t first_level(const char *spec)
{
	size_t n = 0;

	for (; spec[n]; n++) {
		if (spec[n] != '>')
			continue;
		if (spec[n + 1] != '>')
			break;
		n++;
	}
	return n;
}

/* A number, an id or a title; what is not found is the first line, as GRUB has it. */
static size_t line_of(const struct grubrun_menu *menu, const char *spec, bool *out_found)
{
	size_t n = first_level(spec);

	*out_found = true;
	if (n > 0 && n < 9 && strspn(spec, "0123456789") == n) {
		size_t number = strtoul(spec, NULL, 10);

		if (number < menu->count)
			return number;
	}
	for (size_t i = 0; i < menu->count && n > 0; i++) {
		const struct grubrun_node *node = &menu->nodes[i];

		if ((node->id && names_line(spec, n, node->id)) ||
		    (node->arg_count > 0 && names_line(spec, n, node->args[0])))
			return i;
	}
	*out_found = false;
	return 0;
}

/* What the next level is to choose. */
static const char *next_level(const char *spec)
{
	size_t n = spec ? first_level(spec) : 0;

	return spec && spec[n] == '>' ? spec + n + 1 : "";
}

/* ---- Going into the lines ---- */

struct choice {
	bool is_default, is_next;
	const char *chosen, *next; /* for the menu below; NULL: not said */
};

static int run_block(struct grubrun *g, const struct grubrun_node *node, struct fault *f)
{
	g->scope = (struct grubexpand_scope){node->args, node->arg_count};
	g->file = node->file;
	return grubrun_list(g, node->block, f);
}

static int run_submenu(struct grubrun *g, const struct grubrun_node *node,
		       const struct choice *choice, struct fault *f)
{
	struct grubrun_menu below = {0}, *outer = g->menu;
	int result;

	g->menu = &below;
	result = grubvars_hide(g->vars, f);
	if (result == 0)
		result = run_block(g, node, f);
	/* A new menu does not hear of the variable "default" of the one above. */
	if (result == 0)
		result = grubmenu_run(g, &below, choice->is_default, choice->chosen,
				      choice->is_next ? choice->next : NULL, f);
	g->menu = outer;
	grubmenu_done(&below);
	return result;
}

/* Commands that are not understood may start something. */
static int say_unclear(struct grubrun *g, const struct grubrun_node *node, struct fault *f)
{
	struct bootentry *entry;

	entry = loaders_entry(g->l, node->source, node->file->path,
			      node->block ? node->block->line : node->line, f);
	if (!entry)
		return -1;
	entry->incomplete = true;
	grubmenu_say_editing(g, entry);
	if (node->arg_count == 0)
		return 0;
	return loaders_set(g->l, entry, &entry->title, node->args[0], strlen(node->args[0]), f);
}

static int run_entry(struct grubrun *g, const struct grubrun_node *node,
		     const struct choice *choice, struct fault *f)
{
	struct bootentry_list *out = g->l->out;
	struct grubrun_menu below = {0}, *outer = g->menu;
	size_t first = out->count;
	int result;

	g->node = node;
	g->node_first = g->group_first = g->floor = first;
	g->node_default = choice->is_default;
	g->node_next = choice->is_next;
	g->node_unclear = false;
	g->modules = false;
	g->menu = &below;
	result = run_block(g, node, f);
	if (result == 0 && out->count == first && g->node_unclear)
		result = say_unclear(g, node, f);
	/* Lines that it adds to the menu, if it is ever shown again. */
	g->floor = out->count;
	if (result == 0)
		result = grubmenu_run(g, &below, false, NULL, NULL, f);
	g->menu = outer;
	grubmenu_done(&below);
	return result;
}

static int run_node(struct grubrun *g, const struct grubrun_node *node, const struct choice *choice,
		    struct fault *f)
{
	const struct grubrun saved = {.file = g->file,
				      .scope = g->scope,
				      .node = g->node,
				      .node_first = g->node_first,
				      .group_first = g->group_first,
				      .node_default = g->node_default,
				      .node_next = g->node_next,
				      .doubt = g->doubt};
	size_t mark = grubvars_mark(g->vars);
	int result = 0;

	if (++g->depth > GRUBRUN_DEPTH_MAX)
		grubrun_stop(g, "menus in one another, too deep");
	g->doubt = node->doubtful ? 1 : 0;
	if (!g->stopped)
		result = node->submenu ? run_submenu(g, node, choice, f)
				       : run_entry(g, node, choice, f);
	if (result == 0)
		result = grubvars_rewind(g->vars, mark, NULL, f);
	g->depth--;
	g->leave = GRUBRUN_STAY;
	g->file = saved.file;
	g->scope = saved.scope;
	g->node = saved.node;
	g->node_first = saved.node_first;
	g->group_first = saved.group_first;
	g->node_default = saved.node_default;
	g->node_next = saved.node_next;
	g->floor = g->l->out->count;
	g->doubt = saved.doubt;
	return result;
}

/* Is line i what one of the values of "default" names? The rest of that value goes to *out_below. */
static bool is_default_line(const struct grubrun_menu *menu, const struct grubvars_value *value,
			    size_t i, const char **out_below)
{
	bool found;

	*out_below = "";
	if ((value->unset || value->count == 0) && i == 0 && !value->unknown)
		return true;
	for (size_t n = 0; n < value->count; n++) {
		if (line_of(menu, value->texts[n], &found) != i)
			continue;
		*out_below = next_level(value->texts[n]);
		return true;
	}
	return false;
}

int grubmenu_run(struct grubrun *g, struct grubrun_menu *menu, bool is_default, const char *chosen,
		 const char *next, struct fault *f)
{
	struct grubvars_value said = {.count = 1};
	own_mem char *kept = NULL;
	/* What it points to may change below. */
	own_mem char *then = strdup(next ? next : "");
	bool next_found = false;
	size_t next_line = then && *then ? line_of(menu, then, &next_found) : 0;
	int result = then ? 0 : no_memory(f);

	for (size_t i = 0; i < menu->count && result == 0 && !g->stopped; i++) {
		const struct grubvars_value *value = grubvars_get(g->vars, "default");
		struct choice choice = {0};

		if (chosen) {
			said.texts = (char **)&chosen;
			value = &said;
		}
		choice.is_default = is_default && is_default_line(menu, value, i, &choice.chosen);
		choice.is_next = next_found && next_line == i;
		choice.next = next_level(then);
		/* The variable may change below. */
		free(take_ptr(kept));
		kept = choice.chosen ? strdup(choice.chosen) : NULL;
		choice.chosen = kept;
		/* A submenu that is chosen as such starts its first line. */
		if (choice.is_next && !*choice.next)
			choice.next = "0";
		result = run_node(g, &menu->nodes[i], &choice, f);
	}
	return result;
}

/* The menu that a file has made. While it is gone through, the file is not read again. */
static int run_active(struct grubrun *g, struct grubrun_menu *menu, const char *path,
		      bool is_default, struct fault *f)
{
	struct grubrun_file *file = g->files;
	int result;

	while (file && strcmp(file->path, path) != 0)
		file = file->next;
	if (file)
		file->active++;
	result = grubmenu_run(g, menu, is_default, NULL, is_default ? g->next_entry : NULL, f);
	if (file)
		file->active--;
	return result;
}

int grubmenu_source(struct grubrun *g, const char *path, bool *out_found, struct fault *f)
{
	struct grubrun_menu below = {0}, *outer = g->menu;
	size_t mark = grubvars_mark(g->vars);
	const struct grubrun_node *node = g->node;
	size_t node_first = g->node_first, group_first = g->group_first;
	bool is_default = !node || g->node_default;
	int result;

	if (grubrun_active(g, path)) {
		*out_found = true;
		return 0;
	}
	g->menu = &below;
	result = grubvars_hide(g->vars, f);
	g->node = NULL;
	g->node_first = g->group_first = g->floor = g->l->out->count;
	if (result == 0)
		result = grubrun_source(g, path, out_found, f);
	g->floor = g->l->out->count;
	if (result == 0 && *out_found)
		result = run_active(g, &below, path, is_default, f);
	if (result == 0)
		result = grubvars_rewind(g->vars, mark, NULL, f);
	g->menu = outer;
	g->node = node;
	g->node_first = node_first;
	g->group_first = group_first;
	g->floor = g->l->out->count;
	grubmenu_done(&below);
	return result;
}
