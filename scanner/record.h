/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_RECORD_H
#define SCANNER_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"
#include "scanner/imaxattr.h"
#include "scanner/keyring.h"
#include "scanner/verdict.h"

/* What a worker hands to the writer about one directory entry. Owns what it points to, except keys.
 */
enum record_kind {
	RECORD_FILE,  /* a regular file that was looked at */
	RECORD_FAULT, /* something about which nothing can be said */
	RECORD_LINK,  /* one name of an inode that has several */
	RECORD_STRAY, /* a label on what is no regular file */
};

struct record {
	enum record_kind kind;
	char *path;
	struct buf text;     /* what the report's format made of the file */
	struct fault *fault; /* NULL: none */
	uint64_t dev, ino;   /* of a RECORD_LINK */
	/* For counting; of a RECORD_FILE. */
	bool governed, labelled, verified; /* verified: a digest or signature was compared */
	struct verdict verdict;
	unsigned oddities;
	uint64_t bytes_read, link_count;
	const struct keyring_key *ima_key, *evm_key; /* those whose signature was good */
	bool unknown_key;
	uint32_t keyid; /* of the unknown key */
};

void record_done(struct record *record);

#endif
