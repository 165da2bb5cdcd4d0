/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_CPIOLINKS_H
#define EFI_CPIOLINKS_H

#include <stddef.h>
#include <stdint.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/* The names of hard links in a cpio archive: an inode's content may come with any of them. */

struct cpiolinks_inode {
	uint32_t ino, major, minor, type; /* type: S_IFMT of its mode */
};

/* Zeroed it is empty. */
struct cpiolinks {
	struct cpiolinks_link *links;
	size_t count, capacity;
	struct buf names; /* each with its NUL */
};

enum { CPIOLINKS_MAX = 16384 }; /* names in one archive; busybox has 400 */

int cpiolinks_add(struct cpiolinks *links, const struct cpiolinks_inode *inode, const char *name,
		  struct fault *f) FAULT_MUST_USE;
/* The next name of the inode, in the order they came, until NULL; *at begins with 0. It is valid until
 * one is added. */
const char *cpiolinks_next(const struct cpiolinks *links, const struct cpiolinks_inode *inode,
			   size_t *at);
/* A trailer: numbers of inodes begin anew. */
void cpiolinks_clear(struct cpiolinks *links);
void cpiolinks_done(struct cpiolinks *links);

#endif
