/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two states of one firmware: which variables and which entries of key databases differ, and how. */
#include "efi/varcompare_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "efi/ucs2.h"
#include "scanner/base/own.h"

enum { ATTRIBUTE_NON_VOLATILE = 1, TEXT_SHOWN_MAX = 200, RANKS = 4 };

/* --- Variables of one byte --- */

/* Sentences for what matters most, by name and new value. */
static const struct {
	const char *name;
	const struct guid *guid;
	uint8_t value;
	const char *text;
} flags[] = {
	{"SecureBoot", &guid_global, 0, "Secure Boot was turned off"},
	{"SecureBoot", &guid_global, 1, "Secure Boot was turned on"},
	{"SetupMode", &guid_global, 0, "the firmware left setup mode: a platform key was enrolled"},
	{"SetupMode", &guid_global, 1, "the firmware is in setup mode: the platform key is gone"},
	{"AuditMode", &guid_global, 0, "the firmware left audit mode"},
	{"AuditMode", &guid_global, 1, "the firmware is in audit mode: it refuses nothing"},
	{"DeployedMode", &guid_global, 0, "the firmware left deployed mode"},
	{"DeployedMode", &guid_global, 1, "the firmware is in deployed mode"},
	{"VendorKeys", &guid_global, 0, "the keys are no longer the vendor's alone"},
	{"VendorKeys", &guid_global, 1, "the keys are the vendor's again"},
	{"SecureBootEnable", NULL, 0, "Secure Boot was turned off in the firmware's settings"},
	{"SecureBootEnable", NULL, 1, "Secure Boot was turned on in the firmware's settings"},
	{"MokSBState", &guid_shim, 1, "shim was told not to verify: it starts anything"},
	{"MokSBStateRT", &guid_shim, 1, "shim was told not to verify: it starts anything"},
};

static const char *flag_text(const struct varcompare_pair *pair)
{
	const struct efistore_variable *v = pair->after;

	if (!v || v->size != 1)
		return NULL;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(flags[i].name, v->name) == 0 && flags[i].value == v->data[0] &&
		    (!flags[i].guid || guid_equal(&v->guid, flags[i].guid)))
			return flags[i].text;
	return NULL;
}

/* What an administrator wants to see first: state, keys, what is started, the rest. */
static unsigned rank_of(const struct efistore_variable *v)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(flags[i].name, v->name) == 0)
			return 0;
	if (varcompare_database_of(v))
		return 1;
	return varcompare_is_option(v) || varcompare_is_numbers(v) ? 2 : 3;
}

const struct efistore_variable *varcompare_any_of(const struct varcompare_pair *pair)
{
	return pair->after ? pair->after : pair->before;
}

/* --- Saying it --- */

struct varcompare_change *varcompare_add(struct varcompare *c, const struct varcompare_pair *pair,
					 enum varcompare_what what, struct fault *f,
					 const char *format, ...)
{
	struct varcompare_change *items =
		reallocarray(c->list->items, c->list->count + 1, sizeof(*items));
	struct varcompare_change change = {.what = what,
					   .guid = varcompare_any_of(pair)->guid,
					   .rank = rank_of(varcompare_any_of(pair))};
	va_list args;

	if (items)
		c->list->items = items;
	va_start(args, format);
	if (vasprintf(&change.text, format, args) < 0)
		change.text = NULL;
	va_end(args);
	change.variable = strdup(varcompare_any_of(pair)->name);
	if (!items || !change.text || !change.variable) {
		free(change.text);
		free(change.variable);
		fault_set(f, ENOMEM, "comparing variables");
		return NULL;
	}
	items[c->list->count] = change;
	return &items[c->list->count++];
}

int varcompare_say(struct varcompare *c, const struct varcompare_pair *pair,
		   enum varcompare_what what, const char *text, struct fault *f)
{
	return varcompare_add(c, pair, what, f, "%s", text) ? 0 : -1;
}

/* --- Everything else --- */

/* Printable ASCII of some length, perhaps with a NUL at its end. */
static bool is_ascii(const struct efistore_variable *v)
{
	size_t n = v->size && !v->data[v->size - 1] ? v->size - 1 : v->size;

	for (size_t i = 0; i < n; i++)
		if (v->data[i] < ' ' || v->data[i] > '~')
			return false;
	return n > 1;
}

/* A short text of a variable: what it says, or how large it is. */
static void add_value(const struct efistore_variable *v, struct buf *text)
{
	size_t start = text->len;

	if (is_ascii(v) && v->size <= TEXT_SHOWN_MAX) {
		buf_addc(text, '"');
		buf_add(text, v->data, strnlen((const char *)v->data, v->size));
		buf_addc(text, '"');
	} else if (ucs2_is_text(v->data, v->size) && v->size <= 2 * TEXT_SHOWN_MAX) {
		buf_addc(text, '"');
		(void)ucs2_to_utf8(v->data, v->size, text);
		buf_addc(text, '"');
	} else if (v->size && v->size <= 8) {
		buf_puts(text, "0x");
		buf_hex(text, v->data, v->size);
	}
	if (text->len == start)
		buf_printf(text, "%zu bytes", v->size);
}

static int compare_values(struct varcompare *c, const struct varcompare_pair *pair, struct fault *f)
{
	own_buf struct buf before = {0}, after = {0};
	bool same = pair->before->size == pair->after->size &&
		    memcmp(pair->before->data, pair->after->data, pair->after->size) == 0;

	if (same)
		return varcompare_add(c, pair, VARCOMPARE_CHANGED, f,
				      "its attributes were 0x%x, are 0x%x",
				      pair->before->attributes, pair->after->attributes)
			       ? 0
			       : -1;
	add_value(pair->before, &before);
	add_value(pair->after, &after);
	if (strcmp(buf_text(&before), buf_text(&after)) == 0)
		return varcompare_add(c, pair, VARCOMPARE_CHANGED, f, "other data, %s as before",
				      buf_text(&after))
			       ? 0
			       : -1;
	return varcompare_add(c, pair, VARCOMPARE_CHANGED, f, "was %s, is %s", buf_text(&before),
			      buf_text(&after))
		       ? 0
		       : -1;
}

static int say_value(struct varcompare *c, const struct varcompare_pair *pair, struct fault *f)
{
	own_buf struct buf value = {0};

	if (varcompare_is_numbers(varcompare_any_of(pair)))
		varcompare_add_numbers(varcompare_any_of(pair), &value);
	else
		add_value(varcompare_any_of(pair), &value);
	return varcompare_add(c, pair, pair->after ? VARCOMPARE_ADDED : VARCOMPARE_REMOVED, f,
			      "%s %s",
			      pair->after ? "was not there, is" : "is not there any more, was",
			      buf_text(&value))
		       ? 0
		       : -1;
}

/*
 * What is another at each start, or counts: a change of it says nothing. NULL: any GUID.
 * eb704011-1402-11d3-8e77-00a0c969723b is edk2's monotonic counter.
 */
static const struct {
	const char *name;
	const struct guid *guid;
} restless[] = {
	{"MTC", NULL},
	{"BootCurrent", &guid_global},
	{"LoaderTimeInitUSec", &guid_systemd_loader},
	{"LoaderTimeMenuUSec", &guid_systemd_loader},
	{"LoaderTimeExecUSec", &guid_systemd_loader},
	{"LoaderTickInitUSec", &guid_systemd_loader},
	{"LoaderRandomSeed", &guid_systemd_loader},
	{"LoaderEntrySelected", &guid_systemd_loader},
	{"LoaderEntryLastBooted", &guid_systemd_loader},
};

static bool is_restless(const struct efistore_variable *v)
{
	for (size_t i = 0; i < sizeof(restless) / sizeof(restless[0]); i++)
		if (strcmp(v->name, restless[i].name) == 0 &&
		    (!restless[i].guid || guid_equal(&v->guid, restless[i].guid)))
			return true;
	return false;
}

static bool is_same(const struct varcompare_pair *pair)
{
	const struct efistore_variable *a = pair->before, *b = pair->after;

	return a && b && a->size == b->size && a->attributes == b->attributes &&
	       a->unreadable == b->unreadable &&
	       (!a->size || memcmp(a->data, b->data, a->size) == 0);
}

/* A store holds no volatile variables: that one is not there says nothing. */
static bool is_unknowable(const struct varcompare *c, const struct varcompare_pair *pair)
{
	return pair->before && !pair->after && efistore_kind(c->after) == EFISTORE_VARSTORE &&
	       !(pair->before->attributes & ATTRIBUTE_NON_VOLATILE);
}

static void remark_side(struct varcompare *c, const struct efistore_variable *v, const char *when)
{
	struct fault fault;

	if (!v || !v->unreadable)
		return;
	fault_set(&fault, v->unreadable, "reading it %s", when);
	remark_add(c->remarks, v->name, &fault);
}

static bool is_readable(const struct varcompare_pair *pair)
{
	return !(pair->before && pair->before->unreadable) &&
	       !(pair->after && pair->after->unreadable);
}

static int compare_pair(struct varcompare *c, const struct varcompare_pair *pair, struct fault *f)
{
	const struct efistore_variable *v = varcompare_any_of(pair);
	const struct varcompare_database *database = varcompare_database_of(v);
	const char *text;

	remark_side(c, pair->before, "then");
	remark_side(c, pair->after, "now");
	if (!is_readable(pair) || is_same(pair) || is_unknowable(c, pair))
		return 0;
	if (is_restless(v)) {
		c->list->ignored++;
		return 0;
	}
	text = flag_text(pair);
	if (text)
		return varcompare_say(c, pair, VARCOMPARE_CHANGED, text, f);
	/* An empty database that comes or goes is a variable like others. */
	if (database &&
	    ((pair->before && pair->before->size) || (pair->after && pair->after->size)))
		return varcompare_compare_database(c, pair, database, f);
	if (!pair->before || !pair->after)
		return varcompare_is_option(v) ? varcompare_say_option(c, pair, f)
					       : say_value(c, pair, f);
	if (varcompare_is_numbers(v))
		return varcompare_compare_numbers(c, pair, f);
	return varcompare_is_option(v) ? varcompare_compare_options(c, pair, f)
				       : compare_values(c, pair, f);
}

static int order_of(const struct efistore_variable *a, const struct efistore_variable *b)
{
	int order = memcmp(a->guid.bytes, b->guid.bytes, sizeof(a->guid.bytes));

	return order ? order : strcmp(a->name, b->name);
}

/* The next pair of two sorted lists. */
static struct varcompare_pair next_pair(const struct varcompare *c, size_t *i, size_t *j)
{
	struct varcompare_pair pair = {0};
	int order;

	if (*i < efistore_count(c->before))
		pair.before = efistore_at(c->before, *i);
	if (*j < efistore_count(c->after))
		pair.after = efistore_at(c->after, *j);
	if (pair.before && pair.after) {
		order = order_of(pair.before, pair.after);
		if (order < 0)
			pair.after = NULL;
		else if (order > 0)
			pair.before = NULL;
	}
	*i += pair.before != NULL;
	*j += pair.after != NULL;
	return pair;
}

/* By rank; of one rank in the order of the variables. */
static int sort(struct varcompare_list *list, struct fault *f)
{
	struct varcompare_change *items = calloc(list->count + 1, sizeof(*items));
	size_t n = 0;

	if (!items)
		return fault_set(f, ENOMEM, "comparing variables");
	for (unsigned rank = 0; rank < RANKS; rank++)
		for (size_t i = 0; i < list->count; i++)
			if (list->items[i].rank == rank)
				items[n++] = list->items[i];
	free(list->items);
	list->items = items;
	return 0;
}

int varcompare_stores(const struct efistore *before, const struct efistore *after,
		      struct varcompare_list *out, struct remark_list *remarks, struct fault *f)
{
	struct varcompare_list list = {0};
	struct varcompare c = {.before = before, .after = after, .list = &list, .remarks = remarks};
	size_t i = 0, j = 0;

	while (i < efistore_count(before) || j < efistore_count(after)) {
		struct varcompare_pair pair = next_pair(&c, &i, &j);

		if (compare_pair(&c, &pair, f) < 0) {
			varcompare_list_done(&list);
			return -1;
		}
	}
	if (sort(&list, f) < 0) {
		varcompare_list_done(&list);
		return -1;
	}
	*out = list;
	return 0;
}

void varcompare_list_done(struct varcompare_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].variable);
		free(list->items[i].text);
		free(list->items[i].digest);
	}
	free(list->items);
	*list = (struct varcompare_list){0};
}

const char *varcompare_what_name(enum varcompare_what what)
{
	static const char *const names[] = {
		[VARCOMPARE_ADDED] = "added",	    [VARCOMPARE_REMOVED] = "removed",
		[VARCOMPARE_CHANGED] = "changed",   [VARCOMPARE_REORDERED] = "reordered",
		[VARCOMPARE_ENROLLED] = "enrolled", [VARCOMPARE_REVOKED] = "revoked",
		[VARCOMPARE_RESET] = "reset",
	};

	return names[what];
}
