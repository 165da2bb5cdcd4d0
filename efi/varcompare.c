/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two states of one firmware: which variables and which entries of key databases differ, and how. */
#include "efi/varcompare.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "efi/bootoption.h"
#include "efi/certinfo.h"
#include "efi/siglist.h"
#include "efi/ucs2.h"
#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

enum { ATTRIBUTE_NON_VOLATILE = 1, TEXT_SHOWN_MAX = 200, RANKS = 4 };

/* Both sides of one variable; either may be NULL. */
struct pair {
	const struct efistore_variable *before, *after;
};

struct comparison {
	const struct efistore *before, *after;
	struct varcompare_list *list;
	struct remark_list *remarks;
};

static const struct efistore_variable *any_of(const struct pair *pair)
{
	return pair->after ? pair->after : pair->before;
}

/* What an administrator wants to see first: state, keys, what is started, the rest. */
static unsigned rank_of(const struct efistore_variable *v);

/* --- Saying it --- */

static struct varcompare_change *add(struct comparison *c, const struct pair *pair,
				     enum varcompare_what what, struct fault *f, const char *format,
				     ...) __attribute__((format(printf, 5, 6)));

static struct varcompare_change *add(struct comparison *c, const struct pair *pair,
				     enum varcompare_what what, struct fault *f, const char *format,
				     ...)
{
	struct varcompare_change *items =
		reallocarray(c->list->items, c->list->count + 1, sizeof(*items));
	struct varcompare_change change = {
		.what = what, .guid = any_of(pair)->guid, .rank = rank_of(any_of(pair))};
	va_list args;

	if (items)
		c->list->items = items;
	va_start(args, format);
	if (vasprintf(&change.text, format, args) < 0)
		change.text = NULL;
	va_end(args);
	change.variable = strdup(any_of(pair)->name);
	if (!items || !change.text || !change.variable) {
		free(change.text);
		free(change.variable);
		fault_set(f, ENOMEM, "comparing variables");
		return NULL;
	}
	items[c->list->count] = change;
	return &items[c->list->count++];
}

static int say(struct comparison *c, const struct pair *pair, enum varcompare_what what,
	       const char *text, struct fault *f)
{
	return add(c, pair, what, f, "%s", text) ? 0 : -1;
}

/* --- Key databases --- */

static const struct database {
	const char *name;
	const struct guid *guid;
	bool revokes; /* its entries refuse */
} databases[] = {
	{"PK", &guid_global, false},
	{"KEK", &guid_global, false},
	{"db", &guid_security_database, false},
	{"dbx", &guid_security_database, true},
	{"dbt", &guid_security_database, false},
	{"dbr", &guid_security_database, false},
	{"MokList", &guid_shim, false},
	{"MokListX", &guid_shim, true},
	{"MokListRT", &guid_shim, false},
	{"MokListXRT", &guid_shim, true},
};

static const struct database *database_of(const struct efistore_variable *v)
{
	for (size_t i = 0; i < sizeof(databases) / sizeof(databases[0]); i++)
		if (strcmp(v->name, databases[i].name) == 0 &&
		    guid_equal(&v->guid, databases[i].guid))
			return &databases[i];
	return NULL;
}

static int compare_entries(const struct siglist_entry *a, const struct siglist_entry *b)
{
	int order;

	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	order = memcmp(a->type_guid.bytes, b->type_guid.bytes, sizeof(a->type_guid.bytes));
	if (!order)
		order = memcmp(a->owner.bytes, b->owner.bytes, sizeof(a->owner.bytes));
	return order ? order : memcmp(a->data, b->data, a->size);
}

static int compare_places(const void *a, const void *b)
{
	return compare_entries(*(const struct siglist_entry *const *)a,
			       *(const struct siglist_entry *const *)b);
}

/* The entries of a list, sorted to be looked up: a hostile dbx has 60000. NULL: no memory. */
static const struct siglist_entry **sorted(const struct siglist *list)
{
	const struct siglist_entry **places = calloc(list->count + 1, sizeof(*places));

	for (size_t i = 0; places && i < list->count; i++)
		places[i] = &list->entries[i];
	if (places)
		qsort(places, list->count, sizeof(*places), compare_places);
	return places;
}

/* What an entry is, for a sentence; its digest. */
static int describe(const struct siglist_entry *entry, struct buf *text, struct buf *digest,
		    struct fault *f)
{
	struct certinfo cert;
	struct fault why = {0};

	if (entry->type != SIGLIST_X509) {
		buf_printf(text, "the %s hash ", siglist_type_name(entry->type));
		buf_hex(text, entry->data, entry->size < 64 ? entry->size : 64);
		buf_printf(digest, "%s:", siglist_type_name(entry->type));
		buf_hex(digest, entry->data, entry->size);
		return 0;
	}
	if (certinfo_decode(entry->data, entry->size, &cert, &why) < 0 && why.os != EINVAL) {
		certinfo_done(&cert);
		*f = why;
		return -1;
	}
	if (cert.subject)
		buf_printf(text, "the certificate \"%s\"", cert.subject);
	else
		buf_puts(text, "what should be a certificate and is none");
	buf_puts(digest, "sha256:");
	buf_hex(digest, cert.sha256, sizeof(cert.sha256));
	certinfo_done(&cert);
	return 0;
}

static int say_entry(struct comparison *c, const struct pair *pair, const struct database *database,
		     const struct siglist_entry *entry, bool is_new, struct fault *f)
{
	enum varcompare_what what = !is_new		? VARCOMPARE_REMOVED
				    : database->revokes ? VARCOMPARE_REVOKED
							: VARCOMPARE_ENROLLED;
	own_buf struct buf text = {0}, digest = {0};
	struct varcompare_change *change;

	if (describe(entry, &text, &digest, f) < 0)
		return -1;
	if (is_new)
		buf_puts(&text, database->revokes ? " is refused now" : " was enrolled");
	else
		buf_puts(&text, database->revokes ? " is no longer refused" : " was removed");
	change = add(c, pair, what, f, "%s", buf_text(&text));
	if (!change)
		return -1;
	change->type = siglist_type_name(entry->type);
	change->digest = digest.failed ? NULL : strdup(buf_text(&digest));
	return change->digest ? 0 : fault_set(f, ENOMEM, "comparing variables");
}

/* The factory's value, if the firmware tells it: PKDefault, KEKDefault, dbDefault, dbxDefault. */
static bool is_factory(const struct comparison *c, const struct efistore_variable *v)
{
	const struct efistore_variable *factory;
	char name[EFISTORE_NAME_MAX + 8];

	snprintf(name, sizeof(name), "%sDefault", v->name);
	factory = efistore_find(c->after, &guid_global, name);
	return factory && !factory->unreadable && factory->size && factory->size == v->size &&
	       memcmp(factory->data, v->data, v->size) == 0;
}

/* The entries of one side that the other does not have. */
static int say_entries(struct comparison *c, const struct pair *pair,
		       const struct database *database, const struct siglist *mine,
		       const struct siglist *theirs, bool is_new, struct fault *f)
{
	own_mem const struct siglist_entry **places = sorted(theirs);

	if (!places)
		return fault_set(f, ENOMEM, "comparing variables");
	for (size_t i = 0; i < mine->count; i++) {
		const struct siglist_entry *entry = &mine->entries[i];

		if (!bsearch(&entry, places, theirs->count, sizeof(*places), compare_places) &&
		    say_entry(c, pair, database, entry, is_new, f) < 0)
			return -1;
	}
	return 0;
}

static int compare_lists(struct comparison *c, const struct pair *pair,
			 const struct database *database, const struct siglist *before,
			 const struct siglist *after, struct fault *f)
{
	size_t count = c->list->count;

	if (before->count && !after->count)
		return add(c, pair, VARCOMPARE_RESET, f, "%s %s: all its %zu entries are gone",
			   database->name, pair->after ? "was emptied" : "is not there any more",
			   before->count)
			       ? 0
			       : -1;
	if (pair->after && is_factory(c, pair->after) &&
	    !add(c, pair, VARCOMPARE_RESET, f, "%s is what the factory put there", database->name))
		return -1;
	if (say_entries(c, pair, database, before, after, false, f) < 0 ||
	    say_entries(c, pair, database, after, before, true, f) < 0)
		return -1;
	if (c->list->count != count)
		return 0;
	/* Not one entry came or went, yet the bytes differ. */
	if (before->malformed || after->malformed)
		return say(c, pair, VARCOMPARE_CHANGED, "what is malformed in it differs", f);
	if (before->count == after->count)
		return say(c, pair, VARCOMPARE_REORDERED,
			   "the same entries, in another order or in other lists", f);
	return say(c, pair, VARCOMPARE_CHANGED, "the same entries, some more or less often", f);
}

static int compare_database(struct comparison *c, const struct pair *pair,
			    const struct database *database, struct fault *f)
{
	struct siglist before = {0}, after = {0};
	size_t first = c->list->count;
	int result;

	if ((pair->before &&
	     siglist_decode(pair->before->data, pair->before->size, &before, f) < 0) ||
	    (pair->after && siglist_decode(pair->after->data, pair->after->size, &after, f) < 0))
		result = -1;
	else
		result = compare_lists(c, pair, database, &before, &after, f);
	for (size_t i = first; i < c->list->count; i++)
		c->list->items[i].database = database->name;
	siglist_done(&before);
	siglist_done(&after);
	return result;
}

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

static const char *flag_text(const struct pair *pair)
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

/* --- Boot options --- */

static bool is_global(const struct efistore_variable *v, const char *name)
{
	return guid_equal(&v->guid, &guid_global) && strcmp(v->name, name) == 0;
}

static bool is_boot_option(const struct efistore_variable *v)
{
	return guid_equal(&v->guid, &guid_global) && strlen(v->name) == 8 &&
	       strncmp(v->name, "Boot", 4) == 0 && strspn(v->name + 4, "0123456789ABCDEF") == 4;
}

static void add_names(const struct efistore_variable *v, struct buf *text)
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

static int compare_order(struct comparison *c, const struct pair *pair, struct fault *f)
{
	enum varcompare_what what =
		is_reordered(pair->before, pair->after) ? VARCOMPARE_REORDERED : VARCOMPARE_CHANGED;
	own_buf struct buf before = {0}, after = {0};

	add_names(pair->before, &before);
	add_names(pair->after, &after);
	return add(c, pair, what, f, "was %s, is %s", buf_text(&before), buf_text(&after)) ? 0 : -1;
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

static int compare_options(struct comparison *c, const struct pair *pair, struct fault *f)
{
	struct bootoption before = {0}, after = {0};
	own_buf struct buf text = {0};
	int result = -1;

	if (bootoption_decode(pair->before->data, pair->before->size, &before, f) == 0 &&
	    bootoption_decode(pair->after->data, pair->after->size, &after, f) == 0) {
		add_parts(&before, &after, &text);
		result = say(c, pair, VARCOMPARE_CHANGED, buf_text(&text), f);
	}
	bootoption_done(&before);
	bootoption_done(&after);
	return result;
}

static int say_option(struct comparison *c, const struct pair *pair, struct fault *f)
{
	const struct efistore_variable *v = any_of(pair);
	enum varcompare_what what = pair->after ? VARCOMPARE_ADDED : VARCOMPARE_REMOVED;
	struct bootoption option;
	int result;

	if (bootoption_decode(v->data, v->size, &option, f) < 0)
		return -1;
	if (option.why[0])
		result = say(c, pair, what, "a malformed boot option", f);
	else
		result = add(c, pair, what, f, "the boot option \"%s\", %s%s%s%s", option.title,
			     option.path, option.optional_text ? ", options \"" : "",
			     option.optional_text ? option.optional_text : "",
			     option.optional_text ? "\"" : "")
				 ? 0
				 : -1;
	bootoption_done(&option);
	return result;
}

static unsigned rank_of(const struct efistore_variable *v)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(flags[i].name, v->name) == 0)
			return 0;
	if (database_of(v))
		return 1;
	return is_boot_option(v) || is_global(v, "BootOrder") || is_global(v, "BootNext") ? 2 : 3;
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

static int compare_values(struct comparison *c, const struct pair *pair, struct fault *f)
{
	own_buf struct buf before = {0}, after = {0};
	bool same = pair->before->size == pair->after->size &&
		    memcmp(pair->before->data, pair->after->data, pair->after->size) == 0;

	if (same)
		return add(c, pair, VARCOMPARE_CHANGED, f, "its attributes were 0x%x, are 0x%x",
			   pair->before->attributes, pair->after->attributes)
			       ? 0
			       : -1;
	add_value(pair->before, &before);
	add_value(pair->after, &after);
	if (strcmp(buf_text(&before), buf_text(&after)) == 0)
		return add(c, pair, VARCOMPARE_CHANGED, f, "other data, %s as before",
			   buf_text(&after))
			       ? 0
			       : -1;
	return add(c, pair, VARCOMPARE_CHANGED, f, "was %s, is %s", buf_text(&before),
		   buf_text(&after))
		       ? 0
		       : -1;
}

static int say_value(struct comparison *c, const struct pair *pair, struct fault *f)
{
	own_buf struct buf value = {0};

	if (is_global(any_of(pair), "BootNext") || is_global(any_of(pair), "BootOrder"))
		add_names(any_of(pair), &value);
	else
		add_value(any_of(pair), &value);
	return add(c, pair, pair->after ? VARCOMPARE_ADDED : VARCOMPARE_REMOVED, f, "%s %s",
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

static bool is_same(const struct pair *pair)
{
	const struct efistore_variable *a = pair->before, *b = pair->after;

	return a && b && a->size == b->size && a->attributes == b->attributes &&
	       a->unreadable == b->unreadable &&
	       (!a->size || memcmp(a->data, b->data, a->size) == 0);
}

/* A store holds no volatile variables: that one is not there says nothing. */
static bool is_unknowable(const struct comparison *c, const struct pair *pair)
{
	return pair->before && !pair->after && efistore_kind(c->after) == EFISTORE_VARSTORE &&
	       !(pair->before->attributes & ATTRIBUTE_NON_VOLATILE);
}

static void remark_side(struct comparison *c, const struct efistore_variable *v, const char *when)
{
	struct fault fault;

	if (!v || !v->unreadable)
		return;
	fault_set(&fault, v->unreadable, "reading it %s", when);
	remark_add(c->remarks, v->name, &fault);
}

static bool is_readable(const struct pair *pair)
{
	return !(pair->before && pair->before->unreadable) &&
	       !(pair->after && pair->after->unreadable);
}

static int compare_pair(struct comparison *c, const struct pair *pair, struct fault *f)
{
	const struct efistore_variable *v = any_of(pair);
	const struct database *database = database_of(v);
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
		return say(c, pair, VARCOMPARE_CHANGED, text, f);
	/* An empty database that comes or goes is a variable like others. */
	if (database &&
	    ((pair->before && pair->before->size) || (pair->after && pair->after->size)))
		return compare_database(c, pair, database, f);
	if (!pair->before || !pair->after)
		return is_boot_option(v) ? say_option(c, pair, f) : say_value(c, pair, f);
	if (is_global(v, "BootOrder") || is_global(v, "BootNext"))
		return compare_order(c, pair, f);
	return is_boot_option(v) ? compare_options(c, pair, f) : compare_values(c, pair, f);
}

static int order_of(const struct efistore_variable *a, const struct efistore_variable *b)
{
	int order = memcmp(a->guid.bytes, b->guid.bytes, sizeof(a->guid.bytes));

	return order ? order : strcmp(a->name, b->name);
}

/* The next pair of two sorted lists. */
static struct pair next_pair(const struct comparison *c, size_t *i, size_t *j)
{
	struct pair pair = {0};
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
	struct comparison c = {.before = before, .after = after, .list = &list, .remarks = remarks};
	size_t i = 0, j = 0;

	while (i < efistore_count(before) || j < efistore_count(after)) {
		struct pair pair = next_pair(&c, &i, &j);

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
