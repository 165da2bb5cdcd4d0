/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings about boot loaders and about the images that lie on a target, started or not. */
#include <string.h>

#include "efi/posture_internal.h"

/* --- Loaders --- */

int posture_check_loaders(struct posture_work *work)
{
	for (size_t i = 0; i < work->out->entry_count; i++) {
		const struct posture_entry *it = &work->out->entries[i];
		bool grub = it->entry->source == BOOTENTRY_GRUB;

		if (!it->counts || it->sealed || it->entry->editing != BOOTENTRY_EDIT_ANYONE)
			continue;
		if (finding_add(&work->out->findings,
				grub ? "loader.grub-no-password" : "loader.editor-on",
				it->entry->source == BOOTENTRY_BLS ||
						it->entry->source == BOOTENTRY_UKI
					? NULL
					: it->entry->where,
				work->f, "%s",
				it->entry->editing_why[0] ? it->entry->editing_why
							  : "anybody can edit entries") < 0)
			return -1;
	}
	return 0;
}

/* "ESP:" of "ESP:/EFI/BOOT/BOOTX64.EFI": same partition. */
static bool same_partition(const char *a, const char *b)
{
	size_t n = strcspn(a, ":");

	return a[n] == ':' && strncmp(a, b, n + 1) == 0;
}

static bool is_fallback(const struct imagecheck *image)
{
	const char *at = strcasestr(image->path, ":/EFI/BOOT/BOOT");

	return at && strcasestr(at, ".efi");
}

static bool is_loader(const struct imagecheck *image)
{
	return image->role >= IMAGECHECK_SHIM && image->role <= IMAGECHECK_LIMINE;
}

/* A loader is compared with loaders: where it is the only one, it is the one in use. */
static int check_fallback(struct posture_work *work, const struct imagecheck *fallback)
{
	const struct imagecheck_list *images = work->seen->images;
	bool others = false;

	for (size_t i = 0; i < images->count; i++) {
		const struct imagecheck *it = &images->items[i];

		if (is_fallback(it) || it->role == IMAGECHECK_ADDON ||
		    (is_loader(fallback) && !is_loader(it)) ||
		    !same_partition(fallback->path, it->path))
			continue;
		if (memcmp(it->sha256, fallback->sha256, sizeof(it->sha256)) == 0)
			return 0;
		others = true;
	}
	if (!others)
		return 0;
	return finding_add(&work->out->findings, "loader.fallback-differs", fallback->path, work->f,
			   "it is none of the other images on this partition");
}

/* --- Images --- */

static bool is_anchored(const struct imagecheck *image)
{
	for (size_t i = 0; i < image->signer_count; i++)
		if (image->signers[i].anchor)
			return true;
	return false;
}

static const char *revoked_by(const struct posture_work *work, const struct imagecheck *image)
{
	const struct siglist *dbx = &work->seen->secureboot->databases[SECUREBOOT_DBX].list;

	for (size_t i = 0; i < image->signer_count; i++)
		if (image->signers[i].revoked)
			return image->signers[i].revoked;
	for (size_t i = 0; i < dbx->count; i++)
		if (dbx->entries[i].type == SIGLIST_SHA256 &&
		    dbx->entries[i].size == sizeof(image->sha256) &&
		    memcmp(dbx->entries[i].data, image->sha256, sizeof(image->sha256)) == 0)
			return "dbx";
	return NULL;
}

/* A signer, or who issued it, that a database holds and whose time is over. */
static int check_expiry(struct posture_work *work, const struct imagecheck *image)
{
	const struct posture_seen *seen = work->seen;

	for (size_t i = 0; i < image->signer_count; i++)
		for (size_t k = 0; k < seen->certificate_count; k++) {
			const struct imagecheck_signer *signer = &image->signers[i];
			const struct posture_certificate *it = &seen->certificates[k];
			bool vouches =
				(signer->issuer && strcmp(signer->issuer, it->subject) == 0) ||
				(signer->subject && strcmp(signer->subject, it->subject) == 0);

			if (!it->expired || !vouches || !signer->anchor)
				continue;
			if (finding_add(&work->out->findings, "image.expired-anchor", image->path,
					work->f, "\"%s\" of %s has expired", it->subject,
					it->database) < 0)
				return -1;
		}
	return 0;
}

static int check_signature(struct posture_work *work, const struct imagecheck *image)
{
	struct finding_list *findings = &work->out->findings;
	const char *revoked = revoked_by(work, image);
	bool databases_known = work->seen->secureboot->databases[SECUREBOOT_DB].variable != NULL;

	if (revoked && finding_add(findings, "image.revoked", image->path, work->f,
				   "it is revoked by %s", revoked) < 0)
		return -1;
	if (image->sbat_revoked && finding_add(findings, "image.sbat-old", image->path, work->f,
					       "its SBAT generation is below the level") < 0)
		return -1;
	if (databases_known && !revoked && posture_is_signed(image) && !is_anchored(image) &&
	    finding_add(findings, "image.unknown-signer", image->path, work->f,
			"signed by \"%s\", whom nothing here vouches for",
			image->signers[0].subject ? image->signers[0].subject : "?") < 0)
		return -1;
	if (posture_is_refused(work, image))
		return finding_add(findings, "image.refused", image->path, work->f, "%s",
				   image->firmware_because);
	return 0;
}

static int check_role(struct posture_work *work, const struct imagecheck *image)
{
	struct finding_list *findings = &work->out->findings;

	if (image->role == IMAGECHECK_SHELL && !posture_is_refused(work, image))
		return finding_add(findings, "image.shell-on-esp", image->path, work->f,
				   "an EFI shell that this firmware %s",
				   work->seen->secureboot->word == SECUREBOOT_CANNOT_TELL
					   ? "may start"
					   : "starts");
	if (image->role == IMAGECHECK_ADDON && !image->signer_count)
		return finding_add(findings, "uki.addon-unsigned", image->path, work->f,
				   "the addon carries no signature");
	if (image->role != IMAGECHECK_UKI)
		return 0;
	if (!image->signer_count && finding_add(findings, "uki.unsigned", image->path, work->f,
						"the image carries no signature") < 0)
		return -1;
	if (!image->cmdline && !image->profiles)
		return finding_add(findings, "uki.no-cmdline", image->path, work->f,
				   "the image has no .cmdline section");
	return 0;
}

int posture_check_images(struct posture_work *work)
{
	const struct imagecheck_list *images = work->seen->images;

	for (size_t i = 0; i < images->count; i++) {
		const struct imagecheck *image = &images->items[i];

		if (check_role(work, image) < 0 || check_signature(work, image) < 0 ||
		    check_expiry(work, image) < 0 ||
		    (is_fallback(image) && check_fallback(work, image) < 0))
			return -1;
	}
	return 0;
}
