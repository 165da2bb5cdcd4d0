/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Boot Loader Specification (UAPI.1) as systemd-boot 257 reads it: entry files of type 1, loader.conf,
 * and the order of versions (UAPI.10). sdboot.c and GRUB's blscfg make menus of them.
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
