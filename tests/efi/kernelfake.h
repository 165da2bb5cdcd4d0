/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_EFI_KERNELFAKE_H
#define TESTS_EFI_KERNELFAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/buf.h"

/* Kernel images that hold what a test wants and no code. After tree_open(). Every failure ends the test. */

/* One way to compress, by the program that kernels are built with. */
struct kernelfake_tool {
	const char *name;    /* of the format, as unpack_name() has it */
	const char *command; /* reads standard input */
	bool size_follows;   /* the kernel's build appends the unpacked length */
};
enum { KERNELFAKE_TOOLS = 7 };
extern const struct kernelfake_tool kernelfake_tools[KERNELFAKE_TOOLS];
const struct kernelfake_tool *kernelfake_tool(const char *name);

/* Standard output of a command, given bytes on its standard input. */
void kernelfake_run(const char *command, const struct buf *input, struct buf *out);
/* Compressed, with the unpacked length when the build appends it. */
void kernelfake_pack(const char *name, const struct buf *input, struct buf *out);

void kernelfake_le(struct buf *out, uint64_t value, unsigned bytes);
/* Zeros up to a multiple of `to`. */
void kernelfake_align(struct buf *out, size_t to);

/* What is in a kernel; each part NULL when absent. */
struct kernelfake {
	const char *release;
	const struct buf *config;	 /* text, embedded as CONFIG_IKCONFIG does */
	const struct buf *certs, *extra; /* DER: the kernel's list; another one somewhere */
	size_t module_certs;		 /* bytes of the list's first part */
	const struct buf *initramfs;	 /* as it lies there: packed or not */
	bool default_initramfs;		 /* the one that every kernel has */
	size_t filler;			 /* bytes of no meaning, that do not compress well */
};
void kernelfake_kernel(const struct kernelfake *fake, struct buf *out);

/* The kernel's default archive, plus an /init when asked for. */
void kernelfake_cpio(bool with_init, struct buf *out);

/* Containers. version NULL: no version text. */
void kernelfake_bzimage(const char *version, const struct buf *payload, struct buf *out);
void kernelfake_zboot(const char *compression, const struct buf *payload, struct buf *out);
/* An arm64 Image whose header is followed by `kernel`. */
void kernelfake_image(const struct buf *kernel, struct buf *out);

/* Replaces bytes. */
void kernelfake_poke(struct buf *image, size_t at, uint64_t value, unsigned bytes);

#endif
