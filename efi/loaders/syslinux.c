/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SYSLINUX, EXTLINUX and ISOLINUX: the configuration and that of menu.c32 (doc/syslinux.txt, doc/menu.txt of
 * 6.03), and the part of it that U-Boot reads (boot/pxe_utils.c of 2024.01).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/loaders.h"
#include "efi/loaders/textline.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

struct label {
	struct buf name, title, kernel, append;
	char *initrds[BOOTENTRY_INITRDS_MAX];
	size_t initrd_count;
	const char *where;
	unsigned line;
	bool open, has_append, is_default, disabled, hidden, cut;
};

struct reader {
	struct loaders *l;
	enum bootentry_source source;
	const char *where;
	const char *dir; /* of the first file: names are relative to it */
	unsigned includes, depth;
	struct label label;
	struct buf append; /* of all labels that have none of their own */
	struct buf chosen; /* DEFAULT */
	size_t first;
	/* What decides who edits. */
	bool menu, prompt, no_escape, no_options, password;
};

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading a syslinux configuration");
}

static void clear(struct label *label)
{
	for (size_t i = 0; i < label->initrd_count; i++)
		free(label->initrds[i]);
	buf_done(&label->name);
	buf_done(&label->title);
	buf_done(&label->kernel);
	buf_done(&label->append);
	*label = (struct label){0};
}

static void set(struct buf *field, struct textline value)
{
	buf_clear(field);
	buf_add(field, value.at, value.n);
}

static int add_initrds(struct label *label, struct textline names, struct fault *f)
{
	while (names.n > 0) {
		struct textline name = textline_trim(textline_until(&names, ","));

		if (name.n == 0)
			continue;
		if (label->initrd_count >= BOOTENTRY_INITRDS_MAX) {
			label->cut = true;
			return 0;
		}
		label->initrds[label->initrd_count] = textline_dup(name);
		if (!label->initrds[label->initrd_count])
			return no_memory(f);
		label->initrd_count++;
	}
	return 0;
}

/* syslinux loads what "initrd=" among the words names. */
static int initrds_of(struct label *label, const char *words, struct fault *f)
{
	struct textline rest = textline_of(words), last = {0};

	while (rest.n > 0) {
		struct textline word = textline_word(&rest);

		if (textline_starts_nocase(word, "initrd="))
			last = (struct textline){word.at + 7, word.n - 7};
	}
	return last.n > 0 && label->initrd_count == 0 ? add_initrds(label, last, f) : 0;
}

/* A name is relative to the configuration's directory. */
static int join(const struct reader *r, const char *name, struct buf *out, struct fault *f)
{
	buf_clear(out);
	if (*name != '/' && *name != '\\' && *name != '(' && !strstr(name, "::"))
		buf_printf(out, "%s/", r->dir);
	buf_puts(out, name);
	return out->failed ? no_memory(f) : 0;
}

static int add_initrd(struct reader *r, struct bootentry *entry, const char *name, struct fault *f)
{
	own_buf struct buf full = {0};
	struct loaders_bases bases;
	own_mem char *path = NULL;

	if (join(r, name, &full, f) < 0)
		return -1;
	loaders_bases_any(r->l, r->where, full.data, &bases);
	if (loaders_resolve(r->l, &bases, r->where, full.data, &path, f) < 0)
		return -1;
	return loaders_add_initrd(r->l, entry, &bases, path ? path : name, f);
}

static int set_kernel(struct reader *r, struct bootentry *entry, const char *name, struct fault *f)
{
	own_buf struct buf full = {0};
	struct loaders_bases bases;

	if (join(r, name, &full, f) < 0)
		return -1;
	loaders_bases_any(r->l, r->where, full.data, &bases);
	if (loaders_set(r->l, entry, &entry->kernel_said, name, strlen(name), f) < 0)
		return -1;
	return loaders_resolve(r->l, &bases, r->where, full.data, &entry->kernel, f);
}

static bool chosen(const struct reader *r, const struct label *label)
{
	return r->chosen.len > 0 && label->name.len > 0 &&
	       strcmp(r->chosen.data, label->name.data) == 0;
}

/* A module of syslinux (menu.c32, reboot.c32) boots nothing by itself. */
static bool is_module(const char *kernel)
{
	size_t n = strlen(kernel);

	return n > 4 &&
	       (strcmp(kernel + n - 4, ".c32") == 0 || strcmp(kernel + n - 4, ".C32") == 0);
}

static int finish(struct reader *r, struct fault *f)
{
	struct label *label = &r->label;
	const struct buf *words = label->has_append ? &label->append : &r->append;
	const struct buf *title = label->title.len > 0 ? &label->title : &label->name;
	struct bootentry *entry;

	if (!label->open || label->kernel.len == 0 || is_module(label->kernel.data)) {
		clear(label);
		return 0;
	}
	if (label->kernel.failed || words->failed || title->failed || label->name.failed)
		return no_memory(f);
	entry = loaders_entry(r->l, r->source, label->where, label->line, f);
	if (!entry)
		return -1;
	if (label->cut)
		loaders_remark(r->l, label->where, label->line, "more than %d initial ramdisks",
			       BOOTENTRY_INITRDS_MAX);
	entry->is_default = label->is_default;
	entry->disabled = label->disabled;
	entry->hidden = label->hidden;
	entry->incomplete =
		label->cut || (r->source == BOOTENTRY_UBOOT && strchr(buf_text(words), '$'));
	if (loaders_set(r->l, entry, &entry->title, buf_text(title), title->len, f) < 0 ||
	    set_kernel(r, entry, label->kernel.data, f) < 0 ||
	    initrds_of(label, buf_text(words), f) < 0)
		return -1;
	for (size_t i = 0; i < label->initrd_count; i++)
		if (add_initrd(r, entry, label->initrds[i], f) < 0)
			return -1;
	if (words->len > 0 &&
	    loaders_set(r->l, entry, &entry->cmdline, words->data, words->len, f) < 0)
		return -1;
	entry->is_default |= chosen(r, label);
	clear(label);
	return 0;
}

static int decode_lines(struct reader *r, const char *text, size_t size, struct fault *f);

static int include(struct reader *r, struct textline name, unsigned line, struct fault *f)
{
	const char *where = r->where;
	own_mem char *copy = textline_dup(textline_word(&name));
	own_buf struct buf full = {0};
	own_mem char *path = NULL;
	own_mem char *text = NULL;
	struct loaders_bases bases;
	size_t size = 0;
	int result;

	if (!copy || join(r, copy, &full, f) < 0)
		return no_memory(f);
	if (r->depth >= LOADERS_INCLUDE_DEPTH || r->includes >= LOADERS_INCLUDES_MAX) {
		loaders_remark(r->l, where, line,
			       "too many files are included: the rest is left out");
		return 0;
	}
	r->includes++;
	loaders_bases_any(r->l, where, full.data, &bases);
	if (loaders_resolve(r->l, &bases, where, full.data, &path, f) < 0 ||
	    (path && loaders_read(r->l, path, &text, &size, f) < 0))
		return -1;
	if (!text) {
		loaders_remark(r->l, where, line, "%.150s, which it includes, is not there", copy);
		return 0;
	}
	r->where = path;
	r->depth++;
	result = decode_lines(r, text, size, f);
	r->depth--;
	r->where = where;
	return result;
}

static int open_label(struct reader *r, struct textline value, unsigned line, struct fault *f)
{
	if (finish(r, f) < 0)
		return -1;
	r->label.open = true;
	r->label.where = r->where;
	r->label.line = line;
	set(&r->label.name, value);
	return 0;
}

static bool is_zero(struct textline value)
{
	return textline_is(value, "0");
}

static int menu_line(struct reader *r, struct textline rest, unsigned line, struct fault *f)
{
	struct textline key = textline_word(&rest);
	struct label *label = &r->label;

	/* U-Boot's own menu has none of the rest. */
	if (textline_is_nocase(key, "INCLUDE"))
		return include(r, rest, line, f);
	if (textline_is_nocase(key, "LABEL") && label->open) {
		struct textline words = rest;

		set(&label->title, words);
		/* "^" marks a key. */
		if (label->title.data) {
			char *mark = strchr(label->title.data, '^');

			if (mark) {
				memmove(mark, mark + 1, strlen(mark));
				label->title.len--;
			}
		}
	} else if (textline_is_nocase(key, "DEFAULT") && label->open) {
		label->is_default = true;
	} else if (textline_is_nocase(key, "DISABLE") && label->open) {
		label->disabled = true;
	} else if (textline_is_nocase(key, "HIDE") && label->open) {
		label->hidden = true;
	} else if (textline_is_nocase(key, "BEGIN") || textline_is_nocase(key, "END")) {
		/* A submenu ends the label before it. */
		return finish(r, f);
	} else if (textline_is_nocase(key, "MASTER")) {
		key = textline_word(&rest);
		r->password |=
			textline_is_nocase(key, "PASSWD") || textline_is_nocase(key, "PASSWORD");
	}
	return 0;
}

static int append(struct reader *r, struct textline value)
{
	struct label *label = &r->label;

	if (!label->open) {
		set(&r->append, value);
		return 0;
	}
	label->has_append = true;
	/* "-" alone is nothing at all. */
	if (textline_is(value, "-"))
		value.n = 0;
	set(&label->append, value);
	return 0;
}

static int set_kernel_name(struct reader *r, struct textline value)
{
	if (r->label.open)
		set(&r->label.kernel, value);
	return 0;
}

static void set_default(struct reader *r, struct textline value)
{
	struct textline rest = value, first = textline_word(&rest);

	if (first.n > 4 && textline_is_nocase((struct textline){first.at + first.n - 4, 4}, ".c32"))
		r->menu = true;
	else
		set(&r->chosen, r->source == BOOTENTRY_UBOOT ? value : first);
}

static int decode_line(struct reader *r, struct textline rest, unsigned line, struct fault *f)
{
	struct textline key = textline_word(&rest);

	if (key.n == 0 || *key.at == '#')
		return 0;
	if (textline_is_nocase(key, "LABEL"))
		return open_label(r, rest, line, f);
	if (textline_is_nocase(key, "KERNEL") || textline_is_nocase(key, "LINUX"))
		return set_kernel_name(r, rest);
	if (textline_is_nocase(key, "APPEND"))
		return append(r, rest);
	if (textline_is_nocase(key, "INITRD") && r->label.open)
		return add_initrds(&r->label, rest, f);
	if (textline_is_nocase(key, "INCLUDE"))
		return include(r, rest, line, f);
	if (textline_is_nocase(key, "MENU"))
		return menu_line(r, rest, line, f);
	if (textline_is_nocase(key, "UI"))
		r->menu = true;
	else if (textline_is_nocase(key, "DEFAULT"))
		set_default(r, rest);
	else if (textline_is_nocase(key, "PROMPT"))
		r->prompt = !is_zero(rest);
	else if (textline_is_nocase(key, "NOESCAPE"))
		r->no_escape = !is_zero(rest);
	else if (textline_is_nocase(key, "ALLOWOPTIONS"))
		r->no_options = is_zero(rest);
	else if (textline_is_nocase(key, "CONFIG") && r->label.open)
		loaders_remark(r->l, r->where, line,
			       "another configuration, which is not followed");
	return 0;
}

static int decode_lines(struct reader *r, const char *text, size_t size, struct fault *f)
{
	struct textline_reader lines = {text, size, 0};
	struct textline line;

	while (textline_next(&lines, &line))
		if (decode_line(r, line, lines.number, f) < 0)
			return -1;
	return finish(r, f);
}

/* doc/syslinux.txt: with ALLOWOPTIONS 0 only a label can be chosen. The menu's editor and its way to the prompt
 * ask for the master password. Without a menu, a key brings the prompt unless NOESCAPE is 1. */
static void say_editing(const struct reader *r, struct bootentry *entry)
{
	if (r->source == BOOTENTRY_UBOOT)
		bootentry_set_editing(entry, BOOTENTRY_EDIT_UNKNOWN,
				      "U-Boot's console edits, if the board has one and it can be "
				      "interrupted");
	else if (r->no_options)
		bootentry_set_editing(entry, BOOTENTRY_EDIT_NONE, "ALLOWOPTIONS is 0");
	else if (r->menu && r->password)
		bootentry_set_editing(entry, BOOTENTRY_EDIT_PASSWORD,
				      "the menu has a MENU MASTER PASSWD");
	else if (r->menu)
		bootentry_set_editing(entry, BOOTENTRY_EDIT_ANYONE,
				      "the menu has no MENU MASTER PASSWD, ALLOWOPTIONS is not 0");
	else if (r->no_escape && !r->prompt)
		bootentry_set_editing(entry, BOOTENTRY_EDIT_NONE, "NOESCAPE is 1, PROMPT is 0");
	else
		bootentry_set_editing(entry, BOOTENTRY_EDIT_ANYONE,
				      "a key brings the prompt: NOESCAPE is not 1");
}

/* Settings may stand behind the labels. */
static void settle(struct reader *r)
{
	struct bootentry_list *out = r->l->out;
	bool any = false;

	for (size_t i = r->first; i < out->count; i++) {
		say_editing(r, &out->entries[i]);
		any |= out->entries[i].is_default;
	}
	if (!any && r->chosen.len == 0 && r->first < out->count)
		out->entries[r->first].is_default = true;
}

int syslinux_decode(struct loaders *l, enum bootentry_source source, const char *where,
		    const char *text, size_t size, struct fault *f)
{
	own_mem char *dir = loaders_dir_of(where);
	struct reader r = {
		.l = l, .source = source, .where = where, .dir = dir, .first = l->out->count};
	int result;

	if (!dir)
		return no_memory(f);
	result = decode_lines(&r, text, size, f);
	settle(&r);
	clear(&r.label);
	buf_done(&r.append);
	buf_done(&r.chosen);
	return result;
}

/* extlinux.conf is read by both. Syslinux cannot do without its core beside it. */
static bool has_core(const struct loaders *l, const char *where)
{
	static const char *const names[] = {"ldlinux.sys",  "ldlinux.c32",  "menu.c32",
					    "vesamenu.c32", "isolinux.bin", "syslinux.efi"};
	own_mem char *dir = loaders_dir_of(where);

	for (size_t i = 0; dir && i < sizeof(names) / sizeof(names[0]); i++) {
		own_mem char *path = targetfs_join(dir, names[i]);

		if (path && loaders_has(l, path))
			return true;
	}
	return false;
}

static int decode_either(struct loaders *l, const char *where, const char *text, size_t size,
			 struct fault *f)
{
	bool extlinux = strstr(where, "extlinux.conf") != NULL;

	return syslinux_decode(
		l, extlinux && !has_core(l, where) ? BOOTENTRY_UBOOT : BOOTENTRY_SYSLINUX, where,
		text, size, f);
}

int syslinux_find(struct loaders *l, struct fault *f)
{
	static const char *const paths[] = {
		"/extlinux.conf",
		"/boot/extlinux.conf",
		"/extlinux/extlinux.conf",
		"/boot/extlinux/extlinux.conf",
		"/syslinux.cfg",
		"/syslinux/syslinux.cfg",
		"/syslinux/extlinux.conf",
		"/boot/syslinux/syslinux.cfg",
		"/boot/syslinux/extlinux.conf",
		"/isolinux.cfg",
		"/isolinux/isolinux.cfg",
		"/boot/isolinux/isolinux.cfg",
		"/EFI/syslinux/syslinux.cfg",
		"/EFI/BOOT/syslinux.cfg",
	};

	for (size_t i = 0; i < l->tree_count; i++)
		for (size_t n = 0; n < sizeof(paths) / sizeof(paths[0]); n++)
			if (loaders_decode(l, l->trees[i], paths[n], decode_either, f) < 0)
				return -1;
	return 0;
}
