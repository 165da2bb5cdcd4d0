/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Length-prefixed byte strings in an unlinked temporary file. */
#include "scanner/base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scanner/base/fd.h"
#include "scanner/base/own.h"

struct spool {
	int fd;
	uint64_t flushed;   /* bytes in the file */
	struct buf pending; /* bytes after them, not yet written */
};

enum { SPOOL_FLUSH_BYTES = 256 * 1024 };

/* A nameless file is made on the disk as well: the directory must be looked at before. */
static int open_nameless_in(const char *path, int apart_from_fd)
{
	own_fd int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat here, there;

	if (dir < 0 || fstat(dir, &here))
		return -1;
	if (apart_from_fd >= 0 && (fstat(apart_from_fd, &there) || here.st_dev == there.st_dev))
		return -1;
	return openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

int spool_open_nameless(int apart_from_fd, struct fault *f)
{
	const char *dir = getenv("TMPDIR");
	int fd = -1;

	if (dir)
		fd = open_nameless_in(dir, apart_from_fd);
	if (fd < 0)
		fd = open_nameless_in("/tmp", apart_from_fd);
	if (fd < 0)
		fd = memfd_create("ima-scan-spool", MFD_CLOEXEC);
	return fd < 0 ? fault_set(f, errno, "opening a temporary file") : fd;
}

struct spool *spool_open(int apart_from_fd, struct fault *f)
{
	struct spool *s = calloc(1, sizeof(*s));

	if (!s) {
		fault_set(f, ENOMEM, "opening a temporary file");
		return NULL;
	}
	s->fd = spool_open_nameless(apart_from_fd, f);
	if (s->fd < 0) {
		free(s);
		return NULL;
	}
	return s;
}

void spool_close(struct spool *s)
{
	if (!s)
		return;
	close(s->fd);
	buf_done(&s->pending);
	free(s);
}

static int flush(struct spool *s, struct fault *f)
{
	size_t done = 0;

	while (done < s->pending.len) {
		ssize_t n = pwrite(s->fd, s->pending.data + done, s->pending.len - done,
				   (off_t)(s->flushed + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set(f, errno, "writing to the temporary file");
		done += (size_t)n;
	}
	s->flushed += s->pending.len;
	buf_clear(&s->pending);
	return 0;
}

int spool_put(struct spool *s, const void *data, size_t size, uint64_t *out_position,
	      struct fault *f)
{
	uint32_t length = (uint32_t)size;
	uint64_t position = s->flushed + s->pending.len;

	buf_add(&s->pending, &length, sizeof(length));
	buf_add(&s->pending, data, size);
	if (s->pending.failed)
		return fault_set(f, ENOMEM, "keeping a name");
	*out_position = position;
	return s->pending.len >= SPOOL_FLUSH_BYTES ? flush(s, f) : 0;
}

int spool_get(struct spool *s, uint64_t position, struct buf *out, struct fault *f)
{
	uint32_t length;
	own_mem char *data = NULL;

	if (s->pending.len && flush(s, f) < 0)
		return -1;
	errno = 0; /* a file that is too short sets none */
	if (fd_pread_full(s->fd, &length, sizeof(length), position) != sizeof(length))
		return fault_set(f, errno ? errno : EIO, "reading the temporary file");
	data = malloc((size_t)length + 1);
	if (!data)
		return fault_set(f, ENOMEM, "reading the temporary file");
	if (fd_pread_full(s->fd, data, length, position + sizeof(length)) != (ssize_t)length)
		return fault_set(f, errno ? errno : EIO, "reading the temporary file");
	buf_clear(out);
	buf_add(out, data, length);
	return out->failed ? fault_set(f, ENOMEM, "reading the temporary file") : 0;
}
