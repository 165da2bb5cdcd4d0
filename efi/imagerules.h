/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_IMAGERULES_H
#define EFI_IMAGERULES_H

#include <stdbool.h>
#include <stddef.h>

#include "efi/authenticode.h"
#include "efi/imagecheck.h"
#include "efi/peimage.h"
#include "efi/sbat.h"
#include "efi/secureboot.h"
#include "efi/shimimage.h"
#include "efi/trustanchor.h"

/*
 * What edk2's DxeImageVerificationLib and shim's verify_buffer() decide about an image:
 * docs/formats/authenticode.md. Values in, values out; no I/O.
 */

/* All that decides, beside the image. Const once made. */
struct imagerules {
	const struct secureboot *state; /* borrowed */
	/* The X.509 entries of its databases. */
	struct trustanchor_list db, dbx, dbt, mok, mokx;
	struct trustanchor_list given;
	/* Shims of the target; none: what is built into shim is not known. Borrowed. */
	const struct shimimage *shims;
	size_t shim_count;
	struct sbat level; /* of SbatLevelRT */
};

int imagerules_init(struct imagerules *rules, const struct secureboot *state,
		    struct fault *f) FAULT_MUST_USE;
void imagerules_done(struct imagerules *rules);

/* One entry of the certificate table, looked into. */
struct imagerules_signature {
	const struct authenticode_entry *entry;
	struct authenticode_message *message; /* NULL: no message can be read */
	const struct digest
		*digest; /* of the image, by the algorithm edk2 takes; NULL: it takes none */
	bool valid;
};

struct imagerules_image {
	const struct peimage *pe;
	enum imagecheck_role role;
	struct authenticode_digests digests;
	struct authenticode_table table;
	struct imagerules_signature signatures[AUTHENTICODE_ENTRIES_MAX]; /* table.count */
	struct sbat sbat;
	bool has_sbat;
};

/* Digests, certificate table and messages of an image. Borrows `pe`. */
int imagerules_image_init(struct imagerules_image *image, const struct peimage *pe,
			  enum imagecheck_role role, struct fault *f) FAULT_MUST_USE;
void imagerules_image_done(struct imagerules_image *image);

enum { IMAGERULES_BECAUSE_BYTES = 200 };

struct imagerules_verdict {
	enum imagecheck_start start;
	char because[IMAGERULES_BECAUSE_BYTES]; /* may hold bytes of the target */
};

struct imagerules_verdict imagerules_firmware(const struct imagerules *rules,
					      const struct imagerules_image *image);
struct imagerules_verdict imagerules_shim(const struct imagerules *rules,
					  const struct imagerules_image *image);

/* Who vouches for a signature: "db", "MokListRT", "shim", "given"; NULL: nobody. */
const char *imagerules_anchor(const struct imagerules *rules,
			      const struct imagerules_signature *signature);
/* Who revokes it: "dbx", "MokListXRT", "shim"; NULL: nobody. */
const char *imagerules_revoked(const struct imagerules *rules,
			       const struct imagerules_signature *signature);
/* Is the SBAT level known, and is a component below it? NULL: no. */
const struct sbat_line *imagerules_sbat_revoked(const struct imagerules *rules,
						const struct imagerules_image *image);

#endif
