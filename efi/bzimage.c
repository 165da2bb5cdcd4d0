/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The setup header of an x86 kernel (Documentation/arch/x86/boot.rst of Linux 6.12). */
#include "efi/bzimage.h"

#include <errno.h>
#include <string.h>

#include "scanner/base/bytes.h"

enum {
	SECTOR = 512,
	SETUP_SECTS_AT = 0x1f1,
	BOOT_FLAG_AT = 0x1fe,
	MAGIC_AT = 0x202,
	PROTOCOL_AT = 0x206,
	VERSION_AT = 0x20e,
	VERSION_BASE = 0x200, /* what the offset of the version text leaves out */
	PAYLOAD_AT = 0x248,
	SETUP_SECTS_OLD = 4, /* what 0 means */
	PROTOCOL_VERSION_TEXT = 0x200,
	PROTOCOL_PAYLOAD = 0x208,
};

bool bzimage_is(const uint8_t *data, size_t size)
{
	return size >= MAGIC_AT + 4 && data[BOOT_FLAG_AT] == 0x55 &&
	       data[BOOT_FLAG_AT + 1] == 0xaa && memcmp(data + MAGIC_AT, "HdrS", 4) == 0;
}

static struct bytes at(const uint8_t *data, size_t size, size_t offset)
{
	struct bytes b = bytes_of(data, size);

	bytes_take(&b, offset);
	return b;
}

/* The text lies in the setup sectors and ends there. */
static bool decode_version(const uint8_t *data, size_t setup_size, struct bzimage *out)
{
	struct bytes b = at(data, setup_size, VERSION_AT);
	size_t offset = bytes_u16le(&b);
	const uint8_t *end;

	if (b.bad || offset == 0)
		return !b.bad;
	offset += VERSION_BASE;
	if (offset >= setup_size)
		return false;
	end = memchr(data + offset, '\0', setup_size - offset);
	if (!end)
		return false;
	out->version = (const char *)data + offset;
	out->version_size = (size_t)(end - data) - offset;
	return true;
}

static bool decode_payload(const uint8_t *data, size_t size, struct bzimage *out)
{
	struct bytes b = at(data, size, PAYLOAD_AT);
	uint32_t offset = bytes_u32le(&b), length = bytes_u32le(&b);

	if (b.bad || offset == 0 || length == 0)
		return !b.bad;
	if (offset >= out->code_size)
		return false;
	out->payload = out->code + offset;
	out->payload_cut = length > out->code_size - offset;
	out->payload_size = out->payload_cut ? out->code_size - offset : length;
	return true;
}

int bzimage_decode(const uint8_t *data, size_t size, struct bzimage *out, struct fault *f)
{
	struct bzimage image = {0};
	struct bytes b = at(data, size, PROTOCOL_AT);
	size_t setup_size;

	if (!bzimage_is(data, size))
		return fault_set(f, EBADMSG, "no setup header");
	image.protocol = bytes_u16le(&b);
	setup_size = data[SETUP_SECTS_AT] ? data[SETUP_SECTS_AT] : SETUP_SECTS_OLD;
	setup_size = (setup_size + 1) * SECTOR;
	if (b.bad || setup_size > size)
		return fault_set(f, EBADMSG, "the setup header is cut off");
	image.code = data + setup_size;
	image.code_size = size - setup_size;
	if (image.protocol >= PROTOCOL_VERSION_TEXT && !decode_version(data, setup_size, &image))
		return fault_set(f, EBADMSG, "the setup header's version text is not in it");
	if (image.protocol >= PROTOCOL_PAYLOAD && !decode_payload(data, setup_size, &image))
		return fault_set(f, EBADMSG, "the setup header's payload is not in the image");
	*out = image;
	return 0;
}
