/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_CERTINFO_H
#define EFI_CERTINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "scanner/base/fault.h"

/* What a certificate says of itself. Texts are of the target: escape them. */
struct certinfo {
	char *subject, *issuer;	       /* "CN = db, O = Example" */
	char *serial;		       /* hexadecimal digits, upper case, perhaps "-" before them */
	char *key;		       /* "RSA 2048", "EC 256"; "?" when libcrypto cannot tell */
	int64_t not_before, not_after; /* seconds since 1970 */
	uint8_t sha256[32];	       /* of the DER bytes */
};

/* EINVAL: no certificate, or something behind it; *out then holds sha256 only. After digest_init().
 * The caller ends *out with certinfo_done() in either case. */
int certinfo_decode(const void *der, size_t size, struct certinfo *out,
		    struct fault *f) FAULT_MUST_USE;
void certinfo_done(struct certinfo *cert);

/* Half a year ahead, or in the past. */
bool certinfo_expires_soon(const struct certinfo *cert, time_t now);

#endif
