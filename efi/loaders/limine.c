/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limine: limine.conf ("/title", "option: value", since 8.0) and limine.cfg before it (":title",
 * "OPTION=value"); CONFIG.md of both. A hash of the file that is enrolled in the loader is not looked at.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/loaders.h"
#include "efi/loaders/textline.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

enum {
	MACROS_MAX = 128,
	LEVELS_MAX = 32, /* of menus in menus */
};

struct macro {
	struct textline name, value;
};

struct pending {
	struct buf title, kernel, cmdline;
	char *initrds[BOOTENTRY_INITRDS_MAX];
	size_t initrd_count;
	unsigned line;
	size_t position; /* in the menu, 1-based; 0: not on the screen */
	bool open, cut;
};

struct reader {
	struct loaders *l;
	const char *where;
	bool old; /* limine.cfg */
	struct macro macros[MACROS_MAX];
	size_t macro_count;
	struct pending entry;
	/* Is what is below the directory of each level on the screen? */
	bool expanded[LEVELS_MAX + 1];
	size_t visible;	   /* lines of the menu so far */
	size_t wanted;	   /* default_entry, 1-based */
	size_t default_at; /* of l->out; SIZE_MAX: not met */
	size_t first;
	bool editor, editor_said;
};

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading Limine's configuration");
}

static const struct macro *macro_of(const struct reader *r, struct textline name)
{
	for (size_t i = r->macro_count; i > 0; i--)
		if (r->macros[i - 1].name.n == name.n &&
		    memcmp(r->macros[i - 1].name.at, name.at, name.n) == 0)
			return &r->macros[i - 1];
	return NULL;
}

/* A value with its macros replaced, once: what a macro holds is not looked at again. */
static void expand(struct reader *r, struct textline value, struct buf *out)
{
	buf_clear(out);
	while (value.n > 0) {
		const char *end = NULL;

		if (value.n > 3 && value.at[0] == '$' && value.at[1] == '{')
			end = memchr(value.at, '}', value.n);
		if (end) {
			struct textline name = {value.at + 2, (size_t)(end - value.at) - 2};
			const struct macro *macro = macro_of(r, name);
			size_t n = (size_t)(end - value.at) + 1;

			if (macro)
				buf_add(out, macro->value.at, macro->value.n);
			else
				buf_add(out, value.at, n);
			value.at += n;
			value.n -= n;
			continue;
		}
		buf_addc(out, *value.at);
		value.at++;
		value.n--;
	}
}

static void clear(struct pending *p)
{
	for (size_t i = 0; i < p->initrd_count; i++)
		free(p->initrds[i]);
	buf_done(&p->title);
	buf_done(&p->kernel);
	buf_done(&p->cmdline);
	*p = (struct pending){0};
}

/* A hash may stand behind a path: "boot():/vmlinuz#ca69…". */
static void cut_hash(struct buf *path)
{
	char *hash = path->data ? strrchr(path->data, '#') : NULL;

	if (hash) {
		*hash = '\0';
		path->len = (size_t)(hash - path->data);
	}
}

static int finish(struct reader *r, struct fault *f)
{
	struct pending *p = &r->entry;
	struct loaders *l = r->l;
	struct loaders_bases bases;
	struct bootentry *entry;

	if (!p->open || p->kernel.len == 0) {
		clear(p);
		return 0;
	}
	if (p->title.failed || p->kernel.failed || p->cmdline.failed)
		return no_memory(f);
	entry = loaders_entry(l, BOOTENTRY_LIMINE, r->where, p->line, f);
	if (!entry)
		return -1;
	entry->incomplete = p->cut || strstr(buf_text(&p->cmdline), "${");
	if (p->cut)
		loaders_remark(l, r->where, p->line, "more than %d modules", BOOTENTRY_INITRDS_MAX);
	if (p->position > 0 && p->position == r->wanted)
		r->default_at = l->out->count - 1;
	loaders_bases_any(l, r->where, p->kernel.data, &bases);
	if (loaders_set(l, entry, &entry->title, buf_text(&p->title), p->title.len, f) < 0 ||
	    loaders_set_kernel(l, entry, &bases, p->kernel.data, f) < 0)
		return -1;
	for (size_t i = 0; i < p->initrd_count; i++)
		if (loaders_add_initrd(l, entry, &bases, p->initrds[i], f) < 0)
			return -1;
	if (p->cmdline.len > 0 &&
	    loaders_set(l, entry, &entry->cmdline, p->cmdline.data, p->cmdline.len, f) < 0)
		return -1;
	clear(p);
	return 0;
}

/* "/title", "//+title": a level for each sign. */
static int open_entry(struct reader *r, struct textline line, unsigned number, char sign,
		      struct fault *f)
{
	unsigned level = 0;
	bool plus;

	if (finish(r, f) < 0)
		return -1;
	for (; line.n > 0 && *line.at == sign; line.at++, line.n--)
		level++;
	plus = line.n > 0 && *line.at == '+';
	if (plus) {
		line.at++;
		line.n--;
	}
	line = textline_trim(line);
	clear(&r->entry);
	r->entry.open = true;
	r->entry.line = number;
	if (level > LEVELS_MAX)
		level = LEVELS_MAX;
	/* On the screen when everything above it is unfolded. */
	if (level <= 1 || r->expanded[level - 1]) {
		r->entry.position = ++r->visible;
		r->expanded[level] = plus;
	} else {
		r->expanded[level] = false;
	}
	expand(r, line, &r->entry.title);
	return 0;
}

static int add_module(struct pending *p, const char *path, struct fault *f)
{
	if (p->initrd_count >= BOOTENTRY_INITRDS_MAX) {
		p->cut = true;
		return 0;
	}
	p->initrds[p->initrd_count] = strdup(path);
	if (!p->initrds[p->initrd_count])
		return no_memory(f);
	p->initrd_count++;
	return 0;
}

static bool among(struct textline key, const char *const *names)
{
	for (; *names; names++)
		if (textline_is_nocase(key, *names))
			return true;
	return false;
}

static int set_option(struct reader *r, struct textline key, struct textline value, struct fault *f)
{
	static const char *const kernels[] = {"kernel_path", "path", "image_path", NULL};
	static const char *const lines[] = {"cmdline", "kernel_cmdline", NULL};
	struct pending *p = &r->entry;
	own_buf struct buf text = {0};

	expand(r, value, &text);
	if (text.failed)
		return no_memory(f);
	if (textline_is_nocase(key, "default_entry")) {
		r->wanted = strtoul(buf_text(&text), NULL, 10);
	} else if (textline_is_nocase(key, "editor_enabled")) {
		r->editor = !textline_is_nocase(textline_of(buf_text(&text)), "no");
		r->editor_said = true;
	} else if (!p->open) {
		return 0;
	} else if (among(key, kernels)) {
		buf_clear(&p->kernel);
		buf_add_buf(&p->kernel, &text);
		cut_hash(&p->kernel);
	} else if (among(key, lines)) {
		buf_clear(&p->cmdline);
		buf_add_buf(&p->cmdline, &text);
	} else if (textline_is_nocase(key, "module_path")) {
		cut_hash(&text);
		return add_module(p, buf_text(&text), f);
	}
	return 0;
}

static void set_macro(struct reader *r, struct textline name, struct textline value, unsigned line)
{
	if (r->macro_count >= MACROS_MAX) {
		loaders_remark(r->l, r->where, line, "more than %d macros", MACROS_MAX);
		return;
	}
	name = (struct textline){name.at + 2, name.n - 3};
	r->macros[r->macro_count++] = (struct macro){name, textline_trim(value)};
}

/* Global options may stand anywhere, and the default's number has to be known before. */
static int decode_line(struct reader *r, struct textline line, unsigned number, bool options,
		       struct fault *f)
{
	struct textline key, rest = line;
	char sign = r->old ? ':' : '/';

	if (line.n == 0 || *line.at == '#')
		return 0;
	if (*line.at == sign)
		return options ? 0 : open_entry(r, line, number, sign, f);
	if (line.n > 3 && line.at[0] == '$' && line.at[1] == '{') {
		key = textline_trim(textline_until(&rest, "="));
		if (options && key.n > 3 && key.at[key.n - 1] == '}')
			set_macro(r, key, rest, number);
		return 0;
	}
	key = textline_trim(textline_until(&rest, r->old ? "=" : ":"));
	return set_option(r, key, textline_trim(rest), f);
}

static int pass(struct reader *r, const char *text, size_t size, bool options, struct fault *f)
{
	struct textline_reader lines = {text, size, 0};
	struct textline line;

	while (textline_next(&lines, &line))
		if (decode_line(r, line, lines.number, options, f) < 0)
			return -1;
	return finish(r, f);
}

static int decode(struct reader *r, const char *text, size_t size, struct fault *f)
{
	struct bootentry_list *out = r->l->out;

	if (pass(r, text, size, true, f) < 0 || pass(r, text, size, false, f) < 0)
		return -1;
	if (r->default_at < out->count)
		out->entries[r->default_at].is_default = true;
	for (size_t i = r->first; i < out->count; i++) {
		if (!r->editor)
			bootentry_set_editing(&out->entries[i], BOOTENTRY_EDIT_NONE,
					      "Limine's configuration says editor_enabled no");
		else if (r->editor_said)
			bootentry_set_editing(&out->entries[i], BOOTENTRY_EDIT_ANYONE,
					      "Limine's configuration says editor_enabled yes");
		else
			bootentry_set_editing(&out->entries[i], BOOTENTRY_EDIT_ANYONE,
					      "Limine's editor is on unless a hash of its "
					      "configuration is enrolled");
	}
	return 0;
}

int limine_decode(struct loaders *l, const char *where, const char *text, size_t size,
		  struct fault *f)
{
	struct reader r = {.l = l,
			   .where = where,
			   .wanted = 1,
			   .default_at = SIZE_MAX,
			   .first = l->out->count,
			   .editor = true};
	size_t n = strlen(where);
	int result;

	r.old = n > 4 && strcmp(where + n - 4, ".cfg") == 0;
	result = decode(&r, text, size, f);
	clear(&r.entry);
	return result;
}

int limine_find(struct loaders *l, struct fault *f)
{
	static const char *const paths[] = {
		"/limine.conf",		 "/limine/limine.conf",
		"/boot/limine.conf",	 "/boot/limine/limine.conf",
		"/EFI/BOOT/limine.conf", "/EFI/limine/limine.conf",
		"/limine.cfg",		 "/limine/limine.cfg",
		"/boot/limine.cfg",	 "/boot/limine/limine.cfg",
		"/EFI/BOOT/limine.cfg",
	};

	for (size_t i = 0; i < l->tree_count; i++)
		for (size_t n = 0; n < sizeof(paths) / sizeof(paths[0]); n++)
			if (loaders_decode(l, l->trees[i], paths[n], limine_decode, f) < 0)
				return -1;
	return 0;
}
