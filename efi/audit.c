/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers what there is to judge about a target: one step after another, each by the part that knows how. */
#include "efi/audit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "efi/bootoption.h"
#include "efi/certinfo.h"
#include "efi/efistore.h"
#include "efi/loaders/loaders.h"
#include "efi/trustanchor.h"
#include "scanner/base/own.h"

/* --- The target and its firmware --- */

static int open_target(struct audit *audit, const struct audit_request *request, struct fault *f)
{
	audit->target = targetfs_open(request->target, f);
	if (!audit->target)
		return -1;
	for (size_t i = 0; i < request->esp_count; i++)
		if (targetfs_add_esp(audit->target, request->esps[i], f) < 0)
			return fault_add(f, "--esp %s", request->esps[i]);
	targetfs_find_esps(audit->target);
	return 0;
}

static int read_firmware(struct audit *audit, const struct audit_request *request, struct fault *f)
{
	if (!request->efivars) {
		secureboot_unknown(&audit->secureboot, "no variables were given (--efivars)");
		return 0;
	}
	audit->store = efistore_open(request->efivars, f);
	if (!audit->store)
		return fault_add(f, "--efivars %s", request->efivars);
	return secureboot_read(audit->store, &audit->secureboot, f);
}

static int read_images(struct audit *audit, const struct audit_request *request, struct fault *f)
{
	struct imagecheck_anchors *anchors =
		imagecheck_anchors_new(&audit->secureboot, request->keys, request->key_count, f);
	int result;

	if (!anchors)
		return -1;
	result = imagecheck_find(audit->target, &audit->secureboot, anchors, &audit->images,
				 &audit->remarks, f);
	imagecheck_anchors_free(anchors);
	return result;
}

/* --- The dates of certificates --- */

static int add_certificate(struct audit *audit, const struct siglist_entry *entry,
			   const char *database, time_t now, struct fault *f)
{
	struct trustanchor *anchor = trustanchor_new(entry->data, entry->size);
	struct certinfo info = {0};
	struct posture_certificate *it = &audit->certificates[audit->certificate_count];
	struct fault ignored;

	if (!anchor)
		return 0;
	it->database = database;
	it->subject = strdup(trustanchor_subject(anchor));
	it->expired = certinfo_decode(entry->data, entry->size, &info, &ignored) == 0 &&
		      info.not_after < now;
	audit->certificate_count++;
	certinfo_done(&info);
	trustanchor_free(anchor);
	return it->subject ? 0 : fault_set(f, ENOMEM, "reading certificates");
}

static int read_certificates(struct audit *audit, const struct audit_request *request,
			     struct fault *f)
{
	static const enum secureboot_database_id ids[] = {SECUREBOOT_DB, SECUREBOOT_MOK};
	const struct secureboot *state = &audit->secureboot;
	size_t count = state->databases[SECUREBOOT_DB].list.count +
		       state->databases[SECUREBOOT_MOK].list.count;

	audit->certificates = calloc(count + 1, sizeof(*audit->certificates));
	if (!audit->certificates)
		return fault_set(f, ENOMEM, "reading certificates");
	for (size_t d = 0; d < sizeof(ids) / sizeof(ids[0]); d++) {
		const struct siglist *list = &state->databases[ids[d]].list;

		for (size_t i = 0; i < list->count; i++)
			if (list->entries[i].type == SIGLIST_X509 &&
			    add_certificate(audit, &list->entries[i],
					    secureboot_database_name(ids[d]), request->now, f) < 0)
				return -1;
	}
	return 0;
}

/* --- Boot entries --- */

/* The firmware names a partition by its number; here it is whichever holds the file. NULL in
 * entry->kernel: none does. */
static int place_firmware_entry(const struct audit *audit, struct bootentry *entry, struct fault *f)
{
	const char *rest = entry->kernel ? strchr(entry->kernel, '/') : NULL;

	for (size_t i = 0; rest && i < targetfs_esp_count(audit->target); i++) {
		own_mem char *path = NULL;

		if (asprintf(&path, "%s%s", targetfs_esp_prefix(i), rest) < 0)
			return fault_set(f, ENOMEM, "reading boot options");
		if (targetfs_has(audit->target, path)) {
			free(entry->kernel);
			entry->kernel = take_ptr(path);
			return 0;
		}
	}
	free(entry->kernel);
	entry->kernel = NULL;
	/* What names no file is no missing kernel: a network card, a screen of the firmware. */
	if (!rest) {
		free(entry->kernel_said);
		entry->kernel_said = NULL;
	}
	return 0;
}

static int read_firmware_entries(struct audit *audit, struct fault *f)
{
	struct bootoption_list options = {0};
	int result;

	if (!audit->store)
		return 0;
	if (bootoption_read(audit->store, &options, &audit->remarks, f) < 0)
		return -1;
	result = bootoption_entries(&options, &audit->entries, f);
	bootoption_list_done(&options);
	for (size_t i = 0; result == 0 && i < audit->entries.count; i++)
		result = place_firmware_entry(audit, &audit->entries.entries[i], f);
	return result;
}

static const struct imagecheck *same_file(const struct audit *audit, const char *path)
{
	struct stat wanted, other;

	if (!targetfs_stat(audit->target, path, &wanted))
		return NULL;
	for (size_t i = 0; i < audit->images.count; i++)
		if (targetfs_stat(audit->target, audit->images.items[i].path, &other) &&
		    other.st_ino == wanted.st_ino && other.st_dev == wanted.st_dev)
			return &audit->images.items[i];
	return NULL;
}

/* An entry may name a link, or a path in other letters, of what is known by another name. */
static int settle_name(struct audit *audit, struct bootentry *entry, struct fault *f)
{
	const struct imagecheck *image;

	if (!entry->kernel)
		return 0;
	for (size_t i = 0; i < audit->images.count; i++)
		if (strcmp(audit->images.items[i].path, entry->kernel) == 0)
			return 0;
	image = same_file(audit, entry->kernel);
	if (!image)
		return 0;
	free(entry->kernel);
	entry->kernel = strdup(image->path);
	return entry->kernel ? 0 : fault_set(f, ENOMEM, "reading boot entries");
}

static const struct imagecheck *image_named(const struct audit *audit, const char *path)
{
	for (size_t i = 0; path && i < audit->images.count; i++)
		if (strcmp(audit->images.items[i].path, path) == 0)
			return &audit->images.items[i];
	return NULL;
}

/* Each profile of a unified kernel image is a way to start it. The base is the entry itself. */
static int add_profiles(struct audit *audit, size_t at, struct fault *f)
{
	const struct imagecheck *image = image_named(audit, audit->entries.entries[at].kernel);

	if (!image || audit->entries.entries[at].source != BOOTENTRY_UKI)
		return 0;
	for (size_t i = 0; i < image->profile_list_count; i++) {
		const struct imagecheck_profile *profile = &image->profile_list[i];
		const char *title = profile->title ? profile->title : profile->id;
		struct bootentry *entry =
			bootentry_add(&audit->entries, BOOTENTRY_UKI, image->path, 0, f);

		/* The list is bounded; what finds no room is told by its mark. */
		if (!entry)
			return f->os == ENOSPC ? 0 : -1;
		entry->kernel = strdup(image->path);
		entry->kernel_said = strdup(image->path);
		entry->title = strdup(title ? title : "a profile");
		entry->cmdline = profile->cmdline ? strdup(profile->cmdline) : NULL;
		entry->editing = audit->entries.entries[at].editing;
		if (!entry->kernel || !entry->kernel_said || !entry->title)
			return fault_set(f, ENOMEM, "reading boot entries");
	}
	return 0;
}

static int read_entries(struct audit *audit, struct fault *f)
{
	size_t count;

	if (read_firmware_entries(audit, f) < 0 ||
	    loaders_find(audit->target, &audit->entries, &audit->remarks, f) < 0)
		return -1;
	count = audit->entries.count;
	for (size_t i = 0; i < count; i++)
		if (settle_name(audit, &audit->entries.entries[i], f) < 0)
			return -1;
	for (size_t i = 0; i < count; i++)
		if (add_profiles(audit, i, f) < 0)
			return -1;
	return 0;
}

/* --- All of it --- */

static void fill_seen(struct audit *audit)
{
	audit->seen = (struct posture_seen){
		.secureboot = &audit->secureboot,
		.entries = &audit->entries,
		.kernels = &audit->kernels,
		.initramfs = &audit->initramfs,
		.images = &audit->images,
		.deliveries = &audit->deliveries,
		.private_keys = &audit->private_keys,
		.certificates = audit->certificates,
		.certificate_count = audit->certificate_count,
		.esp_seen = targetfs_esp_count(audit->target) > 0,
		.remarks = audit->remarks.count + audit->remarks.dropped,
	};
}

static int gather(const struct audit_request *request, struct audit *audit, struct fault *f)
{
	if (open_target(audit, request, f) < 0 || read_firmware(audit, request, f) < 0 ||
	    read_images(audit, request, f) < 0 || read_certificates(audit, request, f) < 0 ||
	    read_entries(audit, f) < 0 || audit_read_kernels(audit, f) < 0 ||
	    audit_read_initramfs(audit, f) < 0 ||
	    delivery_find(audit->target, &audit->initramfs, &audit->deliveries, &audit->remarks,
			  f) < 0)
		return -1;
	return privkey_find(audit->target, &audit->private_keys, &audit->remarks, f);
}

int audit_run(const struct audit_request *request, struct audit *out, struct fault *f)
{
	*out = (struct audit){0};
	if (gather(request, out, f) < 0) {
		audit_done(out);
		return -1;
	}
	fill_seen(out);
	if (posture_judge(&out->seen, &out->posture, f) < 0) {
		audit_done(out);
		return -1;
	}
	return 0;
}

void audit_done(struct audit *audit)
{
	posture_done(&audit->posture);
	privkey_list_done(&audit->private_keys);
	delivery_list_done(&audit->deliveries);
	for (size_t i = 0; i < audit->initramfs.count; i++)
		initramfs_done(&audit->initramfs.items[i]);
	free(audit->initramfs.items);
	for (size_t i = 0; i < audit->kernels.count; i++)
		kernelimage_done(&audit->kernels.items[i]);
	free(audit->kernels.items);
	bootentry_list_done(&audit->entries);
	imagecheck_list_done(&audit->images);
	for (size_t i = 0; i < audit->certificate_count; i++)
		free((char *)audit->certificates[i].subject);
	free(audit->certificates);
	remark_list_done(&audit->remarks);
	secureboot_done(&audit->secureboot);
	efistore_close(audit->store);
	targetfs_close(audit->target);
	*audit = (struct audit){0};
}
