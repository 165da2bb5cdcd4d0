/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_LUKSCOST_H
#define RESCUE_LUKSCOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/*
 * What trying the key slots of a LUKS header asks for; no I/O. A header is hostile, and a key derivation that has begun cannot be
 * stopped: docs/formats/luks-cost.md has the bounds and where they come from.
 */
enum {
	LUKSCOST_SLOTS_MAX = 32,      /* of LUKS2; LUKS1 has 8 */
	LUKSCOST_SECONDS_MAX = 600,   /* for all slots of a volume together, on the machine below */
	LUKSCOST_THREADS_MAX = 64,    /* cryptsetup asks for 4 at most */
	LUKSCOST_KEY_BYTES_MAX = 512, /* cryptsetup's own bound */
	LUKSCOST_LUKS1_BYTES = 592,   /* of its header, as much as is looked at */
	/* The machine that seconds are of: a slow one. */
	LUKSCOST_ROUNDS_PER_MS = 1000, /* of PBKDF2, one block of the hash each */
	LUKSCOST_KIB_PER_MS = 512,     /* that argon2 passes over */
	LUKSCOST_THREAD_US = 80,       /* to begin and end a thread of argon2, in each pass */
};

struct lukscost_slot {
	int number;
	bool argon;	 /* argon2i or argon2id; else PBKDF2 */
	uint64_t rounds; /* or passes of argon2 */
	uint64_t memory_kib, threads;
	uint64_t key_bytes; /* that are derived */
	uint64_t ms;	    /* of work, that of checking the key it gives included */
};

/* The cheapest slot first. One that is not understood is not among them. */
struct lukscost {
	struct lukscost_slot slots[LUKSCOST_SLOTS_MAX];
	size_t count;
};

/* From the JSON of a LUKS2 header, and from the first bytes of a LUKS1 header. EBADMSG: it is none, or names a slot by
 * what is not its number ("01"). */
int lukscost_decode_luks2(const char *json, struct lukscost *out, struct fault *f) FAULT_MUST_USE;
int lukscost_decode_luks1(const void *data, size_t size, struct lukscost *out,
			  struct fault *f) FAULT_MUST_USE;

/* The dearest of that number. NULL: it is not understood, or not there. */
const struct lukscost_slot *lukscost_find(const struct lukscost *cost, int number);

/* May it be tried, after others that cost so much? Else the fault names it and what it asks for. */
int lukscost_check(const struct lukscost_slot *slot, uint64_t spent_ms, uint64_t available_kib,
		   struct fault *f) FAULT_MUST_USE;

#endif
