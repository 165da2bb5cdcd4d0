/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Variable stores of edk2 (MdeModulePkg/Include/Guid/VariableFormat.h, AuthenticatedVariableFormat.h) in a
 * firmware volume (UEFI PI 1.8, volume 3, 3.2.1): docs/formats/varstore.md.
 */
#include "efi/varstore.h"

#include <errno.h>
#include <string.h>

#include "scanner/base/bytes.h"

/* fff12b8d-7696-4c8b-a985-2747075b4f50: a volume that holds variables. */
static const struct guid volume_guid = {{0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c, 0xa9, 0x85,
					 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50}};

/* The kinds of store, by what their variables' headers hold. */
static const struct kind {
	struct guid guid;
	size_t header;	     /* bytes before a variable's name */
	size_t before_sizes; /* of its fields between attributes and sizes */
} kinds[] = {
	/* aaf32c78-947b-439a-a180-2e144ec37792: count, time and key index before the sizes */
	{{{0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43, 0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77,
	   0x92}},
	 60,
	 28},
	/* ddcf3616-3275-4164-98b6-fe85707ffe7d */
	{{{0x16, 0x36, 0xcf, 0xdd, 0x75, 0x32, 0x64, 0x41, 0x98, 0xb6, 0xfe, 0x85, 0x70, 0x7f, 0xfe,
	   0x7d}},
	 32,
	 0},
};

enum {
	VOLUME_HEADER_LEAST = 0x48, /* with the least block map: one entry and its end */
	VOLUME_STEP = 4096,	    /* volumes of a flash image begin at a block */
	STORE_HEADER = 28,
	STORE_FORMATTED = 0x5a,
	STORE_HEALTHY = 0xfe,
	START_ID = 0x55aa,
	/* Bits of a variable's state go from one to zero, as flash does. */
	STATE_ADDED = 0x3f,
	STATE_IN_DELETION = 0x3e,
};

/* Where the variables of an image lie. */
struct store {
	const struct kind *kind;
	const uint8_t *image;
	size_t begin, end; /* of the variables, in the image */
};

static bool is_volume(const uint8_t *at, size_t left)
{
	return left >= VOLUME_HEADER_LEAST && memcmp(at + 40, "_FVH", 4) == 0 &&
	       memcmp(at + 16, volume_guid.bytes, sizeof(volume_guid.bytes)) == 0;
}

static const struct kind *kind_at(const uint8_t *at, size_t left)
{
	for (size_t i = 0; left >= STORE_HEADER && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (memcmp(at, kinds[i].guid.bytes, sizeof(kinds[i].guid.bytes)) == 0)
			return &kinds[i];
	return NULL;
}

/* The first volume of variables, or a store that stands alone at the beginning. */
static bool find(const uint8_t *image, size_t size, size_t *out_at, bool *out_volume)
{
	*out_volume = false;
	*out_at = 0;
	if (kind_at(image, size))
		return true;
	*out_volume = true;
	for (size_t at = 0; at < size; at += VOLUME_STEP) {
		if (!is_volume(image + at, size - at))
			continue;
		*out_at = at;
		return true;
	}
	return false;
}

bool varstore_is(const void *image, size_t size)
{
	size_t at;
	bool volume;

	return find(image, size, &at, &volume);
}

/* The header's 16-bit words add up to zero. */
static bool sums_up(const uint8_t *header, size_t size)
{
	struct bytes b = bytes_of(header, size);
	uint16_t sum = 0;

	while (b.left >= 2)
		sum = (uint16_t)(sum + bytes_u16le(&b));
	return sum == 0;
}

/* From the volume at *at to the store in it. *size becomes the volume's. */
static int enter_volume(const uint8_t *image, size_t *at, size_t *size, struct fault *f)
{
	struct bytes b = bytes_of(image + *at, *size - *at);
	uint64_t length;
	uint16_t header;

	(void)bytes_take(&b, 32);
	length = bytes_u64le(&b);
	(void)bytes_take(&b, 8);
	header = bytes_u16le(&b);
	if (length < VOLUME_HEADER_LEAST || length > *size - *at)
		return fault_set(f, EINVAL,
				 "the firmware volume at byte %zu says it has %llu bytes, and the "
				 "file has %zu from there",
				 *at, (unsigned long long)length, *size - *at);
	if (header < VOLUME_HEADER_LEAST || header % 2 || header > length)
		return fault_set(f, EINVAL,
				 "the firmware volume at byte %zu has a header of %u bytes", *at,
				 header);
	if (!sums_up(image + *at, header))
		return fault_set(
			f, EINVAL,
			"the header of the firmware volume at byte %zu is damaged: its checksum is "
			"wrong",
			*at);
	*size = *at + (size_t)length;
	*at += header;
	return 0;
}

static int enter_store(const uint8_t *image, size_t at, size_t size, struct store *out,
		       struct fault *f)
{
	const struct kind *kind = kind_at(image + at, size - at);
	struct bytes b = bytes_of(image + at, size - at);
	uint32_t length;
	uint8_t format, state;

	if (!kind)
		return fault_set(f, EINVAL, "no variable store of a known kind at byte %zu", at);
	(void)bytes_take(&b, 16);
	length = bytes_u32le(&b);
	format = bytes_u8(&b);
	state = bytes_u8(&b);
	if (length < STORE_HEADER || length > size - at)
		return fault_set(f, EINVAL,
				 "the variable store at byte %zu says it has %u bytes, and there "
				 "are %zu",
				 at, length, size - at);
	if (format != STORE_FORMATTED || state != STORE_HEALTHY)
		return fault_set(f, EINVAL,
				 "the variable store at byte %zu is not formatted or not healthy "
				 "(0x%02x, 0x%02x)",
				 at, format, state);
	*out = (struct store){
		.kind = kind, .image = image, .begin = at + STORE_HEADER, .end = at + length};
	return 0;
}

static int open_store(const uint8_t *image, size_t size, struct store *out, struct fault *f)
{
	size_t at;
	bool volume;

	if (!find(image, size, &at, &volume))
		return fault_set(f, EINVAL, "no variable store in it");
	if (volume && enter_volume(image, &at, &size, f) < 0)
		return -1;
	return enter_store(image, at, size, out, f);
}

/* One variable at *at, whatever its state; *at becomes the next one's place. 0: it was the end. */
static int next(const struct store *store, size_t *at, uint8_t *out_state,
		struct varstore_variable *out, struct fault *f)
{
	struct bytes b = bytes_of(store->image + *at, store->end - *at);
	uint32_t name_size, size;
	const uint8_t *guid;

	*out = (struct varstore_variable){.offset = *at};
	if (b.left < store->kind->header || bytes_u16le(&b) != START_ID)
		return 0;
	*out_state = bytes_u8(&b);
	(void)bytes_u8(&b);
	out->attributes = bytes_u32le(&b);
	(void)bytes_take(&b, store->kind->before_sizes);
	name_size = bytes_u32le(&b);
	size = bytes_u32le(&b);
	guid = bytes_take(&b, sizeof(out->guid.bytes));
	/* Flash where nothing but the mark was written. */
	if (name_size == UINT32_MAX || size == UINT32_MAX)
		name_size = size = 0;
	out->name = bytes_take(&b, name_size);
	out->data = bytes_take(&b, size);
	if (b.bad)
		return fault_set(f, EINVAL,
				 "the variable at byte %zu says its name has %u bytes and its data "
				 "%u, and the store has %zu left",
				 *at, name_size, size, store->end - *at - store->kind->header);
	memcpy(out->guid.bytes, guid, sizeof(out->guid.bytes));
	out->name_size = name_size;
	out->size = size;
	/* Each begins at a multiple of four from the beginning of the first. */
	*at = (size_t)(b.at - store->image);
	*at += -(*at - store->begin) & 3;
	if (*at > store->end)
		*at = store->end;
	return 1;
}

int varstore_decode(const void *image, size_t size, varstore_fn *each, void *context,
		    struct fault *f)
{
	struct varstore_variable variable;
	struct store store = {0};
	uint8_t state;
	size_t at;
	int got;

	if (open_store(image, size, &store, f) < 0 || !store.kind)
		return -1;
	at = store.begin;
	while ((got = next(&store, &at, &state, &variable, f)) > 0) {
		if (state != STATE_ADDED && state != STATE_IN_DELETION)
			continue;
		if (!variable.name_size || variable.name_size % 2)
			return fault_set(f, EINVAL,
					 "the variable at byte %zu has a name of %zu bytes",
					 variable.offset, variable.name_size);
		variable.in_deletion = state == STATE_IN_DELETION;
		if (each(context, &variable, f) < 0)
			return -1;
	}
	return got;
}
