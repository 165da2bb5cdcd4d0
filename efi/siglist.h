/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_SIGLIST_H
#define EFI_SIGLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/guid.h"
#include "scanner/base/fault.h"

/*
 * EFI_SIGNATURE_LISTs (UEFI 2.10, 32.4.1), as PK, KEK, db, dbx, dbt, dbr, MokListRT and MokListXRT
 * hold them: docs/formats/siglist.md.
 */
enum siglist_type {
	SIGLIST_X509, /* a DER certificate */
	SIGLIST_SHA1,
	SIGLIST_SHA224,
	SIGLIST_SHA256,
	SIGLIST_SHA384,
	SIGLIST_SHA512, /* of images */
	SIGLIST_X509_SHA256,
	SIGLIST_X509_SHA384,
	SIGLIST_X509_SHA512, /* of a certificate's signed part,
									  and a time of revocation */
	SIGLIST_RSA2048,
	SIGLIST_RSA2048_SHA256,
	SIGLIST_RSA2048_SHA1,
	SIGLIST_UNKNOWN, /* well formed, of a type newer than us */
};

struct siglist_entry {
	enum siglist_type type;
	struct guid type_guid, owner;
	const uint8_t *data; /* without the owner; borrowed */
	size_t size;
	size_t offset; /* of the entry (its owner GUID) in the variable, for messages */
};

enum { SIGLIST_ENTRY_MAX = 65536 }; /* a dbx of 2025 has about 500 entries */

struct siglist {
	struct siglist_entry *entries;
	size_t count;
	/* As edk2 has it: a list that does not say where it ends is the end; other oddities are read over.
	 * The first of either is told. */
	bool malformed;
	size_t malformed_at; /* byte offset */
	const char *malformed_why;
};

/* Never fails but for memory (ENOMEM). Borrows `data`, which must outlive *out. */
int siglist_decode(const void *data, size_t size, struct siglist *out,
		   struct fault *f) FAULT_MUST_USE;
void siglist_done(struct siglist *list);
/* "x509", "sha256", "x509-sha256", … */
const char *siglist_type_name(enum siglist_type type);

#endif
