/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_PEIMAGE_H
#define EFI_PEIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/bytes.h"
#include "scanner/base/fault.h"

/* The headers and sections of a PE/COFF image: docs/formats/authenticode.md. No I/O. */
enum {
	PEIMAGE_NAME_BYTES = 64, /* of a section; linkers' names are below 20 */
	PEIMAGE_RELOCS_STRIPPED = 1 << 0,
};

struct peimage_section {
	char name
		[PEIMAGE_NAME_BYTES]; /* bytes of the target; long names resolved, cut when longer */
	bool long_name;		      /* it stands in the string table: firmware sees "/123" */
	uint32_t virtual_size, virtual_address;
	uint32_t raw_size, raw_offset; /* in the file */
	uint32_t relocations_offset;
	uint16_t relocations;
	uint32_t characteristics;
};

struct peimage {
	const uint8_t *data; /* borrowed */
	size_t size;
	bool plus; /* PE32+ */
	uint16_t machine, characteristics, subsystem;
	uint32_t header_offset; /* of "PE\0\0" */
	uint32_t headers_size, image_size, entry_point, file_alignment;
	uint32_t checksum_at; /* where the checksum stands */
	uint32_t security_at; /* where the entry of directory 4 stands; 0: there is none */
	uint32_t security_offset, security_size; /* of the certificate table, in the file */
	struct peimage_section *sections;
	size_t section_count;
	/* Why edk2 would not load it; NULL: it would. Fields from the optional header on may then be
	 * zero, and sections may lie outside the file. */
	const char *malformed;
	/* Why shim would not, beside that; NULL: no reason in the headers. */
	const char *malformed_shim;
};

/* f->os ENOEXEC: no PE image at all. A malformed one is decoded as far as it goes. Borrows `data`. */
int peimage_decode(const void *data, size_t size, struct peimage *out,
		   struct fault *f) FAULT_MUST_USE;
void peimage_done(struct peimage *image);

/* The first section of this name; NULL: none. */
const struct peimage_section *peimage_find(const struct peimage *image, const char *name);

/* What a section holds: the smaller of its virtual size and its size in the file, as far as it lies in
 * the file. */
struct bytes peimage_content(const struct peimage *image, const struct peimage_section *section);

/* "x86-64"; NULL: unknown. */
const char *peimage_machine_name(uint16_t machine);

#endif
