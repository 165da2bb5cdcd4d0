/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_COLLECT_H
#define SCANNER_COLLECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "scanner/content.h"
#include "scanner/digest.h"
#include "scanner/verdict.h"
#include "scanner/verity.h"

/* One read pass over a file's content that computes every digest asked for. One per worker. */
struct collector;

struct collector *collector_new(const atomic_bool *stop); /* NULL: no memory */
void collector_free(struct collector *c);

struct collect_request {
	const struct hashalgo *data; /* over the whole content; NULL: not wanted */
	const struct hashalgo *part; /* over the first part_size bytes; NULL: not wanted */
	uint64_t part_size;
	const struct verity_params *verity; /* NULL: not wanted */
	uint64_t size_bytes;		    /* of the file, as it was when it was opened */
};

struct collect_result {
	struct digest data, part, verity; /* size_bytes 0: not wanted */
	uint8_t head[CONTENT_HEAD_BYTES];
	size_t head_size;
	uint64_t bytes_read;
};

/*
 * Reads the file from its beginning to its end. EINTR: the scan was stopped. EIO and friends: could
 * not be read; ESTALE: it was not size_bytes long, so it changed while it was read.
 */
int collector_read(struct collector *c, int fd, const struct collect_request *request,
		   struct collect_result *out, struct fault *f) FAULT_MUST_USE;

/* Just the head, for telling the kind. */
int collector_read_head(struct collector *c, int fd, struct collect_result *out,
			struct fault *f) FAULT_MUST_USE;

#endif
