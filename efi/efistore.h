/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_EFISTORE_H
#define EFI_EFISTORE_H

#include <stddef.h>
#include <stdint.h>

#include "efi/guid.h"
#include "scanner/base/fault.h"

/*
 * The variables of a firmware, read once and held in memory, wherever they came from: the running
 * system's efivarfs, a directory of its layout (Name-GUID files of four attribute bytes and data),
 * an OVMF variable store (docs/formats/varstore.md), or what `ima-efi save` wrote. Const after
 * opening: reading it from many threads is safe.
 */
struct efistore;

enum { EFISTORE_NAME_MAX = 512, EFISTORE_DATA_MAX = 1 << 20, EFISTORE_COUNT_MAX = 4096 };

struct efistore_variable {
	char *name; /* UTF-8 of what the firmware calls it */
	struct guid guid;
	uint32_t
		attributes; /* UEFI 8.2: 1 non-volatile, 2 boot service, 4 runtime, 0x20 time-based auth */
	uint8_t *data;
	size_t size;
	int unreadable; /* errno; 0: `data` is what it holds */
};

enum efistore_kind { EFISTORE_LIVE, EFISTORE_DIRECTORY, EFISTORE_VARSTORE, EFISTORE_SAVED };

/*
 * path NULL: this machine's. A fault with os ENOENT or ENOTSUP means there is no such firmware (this
 * machine was not started by UEFI, or efivarfs is not mounted: the text says which).
 */
struct efistore *efistore_open(const char *path, struct fault *f) FAULT_MUST_USE;
void efistore_close(struct efistore *store);
enum efistore_kind efistore_kind(const struct efistore *store);

/* NULL: there is none (which says nothing good: see secureboot.h). Borrowed. */
const struct efistore_variable *efistore_find(const struct efistore *store, const struct guid *guid,
					      const char *name);
/* Sorted by GUID and name, as bytes. */
size_t efistore_count(const struct efistore *store);
const struct efistore_variable *efistore_at(const struct efistore *store, size_t i);

#endif
