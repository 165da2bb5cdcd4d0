/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_AUTHENTICODE_H
#define EFI_AUTHENTICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/peimage.h"
#include "scanner/base/fault.h"
#include "scanner/hashalgo.h"

/*
 * Authenticode: an image's digests, its certificate table and the PKCS#7 messages in it, as firmware
 * reads them: docs/formats/authenticode.md. After digest_init(). No I/O.
 */

/* --- Digests --- */

enum { AUTHENTICODE_ALGOS = 4 }; /* SHA-1, SHA-256, SHA-384, SHA-512 */

struct authenticode_digests {
	/* NULL: computed. Else why not, and whether firmware has none either. */
	const char *missing;
	bool refused;
	struct digest of[AUTHENTICODE_ALGOS];
	/* Shim's, which differ for an unsigned file whose size is no multiple of 8. */
	struct digest shim_sha1, shim_sha256;
};

/* Fails only for lack of memory or of an algorithm. Of a malformed image there is no digest. */
int authenticode_digest(const struct peimage *image, struct authenticode_digests *out,
			struct fault *f) FAULT_MUST_USE;
/* Of these algorithms; NULL: another, or none was computed. */
const struct digest *authenticode_digest_by(const struct authenticode_digests *digests,
					    enum hashalgo_id id);

/* --- The certificate table --- */

enum {
	AUTHENTICODE_ENTRIES_MAX = 16, /* signatures of one image; real ones have up to three */
	AUTHENTICODE_SIGNERS_MAX = 16, /* of one message; firmware's tools write one */
	AUTHENTICODE_MESSAGE_MAX = 1 << 20, /* real ones are below 16 KiB */
};

struct authenticode_entry {
	size_t offset; /* in the file */
	uint16_t type;
	const uint8_t *message; /* PKCS#7; NULL: of a type that firmware passes over. Borrowed */
	size_t size;
	bool for_shim; /* shim looks at it too */
};

struct authenticode_table {
	struct authenticode_entry entries[AUTHENTICODE_ENTRIES_MAX];
	size_t count;
	/* NULL: well formed. What edk2 and shim refuse; the entries before it are there. */
	const char *malformed, *malformed_shim;
	bool too_much; /* for us: more entries, or a larger one, than we look at */
};

void authenticode_table_decode(const struct peimage *image, struct authenticode_table *out);

/* --- Messages --- */

struct authenticode_message;
struct trustanchor;

struct authenticode_signer {
	/* Printable text of any bytes. NULL: the certificate is not in the message. */
	char *subject, *issuer, *serial;
	char *name;	    /* the common name, for a sentence; NULL as above */
	uint8_t sha256[32]; /* of the certificate */
	const char *digest; /* "sha256"; "?": none we know */
};

/* NULL: no signed PKCS#7 message (or no memory). Copies what it needs. */
struct authenticode_message *authenticode_message_new(const uint8_t *data, size_t size);
void authenticode_message_free(struct authenticode_message *m);

/* More signers than AUTHENTICODE_SIGNERS_MAX: verifying is left out, and all answers are "no". */
bool authenticode_too_much(const struct authenticode_message *m);

/* Which digest edk2 compares: by byte 32. NULL: it looks no further. */
const struct hashalgo *authenticode_edk2_algo(const uint8_t *data, size_t size);

/* Is this digest at the end of what is signed? */
bool authenticode_covers(const struct authenticode_message *m, const struct digest *digest);
/* Does every signer's signature verify by its certificate in the message? */
bool authenticode_intact(const struct authenticode_message *m);
/* Is every signer's certificate in the message? */
bool authenticode_has_signers(const struct authenticode_message *m);
/* Covers, intact, and every signer chains to this certificate. */
bool authenticode_verify(const struct authenticode_message *m, const struct digest *digest,
			 const struct trustanchor *anchor);
/* The same by shim's libcrypto, which knows RSA only and does not look at the anchor's extensions. */
bool authenticode_verify_by_shim(const struct authenticode_message *m, const struct digest *digest,
				 const struct trustanchor *anchor);
/* Are all keys of the message's certificates RSA keys? */
bool authenticode_is_rsa(const struct authenticode_message *m);

size_t authenticode_signer_count(const struct authenticode_message *m);
const struct authenticode_signer *authenticode_signer_at(const struct authenticode_message *m,
							 size_t i);
/* The hash of the signed part of a signer's certificate. false: no certificate, or no such hash. */
bool authenticode_signer_tbs(const struct authenticode_message *m, size_t i, enum hashalgo_id algo,
			     struct digest *out);

/* The second of a time stamp, to compare: year, month, day, hour, minute, second. */
struct authenticode_time {
	uint16_t year;
	uint8_t month, day, hour, minute, second;
};

/* Is there a time stamp over the only signature that verifies by this certificate of dbt? */
bool authenticode_timestamp(const struct authenticode_message *m, const struct trustanchor *tsa,
			    struct authenticode_time *out);
/* <0, 0, >0 */
int authenticode_time_compare(const struct authenticode_time *a, const struct authenticode_time *b);

#endif
