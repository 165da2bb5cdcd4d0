/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_VERITY_H
#define SCANNER_VERITY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "scanner/base/fault.h"
#include "scanner/hashalgo.h"

/*
 * fs-verity file digests (Documentation/filesystems/fsverity.rst), recomputed with libfsverity from
 * the content. The target's descriptor is used for its parameters only, never for its root hash.
 */
enum { VERITY_SALT_MAX = 32 };

struct verity_params {
	const struct hashalgo *algo; /* sha256 or sha512 */
	uint32_t block_size;
	uint8_t salt_size;
	uint8_t salt[VERITY_SALT_MAX];
};

/* Takes a struct fsverity_descriptor apart; EINVAL says what is wrong with it. */
int verity_decode(const uint8_t *data, size_t size, struct verity_params *out,
		  uint64_t *out_file_size, struct fault *f) FAULT_MUST_USE;

/* Reads the descriptor of an open file (FS_IOC_READ_VERITY_METADATA). ENODATA: not a verity file.
 */
int verity_params_read(int fd, struct verity_params *out, struct fault *f) FAULT_MUST_USE;

/* Fills `size` bytes from where the last call ended. 0, or a negative errno value. */
typedef int verity_read_fn(void *context, void *data, size_t size);

/* The digest of `file_size` bytes which `read` delivers once, in order. */
int verity_digest(const struct verity_params *params, uint64_t file_size, verity_read_fn *read,
		  void *context, struct digest *out, struct fault *f) FAULT_MUST_USE;

#endif
