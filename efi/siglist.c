/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signature lists (UEFI 2.10, 32.4.1): docs/formats/siglist.md. No I/O, nothing is copied. */
#include "efi/siglist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/bytes.h"

enum { LIST_HEADER = 28, OWNER = 16, ANY_SIZE = 0 };

#define GUID(...)                                                                                  \
	{                                                                                          \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

static const struct row {
	struct guid guid;
	enum siglist_type type;
	const char *name;
	size_t data_size; /* of an entry, without its owner */
} rows[] = {
	{GUID(0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b,
	      0xf0, 0x72),
	 SIGLIST_X509, "x509", ANY_SIZE},
	{GUID(0x12, 0xa5, 0x6c, 0x82, 0x10, 0xcf, 0xc9, 0x4a, 0xb1, 0x87, 0xbe, 0x01, 0x49, 0x66,
	      0x31, 0xbd),
	 SIGLIST_SHA1, "sha1", 20},
	{GUID(0x33, 0x52, 0x6e, 0x0b, 0x5c, 0xa6, 0xc9, 0x44, 0x94, 0x07, 0xd9, 0xab, 0x83, 0xbf,
	      0xc8, 0xbd),
	 SIGLIST_SHA224, "sha224", 28},
	{GUID(0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40, 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93,
	      0x43, 0x28),
	 SIGLIST_SHA256, "sha256", 32},
	{GUID(0x07, 0x53, 0x3e, 0xff, 0xd0, 0x9f, 0xc9, 0x48, 0x85, 0xf1, 0x8a, 0xd5, 0x6c, 0x70,
	      0x1e, 0x01),
	 SIGLIST_SHA384, "sha384", 48},
	{GUID(0xae, 0x0f, 0x3e, 0x09, 0xc4, 0xa6, 0x50, 0x4f, 0x9f, 0x1b, 0xd4, 0x1e, 0x2b, 0x89,
	      0xc1, 0x9a),
	 SIGLIST_SHA512, "sha512", 64},
	{GUID(0x92, 0xa4, 0xd2, 0x3b, 0xc0, 0x96, 0x79, 0x40, 0xb4, 0x20, 0xfc, 0xf9, 0x8e, 0xf1,
	      0x03, 0xed),
	 SIGLIST_X509_SHA256, "x509-sha256", 32 + 16},
	{GUID(0x6e, 0x87, 0x76, 0x70, 0xc2, 0x80, 0xe6, 0x4e, 0xaa, 0xd2, 0x28, 0xb3, 0x49, 0xa6,
	      0x86, 0x5b),
	 SIGLIST_X509_SHA384, "x509-sha384", 48 + 16},
	{GUID(0x63, 0xbf, 0x6d, 0x44, 0x02, 0x25, 0xda, 0x4c, 0xbc, 0xfa, 0x24, 0x65, 0xd2, 0xb0,
	      0xfe, 0x9d),
	 SIGLIST_X509_SHA512, "x509-sha512", 64 + 16},
	{GUID(0xe8, 0x66, 0x57, 0x3c, 0x9c, 0x26, 0x34, 0x4e, 0xaa, 0x14, 0xed, 0x77, 0x6e, 0x85,
	      0xb3, 0xb6),
	 SIGLIST_RSA2048, "rsa2048", 256},
	{GUID(0x90, 0x61, 0xb3, 0xe2, 0x9b, 0x87, 0x3d, 0x4a, 0xad, 0x8d, 0xf2, 0xe7, 0xbb, 0xa3,
	      0x27, 0x84),
	 SIGLIST_RSA2048_SHA256, "rsa2048-sha256", 256},
	{GUID(0x4f, 0x44, 0xf8, 0x67, 0x43, 0x87, 0xf1, 0x48, 0xa3, 0x28, 0x1e, 0xaa, 0xb8, 0x73,
	      0x60, 0x80),
	 SIGLIST_RSA2048_SHA1, "rsa2048-sha1", 256},
};

/* One list's own numbers. */
struct head {
	const struct row *row; /* NULL: a type newer than us */
	struct guid guid;
	uint32_t size, header, entry;
	/* Why it is malformed, though where it ends is clear: firmware reads it and goes on. NULL: it is not. */
	const char *odd;
	bool skipped; /* its entries are of a size that no firmware takes */
};

static const struct row *row_of(const struct guid *guid)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (guid_equal(guid, &rows[i].guid))
			return &rows[i];
	return NULL;
}

/* Why nothing can be read from here on; NULL: it can. */
static const char *read_head(struct bytes *b, struct head *out)
{
	size_t left = b->left;
	const uint8_t *guid = bytes_take(b, sizeof(out->guid.bytes));

	out->size = bytes_u32le(b);
	out->header = bytes_u32le(b);
	out->entry = bytes_u32le(b);
	if (b->bad)
		return "fewer bytes are left than the head of a list has";
	memcpy(out->guid.bytes, guid, sizeof(out->guid.bytes));
	out->row = row_of(&out->guid);
	if (out->size < LIST_HEADER || out->header > out->size - LIST_HEADER)
		return "a list smaller than its own head";
	if (out->size > left)
		return "a list larger than what is left of the variable";
	if (out->entry <= OWNER)
		return "entries too small for an owner and data";
	out->skipped = out->row && out->row->data_size && out->entry != OWNER + out->row->data_size;
	if (out->row && out->header)
		out->odd = "a header, which this type does not have";
	else if (out->skipped)
		out->odd = "entries of another size than this type has";
	else if ((out->size - LIST_HEADER - out->header) % out->entry)
		out->odd = "a size that is not whole entries";
	return NULL;
}

/* Room for n more entries. */
static bool reserve(struct siglist *list, size_t n)
{
	struct siglist_entry *entries =
		reallocarray(list->entries, list->count + n, sizeof(*entries));

	if (entries)
		list->entries = entries;
	return entries != NULL;
}

static void keep_entries(struct bytes *b, const struct head *head, const uint8_t *start, size_t n,
			 struct siglist *list)
{
	for (size_t i = 0; i < n; i++) {
		struct siglist_entry *entry = &list->entries[list->count++];
		const uint8_t *owner = bytes_take(b, OWNER);

		*entry = (struct siglist_entry){
			.type = head->row ? head->row->type : SIGLIST_UNKNOWN,
			.type_guid = head->guid,
			.size = head->entry - OWNER,
			.offset = (size_t)(owner - start),
		};
		memcpy(entry->owner.bytes, owner, OWNER);
		entry->data = bytes_take(b, entry->size);
	}
}

static void say_malformed(struct siglist *list, size_t at, const char *why)
{
	if (list->malformed)
		return;
	list->malformed = true;
	list->malformed_at = at;
	list->malformed_why = why;
}

int siglist_decode(const void *data, size_t size, struct siglist *out, struct fault *f)
{
	struct bytes b = bytes_of(data, size);
	struct siglist list = {0};

	while (b.left) {
		size_t at = size - b.left, n, rest;
		struct head head = {0};
		const char *why = read_head(&b, &head);

		n = why || head.skipped ? 0 : (head.size - LIST_HEADER - head.header) / head.entry;
		if (n > SIGLIST_ENTRY_MAX - list.count)
			why = "more entries than anybody has";
		if (why || head.odd)
			say_malformed(&list, at, why ? why : head.odd);
		if (why)
			break;
		if (n && !reserve(&list, n)) {
			siglist_done(&list);
			return fault_set(f, ENOMEM, "reading a signature list");
		}
		(void)bytes_take(&b, head.header);
		keep_entries(&b, &head, data, n, &list);
		rest = head.size - LIST_HEADER - head.header - n * head.entry;
		(void)bytes_take(&b, rest);
	}
	*out = list;
	return 0;
}

void siglist_done(struct siglist *list)
{
	free(list->entries);
	*list = (struct siglist){0};
}

const char *siglist_type_name(enum siglist_type type)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type == type)
			return rows[i].name;
	return "unknown";
}
