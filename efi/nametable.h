/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_NAMETABLE_H
#define EFI_NAMETABLE_H

#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/*
 * Which names were there, and a number for each. Only their 64-bit hashes are kept: a collision makes a
 * name that was not there seem to have been, no more.
 */
struct nametable_slot {
	uint64_t hash;	/* 0: empty */
	uint32_t value; /* the caller's; 0 at first */
};

/* Zeroed it is empty. */
struct nametable {
	struct nametable_slot *slots;
	size_t capacity, count; /* a power of two; at most half full */
};

/* The slot of the name, which the next one added may move. NULL: no memory. */
struct nametable_slot *nametable_add(struct nametable *table, const char *name,
				     struct fault *f) FAULT_MUST_USE;
/* NULL: it was never added. */
const struct nametable_slot *nametable_find(const struct nametable *table, const char *name);
void nametable_done(struct nametable *table);

#endif
