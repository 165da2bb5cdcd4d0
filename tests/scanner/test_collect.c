/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/collect.c. */
#include "scanner/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/scanner/tree.h"
#include "tests/suites.h"

static atomic_bool stop;
static struct collector *collector;
static struct collect_result result;

static void setup(void)
{
	struct fault f;

	tree_open();
	atomic_store(&stop, false);
	ck_assert_int_eq(digest_init(&f), 0);
	collector = collector_new(&stop);
	ck_assert_ptr_nonnull(collector);
}

static void teardown(void)
{
	collector_free(collector);
	tree_close();
}

static uint8_t *make_content(size_t size)
{
	uint8_t *content = malloc(size + 1);

	for (size_t i = 0; i < size; i++)
		content[i] = (uint8_t)(i * 7 + i / 251);
	return content;
}

static void check_digest(const struct digest *digest, const char *algo, const void *data,
			 size_t size)
{
	struct digester *d = digester_new();
	struct digest expected;
	struct fault f;

	ck_assert_int_eq(digest_buffer(d, hashalgo_by_name(algo), data, size, &expected, &f), 0);
	ck_assert_uint_eq(digest->size_bytes, expected.size_bytes);
	ck_assert_mem_eq(digest->value, expected.value, expected.size_bytes);
	digester_free(d);
}

/* Around the sizes of the head and of a read. */
static const size_t sizes[] = {0, 1, 1023, 1024, 1025, 131071, 131072, 131073, 524289, 1000000};

START_TEST(one_pass_makes_every_digest)
{
	size_t size = sizes[_i], head = size < CONTENT_HEAD_BYTES ? size : CONTENT_HEAD_BYTES;
	struct verity_params verity = {.algo = hashalgo_by_name("sha256"), .block_size = 4096};
	uint8_t *content = make_content(size);
	struct collect_request request = {
		.data = hashalgo_by_name("sha512"),
		.part = hashalgo_by_name("sha1"),
		.part_size = size / 3,
		.verity = &verity,
		.size_bytes = size,
	};
	struct fault f = {0};
	int fd;

	tree_file("file", content, size, 0644);
	fd = openat(tree_fd, "file", O_RDONLY | O_CLOEXEC);
	ck_assert_msg(collector_read(collector, fd, &request, &result, &f) == 0, "%s", f.text);
	check_digest(&result.data, "sha512", content, size);
	check_digest(&result.part, "sha1", content, size / 3);
	ck_assert_uint_eq(result.verity.size_bytes, 32);
	ck_assert_uint_eq(result.bytes_read, size);
	ck_assert_uint_eq(result.head_size, head);
	ck_assert_mem_eq(result.head, content, head);
	close(fd);
	free(content);
}
END_TEST

/* Nothing of the file before is left. */
START_TEST(what_is_not_asked_is_not_there)
{
	struct collect_request all = {.data = hashalgo_by_name("sha256"),
				      .part = hashalgo_by_name("sha256"),
				      .part_size = 1,
				      .size_bytes = 5};
	struct collect_request none = {.size_bytes = 2};
	struct fault f;
	int fd;

	tree_text("five", "12345");
	tree_text("two", "ab");
	fd = openat(tree_fd, "five", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(collector_read(collector, fd, &all, &result, &f), 0);
	close(fd);
	fd = openat(tree_fd, "two", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(collector_read(collector, fd, &none, &result, &f), 0);
	close(fd);
	ck_assert_uint_eq(result.data.size_bytes, 0);
	ck_assert_uint_eq(result.part.size_bytes, 0);
	ck_assert_uint_eq(result.verity.size_bytes, 0);
	ck_assert_uint_eq(result.head_size, 2);
	ck_assert_uint_eq(result.bytes_read, 2);
}
END_TEST

/* Rows: what the size was, of a file of 5 bytes; with a Merkle tree or not. */
static const struct {
	uint64_t size;
	bool verity;
} stale_cases[] = {{0, false}, {4, false}, {6, false}, {1 << 20, false}, {6, true}};

START_TEST(a_changed_size_is_stale)
{
	struct verity_params verity = {.algo = hashalgo_by_name("sha256"), .block_size = 4096};
	struct collect_request request = {.data = hashalgo_by_name("sha256"),
					  .size_bytes = stale_cases[_i].size,
					  .verity = stale_cases[_i].verity ? &verity : NULL};
	struct fault f = {0};
	int fd;

	tree_text("file", "12345");
	fd = openat(tree_fd, "file", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(collector_read(collector, fd, &request, &result, &f), -1);
	ck_assert_int_eq(f.os, ESTALE);
	close(fd);
}
END_TEST

/* Rows: with a Merkle tree or without. The reason is not lost on the way through libfsverity. */
START_TEST(the_stop_flag_is_an_interruption)
{
	struct verity_params verity = {.algo = hashalgo_by_name("sha256"), .block_size = 4096};
	struct collect_request request = {.size_bytes = 5, .verity = _i ? &verity : NULL};
	struct fault f = {0};
	int fd;

	tree_text("file", "12345");
	atomic_store(&stop, true);
	fd = openat(tree_fd, "file", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(collector_read(collector, fd, &request, &result, &f), -1);
	ck_assert_int_eq(f.os, EINTR);
	close(fd);
}
END_TEST

START_TEST(failures)
{
	struct collect_request request = {.data = hashalgo_by_name("sha256"), .size_bytes = 5};
	struct fault f = {0};

	ck_assert_int_eq(collector_read(collector, tree_fd, &request, &result, &f), -1);
	ck_assert_int_eq(f.os, EISDIR);
	ck_assert_int_eq(collector_read_head(collector, -1, &result, &f), -1);
	ck_assert_int_eq(f.os, EBADF);
	ck_assert_uint_eq(result.head_size, 0);
}
END_TEST

START_TEST(the_head_alone)
{
	struct fault f;
	int fd;

	tree_text("file", "#!/bin/sh\n");
	fd = openat(tree_fd, "file", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(collector_read_head(collector, fd, &result, &f), 0);
	ck_assert_uint_eq(result.head_size, 10);
	/* The position for a whole read is where it was. */
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 0);
	close(fd);
}
END_TEST

Suite *collect_suite(void)
{
	Suite *suite = suite_create("collect");
	TCase *tcase = tcase_create("collect");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, one_pass_makes_every_digest, 0,
			    sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_test(tcase, what_is_not_asked_is_not_there);
	tcase_add_loop_test(tcase, a_changed_size_is_stale, 0,
			    sizeof(stale_cases) / sizeof(stale_cases[0]));
	tcase_add_loop_test(tcase, the_stop_flag_is_an_interruption, 0, 2);
	tcase_add_test(tcase, failures);
	tcase_add_test(tcase, the_head_alone);
	suite_add_tcase(suite, tcase);
	return suite;
}
