/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_KERNELRAMFS_H
#define EFI_KERNELRAMFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/kernelimage.h"

enum {
	KERNELRAMFS_UNPACKED_MAX =
		256 << 20,	      /* of an archive inside: a whole distribution has 100 MiB */
	KERNELRAMFS_TRIES_MAX = 2000, /* beginnings of streams looked at: a vmlinux has a handful */
	KERNELRAMFS_MEMBERS_MAX = 200000,
};

/*
 * Finds the initramfs inside an unpacked kernel and fills has_initramfs, initramfs and initramfs_size of
 * *out when it is more than the kernel's default. At most `limit` bytes are unpacked. *trouble: what
 * was there and could not be read (empty text: nothing). Fails for lack of memory only.
 */
int kernelramfs_find(const uint8_t *data, size_t size, size_t limit, struct kernelimage *out,
		     struct fault *trouble, struct fault *f) FAULT_MUST_USE;

#endif
