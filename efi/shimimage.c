/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections .vendor_cert and .sbatlevel of shim (cert.S, sbat_var.S): docs/formats/authenticode.md. */
#include "efi/shimimage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The owner GUID before the data of an entry. */
enum { LIST_OWNER = 16 };

bool shimimage_is(const struct peimage *image)
{
	return peimage_find(image, ".vendor_cert");
}

/* Entries of one list follow each other without a header between them. */
static bool same_list(const struct siglist_entry *before, const struct siglist_entry *entry)
{
	return before->type == entry->type && before->size == entry->size &&
	       entry->offset == before->offset + LIST_OWNER + before->size;
}

int shimimage_anchors(const struct siglist *list, struct trustanchor_list *out, struct fault *f)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct siglist_entry *entry = &list->entries[i];
		struct trustanchor *anchor;

		if (entry->type != SIGLIST_X509)
			continue;
		anchor = trustanchor_new(entry->data, entry->size);
		if (!anchor)
			continue;
		if (i > 0 && same_list(entry - 1, entry))
			trustanchor_hide_from_shim(anchor);
		if (trustanchor_add(out, anchor, f) < 0)
			return -1;
	}
	return 0;
}

/* One DER certificate, or a signature list. */
static int authorized(struct shimimage *shim, const uint8_t *data, size_t size, struct fault *f)
{
	struct trustanchor *anchor;

	if (size >= 2 && data[0] == 0x30 && data[1] == 0x82) {
		anchor = trustanchor_new(data, size);
		return anchor ? trustanchor_add(&shim->certs, anchor, f)
			      : fault_set(f, 0, "shim's certificate cannot be read");
	}
	if (siglist_decode(data, size, &shim->authorized, f) < 0)
		return -1;
	return shimimage_anchors(&shim->authorized, &shim->certs, f);
}

static int revoked(struct shimimage *shim, const uint8_t *data, size_t size, struct fault *f)
{
	if (siglist_decode(data, size, &shim->revoked, f) < 0)
		return -1;
	return shimimage_anchors(&shim->revoked, &shim->revoked_certs, f);
}

/* A part of the section by its offset and size; NULL: it is not in it. */
static const uint8_t *part(const struct shimimage *shim, size_t size, uint32_t at, uint32_t n)
{
	struct bytes b = bytes_of(shim->data, size);

	bytes_take(&b, at);
	return bytes_take(&b, n);
}

static int vendor_decode(struct shimimage *shim, struct bytes section, struct fault *f)
{
	struct bytes head = section;
	uint32_t good_size = bytes_u32le(&head), bad_size = bytes_u32le(&head);
	uint32_t good_at = bytes_u32le(&head), bad_at = bytes_u32le(&head);
	const uint8_t *good, *bad;

	if (head.bad)
		return fault_set(f, 0, "shim's .vendor_cert section is too short");
	shim->data = malloc(section.left);
	if (!shim->data)
		return fault_set(f, ENOMEM, "shim's certificates");
	memcpy(shim->data, section.at, section.left);
	good = part(shim, section.left, good_at, good_size);
	bad = part(shim, section.left, bad_at, bad_size);
	if (!good || !bad)
		return fault_set(f, 0, "shim's .vendor_cert section points outside itself");
	if (good_size && authorized(shim, good, good_size, f) < 0)
		return -1;
	return bad_size ? revoked(shim, bad, bad_size, f) : 0;
}

/* Version 0, then two offsets from behind the version. */
static int level_decode(struct shimimage *shim, struct bytes b, struct fault *f)
{
	uint32_t version = bytes_u32le(&b);
	struct bytes texts = b;
	uint32_t automatic = bytes_u32le(&b);

	bytes_take(&texts, automatic);
	if (b.bad || texts.bad || version != 0)
		return 0;
	return sbat_decode(texts.at, texts.left, SBAT_LEVEL, &shim->level, f);
}

int shimimage_decode(const struct peimage *image, struct shimimage *out, struct fault *f)
{
	const struct peimage_section *vendor = peimage_find(image, ".vendor_cert");
	const struct peimage_section *level = peimage_find(image, ".sbatlevel");
	struct shimimage shim = {0};
	int result;

	result = vendor ? vendor_decode(&shim, peimage_content(image, vendor), f)
			: fault_set(f, 0, "no .vendor_cert section");
	if (result == 0 && level)
		result = level_decode(&shim, peimage_content(image, level), f);
	if (result < 0) {
		shimimage_done(&shim);
		return -1;
	}
	*out = shim;
	return 0;
}

void shimimage_done(struct shimimage *shim)
{
	siglist_done(&shim->authorized);
	siglist_done(&shim->revoked);
	trustanchor_list_done(&shim->certs);
	trustanchor_list_done(&shim->revoked_certs);
	sbat_done(&shim->level);
	free(shim->data);
	*shim = (struct shimimage){0};
}
