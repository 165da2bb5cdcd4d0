/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes PE headers, digests and certificate tables, without looking into messages. */
#include <stdlib.h>
#include <string.h>

#include "efi/authenticode.h"
#include "efi/imagerole.h"
#include "efi/peimage.h"
#include "scanner/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is well formed lies in the file. */
static void check(const struct peimage *pe)
{
	for (size_t i = 0; i < pe->section_count; i++) {
		struct bytes b = peimage_content(pe, &pe->sections[i]);

		if (b.left && (b.at < pe->data || b.at + b.left > pe->data + pe->size))
			abort();
		if (!memchr(pe->sections[i].name, 0, sizeof(pe->sections[i].name)))
			abort();
		if (!pe->malformed && pe->sections[i].raw_size &&
		    (uint64_t)pe->sections[i].raw_offset + pe->sections[i].raw_size > pe->size)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct authenticode_digests digests;
	struct authenticode_table table;
	struct peimage pe;

	if (digest_init(NULL) < 0)
		abort();
	if (peimage_decode(data, size, &pe, NULL) < 0)
		return 0;
	check(&pe);
	imagerole_of(&pe);
	if (authenticode_digest(&pe, &digests, NULL) < 0 ||
	    !digests.missing != (digests.of[0].size_bytes != 0))
		abort();
	authenticode_table_decode(&pe, &table);
	for (size_t i = 0; i < table.count; i++)
		if (table.entries[i].offset + 8 > size ||
		    (table.entries[i].message &&
		     table.entries[i].message + table.entries[i].size > data + size))
			abort();
	peimage_done(&pe);
	return 0;
}
