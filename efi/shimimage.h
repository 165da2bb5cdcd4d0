/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_SHIMIMAGE_H
#define EFI_SHIMIMAGE_H

#include <stdbool.h>

#include "efi/peimage.h"
#include "efi/sbat.h"
#include "efi/siglist.h"
#include "efi/trustanchor.h"
#include "scanner/base/fault.h"

/* What is built into a shim: whom it trusts, whom not, and its SBAT level. docs/formats/authenticode.md */
struct shimimage {
	uint8_t *data; /* what the lists point into */
	struct siglist authorized, revoked;
	struct trustanchor_list certs, revoked_certs; /* X.509 entries of both */
	struct sbat level; /* of .sbatlevel, the automatic one; no lines: it has none */
};

bool shimimage_is(const struct peimage *image);
/* Copies what it needs. Fails for lack of memory, and with f->os 0 when .vendor_cert is malformed. */
int shimimage_decode(const struct peimage *image, struct shimimage *out,
		     struct fault *f) FAULT_MUST_USE;
void shimimage_done(struct shimimage *shim);

/* Certificates of a signature list, as anchors; those that shim passes over are hidden from it. What is
 * no certificate is left out. */
int shimimage_anchors(const struct siglist *list, struct trustanchor_list *out,
		      struct fault *f) FAULT_MUST_USE;

#endif
