/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rEFInd: the stanzas of refind.conf, and refind_linux.conf, whose lines are options for every kernel beside it
 * (rEFInd 0.14, refind/config.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "efi/loaders/loaders.h"
#include "efi/loaders/textline.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

/* A stanza, or one in it, which begins as a copy of the outer one. */
struct stanza {
	struct buf title, loader, options;
	char *initrds[BOOTENTRY_INITRDS_MAX];
	size_t initrd_count;
	unsigned line;
	bool disabled, cut;
};

struct reader {
	struct loaders *l;
	const char *where;
	struct stanza outer, inner;
	bool in_outer, in_inner;
	bool no_editor;
	bool manual; /* scanfor asks for stanzas */
	unsigned includes;
};

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading rEFInd's configuration");
}

static void stanza_clear(struct stanza *s)
{
	for (size_t i = 0; i < s->initrd_count; i++)
		free(s->initrds[i]);
	buf_done(&s->title);
	buf_done(&s->loader);
	buf_done(&s->options);
	*s = (struct stanza){0};
}

/* The next token: ended by blanks, "=" or ","; in quotes all of it, and "" is a quote. */
static bool token(struct textline *rest, struct buf *out)
{
	bool quoted = false, any = false;

	buf_clear(out);
	while (rest->n > 0 && strchr(" \t=,", *rest->at) && *rest->at) {
		rest->at++;
		rest->n--;
	}
	if (rest->n == 0 || *rest->at == '#')
		return false;
	for (; rest->n > 0; rest->at++, rest->n--) {
		char c = *rest->at;

		if (c == '"' && quoted && rest->n > 1 && rest->at[1] == '"') {
			rest->at++;
			rest->n--;
		} else if (c == '"') {
			quoted = !quoted;
			any = true;
			continue;
		} else if (!quoted && c && strchr(" \t=,#", c)) {
			break;
		}
		buf_addc(out, c);
		any = true;
	}
	return any;
}

/* All tokens that are left, one blank between. */
static void tokens(struct textline rest, struct buf *out)
{
	own_buf struct buf one = {0};

	for (bool first = out->len == 0; token(&rest, &one); first = false) {
		if (!first)
			buf_addc(out, ' ');
		buf_add_buf(out, &one);
	}
}

static int set_initrd(struct stanza *s, const char *name, struct fault *f)
{
	if (s->initrd_count >= BOOTENTRY_INITRDS_MAX) {
		s->cut = true;
		return 0;
	}
	s->initrds[s->initrd_count] = strdup(name);
	if (!s->initrds[s->initrd_count])
		return no_memory(f);
	s->initrd_count++;
	return 0;
}

static int emit(struct reader *r, const struct stanza *s, const char *inner_title, struct fault *f)
{
	struct bootentry *entry;
	own_buf struct buf title = {0};
	struct loaders_bases bases;

	if (s->loader.len == 0)
		return 0;
	entry = loaders_entry(r->l, BOOTENTRY_REFIND, r->where, s->line, f);
	if (!entry)
		return -1;
	buf_puts(&title, buf_text(&s->title));
	if (inner_title)
		buf_printf(&title, ": %s", inner_title);
	if (title.failed || s->loader.failed || s->options.failed)
		return no_memory(f);
	entry->disabled = s->disabled;
	entry->incomplete = s->cut;
	if (s->cut)
		loaders_remark(r->l, r->where, s->line, "more than %d initial ramdisks",
			       BOOTENTRY_INITRDS_MAX);
	loaders_bases_any(r->l, r->where, s->loader.data, &bases);
	if (loaders_set(r->l, entry, &entry->title, buf_text(&title), title.len, f) < 0 ||
	    loaders_set_kernel(r->l, entry, &bases, s->loader.data, f) < 0)
		return -1;
	for (size_t i = 0; i < s->initrd_count; i++)
		if (loaders_add_initrd(r->l, entry, &bases, s->initrds[i], f) < 0)
			return -1;
	if (s->options.len == 0)
		return 0;
	return loaders_set(r->l, entry, &entry->cmdline, s->options.data, s->options.len, f);
}

static int open_inner(struct reader *r, struct textline rest, unsigned line, struct fault *f)
{
	struct stanza *in = &r->inner;

	stanza_clear(in);
	in->line = line;
	in->disabled = r->outer.disabled;
	token(&rest, &in->title);
	buf_add_buf(&in->loader, &r->outer.loader);
	buf_add_buf(&in->options, &r->outer.options);
	for (size_t i = 0; i < r->outer.initrd_count; i++)
		if (set_initrd(in, r->outer.initrds[i], f) < 0)
			return -1;
	r->in_inner = true;
	return 0;
}

static int close_one(struct reader *r, struct fault *f)
{
	int result = 0;

	if (r->in_inner) {
		own_buf struct buf title = {0};

		buf_puts(&title, buf_text(&r->inner.title));
		buf_clear(&r->inner.title);
		buf_puts(&r->inner.title, buf_text(&r->outer.title));
		result = emit(r, &r->inner, buf_text(&title), f);
		r->in_inner = false;
	} else if (r->in_outer) {
		result = emit(r, &r->outer, NULL, f);
		r->in_outer = false;
	}
	return result;
}

static int in_stanza(struct reader *r, const char *key, struct textline rest, unsigned line,
		     struct fault *f)
{
	struct stanza *s = r->in_inner ? &r->inner : &r->outer;
	own_buf struct buf value = {0};

	if (strcasecmp(key, "loader") == 0) {
		buf_clear(&s->loader);
		token(&rest, &s->loader);
	} else if (strcasecmp(key, "options") == 0) {
		buf_clear(&s->options);
		tokens(rest, &s->options);
	} else if (strcasecmp(key, "add_options") == 0) {
		tokens(rest, &s->options);
	} else if (strcasecmp(key, "initrd") == 0) {
		for (size_t i = 0; i < s->initrd_count; i++)
			free(s->initrds[i]);
		s->initrd_count = 0;
		while (token(&rest, &value))
			if (set_initrd(s, buf_text(&value), f) < 0)
				return -1;
	} else if (strcasecmp(key, "disabled") == 0) {
		s->disabled = !token(&rest, &value) || strcasecmp(buf_text(&value), "no") != 0;
	} else if (strcasecmp(key, "submenuentry") == 0 && !r->in_inner) {
		return open_inner(r, rest, line, f);
	}
	return 0;
}

static int decode_lines(struct reader *r, const char *text, size_t size, struct fault *f);

static int include(struct reader *r, struct textline rest, unsigned line, struct fault *f)
{
	own_mem char *dir = loaders_dir_of(r->where);
	own_buf struct buf name = {0};
	own_mem char *path = NULL;
	own_mem char *text = NULL;
	const char *where = r->where;
	size_t size;
	int result;

	token(&rest, &name);
	/* An included file includes nothing itself. */
	if (name.len == 0 || r->includes >= LOADERS_INCLUDES_MAX)
		return 0;
	path = dir ? targetfs_join(dir, name.data) : NULL;
	if (!path)
		return no_memory(f);
	r->includes++;
	if (loaders_read(r->l, path, &text, &size, f) < 0)
		return -1;
	if (!text) {
		loaders_remark(r->l, where, line, "%.150s, which it includes, is not there",
			       name.data);
		return 0;
	}
	r->where = path;
	r->includes += LOADERS_INCLUDES_MAX;
	result = decode_lines(r, text, size, f);
	r->includes -= LOADERS_INCLUDES_MAX;
	r->where = where;
	return result;
}

static int outside(struct reader *r, const char *key, struct textline rest, unsigned line,
		   struct fault *f)
{
	own_buf struct buf value = {0};

	if (strcasecmp(key, "menuentry") == 0) {
		stanza_clear(&r->outer);
		r->outer.line = line;
		token(&rest, &r->outer.title);
		r->in_outer = true;
	} else if (strcasecmp(key, "hideui") == 0) {
		while (token(&rest, &value))
			r->no_editor |= strcasecmp(buf_text(&value), "editor") == 0 ||
					strcasecmp(buf_text(&value), "all") == 0;
	} else if (strcasecmp(key, "scanfor") == 0) {
		r->manual = false;
		while (token(&rest, &value))
			r->manual |= strcasecmp(buf_text(&value), "manual") == 0;
	} else if (strcasecmp(key, "include") == 0) {
		return include(r, rest, line, f);
	}
	return 0;
}

static int decode_lines(struct reader *r, const char *text, size_t size, struct fault *f)
{
	struct textline_reader lines = {text, size, 0};
	struct textline line;
	int result = 0;

	while (result == 0 && textline_next(&lines, &line)) {
		own_buf struct buf key = {0};

		if (!token(&line, &key))
			continue;
		if (key.failed)
			return no_memory(f);
		if (strcmp(buf_text(&key), "}") == 0)
			result = close_one(r, f);
		else if (r->in_outer)
			result = in_stanza(r, buf_text(&key), line, lines.number, f);
		else
			result = outside(r, buf_text(&key), line, lines.number, f);
	}
	if (result == 0 && r->in_outer) {
		loaders_remark(r->l, r->where, r->outer.line, "a menuentry that is not closed");
		while (result == 0 && r->in_outer)
			result = close_one(r, f);
	}
	return result;
}

static void say_editing(const struct reader *r, struct bootentry *entry)
{
	if (r->no_editor)
		bootentry_set_editing(entry, BOOTENTRY_EDIT_NONE, "refind.conf says hideui editor");
	else
		bootentry_set_editing(entry, BOOTENTRY_EDIT_ANYONE,
				      "refind.conf does not say hideui editor");
}

static int decode(struct reader *r, const char *text, size_t size, struct fault *f)
{
	size_t first = r->l->out->count;
	int result = decode_lines(r, text, size, f);

	/* Settings may stand behind the stanzas. */
	for (size_t i = first; i < r->l->out->count; i++) {
		struct bootentry *entry = &r->l->out->entries[i];

		say_editing(r, entry);
		entry->disabled |= !r->manual;
	}
	stanza_clear(&r->outer);
	stanza_clear(&r->inner);
	return result;
}

int refind_decode(struct loaders *l, const char *where, const char *text, size_t size,
		  struct fault *f)
{
	struct reader r = {.l = l, .where = where, .manual = true};

	return decode(&r, text, size, f);
}

/* ---- refind_linux.conf ---- */

static bool kernel_name(const char *name)
{
	size_t n = strlen(name);

	/* Its signature, and what a package manager left there. */
	if (n > 4 && strcmp(name + n - 4, ".sig") == 0)
		return false;
	return strncasecmp(name, "vmlinuz", 7) == 0 || strncasecmp(name, "bzImage", 7) == 0 ||
	       strncasecmp(name, "kernel", 6) == 0;
}

static bool initrd_name(const char *name)
{
	return strncasecmp(name, "initrd", 6) == 0 || strncasecmp(name, "initramfs", 9) == 0 ||
	       strncasecmp(name, "booster", 7) == 0;
}

/* From the first digit on: what must be the same of a kernel and its initial ramdisk. */
static const char *version_of(const char *name)
{
	return name + strcspn(name, "0123456789");
}

static bool same_version(const char *kernel, const char *initrd)
{
	const char *k = version_of(kernel), *i = version_of(initrd);
	size_t n = strlen(i);

	if (n > 4 && strcmp(i + n - 4, ".img") == 0)
		n -= 4;
	return strlen(k) == n && strncmp(k, i, n) == 0;
}

/* "%v" in options is the kernel's version. */
static void add_options(struct buf *out, const struct buf *options, const char *kernel)
{
	const char *p = buf_text(options);

	for (; *p; p++) {
		if (p[0] == '%' && p[1] == 'v') {
			buf_puts(out, version_of(kernel));
			p++;
		} else {
			buf_addc(out, *p);
		}
	}
}

struct pairing {
	struct reader *r;
	const char *dir;
	const struct targetfs_names *names;
};

static int add_pair(struct pairing *p, const char *kernel, unsigned line, const struct buf *title,
		    const struct buf *options, struct fault *f)
{
	struct loaders *l = p->r->l;
	const struct loaders_bases bases = {.at = {p->dir}, .count = 1};
	struct bootentry *entry = loaders_entry(l, BOOTENTRY_REFIND, p->r->where, line, f);
	own_buf struct buf words = {0};

	if (!entry)
		return -1;
	add_options(&words, options, kernel);
	if (words.failed || title->failed)
		return no_memory(f);
	say_editing(p->r, entry);
	if (loaders_set(l, entry, &entry->title, buf_text(title), title->len, f) < 0 ||
	    loaders_set_kernel(l, entry, &bases, kernel, f) < 0 ||
	    loaders_set(l, entry, &entry->cmdline, buf_text(&words), words.len, f) < 0)
		return -1;
	/* One is named among the options, or the one of the same version is taken. */
	for (size_t i = 0; i < p->names->count && !strstr(buf_text(&words), "initrd="); i++)
		if (initrd_name(p->names->names[i]) && same_version(kernel, p->names->names[i]))
			return loaders_add_initrd(l, entry, &bases, p->names->names[i], f);
	return 0;
}

static int pair_lines(struct pairing *p, const char *text, size_t size, struct fault *f)
{
	struct textline_reader lines = {text, size, 0};
	struct textline line;

	while (textline_next(&lines, &line)) {
		own_buf struct buf title = {0}, options = {0};

		if (!token(&line, &title) || !token(&line, &options))
			continue;
		for (size_t i = 0; i < p->names->count; i++)
			if (kernel_name(p->names->names[i]) &&
			    add_pair(p, p->names->names[i], lines.number, &title, &options, f) < 0)
				return -1;
	}
	return 0;
}

static int read_linux(struct reader *r, const char *dir, struct fault *f)
{
	own_mem char *path = targetfs_join(dir, "refind_linux.conf");
	own_mem char *text = NULL;
	struct targetfs_names names;
	struct pairing p = {r, dir, &names};
	size_t size;
	int result;

	if (!path)
		return no_memory(f);
	if (loaders_read(r->l, path, &text, &size, f) < 0)
		return -1;
	if (!text)
		return 0;
	if (loaders_list(r->l, dir, &names, f) < 0)
		return -1;
	r->where = path;
	result = pair_lines(&p, text, size, f);
	targetfs_names_done(&names);
	return result;
}

/* ---- What is found on a target ---- */

static int read_conf(struct reader *r, const char *path, bool *out_any, struct fault *f)
{
	own_mem char *text = NULL;
	size_t size;

	if (loaders_read(r->l, path, &text, &size, f) < 0)
		return -1;
	if (!text)
		return 0;
	*out_any = true;
	r->where = path;
	r->manual = true;
	return decode(r, text, size, f);
}

static int read_tree(struct reader *r, const char *tree, bool *out_any, struct fault *f)
{
	own_buf struct buf dir = {0};
	struct targetfs_names names;
	int result = 0;

	buf_printf(&dir, "%s/EFI", tree);
	if (dir.failed)
		return no_memory(f);
	if (loaders_list(r->l, dir.data, &names, f) < 0)
		return -1;
	for (size_t i = 0; i < names.count && result == 0; i++) {
		own_buf struct buf path = {0};

		buf_printf(&path, "%s/%s/refind.conf", dir.data, names.names[i]);
		result = path.failed ? no_memory(f) : read_conf(r, path.data, out_any, f);
		if (result < 0)
			break;
		buf_clear(&path);
		buf_printf(&path, "%s/%s", dir.data, names.names[i]);
		result = path.failed ? no_memory(f) : read_linux(r, path.data, f);
	}
	targetfs_names_done(&names);
	return result;
}

int refind_find(struct loaders *l, struct fault *f)
{
	struct reader r = {.l = l, .manual = true};
	size_t first = l->out->count;
	bool any = false;

	for (size_t i = 1; i < l->tree_count; i++) {
		own_mem char *top = targetfs_join(l->trees[i], "/");

		if (!top)
			return no_memory(f);
		if (read_tree(&r, l->trees[i], &any, f) < 0 || read_linux(&r, top, f) < 0)
			return -1;
	}
	if (read_linux(&r, "/boot", f) < 0 || read_linux(&r, "/", f) < 0)
		return -1;
	for (size_t i = first; !any && i < l->out->count; i++)
		bootentry_set_editing(&l->out->entries[i], BOOTENTRY_EDIT_UNKNOWN,
				      "no refind.conf was found");
	return 0;
}
