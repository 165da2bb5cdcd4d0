/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who starts an image, and why: edk2's SecurityPkg/Library/DxeImageVerificationLib and shim's verify.c,
 * told step by step in docs/formats/authenticode.md.
 */
#include "efi/imagerules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scanner/base/bytes.h"

__attribute__((format(printf, 2, 3))) static struct imagerules_verdict
say(enum imagecheck_start start, const char *format, ...)
{
	struct imagerules_verdict v = {.start = start};
	va_list args;

	va_start(args, format);
	vsnprintf(v.because, sizeof(v.because), format, args);
	va_end(args);
	return v;
}

enum {
	SHA256_AT = 1, /* in struct authenticode_digests */
	/* IMAGE_SUBSYSTEM_EFI_APPLICATION to _ROM, which edk2's LoadImage takes */
	SUBSYSTEM_FIRST = 10,
	SUBSYSTEM_LAST = 13,
};

/* --- The databases --- */

static const struct siglist *list_of(const struct imagerules *r, enum secureboot_database_id id)
{
	return &r->state->databases[id].list;
}

static bool present(const struct imagerules *r, enum secureboot_database_id id)
{
	return r->state->databases[id].variable;
}

static bool unreadable(const struct imagerules *r, enum secureboot_database_id id)
{
	return present(r, id) && r->state->databases[id].variable->unreadable;
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
		result = shimimage_anchors(list_of(r, lists[i].id), lists[i].out, f);
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
static bool digest_listed(const struct siglist *list, const struct digest *digest)
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

static const struct trustanchor *chained(const struct imagerules_signature *s,
					 const struct trustanchor_list *list)
{
	for (size_t i = 0; s->valid && i < list->count; i++)
		if (authenticode_verify(s->message, s->digest, list->items[i]))
			return list->items[i];
	return NULL;
}

/* As shim asks: certificates that it takes, and SHA-256. */
static const struct trustanchor *chained_by_shim(const struct imagerules_image *image,
						 const struct imagerules_signature *s,
						 const struct trustanchor_list *list)
{
	if (!s->entry->for_shim || !s->message)
		return NULL;
	for (size_t i = 0; i < list->count; i++)
		if (trustanchor_for_shim(list->items[i]) &&
		    authenticode_verify_by_shim(s->message, &image->digests.shim_sha256,
						list->items[i]))
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
	const struct siglist *dbx = list_of(r, SECUREBOOT_DBX);

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

static bool signer_listed(const struct imagerules *r, const struct imagerules_signature *s)
{
	for (size_t i = 0; s->message && i < authenticode_signer_count(s->message); i++)
		if (tbs_listed(r, s, tbs_of_signer, s->message, i))
			return true;
	return false;
}

const char *imagerules_anchor(const struct imagerules *r, const struct imagerules_signature *s)
{
	if (chained(s, &r->db))
		return "db";
	if (chained(s, &r->mok))
		return "MokListRT";
	for (size_t i = 0; i < r->shim_count; i++)
		if (chained(s, &r->shims[i].certs))
			return "shim";
	return chained(s, &r->given) ? "given" : NULL;
}

const char *imagerules_revoked(const struct imagerules *r, const struct imagerules_signature *s)
{
	if (chained(s, &r->dbx) || signer_listed(r, s))
		return "dbx";
	if (chained(s, &r->mokx))
		return "MokListXRT";
	for (size_t i = 0; i < r->shim_count; i++)
		if (chained(s, &r->shims[i].revoked_certs))
			return "shim";
	return NULL;
}

/* --- The firmware --- */

/* An unsigned image by its digests of the algorithms from `first` to `last`. */
static struct imagerules_verdict by_digests(const struct imagerules *r,
					    const struct imagerules_image *image, size_t first,
					    size_t last)
{
	const char *in_db = NULL;

	for (size_t i = first; i <= last; i++) {
		const struct digest *digest = &image->digests.of[i];

		if (digest_listed(list_of(r, SECUREBOOT_DBX), digest))
			return say(IMAGECHECK_REFUSED, "its %s digest is in dbx",
				   digest->algo->name);
		if (digest_listed(list_of(r, SECUREBOOT_DB), digest))
			in_db = digest->algo->name;
	}
	if (in_db)
		return say(IMAGECHECK_STARTS, "it is not signed; its %s digest is in db", in_db);
	return say(IMAGECHECK_REFUSED, "it is not signed, and its digest is not in db");
}

/* Older edk2 asks for SHA-256 alone (OVMF of 2022 was seen to), newer for each of the four. */
static struct imagerules_verdict unsigned_by_firmware(const struct imagerules *r,
						      const struct imagerules_image *image)
{
	struct imagerules_verdict older = by_digests(r, image, SHA256_AT, SHA256_AT),
				  newer = by_digests(r, image, 0, AUTHENTICODE_ALGOS - 1);

	if (older.start == newer.start)
		return newer;
	return say(IMAGECHECK_UNKNOWN,
		   "firmware that looks only for SHA-256 %s it, other firmware does not: %.120s",
		   older.start == IMAGECHECK_STARTS ? "starts" : "refuses", newer.because);
}

static const char *signer_name(const struct imagerules_signature *s)
{
	const struct authenticode_signer *signer =
		s->message && authenticode_signer_count(s->message) > 0
			? authenticode_signer_at(s->message, 0)
			: NULL;

	return signer && signer->name ? signer->name : "nobody it names";
}

/* What dbx has against a signature. */
static bool forbidden(const struct imagerules *r, const struct imagerules_signature *s,
		      struct imagerules_verdict *out)
{
	const struct trustanchor *by = chained(s, &r->dbx);

	if (!present(r, SECUREBOOT_DBX))
		return false;
	if (by)
		*out = say(IMAGECHECK_REFUSED, "dbx holds %s, which vouches for its signature",
			   trustanchor_name(by));
	else if (!s->message || !authenticode_has_signers(s->message))
		*out = say(IMAGECHECK_REFUSED,
			   "a signature does not bring its signer's certificate");
	else if (signer_listed(r, s))
		*out = say(IMAGECHECK_REFUSED, "dbx holds the hash of its signer's certificate, %s",
			   signer_name(s));
	else
		return false;
	return true;
}

/* Does db admit by a certificate? Only the first one that verifies is asked. */
static bool allowed(const struct imagerules *r, const struct imagerules_signature *s,
		    struct imagerules_verdict *out)
{
	const struct trustanchor *by = chained(s, &r->db);

	if (!by)
		return false;
	if (present(r, SECUREBOOT_DBX) && tbs_listed(r, s, tbs_of_anchor, by, 0)) {
		*out = say(IMAGECHECK_REFUSED, "dbx holds the hash of %s, which db trusts",
			   trustanchor_name(by));
		return false;
	}
	if (!authenticode_is_rsa(s->message) || !trustanchor_is_rsa(by)) {
		*out = say(IMAGECHECK_UNKNOWN,
			   "signed by %s, which %s in db vouches for, not with RSA: few firmwares "
			   "verify that",
			   signer_name(s), trustanchor_name(by));
		return false;
	}
	*out = say(IMAGECHECK_STARTS, "signed by %s, which %s in db vouches for", signer_name(s),
		   trustanchor_name(by));
	return true;
}

/* What to say of a signature that nobody in a list vouches for. */
static struct imagerules_verdict nobody(const struct imagerules_signature *s, const char *where)
{
	if (!s->message)
		return say(IMAGECHECK_REFUSED, "its signature cannot be read");
	if (!s->digest)
		return say(IMAGECHECK_REFUSED,
			   "its signature's digest algorithm is not known there");
	if (!authenticode_covers(s->message, s->digest))
		return say(IMAGECHECK_REFUSED, "it was changed after %s signed it", signer_name(s));
	if (!s->valid)
		return say(IMAGECHECK_REFUSED, "its signature is bad");
	return say(IMAGECHECK_REFUSED, "signed by %s, for which %s does not vouch", signer_name(s),
		   where);
}

/* One entry of the table. true: the image is refused for good. */
static bool signature_by_firmware(const struct imagerules *r, const struct imagerules_signature *s,
				  bool *verified, struct imagerules_verdict *out)
{
	struct imagerules_verdict why = nobody(s, "db");

	if (forbidden(r, s, out))
		return true;
	if (!*verified && allowed(r, s, &why))
		*verified = true;
	if (digest_listed(list_of(r, SECUREBOOT_DBX), s->digest)) {
		*out = say(IMAGECHECK_REFUSED, "its %s digest is in dbx", s->digest->algo->name);
		return true;
	}
	if (!*verified && digest_listed(list_of(r, SECUREBOOT_DB), s->digest)) {
		why = say(IMAGECHECK_STARTS, "its %s digest is in db", s->digest->algo->name);
		*verified = true;
	}
	if (why.start == IMAGECHECK_STARTS || out->start == IMAGECHECK_REFUSED)
		*out = why;
	return false;
}

static struct imagerules_verdict signed_by_firmware(const struct imagerules *r,
						    const struct imagerules_image *image)
{
	struct imagerules_verdict v =
		say(IMAGECHECK_REFUSED, "it has no signature of a kind that firmware knows");
	bool verified = false;

	for (size_t i = 0; i < image->table.count; i++)
		if (image->signatures[i].digest &&
		    signature_by_firmware(r, &image->signatures[i], &verified, &v))
			return v;
	if (image->table.malformed)
		return say(IMAGECHECK_REFUSED, "%s", image->table.malformed);
	return v;
}

/* With Secure Boot on. */
static struct imagerules_verdict enforced(const struct imagerules *r,
					  const struct imagerules_image *image)
{
	if (image->digests.missing)
		return say(image->digests.refused ? IMAGECHECK_REFUSED : IMAGECHECK_UNKNOWN, "%s",
			   image->digests.missing);
	if (unreadable(r, SECUREBOOT_DB) || unreadable(r, SECUREBOOT_DBX))
		return say(IMAGECHECK_UNKNOWN, "db or dbx could not be read");
	if (image->table.too_much)
		return say(IMAGECHECK_UNKNOWN,
			   "it has more or larger signatures than are looked at");
	return image->pe->security_size ? signed_by_firmware(r, image)
					: unsigned_by_firmware(r, image);
}

static const char *const start_words[] = {
	[IMAGECHECK_STARTS] = "started",
	[IMAGECHECK_REFUSED] = "refused",
	[IMAGECHECK_UNKNOWN] = "not known",
};

/* The state of Secure Boot is not known: what it would be with it is worth saying. */
static struct imagerules_verdict unsure(struct imagerules_verdict with)
{
	return say(IMAGECHECK_UNKNOWN,
		   "whether Secure Boot is on is not known; with it: %s, %.140s",
		   start_words[with.start], with.because);
}

struct imagerules_verdict imagerules_firmware(const struct imagerules *r,
					      const struct imagerules_image *image)
{
	if (image->pe->malformed)
		return say(IMAGECHECK_REFUSED, "malformed: %s", image->pe->malformed);
	if (image->pe->subsystem < SUBSYSTEM_FIRST || image->pe->subsystem > SUBSYSTEM_LAST)
		return say(IMAGECHECK_REFUSED, "it is not a program for UEFI, by its subsystem");
	switch (r->state->word) {
	case SECUREBOOT_ENFORCING: return enforced(r, image);
	case SECUREBOOT_SETUP_MODE: return say(IMAGECHECK_STARTS, "the firmware is in setup mode");
	case SECUREBOOT_DISABLED: return say(IMAGECHECK_STARTS, "Secure Boot is off");
	case SECUREBOOT_NOT_UEFI: return say(IMAGECHECK_UNKNOWN, "there is no UEFI firmware");
	default: return unsure(enforced(r, image));
	}
}

/* --- Shim --- */

static bool shim_known(const struct imagerules *r)
{
	/* A shim that ran left its own certificate in MokListRT. */
	return r->shim_count > 0 || (r->state->shim_ran && present(r, SECUREBOOT_MOK));
}

/* The level that counts: the newer of the variable's and of what a shim would write. */
static const struct sbat *level_of(const struct imagerules *r)
{
	const struct sbat *level = &r->level;

	for (size_t i = 0; i < r->shim_count; i++)
		if (sbat_level_newer(level, &r->shims[i].level))
			level = &r->shims[i].level;
	return level->count > 0 && !level->malformed ? level : NULL;
}

const struct sbat_line *imagerules_sbat_revoked(const struct imagerules *r,
						const struct imagerules_image *image)
{
	const struct sbat *level = level_of(r);

	return level && image->has_sbat ? sbat_revoked(&image->sbat, level) : NULL;
}

static bool in_own_list(const struct imagerules *r, const struct imagerules_image *image,
			bool revoked, bool with_sha1)
{
	for (size_t i = 0; i < r->shim_count; i++) {
		const struct siglist *list =
			revoked ? &r->shims[i].revoked : &r->shims[i].authorized;

		if (digest_listed(list, &image->digests.shim_sha256) ||
		    (with_sha1 && digest_listed(list, &image->digests.shim_sha1)))
			return true;
	}
	return false;
}

/* Where shim finds the image's digest among what is revoked; NULL: nowhere. */
static const char *digest_revoked(const struct imagerules *r, const struct imagerules_image *image)
{
	const struct siglist *dbx = list_of(r, SECUREBOOT_DBX);

	if (in_own_list(r, image, true, true))
		return "shim's own list of revoked images";
	if (digest_listed(dbx, &image->digests.shim_sha256) ||
	    digest_listed(dbx, &image->digests.shim_sha1))
		return "dbx";
	if (digest_listed(list_of(r, SECUREBOOT_MOKX), &image->digests.shim_sha256))
		return "MokListXRT";
	return NULL;
}

static const char *digest_allowed(const struct imagerules *r, const struct imagerules_image *image)
{
	const struct siglist *db = list_of(r, SECUREBOOT_DB);

	if (digest_listed(db, &image->digests.shim_sha256) ||
	    digest_listed(db, &image->digests.shim_sha1))
		return "db";
	if (in_own_list(r, image, false, false))
		return "shim's own list";
	if (digest_listed(list_of(r, SECUREBOOT_MOK), &image->digests.shim_sha256))
		return "MokListRT";
	return NULL;
}

/* The first certificate that vouches for a signature in the lists that shim asks, and which list. */
static const struct trustanchor *vouched(const struct imagerules *r,
					 const struct imagerules_image *image,
					 const struct imagerules_signature *s, bool revoked,
					 const char **out_where)
{
	const struct trustanchor *by = chained_by_shim(image, s, revoked ? &r->dbx : &r->db);

	*out_where = revoked ? "dbx" : "db";
	if (by)
		return by;
	*out_where = revoked ? "MokListXRT" : "MokListRT";
	by = chained_by_shim(image, s, revoked ? &r->mokx : &r->mok);
	for (size_t i = 0; !by && i < r->shim_count; i++) {
		*out_where = "shim itself";
		by = chained_by_shim(image, s,
				     revoked ? &r->shims[i].revoked_certs : &r->shims[i].certs);
	}
	return by;
}

static struct imagerules_verdict signature_by_shim(const struct imagerules *r,
						   const struct imagerules_image *image,
						   const struct imagerules_signature *s)
{
	const struct trustanchor *by;
	const char *where;

	by = vouched(r, image, s, true, &where);
	if (by)
		return say(IMAGECHECK_REFUSED, "%s revokes %s, which vouches for its signature",
			   where, trustanchor_name(by));
	by = vouched(r, image, s, false, &where);
	if (by)
		return say(IMAGECHECK_STARTS, "signed by %s, which %s in %s vouches for",
			   signer_name(s), trustanchor_name(by), where);
	if (s->valid && s->digest->algo->id != HASHALGO_SHA256)
		return say(IMAGECHECK_REFUSED, "shim takes no %s signatures",
			   s->digest->algo->name);
	if (s->valid && !authenticode_is_rsa(s->message))
		return say(IMAGECHECK_REFUSED, "shim takes no signatures but those of RSA keys");
	if (s->valid && !shim_known(r))
		return say(IMAGECHECK_UNKNOWN,
			   "signed by %s; whom shim trusts by itself is not known", signer_name(s));
	return nobody(s, "db, MokListRT or shim");
}

/* Of several signatures the best counts. */
static struct imagerules_verdict signed_by_shim(const struct imagerules *r,
						const struct imagerules_image *image)
{
	struct imagerules_verdict best =
		say(IMAGECHECK_REFUSED, "it has no signature that shim knows");
	bool any = false;

	for (size_t i = 0; i < image->table.count; i++) {
		struct imagerules_verdict v;

		if (!image->table.entries[i].for_shim)
			continue;
		v = signature_by_shim(r, image, &image->signatures[i]);
		if (!any || v.start == IMAGECHECK_STARTS ||
		    (v.start == IMAGECHECK_UNKNOWN && best.start == IMAGECHECK_REFUSED))
			if (best.start != IMAGECHECK_STARTS)
				best = v;
		any = true;
	}
	return best;
}

/* Was it admitted so far? Then SBAT decides. */
static struct imagerules_verdict with_sbat(const struct imagerules *r,
					   const struct imagerules_image *image,
					   struct imagerules_verdict v)
{
	const struct sbat_line *revoked;

	if (v.start == IMAGECHECK_REFUSED)
		return v;
	if (!image->has_sbat) {
		/* Second stages must have it; what a loader asks about need not. */
		if (image->role == IMAGECHECK_GRUB || image->role == IMAGECHECK_SYSTEMD_BOOT ||
		    image->role == IMAGECHECK_REFIND || image->role == IMAGECHECK_LIMINE)
			return say(IMAGECHECK_REFUSED, "it has no .sbat section");
		return v;
	}
	if (image->sbat.too_much || image->sbat.malformed)
		return say(image->sbat.malformed ? IMAGECHECK_REFUSED : IMAGECHECK_UNKNOWN,
			   ".sbat: %s",
			   image->sbat.malformed ? image->sbat.malformed
						 : "it is too large to look at");
	if (!level_of(r))
		return say(IMAGECHECK_UNKNOWN, "%.140s; the SBAT level is not known", v.because);
	revoked = imagerules_sbat_revoked(r, image);
	if (revoked)
		return say(IMAGECHECK_REFUSED, "the SBAT level revokes %.60s of generation %u",
			   revoked->component, revoked->generation);
	return v;
}

static struct imagerules_verdict verified_by_shim(const struct imagerules *r,
						  const struct imagerules_image *image)
{
	const char *where;

	if (image->digests.missing)
		return say(IMAGECHECK_UNKNOWN, "%s", image->digests.missing);
	where = digest_revoked(r, image);
	if (where)
		return say(IMAGECHECK_REFUSED, "its digest is in %s", where);
	where = digest_allowed(r, image);
	if (where)
		return with_sbat(r, image, say(IMAGECHECK_STARTS, "its digest is in %s", where));
	if (image->pe->security_size == 0)
		return shim_known(r)
			       ? say(IMAGECHECK_REFUSED,
				     "it is not signed, and its digest is not in db or MokListRT")
			       : say(IMAGECHECK_UNKNOWN,
				     "it is not signed; which digests MokListRT holds is not known");
	if (image->table.malformed_shim)
		return say(IMAGECHECK_REFUSED, "%s", image->table.malformed_shim);
	if (image->table.too_much)
		return say(IMAGECHECK_UNKNOWN,
			   "it has more or larger signatures than are looked at");
	return with_sbat(r, image, signed_by_shim(r, image));
}

struct imagerules_verdict imagerules_shim(const struct imagerules *r,
					  const struct imagerules_image *image)
{
	if (image->pe->malformed)
		return say(IMAGECHECK_REFUSED, "malformed: %s", image->pe->malformed);
	/* Shim needs the digests to measure them, whether it verifies or not. */
	if (image->pe->malformed_shim)
		return say(IMAGECHECK_REFUSED, "malformed: %s", image->pe->malformed_shim);
	if (image->digests.missing && image->digests.refused)
		return say(IMAGECHECK_REFUSED, "%s", image->digests.missing);
	if (r->state->word == SECUREBOOT_SETUP_MODE || r->state->word == SECUREBOOT_DISABLED)
		return say(IMAGECHECK_STARTS, "Secure Boot is not enforced");
	if (r->state->word == SECUREBOOT_NOT_UEFI)
		return say(IMAGECHECK_UNKNOWN, "there is no UEFI firmware");
	if (r->state->mok_validation_off == SECUREBOOT_FLAG_ON)
		return say(IMAGECHECK_STARTS, "shim's validation is turned off (MokSBStateRT)");
	if (r->state->word == SECUREBOOT_ENFORCING)
		return verified_by_shim(r, image);
	return unsure(verified_by_shim(r, image));
}
