/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading content once, for all digests. */
#include "scanner/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scanner/base/fd.h"

enum {
	READ_BYTES = 128 * 1024,      /* fits the second level cache beside the hash state */
	READAHEAD_BYTES = 512 * 1024, /* files beyond it are worth telling the kernel about */
};

struct collector {
	const atomic_bool *stop;
	struct digester *data, *part;
	uint8_t *buffer;
	/* The pass under way. */
	int fd;
	const struct collect_request *request;
	struct collect_result *result;
	struct fault *fault;
};

struct collector *collector_new(const atomic_bool *stop)
{
	struct collector *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->stop = stop;
	c->data = digester_new();
	c->part = digester_new();
	c->buffer = aligned_alloc(4096, READ_BYTES);
	if (!c->data || !c->part || !c->buffer) {
		collector_free(c);
		return NULL;
	}
	return c;
}

void collector_free(struct collector *c)
{
	if (!c)
		return;
	digester_free(c->data);
	digester_free(c->part);
	free(c->buffer);
	free(c);
}

/* Gives bytes that were read, at `offset`, to whoever wants them. */
static int feed(struct collector *c, const uint8_t *data, size_t size, uint64_t offset)
{
	const struct collect_request *request = c->request;
	struct collect_result *result = c->result;

	if (result->head_size < CONTENT_HEAD_BYTES && offset == result->head_size) {
		size_t n = CONTENT_HEAD_BYTES - result->head_size;

		n = size < n ? size : n;
		memcpy(result->head + result->head_size, data, n);
		result->head_size += n;
	}
	if (request->data && digester_update(c->data, data, size, c->fault) < 0)
		return -1;
	if (request->part && offset < request->part_size) {
		uint64_t left = request->part_size - offset;

		if (digester_update(c->part, data, size < left ? size : (size_t)left, c->fault) < 0)
			return -1;
	}
	return 0;
}

/* Reads once more. Returns the bytes read and given out, 0 at the end, -1 with *fault filled. */
static ssize_t read_some(struct collector *c, uint8_t *data, size_t size)
{
	ssize_t n;

	if (atomic_load_explicit(c->stop, memory_order_relaxed))
		return fault_set(c->fault, EINTR, "reading it");
	do
		n = read(c->fd, data, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fault_set(c->fault, errno, "reading it");
	if (n && feed(c, data, (size_t)n, c->result->bytes_read) < 0)
		return -1;
	c->result->bytes_read += (uint64_t)n;
	return n;
}

/* How libfsverity asks for the content: exactly `size` bytes. */
static int read_for_verity(void *context, void *data, size_t size)
{
	struct collector *c = context;
	size_t done = 0;

	while (done < size) {
		ssize_t n = read_some(c, (uint8_t *)data + done, size - done);

		if (n < 0)
			return -c->fault->os;
		if (n == 0)
			return -ESTALE; /* it became shorter */
		done += (size_t)n;
	}
	return 0;
}

static int begin(struct collector *c)
{
	const struct collect_request *request = c->request;

	if (request->data && digester_begin(c->data, request->data, c->fault) < 0)
		return -1;
	if (request->part && digester_begin(c->part, request->part, c->fault) < 0)
		return -1;
	if (request->size_bytes > READAHEAD_BYTES)
		(void)posix_fadvise(c->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

static int end(struct collector *c)
{
	const struct collect_request *request = c->request;

	if (request->data && digester_end(c->data, &c->result->data, c->fault) < 0)
		return -1;
	if (request->part && digester_end(c->part, &c->result->part, c->fault) < 0)
		return -1;
	if (c->result->bytes_read != request->size_bytes)
		return fault_set(c->fault, ESTALE, "reading it: its size changed from %llu to %llu",
				 (unsigned long long)request->size_bytes,
				 (unsigned long long)c->result->bytes_read);
	return 0;
}

int collector_read(struct collector *c, int fd, const struct collect_request *request,
		   struct collect_result *out, struct fault *f)
{
	ssize_t n;

	out->head_size = 0;
	out->bytes_read = 0;
	out->data.size_bytes = out->part.size_bytes = out->verity.size_bytes = 0;
	c->fd = fd;
	c->request = request;
	c->result = out;
	c->fault = f;
	if (begin(c) < 0)
		return -1;
	/* What it says of a failed read is the reason that was given to it. */
	if (request->verity && verity_digest(request->verity, request->size_bytes, read_for_verity,
					     c, &out->verity, f) < 0)
		return -1;
	do
		n = read_some(c, c->buffer, READ_BYTES);
	/* A file that has given all its bytes needs no further call to learn that it ended. */
	while (n > 0 && out->bytes_read < request->size_bytes);
	return n < 0 ? -1 : end(c);
}

int collector_read_head(struct collector *c, int fd, struct collect_result *out, struct fault *f)
{
	ssize_t n = fd_pread_full(fd, c->buffer, CONTENT_HEAD_BYTES, 0);

	out->head_size = 0;
	if (n < 0)
		return fault_set(f, errno, "reading its beginning");
	memcpy(out->head, c->buffer, (size_t)n);
	out->head_size = (size_t)n;
	return 0;
}
