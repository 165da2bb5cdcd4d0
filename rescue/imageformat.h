/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_IMAGEFORMAT_H
#define RESCUE_IMAGEFORMAT_H

#include <stddef.h>

/* The kinds of image file, told by their first bytes and never by their name: docs/formats/disk-images.md. */
enum imageformat_way {
	IMAGEFORMAT_RAW,   /* the bytes of a disk */
	IMAGEFORMAT_QCOW2, /* through qemu-nbd */
	IMAGEFORMAT_OTHER, /* recognised, named, and not opened */
};

struct imageformat {
	enum imageformat_way way;
	const char *name;   /* "VMDK (VMware)" */
	const char *remedy; /* what makes a raw image of it; NULL: nothing is needed */
};

enum { IMAGEFORMAT_HEAD_BYTES = 4096 }; /* as much as is looked at */

/* Never NULL: what is nothing else is raw. */
const struct imageformat *imageformat_of(const void *head, size_t size);

#endif
