/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpio archives for tests: docs/formats/initramfs.md. */
#include "tests/efi/testcpio.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>

#include "scanner/base/own.h"

void testcpio_zeros(struct buf *out, size_t count)
{
	static const char zeros[512];

	for (; count > sizeof(zeros); count -= sizeof(zeros))
		buf_add(out, zeros, sizeof(zeros));
	buf_add(out, zeros, count);
}

static void pad(struct buf *out, size_t start)
{
	testcpio_zeros(out, (4 - (out->len - start) % 4) % 4);
}

void testcpio_add(struct buf *out, const struct testcpio_member *m)
{
	size_t start = out->len, size = m->size ? m->size : m->content ? strlen(m->content) : 0;

	buf_printf(out, "%s%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X",
		   m->magic ? m->magic : "070701", m->ino, m->mode ? m->mode : S_IFREG | 0644, 0, 0,
		   m->links ? m->links : 1, 0, size, 8, 1, 0, 0, strlen(m->name) + 1, 0);
	buf_add(out, m->name, strlen(m->name) + 1);
	pad(out, start);
	if (m->content)
		buf_add(out, m->content, size);
	else
		testcpio_zeros(out, size);
	pad(out, start);
}

void testcpio_file(struct buf *out, const char *name, unsigned mode, const char *text)
{
	testcpio_add(out, &(struct testcpio_member){
				  .name = name, .mode = S_IFREG | mode, .content = text});
}

void testcpio_trailer(struct buf *out)
{
	testcpio_add(out, &(struct testcpio_member){.name = "TRAILER!!!"});
}

static void u32le(struct buf *out, size_t value)
{
	for (unsigned i = 0; i < 4; i++)
		buf_addc(out, (char)(value >> (8 * i)));
}

/* A chunk of literals: a token, what its count is more than 15 in bytes of 255, the bytes. */
static void lz4_chunk(struct buf *out, const char *data, size_t size)
{
	own_buf struct buf chunk = {0};
	size_t more = size < 15 ? 0 : size - 15;

	buf_addc(&chunk, (char)((size < 15 ? size : 15) << 4));
	if (size >= 15) {
		for (; more >= 255; more -= 255)
			buf_addc(&chunk, (char)0xff);
		buf_addc(&chunk, (char)more);
	}
	buf_add(&chunk, data, size);
	u32le(out, chunk.len);
	buf_add_buf(out, &chunk);
}

static void lz4_legacy(struct buf *out, const struct buf *in)
{
	enum { CHUNK = 8 << 20 }; /* every one but the last */

	u32le(out, 0x184c2102);
	for (size_t at = 0; at < in->len; at += CHUNK)
		lz4_chunk(out, in->data + at, in->len - at < CHUNK ? in->len - at : CHUNK);
}

static const struct {
	const char *name;
	int (*add_filter)(struct archive *a);
} filters[] = {
	{"gzip", archive_write_add_filter_gzip}, {"bzip2", archive_write_add_filter_bzip2},
	{"lzma", archive_write_add_filter_lzma}, {"xz", archive_write_add_filter_xz},
	{"zstd", archive_write_add_filter_zstd},
};

static void write_filtered(struct buf *out, const struct buf *in, int (*add)(struct archive *a))
{
	size_t capacity = in->len * 2 + (1 << 16), used = 0;
	own_mem char *data = malloc(capacity);
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	ck_assert(data && a && entry);
	ck_assert_int_eq(archive_write_set_format_raw(a), ARCHIVE_OK);
	ck_assert_int_eq(add(a), ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(a, 1);
	ck_assert_int_eq(archive_write_open_memory(a, data, capacity, &used), ARCHIVE_OK);
	archive_entry_set_filetype(entry, AE_IFREG);
	ck_assert_int_eq(archive_write_header(a, entry), ARCHIVE_OK);
	ck_assert_int_eq(archive_write_data(a, in->data, in->len), (la_ssize_t)in->len);
	ck_assert_int_eq(archive_write_close(a), ARCHIVE_OK);
	archive_entry_free(entry);
	archive_write_free(a);
	buf_add(out, data, used);
}

void testcpio_compress(struct buf *out, const struct buf *in, const char *compression)
{
	if (strcmp(compression, "none") == 0) {
		buf_add_buf(out, in);
		return;
	}
	if (strcmp(compression, "lz4") == 0) {
		lz4_legacy(out, in);
		return;
	}
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (strcmp(compression, filters[i].name) == 0) {
			write_filtered(out, in, filters[i].add_filter);
			return;
		}
	ck_abort_msg("no such compression: %s", compression);
}
