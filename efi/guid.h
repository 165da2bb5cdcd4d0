/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_GUID_H
#define EFI_GUID_H

#include <stdbool.h>
#include <stdint.h>

/* An EFI_GUID (UEFI 2.10, appendix A), as its 16 bytes lie in memory: mixed byte order. */
struct guid {
	uint8_t bytes[16];
};

enum { GUID_TEXT_BYTES = 37 }; /* "8be4df61-93ca-11d2-aa0d-00e098032b8c" and NUL */

bool guid_equal(const struct guid *a, const struct guid *b);
void guid_text(const struct guid *guid, char out[GUID_TEXT_BYTES]);
/* Takes the canonical form in either case; false: it is not one. */
bool guid_from_text(const char *text, struct guid *out);
/* A word for a well-known GUID: "global", "security-database", "shim", "systemd-boot",
 * "microsoft-owner", "cert-x509"; NULL: unknown. */
const char *guid_name(const struct guid *guid);

/* Of variables. */
extern const struct guid guid_global; /* EFI_GLOBAL_VARIABLE: SecureBoot, Boot####, … */
extern const struct guid guid_security_database; /* db, dbx, dbt, dbr */
extern const struct guid guid_shim;		 /* MokListRT and what else shim leaves */
extern const struct guid guid_systemd_loader;	 /* Loader* of systemd's boot loader interface */

#endif
