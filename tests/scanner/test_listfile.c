/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/listfile.c. */
#include "scanner/listfile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scanner/base/buf.h"
#include "tests/suites.h"

static atomic_bool stop;

struct taken {
	struct buf paths; /* each followed by "|" */
	size_t count, max;
};

static bool take(void *context, const char *path)
{
	struct taken *taken = context;

	buf_printf(&taken->paths, "%s|", path);
	return ++taken->count != taken->max;
}

/* The reading end of a pipe that holds these bytes. */
static int pipe_of(const char *data, size_t size)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(fcntl(ends[1], F_SETPIPE_SZ, 1 << 20) > 0, 1);
	ck_assert_int_eq(write(ends[1], data, size), (ssize_t)size);
	close(ends[1]);
	return ends[0];
}

static const struct {
	const char *list;
	size_t size;
	size_t max; /* paths until the taker refuses; 0: none */
	const char *exclude, *paths, *fault;
} cases[] = {
	{"", 0, 0, NULL, "", NULL},
	{"a\0b/c\0", 6, 0, NULL, "a|b/c|", NULL},
	{"a\0b/c", 5, 0, NULL, "a|b/c|", NULL},
	{"/etc/passwd\0./x\0././/y\0", 23, 0, NULL, "etc/passwd|x|y|", NULL},
	{"a\nb\0", 4, 0, NULL, "a\nb|", NULL},
	{".hidden\0..\0../up\0", 17, 0, NULL, ".hidden|..|../up|", NULL},
	{"a\0\0b\0", 5, 0, NULL, "a|", "an empty path in the list"},
	{"/\0", 2, 0, NULL, "", "an empty path in the list"},
	{"./", 2, 0, NULL, "", "an empty path in the list"},
	{"a\0b\0c\0", 6, 2, NULL, "a|b|", NULL},
	{"a.o\0b\0", 6, 0, "*.o", "b|", NULL},
	{"dir/a\0dir/b/c\0dirt\0", 19, 0, "dir", "dirt|", NULL},
	{"dir/a\0dir/b/c\0", 14, 0, "dir/b", "dir/a|", NULL},
};

START_TEST(lists)
{
	struct walk_options options = {.stop = &stop,
				       .excludes = &cases[_i].exclude,
				       .exclude_count = cases[_i].exclude != NULL};
	struct taken taken = {.max = cases[_i].max};
	struct fault f = {0};
	int fd = pipe_of(cases[_i].list, cases[_i].size);

	atomic_store(&stop, false);
	ck_assert_int_eq(listfile_read(fd, &options, take, &taken, &f), cases[_i].fault ? -1 : 0);
	ck_assert_str_eq(buf_text(&taken.paths), cases[_i].paths);
	ck_assert_str_eq(f.text, cases[_i].fault ? cases[_i].fault : "");
	buf_done(&taken.paths);
	close(fd);
}
END_TEST

/* Rows: lengths of one path, across the chunks in which lists are read. */
static const struct {
	size_t length;
	bool good;
} lengths[] = {{16383, true}, {16384, true},  {16385, true},
	       {65536, true}, {65537, false}, {300000, false}};

START_TEST(long_paths)
{
	struct walk_options options = {.stop = &stop};
	size_t length = lengths[_i].length;
	struct taken taken = {0};
	struct fault f = {0};
	char *path = malloc(length);
	int fd;

	atomic_store(&stop, false);
	memset(path, 'p', length);
	fd = pipe_of(path, length);
	ck_assert_int_eq(listfile_read(fd, &options, take, &taken, &f), lengths[_i].good ? 0 : -1);
	ck_assert_uint_eq(taken.paths.len, lengths[_i].good ? length + 1 : 0);
	if (!lengths[_i].good)
		ck_assert_ptr_nonnull(strstr(f.text, "more than 65536 bytes"));
	buf_done(&taken.paths);
	close(fd);
	free(path);
}
END_TEST

START_TEST(a_bad_descriptor_is_a_fault)
{
	struct walk_options options = {.stop = &stop};
	struct taken taken = {0};
	struct fault f = {0};

	ck_assert_int_eq(listfile_read(-1, &options, take, &taken, &f), -1);
	ck_assert_int_eq(f.os, EBADF);
}
END_TEST

static void *stop_soon(void *unused)
{
	nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	atomic_store(&stop, true);
	return unused;
}

/* Nobody writes to the list, and nobody closes it: as on a terminal. */
START_TEST(a_silent_list_can_be_interrupted)
{
	struct walk_options options = {.stop = &stop};
	struct taken taken = {0};
	struct fault f;
	pthread_t thread;
	int ends[2];

	atomic_store(&stop, false);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	pthread_create(&thread, NULL, stop_soon, NULL);
	ck_assert_int_eq(listfile_read(ends[0], &options, take, &taken, &f), 0);
	pthread_join(thread, NULL);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

Suite *listfile_suite(void)
{
	Suite *suite = suite_create("listfile");
	TCase *tcase = tcase_create("listfile");

	tcase_add_loop_test(tcase, lists, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(tcase, long_paths, 0, sizeof(lengths) / sizeof(lengths[0]));
	tcase_add_test(tcase, a_bad_descriptor_is_a_fault);
	tcase_add_test(tcase, a_silent_list_can_be_interrupted);
	suite_add_tcase(suite, tcase);
	return suite;
}
