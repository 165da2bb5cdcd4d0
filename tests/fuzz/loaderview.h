/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_LOADERVIEW_H
#define TESTS_FUZZ_LOADERVIEW_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/loaders.h"

/*
 * A target for the fuzzers of boot loaders: the input up to its first NUL is the file that is decoded, what
 * is behind it is every other file, half of which are there.
 */
struct loaderview {
	const uint8_t *other;
	size_t other_size;
	unsigned reads;
};

static inline bool loaderview_has(const char *path)
{
	unsigned sum = 0;

	for (; *path; path++)
		sum += (unsigned char)*path;
	return sum % 2 == 0;
}

static int loaderview_read(void *context, const char *path, size_t max_bytes, uint8_t **out_data,
			   size_t *out_size, struct fault *f)
{
	struct loaderview *v = context;

	if (!loaderview_has(path) || v->other_size > max_bytes || ++v->reads > 100)
		return fault_set(f, ENOENT, "opening the file");
	*out_data = malloc(v->other_size + 1);
	if (!*out_data)
		return fault_set(f, ENOMEM, "reading the file");
	if (v->other_size)
		memcpy(*out_data, v->other, v->other_size);
	(*out_data)[v->other_size] = 0;
	*out_size = v->other_size;
	return 0;
}

static bool loaderview_stat(void *context, const char *path, struct stat *out)
{
	(void)context;
	memset(out, 0, sizeof(*out));
	out->st_mode = S_IFREG;
	out->st_ino = strlen(path);
	return loaderview_has(path);
}

static int loaderview_list(void *context, const char *dir, struct targetfs_names *out,
			   struct fault *f)
{
	(void)context;
	(void)dir;
	(void)f;
	*out = (struct targetfs_names){calloc(3, sizeof(char *)), 3};
	out->names[0] = strdup("a.conf");
	out->names[1] = strdup("b+1-2.conf");
	out->names[2] = strdup("vmlinuz-6.1.0");
	return 0;
}

static char *loaderview_canonical(void *context, const char *path)
{
	(void)context;
	return strdup(path);
}

/* What holds of every list, whatever it was made of. */
static inline void loaderview_check(const struct bootentry_list *out)
{
	if (out->count > BOOTENTRY_MAX)
		abort();
	for (size_t i = 0; i < out->count; i++) {
		const struct bootentry *e = &out->entries[i];

		if (!e->where || e->initrd_count > BOOTENTRY_INITRDS_MAX)
			abort();
		if ((e->title && strlen(e->title) > BOOTENTRY_TEXT_MAX) ||
		    (e->cmdline && strlen(e->cmdline) > BOOTENTRY_TEXT_MAX) ||
		    (e->kernel_said && strlen(e->kernel_said) > BOOTENTRY_TEXT_MAX))
			abort();
	}
}

static inline void loaderview_run(const uint8_t *data, size_t size, const char *where,
				  loaders_decode_fn *decode)
{
	size_t n = size ? strnlen((const char *)data, size) : 0;
	struct loaderview v = {data + n, size - n, 0};
	struct loaders_files files = {loaderview_read, loaderview_stat, loaderview_list,
				      loaderview_canonical, &v};
	struct bootentry_list out = {0};
	struct remark_list remarks = {0};
	struct fault f = {0};
	struct loaders l;

	if (n < size) {
		v.other++;
		v.other_size--;
	}
	loaders_init(&l, &files, &out, &remarks);
	l.trees[l.tree_count++] = "ESP:";
	/* It fails only when the list is full. */
	if (decode(&l, where, (const char *)data, n, &f) < 0 && (f.os != ENOSPC || !out.truncated))
		abort();
	bootentry_list_unique(&out, 0);
	loaderview_check(&out);
	loaders_done(&l);
	bootentry_list_done(&out);
	remark_list_done(&remarks);
}

#endif
