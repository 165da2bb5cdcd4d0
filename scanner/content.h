/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_CONTENT_H
#define SCANNER_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a file is, from its first bytes and its place: enough to tell which hooks of the kernel will
 * see it. A guess of likelihood, never of trust.
 */
enum content_kind {
	CONTENT_ELF = 1,	     /* any ELF object */
	CONTENT_ELF_RELOCATABLE = 2, /* as kernel modules are */
	CONTENT_SCRIPT = 4,	     /* begins with "#!" */
	CONTENT_KERNEL = 8,	     /* a boot image: bzImage, EFI stub of arm64 or riscv, PE */
	CONTENT_COMPRESSED = 16,     /* gzip, xz, zstd, bzip2, lz4 */
	CONTENT_POLICY_TEXT = 32,    /* looks like an IMA policy */
};

enum { CONTENT_HEAD_BYTES = 1024 }; /* enough for every question above */

/* Bits of enum content_kind. */
unsigned content_of_head(const uint8_t *head, size_t size);

/* What a path (below the target's root) suggests. Bits. */
enum content_place {
	CONTENT_AT_MODULE = 1,	  /* *.ko, *.ko.xz, … */
	CONTENT_AT_FIRMWARE = 2,  /* below lib/firmware */
	CONTENT_AT_KERNEL = 4,	  /* vmlinuz*, bzImage*, Image* in boot or a modules directory */
	CONTENT_AT_INITRAMFS = 8, /* initrd*, initramfs* in boot */
	CONTENT_AT_POLICY = 16,	  /* etc/ima/ima-policy and the other usual places */
	CONTENT_AT_LIBRARY = 32,  /* a name like lib*.so, lib*.so.6 */
	CONTENT_AT_COMPRESSED_MODULE = 64,
	CONTENT_AT_CONFIG = 128, /* below etc: where a policy text could hide under another name */
};

unsigned content_of_path(const char *path);

#endif
