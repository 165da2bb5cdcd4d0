/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LOADERS_LOADERS_H
#define EFI_LOADERS_LOADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "efi/bootentry.h"
#include "efi/remark.h"
#include "efi/targetfs.h"
#include "scanner/base/fault.h"

/*
 * The configuration of every boot loader of a target, read without starting any of them
 * (docs/formats/boot-loaders.md). Each loader is a file of this folder with two functions: one decodes
 * bytes, one finds the files to decode; the table is in loaders.c. Not to be shared between threads.
 */

/* Everything the target's boot loaders can start, appended to *out. What could not be read or was not
 * understood is a remark, as is every limit that was met. -1 only without memory. The EFI system
 * partitions must have been added to *t before. */
int loaders_find(const struct targetfs *t, struct bootentry_list *out, struct remark_list *remarks,
		 struct fault *f) FAULT_MUST_USE;

/* ---- What a loader's reader works with ---- */

/* Where files come from: a target; a table in a test; the input in a fuzzer. The functions are as those
 * of targetfs.h with the same names. */
struct loaders_files {
	int (*read)(void *context, const char *path, size_t max_bytes, uint8_t **out_data,
		    size_t *out_size, struct fault *f);
	bool (*stat)(void *context, const char *path, struct stat *out);
	int (*list)(void *context, const char *dir, struct targetfs_names *out, struct fault *f);
	char *(*canonical)(void *context, const char *path);
	void *context;
};

enum {
	/* A generated grub.cfg has a kilobyte an entry; this is room for thousands. */
	LOADERS_FILE_MAX = 4 * 1024 * 1024,
	/* Of all texts in the list together: command lines are repeated by "set a=$a$a". */
	LOADERS_TEXT_MAX = 64 * 1024 * 1024,
	/* Files that one configuration includes, and how deep. */
	LOADERS_INCLUDES_MAX = 256,
	LOADERS_INCLUDE_DEPTH = 16,
	LOADERS_NAMES_MAX = 4096, /* of a directory of entries */
	LOADERS_TREES_MAX = 1 + TARGETFS_ESPS_MAX,
};

struct loaders {
	const struct loaders_files *files;
	struct bootentry_list *out;
	struct remark_list *remarks;
	const char *trees[LOADERS_TREES_MAX]; /* "" is the root; "ESP:", "ESP2:", … */
	size_t tree_count;
	size_t text_used;
	/* Directories of entries that GRUB shows; the reader of those passes them over. */
	char *shown[LOADERS_TREES_MAX * 2];
	size_t shown_count;
};

void loaders_init(struct loaders *l, const struct loaders_files *files, struct bootentry_list *out,
		  struct remark_list *remarks);
void loaders_done(struct loaders *l);

/* The text of a file, with every NUL in it made a blank (and a remark). *out_text stays NULL when there
 * is none or when it cannot be read (then with a remark). The caller frees it. */
int loaders_read(struct loaders *l, const char *path, char **out_text, size_t *out_size,
		 struct fault *f) FAULT_MUST_USE;
bool loaders_has(const struct loaders *l, const char *path);
/* Decodes the file of a tree ("ESP:") with this path ("/limine.conf"), when there is one. */
typedef int loaders_decode_fn(struct loaders *l, const char *where, const char *text, size_t size,
			      struct fault *f);
int loaders_decode(struct loaders *l, const char *tree, const char *path, loaders_decode_fn *decode,
		   struct fault *f) FAULT_MUST_USE;
/* Every file of a directory whose name has this ending. */
int loaders_decode_dir(struct loaders *l, const char *dir, const char *ending,
		       loaders_decode_fn *decode, struct fault *f) FAULT_MUST_USE;
/* The names in a directory; none with a remark when it cannot be read. */
int loaders_list(struct loaders *l, const char *dir, struct targetfs_names *out,
		 struct fault *f) FAULT_MUST_USE;
/* As targetfs_canonical(). NULL: no memory. */
char *loaders_canonical(const struct loaders *l, const char *path);
/* What is not understood in a line of a file (0: in all of it). The same is said once. */
void loaders_remark(struct loaders *l, const char *path, unsigned line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* bootentry_add(), with the place as targetfs_canonical() names it. */
struct bootentry *loaders_entry(struct loaders *l, enum bootentry_source source, const char *where,
				unsigned line, struct fault *f) FAULT_MUST_USE;
/* bootentry_set() of n bytes, within LOADERS_TEXT_MAX, with a remark when it is cut. */
int loaders_set(struct loaders *l, struct bootentry *entry, char **field, const char *text,
		size_t n, struct fault *f) FAULT_MUST_USE;

/*
 * Where names of files are looked for: a name is put behind each base in turn, the first file that is
 * there is meant. GRUB's "/vmlinuz" is "/boot/vmlinuz" when /boot is a partition of its own, and only
 * looking tells.
 */
struct loaders_bases {
	const char *at[LOADERS_TREES_MAX + 3];
	size_t count;
	/* The first so many may both be meant; a name that is there in two of them gets a remark. */
	size_t alike;
	bool subvolumes; /* "/@/boot/x" may be "/boot/x" (btrfs) */
};

/* Those of a loader that reads partitions: the tree a file is on, /boot, the root, every EFI system
 * partition. */
void loaders_bases_any(const struct loaders *l, const char *where, const char *said,
		       struct loaders_bases *out);
/* The file a name means, or NULL in *out_path when it is not there. "(hd0,gpt2)", "boot():" and the
 * like before it are passed over, "\" is "/". */
int loaders_resolve(struct loaders *l, const struct loaders_bases *bases, const char *where,
		    const char *said, char **out_path, struct fault *f) FAULT_MUST_USE;
/* Says the kernel, resolved, and its words. */
int loaders_set_kernel(struct loaders *l, struct bootentry *entry,
		       const struct loaders_bases *bases, const char *said,
		       struct fault *f) FAULT_MUST_USE;
/* One more initial ramdisk, resolved, or as said. */
int loaders_add_initrd(struct loaders *l, struct bootentry *entry,
		       const struct loaders_bases *bases, const char *said,
		       struct fault *f) FAULT_MUST_USE;

/* "ESP:" of "ESP:/EFI/x", "" of "/boot/x"; one of l->trees. */
const char *loaders_tree_of(const struct loaders *l, const char *path);
/* The directory of a path: "/boot" of "/boot/x", "ESP:/" of "ESP:/x". NULL: no memory. */
char *loaders_dir_of(const char *path);

/* ---- The loaders ---- */

int fallback_find(struct loaders *l, struct fault *f) FAULT_MUST_USE;
int grub_find(struct loaders *l, struct fault *f) FAULT_MUST_USE;
int sdboot_find(struct loaders *l, struct fault *f) FAULT_MUST_USE;
int refind_find(struct loaders *l, struct fault *f) FAULT_MUST_USE;
int limine_find(struct loaders *l, struct fault *f) FAULT_MUST_USE;
int syslinux_find(struct loaders *l, struct fault *f) FAULT_MUST_USE;
int uboot_find(struct loaders *l, struct fault *f) FAULT_MUST_USE;
int zipl_find(struct loaders *l, struct fault *f) FAULT_MUST_USE;
int raspberry_find(struct loaders *l, struct fault *f) FAULT_MUST_USE;
int kexec_find(struct loaders *l, struct fault *f) FAULT_MUST_USE;
int template_find(struct loaders *l, struct fault *f) FAULT_MUST_USE;

/*
 * Decoders: the text of one file into entries. Further files it names are asked of l->files. -1 without
 * memory, or (ENOSPC, l->out->truncated) when the list is full.
 */
int grub_decode(struct loaders *l, const char *where, const char *text, size_t size,
		struct fault *f) FAULT_MUST_USE;
int refind_decode(struct loaders *l, const char *where, const char *text, size_t size,
		  struct fault *f) FAULT_MUST_USE;
int limine_decode(struct loaders *l, const char *where, const char *text, size_t size,
		  struct fault *f) FAULT_MUST_USE;
/* As syslinux reads it, or as U-Boot does (source says which). */
int syslinux_decode(struct loaders *l, enum bootentry_source source, const char *where,
		    const char *text, size_t size, struct fault *f) FAULT_MUST_USE;
/* A boot.scr with its header, or the text of a script. */
int uboot_decode(struct loaders *l, const char *where, const char *text, size_t size,
		 struct fault *f) FAULT_MUST_USE;
int zipl_decode(struct loaders *l, const char *where, const char *text, size_t size,
		struct fault *f) FAULT_MUST_USE;
int raspberry_decode(struct loaders *l, const char *where, const char *text, size_t size,
		     struct fault *f) FAULT_MUST_USE;
int kexec_decode(struct loaders *l, const char *where, const char *text, size_t size,
		 struct fault *f) FAULT_MUST_USE;
int template_decode(struct loaders *l, const char *where, const char *text, size_t size,
		    struct fault *f) FAULT_MUST_USE;

#endif
