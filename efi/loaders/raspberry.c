/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Raspberry Pi's firmware: config.txt and cmdline.txt (Raspberry Pi documentation, "config.txt", boot
 * options and conditional filters).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/loaders.h"
#include "efi/loaders/textline.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

enum { FILTERS_MAX = 32 }; /* there are about as many models */

/* What holds under one filter ("" is [all]); a field that is empty is that of [all]. */
struct filter {
	struct buf name, kernel, cmdline, initrd, prefix;
	bool auto_initrd;
	unsigned line;
};

struct reader {
	struct loaders *l;
	const char *where;
	char *dir;
	struct filter filters[FILTERS_MAX];
	size_t count, at;
	unsigned includes;
	bool full;
};

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading config.txt");
}

/* A section: those of one name are one, so are [all] and what stands before any. */
static void open_filter(struct reader *r, struct textline name, unsigned line)
{
	if (textline_is_nocase(name, "all"))
		name.n = 0;
	for (size_t i = 0; i < r->count; i++) {
		if (r->filters[i].name.len == name.n &&
		    memcmp(buf_text(&r->filters[i].name), name.at, name.n) == 0) {
			r->at = i;
			return;
		}
	}
	if (r->count >= FILTERS_MAX) {
		if (!r->full)
			loaders_remark(r->l, r->where, line,
				       "more than %d filters: the rest is read as the last",
				       FILTERS_MAX);
		r->full = true;
		return;
	}
	r->at = r->count++;
	buf_add(&r->filters[r->at].name, name.at, name.n);
	r->filters[r->at].line = line;
}

static void set(struct filter *filter, struct buf *field, struct textline value, unsigned line)
{
	buf_clear(field);
	buf_add(field, value.at, value.n);
	filter->line = line;
}

static int decode_lines(struct reader *r, const char *text, size_t size, struct fault *f);

static int include(struct reader *r, struct textline name, unsigned line, struct fault *f)
{
	own_mem char *copy = textline_dup(name);
	own_mem char *path = copy ? targetfs_join(r->dir, copy) : NULL;
	own_mem char *text = NULL;
	const char *where = r->where;
	size_t size;
	int result;

	if (!path)
		return no_memory(f);
	if (r->includes >= LOADERS_INCLUDE_DEPTH) {
		loaders_remark(r->l, where, line,
			       "too many files are included: the rest is left out");
		return 0;
	}
	if (loaders_read(r->l, path, &text, &size, f) < 0)
		return -1;
	if (!text) {
		loaders_remark(r->l, where, line, "%.150s, which it includes, is not there", copy);
		return 0;
	}
	r->includes++;
	r->where = path;
	result = decode_lines(r, text, size, f);
	r->where = where;
	return result;
}

static void set_key(struct reader *r, struct textline key, struct textline value, unsigned line)
{
	struct filter *filter = &r->filters[r->at];

	if (textline_is(key, "kernel"))
		set(filter, &filter->kernel, value, line);
	else if (textline_is(key, "cmdline"))
		set(filter, &filter->cmdline, value, line);
	else if (textline_is(key, "os_prefix"))
		set(filter, &filter->prefix, value, line);
	else if (textline_is(key, "ramfsfile"))
		set(filter, &filter->initrd, value, line);
	else if (textline_is(key, "auto_initramfs"))
		filter->auto_initrd = textline_is(value, "1");
}

static int decode_lines(struct reader *r, const char *text, size_t size, struct fault *f)
{
	struct textline_reader lines = {text, size, 0};
	struct textline line;

	while (textline_next(&lines, &line)) {
		struct textline rest = line, key;

		if (line.n == 0 || *line.at == '#')
			continue;
		if (*line.at == '[') {
			rest.at++;
			rest.n--;
			open_filter(r, textline_until(&rest, "]"), lines.number);
			continue;
		}
		key = textline_word(&rest);
		/* These two are written without "=". */
		if (textline_is(key, "initramfs")) {
			struct filter *filter = &r->filters[r->at];

			set(filter, &filter->initrd, textline_word(&rest), lines.number);
		} else if (textline_is(key, "include")) {
			if (include(r, rest, lines.number, f) < 0)
				return -1;
		} else {
			rest = line;
			key = textline_trim(textline_until(&rest, "="));
			set_key(r, key, textline_trim(rest), lines.number);
		}
	}
	return 0;
}

/* The field of a filter, or that of [all], or what the firmware takes. */
static const char *value_of(const struct buf *own, const struct buf *all, const char *usual)
{
	if (own->len > 0)
		return own->data;
	return all->len > 0 ? all->data : usual;
}

/* A file of the boot partition, in the directory "os_prefix" if it says one. */
static int path_of(const struct reader *r, const char *prefix, const char *name, struct buf *out,
		   struct fault *f)
{
	buf_clear(out);
	buf_printf(out, "%s/%s%s", strcmp(r->dir, "/") == 0 ? "" : r->dir, prefix,
		   name + strspn(name, "/"));
	return out->failed ? no_memory(f) : 0;
}

static int read_words(struct reader *r, struct bootentry *entry, const char *path, struct fault *f)
{
	own_mem char *text = NULL;
	struct textline line;
	size_t size;

	if (loaders_read(r->l, path, &text, &size, f) < 0)
		return -1;
	if (!text) {
		entry->incomplete = true;
		return 0;
	}
	/* One line; what stands behind it is not read by the firmware. */
	line = (struct textline){text, size};
	line = textline_trim(textline_until(&line, "\n"));
	return loaders_set(r->l, entry, &entry->cmdline, line.at, line.n, f);
}

/* "kernel8.img" belongs to "initramfs8". */
static int add_initrd(struct reader *r, struct bootentry *entry, const struct filter *filter,
		      const char *prefix, const char *kernel, struct fault *f)
{
	static const struct loaders_bases root = {.at = {""}, .count = 1};
	const struct filter *all = &r->filters[0];
	own_buf struct buf name = {0}, path = {0};
	const char *said = value_of(&filter->initrd, &all->initrd, NULL);

	if (said) {
		/* Several have commas between. */
		struct textline rest = textline_of(said);

		while (rest.n > 0) {
			struct textline one = textline_until(&rest, ",");

			buf_clear(&name);
			buf_add(&name, one.at, one.n);
			if (path_of(r, prefix, buf_text(&name), &path, f) < 0 ||
			    loaders_add_initrd(r->l, entry, &root, path.data, f) < 0)
				return -1;
		}
		return 0;
	}
	if (!(filter->auto_initrd || all->auto_initrd) || strncmp(kernel, "kernel", 6) != 0)
		return 0;
	buf_printf(&name, "initramfs%.*s", (int)strcspn(kernel + 6, "."), kernel + 6);
	if (name.failed || path_of(r, prefix, name.data, &path, f) < 0)
		return no_memory(f);
	return loaders_has(r->l, path.data) ? loaders_add_initrd(r->l, entry, &root, path.data, f)
					    : 0;
}

static int emit(struct reader *r, const struct filter *filter, const char *kernel, bool certain,
		struct fault *f)
{
	static const struct loaders_bases root = {.at = {""}, .count = 1};
	const struct filter *all = &r->filters[0];
	const char *prefix = value_of(&filter->prefix, &all->prefix, "");
	const char *words = value_of(&filter->cmdline, &all->cmdline, "cmdline.txt");
	own_buf struct buf path = {0};
	struct bootentry *entry;

	entry = loaders_entry(r->l, BOOTENTRY_RASPBERRY, r->where, filter->line, f);
	if (!entry)
		return -1;
	entry->incomplete = !certain;
	entry->is_default = certain;
	bootentry_set_editing(entry, BOOTENTRY_EDIT_NONE, "the firmware has no editor");
	if (filter->name.len > 0 &&
	    loaders_set(r->l, entry, &entry->title, filter->name.data, filter->name.len, f) < 0)
		return -1;
	if (path_of(r, prefix, kernel, &path, f) < 0 ||
	    loaders_set_kernel(r->l, entry, &root, path.data, f) < 0 ||
	    add_initrd(r, entry, filter, prefix, kernel, f) < 0 ||
	    path_of(r, prefix, words, &path, f) < 0)
		return -1;
	return read_words(r, entry, path.data, f);
}

/* Which one is started when none is named depends on the model. */
static int emit_usual(struct reader *r, const struct filter *filter, struct fault *f)
{
	static const char *const names[] = {"kernel_2712.img", "kernel8.img", "kernel7l.img",
					    "kernel7.img", "kernel.img"};
	const char *prefix = value_of(&filter->prefix, &r->filters[0].prefix, "");
	own_buf struct buf path = {0};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (path_of(r, prefix, names[i], &path, f) < 0)
			return -1;
		if (loaders_has(r->l, path.data) && emit(r, filter, names[i], false, f) < 0)
			return -1;
	}
	return 0;
}

static int emit_all(struct reader *r, struct fault *f)
{
	const struct filter *all = &r->filters[0];

	for (size_t i = 0; i < r->count; i++) {
		const struct filter *own = &r->filters[i];
		const char *kernel = value_of(&own->kernel, &all->kernel, NULL);
		bool certain = r->count == 1;

		if (own->kernel.failed || own->cmdline.failed || own->initrd.failed ||
		    own->prefix.failed || own->name.failed)
			return no_memory(f);
		/* A filter that changes nothing of this is no way of its own to boot. */
		if (i > 0 && own->kernel.len == 0 && own->cmdline.len == 0 &&
		    own->initrd.len == 0 && own->prefix.len == 0)
			continue;
		if (kernel ? emit(r, own, kernel, certain, f) < 0 : emit_usual(r, own, f) < 0)
			return -1;
	}
	return 0;
}

int raspberry_decode(struct loaders *l, const char *where, const char *text, size_t size,
		     struct fault *f)
{
	struct reader r = {.l = l, .where = where, .dir = loaders_dir_of(where), .count = 1};
	int result = -1;

	if (!r.dir)
		return no_memory(f);
	r.filters[0].line = 0;
	if (decode_lines(&r, text, size, f) == 0)
		result = emit_all(&r, f);
	for (size_t i = 0; i < r.count; i++) {
		buf_done(&r.filters[i].name);
		buf_done(&r.filters[i].kernel);
		buf_done(&r.filters[i].cmdline);
		buf_done(&r.filters[i].initrd);
		buf_done(&r.filters[i].prefix);
	}
	free(r.dir);
	return result;
}

/* config.txt is a common name: it is the firmware's when that lies beside it. */
static bool is_firmware(const struct loaders *l, const char *dir)
{
	static const char *const names[] = {"start.elf",    "start4.elf",  "bootcode.bin",
					    "cmdline.txt",  "kernel8.img", "kernel_2712.img",
					    "kernel7l.img", "kernel7.img", "kernel.img"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		own_mem char *path = targetfs_join(dir, names[i]);

		if (path && loaders_has(l, path))
			return true;
	}
	return false;
}

static int find_in(struct loaders *l, const char *dir, struct fault *f)
{
	static const char *const names[] = {"config.txt", "tryboot.txt"};
	int result = 0;

	if (!is_firmware(l, dir))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && result == 0; i++) {
		own_mem char *path = targetfs_join(dir, names[i]);

		if (!path)
			return no_memory(f);
		result = loaders_decode(l, "", path, raspberry_decode, f);
	}
	return result;
}

int raspberry_find(struct loaders *l, struct fault *f)
{
	if (find_in(l, "/boot/firmware", f) < 0 || find_in(l, "/boot", f) < 0 ||
	    find_in(l, "/", f) < 0)
		return -1;
	for (size_t i = 1; i < l->tree_count; i++) {
		own_mem char *top = targetfs_join(l->trees[i], "/");

		if (!top)
			return no_memory(f);
		if (find_in(l, top, f) < 0)
			return -1;
	}
	return 0;
}
