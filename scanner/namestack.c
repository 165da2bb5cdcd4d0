/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stack of names, the newest in memory, the others in an unlinked temporary file. */
#include "scanner/namestack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scanner/base/buf.h"
#include "scanner/base/spool.h"

struct namestack {
	int fd;
	uint64_t spilled;  /* bytes that are in the file */
	struct buf newest; /* the names above them; each is wholly here or there */
};

/* Some ten thousand names: more than any directory has that people made. */
enum { MEMORY_BYTES = 256 * 1024 };

struct namestack *namestack_open(int target_fd, struct fault *f)
{
	struct namestack *s = calloc(1, sizeof(*s));

	if (!s) {
		fault_set(f, ENOMEM, "opening a temporary file");
		return NULL;
	}
	s->fd = spool_open_nameless(target_fd, f);
	if (s->fd < 0) {
		free(s);
		return NULL;
	}
	return s;
}

void namestack_close(struct namestack *s)
{
	if (!s)
		return;
	close(s->fd);
	buf_done(&s->newest);
	free(s);
}

static int spill(struct namestack *s)
{
	size_t done = 0;

	while (done < s->newest.len) {
		ssize_t n = pwrite(s->fd, s->newest.data + done, s->newest.len - done,
				   (off_t)(s->spilled + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	s->spilled += done;
	buf_clear(&s->newest);
	return 0;
}

int namestack_push(struct namestack *s, const char *name)
{
	buf_add(&s->newest, name, strlen(name) + 1);
	if (s->newest.failed) {
		errno = ENOMEM;
		return -1;
	}
	return s->newest.len > MEMORY_BYTES ? spill(s) : 0;
}

uint64_t namestack_top(const struct namestack *s)
{
	return s->spilled + s->newest.len;
}

int namestack_get(const struct namestack *s, uint64_t at, char out[NAME_MAX + 1])
{
	ssize_t n;

	if (at >= s->spilled) {
		const char *name = s->newest.data + (at - s->spilled);

		memcpy(out, name, strlen(name) + 1);
		return 0;
	}
	do
		n = pread(s->fd, out, NAME_MAX + 1, (off_t)at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	if (!memchr(out, '\0', (size_t)n)) {
		errno = EIO;
		return -1;
	}
	return 0;
}

void namestack_cut(struct namestack *s, uint64_t at)
{
	if (at < s->spilled) {
		s->spilled = at;
		buf_clear(&s->newest);
		return;
	}
	s->newest.len = (size_t)(at - s->spilled);
}
