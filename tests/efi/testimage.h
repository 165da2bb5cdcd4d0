/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_EFI_TESTIMAGE_H
#define TESTS_EFI_TESTIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <openssl/types.h>

#include "efi/secureboot.h"
#include "scanner/base/buf.h"

/* EFI images, signatures and key databases for tests, made at run time. Every failure ends the test. */

/* --- Images --- */

struct testimage_section {
	const char *name;
	const void *data; /* NULL: zeros */
	size_t size;
};

/* A PE32+ image for x86-64 (or PE32 for x86): .text and these sections, each padded to 512. */
void testimage_build(struct buf *out, bool plus, const struct testimage_section *sections,
		     size_t count);
/* Little-endian fields of an image. */
void testimage_put16(struct buf *image, size_t at, unsigned value);
void testimage_put32(struct buf *image, size_t at, uint32_t value);
uint32_t testimage_get32(const struct buf *image, size_t at);
/* Where things stand in an image of testimage_build() and in signed ones. */
size_t testimage_coff(const struct buf *image);
size_t testimage_optional(const struct buf *image);
size_t testimage_directory(const struct buf *image); /* of the certificate table */
size_t testimage_section(const struct buf *image, unsigned i);

/* --- Signatures --- */

struct testimage_signature {
	EVP_PKEY *key;
	X509 *cert;
	const char *md; /* NULL: sha256; of the image, the content and the signature */
	X509 *extra;	/* one more certificate in the message */
	bool without_cert;
	bool as_guid;	   /* WIN_CERTIFICATE_UEFI_GUID */
	bool break_digest; /* the content names another digest */
	bool break_signature;
	bool other_content; /* signs plain data */
	/* A time stamp over the signature, by this authority at this time. */
	EVP_PKEY *tsa_key;
	X509 *tsa_cert;
	time_t stamped_at;
};

/* Pads the image to 8, and adds an entry to its certificate table. */
void testimage_sign(struct buf *image, const struct testimage_signature *how);
/* The Authenticode digest, computed another way than efi/authenticode.c does. */
size_t testimage_digest(const struct buf *image, const char *md, uint8_t out[static 64]);

/* --- Key databases --- */

struct testimage_state {
	struct secureboot secureboot;
	struct efistore_variable variables[SECUREBOOT_DATABASES], sbat_level;
	struct buf raw[SECUREBOOT_DATABASES];
};

/* Without any database. */
void testimage_state_init(struct testimage_state *s, enum secureboot_word word);
void testimage_state_done(struct testimage_state *s);
/* Adds a signature list of one entry; size 0: the variable is there, and empty. */
void testimage_state_add(struct testimage_state *s, enum secureboot_database_id id,
			 enum siglist_type type, const void *data, size_t size);
void testimage_state_cert(struct testimage_state *s, enum secureboot_database_id id, X509 *cert);
void testimage_state_file(struct testimage_state *s, enum secureboot_database_id id,
			  const char *path);
/* SbatLevelRT; borrows the text. */
void testimage_state_sbat(struct testimage_state *s, const char *text);

/* A whole file. */
void testimage_load(struct buf *out, const char *path);

#endif
