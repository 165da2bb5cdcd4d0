/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the reader of every boot loader over a target. */
#include "efi/loaders/loaders.h"

#include <errno.h>
#include <stdlib.h>

struct loader {
	const char *name;
	int (*find)(struct loaders *l, struct fault *f);
};

/* GRUB comes before the entries of the Boot Loader Specification, since it may be the one that shows
 * them. */
static const struct loader table[] = {
	{"the fallback loaders", fallback_find},
	{"GRUB", grub_find},
	{"the Boot Loader Specification", sdboot_find},
	{"rEFInd", refind_find},
	{"Limine", limine_find},
	{"syslinux", syslinux_find},
	{"U-Boot", uboot_find},
	{"zipl", zipl_find},
	{"the Raspberry Pi's firmware", raspberry_find},
	{"kexec", kexec_find},
	{"the templates of command lines", template_find},
};

static int target_read(void *context, const char *path, size_t max_bytes, uint8_t **out_data,
		       size_t *out_size, struct fault *f)
{
	return targetfs_read(context, path, max_bytes, out_data, out_size, f);
}

static bool target_stat(void *context, const char *path, struct stat *out)
{
	return targetfs_stat(context, path, out);
}

static int target_list(void *context, const char *dir, struct targetfs_names *out, struct fault *f)
{
	return targetfs_list(context, dir, out, f);
}

static char *target_canonical(void *context, const char *path)
{
	return targetfs_canonical(context, path);
}

/* Each loader's own entries are told apart from those of the others, so repeats are looked for among
 * them only. */
static int run(struct loaders *l, const struct loader *loader, struct fault *f)
{
	size_t first = l->out->count;
	int result = loader->find(l, f);

	bootentry_list_unique(l->out, first);
	if (result == 0)
		return 0;
	if (f->os != ENOSPC)
		return fault_add(f, "reading the configuration of %s", loader->name);
	loaders_remark(l, "/", 0, "%s: the rest is left out, as is every loader after %s", f->text,
		       loader->name);
	return 1;
}

int loaders_find(const struct targetfs *t, struct bootentry_list *out, struct remark_list *remarks,
		 struct fault *f)
{
	/* The table of functions wants a context that is not const; nothing is changed by it. */
	const struct loaders_files files = {target_read, target_stat, target_list, target_canonical,
					    (void *)(uintptr_t)t};
	struct loaders l;
	int result = 0;

	loaders_init(&l, &files, out, remarks);
	for (size_t i = 0; i < targetfs_esp_count(t) && l.tree_count < LOADERS_TREES_MAX; i++)
		l.trees[l.tree_count++] = targetfs_esp_prefix(i);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]) && result == 0; i++)
		result = run(&l, &table[i], f);
	loaders_done(&l);
	return result < 0 ? -1 : 0;
}
