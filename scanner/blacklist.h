/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BLACKLIST_H
#define SCANNER_BLACKLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"
#include "scanner/keyring.h"

/*
 * Revocation: certificates (PEM or DER) and hashes (text lines of hexadecimal digits, optionally
 * "bin:" or "tbs:" before, as in /proc/keys of .blacklist; '#' starts a comment). A hash without a
 * word before it counts as both kinds. Frozen before the first worker starts.
 */
struct blacklist;

struct blacklist *blacklist_new(void); /* NULL: no memory */
void blacklist_free(struct blacklist *list);
/* A file, or each regular file of a directory. A file that is neither kind is a fault. */
int blacklist_load(struct blacklist *list, const char *path, struct fault *f) FAULT_MUST_USE;
/*
 * Marks and refuses keys of a ring that is loaded already (keyring_revoke(), keyring_refuse_tbs()).
 * The list must outlive the ring.
 */
void blacklist_apply(const struct blacklist *list, struct keyring *ring);
/* Is this digest of a file's content a blacklisted binary? list may be NULL. */
bool blacklist_has_binary(const struct blacklist *list, const uint8_t *digest, size_t size);
/* Certificates and hashes together. */
size_t blacklist_count(const struct blacklist *list);

#endif
