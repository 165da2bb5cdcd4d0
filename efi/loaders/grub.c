/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's configuration, wherever a target has one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/grubrun.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

static void run_done(struct grubrun *g)
{
	while (g->files) {
		struct grubrun_file *file = g->files;

		g->files = file->next;
		grubscript_free(file->script);
		free(file->path);
		free(file);
	}
	for (size_t i = 0; i < g->function_count; i++)
		free(g->functions[i].name);
	for (size_t i = 0; i < g->user_count; i++)
		free(g->users[i]);
	free(g->next_entry);
	grubvars_free(g->vars);
	free(g);
}

/* What GRUB sets before it reads anything, and what only the machine knows. */
static int set_first(struct grubrun *g, const char *where, struct fault *f)
{
	static const char *const features[] = {
		"feature_menuentry_id",
		"feature_menuentry_options",
		"feature_timeout_style",
		"feature_default_font_path",
		"feature_all_video_module",
		"feature_chainloader_bpb",
		"feature_ntldr",
		"feature_200_final",
		"feature_nativedisk_cmd",
		"feature_platform_search_hint",
	};
	static const char *const unknown[] = {
		"root",	   "grub_platform",  "grub_cpu",	"lockdown",	      "shim_lock",
		"cmdpath", "net_default_ip", "net_default_mac", "pxe_default_server", "biosnum"};
	own_mem char *dir = loaders_dir_of(where);

	if (!dir)
		return fault_set(f, ENOMEM, "reading GRUB's configuration");
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (grubvars_set(g->vars, features[i], "y", f) < 0 ||
		    grubvars_export(g->vars, features[i], f) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (grubvars_set_unknown(g->vars, unknown[i], f) < 0 ||
		    grubvars_export(g->vars, unknown[i], f) < 0)
			return -1;
	if (grubvars_set(g->vars, "prefix", dir, f) < 0 ||
	    grubvars_export(g->vars, "prefix", f) < 0 ||
	    grubvars_set(g->vars, "config_directory", dir, f) < 0 ||
	    grubvars_export(g->vars, "config_directory", f) < 0 ||
	    grubvars_set(g->vars, "config_file", where, f) < 0)
		return -1;
	return grubvars_export(g->vars, "config_file", f);
}

static int run(struct grubrun *g, const char *where, const char *text, size_t size,
	       struct grubrun_menu *menu, struct fault *f)
{
	own_mem char *copy = malloc(size + 1);
	struct grubrun_file *file;

	if (!copy)
		return fault_set(f, ENOMEM, "reading GRUB's configuration");
	memcpy(copy, text, size);
	copy[size] = '\0';
	g->menu = menu;
	g->node_first = g->group_first = g->floor = g->l->out->count;
	file = grubrun_keep(g, where, take_ptr(copy), size, f);
	if (!file || set_first(g, where, f) < 0)
		return -1;
	g->file = file;
	g->file_count++;
	file->active++;
	if (grubrun_list(g, grubscript_first(file->script), f) < 0)
		return -1;
	g->floor = g->l->out->count;
	/* A limit that was met on the way must not hide what is in the menu. */
	g->stopped = false;
	g->steps = g->bytes = 0;
	return grubmenu_run(g, menu, true, NULL, g->next_entry, f);
}

int grub_decode(struct loaders *l, const char *where, const char *text, size_t size,
		struct fault *f)
{
	struct grubrun *g = calloc(1, sizeof(*g));
	struct grubrun_menu menu = {0};
	int result = -1;

	if (!g)
		return fault_set(f, ENOMEM, "reading GRUB's configuration");
	g->l = l;
	g->vars = grubvars_new(f);
	if (g->vars)
		result = run(g, where, text, size, &menu, f);
	if (g->vars && grubvars_overflowed(g->vars))
		loaders_remark(l, where, 0,
			       "more variables or values than are kept: entries may be missing");
	grubmenu_done(&menu);
	run_done(g);
	return result;
}

/* EFI/debian/grub.cfg and its like: most of them lead to the real one. */
static int read_vendors(struct loaders *l, const char *tree, struct fault *f)
{
	own_buf struct buf dir = {0};
	struct targetfs_names names;
	int result = 0;

	buf_printf(&dir, "%s/EFI", tree);
	if (dir.failed)
		return fault_set(f, ENOMEM, "reading GRUB's configuration");
	if (loaders_list(l, dir.data, &names, f) < 0)
		return -1;
	for (size_t i = 0; i < names.count && result == 0; i++) {
		own_buf struct buf rest = {0};

		buf_printf(&rest, "/EFI/%s/grub.cfg", names.names[i]);
		result = rest.failed ? fault_set(f, ENOMEM, "reading GRUB's configuration")
				     : loaders_decode(l, tree, rest.data, grub_decode, f);
	}
	targetfs_names_done(&names);
	return result;
}

int grub_find(struct loaders *l, struct fault *f)
{
	static const char *const usual[] = {"/boot/grub/grub.cfg", "/boot/grub2/grub.cfg",
					    "/grub/grub.cfg", "/grub2/grub.cfg"};

	for (size_t i = 0; i < l->tree_count; i++) {
		if (i > 0 && read_vendors(l, l->trees[i], f) < 0)
			return -1;
		for (size_t n = 0; n < sizeof(usual) / sizeof(usual[0]); n++)
			if (loaders_decode(l, l->trees[i], usual[n], grub_decode, f) < 0)
				return -1;
	}
	return 0;
}
