/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_DIGEST_H
#define SCANNER_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"
#include "scanner/hashalgo.h"

/*
 * The hash functions of libcrypto, fetched once per process and kept per thread.
 * digest_init() must run before the sandbox closes (it may load libcrypto's legacy provider).
 */
int digest_init(struct fault *f) FAULT_MUST_USE;
void digest_exit(void);

/* Does libcrypto have it? (After digest_init().) */
bool digest_available(const struct hashalgo *algo);

/* A running hash. One thread; reusable; start with digest_begin(). */
struct digester;

struct digester *digester_new(void); /* NULL: no memory */
void digester_free(struct digester *d);
/* EINVAL when libcrypto lacks the algorithm. */
int digester_begin(struct digester *d, const struct hashalgo *algo, struct fault *f) FAULT_MUST_USE;
int digester_update(struct digester *d, const void *data, size_t size,
		    struct fault *f) FAULT_MUST_USE;
/* Truncates where the kernel's algorithm is a truncation (wp256, wp384). */
int digester_end(struct digester *d, struct digest *out, struct fault *f) FAULT_MUST_USE;

/* All three at once. */
int digest_buffer(struct digester *d, const struct hashalgo *algo, const void *data, size_t size,
		  struct digest *out, struct fault *f) FAULT_MUST_USE;

/* HMAC-SHA1 (for EVM), key of any length. */
int digest_hmac_sha1(const uint8_t *key, size_t key_size, const void *data, size_t size,
		     uint8_t out[20], struct fault *f) FAULT_MUST_USE;

#endif
