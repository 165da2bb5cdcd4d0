/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What both firmware and shim ask of an image and of the databases before they decide: imagerules_firmware.c,
 * imagerules_shim.c.
 */
#include "efi/imagerules_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scanner/base/bytes.h"

/* --- The databases --- */

const struct siglist *imagerules_list(const struct imagerules *r, enum secureboot_database_id id)
{
	return &r->state->databases[id].list;
}

bool imagerules_present(const struct imagerules *r, enum secureboot_database_id id)
{
	return r->state->databases[id].variable;
}

bool imagerules_unreadable(const struct imagerules *r, enum secureboot_database_id id)
{
	return imagerules_present(r, id) && r->state->databases[id].variable->unreadable;
}

int imagerules_init(struct imagerules *r, const struct secureboot *state, struct fault *f)
{
	const struct {
		enum secureboot_database_id id;
		struct trustanchor_list *out;
	} lists[] = {
		{SECUREBOOT_DB, &r->db},   {SECUREBOOT_DBX, &r->dbx},	{SECUREBOOT_DBT, &r->dbt},
		{SECUREBOOT_MOK, &r->mok}, {SECUREBOOT_MOKX, &r->mokx},
	};
	int result = 0;

	*r = (struct imagerules){.state = state};
	for (size_t i = 0; result == 0 && i < sizeof(lists) / sizeof(lists[0]); i++)
		result = shimimage_anchors(imagerules_list(r, lists[i].id), lists[i].out, f);
	if (result == 0 && state->sbat_level && !state->sbat_level->unreadable)
		result = sbat_decode(state->sbat_level->data, state->sbat_level->size, SBAT_LEVEL,
				     &r->level, f);
	if (result < 0)
		imagerules_done(r);
	return result;
}

void imagerules_done(struct imagerules *r)
{
	trustanchor_list_done(&r->db);
	trustanchor_list_done(&r->dbx);
	trustanchor_list_done(&r->dbt);
	trustanchor_list_done(&r->mok);
	trustanchor_list_done(&r->mokx);
	trustanchor_list_done(&r->given);
	sbat_done(&r->level);
}

/* Is an image's digest among the entries of its kind? */
bool imagerules_digest_listed(const struct siglist *list, const struct digest *digest)
{
	static const struct {
		enum hashalgo_id algo;
		enum siglist_type type;
	} kinds[] = {
		{HASHALGO_SHA1, SIGLIST_SHA1},
		{HASHALGO_SHA256, SIGLIST_SHA256},
		{HASHALGO_SHA384, SIGLIST_SHA384},
		{HASHALGO_SHA512, SIGLIST_SHA512},
	};

	for (size_t i = 0; digest && digest->size_bytes && i < list->count; i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			if (kinds[k].algo == digest->algo->id &&
			    kinds[k].type == list->entries[i].type &&
			    list->entries[i].size == digest->size_bytes &&
			    memcmp(list->entries[i].data, digest->value, digest->size_bytes) == 0)
				return true;
	return false;
}

/* --- The image --- */

int imagerules_image_init(struct imagerules_image *image, const struct peimage *pe,
			  enum imagecheck_role role, struct fault *f)
{
	const struct peimage_section *sbat = peimage_find(pe, ".sbat");
	struct bytes text;

	*image = (struct imagerules_image){.pe = pe, .role = role};
	if (authenticode_digest(pe, &image->digests, f) < 0)
		return -1;
	authenticode_table_decode(pe, &image->table);
	for (size_t i = 0; i < image->table.count; i++) {
		const struct authenticode_entry *entry = &image->table.entries[i];
		struct imagerules_signature *s = &image->signatures[i];
		const struct hashalgo *algo;

		s->entry = entry;
		if (!entry->message)
			continue;
		s->message = authenticode_message_new(entry->message, entry->size);
		algo = authenticode_edk2_algo(entry->message, entry->size);
		if (algo)
			s->digest = authenticode_digest_by(&image->digests, algo->id);
		s->valid = s->message && s->digest && authenticode_intact(s->message) &&
			   authenticode_covers(s->message, s->digest);
		image->table.too_much |= s->message && authenticode_too_much(s->message);
	}
	if (!sbat)
		return 0;
	text = peimage_content(pe, sbat);
	image->has_sbat = text.left > 0;
	return sbat_decode(text.at, text.left, SBAT_SECTION, &image->sbat, f);
}

void imagerules_image_done(struct imagerules_image *image)
{
	for (size_t i = 0; i < image->table.count; i++)
		authenticode_message_free(image->signatures[i].message);
	sbat_done(&image->sbat);
	*image = (struct imagerules_image){0};
}

/* --- One signature and a list of certificates --- */

const struct trustanchor *imagerules_chained(const struct imagerules_signature *s,
					     const struct trustanchor_list *list)
{
	for (size_t i = 0; s->valid && i < list->count; i++)
		if (authenticode_verify(s->message, s->digest, list->items[i]))
			return list->items[i];
	return NULL;
}

/* --- Hashes of certificates in dbx, and times of revocation --- */

/* EFI_TIME: year (2), month, day, hour, minute, second, and more that edk2 does not compare. */
static struct authenticode_time time_of(const struct siglist_entry *entry, size_t hash_size)
{
	struct bytes b = bytes_of(entry->data, entry->size);
	struct authenticode_time t = {0};

	bytes_take(&b, hash_size);
	t.year = bytes_u16le(&b);
	t.month = bytes_u8(&b);
	t.day = bytes_u8(&b);
	t.hour = bytes_u8(&b);
	t.minute = bytes_u8(&b);
	t.second = bytes_u8(&b);
	return t;
}

/* Does a time stamp prove that the signature is not younger? */
static bool stamped_before(const struct imagerules *r, const struct imagerules_signature *s,
			   const struct authenticode_time *revoked)
{
	const struct authenticode_time never = {0};
	struct authenticode_time t;

	if (authenticode_time_compare(revoked, &never) == 0)
		return false;
	for (size_t i = 0; i < r->dbt.count; i++)
		if (authenticode_timestamp(s->message, r->dbt.items[i], &t) &&
		    authenticode_time_compare(&t, revoked) <= 0)
			return true;
	return false;
}

typedef bool tbs_fn(const void *whose, size_t i, enum hashalgo_id algo, struct digest *out);

static bool tbs_of_signer(const void *whose, size_t i, enum hashalgo_id algo, struct digest *out)
{
	return authenticode_signer_tbs(whose, i, algo, out);
}

static bool tbs_of_anchor(const void *whose, size_t i, enum hashalgo_id algo, struct digest *out)
{
	(void)i;
	return trustanchor_tbs(whose, algo, out);
}

/* Is the hash of a certificate's signed part in dbx? Only the first entry that has it counts. */
static bool tbs_listed(const struct imagerules *r, const struct imagerules_signature *s,
		       tbs_fn *tbs, const void *whose, size_t index)
{
	static const struct {
		enum siglist_type type;
		enum hashalgo_id algo;
	} kinds[] = {
		{SIGLIST_X509_SHA256, HASHALGO_SHA256},
		{SIGLIST_X509_SHA384, HASHALGO_SHA384},
		{SIGLIST_X509_SHA512, HASHALGO_SHA512},
	};
	const struct siglist *dbx = imagerules_list(r, SECUREBOOT_DBX);

	for (size_t i = 0; i < dbx->count; i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			struct authenticode_time revoked;
			struct digest digest;

			if (dbx->entries[i].type != kinds[k].type ||
			    !tbs(whose, index, kinds[k].algo, &digest) ||
			    dbx->entries[i].size < digest.size_bytes ||
			    memcmp(dbx->entries[i].data, digest.value, digest.size_bytes) != 0)
				continue;
			revoked = time_of(&dbx->entries[i], digest.size_bytes);
			return !stamped_before(r, s, &revoked);
		}
	return false;
}

bool imagerules_signer_listed(const struct imagerules *r, const struct imagerules_signature *s)
{
	for (size_t i = 0; s->message && i < authenticode_signer_count(s->message); i++)
		if (tbs_listed(r, s, tbs_of_signer, s->message, i))
			return true;
	return false;
}

bool imagerules_anchor_listed(const struct imagerules *r, const struct imagerules_signature *s,
			      const struct trustanchor *anchor)
{
	return tbs_listed(r, s, tbs_of_anchor, anchor, 0);
}

const char *imagerules_anchor(const struct imagerules *r, const struct imagerules_signature *s)
{
	if (imagerules_chained(s, &r->db))
		return "db";
	if (imagerules_chained(s, &r->mok))
		return "MokListRT";
	for (size_t i = 0; i < r->shim_count; i++)
		if (imagerules_chained(s, &r->shims[i].certs))
			return "shim";
	return imagerules_chained(s, &r->given) ? "given" : NULL;
}

const char *imagerules_revoked(const struct imagerules *r, const struct imagerules_signature *s)
{
	if (imagerules_chained(s, &r->dbx) || imagerules_signer_listed(r, s))
		return "dbx";
	if (imagerules_chained(s, &r->mokx))
		return "MokListXRT";
	for (size_t i = 0; i < r->shim_count; i++)
		if (imagerules_chained(s, &r->shims[i].revoked_certs))
			return "shim";
	return NULL;
}

/* --- Saying it --- */

struct imagerules_verdict imagerules_say(enum imagecheck_start start, const char *format, ...)
{
	struct imagerules_verdict v = {.start = start};
	va_list args;

	va_start(args, format);
	vsnprintf(v.because, sizeof(v.because), format, args);
	va_end(args);
	return v;
}

const char *imagerules_signer_name(const struct imagerules_signature *s)
{
	const struct authenticode_signer *signer =
		s->message && authenticode_signer_count(s->message) > 0
			? authenticode_signer_at(s->message, 0)
			: NULL;

	return signer && signer->name ? signer->name : "nobody it names";
}

/* What to say of a signature that nobody in a list vouches for. */
struct imagerules_verdict imagerules_nobody(const struct imagerules_signature *s, const char *where)
{
	if (!s->message)
		return imagerules_say(IMAGECHECK_REFUSED, "its signature cannot be read");
	if (!s->digest)
		return imagerules_say(IMAGECHECK_REFUSED,
				      "its signature's digest algorithm is not known there");
	if (!authenticode_covers(s->message, s->digest))
		return imagerules_say(IMAGECHECK_REFUSED, "it was changed after %s signed it",
				      imagerules_signer_name(s));
	if (!s->valid)
		return imagerules_say(IMAGECHECK_REFUSED, "its signature is bad");
	return imagerules_say(IMAGECHECK_REFUSED, "signed by %s, for which %s does not vouch",
			      imagerules_signer_name(s), where);
}

static const char *const start_words[] = {
	[IMAGECHECK_STARTS] = "started",
	[IMAGECHECK_REFUSED] = "refused",
	[IMAGECHECK_UNKNOWN] = "not known",
};

struct imagerules_verdict imagerules_unsure(struct imagerules_verdict with)
{
	return imagerules_say(IMAGECHECK_UNKNOWN,
			      "whether Secure Boot is on is not known; with it: %s, %.140s",
			      start_words[with.start], with.because);
}
