/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_EFI_EFIVARS_H
#define TESTS_EFI_EFIVARS_H

#include <stddef.h>
#include <stdint.h>

#include "efi/efistore.h"
#include "efi/guid.h"
#include "scanner/base/buf.h"

/*
 * Firmware variables for tests, made at run time; every failure ends the test. What scripts use is
 * varstore.py beside it.
 */

/* Attributes: non-volatile 1, boot service 2, runtime 4, time-based authenticated 0x20. */
enum { EFIVARS_KEPT = 7, EFIVARS_VOLATILE = 6, EFIVARS_KEYS = 0x27 };

struct guid efivars_guid(const char *text);
/* Of the owner in lists that efivars_list() makes. */
#define EFIVARS_OWNER  "11111111-2222-3333-4444-123456789abc"
#define EFIVARS_X509   "a5c059a1-94e4-4aa7-87b5-ab155c2bf072"
#define EFIVARS_SHA256 "c1c41626-504c-4092-aca9-41f936934328"

void efivars_u16(struct buf *out, unsigned value);
void efivars_u32(struct buf *out, uint32_t value);
/* ASCII as 16-bit characters, with a NUL. */
void efivars_ucs2(struct buf *out, const char *text);

/* One signature list of `count` entries of `size` bytes each. */
void efivars_list(struct buf *out, const char *type, const void *data, size_t size, size_t count);
/* One list with a self-signed certificate of this common name. */
void efivars_certificate(struct buf *out, const char *name);

/* A path of a partition and a file, with its end; a short form when `partition` is 0. */
void efivars_path(struct buf *out, unsigned partition, const char *file);
/* A load option with such a path; options NULL: none. */
void efivars_option(struct buf *out, uint32_t attributes, const char *title, const char *file,
		    const char *options);

/* DIRECTORY/NAME-GUID below tree_fd. */
void efivars_put(const char *directory, const struct guid *guid, const char *name,
		 uint32_t attributes, const void *data, size_t size);
void efivars_put_buf(const char *directory, const struct guid *guid, const char *name,
		     uint32_t attributes, const struct buf *data);
void efivars_put_byte(const char *directory, const char *name, uint8_t value);
/* The store of such a directory. */
struct efistore *efivars_open(const char *directory);

/* A firmware volume with a store of authenticated variables, of 0x2000 bytes. */
struct efivars_image {
	uint8_t bytes[0x2000];
	size_t at;
};

enum { EFIVARS_STORE = 72, EFIVARS_FIRST = EFIVARS_STORE + 28 };

void efivars_image(struct efivars_image *out);
/* State 0x3f: in force. Returns where its header is. */
size_t efivars_image_add(struct efivars_image *image, const struct guid *guid, const char *name,
			 uint32_t attributes, uint8_t state, const void *data, size_t size);

#endif
