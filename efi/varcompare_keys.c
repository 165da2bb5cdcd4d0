/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which entries of a key database came and went. */
#include "efi/varcompare_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/certinfo.h"
#include "efi/siglist.h"
#include "scanner/base/own.h"

static const struct varcompare_database databases[] = {
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

const struct varcompare_database *varcompare_database_of(const struct efistore_variable *v)
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

static int say_entry(struct varcompare *c, const struct varcompare_pair *pair,
		     const struct varcompare_database *database, const struct siglist_entry *entry,
		     bool is_new, struct fault *f)
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
	change = varcompare_add(c, pair, what, f, "%s", buf_text(&text));
	if (!change)
		return -1;
	change->type = siglist_type_name(entry->type);
	change->digest = digest.failed ? NULL : strdup(buf_text(&digest));
	return change->digest ? 0 : fault_set(f, ENOMEM, "comparing variables");
}

/* The factory's value, if the firmware tells it: PKDefault, KEKDefault, dbDefault, dbxDefault. */
static bool is_factory(const struct varcompare *c, const struct efistore_variable *v)
{
	const struct efistore_variable *factory;
	char name[EFISTORE_NAME_MAX + 8];

	snprintf(name, sizeof(name), "%sDefault", v->name);
	factory = efistore_find(c->after, &guid_global, name);
	return factory && !factory->unreadable && factory->size && factory->size == v->size &&
	       memcmp(factory->data, v->data, v->size) == 0;
}

/* The entries of one side that the other does not have. */
static int say_entries(struct varcompare *c, const struct varcompare_pair *pair,
		       const struct varcompare_database *database, const struct siglist *mine,
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

static int compare_lists(struct varcompare *c, const struct varcompare_pair *pair,
			 const struct varcompare_database *database, const struct siglist *before,
			 const struct siglist *after, struct fault *f)
{
	size_t count = c->list->count;

	if (before->count && !after->count)
		return varcompare_add(c, pair, VARCOMPARE_RESET, f,
				      "%s %s: all its %zu entries are gone", database->name,
				      pair->after ? "was emptied" : "is not there any more",
				      before->count)
			       ? 0
			       : -1;
	if (pair->after && is_factory(c, pair->after) &&
	    !varcompare_add(c, pair, VARCOMPARE_RESET, f, "%s is what the factory put there",
			    database->name))
		return -1;
	if (say_entries(c, pair, database, before, after, false, f) < 0 ||
	    say_entries(c, pair, database, after, before, true, f) < 0)
		return -1;
	if (c->list->count != count)
		return 0;
	/* Not one entry came or went, yet the bytes differ. */
	if (before->malformed || after->malformed)
		return varcompare_say(c, pair, VARCOMPARE_CHANGED,
				      "what is malformed in it differs", f);
	if (before->count == after->count)
		return varcompare_say(c, pair, VARCOMPARE_REORDERED,
				      "the same entries, in another order or in other lists", f);
	return varcompare_say(c, pair, VARCOMPARE_CHANGED,
			      "the same entries, some more or less often", f);
}

int varcompare_compare_database(struct varcompare *c, const struct varcompare_pair *pair,
				const struct varcompare_database *database, struct fault *f)
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
