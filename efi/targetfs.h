/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_TARGETFS_H
#define EFI_TARGETFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "scanner/base/fault.h"

/*
 * Files of a target: its root, and its EFI system partitions, as one name space. "/boot/vmlinuz" is
 * below the root, "ESP:/EFI/Linux/a.efi" on the first EFI system partition, "ESP2:/…" on the second.
 * Symbolic links are followed, but never out of the tree they are in, however they are written
 * (Linux 5.6 or later). Names on an EFI system partition are matched as FAT does, without regard
 * to the case of ASCII letters, "\" counts as "/". Nothing is ever written. One thread.
 */
struct targetfs;

enum { TARGETFS_ESPS_MAX = 8, TARGETFS_NAMES_MAX = 65536, TARGETFS_DEPTH_MAX = 32 };

struct targetfs *targetfs_open(const char *root, struct fault *f) FAULT_MUST_USE;
/* The same of a directory's descriptor, which it takes (and closes on failure too). */
struct targetfs *targetfs_open_at(int root_fd, struct fault *f) FAULT_MUST_USE;
void targetfs_close(struct targetfs *t);
/* The operator's --esp DIR. */
int targetfs_add_esp(struct targetfs *t, const char *dir, struct fault *f) FAULT_MUST_USE;
/* Adds those mounted (or copied) inside the root: /efi, /boot/efi, /boot/EFI, /boot when they hold a
 * directory EFI or loader. Returns how many. */
size_t targetfs_find_esps(struct targetfs *t);
size_t targetfs_esp_count(const struct targetfs *t);
/* "ESP:", "ESP2:", … */
const char *targetfs_esp_prefix(size_t i);
/* The same file's name on the EFI system partition, when a path of the root lies on one that
 * targetfs_find_esps() found ("/boot/efi/EFI/x" is "ESP:/EFI/x"). Else a copy. NULL: no memory. */
char *targetfs_canonical(const struct targetfs *t, const char *path);

/* For reading; a regular file. -1 with f->os ENOENT: there is none. */
int targetfs_open_file(const struct targetfs *t, const char *path, struct fault *f) FAULT_MUST_USE;
int targetfs_open_dir(const struct targetfs *t, const char *path, struct fault *f) FAULT_MUST_USE;
/* Of what a path leads to, links followed. false: nothing there, or not reachable. */
bool targetfs_stat(const struct targetfs *t, const char *path, struct stat *out);
bool targetfs_has(const struct targetfs *t, const char *path);
/* The whole of a regular file of at most max_bytes (more is a fault with os EFBIG), followed by a NUL
 * that *out_size does not count. The caller frees *out_data. */
int targetfs_read(const struct targetfs *t, const char *path, size_t max_bytes, uint8_t **out_data,
		  size_t *out_size, struct fault *f) FAULT_MUST_USE;

/* Names in a directory, sorted as bytes, without "." and "..". A missing directory has none and is no
 * fault. */
struct targetfs_names {
	char **names;
	size_t count;
};
int targetfs_list(const struct targetfs *t, const char *dir, struct targetfs_names *out,
		  struct fault *f) FAULT_MUST_USE;
void targetfs_names_done(struct targetfs_names *names);

/* "dir" and "name" joined by one slash; NULL: no memory. The caller frees it. */
char *targetfs_join(const char *dir, const char *name);

#endif
