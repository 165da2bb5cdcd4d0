/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_INITKIND_H
#define EFI_INITKIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/initramfs.h"

/* A regular member, as far as it is kept. */
struct initkind_file {
	const char *name; /* as struct initramfs_member has it */
	uint32_t mode, size;
	const uint8_t *head; /* its first bytes, all of them when held is size */
	size_t held;
	bool names_policy_file; /* anywhere in it, beyond the head too */
};

/* False: nothing of interest. *out_keep_text: it is a text that the judgement needs. */
bool initkind_of(const struct initkind_file *file, enum initramfs_kind *out_kind,
		 bool *out_keep_text);

#endif
