/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_BOOTCONFIG_H
#define EFI_BOOTCONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/* A boot configuration: words for the kernel and for init that are in no command line
 * (docs/formats/kernel-image.md). */
enum {
	BOOTCONFIG_TEXT_MAX = 32767, /* the kernel's own bounds: XBC_DATA_MAX, … */
	BOOTCONFIG_NODES_MAX = 8192,
	BOOTCONFIG_KEY_MAX = 256,
	BOOTCONFIG_DEPTH_MAX = 16,
};

/*
 * Where the text is at the end of an initrd, borrowed. False: the kernel would find none. why->text is
 * then empty, or says what is wrong with what is there.
 */
bool bootconfig_find(const uint8_t *initrd, size_t size, const char **out_text, size_t *out_size,
		     struct fault *why);

/*
 * Appends the words under a key ("kernel", "init") as the kernel would write them, with a space
 * between. Nothing, when there are none. Fails with f->os EBADMSG for what the kernel would not
 * take, whatever the key, and for lack of memory.
 */
int bootconfig_words(const char *text, size_t size, const char *key, struct buf *out,
		     struct fault *f) FAULT_MUST_USE;

#endif
