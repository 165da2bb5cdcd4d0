/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made-up kernel images, in the layouts that docs/formats/kernel-image.md describes. */
#include "tests/efi/kernelfake.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/own.h"
#include "tests/scanner/tree.h"

/* scripts/Makefile.lib; levels that are quicker. */
const struct kernelfake_tool kernelfake_tools[KERNELFAKE_TOOLS] = {
	{"gzip", "gzip -n -6", false}, {"xz", "xz --check=crc32 --x86 --lzma2=dict=1MiB", true},
	{"zstd", "zstd -q -5", true},  {"lz4", "lz4 -q -l -9 - -", true},
	{"bzip2", "bzip2 -9", true},   {"lzma", "lzma -1", true},
	{"lzo", "lzop -9", true},
};

const struct kernelfake_tool *kernelfake_tool(const char *name)
{
	for (size_t i = 0; i < KERNELFAKE_TOOLS; i++)
		if (strcmp(kernelfake_tools[i].name, name) == 0)
			return &kernelfake_tools[i];
	ck_abort_msg("no tool for %s", name);
	return NULL;
}

void kernelfake_run(const char *command, const struct buf *input, struct buf *out)
{
	char line[9000], chunk[65536];
	own_file FILE *file = NULL;
	size_t n;

	tree_file("input", buf_text(input), input->len, 0600);
	snprintf(line, sizeof(line), "%s <'%s/input' >'%s/output'", command, tree_path(),
		 tree_path());
	ck_assert_msg(system(line) == 0, "failed: %s", command);
	snprintf(line, sizeof(line), "%s/output", tree_path());
	file = fopen(line, "rb");
	ck_assert_ptr_nonnull(file);
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(out, chunk, n);
	snprintf(line, sizeof(line), "rm '%s/input' '%s/output'", tree_path(), tree_path());
	ck_assert_int_eq(system(line), 0);
}

void kernelfake_pack(const char *name, const struct buf *input, struct buf *out)
{
	const struct kernelfake_tool *tool = kernelfake_tool(name);

	kernelfake_run(tool->command, input, out);
	if (tool->size_follows)
		kernelfake_le(out, input->len, 4);
}

void kernelfake_le(struct buf *out, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_addc(out, (char)(value >> (8 * i)));
}

void kernelfake_align(struct buf *out, size_t to)
{
	while (out->len % to != 0)
		buf_addc(out, '\0');
}

void kernelfake_poke(struct buf *image, size_t at, uint64_t value, unsigned bytes)
{
	ck_assert_uint_le(at + bytes, image->len);
	for (unsigned i = 0; i < bytes; i++)
		image->data[at + i] = (char)(value >> (8 * i));
}

/* --- What is in a kernel --- */

/* Numbers that look random and are the same each time; never the beginning of anything. */
static void add_filler(struct buf *out, size_t size)
{
	uint32_t state = 1;

	for (size_t i = 0; i < size; i++) {
		state = state * 1664525 + 1013904223;
		buf_addc(out, (char)(0x80 | (state >> 24 & 0x0f)));
	}
}

/* certs/system_certificates.S */
static void add_certs(const struct kernelfake *fake, struct buf *out)
{
	kernelfake_align(out, 8);
	buf_add_buf(out, fake->certs);
	kernelfake_align(out, 8);
	kernelfake_le(out, fake->certs->len, 8);
	kernelfake_le(out, fake->module_certs, 8);
}

/* usr/initramfs_data.S */
static void add_initramfs(const struct buf *archive, struct buf *out)
{
	kernelfake_align(out, 4);
	buf_add_buf(out, archive);
	kernelfake_align(out, 8);
	kernelfake_le(out, archive->len, 8);
}

void kernelfake_kernel(const struct kernelfake *fake, struct buf *out)
{
	own_buf struct buf part = {0};

	buf_add(out,
		"\x7f"
		"ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0\1\0\0\0",
		24);
	kernelfake_align(out, 4096);
	add_filler(out, fake->filler);
	buf_puts(out, "%s version %s (builder)\n");
	if (fake->release)
		buf_printf(out, "%cLinux version %s (builder@host) (gcc 12) #1 SMP\n", 0,
			   fake->release);
	if (fake->config) {
		kernelfake_run("gzip -n -9", fake->config, &part);
		buf_puts(out, "IKCFG_ST");
		buf_add_buf(out, &part);
		buf_puts(out, "IKCFG_ED");
	}
	if (fake->extra) {
		kernelfake_align(out, 32);
		buf_add_buf(out, fake->extra);
		kernelfake_align(out, 32);
	}
	if (fake->certs)
		add_certs(fake, out);
	buf_clear(&part);
	if (fake->default_initramfs) {
		kernelfake_cpio(false, &part);
		add_initramfs(&part, out);
	}
	if (fake->initramfs)
		add_initramfs(fake->initramfs, out);
	kernelfake_align(out, 4096);
}

static void add_member(struct buf *out, const char *name, unsigned mode, const char *content)
{
	size_t start = out->len;

	buf_printf(out, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", 1, mode, 0,
		   0, 1, 0, strlen(content), 0, 0, 0, 0, strlen(name) + 1, 0);
	buf_add(out, name, strlen(name) + 1);
	while ((out->len - start) % 4 != 0)
		buf_addc(out, '\0');
	buf_puts(out, content);
	while ((out->len - start) % 4 != 0)
		buf_addc(out, '\0');
}

void kernelfake_cpio(bool with_init, struct buf *out)
{
	add_member(out, "dev", 0040755, "");
	add_member(out, "dev/console", 0020600, "");
	add_member(out, "root", 0040700, "");
	if (with_init)
		add_member(out, "init", 0100755, "#!/bin/sh\necho appraise >policy\n");
	add_member(out, "TRAILER!!!", 0, "");
	kernelfake_align(out, 512);
}

/* --- Containers --- */

enum { SETUP_SECTS = 5, SETUP_BYTES = (SETUP_SECTS + 1) * 512, CODE_BYTES = 0x100 };

void kernelfake_bzimage(const char *version, const struct buf *payload, struct buf *out)
{
	while (out->len < SETUP_BYTES + CODE_BYTES)
		buf_addc(out, '\0');
	kernelfake_poke(out, 0, 0x5a4d, 2);
	kernelfake_poke(out, 0x1f1, SETUP_SECTS, 1);
	kernelfake_poke(out, 0x1fe, 0xaa55, 2);
	kernelfake_poke(out, 0x202, 0x53726448, 4);
	kernelfake_poke(out, 0x206, 0x020f, 2);
	if (version) {
		kernelfake_poke(out, 0x20e, 0x800, 2);
		memcpy(out->data + 0xa00, version, strlen(version));
	}
	kernelfake_poke(out, 0x248, CODE_BYTES, 4);
	kernelfake_poke(out, 0x24c, payload->len, 4);
	buf_add_buf(out, payload);
	buf_puts(out, "and what follows the payload");
}

void kernelfake_zboot(const char *compression, const struct buf *payload, struct buf *out)
{
	enum { HEADER_BYTES = 512 };
	size_t size = payload->len;

	/* ZBOOT_SIZE_LEN: the payload's size leaves the appended length out. */
	if (kernelfake_tool(compression)->size_follows)
		size -= 4;
	while (out->len < HEADER_BYTES)
		buf_addc(out, '\0');
	memcpy(out->data, "MZ\0\0zimg", 8);
	kernelfake_poke(out, 8, HEADER_BYTES, 4);
	kernelfake_poke(out, 12, size, 4);
	memcpy(out->data + 0x18, compression, strlen(compression));
	buf_add_buf(out, payload);
	buf_puts(out, "and what follows the payload");
}

void kernelfake_image(const struct buf *kernel, struct buf *out)
{
	while (out->len < 4096)
		buf_addc(out, '\0');
	memcpy(out->data + 0x38, "ARM\x64", 4);
	buf_add_buf(out, kernel);
}
