/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels, and the initramfs files in and beside them, each read once for an audit. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/audit.h"
#include "efi/initroot.h"
#include "scanner/base/own.h"

static const struct imagecheck *image_of(const struct audit *audit, const char *path)
{
	for (size_t i = 0; i < audit->images.count; i++)
		if (strcmp(audit->images.items[i].path, path) == 0)
			return &audit->images.items[i];
	return NULL;
}

/* A part of a unified kernel image. *out_whole holds the file and is the caller's to free. */
static int read_part(struct audit *audit, const char *path, uint64_t offset, uint64_t size,
		     uint8_t **out_whole, const uint8_t **out_part, struct fault *f)
{
	size_t whole_size;

	if (targetfs_read(audit->target, path, IMAGECHECK_FILE_MAX, out_whole, &whole_size, f) < 0)
		return -1;
	if (offset > whole_size || size > whole_size - offset)
		return fault_set(f, 0, "a section of the image ends behind its end");
	*out_part = *out_whole + offset;
	return 0;
}

/* Adds a remark unless memory ran out. */
static int remark_or_fail(struct audit *audit, const char *path, const struct fault *why,
			  struct fault *f)
{
	if (why->os == ENOMEM) {
		*f = *why;
		return -1;
	}
	remark_add(&audit->remarks, path, why);
	return 0;
}

/* --- Kernels --- */

static bool is_known_kernel(const struct audit *audit, const char *path)
{
	for (size_t i = 0; i < audit->kernels.count; i++)
		if (strcmp(audit->kernels.items[i].path, path) == 0)
			return true;
	return false;
}

static int read_uki_kernel(struct audit *audit, const struct imagecheck *image,
			   struct kernelimage *out, struct fault *f)
{
	own_mem uint8_t *whole = NULL;
	const uint8_t *part = NULL;

	if (read_part(audit, image->path, image->linux_offset, image->linux_size, &whole, &part,
		      f) < 0 ||
	    kernelimage_decode(image->path, part, (size_t)image->linux_size, out, &audit->remarks,
			       f) < 0)
		return -1;
	if (kernelimage_find_config(audit->target, out, &audit->remarks, f) < 0) {
		kernelimage_done(out);
		return -1;
	}
	return 0;
}

static bool may_be_kernel(const struct imagecheck *image)
{
	return !image || image->role == IMAGECHECK_KERNEL || image->role == IMAGECHECK_OTHER ||
	       (image->role == IMAGECHECK_UKI && image->has_linux);
}

static int add_kernel(struct audit *audit, const char *path, struct fault *f)
{
	const struct imagecheck *image = image_of(audit, path);
	struct kernelimage *items, it = {0};
	struct fault why = {0};
	int result;

	if (is_known_kernel(audit, path) || !may_be_kernel(image))
		return 0;
	if (audit->kernels.count >= AUDIT_KERNELS_MAX) {
		fault_set(&why, 0, "more than %d kernels: not looked at", AUDIT_KERNELS_MAX);
		remark_add(&audit->remarks, path, &why);
		return 0;
	}
	result = image && image->role == IMAGECHECK_UKI
			 ? read_uki_kernel(audit, image, &it, &why)
			 : kernelimage_read(audit->target, path, &it, &audit->remarks, &why);
	/* What is no kernel may be another system, or a memory test. */
	if (result < 0)
		return why.os == ENOEXEC ? 0 : remark_or_fail(audit, path, &why, f);
	items = reallocarray(audit->kernels.items, audit->kernels.count + 1, sizeof(*items));
	if (!items) {
		kernelimage_done(&it);
		return fault_set(f, ENOMEM, "keeping a kernel");
	}
	audit->kernels.items = items;
	items[audit->kernels.count++] = it;
	return 0;
}

/* Those that something starts come first, so that the bound does not leave them out. */
int audit_read_kernels(struct audit *audit, struct fault *f)
{
	struct targetfs_names names = {0};
	int result = 0;

	for (size_t i = 0; i < audit->entries.count; i++)
		if (audit->entries.entries[i].kernel &&
		    add_kernel(audit, audit->entries.entries[i].kernel, f) < 0)
			return -1;
	if (kernelimage_find(audit->target, &names, &audit->remarks, f) < 0)
		return -1;
	for (size_t i = 0; result == 0 && i < names.count; i++)
		result = add_kernel(audit, names.names[i], f);
	targetfs_names_done(&names);
	return result;
}

/* --- Initramfs --- */

static int keep_initramfs(struct audit *audit, struct initramfs *it, bool embedded, struct fault *f)
{
	struct initramfs *items =
		reallocarray(audit->initramfs.items, audit->initramfs.count + 1, sizeof(*items));

	if (!items) {
		initramfs_done(it);
		return fault_set(f, ENOMEM, "keeping an initramfs");
	}
	it->embedded = embedded;
	audit->initramfs.items = items;
	items[audit->initramfs.count++] = *it;
	return 0;
}

static bool has_room(struct audit *audit, const char *path)
{
	struct fault why;

	if (audit->initramfs.count < AUDIT_INITRAMFS_MAX)
		return true;
	fault_set(&why, 0, "more than %d initramfs files: not looked at", AUDIT_INITRAMFS_MAX);
	remark_add(&audit->remarks, path, &why);
	return false;
}

static int add_embedded(struct audit *audit, const char *path, const uint8_t *data, size_t size,
			struct fault *f)
{
	struct initramfs it = {0};
	struct fault why = {0};

	if (!has_room(audit, path))
		return 0;
	if (initramfs_decode(path, data, size, &it, &audit->remarks, &why) < 0)
		return remark_or_fail(audit, path, &why, f);
	initroot_compare(audit->target, &it, &audit->remarks);
	return keep_initramfs(audit, &it, true, f);
}

static int add_uki_initrd(struct audit *audit, const struct imagecheck *image, struct fault *f)
{
	own_mem uint8_t *whole = NULL;
	const uint8_t *part = NULL;
	struct fault why = {0};

	if (read_part(audit, image->path, image->initrd_offset, image->initrd_size, &whole, &part,
		      &why) < 0)
		return remark_or_fail(audit, image->path, &why, f);
	return add_embedded(audit, image->path, part, (size_t)image->initrd_size, f);
}

static bool is_known_initramfs(const struct audit *audit, const char *path)
{
	for (size_t i = 0; i < audit->initramfs.count; i++)
		if (strcmp(audit->initramfs.items[i].path, path) == 0)
			return true;
	return false;
}

static int add_file(struct audit *audit, const char *path, struct fault *f)
{
	struct initramfs it = {0};
	struct fault why = {0};

	if (is_known_initramfs(audit, path) || !has_room(audit, path))
		return 0;
	if (initramfs_read(audit->target, path, &it, &audit->remarks, &why) < 0)
		return remark_or_fail(audit, path, &why, f);
	return keep_initramfs(audit, &it, false, f);
}

int audit_read_initramfs(struct audit *audit, struct fault *f)
{
	for (size_t i = 0; i < audit->images.count; i++)
		if (audit->images.items[i].has_initrd &&
		    add_uki_initrd(audit, &audit->images.items[i], f) < 0)
			return -1;
	for (size_t i = 0; i < audit->kernels.count; i++) {
		struct kernelimage *kernel = &audit->kernels.items[i];

		if (kernel->has_initramfs && kernel->initramfs &&
		    add_embedded(audit, kernel->path, kernel->initramfs, kernel->initramfs_size,
				 f) < 0)
			return -1;
		/* It may be large and has served. */
		free(kernel->initramfs);
		kernel->initramfs = NULL;
	}
	for (size_t i = 0; i < audit->entries.count; i++)
		for (size_t k = 0; k < audit->entries.entries[i].initrd_count; k++)
			if (add_file(audit, audit->entries.entries[i].initrds[k], f) < 0)
				return -1;
	return 0;
}
