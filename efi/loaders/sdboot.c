/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The menu that systemd-boot 257 makes: entry files (bls.c) and unified kernel images of each partition. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "efi/loaders/bls.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading boot loader entries");
}

/* A place of entries and the loader that shows them. */
struct menu {
	struct loaders *l;
	struct bls_settings settings;
	bool systemd_boot; /* it is installed on some EFI system partition */
	bool default_found;
	size_t first; /* of the entries made here */
};

static void say_editing(const struct menu *menu, struct bootentry *entry, bool own_line)
{
	const char *stub = own_line ? "; with Secure Boot a unified image keeps its own line" : "";

	if (!menu->systemd_boot)
		bootentry_set_editing(entry, BOOTENTRY_EDIT_UNKNOWN,
				      "no loader that reads it was found");
	else if (!menu->settings.editor)
		bootentry_set_editing(entry, BOOTENTRY_EDIT_NONE, "loader.conf says editor no");
	else if (menu->settings.editor_said)
		bootentry_set_editing(entry, BOOTENTRY_EDIT_ANYONE, "loader.conf says editor yes%s",
				      stub);
	else
		bootentry_set_editing(entry, BOOTENTRY_EDIT_ANYONE,
				      "loader.conf does not say editor no%s", stub);
}

/* The pattern is of ids with their ".conf" or ".efi", and case does not matter (systemd-boot folds it). */
static void say_default(struct menu *menu, struct bootentry *entry, const char *id,
			const char *ending)
{
	own_buf struct buf name = {0};

	if (menu->default_found || !menu->settings.pattern || !menu->systemd_boot)
		return;
	buf_printf(&name, "%s%s", id, ending);
	if (fnmatch(menu->settings.pattern, buf_text(&name), FNM_CASEFOLD) != 0 &&
	    fnmatch(menu->settings.pattern, id, FNM_CASEFOLD) != 0)
		return;
	entry->is_default = true;
	menu->default_found = true;
}

static int add_item(struct menu *menu, const struct loaders_bases *bases,
		    const struct bls_item *item, struct fault *f)
{
	struct loaders *l = menu->l;
	struct bootentry *entry = loaders_entry(l, BOOTENTRY_BLS, item->path, item->line, f);
	const char *title = item->title ? item->title : item->id;

	if (!entry)
		return -1;
	entry->incomplete = item->cut || item->url;
	if (loaders_set(l, entry, &entry->title, title, strlen(title), f) < 0)
		return -1;
	if (loaders_set_kernel(l, entry, bases, item->kernel, f) < 0)
		return -1;
	if (item->options &&
	    loaders_set(l, entry, &entry->cmdline, item->options, strlen(item->options), f) < 0)
		return -1;
	for (size_t i = 0; i < item->initrd_count; i++)
		if (loaders_add_initrd(l, entry, bases, item->initrds[i], f) < 0)
			return -1;
	/* A variable of GRUB, which is not what reads it here. */
	if (item->options && strchr(item->options, '$'))
		entry->incomplete = true;
	say_editing(menu, entry, item->own_line);
	say_default(menu, entry, item->id, ".conf");
	return 0;
}

static bool shown_already(const struct loaders *l, const char *dir)
{
	own_mem char *name = loaders_canonical(l, dir);

	for (size_t i = 0; name && i < l->shown_count; i++)
		if (strcmp(l->shown[i], name) == 0)
			return true;
	return false;
}

static int add_dir(struct menu *menu, const char *base, struct fault *f)
{
	struct loaders_bases bases = {.at = {base}, .count = 1, .subvolumes = true};
	own_buf struct buf dir = {0};
	struct bls_items items;
	int result = 0;

	buf_printf(&dir, "%s/loader/entries", base);
	if (dir.failed)
		return no_memory(f);
	/* Once is enough when GRUB shows them and nothing else does. */
	if (!menu->systemd_boot && shown_already(menu->l, dir.data))
		return 0;
	/* Written for a /boot that is no partition of its own. */
	if (strcmp(base, "/boot") == 0)
		bases.at[bases.count++] = "";
	if (bls_read_dir(menu->l, dir.data, &items, f) < 0)
		return -1;
	for (size_t i = 0; i < items.count && result == 0; i++)
		result = add_item(menu, &bases, &items.at[i], f);
	bls_items_done(&items);
	return result;
}

static bool image_name(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcasecmp(name + n - 4, ".efi") == 0;
}

static int add_image(struct menu *menu, const char *base, const char *dir, const char *name,
		     struct fault *f)
{
	const struct loaders_bases bases = {.at = {base}, .count = 1};
	own_mem char *path = targetfs_join(dir, name);
	struct bootentry *entry;

	if (!path)
		return no_memory(f);
	entry = loaders_entry(menu->l, BOOTENTRY_UKI, path, 0, f);
	if (!entry || loaders_set(menu->l, entry, &entry->title, name, strlen(name), f) < 0 ||
	    loaders_set_kernel(menu->l, entry, &bases, path + strlen(base), f) < 0)
		return -1;
	say_editing(menu, entry, true);
	say_default(menu, entry, name, "");
	return 0;
}

static int compare_images(const void *a, const void *b)
{
	return -bls_version_compare(*(char *const *)a, *(char *const *)b);
}

static int add_images(struct menu *menu, const char *base, struct fault *f)
{
	own_buf struct buf dir = {0};
	struct targetfs_names names;
	int result = 0;

	buf_printf(&dir, "%s/EFI/Linux", base);
	if (dir.failed)
		return no_memory(f);
	if (loaders_list(menu->l, dir.data, &names, f) < 0)
		return -1;
	if (names.count > 0)
		qsort(names.names, names.count, sizeof(*names.names), compare_images);
	for (size_t i = 0; i < names.count && result == 0; i++)
		if (image_name(names.names[i]))
			result = add_image(menu, base, dir.data, names.names[i], f);
	targetfs_names_done(&names);
	return result;
}

static bool has_under(const struct loaders *l, const char *tree, const char *rest)
{
	own_buf struct buf path = {0};

	buf_printf(&path, "%s%s", tree, rest);
	return !path.failed && loaders_has(l, path.data);
}

static bool has_loader(const struct loaders *l, const char *tree)
{
	static const char *const loaders[] = {
		"/EFI/systemd/systemd-bootx64.efi",
		"/EFI/systemd/systemd-bootaa64.efi",
		"/EFI/systemd/systemd-bootia32.efi",
		"/EFI/systemd/systemd-bootriscv64.efi",
		"/EFI/systemd/systemd-bootarm.efi",
		"/EFI/systemd/systemd-bootloongarch64.efi",
		"/loader/loader.conf",
	};

	for (size_t n = 0; n < sizeof(loaders) / sizeof(loaders[0]); n++)
		if (has_under(l, tree, loaders[n]))
			return true;
	return false;
}

/* systemd-boot reads the loader.conf of the partition it was started from. With several of them, what one
 * allows can be had. */
static int add_settings(struct menu *menu, const char *tree, struct fault *f)
{
	struct bls_settings settings = {.editor = true};
	own_mem char *path = targetfs_join(tree, "/loader/loader.conf");
	own_mem char *text = NULL;
	own_mem char *pattern = NULL;
	size_t size;

	if (!path)
		return no_memory(f);
	if (loaders_read(menu->l, path, &text, &size, f) < 0)
		return -1;
	if (text && bls_settings_decode(menu->l, path, text, size, &settings, f) < 0) {
		free(settings.pattern);
		return -1;
	}
	pattern = settings.pattern;
	if (!menu->systemd_boot || (settings.editor && !menu->settings.editor)) {
		menu->settings.editor = settings.editor;
		menu->settings.editor_said = settings.editor_said;
	}
	if (!menu->settings.pattern)
		menu->settings.pattern = take_ptr(pattern);
	menu->systemd_boot = true;
	return 0;
}

static int find_settings(struct menu *menu, struct fault *f)
{
	const struct loaders *l = menu->l;

	for (size_t i = 1; i < l->tree_count; i++)
		if (has_loader(l, l->trees[i]) && add_settings(menu, l->trees[i], f) < 0)
			return -1;
	return 0;
}

/* Without a pattern it is the first of the menu: type 1 before type 2 here, which is systemd-boot's order
 * only as far as sort keys and names agree; it is not said of more than one. */
static void first_is_default(struct menu *menu)
{
	struct bootentry_list *out = menu->l->out;

	if (menu->systemd_boot && !menu->settings.pattern && out->count > menu->first)
		out->entries[menu->first].is_default = true;
}

static int find_all(struct menu *menu, struct fault *f)
{
	const struct loaders *l = menu->l;
	own_mem char *boot = loaders_canonical(l, "/boot/loader");
	/* When /boot is itself an EFI system partition it is among the trees. */
	bool boot_apart = !boot || *loaders_tree_of(l, boot) == '\0';

	if (find_settings(menu, f) < 0)
		return -1;
	for (size_t i = 1; i < l->tree_count; i++)
		if (add_dir(menu, l->trees[i], f) < 0)
			return -1;
	if (boot_apart && add_dir(menu, "/boot", f) < 0)
		return -1;
	for (size_t i = 1; i < l->tree_count; i++)
		if (add_images(menu, l->trees[i], f) < 0)
			return -1;
	if (boot_apart && add_images(menu, "/boot", f) < 0)
		return -1;
	first_is_default(menu);
	return 0;
}

int sdboot_find(struct loaders *l, struct fault *f)
{
	struct menu menu = {.l = l, .first = l->out->count};
	int result = find_all(&menu, f);

	free(menu.settings.pattern);
	return result;
}
