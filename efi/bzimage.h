/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_BZIMAGE_H
#define EFI_BZIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/* The setup header of an x86 kernel: docs/formats/kernel-image.md. Borrows the image's bytes. */
struct bzimage {
	uint16_t protocol;   /* 0x020f is 2.15 */
	const uint8_t *code; /* the protected-mode code: all after the setup sectors */
	size_t code_size;
	const char *version; /* text, not ended by a NUL; NULL: none is told */
	size_t version_size;
	const uint8_t *payload; /* NULL: none is told */
	size_t payload_size;
	bool payload_cut; /* it would reach beyond the image: payload_size is what there is of it */
};

/* Does it begin like one? */
bool bzimage_is(const uint8_t *data, size_t size);
/* Fails with f->os EBADMSG when the header contradicts itself or is not all there. */
int bzimage_decode(const uint8_t *data, size_t size, struct bzimage *out,
		   struct fault *f) FAULT_MUST_USE;

#endif
