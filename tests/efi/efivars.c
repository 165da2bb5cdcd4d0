/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firmware variables for tests (docs/formats/varstore.md, siglist.md, bootoption.md). */
#include "tests/efi/efivars.h"

#include <check.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "tests/scanner/testkeys.h"
#include "tests/scanner/tree.h"

struct guid efivars_guid(const char *text)
{
	struct guid guid;

	ck_assert_msg(guid_from_text(text, &guid), "%s", text);
	return guid;
}

void efivars_u16(struct buf *out, unsigned value)
{
	buf_addc(out, (char)value);
	buf_addc(out, (char)(value >> 8));
}

void efivars_u32(struct buf *out, uint32_t value)
{
	efivars_u16(out, value & 0xffff);
	efivars_u16(out, value >> 16);
}

void efivars_ucs2(struct buf *out, const char *text)
{
	for (; *text; text++)
		efivars_u16(out, (unsigned char)*text);
	efivars_u16(out, 0);
}

void efivars_list(struct buf *out, const char *type, const void *data, size_t size, size_t count)
{
	struct guid guid = efivars_guid(type), owner = efivars_guid(EFIVARS_OWNER);
	const char *at = data;

	buf_add(out, guid.bytes, 16);
	efivars_u32(out, (uint32_t)(28 + (16 + size) * count));
	efivars_u32(out, 0);
	efivars_u32(out, (uint32_t)(16 + size));
	for (size_t i = 0; i < count; i++, at += size) {
		buf_add(out, owner.bytes, 16);
		buf_add(out, at, size);
	}
}

void efivars_certificate(struct buf *out, const char *name)
{
	struct testkeys_cert recipe = {.key = testkeys_new("P-256"), .subject = name};
	X509 *x509 = testkeys_certify(&recipe);
	unsigned char *der = NULL;
	int size = i2d_X509(x509, &der);

	ck_assert_int_gt(size, 0);
	efivars_list(out, EFIVARS_X509, der, (size_t)size, 1);
	OPENSSL_free(der);
	X509_free(x509);
	EVP_PKEY_free(recipe.key);
}

static void node(struct buf *out, uint8_t type, uint8_t subtype, const struct buf *data)
{
	buf_addc(out, (char)type);
	buf_addc(out, (char)subtype);
	efivars_u16(out, (unsigned)(4 + data->len));
	buf_add_buf(out, data);
}

void efivars_path(struct buf *out, unsigned partition, const char *file)
{
	static const uint8_t rest[8 + 8 + 16] = {0x00, 0x08, 0, 0,  0,	0,  0,	0,  0x00, 0x80, 0,
						 0,    0,    0, 0,  0,	1,  2,	3,  4,	  5,	6,
						 7,    8,    9, 10, 11, 12, 13, 14, 15,	  16};
	own_buf struct buf hd = {0}, name = {0}, end = {0};

	if (partition) {
		efivars_u32(&hd, partition);
		buf_add(&hd, rest, sizeof(rest));
		buf_add(&hd, "\002\002", 2); /* GPT, by GUID */
		node(out, 4, 1, &hd);
	}
	if (file) {
		efivars_ucs2(&name, file);
		node(out, 4, 4, &name);
	}
	node(out, 0x7f, 0xff, &end);
}

void efivars_option(struct buf *out, uint32_t attributes, const char *title, const char *file,
		    const char *options)
{
	own_buf struct buf path = {0};

	efivars_path(&path, 1, file);
	efivars_u32(out, attributes);
	efivars_u16(out, (unsigned)path.len);
	efivars_ucs2(out, title);
	buf_add_buf(out, &path);
	if (options)
		efivars_ucs2(out, options);
}

void efivars_put(const char *directory, const struct guid *guid, const char *name,
		 uint32_t attributes, const void *data, size_t size)
{
	own_buf struct buf bytes = {0}, path = {0};
	char text[GUID_TEXT_BYTES];

	guid_text(guid, text);
	buf_printf(&path, "%s/%s-%s", directory, name, text);
	efivars_u32(&bytes, attributes);
	buf_add(&bytes, data, size);
	tree_file(buf_text(&path), bytes.data, bytes.len, 0644);
}

void efivars_put_buf(const char *directory, const struct guid *guid, const char *name,
		     uint32_t attributes, const struct buf *data)
{
	efivars_put(directory, guid, name, attributes, buf_text(data), data->len);
}

void efivars_put_byte(const char *directory, const char *name, uint8_t value)
{
	efivars_put(directory, &guid_global, name, EFIVARS_VOLATILE, &value, 1);
}

struct efistore *efivars_open(const char *directory)
{
	struct fault f = {0};
	struct efistore *store;
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", tree_path(), directory);
	store = efistore_open(path, &f);
	ck_assert_msg(store != NULL, "%s", f.text);
	return store;
}

/* --- Images --- */

static void set_u16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

static void set_u32(uint8_t *at, uint32_t value)
{
	set_u16(at, value & 0xffff);
	set_u16(at + 2, value >> 16);
}

static void set_guid(uint8_t *at, const char *text)
{
	struct guid guid = efivars_guid(text);

	memcpy(at, guid.bytes, 16);
}

void efivars_image(struct efivars_image *out)
{
	uint8_t *p = out->bytes;
	unsigned sum = 0;

	memset(p, 0xff, sizeof(out->bytes));
	memset(p, 0, EFIVARS_FIRST);
	set_guid(p + 16, "fff12b8d-7696-4c8b-a985-2747075b4f50");
	set_u32(p + 32, sizeof(out->bytes));
	memcpy(p + 40, "_FVH", 4);
	set_u32(p + 44, 0x4feff);
	set_u16(p + 48, EFIVARS_STORE);
	p[55] = 2;
	set_u32(p + 56, 2);
	set_u32(p + 60, 0x1000);
	for (size_t i = 0; i < EFIVARS_STORE; i += 2)
		sum += p[i] | (unsigned)p[i + 1] << 8;
	set_u16(p + 50, -sum & 0xffff);
	set_guid(p + EFIVARS_STORE, "aaf32c78-947b-439a-a180-2e144ec37792");
	set_u32(p + EFIVARS_STORE + 16, 0x1000);
	p[EFIVARS_STORE + 20] = 0x5a;
	p[EFIVARS_STORE + 21] = 0xfe;
	out->at = EFIVARS_FIRST;
}

size_t efivars_image_add(struct efivars_image *image, const struct guid *guid, const char *name,
			 uint32_t attributes, uint8_t state, const void *data, size_t size)
{
	size_t begin = image->at;
	uint8_t *p = image->bytes + begin;
	own_buf struct buf text = {0};

	efivars_ucs2(&text, name);
	ck_assert(begin + 60 + text.len + size <= EFIVARS_STORE + 0x1000);
	memset(p, 0, 60);
	set_u16(p, 0x55aa);
	p[2] = state;
	set_u32(p + 4, attributes);
	set_u32(p + 36, (uint32_t)text.len);
	set_u32(p + 40, (uint32_t)size);
	memcpy(p + 44, guid->bytes, 16);
	memcpy(p + 60, text.data, text.len);
	if (size)
		memcpy(p + 60 + text.len, data, size);
	image->at = (begin + 60 + text.len + size + 3) & ~(size_t)3;
	return begin;
}
