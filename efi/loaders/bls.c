/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Boot Loader Specification (UAPI.1) as systemd-boot 257 reads it: entry files of type 1, unified
 * kernel images of type 2, loader.conf. GRUB's blscfg takes the entry files from here.
 */
#include "efi/loaders/bls.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "efi/loaders/textline.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"
#include "scanner/base/path.h"

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading boot loader entries");
}

/* ---- Versions (UAPI.10) ---- */

static bool version_char(char c)
{
	return isalnum((unsigned char)c) || c == '~' || c == '-' || c == '^' || c == '.';
}

static int order(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

/* Digits at the front, as numbers of any length. */
static int compare_numbers(const char **a, const char **b)
{
	size_t na, nb;
	int result;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	na = strspn(*a, "0123456789");
	nb = strspn(*b, "0123456789");
	result = order(na, nb);
	if (result == 0)
		result = strncmp(*a, *b, na);
	*a += na;
	*b += nb;
	return result;
}

static size_t letters(const char *text)
{
	size_t n = 0;

	while (isalpha((unsigned char)text[n]))
		n++;
	return n;
}

/* Capitals before small letters, a shorter run before a longer one that begins with it. */
static int compare_letters(const char **a, const char **b)
{
	size_t na = letters(*a), nb = letters(*b);
	int result = strncmp(*a, *b, na < nb ? na : nb);

	if (result == 0)
		result = order(na, nb);
	*a += na;
	*b += nb;
	return result;
}

/* A separator that only one of both has decides; whoever has it is older. */
static bool separator_decides(char which, const char **a, const char **b, int *out)
{
	bool in_a = **a == which, in_b = **b == which;

	if (in_a != in_b) {
		*out = in_a ? -1 : 1;
		return true;
	}
	if (in_a) {
		(*a)++;
		(*b)++;
	}
	return false;
}

int bls_version_compare(const char *a, const char *b)
{
	int result = 0;

	for (;;) {
		while (*a && !version_char(*a))
			a++;
		while (*b && !version_char(*b))
			b++;
		/* Even the end is newer than "~"; older than anything else. */
		if (separator_decides('~', &a, &b, &result))
			return result;
		if (!*a || !*b)
			break;
		if (separator_decides('-', &a, &b, &result) ||
		    separator_decides('^', &a, &b, &result) ||
		    separator_decides('.', &a, &b, &result))
			return result;
		if (isdigit((unsigned char)*a) || isdigit((unsigned char)*b))
			result = compare_numbers(&a, &b);
		else
			result = compare_letters(&a, &b);
		if (result != 0)
			return result;
	}
	return (*a != '\0') - (*b != '\0');
}

/* ---- One entry file ---- */

void bls_item_done(struct bls_item *item)
{
	for (size_t i = 0; i < item->initrd_count; i++)
		free(item->initrds[i]);
	free(item->path);
	free(item->id);
	free(item->title);
	free(item->version);
	free(item->machine_id);
	free(item->sort_key);
	free(item->kernel);
	free(item->options);
	*item = (struct bls_item){0};
}

void bls_items_done(struct bls_items *items)
{
	for (size_t i = 0; i < items->count; i++)
		bls_item_done(&items->at[i]);
	free(items->at);
	*items = (struct bls_items){0};
}

static int set_text(char **field, struct textline value, struct fault *f)
{
	free(*field);
	*field = textline_dup(value);
	return *field ? 0 : no_memory(f);
}

static int add_options(struct bls_item *item, struct textline value, struct fault *f)
{
	own_buf struct buf all = {0};

	/* A cut here is seen when the entry is made. */
	if (item->options && strlen(item->options) > BOOTENTRY_TEXT_MAX)
		return 0;
	if (item->options)
		buf_printf(&all, "%s ", item->options);
	buf_add(&all, value.at, value.n);
	if (all.failed)
		return no_memory(f);
	return set_text(&item->options, textline_of(buf_text(&all)), f);
}

/* Fedora's GRUB takes several in a line; a name with a blank is nothing that systemd-boot can have. */
static int add_initrds(struct bls_item *item, struct textline value, struct fault *f)
{
	while (value.n > 0) {
		struct textline name = textline_word(&value);

		if (item->initrd_count >= BOOTENTRY_INITRDS_MAX) {
			item->cut = true;
			return 0;
		}
		item->initrds[item->initrd_count] = textline_dup(name);
		if (!item->initrds[item->initrd_count])
			return no_memory(f);
		item->initrd_count++;
	}
	return 0;
}

static int set_kernel(struct bls_item *item, struct textline value, unsigned line, bool own_line,
		      struct fault *f)
{
	item->line = line;
	item->own_line = own_line;
	return set_text(&item->kernel, value, f);
}

static int set_key(struct bls_item *item, struct textline key, struct textline value, unsigned line,
		   struct fault *f)
{
	if (textline_is(key, "title"))
		return set_text(&item->title, value, f);
	if (textline_is(key, "version"))
		return set_text(&item->version, value, f);
	if (textline_is(key, "machine-id"))
		return set_text(&item->machine_id, value, f);
	if (textline_is(key, "sort-key"))
		return set_text(&item->sort_key, value, f);
	if (textline_is(key, "linux"))
		return set_kernel(item, value, line, false, f);
	if (textline_is(key, "efi") || textline_is(key, "uki"))
		return set_kernel(item, value, line, true, f);
	if (textline_is(key, "uki-url")) {
		item->url = true;
		return set_kernel(item, value, line, true, f);
	}
	if (textline_is(key, "options"))
		return add_options(item, value, f);
	if (textline_is(key, "initrd"))
		return add_initrds(item, value, f);
	/* devicetree, architecture, grub_class, …: none of them decides what is started. */
	return 0;
}

/* The name without its directory, ".conf" and boot counters: "a+2-1.conf" is "a". */
static int set_id(struct bls_item *item, struct fault *f)
{
	const char *name = path_base(item->path), *plus;
	size_t n = strlen(name);

	if (n > 5 && strcasecmp(name + n - 5, ".conf") == 0)
		n -= 5;
	plus = memrchr(name, '+', n);
	if (plus && strspn(plus + 1, "0123456789-") == n - (size_t)(plus + 1 - name) &&
	    plus + 1 < name + n) {
		item->bad =
			plus[1] == '0' && strspn(plus + 1, "0123456789") == strspn(plus + 1, "0");
		n = (size_t)(plus - name);
	}
	return set_text(&item->id, (struct textline){name, n}, f);
}

int bls_decode(struct loaders *l, const char *path, const char *text, size_t size,
	       struct bls_item *out, struct fault *f)
{
	struct textline_reader reader = {text, size, 0};
	struct textline line;

	*out = (struct bls_item){0};
	if (set_text(&out->path, textline_of(path), f) < 0 || set_id(out, f) < 0)
		return -1;
	while (textline_next(&reader, &line)) {
		struct textline key = textline_word(&line);

		if (key.n == 0 || *key.at == '#' || line.n == 0)
			continue;
		if (set_key(out, key, line, reader.number, f) < 0)
			return -1;
	}
	if (!out->kernel)
		loaders_remark(l, path, 0, "an entry without \"linux\", \"efi\" or \"uki\"");
	if (out->cut)
		loaders_remark(l, path, 0, "more than %d initial ramdisks", BOOTENTRY_INITRDS_MAX);
	return 0;
}

/* ---- A directory ---- */

static int compare_texts(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

/* The order of systemd-boot's menu: newest first, what boot counting has given up last. */
static int compare_items(const void *left, const void *right)
{
	const struct bls_item *a = left, *b = right;
	int result;

	if (a->bad != b->bad)
		return a->bad ? 1 : -1;
	if (!a->sort_key != !b->sort_key)
		return a->sort_key ? -1 : 1;
	if (a->sort_key) {
		result = strcmp(a->sort_key, b->sort_key);
		if (result == 0)
			result = compare_texts(a->machine_id, b->machine_id);
		if (result == 0)
			result = -bls_version_compare(a->version ? a->version : "",
						      b->version ? b->version : "");
		if (result != 0)
			return result;
	}
	result = -bls_version_compare(a->id, b->id);
	return result ? result : strcmp(a->path, b->path);
}

static bool entry_name(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && strcasecmp(name + n - 5, ".conf") == 0;
}

static int read_one(struct loaders *l, const char *dir, const char *name, struct bls_items *out,
		    struct fault *f)
{
	own_mem char *path = targetfs_join(dir, name);
	own_mem char *text = NULL;
	struct bls_item *item = &out->at[out->count];
	size_t size;

	if (!path)
		return no_memory(f);
	if (loaders_read(l, path, &text, &size, f) < 0)
		return -1;
	if (!text)
		return 0;
	if (bls_decode(l, path, text, size, item, f) < 0) {
		bls_item_done(item);
		return -1;
	}
	if (item->kernel)
		out->count++;
	else
		bls_item_done(item);
	return 0;
}

int bls_read_dir(struct loaders *l, const char *dir, struct bls_items *out, struct fault *f)
{
	struct targetfs_names names;
	int result = 0;

	*out = (struct bls_items){0};
	if (loaders_list(l, dir, &names, f) < 0)
		return -1;
	out->at = calloc(names.count + 1, sizeof(*out->at));
	if (!out->at) {
		targetfs_names_done(&names);
		return no_memory(f);
	}
	for (size_t i = 0; i < names.count && result == 0; i++)
		if (entry_name(names.names[i]))
			result = read_one(l, dir, names.names[i], out, f);
	targetfs_names_done(&names);
	if (result < 0)
		bls_items_done(out);
	else
		qsort(out->at, out->count, sizeof(*out->at), compare_items);
	return result;
}

/* ---- loader.conf ---- */

int bls_settings_decode(struct loaders *l, const char *path, const char *text, size_t size,
			struct bls_settings *out, struct fault *f)
{
	struct textline_reader reader = {text, size, 0};
	struct textline line;

	while (textline_next(&reader, &line)) {
		struct textline key = textline_word(&line);

		if (key.n == 0 || *key.at == '#' || line.n == 0)
			continue;
		if (textline_is(key, "default") && set_text(&out->pattern, line, f) < 0)
			return -1;
		if (!textline_is(key, "editor"))
			continue;
		if (!textline_yes(line) && !textline_no(line)) {
			loaders_remark(l, path, reader.number,
				       "\"editor\" is neither yes nor no: it stays as it was");
			continue;
		}
		out->editor = textline_yes(line);
		out->editor_said = true;
		out->line = reader.number;
	}
	return 0;
}

/* ---- What is found on a target ---- */

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

int bls_find(struct loaders *l, struct fault *f)
{
	struct menu menu = {.l = l, .first = l->out->count};
	int result = find_all(&menu, f);

	free(menu.settings.pattern);
	return result;
}
