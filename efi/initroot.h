/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_INITROOT_H
#define EFI_INITROOT_H

#include "efi/initramfs.h"
#include "efi/remark.h"
#include "efi/targetfs.h"

/* Sets on_root of what was found: how the root's file of this name, or the one it is usually copied from,
 * compares. What cannot be read is a remark, and not compared. After digest_init(). */
void initroot_compare(const struct targetfs *t, struct initramfs *initramfs,
		      struct remark_list *remarks);

#endif
