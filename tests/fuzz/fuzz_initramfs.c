/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Initramfs files: segments, their compression, members, and what they are taken for. */
#include <stdlib.h>
#include <string.h>

#include "efi/initramfs.h"
#include "scanner/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct remark_list remarks = {0};
	struct initramfs initramfs;
	struct fault f;

	if (digest_init(&f) < 0 ||
	    initramfs_decode("fuzz", data, size, &initramfs, &remarks, &f) < 0)
		__builtin_trap();
	if (initramfs.incomplete != (remarks.count > 0) && !remarks.count)
		__builtin_trap();
	for (size_t i = 0; i < initramfs.found_count; i++) {
		const struct initramfs_member *member = &initramfs.found[i];

		if (member->segment >= initramfs.segment_count || *member->name == '/' ||
		    !initramfs_has(&initramfs, member->name) ||
		    (member->text && member->text[member->text_size]))
			__builtin_trap();
	}
	initramfs_done(&initramfs);
	remark_list_done(&remarks);
	return 0;
}
