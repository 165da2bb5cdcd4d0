/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a list of paths (--files0-from): no path that is taken is empty or absolute. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scanner/listfile.h"

static bool take(void *context, const char *path)
{
	size_t *left = context;

	if (!path[0] || path[0] == '/' || strncmp(path, "./", 2) == 0 ||
	    strncmp(path, "proc/", 5) == 0)
		abort();
	return --*left > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const excludes[] = {"proc/*", "*.[ch]", "a*b*c"};
	static atomic_bool stop;
	static int fd = -1;
	const struct walk_options options = {
		.root_fd = -1, .excludes = excludes, .exclude_count = 3, .stop = &stop};
	size_t left = 1000;
	struct fault f;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size ||
	    lseek(fd, 0, SEEK_SET) != 0)
		abort();
	if (listfile_read(fd, &options, take, &left, &f) < 0 &&
	    strnlen(f.text, sizeof(f.text)) == sizeof(f.text))
		abort();
	return 0;
}
