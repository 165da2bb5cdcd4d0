/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether firmware starts an image, and why: edk2's SecurityPkg/Library/DxeImageVerificationLib, told step by
 * step in docs/formats/authenticode.md.
 */
#include "efi/imagerules_internal.h"

enum {
	SHA256_AT = 1, /* in struct authenticode_digests */
	/* IMAGE_SUBSYSTEM_EFI_APPLICATION to _ROM, which edk2's LoadImage takes */
	SUBSYSTEM_FIRST = 10,
	SUBSYSTEM_LAST = 13,
};

/* An unsigned image by its digests of the algorithms from `first` to `last`. */
static struct imagerules_verdict by_digests(const struct imagerules *r,
					    const struct imagerules_image *image, size_t first,
					    size_t last)
{
	const char *in_db = NULL;

	for (size_t i = first; i <= last; i++) {
		const struct digest *digest = &image->digests.of[i];

		if (imagerules_digest_listed(imagerules_list(r, SECUREBOOT_DBX), digest))
			return imagerules_say(IMAGECHECK_REFUSED, "its %s digest is in dbx",
					      digest->algo->name);
		if (imagerules_digest_listed(imagerules_list(r, SECUREBOOT_DB), digest))
			in_db = digest->algo->name;
	}
	if (in_db)
		return imagerules_say(IMAGECHECK_STARTS, "it is not signed; its %s digest is in db",
				      in_db);
	return imagerules_say(IMAGECHECK_REFUSED, "it is not signed, and its digest is not in db");
}

/* Older edk2 asks for SHA-256 alone (OVMF of 2022 was seen to), newer for each of the four. */
static struct imagerules_verdict unsigned_by_firmware(const struct imagerules *r,
						      const struct imagerules_image *image)
{
	struct imagerules_verdict older = by_digests(r, image, SHA256_AT, SHA256_AT),
				  newer = by_digests(r, image, 0, AUTHENTICODE_ALGOS - 1);

	if (older.start == newer.start)
		return newer;
	return imagerules_say(
		IMAGECHECK_UNKNOWN,
		"firmware that looks only for SHA-256 %s it, other firmware does not: %.120s",
		older.start == IMAGECHECK_STARTS ? "starts" : "refuses", newer.because);
}

/* What dbx has against a signature. */
static bool forbidden(const struct imagerules *r, const struct imagerules_signature *s,
		      struct imagerules_verdict *out)
{
	const struct trustanchor *by = imagerules_chained(s, &r->dbx);

	if (!imagerules_present(r, SECUREBOOT_DBX))
		return false;
	if (by)
		*out = imagerules_say(IMAGECHECK_REFUSED,
				      "dbx holds %s, which vouches for its signature",
				      trustanchor_name(by));
	else if (!s->message || !authenticode_has_signers(s->message))
		*out = imagerules_say(IMAGECHECK_REFUSED,
				      "a signature does not bring its signer's certificate");
	else if (imagerules_signer_listed(r, s))
		*out = imagerules_say(IMAGECHECK_REFUSED,
				      "dbx holds the hash of its signer's certificate, %s",
				      imagerules_signer_name(s));
	else
		return false;
	return true;
}

/* Does db admit by a certificate? Only the first one that verifies is asked. */
static bool allowed(const struct imagerules *r, const struct imagerules_signature *s,
		    struct imagerules_verdict *out)
{
	const struct trustanchor *by = imagerules_chained(s, &r->db);

	if (!by)
		return false;
	if (imagerules_present(r, SECUREBOOT_DBX) && imagerules_anchor_listed(r, s, by)) {
		*out = imagerules_say(IMAGECHECK_REFUSED,
				      "dbx holds the hash of %s, which db trusts",
				      trustanchor_name(by));
		return false;
	}
	if (!authenticode_is_rsa(s->message) || !trustanchor_is_rsa(by)) {
		*out = imagerules_say(
			IMAGECHECK_UNKNOWN,
			"signed by %s, which %s in db vouches for, not with RSA: few firmwares "
			"verify that",
			imagerules_signer_name(s), trustanchor_name(by));
		return false;
	}
	*out = imagerules_say(IMAGECHECK_STARTS, "signed by %s, which %s in db vouches for",
			      imagerules_signer_name(s), trustanchor_name(by));
	return true;
}

/* One entry of the table. true: the image is refused for good. */
static bool signature_by_firmware(const struct imagerules *r, const struct imagerules_signature *s,
				  bool *verified, struct imagerules_verdict *out)
{
	struct imagerules_verdict why = imagerules_nobody(s, "db");

	if (forbidden(r, s, out))
		return true;
	if (!*verified && allowed(r, s, &why))
		*verified = true;
	if (imagerules_digest_listed(imagerules_list(r, SECUREBOOT_DBX), s->digest)) {
		*out = imagerules_say(IMAGECHECK_REFUSED, "its %s digest is in dbx",
				      s->digest->algo->name);
		return true;
	}
	if (!*verified && imagerules_digest_listed(imagerules_list(r, SECUREBOOT_DB), s->digest)) {
		why = imagerules_say(IMAGECHECK_STARTS, "its %s digest is in db",
				     s->digest->algo->name);
		*verified = true;
	}
	if (why.start == IMAGECHECK_STARTS || out->start == IMAGECHECK_REFUSED)
		*out = why;
	return false;
}

static struct imagerules_verdict signed_by_firmware(const struct imagerules *r,
						    const struct imagerules_image *image)
{
	struct imagerules_verdict v = imagerules_say(
		IMAGECHECK_REFUSED, "it has no signature of a kind that firmware knows");
	bool verified = false;

	for (size_t i = 0; i < image->table.count; i++)
		if (image->signatures[i].digest &&
		    signature_by_firmware(r, &image->signatures[i], &verified, &v))
			return v;
	if (image->table.malformed)
		return imagerules_say(IMAGECHECK_REFUSED, "%s", image->table.malformed);
	return v;
}

/* With Secure Boot on. */
static struct imagerules_verdict enforced(const struct imagerules *r,
					  const struct imagerules_image *image)
{
	if (image->digests.missing)
		return imagerules_say(image->digests.refused ? IMAGECHECK_REFUSED
							     : IMAGECHECK_UNKNOWN,
				      "%s", image->digests.missing);
	if (imagerules_unreadable(r, SECUREBOOT_DB) || imagerules_unreadable(r, SECUREBOOT_DBX))
		return imagerules_say(IMAGECHECK_UNKNOWN, "db or dbx could not be read");
	if (image->table.too_much)
		return imagerules_say(IMAGECHECK_UNKNOWN,
				      "it has more or larger signatures than are looked at");
	return image->pe->security_size ? signed_by_firmware(r, image)
					: unsigned_by_firmware(r, image);
}

struct imagerules_verdict imagerules_firmware(const struct imagerules *r,
					      const struct imagerules_image *image)
{
	if (image->pe->malformed)
		return imagerules_say(IMAGECHECK_REFUSED, "malformed: %s", image->pe->malformed);
	if (image->pe->subsystem < SUBSYSTEM_FIRST || image->pe->subsystem > SUBSYSTEM_LAST)
		return imagerules_say(IMAGECHECK_REFUSED,
				      "it is not a program for UEFI, by its subsystem");
	switch (r->state->word) {
	case SECUREBOOT_ENFORCING: return enforced(r, image);
	case SECUREBOOT_SETUP_MODE:
		return imagerules_say(IMAGECHECK_STARTS, "the firmware is in setup mode");
	case SECUREBOOT_DISABLED: return imagerules_say(IMAGECHECK_STARTS, "Secure Boot is off");
	case SECUREBOOT_NOT_UEFI:
		return imagerules_say(IMAGECHECK_UNKNOWN, "there is no UEFI firmware");
	default: return imagerules_unsure(enforced(r, image));
	}
}
