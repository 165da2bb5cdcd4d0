/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_IMAGERULES_INTERNAL_H
#define EFI_IMAGERULES_INTERNAL_H

#include "efi/imagerules.h"
#include "efi/siglist.h"

/* What the two judges of imagerules.h share: imagerules_firmware.c and imagerules_shim.c. */

const struct siglist *imagerules_list(const struct imagerules *r, enum secureboot_database_id id);
/* The variable is there; it is, and cannot be read. */
bool imagerules_present(const struct imagerules *r, enum secureboot_database_id id);
bool imagerules_unreadable(const struct imagerules *r, enum secureboot_database_id id);
/* Is an image's digest among the entries of its kind? */
bool imagerules_digest_listed(const struct siglist *list, const struct digest *digest);

/* The first certificate of a list that vouches for a signature as edk2 looks; NULL: none. */
const struct trustanchor *imagerules_chained(const struct imagerules_signature *s,
					     const struct trustanchor_list *list);
/* Is the hash of a signer's certificate in dbx, or that of the one that vouches? A time stamp may prove
 * that the signature is older. */
bool imagerules_signer_listed(const struct imagerules *r, const struct imagerules_signature *s);
bool imagerules_anchor_listed(const struct imagerules *r, const struct imagerules_signature *s,
			      const struct trustanchor *anchor);

struct imagerules_verdict imagerules_say(enum imagecheck_start start, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* As it names itself; never NULL. */
const char *imagerules_signer_name(const struct imagerules_signature *s);
/* What to say of a signature that nobody in a list vouches for. */
struct imagerules_verdict imagerules_nobody(const struct imagerules_signature *s,
					    const char *where);
/* The state of Secure Boot is not known: what it would be with it is worth saying. */
struct imagerules_verdict imagerules_unsure(struct imagerules_verdict with);

#endif
