/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_SAVED_H
#define EFI_SAVED_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "efi/efistore.h"
#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/* What `ima-efi save` writes: every variable in one JSON object (docs/formats/saved-efi.md). No I/O. */
enum {
	SAVED_VERSION = 1,
	SAVED_FILE_MAX = 64 << 20, /* a firmware has less than 1 MiB of variables */
};

/* Where variables were read from, and when: for the file's heading. */
struct saved_heading {
	const char *version; /* of the program */
	const char *source;  /* as the operator named it; NULL: this machine */
	time_t when;
};

void saved_encode(const struct efistore *store, const struct saved_heading *heading,
		  struct buf *out);

/* Is it meant to be one? */
bool saved_is(const void *data, size_t size);

/* The variable is borrowed. Return -1 with *f filled to stop. */
typedef int saved_fn(void *context, const struct efistore_variable *variable, struct fault *f);

/* Faults: EINVAL, which says what is wrong with it. */
int saved_decode(const void *data, size_t size, saved_fn *each, void *context,
		 struct fault *f) FAULT_MUST_USE;

#endif
