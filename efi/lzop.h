/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LZOP_H
#define EFI_LZOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/unpack.h"
#include "scanner/base/bytes.h"

enum { LZOP_MAGIC_BYTES = 9 };
extern const uint8_t lzop_magic[LZOP_MAGIC_BYTES];

/* Fills data, size, used, end and why of *out with what lzop packed. Fails for lack of memory only. */
int lzop_unpack(const uint8_t *data, size_t size, size_t limit, struct unpack *out,
		struct fault *f) FAULT_MUST_USE;

#endif
