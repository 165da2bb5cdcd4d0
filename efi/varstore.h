/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_VARSTORE_H
#define EFI_VARSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/guid.h"
#include "scanner/base/fault.h"

/* edk2's variable store, as OVMF keeps it in a file: docs/formats/varstore.md. No I/O. */
struct varstore_variable {
	struct guid guid;
	uint32_t attributes;
	const uint8_t *name; /* little-endian 16-bit characters, perhaps ended by NUL; borrowed */
	size_t name_size;    /* bytes, even */
	const uint8_t *data; /* borrowed */
	size_t size;
	size_t offset;	  /* of its header in the image */
	bool in_deletion; /* being replaced when power went */
};

enum { VARSTORE_IMAGE_MAX = 64 << 20 }; /* the largest flash parts of machines */

/* Return -1 with *f filled to stop. */
typedef int varstore_fn(void *context, const struct varstore_variable *variable, struct fault *f);

/* Is there a store in it? Cheap: says nothing about what is in the store. */
bool varstore_is(const void *image, size_t size);

/*
 * Calls `each` for every variable that is not deleted, in the order of the store. Of several of one name
 * and GUID, edk2 takes the first that is not in deletion, else the last one: so must the caller.
 * Faults: EINVAL, which says what is malformed and at which byte.
 */
int varstore_decode(const void *image, size_t size, varstore_fn *each, void *context,
		    struct fault *f) FAULT_MUST_USE;

#endif
