/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_IMAXATTR_H
#define SCANNER_IMAXATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/hashalgo.h"
#include "scanner/profile.h"

/*
 * The value of security.ima or security.evm taken apart, without judging it. The format is in
 * docs/formats/ima-labels.md and evm.md, from security/integrity/integrity.h (enum
 * evm_ima_xattr_type, struct signature_v2_hdr) and include/linux/digsig.h (v1).
 */
enum imaxattr_type {
	IMAXATTR_ABSENT,	   /* no such attribute */
	IMAXATTR_EMPTY,		   /* 0 bytes long; the kernel treats it as absent */
	IMAXATTR_DIGEST,	   /* 01: legacy digest */
	IMAXATTR_HMAC,		   /* 02: EVM HMAC-SHA1 */
	IMAXATTR_SIGNATURE,	   /* 03: signature of any version */
	IMAXATTR_DIGEST_NG,	   /* 04: algorithm and digest */
	IMAXATTR_PORTABLE,	   /* 05: EVM portable and immutable signature */
	IMAXATTR_VERITY_SIGNATURE, /* 06: signature over a file id, of an fs-verity digest */
	IMAXATTR_UNKNOWN,	   /* any other first byte */
};

/* What is odd about a label, whatever the verdict. Bits. */
enum imaxattr_oddity {
	IMAXATTR_SHORT = 1,	       /* too short for what its type promises */
	IMAXATTR_TRAILING = 2,	       /* bytes after what its type promises */
	IMAXATTR_ALL_ZERO = 4,	       /* nothing but zero bytes after the type, or in all */
	IMAXATTR_UNKNOWN_ALGO = 8,     /* an algorithm number beyond the kernel's table */
	IMAXATTR_UNKNOWN_VERSION = 16, /* a signature version that is not 1, 2 or 3 */
	IMAXATTR_WRONG_SIZE = 32,      /* the header's signature size is not what follows it */
};

/* Borrows the attribute's bytes. */
struct imaxattr {
	enum imaxattr_type type;
	const uint8_t *raw;
	size_t raw_size;
	uint8_t version;   /* second byte of a signature; 0 otherwise */
	uint8_t algo_byte; /* algorithm number as stored, 0xff when there is none */
	const struct hashalgo
		*algo;	       /* NULL: none stored, or unknown. Legacy digests: by their length */
	const uint8_t *digest; /* of a digest label or HMAC; NULL otherwise */
	size_t digest_size;    /* bytes present, which may be more or fewer than the algorithm's */
	bool has_keyid;
	uint32_t keyid;	    /* v2 and v3: as it reads in hexadecimal, big endian */
	uint64_t keyid_v1;  /* v1: eight bytes, big endian */
	const uint8_t *sig; /* signature bytes after the header, up to the end; NULL if none */
	size_t sig_size;
	unsigned oddities;
};

/*
 * Takes a label apart. Never fails: what cannot be read is described by type and oddities. `data`
 * may be NULL for an absent attribute (then `size` is ignored).
 */
void imaxattr_decode(const uint8_t *data, size_t size, struct imaxattr *out);

/*
 * The algorithm the kernel would hash the file with because of this label
 * (ima_appraise.c ima_get_hash_algo()); the profile's default where the label does not say.
 */
const struct hashalgo *imaxattr_collect_algo(const struct imaxattr *label,
					     const struct kernel_profile *profile);

/* "none", "digest", "digest-ng", "signature-v2", "verity-signature-v3", "hmac", "portable-v2", … */
const char *imaxattr_type_name(const struct imaxattr *label);

#endif
