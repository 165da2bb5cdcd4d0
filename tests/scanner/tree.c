/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trees of files for tests of the walk and what follows it. */
#include "tests/scanner/tree.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "scanner/digest.h"
#include "tests/scanner/testkeys.h"

int tree_fd = -1;
static char *directory;

void tree_open(void)
{
	directory = testkeys_mkdir();
	tree_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(tree_fd, 0);
}

/* By rm(1), which goes deeper than PATH_MAX. */
void tree_close(void)
{
	char command[4200];

	close(tree_fd);
	tree_fd = -1;
	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	ck_assert_int_eq(system(command), 0);
	free(directory);
}

const char *tree_path(void)
{
	return directory;
}

bool tree_skips(bool possible, const char *what)
{
	if (!possible) {
		printf("\nskipped: %s\n", what);
		fflush(stdout);
	}
	return !possible;
}

void tree_mkdir(const char *path)
{
	ck_assert_msg(mkdirat(tree_fd, path, 0755) == 0, "%s: %s", path, strerror(errno));
}

void tree_file(const char *path, const void *data, size_t size, unsigned mode)
{
	int fd = openat(tree_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	ck_assert_int_eq(write(fd, data, size), (ssize_t)size);
	ck_assert_int_eq(fchmod(fd, (mode_t)mode), 0);
	close(fd);
}

void tree_text(const char *path, const char *text)
{
	tree_file(path, text, strlen(text), 0644);
}

void tree_setxattr(const char *path, const char *name, const void *value, size_t size)
{
	int fd = openat(tree_fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	ck_assert_msg(fsetxattr(fd, name, value, size, 0) == 0, "%s: %s", path, strerror(errno));
	close(fd);
}

void tree_label(const char *path, const char *text)
{
	uint8_t label[2 + 32] = {4, 4};
	struct digester *d = digester_new();
	struct digest digest;
	struct fault f;

	ck_assert_int_eq(digest_init(&f), 0);
	ck_assert_int_eq(
		digest_buffer(d, hashalgo_by_name("sha256"), text, strlen(text), &digest, &f), 0);
	memcpy(label + 2, digest.value, 32);
	digester_free(d);
	tree_setxattr(path, "security.ima", label, sizeof(label));
}

int tree_deep(const char *name, int levels)
{
	int at = dup(tree_fd);

	for (int i = 0; i < levels; i++) {
		int next;

		ck_assert_int_eq(mkdirat(at, name, 0755), 0);
		next = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ck_assert_int_ge(next, 0);
		close(at);
		at = next;
	}
	return at;
}
