/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of an image Authenticode covers, and where its signatures lie: DxeImageVerificationLib's
 * HashPeImage() and its reading of the certificate table (docs/formats/authenticode.md).
 */
#include "efi/authenticode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/digest.h"

/* --- Digests --- */

static const enum hashalgo_id algos[AUTHENTICODE_ALGOS] = {HASHALGO_SHA1, HASHALGO_SHA256,
							   HASHALGO_SHA384, HASHALGO_SHA512};

struct range {
	size_t offset, size;
};

struct ranges {
	struct range *items;
	size_t count;
	uint64_t sum; /* headers and sections, which is where edk2 takes the rest to begin */
};

static void add(struct ranges *r, size_t offset, size_t end)
{
	if (end > offset)
		r->items[r->count++] = (struct range){offset, end - offset};
}

/* By offset in the file; equal ones stay in the order of their headers. */
static int by_offset(const void *a, const void *b)
{
	const struct peimage_section *const *x = a, *const *y = b;

	if ((*x)->raw_offset != (*y)->raw_offset)
		return (*x)->raw_offset < (*y)->raw_offset ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

static void add_sections(const struct peimage *p, const struct peimage_section **sorted,
			 struct ranges *r)
{
	for (size_t i = 0; i < p->section_count; i++)
		sorted[i] = &p->sections[i];
	qsort(sorted, p->section_count, sizeof(struct peimage_section *), by_offset);
	for (size_t i = 0; i < p->section_count; i++) {
		add(r, sorted[i]->raw_offset, (size_t)sorted[i]->raw_offset + sorted[i]->raw_size);
		r->sum += sorted[i]->raw_size;
	}
}

static void add_headers(const struct peimage *p, struct ranges *r)
{
	size_t behind_checksum = p->checksum_at + 4;

	add(r, 0, p->checksum_at);
	if (p->security_at) {
		add(r, behind_checksum, p->security_at);
		add(r, p->security_at + 8, p->headers_size);
	} else {
		add(r, behind_checksum, p->headers_size);
	}
	r->sum = p->headers_size;
}

/* Everything of the file that is hashed. Leaves a reason when there is no digest. */
static int collect(const struct peimage *p, struct ranges *out,
		   struct authenticode_digests *digests, struct fault *f)
{
	const struct peimage_section **sorted = calloc(p->section_count + 1, sizeof(*sorted));

	/* Three of headers, one of the rest. */
	out->items = calloc(p->section_count + 4, sizeof(*out->items));
	if (!sorted || !out->items) {
		free(sorted);
		return fault_set(f, ENOMEM, "hashing an image");
	}
	add_headers(p, out);
	add_sections(p, sorted, out);
	free(sorted);
	if (out->sum > p->headers_size + (uint64_t)p->size) {
		digests->missing = "its sections overlap, and are larger than the file together";
	} else if (p->size > out->sum && p->size - out->sum < p->security_size) {
		digests->missing = "its certificate table is larger than what follows the sections";
		digests->refused = true;
	} else if (p->size > out->sum) {
		add(out, (size_t)out->sum, p->size - p->security_size);
	}
	return 0;
}

static int hash(struct digester *d, enum hashalgo_id algo, const struct peimage *p,
		const struct ranges *r, size_t padding, struct digest *out, struct fault *f)
{
	static const uint8_t zeros[8];

	if (digester_begin(d, hashalgo_by_id(algo), f) < 0)
		return -1;
	for (size_t i = 0; i < r->count; i++)
		if (digester_update(d, p->data + r->items[i].offset, r->items[i].size, f) < 0)
			return -1;
	if (padding && digester_update(d, zeros, padding, f) < 0)
		return -1;
	return digester_end(d, out, f);
}

/* Zeros that shim hashes behind an unsigned file with data behind its sections. */
static size_t shim_padding(const struct peimage *p, const struct ranges *r)
{
	return p->security_size == 0 && p->size > r->sum ? -p->size % 8 : 0;
}

static int hash_all(const struct peimage *p, const struct ranges *r,
		    struct authenticode_digests *out, struct fault *f)
{
	struct digester *d = digester_new();
	size_t padding = shim_padding(p, r);
	int result = d ? 0 : fault_set(f, ENOMEM, "hashing an image");

	for (size_t i = 0; result == 0 && i < AUTHENTICODE_ALGOS; i++)
		result = hash(d, algos[i], p, r, 0, &out->of[i], f);
	out->shim_sha1 = out->of[0];
	out->shim_sha256 = out->of[1];
	if (result == 0 && padding)
		result = hash(d, HASHALGO_SHA1, p, r, padding, &out->shim_sha1, f);
	if (result == 0 && padding)
		result = hash(d, HASHALGO_SHA256, p, r, padding, &out->shim_sha256, f);
	digester_free(d);
	return result;
}

int authenticode_digest(const struct peimage *p, struct authenticode_digests *out, struct fault *f)
{
	struct authenticode_digests digests = {0};
	struct ranges ranges = {0};
	int result = 0;

	if (p->malformed) {
		digests.missing = p->malformed;
		digests.refused = true;
	} else {
		result = collect(p, &ranges, &digests, f);
		if (result == 0 && !digests.missing)
			result = hash_all(p, &ranges, &digests, f);
		free(ranges.items);
	}
	if (result == 0)
		*out = digests;
	return result;
}

const struct digest *authenticode_digest_by(const struct authenticode_digests *digests,
					    enum hashalgo_id id)
{
	for (size_t i = 0; i < AUTHENTICODE_ALGOS; i++)
		if (algos[i] == id && digests->of[i].size_bytes)
			return &digests->of[i];
	return NULL;
}

/* --- The certificate table --- */

enum { ENTRY_HEADER = 8, TYPE_PKCS7 = 0x0002, TYPE_GUID = 0x0ef1, GUID_BYTES = 16 };

static const uint8_t guid_pkcs7[GUID_BYTES] = {0x9d, 0xd2, 0xaf, 0x4a, 0xdf, 0x68, 0xee, 0x49,
					       0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7};

/* Where the message of an entry is. false: the entry has no data, which ends edk2's reading. */
static bool entry_decode(struct bytes data, struct authenticode_entry *out)
{
	const uint8_t *guid;

	if (out->type == TYPE_GUID) {
		guid = bytes_take(&data, GUID_BYTES);
		if (!guid || data.left == 0)
			return false;
		if (memcmp(guid, guid_pkcs7, GUID_BYTES) != 0)
			return true;
	} else if (out->type != TYPE_PKCS7) {
		return true;
	}
	out->for_shim = out->type == TYPE_PKCS7;
	out->message = data.at;
	out->size = data.left;
	return data.left > 0;
}

/* One entry and its padding. false: the table ends here, for whatever reason. */
static bool table_next(struct bytes *left, const struct peimage *p, struct authenticode_table *t)
{
	struct authenticode_entry entry = {.offset = (size_t)(left->at - p->data)};
	struct bytes b = *left;
	uint32_t size = bytes_u32le(&b);
	size_t padding = -(size_t)size % 8;

	if (left->left < ENTRY_HEADER || size < ENTRY_HEADER || size > left->left) {
		t->malformed = t->malformed_shim = "its certificate table is malformed";
		return false;
	}
	bytes_u16le(&b);
	entry.type = bytes_u16le(&b);
	if (!entry_decode(bytes_of(b.at, size - ENTRY_HEADER), &entry) ||
	    (left->left == ENTRY_HEADER))
		t->malformed = "its certificate table holds an entry without data";
	if (left->left - size < padding) {
		t->malformed = "its certificate table ends inside its padding";
		padding = left->left - size;
	}
	if (t->count == AUTHENTICODE_ENTRIES_MAX || entry.size > AUTHENTICODE_MESSAGE_MAX) {
		t->too_much = true;
		return false;
	}
	t->entries[t->count++] = entry;
	bytes_take(left, size + padding);
	return left->left > 0;
}

void authenticode_table_decode(const struct peimage *p, struct authenticode_table *out)
{
	struct bytes left;

	*out = (struct authenticode_table){0};
	if (p->malformed || p->security_size == 0)
		return;
	/* In the file: peimage_decode() looked. */
	left = bytes_of(p->data + p->security_offset, p->security_size);
	while (table_next(&left, p, out))
		;
}
