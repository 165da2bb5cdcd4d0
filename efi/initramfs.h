/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_INITRAMFS_H
#define EFI_INITRAMFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/nametable.h"
#include "efi/remark.h"
#include "efi/targetfs.h"
#include "scanner/base/fault.h"

/*
 * An initramfs: several cpio archives one after another, each plain or compressed
 * (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
enum initramfs_kind {
	INITRAMFS_POLICY,      /* a file that reads as an IMA policy */
	INITRAMFS_CERTIFICATE, /* below etc/keys, or at CONFIG_IMA_X509_PATH and its like */
	INITRAMFS_EVM_KEY,     /* evm-key, kmk blobs */
	INITRAMFS_PRIVATE_KEY,
	INITRAMFS_POLICY_WRITER, /* a script or program that names the kernel's policy file */
	INITRAMFS_INTEGRITY_HOOK, /* other parts that set integrity up: 98integrity of dracut, keyctl/evmctl */
	INITRAMFS_INIT,	   /* /init */
	INITRAMFS_PROGRAM, /* an executable file of any other kind */
	INITRAMFS_KINDS
};

struct initramfs_member {
	enum initramfs_kind kind;
	char *name; /* bytes; without leading "/", ".", ".." and doubled slashes */
	unsigned segment;
	uint32_t mode;
	uint64_t size;
	uint8_t sha256[32]; /* of its content; zeros for a link */
	/* Of policies, writers that are scripts, and init: the content, at most INITRAMFS_TEXT_MAX, then a NUL
	   that text_size does not count. Where a link points. Else NULL. */
	char *text;
	size_t text_size;
	bool replaced; /* a later member of the same name takes its place */
	/* Of programs, scripts and policies: how the root's file of this name compares. */
	enum initramfs_on_root {
		INITRAMFS_NOT_COMPARED,
		INITRAMFS_SAME,
		INITRAMFS_DIFFERS,
		INITRAMFS_NOT_ON_ROOT
	} on_root;
};

struct initramfs_segment {
	uint64_t offset;
	const char *compression; /* "none", "gzip", "zstd", … */
	size_t members;
};

struct initramfs {
	char *path; /* targetfs path, or that of the image it is embedded in */
	bool embedded; /* in a kernel or a unified kernel image, so as signed as that is; set by the caller */
	struct initramfs_segment *segments;
	size_t segment_count;
	size_t members;			/* in all */
	struct initramfs_member *found; /* of the kinds above only */
	size_t found_count;
	bool incomplete; /* damaged, or over a limit: a remark says which */
	/* A boot configuration at the end of the file (text, then a NUL that the size does not count); its
	   "kernel." keys become words of the command line. NULL: none. */
	char *bootconfig;
	size_t bootconfig_size;
	/* Of all regular files, links and devices: initramfs_has(). A value is the index in found, plus 1. */
	struct nametable names;
};

struct initramfs_list {
	struct initramfs *items;
	size_t count;
};

enum {
	INITRAMFS_FILE_MAX = 512u << 20,   /* those with every driver and firmware have 200 MiB */
	INITRAMFS_MEMBERS_MAX = 200000,	   /* large ones have 5,000 */
	INITRAMFS_UNPACKED_MAX = 1u << 31, /* a bomb ends here */
	INITRAMFS_TEXT_MAX = 256 * 1024,   /* of one text */
	INITRAMFS_TEXTS_MAX = 16 << 20,	   /* of all that are kept */
	INITRAMFS_FOUND_MAX = 100000,
	INITRAMFS_SEGMENTS_MAX = 64,
};

/*
 * From the bytes of a file, or of what is embedded in one ("/boot/vmlinuz#initramfs"). Damage and limits
 * are remarks and `incomplete`; only lack of memory fails. After digest_init().
 */
int initramfs_decode(const char *path, const uint8_t *data, size_t size, struct initramfs *out,
		     struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
/* Of a file of the target; also compares programs with those of the root. */
int initramfs_read(const struct targetfs *t, const char *path, struct initramfs *out,
		   struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
void initramfs_done(struct initramfs *initramfs);
/* Is there a member of this name (without leading "/"), whatever it is, but for directories? */
bool initramfs_has(const struct initramfs *initramfs, const char *name);
/* The last found member of a name; NULL: none of the kinds above. */
const struct initramfs_member *initramfs_find(const struct initramfs *initramfs, const char *name);
/* "policy", "certificate", "evm-key", … */
const char *initramfs_kind_name(enum initramfs_kind kind);

#endif
