/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PE/COFF headers, with the conditions of edk2's loader (MdePkg/Library/BasePeCoffLib) and of shim
 * (pe-relocate.c): docs/formats/authenticode.md.
 */
#include "efi/peimage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	DOS_HEADER = 64,
	DOS_HEADER_OFFSET_AT = 0x3c,
	COFF_HEADER = 20,
	SIGNATURE = 4,
	SECTION_HEADER = 40,
	SYMBOL = 18,
	RAW_NAME = 8,
	/* What edk2 reads at once from the PE header on, for either kind. */
	HEADERS_LEAST = SIGNATURE + COFF_HEADER + 240,
	MAGIC_PE32 = 0x10b,
	MAGIC_PLUS = 0x20b,
	CHECKSUM_AT = 64,
	DIRECTORIES_MAX = 16,
	DIRECTORY = 8,
	SECURITY = 4,
};

/* The cursor `at` bytes into the image; bad when that is outside. */
static struct bytes from(const struct peimage *p, uint64_t at)
{
	if (at > p->size)
		return (struct bytes){.bad = true};
	return bytes_of(p->data + at, p->size - (size_t)at);
}

static uint32_t u32_at(const struct peimage *p, uint64_t at)
{
	struct bytes b = from(p, at);

	return bytes_u32le(&b);
}

static uint16_t u16_at(const struct peimage *p, uint64_t at)
{
	struct bytes b = from(p, at);

	return bytes_u16le(&b);
}

static bool in_file(const struct peimage *p, uint32_t offset, uint32_t size)
{
	return (uint64_t)offset + size <= p->size;
}

/* Finds "PE\0\0"; false: it is not there. */
static bool find_header(struct peimage *p)
{
	if (p->size >= 2 && memcmp(p->data, "MZ", 2) == 0)
		p->header_offset = u32_at(p, DOS_HEADER_OFFSET_AT);
	struct bytes b = from(p, p->header_offset);
	const uint8_t *signature = bytes_take(&b, SIGNATURE);

	return signature && memcmp(signature, "PE\0", SIGNATURE) == 0;
}

/* A name that stands in the string table behind the symbols: "/" and its offset in digits. */
static bool long_name(const struct peimage *p, const uint8_t *raw,
		      char out[static PEIMAGE_NAME_BYTES])
{
	uint64_t table = u32_at(p, (uint64_t)p->header_offset + SIGNATURE + 8);
	uint32_t symbols = u32_at(p, (uint64_t)p->header_offset + SIGNATURE + 12);
	uint32_t offset = 0;
	struct bytes b;

	if (raw[0] != '/' || table == 0)
		return false;
	for (size_t i = 1; i < RAW_NAME && raw[i]; i++) {
		if (raw[i] < '0' || raw[i] > '9')
			return false;
		offset = offset * 10 + (uint32_t)(raw[i] - '0');
	}
	b = from(p, table + (uint64_t)symbols * SYMBOL + offset);
	if (b.bad || b.left == 0)
		return false;
	size_t n = strnlen((const char *)b.at,
			   b.left < PEIMAGE_NAME_BYTES ? b.left : PEIMAGE_NAME_BYTES - 1);

	memcpy(out, b.at, n);
	out[n] = 0;
	return n > 0;
}

static void decode_section(const struct peimage *p, struct bytes *b, struct peimage_section *out)
{
	const uint8_t *raw = bytes_take(b, RAW_NAME);

	out->virtual_size = bytes_u32le(b);
	out->virtual_address = bytes_u32le(b);
	out->raw_size = bytes_u32le(b);
	out->raw_offset = bytes_u32le(b);
	out->relocations_offset = bytes_u32le(b);
	bytes_u32le(b);
	out->relocations = bytes_u16le(b);
	bytes_u16le(b);
	out->characteristics = bytes_u32le(b);
	if (!raw)
		return;
	out->long_name = long_name(p, raw, out->name);
	if (!out->long_name)
		memcpy(out->name, raw, RAW_NAME);
}

/* As many section headers as lie in the file. */
static int decode_sections(struct peimage *p, uint64_t at, size_t count, struct fault *f)
{
	struct bytes b = from(p, at);

	if (count > b.left / SECTION_HEADER)
		count = b.left / SECTION_HEADER;
	if (count == 0)
		return 0;
	p->sections = calloc(count, sizeof(*p->sections));
	if (!p->sections)
		return fault_set(f, ENOMEM, "section headers");
	p->section_count = count;
	for (size_t i = 0; i < count; i++)
		decode_section(p, &b, &p->sections[i]);
	return 0;
}

/* The sizes that the headers state about themselves, in edk2's order. */
static const char *sizes_wrong(const struct peimage *p, uint64_t sections_at, uint32_t sections)
{
	if (p->image_size <= sections_at ||
	    (p->image_size - sections_at) / SECTION_HEADER <= sections)
		return "the size of the image has no room for its section headers";
	if (p->headers_size <= sections_at || p->headers_size >= p->image_size)
		return "the size of the headers does not fit";
	if ((p->headers_size - sections_at) / SECTION_HEADER < sections)
		return "the size of the headers has no room for the section headers";
	if (p->headers_size > p->size)
		return "the headers end behind the file";
	if (p->security_size && !in_file(p, p->security_offset, p->security_size))
		return "the certificate table lies outside the file";
	return NULL;
}

static const char *sections_wrong(const struct peimage *p)
{
	for (size_t i = 0; i < p->section_count; i++) {
		const struct peimage_section *s = &p->sections[i];

		if (s->raw_size == 0)
			continue;
		if (s->virtual_address < p->headers_size || s->raw_offset < p->headers_size)
			return "a section lies inside the headers";
		if (!in_file(p, s->raw_offset, s->raw_size))
			return "a section lies outside the file";
	}
	return NULL;
}

/* The optional header. Leaves a reason in p->malformed. */
static void decode_optional(struct peimage *p, uint64_t at, uint16_t size)
{
	uint16_t magic = u16_at(p, at);
	uint32_t directories, fixed;

	if (magic != MAGIC_PE32 && magic != MAGIC_PLUS) {
		p->malformed = "it is neither PE32 nor PE32+";
		return;
	}
	p->plus = magic == MAGIC_PLUS;
	fixed = p->plus ? 112 : 96;
	p->entry_point = u32_at(p, at + 16);
	p->file_alignment = u32_at(p, at + 36);
	p->image_size = u32_at(p, at + 56);
	p->headers_size = u32_at(p, at + 60);
	p->checksum_at = (uint32_t)at + CHECKSUM_AT;
	p->subsystem = u16_at(p, at + 68);
	directories = u32_at(p, at + fixed - 4);
	if (directories > DIRECTORIES_MAX || size != fixed + directories * DIRECTORY) {
		p->malformed = "the number of directories does not fit the optional header";
		return;
	}
	if (directories > SECURITY) {
		p->security_at = (uint32_t)at + fixed + SECURITY * DIRECTORY;
		p->security_offset = u32_at(p, p->security_at);
		p->security_size = u32_at(p, p->security_at + 4);
	}
}

/* Shim copies sections by their flags, and wants the entry point in exactly one of them. */
static const char *entry_wrong(const struct peimage *p)
{
	enum { DISCARDABLE = 1 << 25, READABLE = 1 << 30 };
	unsigned found = 0;

	for (size_t i = 0; i < p->section_count; i++) {
		const struct peimage_section *s = &p->sections[i];

		if (!(s->characteristics & READABLE) ||
		    ((s->characteristics & DISCARDABLE) && s->virtual_size == 0))
			continue;
		found += s->virtual_address <= p->entry_point &&
			 (uint64_t)s->virtual_address + s->virtual_size >
				 (uint64_t)p->entry_point + 1;
	}
	return found == 1  ? NULL
	       : found > 1 ? "several sections hold the entry point"
			   : "no section holds the entry point";
}

static const char *sbat_wrong(const struct peimage *p)
{
	unsigned found = 0;

	for (size_t i = 0; i < p->section_count; i++) {
		const struct peimage_section *s = &p->sections[i];

		if (s->long_name || strcmp(s->name, ".sbat") != 0)
			continue;
		if (found++)
			return "it has several .sbat sections";
		if (s->relocations || s->relocations_offset)
			return "its .sbat section has relocations";
	}
	return NULL;
}

/* What shim hashes is laid out strictly: headers, sections, rest, certificate table, end of file. */
static const char *layout_wrong(const struct peimage *p)
{
	uint64_t sum = p->headers_size;

	for (size_t i = 0; i < p->section_count; i++)
		sum += p->sections[i].raw_size;
	if (sum > p->size)
		return "its sections are together larger than the file";
	if (p->security_size && p->size > sum &&
	    (p->size - sum < p->security_size || p->size - p->security_size != p->security_offset))
		return "the certificate table is not the end of the file";
	if (p->security_offset > p->size)
		return "the certificate table lies outside the file";
	return NULL;
}

static const char *wrong_for_shim(const struct peimage *p)
{
	const char *why;

	if (memcmp(p->data, "MZ", 2) != 0 || p->header_offset < DOS_HEADER)
		return "it has no DOS header";
	if (p->file_alignment % 2)
		return "its file alignment is odd";
	if (p->characteristics & PEIMAGE_RELOCS_STRIPPED)
		return "its relocations were stripped";
	why = layout_wrong(p);
	if (!why)
		why = entry_wrong(p);
	return why ? why : sbat_wrong(p);
}

int peimage_decode(const void *data, size_t size, struct peimage *out, struct fault *f)
{
	struct peimage p = {.data = data, .size = size};
	uint64_t coff, optional;
	uint16_t sections, optional_size;

	if (!find_header(&p))
		return fault_set(f, ENOEXEC, "no PE image");
	coff = (uint64_t)p.header_offset + SIGNATURE;
	optional = coff + COFF_HEADER;
	p.machine = u16_at(&p, coff);
	sections = u16_at(&p, coff + 2);
	optional_size = u16_at(&p, coff + 16);
	p.characteristics = u16_at(&p, coff + 18);
	if (p.header_offset > p.size || p.size - p.header_offset < HEADERS_LEAST)
		p.malformed = "the file ends inside its headers";
	else
		decode_optional(&p, optional, optional_size);
	if (!p.malformed)
		p.malformed = sizes_wrong(&p, optional + optional_size, sections);
	if (decode_sections(&p, optional + optional_size, sections, f) < 0)
		return -1;
	if (!p.malformed && p.section_count != sections)
		p.malformed = "the section headers end behind the file";
	if (!p.malformed)
		p.malformed = sections_wrong(&p);
	p.malformed_shim = p.malformed ? p.malformed : wrong_for_shim(&p);
	*out = p;
	return 0;
}

void peimage_done(struct peimage *image)
{
	free(image->sections);
	*image = (struct peimage){0};
}

const struct peimage_section *peimage_find(const struct peimage *p, const char *name)
{
	for (size_t i = 0; i < p->section_count; i++)
		if (strcmp(p->sections[i].name, name) == 0)
			return &p->sections[i];
	return NULL;
}

struct bytes peimage_content(const struct peimage *p, const struct peimage_section *s)
{
	struct bytes b = from(p, s->raw_offset);
	size_t size = s->virtual_size < s->raw_size ? s->virtual_size : s->raw_size;

	/* Some linkers leave the virtual size empty. */
	if (s->virtual_size == 0)
		size = s->raw_size;
	if (b.bad)
		return bytes_of(p->data, 0);
	return bytes_of(b.at, size < b.left ? size : b.left);
}

const char *peimage_machine_name(uint16_t machine)
{
	static const struct {
		uint16_t machine;
		const char *name;
	} machines[] = {
		{0x8664, "x86-64"},	 {0x014c, "x86"},  {0xaa64, "arm64"},
		{0x01c2, "arm"},	 {0x01c4, "arm"},  {0x5064, "riscv64"},
		{0x6264, "loongarch64"}, {0x0200, "ia64"}, {0x0ebc, "efi-bytecode"},
	};

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].machine == machine)
			return machines[i].name;
	return NULL;
}
