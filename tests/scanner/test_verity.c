/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/verity.c: descriptors, and digests against ones computed by definition. */
#include "scanner/verity.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "scanner/base/own.h"
#include "scanner/digest.h"
#include "tests/suites.h"

enum { DESCRIPTOR_BYTES = 256, BLOCK = 1024 };

/* struct fsverity_descriptor; sig_size zero, root hash as given. */
static void describe(uint8_t out[DESCRIPTOR_BYTES], uint8_t algo, uint8_t log_block,
		     const char *salt, uint64_t size, const uint8_t *root, size_t root_size)
{
	memset(out, 0, DESCRIPTOR_BYTES);
	out[0] = 1;
	out[1] = algo;
	out[2] = log_block;
	out[3] = (uint8_t)strlen(salt);
	for (unsigned i = 0; i < 8; i++)
		out[8 + i] = (uint8_t)(size >> (8 * i));
	memcpy(out + 16, root, root_size);
	memcpy(out + 80, salt, strlen(salt));
}

/* --- Descriptors --- */

static const struct {
	const char *name;
	size_t at;
	uint8_t value;
	bool good;
} changes[] = {
	{"as it is", 2, 12, true},
	{"version", 0, 2, false},
	{"algorithm 0", 1, 0, false},
	{"sha512", 1, 2, true},
	{"algorithm 3", 1, 3, false},
	{"blocks too small", 2, 9, false},
	{"smallest blocks", 2, 10, true},
	{"largest blocks", 2, 16, true},
	{"blocks too large", 2, 17, false},
	{"blocks absurd", 2, 255, false},
	{"full salt", 3, 32, true},
	{"salt too long", 3, 33, false},
	{"signature beyond the end", 4, 1, false},
	{"signature absurd", 7, 0xff, false},
	{"root hash is not looked at", 16, 0xff, true},
	{"reserved", 112, 1, false},
	{"reserved, last", 255, 1, false},
};

START_TEST(decodes)
{
	uint8_t data[DESCRIPTOR_BYTES], root[32] = {0};
	struct verity_params params = {0};
	uint64_t size = 0;
	struct fault f;
	int result;

	describe(data, 1, 12, "salt", 0x123456789a, root, sizeof(root));
	data[changes[_i].at] = changes[_i].value;
	result = verity_decode(data, sizeof(data), &params, &size, &f);
	ck_assert_msg((result == 0) == changes[_i].good, "%s", changes[_i].name);
	if (result < 0) {
		ck_assert_int_eq(f.os, EINVAL);
		ck_assert_ptr_null(params.algo);
		return;
	}
	ck_assert_uint_eq(size, 0x123456789a);
	ck_assert_uint_eq(params.block_size, 1u << data[2]);
	ck_assert_str_eq(params.algo->name, data[1] == 1 ? "sha256" : "sha512");
	ck_assert_uint_eq(params.salt_size, data[3]);
	ck_assert_mem_eq(params.salt, "salt", 4);
}
END_TEST

START_TEST(refuses_short_ones)
{
	uint8_t data[DESCRIPTOR_BYTES], root[32] = {0};
	struct verity_params params;
	uint64_t size;

	describe(data, 1, 12, "salt", 1, root, sizeof(root));
	for (size_t n = 0; n < sizeof(data); n++)
		ck_assert_int_lt(verity_decode(data, n, &params, &size, NULL), 0);
}
END_TEST

START_TEST(reads_no_descriptor_of_others)
{
	own_fd int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	struct verity_params params;
	struct fault f = {0};

	ck_assert_int_lt(verity_params_read(fd, &params, &f), 0);
	ck_assert_int_ne(f.os, 0);
}
END_TEST

/* --- Digests --- */

struct content {
	const uint8_t *data;
	size_t left;
};

static int deliver(void *context, void *data, size_t size)
{
	struct content *content = context;

	if (size > content->left)
		return -EIO;
	memcpy(data, content->data, size);
	content->data += size;
	content->left -= size;
	return 0;
}

/* The salt fills a block of the hash function, then come the blocks, the last filled with zeroes.
 */
static void hash_block(const struct hashalgo *algo, const char *salt, const uint8_t *data,
		       size_t size, struct digest *out)
{
	struct digester *d = digester_new();
	uint8_t block[BLOCK] = {0}, padded[128] = {0};

	memcpy(block, data, size);
	memcpy(padded, salt, strlen(salt));
	ck_assert_int_eq(digester_begin(d, algo, NULL), 0);
	if (*salt)
		ck_assert_int_eq(
			digester_update(d, padded, algo->id == HASHALGO_SHA512 ? 128 : 64, NULL),
			0);
	ck_assert_int_eq(digester_update(d, block, sizeof(block), NULL), 0);
	ck_assert_int_eq(digester_end(d, out, NULL), 0);
	digester_free(d);
}

static const struct {
	enum hashalgo_id id;
	const char *salt;
	size_t size; /* up to three blocks: their hashes fit into one block */
} files[] = {
	{HASHALGO_SHA256, "", 0},
	{HASHALGO_SHA256, "", 1},
	{HASHALGO_SHA256, "", BLOCK},
	{HASHALGO_SHA256, "", BLOCK + 1},
	{HASHALGO_SHA256, "pepper", 3 * BLOCK},
	{HASHALGO_SHA256, "pepper", 0},
	{HASHALGO_SHA512, "", 2 * BLOCK + 7},
	{HASHALGO_SHA512, "an odd salt of 30 bytes, no 31", 100},
};

/* By the definition in Documentation/filesystems/fsverity.rst, for at most one level of the tree.
 */
static void expect(int i, const uint8_t *content, struct digest *out)
{
	const struct hashalgo *algo = hashalgo_by_id(files[i].id);
	uint8_t level[BLOCK] = {0}, descriptor[DESCRIPTOR_BYTES], root[64] = {0};
	size_t used = 0;
	struct digester *d = digester_new();
	struct digest block;

	for (size_t at = 0; at < files[i].size; at += BLOCK) {
		size_t n = files[i].size - at < BLOCK ? files[i].size - at : BLOCK;

		hash_block(algo, files[i].salt, content + at, n, &block);
		memcpy(level + used, block.value, block.size_bytes);
		used += block.size_bytes;
	}
	/* One block is its own root; no block at all has a root of zeroes. */
	if (used > algo->size_bytes)
		hash_block(algo, files[i].salt, level, used, &block);
	if (used)
		memcpy(root, block.value, block.size_bytes);
	describe(descriptor, files[i].id == HASHALGO_SHA256 ? 1 : 2, 10, files[i].salt,
		 files[i].size, root, sizeof(root));
	ck_assert_int_eq(digest_buffer(d, algo, descriptor, sizeof(descriptor), out, NULL), 0);
	digester_free(d);
}

static int compute(int i, struct content *content, struct digest *out, struct fault *f)
{
	struct verity_params params = {
		.algo = hashalgo_by_id(files[i].id),
		.block_size = BLOCK,
		.salt_size = (uint8_t)strlen(files[i].salt),
	};

	memcpy(params.salt, files[i].salt, params.salt_size);
	return verity_digest(&params, files[i].size, deliver, content, out, f);
}

START_TEST(computes)
{
	uint8_t data[3 * BLOCK];
	struct content content = {data, files[_i].size};
	struct digest digest, expected;

	ck_assert_int_eq(digest_init(NULL), 0);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	expect(_i, data, &expected);
	ck_assert_int_eq(compute(_i, &content, &digest, NULL), 0);
	ck_assert_uint_eq(content.left, 0);
	ck_assert_ptr_eq(digest.algo, expected.algo);
	ck_assert_uint_eq(digest.size_bytes, expected.size_bytes);
	ck_assert_mem_eq(digest.value, expected.value, expected.size_bytes);
	if (!files[_i].size)
		return;
	/* One bit anywhere matters; a file that ends early is a fault. */
	data[files[_i].size - 1] ^= 0x80;
	content = (struct content){data, files[_i].size};
	ck_assert_int_eq(compute(_i, &content, &digest, NULL), 0);
	ck_assert_mem_ne(digest.value, expected.value, expected.size_bytes);
	content = (struct content){data, files[_i].size - 1};
	struct fault f;
	ck_assert_int_lt(compute(_i, &content, &digest, &f), 0);
	ck_assert_int_eq(f.os, EIO);
}
END_TEST

START_TEST(refuses_other_algorithms)
{
	struct verity_params params = {.algo = hashalgo_by_id(HASHALGO_SHA1), .block_size = 4096};
	struct content nothing = {NULL, 0};
	struct digest digest;
	struct fault f;

	ck_assert_int_lt(verity_digest(&params, 0, deliver, &nothing, &digest, &f), 0);
	ck_assert_int_eq(f.os, EINVAL);
}
END_TEST

Suite *verity_suite(void)
{
	Suite *suite = suite_create("verity");
	TCase *tcase = tcase_create("verity");

	tcase_add_loop_test(tcase, decodes, 0, sizeof(changes) / sizeof(changes[0]));
	tcase_add_test(tcase, refuses_short_ones);
	tcase_add_test(tcase, reads_no_descriptor_of_others);
	tcase_add_loop_test(tcase, computes, 0, sizeof(files) / sizeof(files[0]));
	tcase_add_test(tcase, refuses_other_algorithms);
	suite_add_tcase(suite, tcase);
	return suite;
}
