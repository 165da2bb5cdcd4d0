/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the firmware's boot options differs. */
#include "efi/varcompare_internal.h"

#include <stdlib.h>
#include <string.h>

#include "efi/bootoption.h"
#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

static bool is_global(const struct efistore_variable *v, const char *name)
{
	return guid_equal(&v->guid, &guid_global) && strcmp(v->name, name) == 0;
}

bool varcompare_is_option(const struct efistore_variable *v)
{
	return guid_equal(&v->guid, &guid_global) && strlen(v->name) == 8 &&
	       strncmp(v->name, "Boot", 4) == 0 && strspn(v->name + 4, "0123456789ABCDEF") == 4;
}

bool varcompare_is_numbers(const struct efistore_variable *v)
{
	return is_global(v, "BootOrder") || is_global(v, "BootNext");
}

void varcompare_add_numbers(const struct efistore_variable *v, struct buf *text)
{
	struct bytes b = bytes_of(v->data, v->size);

	for (size_t i = 0; b.left >= 2; i++)
		buf_printf(text, "%s%04X", i ? "," : "", bytes_u16le(&b));
	if (!v->size)
		buf_puts(text, "nothing");
}

static int compare_numbers(const void *a, const void *b)
{
	return memcmp(a, b, 2);
}

/* The same numbers in another order? */
static bool is_reordered(const struct efistore_variable *a, const struct efistore_variable *b)
{
	own_mem uint8_t *x = malloc(a->size + 1), *y = malloc(b->size + 1);

	if (!x || !y || a->size != b->size || a->size % 2)
		return false;
	memcpy(x, a->data, a->size);
	memcpy(y, b->data, b->size);
	qsort(x, a->size / 2, 2, compare_numbers);
	qsort(y, b->size / 2, 2, compare_numbers);
	return memcmp(x, y, a->size) == 0;
}

int varcompare_compare_numbers(struct varcompare *c, const struct varcompare_pair *pair,
			       struct fault *f)
{
	enum varcompare_what what =
		is_reordered(pair->before, pair->after) ? VARCOMPARE_REORDERED : VARCOMPARE_CHANGED;
	own_buf struct buf before = {0}, after = {0};

	varcompare_add_numbers(pair->before, &before);
	varcompare_add_numbers(pair->after, &after);
	return varcompare_add(c, pair, what, f, "was %s, is %s", buf_text(&before),
			      buf_text(&after))
		       ? 0
		       : -1;
}

/* "its title was …, is …" for each part that differs. */
static void add_part(struct buf *text, const char *name, const char *before, const char *after)
{
	if (!before || !after || strcmp(before, after) == 0)
		return;
	buf_printf(text, "%s%s was \"%s\", is \"%s\"", text->len ? "; " : "", name, before, after);
}

static void add_parts(const struct bootoption *before, const struct bootoption *after,
		      struct buf *text)
{
	bool had = before->optional != NULL, has = after->optional != NULL;

	if (before->why[0] || after->why[0]) {
		buf_puts(text, after->why[0] ? "it is malformed now" : "it was malformed");
		return;
	}
	add_part(text, "its title", before->title, after->title);
	add_part(text, "its path", before->path, after->path);
	add_part(text, "it", before->active ? "active" : "inactive",
		 after->active ? "active" : "inactive");
	if (before->optional_text && after->optional_text)
		add_part(text, "its options", before->optional_text, after->optional_text);
	else if (after->optional_text)
		add_part(text, "its options", had ? "data" : "", after->optional_text);
	else if (before->optional_text)
		add_part(text, "its options", before->optional_text, has ? "data" : "");
	if (!text->len)
		buf_puts(text, "its data or attributes differ");
}

int varcompare_compare_options(struct varcompare *c, const struct varcompare_pair *pair,
			       struct fault *f)
{
	struct bootoption before = {0}, after = {0};
	own_buf struct buf text = {0};
	int result = -1;

	if (bootoption_decode(pair->before->data, pair->before->size, &before, f) == 0 &&
	    bootoption_decode(pair->after->data, pair->after->size, &after, f) == 0) {
		add_parts(&before, &after, &text);
		result = varcompare_say(c, pair, VARCOMPARE_CHANGED, buf_text(&text), f);
	}
	bootoption_done(&before);
	bootoption_done(&after);
	return result;
}

int varcompare_say_option(struct varcompare *c, const struct varcompare_pair *pair, struct fault *f)
{
	const struct efistore_variable *v = varcompare_any_of(pair);
	enum varcompare_what what = pair->after ? VARCOMPARE_ADDED : VARCOMPARE_REMOVED;
	struct bootoption option;
	int result;

	if (bootoption_decode(v->data, v->size, &option, f) < 0)
		return -1;
	if (option.why[0])
		result = varcompare_say(c, pair, what, "a malformed boot option", f);
	else
		result = varcompare_add(c, pair, what, f, "the boot option \"%s\", %s%s%s%s",
					option.title, option.path,
					option.optional_text ? ", options \"" : "",
					option.optional_text ? option.optional_text : "",
					option.optional_text ? "\"" : "")
				 ? 0
				 : -1;
	bootoption_done(&option);
	return result;
}
