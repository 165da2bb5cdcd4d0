/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether shim starts an image, and why: its verify.c, told step by step in docs/formats/authenticode.md. */
#include "efi/imagerules_internal.h"

static bool shim_known(const struct imagerules *r)
{
	/* A shim that ran left its own certificate in MokListRT. */
	return r->shim_count > 0 || (r->state->shim_ran && imagerules_present(r, SECUREBOOT_MOK));
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

		if (imagerules_digest_listed(list, &image->digests.shim_sha256) ||
		    (with_sha1 && imagerules_digest_listed(list, &image->digests.shim_sha1)))
			return true;
	}
	return false;
}

/* Where shim finds the image's digest among what is revoked; NULL: nowhere. */
static const char *digest_revoked(const struct imagerules *r, const struct imagerules_image *image)
{
	const struct siglist *dbx = imagerules_list(r, SECUREBOOT_DBX);

	if (in_own_list(r, image, true, true))
		return "shim's own list of revoked images";
	if (imagerules_digest_listed(dbx, &image->digests.shim_sha256) ||
	    imagerules_digest_listed(dbx, &image->digests.shim_sha1))
		return "dbx";
	if (imagerules_digest_listed(imagerules_list(r, SECUREBOOT_MOKX),
				     &image->digests.shim_sha256))
		return "MokListXRT";
	return NULL;
}

static const char *digest_allowed(const struct imagerules *r, const struct imagerules_image *image)
{
	const struct siglist *db = imagerules_list(r, SECUREBOOT_DB);

	if (imagerules_digest_listed(db, &image->digests.shim_sha256) ||
	    imagerules_digest_listed(db, &image->digests.shim_sha1))
		return "db";
	if (in_own_list(r, image, false, false))
		return "shim's own list";
	if (imagerules_digest_listed(imagerules_list(r, SECUREBOOT_MOK),
				     &image->digests.shim_sha256))
		return "MokListRT";
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
		return imagerules_say(IMAGECHECK_REFUSED,
				      "%s revokes %s, which vouches for its signature", where,
				      trustanchor_name(by));
	by = vouched(r, image, s, false, &where);
	if (by)
		return imagerules_say(IMAGECHECK_STARTS, "signed by %s, which %s in %s vouches for",
				      imagerules_signer_name(s), trustanchor_name(by), where);
	if (s->valid && s->digest->algo->id != HASHALGO_SHA256)
		return imagerules_say(IMAGECHECK_REFUSED, "shim takes no %s signatures",
				      s->digest->algo->name);
	if (s->valid && !authenticode_is_rsa(s->message))
		return imagerules_say(IMAGECHECK_REFUSED,
				      "shim takes no signatures but those of RSA keys");
	if (s->valid && !shim_known(r))
		return imagerules_say(IMAGECHECK_UNKNOWN,
				      "signed by %s; whom shim trusts by itself is not known",
				      imagerules_signer_name(s));
	return imagerules_nobody(s, "db, MokListRT or shim");
}

/* Of several signatures the best counts. */
static struct imagerules_verdict signed_by_shim(const struct imagerules *r,
						const struct imagerules_image *image)
{
	struct imagerules_verdict best =
		imagerules_say(IMAGECHECK_REFUSED, "it has no signature that shim knows");
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
			return imagerules_say(IMAGECHECK_REFUSED, "it has no .sbat section");
		return v;
	}
	if (image->sbat.too_much || image->sbat.malformed)
		return imagerules_say(image->sbat.malformed ? IMAGECHECK_REFUSED
							    : IMAGECHECK_UNKNOWN,
				      ".sbat: %s",
				      image->sbat.malformed ? image->sbat.malformed
							    : "it is too large to look at");
	if (!level_of(r))
		return imagerules_say(IMAGECHECK_UNKNOWN, "%.140s; the SBAT level is not known",
				      v.because);
	revoked = imagerules_sbat_revoked(r, image);
	if (revoked)
		return imagerules_say(IMAGECHECK_REFUSED,
				      "the SBAT level revokes %.60s of generation %u",
				      revoked->component, revoked->generation);
	return v;
}

static struct imagerules_verdict verified_by_shim(const struct imagerules *r,
						  const struct imagerules_image *image)
{
	const char *where;

	if (image->digests.missing)
		return imagerules_say(IMAGECHECK_UNKNOWN, "%s", image->digests.missing);
	where = digest_revoked(r, image);
	if (where)
		return imagerules_say(IMAGECHECK_REFUSED, "its digest is in %s", where);
	where = digest_allowed(r, image);
	if (where)
		return with_sbat(r, image,
				 imagerules_say(IMAGECHECK_STARTS, "its digest is in %s", where));
	if (image->pe->security_size == 0)
		return shim_known(r)
			       ? imagerules_say(
					 IMAGECHECK_REFUSED,
					 "it is not signed, and its digest is not in db or MokListRT")
			       : imagerules_say(
					 IMAGECHECK_UNKNOWN,
					 "it is not signed; which digests MokListRT holds is not known");
	if (image->table.malformed_shim)
		return imagerules_say(IMAGECHECK_REFUSED, "%s", image->table.malformed_shim);
	if (image->table.too_much)
		return imagerules_say(IMAGECHECK_UNKNOWN,
				      "it has more or larger signatures than are looked at");
	return with_sbat(r, image, signed_by_shim(r, image));
}

struct imagerules_verdict imagerules_shim(const struct imagerules *r,
					  const struct imagerules_image *image)
{
	if (image->pe->malformed)
		return imagerules_say(IMAGECHECK_REFUSED, "malformed: %s", image->pe->malformed);
	/* Shim needs the digests to measure them, whether it verifies or not. */
	if (image->pe->malformed_shim)
		return imagerules_say(IMAGECHECK_REFUSED, "malformed: %s",
				      image->pe->malformed_shim);
	if (image->digests.missing && image->digests.refused)
		return imagerules_say(IMAGECHECK_REFUSED, "%s", image->digests.missing);
	if (r->state->word == SECUREBOOT_SETUP_MODE || r->state->word == SECUREBOOT_DISABLED)
		return imagerules_say(IMAGECHECK_STARTS, "Secure Boot is not enforced");
	if (r->state->word == SECUREBOOT_NOT_UEFI)
		return imagerules_say(IMAGECHECK_UNKNOWN, "there is no UEFI firmware");
	if (r->state->mok_validation_off == SECUREBOOT_FLAG_ON)
		return imagerules_say(IMAGECHECK_STARTS,
				      "shim's validation is turned off (MokSBStateRT)");
	if (r->state->word == SECUREBOOT_ENFORCING)
		return verified_by_shim(r, image);
	return imagerules_unsure(verified_by_shim(r, image));
}
