/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_UNLOCK_H
#define RESCUE_UNLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "efi/remark.h"
#include "rescue/ledger.h"
#include "rescue/volume.h"
#include "scanner/base/fault.h"

/* Opening LUKS volumes, read-only (libcryptsetup; the only user of it). */

/* What opens them; kept in memory that is wiped, and never told to anyone. */
struct unlock_secret {
	uint8_t *bytes; /* a passphrase, or a key file's content; NULL: none */
	size_t size;
	bool token;	    /* try the tokens a volume names (systemd's, keyring's) */
	const char *header; /* a detached header, of the volume that has none; NULL: none */
};

enum { UNLOCK_SECRET_MAX = 8 << 20 }; /* libcryptsetup's own limit for key files */

/* The content of a key file, or what is typed at the terminal. */
int unlock_read_key_file(const char *path, struct unlock_secret *secret,
			 struct fault *f) FAULT_MUST_USE;
int unlock_ask(struct unlock_secret *secret, struct fault *f) FAULT_MUST_USE;
void unlock_wipe(struct unlock_secret *secret);

/*
 * Tries the secret on every LUKS volume of the list that is not in use (with a detached header, on every
 * volume that looks empty); each that opens adds a mapped
 * volume, written into the ledger first. One that does not open is a remark. Repeats for LUKS inside.
 */
int unlock_all(struct volume_list *volumes, const struct unlock_secret *secret,
	       struct ledger *ledger, struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
/* Closes a mapping; one that is not there is none of ours. */
int unlock_close(const char *name, struct fault *f) FAULT_MUST_USE;

#endif
