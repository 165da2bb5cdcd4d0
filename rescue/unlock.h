/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_UNLOCK_H
#define RESCUE_UNLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "efi/remark.h"
#include "rescue/ledger.h"
#include "rescue/secret.h"
#include "rescue/volume.h"
#include "scanner/base/fault.h"

/* Opening LUKS volumes, read-only (libcryptsetup; the only user of it). */

/* What opens them. Borrows. */
struct unlock_key {
	const struct secret *secret; /* a passphrase, or a key file's content; may be empty */
	bool token;	    /* try the tokens a volume names (keyring's, those of plug-ins) */
	const char *header; /* a detached header, of the volume that has none; NULL: none */
	bool costly;	    /* try key slots whatever they ask for (lukscost.h) */
};

/*
 * Tries the secret on every LUKS volume of the list that is not in use (with a detached header, on every
 * volume that looks empty); each that opens adds a mapped
 * volume, written into the ledger first. One that does not open is a remark. Repeats for LUKS inside.
 * Key slots that ask for more time or memory than lukscost.h says are left out, and told.
 * Nothing is written to a volume, nor to a header: both are behind read-only devices, so that what
 * libcryptsetup would mend of a damaged header stays as it is.
 */
int unlock_all(struct volume_list *volumes, const struct unlock_key *key, struct ledger *ledger,
	       struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
/* Closes a mapping; one that is not there is none of ours. */
int unlock_close(const char *name, struct fault *f) FAULT_MUST_USE;

#endif
