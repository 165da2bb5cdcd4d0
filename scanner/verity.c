/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs-verity digests recomputed by libfsverity from the content. The descriptor's layout is in
 * docs/formats/verity.md (fs/verity/fsverity_private.h, fs/verity/open.c, Linux 6.12).
 */
#include "scanner/verity.h"

#include <errno.h>
#include <libfsverity.h>
#include <linux/fsverity.h>
#include <string.h>
#include <sys/ioctl.h>

#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

enum {
	DESCRIPTOR_BYTES = 256,
	ROOT_HASH_BYTES = 64,
	RESERVED_BYTES = 144,
	/* Between half a page and the largest page of any architecture (64 KiB). */
	LOG_BLOCK_MIN = 10,
	LOG_BLOCK_MAX = 16,
};

static const struct {
	uint8_t number; /* include/uapi/linux/fsverity.h */
	enum hashalgo_id id;
} algos[] = {
	{FS_VERITY_HASH_ALG_SHA256, HASHALGO_SHA256},
	{FS_VERITY_HASH_ALG_SHA512, HASHALGO_SHA512},
};

static const struct hashalgo *algo_of_number(uint8_t number)
{
	for (unsigned i = 0; i < sizeof(algos) / sizeof(algos[0]); i++)
		if (algos[i].number == number)
			return hashalgo_by_id(algos[i].id);
	return NULL;
}

static uint32_t number_of_algo(const struct hashalgo *algo)
{
	for (unsigned i = 0; i < sizeof(algos) / sizeof(algos[0]); i++)
		if (algo && algos[i].id == algo->id)
			return algos[i].number;
	return 0;
}

int verity_decode(const uint8_t *data, size_t size, struct verity_params *out,
		  uint64_t *out_file_size, struct fault *f)
{
	struct bytes b = bytes_of(data, size);
	uint8_t version = bytes_u8(&b), number = bytes_u8(&b), log_block = bytes_u8(&b);
	uint8_t salt_size = bytes_u8(&b);
	uint32_t signature_size = bytes_u32le(&b);
	uint64_t file_size = bytes_u64le(&b);
	const uint8_t *salt, *reserved;
	struct verity_params params = {.algo = algo_of_number(number), .salt_size = salt_size};

	bytes_take(&b, ROOT_HASH_BYTES); /* what the target claims; ours is computed */
	salt = bytes_take(&b, VERITY_SALT_MAX);
	reserved = bytes_take(&b, RESERVED_BYTES);
	if (b.bad)
		return fault_set(f, EINVAL, "fs-verity descriptor of %zu bytes instead of %d", size,
				 DESCRIPTOR_BYTES);
	if (version != 1)
		return fault_set(f, EINVAL, "fs-verity descriptor of version %u", version);
	if (!params.algo)
		return fault_set(f, EINVAL, "fs-verity hash algorithm %u", number);
	if (log_block < LOG_BLOCK_MIN || log_block > LOG_BLOCK_MAX)
		return fault_set(f, EINVAL, "fs-verity blocks of 2^%u bytes", log_block);
	if (salt_size > VERITY_SALT_MAX)
		return fault_set(f, EINVAL, "fs-verity salt of %u bytes", salt_size);
	if (!bytes_all_zero(reserved, RESERVED_BYTES))
		return fault_set(f, EINVAL, "reserved bytes of the fs-verity descriptor in use");
	if (signature_size > b.left)
		return fault_set(f, EINVAL, "fs-verity signature longer than the descriptor");
	params.block_size = 1u << log_block;
	memcpy(params.salt, salt, salt_size);
	*out = params;
	*out_file_size = file_size;
	return 0;
}

int verity_params_read(int fd, struct verity_params *out, struct fault *f)
{
	uint8_t descriptor[DESCRIPTOR_BYTES];
	struct fsverity_read_metadata_arg arg = {
		.metadata_type = FS_VERITY_METADATA_TYPE_DESCRIPTOR,
		.length = sizeof(descriptor),
		.buf_ptr = (uintptr_t)descriptor,
	};
	uint64_t file_size;
	int n = ioctl(fd, FS_IOC_READ_VERITY_METADATA, &arg);

	if (n < 0)
		return fault_set(f, errno, "reading the fs-verity descriptor");
	return verity_decode(descriptor, (size_t)n, out, &file_size, f);
}

/* libfsverity hands back one pointer: the caller's function and what it wants to get. */
struct reading {
	verity_read_fn *read;
	void *context;
};

static int read_on(void *reading, void *data, size_t size)
{
	const struct reading *r = reading;

	return r->read(r->context, data, size);
}

int verity_digest(const struct verity_params *params, uint64_t file_size, verity_read_fn *read,
		  void *context, struct digest *out, struct fault *f)
{
	struct reading reading = {read, context};
	const struct libfsverity_merkle_tree_params tree = {
		.version = 1,
		.hash_algorithm = number_of_algo(params->algo),
		.file_size = file_size,
		.block_size = params->block_size,
		.salt_size = params->salt_size,
		.salt = params->salt_size ? params->salt : NULL,
	};
	own_mem struct libfsverity_digest *digest = NULL;
	int error;

	/* Zero would be libfsverity's own choice. */
	if (!tree.hash_algorithm || !tree.block_size)
		return fault_set(f, EINVAL, "computing the fs-verity digest");
	error = libfsverity_compute_digest(&reading, read_on, &tree, &digest);
	if (error)
		return fault_set(f, -error, "computing the fs-verity digest");
	if (digest->digest_size != params->algo->size_bytes)
		return fault_set(f, EINVAL, "libfsverity's digest has %u bytes",
				 digest->digest_size);
	*out = (struct digest){.algo = params->algo, .size_bytes = params->algo->size_bytes};
	memcpy(out->value, digest->digest, out->size_bytes);
	return 0;
}
