/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of paths separated by NUL bytes, as find -print0 writes them. */
#include "scanner/listfile.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "scanner/base/buf.h"

enum {
	PATH_BYTES_MAX = 64 * 1024,
	READ_BYTES = 16 * 1024,
	WAIT_MS = 100, /* for a pipe or a terminal, before looking whether to stop */
};

/* Leaving out a directory leaves out what is in it, as in a walk. Gives *path back as it was. */
static bool is_excluded(const struct walk_options *options, char *path)
{
	if (!options->exclude_count)
		return false;
	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		bool excluded;

		*slash = '\0';
		excluded = walk_is_excluded(options, path);
		*slash = '/';
		if (excluded)
			return true;
	}
	return walk_is_excluded(options, path);
}

static int take_one(struct buf *path, const struct walk_options *options, listfile_fn *take,
		    void *context, bool *out_stop, struct fault *f)
{
	char *name = path->data;

	for (;;) {
		if (*name == '/')
			name++;
		else if (name[0] == '.' && name[1] == '/')
			name += 2;
		else
			break;
	}
	if (!*name)
		return fault_set(f, 0, "an empty path in the list");
	if (!is_excluded(options, name) && !take(context, name))
		*out_stop = true;
	return 0;
}

static int take_chunk(struct buf *path, const char *chunk, size_t size,
		      const struct walk_options *options, listfile_fn *take, void *context,
		      bool *out_stop, struct fault *f)
{
	while (size && !*out_stop) {
		const char *end = memchr(chunk, '\0', size);
		size_t n = end ? (size_t)(end - chunk) : size;

		buf_add(path, chunk, n);
		if (path->failed)
			return fault_set(f, ENOMEM, "reading the list");
		if (path->len > PATH_BYTES_MAX)
			return fault_set(
				f, 0,
				"a path of more than %d bytes in the list (are they separated by NUL bytes?)",
				PATH_BYTES_MAX);
		if (end) {
			if (take_one(path, options, take, context, out_stop, f) < 0)
				return -1;
			buf_clear(path);
			n++;
		}
		chunk += n;
		size -= n;
	}
	return 0;
}

int listfile_read(int fd, const struct walk_options *options, listfile_fn *take, void *context,
		  struct fault *f)
{
	own_buf struct buf path = {0};
	bool stop = false;
	char chunk[READ_BYTES];

	while (!stop && !atomic_load(options->stop)) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		ssize_t n;

		if (fd >= 0 && poll(&wait, 1, WAIT_MS) == 0)
			continue;
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set(f, errno, "reading the list");
		if (n == 0)
			return path.len ? take_one(&path, options, take, context, &stop, f) : 0;
		if (take_chunk(&path, chunk, (size_t)n, options, take, context, &stop, f) < 0)
			return -1;
	}
	return 0;
}
