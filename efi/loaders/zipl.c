/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zipl, the boot loader of s390: zipl.conf(5) of s390-tools 2.30. Its entries of the Boot Loader
 * Specification are read with those of the others. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/loaders.h"
#include "efi/loaders/textline.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

struct section {
	struct buf name, image, ramdisk, parameters, parmfile;
	unsigned line;
	bool open, menu;
};

struct reader {
	struct loaders *l;
	const char *where;
	struct section section;
	struct buf chosen; /* "default" of [defaultboot] */
	bool prompt;
	size_t first;
};

/* Names are of the running system: zipl is a program that writes the boot record. */
static const struct loaders_bases root = {.at = {""}, .count = 1};

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading zipl's configuration");
}

static void clear(struct section *s)
{
	buf_done(&s->name);
	buf_done(&s->image);
	buf_done(&s->ramdisk);
	buf_done(&s->parameters);
	buf_done(&s->parmfile);
	*s = (struct section){0};
}

/* A "parmfile" is the command line, when there are no "parameters". */
static int read_parmfile(struct reader *r, struct section *s, struct fault *f)
{
	own_mem char *text = NULL;
	struct textline line;
	size_t size;

	if (loaders_read(r->l, s->parmfile.data, &text, &size, f) < 0)
		return -1;
	if (!text) {
		loaders_remark(r->l, r->where, s->line, "the parmfile %.150s is not there",
			       s->parmfile.data);
		return 0;
	}
	line = textline_trim((struct textline){text, size});
	while (line.n > 0) {
		struct textline one = textline_trim(textline_until(&line, "\n"));

		if (s->parameters.len > 0 && one.n > 0)
			buf_addc(&s->parameters, ' ');
		buf_add(&s->parameters, one.at, one.n);
	}
	return 0;
}

static int finish(struct reader *r, struct fault *f)
{
	struct section *s = &r->section;
	struct bootentry *entry;
	char *comma;

	if (!s->open || s->menu || s->image.len == 0) {
		clear(s);
		return 0;
	}
	if (s->parmfile.len > 0 && s->parameters.len == 0 && read_parmfile(r, s, f) < 0)
		return -1;
	if (s->name.failed || s->image.failed || s->ramdisk.failed || s->parameters.failed)
		return no_memory(f);
	/* "image=/boot/image,0x10000" says where in memory. */
	comma = strchr(s->image.data, ',');
	if (comma)
		*comma = '\0';
	comma = s->ramdisk.len > 0 ? strchr(s->ramdisk.data, ',') : NULL;
	if (comma)
		*comma = '\0';
	entry = loaders_entry(r->l, BOOTENTRY_ZIPL, r->where, s->line, f);
	if (!entry)
		return -1;
	if (loaders_set(r->l, entry, &entry->title, buf_text(&s->name), s->name.len, f) < 0 ||
	    loaders_set_kernel(r->l, entry, &root, s->image.data, f) < 0)
		return -1;
	if (s->ramdisk.len > 0 && loaders_add_initrd(r->l, entry, &root, s->ramdisk.data, f) < 0)
		return -1;
	if (s->parameters.len > 0 &&
	    loaders_set(r->l, entry, &entry->cmdline, s->parameters.data, s->parameters.len, f) < 0)
		return -1;
	clear(s);
	return 0;
}

static int open_section(struct reader *r, struct textline line, unsigned number, struct fault *f)
{
	if (finish(r, f) < 0)
		return -1;
	r->section.open = true;
	r->section.line = number;
	if (*line.at == ':') {
		r->section.menu = true;
		line.at++;
		line.n--;
	} else {
		line.at++;
		line.n--;
		line = textline_until(&line, "]");
	}
	buf_add(&r->section.name, line.at, line.n);
	return 0;
}

static void set(struct buf *field, struct textline value)
{
	value = textline_quoted(&value);
	buf_clear(field);
	buf_add(field, value.at, value.n);
}

static void set_key(struct reader *r, struct textline key, struct textline value)
{
	struct section *s = &r->section;

	if (textline_is(key, "image"))
		set(&s->image, value);
	else if (textline_is(key, "ramdisk"))
		set(&s->ramdisk, value);
	else if (textline_is(key, "parameters"))
		set(&s->parameters, value);
	else if (textline_is(key, "parmfile"))
		set(&s->parmfile, value);
	else if (textline_is(key, "default") && !s->menu)
		set(&r->chosen, value);
	else if (textline_is(key, "prompt"))
		r->prompt = textline_is(value, "1");
}

static void settle(struct reader *r)
{
	struct bootentry_list *out = r->l->out;

	for (size_t i = r->first; i < out->count; i++) {
		struct bootentry *entry = &out->entries[i];

		if (r->chosen.len > 0 && entry->title)
			entry->is_default = strcmp(entry->title, r->chosen.data) == 0;
		if (r->prompt)
			bootentry_set_editing(entry, BOOTENTRY_EDIT_ANYONE,
					      "zipl's menu has prompt=1: words can be added there");
		else
			bootentry_set_editing(entry, BOOTENTRY_EDIT_UNKNOWN,
					      "the operator's console may give words with the "
					      "load parameter");
	}
}

int zipl_decode(struct loaders *l, const char *where, const char *text, size_t size,
		struct fault *f)
{
	struct reader r = {.l = l, .where = where, .first = l->out->count};
	struct textline_reader lines = {text, size, 0};
	struct textline line;
	int result = 0;

	while (result == 0 && textline_next(&lines, &line)) {
		if (line.n == 0 || *line.at == '#')
			continue;
		if (*line.at == '[' || *line.at == ':') {
			result = open_section(&r, line, lines.number, f);
		} else {
			struct textline key = textline_trim(textline_until(&line, "="));

			set_key(&r, key, textline_trim(line));
		}
	}
	if (result == 0)
		result = finish(&r, f);
	settle(&r);
	clear(&r.section);
	buf_done(&r.chosen);
	return result;
}

int zipl_find(struct loaders *l, struct fault *f)
{
	if (loaders_decode(l, "", "/etc/zipl.conf", zipl_decode, f) < 0)
		return -1;
	return loaders_decode(l, "", "/usr/lib/s390-tools/zipl.conf", zipl_decode, f);
}
