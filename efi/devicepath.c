/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device paths (UEFI 2.10, chapter 10): every length is checked here, then libefivar writes the nodes it
 * can be trusted with, one at a time (docs/formats/bootoption.md says why).
 */
#include "efi/devicepath.h"

#include <string.h>

#include <efivar/efivar.h>

#include "efi/ucs2.h"
#include "scanner/base/bytes.h"

enum {
	TYPE_HARDWARE = 1,
	TYPE_ACPI = 2,
	TYPE_MESSAGE = 3,
	TYPE_MEDIA = 4,
	TYPE_END = 0x7f,
	END_WHOLE = 0xff,
	MEDIA_HD = 1,
	MEDIA_FILE = 4,
	MESSAGE_URI = 0x18,
	NODE_HEADER = 4,
	/* What libefivar makes of the largest node given to it, many times over: it does not stop
	 * well at the end of a buffer. */
	NODE_TEXT_MAX = 4096,
	NODE_MAX = 64,
};

struct node {
	uint8_t type, subtype;
	const uint8_t *whole; /* with its header */
	size_t size;	      /* of the whole */
};

/* The next node. false: nothing well-formed is left. */
static bool next(struct bytes *b, struct node *out)
{
	const uint8_t *at = b->at;
	uint16_t length;

	out->type = bytes_u8(b);
	out->subtype = bytes_u8(b);
	length = bytes_u16le(b);
	if (b->bad || length < NODE_HEADER)
		return false;
	(void)bytes_take(b, (size_t)length - NODE_HEADER);
	out->whole = at;
	out->size = length;
	return !b->bad;
}

static bool is_whole_end(const struct node *node)
{
	return node->type == TYPE_END && node->subtype == END_WHOLE;
}

bool devicepath_size(const uint8_t *data, size_t size, size_t *out_size)
{
	struct bytes b = bytes_of(data, size);
	struct node node;

	while (next(&b, &node)) {
		if (!is_whole_end(&node))
			continue;
		*out_size = size - b.left;
		return true;
	}
	return false;
}

/* --- Text --- */

/* Nodes of one fixed length, whose text libefivar makes of that length alone. */
static const struct {
	uint8_t type, subtype;
	uint16_t size;
} fixed[] = {
	{TYPE_HARDWARE, 1, 6},	/* PCI */
	{TYPE_HARDWARE, 2, 5},	/* PC Card */
	{TYPE_HARDWARE, 3, 24}, /* memory mapped */
	{TYPE_HARDWARE, 5, 8},	/* controller */
	{TYPE_HARDWARE, 6, 13}, /* BMC */
	{TYPE_ACPI, 1, 12},	/* an ACPI device by its id */
	{TYPE_ACPI, 3, 8},	/* _ADR, of one display */
	{TYPE_MESSAGE, 1, 8},	/* ATAPI */
	{TYPE_MESSAGE, 2, 8},	/* SCSI */
	{TYPE_MESSAGE, 3, 24},	/* Fibre Channel */
	{TYPE_MESSAGE, 4, 16},	/* 1394 */
	{TYPE_MESSAGE, 5, 6},	/* USB */
	{TYPE_MESSAGE, 6, 8},	/* I2O */
	{TYPE_MESSAGE, 9, 48},	/* InfiniBand */
	{TYPE_MESSAGE, 11, 37}, /* MAC address */
	{TYPE_MESSAGE, 14, 19}, /* UART */
	{TYPE_MESSAGE, 15, 11}, /* USB class */
	{TYPE_MESSAGE, 17, 5},	/* unit */
	{TYPE_MESSAGE, 18, 10}, /* SATA */
	{TYPE_MESSAGE, 20, 6},	/* VLAN */
	{TYPE_MESSAGE, 21, 24}, /* Fibre Channel, extended */
	{TYPE_MESSAGE, 23, 16}, /* NVMe */
	{TYPE_MEDIA, 1, 42},	/* partition */
	{TYPE_MEDIA, 2, 24},	/* CD-ROM */
	{TYPE_MEDIA, 5, 20},	/* media protocol */
	{TYPE_MEDIA, 6, 20},	/* firmware file */
	{TYPE_MEDIA, 7, 20},	/* firmware volume */
	{TYPE_MEDIA, 8, 24},	/* offset range */
	{TYPE_MEDIA, 9, 38},	/* RAM disk */
};

static bool is_fixed(const struct node *node)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (fixed[i].type == node->type && fixed[i].subtype == node->subtype)
			return fixed[i].size == node->size;
	return false;
}

/*
 * The node in a path of its own, with zero bytes behind it, should the library look further than
 * the node goes. false: it did not manage.
 */
static bool by_library(const struct node *node, struct buf *out)
{
	static const uint8_t end[] = {TYPE_END, END_WHOLE, NODE_HEADER, 0};
	uint8_t path[NODE_MAX + 256] __attribute__((aligned(8))) = {0};
	char text[NODE_TEXT_MAX] = "";
	ssize_t length;

	memcpy(path, node->whole, node->size);
	memcpy(path + node->size, end, sizeof(end));
	length = efidp_format_device_path(text, sizeof(text), (const_efidp)path,
					  (ssize_t)(node->size + sizeof(end)));
	efi_error_clear();
	text[sizeof(text) - 1] = '\0';
	if (length <= 0 || !text[0])
		return false;
	buf_puts(out, text);
	return true;
}

static void by_hex(const struct node *node, struct buf *out)
{
	buf_printf(out, "Path(%u,%u", node->type, node->subtype);
	if (node->size > NODE_HEADER) {
		buf_addc(out, ',');
		buf_hex(out, node->whole + NODE_HEADER, node->size - NODE_HEADER);
	}
	buf_addc(out, ')');
}

static void file_text(const struct node *node, struct buf *out)
{
	buf_puts(out, "File(");
	(void)ucs2_to_utf8(node->whole + NODE_HEADER, node->size - NODE_HEADER, out);
	buf_addc(out, ')');
}

static void uri_text(const struct node *node, struct buf *out)
{
	const char *uri = (const char *)node->whole + NODE_HEADER;

	buf_puts(out, "Uri(");
	buf_add(out, uri, strnlen(uri, node->size - NODE_HEADER));
	buf_addc(out, ')');
}

static void node_text(const struct node *node, struct buf *out)
{
	if (node->type == TYPE_MEDIA && node->subtype == MEDIA_FILE)
		file_text(node, out);
	else if (node->type == TYPE_MESSAGE && node->subtype == MESSAGE_URI)
		uri_text(node, out);
	else if (!is_fixed(node) || !by_library(node, out))
		by_hex(node, out);
}

void devicepath_text(const uint8_t *data, size_t size, struct buf *out)
{
	struct bytes b = bytes_of(data, size);
	const char *between = "";
	struct node node;

	while (next(&b, &node) && !is_whole_end(&node)) {
		if (node.type == TYPE_END) {
			between = ",";
			continue;
		}
		buf_puts(out, between);
		node_text(&node, out);
		between = "/";
	}
}

/* --- Files --- */

bool devicepath_file(const uint8_t *data, size_t size, struct buf *out)
{
	struct bytes b = bytes_of(data, size);
	bool any = false;
	struct node node;

	while (next(&b, &node) && node.type != TYPE_END) {
		own_buf struct buf name = {0};

		if (node.type != TYPE_MEDIA || node.subtype != MEDIA_FILE)
			continue;
		(void)ucs2_to_utf8(node.whole + NODE_HEADER, node.size - NODE_HEADER, &name);
		/* "\EFI" and "x.efi" want a "\" between them, "\EFI\" and "\x.efi" one less. */
		if (any && out->len && out->data[out->len - 1] == '\\')
			out->data[--out->len] = '\0';
		if (any && buf_text(&name)[0] != '\\')
			buf_addc(out, '\\');
		buf_add_buf(out, &name);
		any = true;
	}
	return any;
}

bool devicepath_is_on_partition(const uint8_t *data, size_t size)
{
	struct bytes b = bytes_of(data, size);
	bool partition = false, first = true;
	struct node node;

	while (next(&b, &node) && node.type != TYPE_END) {
		if (node.type == TYPE_MEDIA && node.subtype == MEDIA_FILE)
			return partition || first;
		if (node.type == TYPE_MEDIA && node.subtype == MEDIA_HD)
			partition = true;
		first = false;
	}
	return false;
}
