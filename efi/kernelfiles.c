/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels and their configurations as files of a target: where distributions put them
 * (docs/formats/kernel-image.md). */
#include "efi/kernelimage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efi/ikconfig.h"
#include "efi/unpack.h"
#include "efi/targetfs_walk.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"
#include "scanner/base/path.h"

/* A file, whatever it is called. */
struct seen {
	dev_t dev;
	ino_t ino;
};

static bool is_seen(const struct seen *seen, size_t count, const struct stat *st)
{
	for (size_t i = 0; i < count; i++)
		if (seen[i].dev == st->st_dev && seen[i].ino == st->st_ino)
			return true;
	return false;
}

/* --- Does a configuration belong to a release? --- */

static const struct kconfig nothing = {NULL, NULL};

/* The version in "# Linux/x86 6.1.192 Kernel Configuration"; empty: there is no such line. */
static struct kconfig heading_version(struct kconfig config)
{
	enum { HEADING_LINES = 20 };
	struct kconfig line;

	for (int i = 0; i < HEADING_LINES && kconfig_next_line(&config, &line); i++) {
		const char *space;
		struct kconfig version;

		if (!kconfig_skip(&line, "# Linux/"))
			continue;
		space = memchr(line.at, ' ', (size_t)(line.end - line.at));
		if (!space)
			continue;
		version = (struct kconfig){space + 1, line.end};
		space = memchr(version.at, ' ', (size_t)(version.end - version.at));
		return space ? (struct kconfig){version.at, space} : version;
	}
	return nothing;
}

enum { NUMBERS = 3 };

/* Up to three numbers with dots between; how many there are. */
static int numbers_of(const char *at, const char *end, unsigned numbers[NUMBERS])
{
	int count = 0;

	while (count < NUMBERS && at < end && *at >= '0' && *at <= '9') {
		unsigned value = 0;

		for (; at < end && *at >= '0' && *at <= '9'; at++)
			value = value < 100000 ? value * 10 + (unsigned)(*at - '0') : value;
		numbers[count++] = value;
		if (at < end && *at++ != '.')
			break;
	}
	for (int i = count; i < NUMBERS; i++)
		numbers[i] = 0;
	return count;
}

/* exact: it was found by no name that holds the release, so the third number decides too. */
static bool config_fits(struct kconfig config, const char *release, bool exact)
{
	struct kconfig version = heading_version(config);
	unsigned of_config[NUMBERS], of_release[NUMBERS];

	if (numbers_of(version.at, version.end, of_config) < 2 ||
	    numbers_of(release, release + strlen(release), of_release) < 2)
		return false;
	if (of_config[0] != of_release[0] || of_config[1] != of_release[1])
		return false;
	/* Debian and Ubuntu name kernels by an ABI: 6.1.0-56 is built from 6.1.192. */
	return of_config[2] == of_release[2] || (of_release[2] == 0 && !exact);
}

/* --- Where it may lie --- */

/* %R is the release, %D the image's folder, %N what follows the first "-" in its name. */
static const struct place {
	const char *pattern;
	bool exact;  /* see config_fits() */
	bool module; /* configs.ko: the text is inside it */
} places[] = {
	{"%D/config-%R", false, false},
	{"/boot/config-%R", false, false},
	{"/lib/modules/%R/config", false, false},
	{"/usr/lib/modules/%R/config", false, false},
	{"/usr/lib/ostree-boot/config-%R", false, false},
	{"%D/config-%N", true, false},
	{"%D/config", true, false},
	{"/usr/src/linux-%R/.config", false, false},
	{"/usr/src/kernels/%R/.config", false, false},
	{"/usr/src/linux-headers-%R/.config", false, false},
	{"/lib/modules/%R/build/.config", false, false},
	{"/usr/lib/modules/%R/build/.config", false, false},
	{"/lib/modules/%R/kernel/kernel/configs.ko", false, true},
	{"/lib/modules/%R/kernel/kernel/configs.ko.xz", false, true},
	{"/lib/modules/%R/kernel/kernel/configs.ko.zst", false, true},
	{"/lib/modules/%R/kernel/kernel/configs.ko.gz", false, true},
	{"/usr/lib/modules/%R/kernel/kernel/configs.ko", false, true},
	{"/usr/lib/modules/%R/kernel/kernel/configs.ko.xz", false, true},
	{"/usr/lib/modules/%R/kernel/kernel/configs.ko.zst", false, true},
	{"/usr/lib/modules/%R/kernel/kernel/configs.ko.gz", false, true},
	{"/usr/src/linux/.config", true, false},
};

/* False: the pattern asks for what this image has not. */
static bool place_path(const struct place *place, const struct kernelimage *image, struct buf *out)
{
	const char *slash = strrchr(image->path, '/');
	const char *name = path_base(image->path), *dash = strchr(name, '-');

	buf_clear(out);
	for (const char *p = place->pattern; *p; p++) {
		if (*p != '%') {
			buf_addc(out, *p);
			continue;
		}
		p++;
		if ((*p == 'D' && !slash) || (*p == 'N' && !dash))
			return false;
		if (*p == 'D')
			buf_add(out, image->path, (size_t)(slash - image->path));
		else
			buf_puts(out, *p == 'R' ? image->release : dash + 1);
	}
	return true;
}

/* A release is part of paths. */
static bool is_path_part(const char *text)
{
	return *text && *text != '.' && !strchr(text, '/');
}

static void remark_at(struct remark_list *remarks, const char *path, int os, const char *text)
{
	struct fault fault;

	fault_set(&fault, os, "%s", text);
	remark_add(remarks, path, &fault);
}

/* The configuration inside a module, in the place of the module's bytes. *data NULL: none. */
static int open_module(const char *path, uint8_t **data, size_t *size, struct remark_list *remarks,
		       struct fault *f)
{
	struct unpack unpack = {.kind = UNPACK_NONE};
	struct fault damage;
	char *text = NULL;
	size_t text_size = 0;
	int result = 0;

	if (unpack_kind(*data, *size) != UNPACK_NONE)
		result = unpack_stream(*data, *size, KERNELIMAGE_MAX, &unpack, f);
	if (result == 0)
		result = ikconfig_find(unpack.data ? unpack.data : *data,
				       unpack.data ? unpack.size : *size, &text, &text_size,
				       &damage, f);
	if (result == 0 && !text)
		remark_at(remarks, path, EBADMSG, "no configuration is found in it");
	unpack_done(&unpack);
	free(*data);
	*data = (uint8_t *)text;
	*size = text_size;
	return result;
}

/* *out_text NULL: not there, or not for this kernel. */
static int read_place(const struct targetfs *t, const struct place *place, const char *path,
		      const char *release, struct remark_list *remarks, char **out_text,
		      size_t *out_size, struct fault *f)
{
	own_mem uint8_t *data = NULL;
	struct fault why;
	size_t size;

	*out_text = NULL;
	if (targetfs_read(t, path, place->module ? KERNELIMAGE_MAX : IKCONFIG_TEXT_MAX, &data,
			  &size, &why) < 0) {
		remark_add(remarks, path, &why);
		return 0;
	}
	if (place->module && open_module(path, &data, &size, remarks, f) < 0)
		return -1;
	if (!data)
		return 0;
	if (!config_fits(kconfig_of(data, size), release, place->exact)) {
		/* In a folder of sources, or beside other kernels, another one is no surprise. */
		if (!place->exact)
			remark_at(remarks, path, 0,
				  "the configuration's heading does not fit the kernel's release");
		return 0;
	}
	*out_text = (char *)take_ptr(data);
	*out_size = size;
	return 0;
}

int kernelimage_find_config(const struct targetfs *t, struct kernelimage *image,
			    struct remark_list *remarks, struct fault *f)
{
	enum { PLACES = sizeof(places) / sizeof(places[0]) };
	struct seen seen[PLACES];
	size_t seen_count = 0;
	own_buf struct buf path = {0};
	own_mem char *where = NULL;

	if (image->config || !image->release || !is_path_part(image->release))
		return 0;
	for (size_t i = 0; i < PLACES; i++) {
		own_mem char *text = NULL;
		size_t size = 0;
		struct stat st;

		if (!place_path(&places[i], image, &path))
			continue;
		if (path.failed)
			return fault_set(f, ENOMEM, "looking for a configuration");
		/* Patterns may name the same file, and so may links. */
		if (!targetfs_stat(t, buf_text(&path), &st) || is_seen(seen, seen_count, &st))
			continue;
		seen[seen_count++] = (struct seen){st.st_dev, st.st_ino};
		if (read_place(t, &places[i], buf_text(&path), image->release, remarks, &text,
			       &size, f) < 0)
			return -1;
		if (!text)
			continue;
		where = strdup(buf_text(&path));
		if (!where)
			return fault_set(f, ENOMEM, "keeping a configuration");
		image->config_source = KERNELIMAGE_CONFIG_FILE;
		image->config_where = take_ptr(where);
		image->config = take_ptr(text);
		image->config_size = size;
		return 0;
	}
	return 0;
}

int kernelimage_read(const struct targetfs *t, const char *path, struct kernelimage *out,
		     struct remark_list *remarks, struct fault *f)
{
	own_mem uint8_t *data = NULL;
	struct kernelimage image;
	size_t size;

	if (targetfs_read(t, path, KERNELIMAGE_MAX, &data, &size, f) < 0 ||
	    kernelimage_decode(path, data, size, &image, remarks, f) < 0)
		return -1;
	if (kernelimage_find_config(t, &image, remarks, f) < 0) {
		kernelimage_done(&image);
		return -1;
	}
	*out = image;
	return 0;
}

/* --- Finding kernels --- */

struct finding_kernels {
	const struct targetfs *t;
	struct targetfs_walk walk;
	struct remark_list *remarks;
	struct targetfs_names names;
	struct seen *seen; /* of each name */
};

enum {
	KERNELS_MAX = 1024, /* a machine has a handful; every one may take a second to read */
	BEGIN_BYTES = 4096, /* of a file, to know a kernel by */
	DEPTH_MAX = 6,	    /* below /boot and an EFI system partition */
};

/* Names of kernels that have no header of their own (ELF, compressed). */
static bool is_kernel_name(const char *path)
{
	static const char *const beginnings[] = {"vmlinu",  "kernel", "Image", "zImage",
						 "bzImage", "uImage", "linux", "Linux"};
	const char *name = path_base(path);

	if (strstr(name, "initr"))
		return false;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

static bool has_other_beginning(const uint8_t *data, size_t size)
{
	return unpack_kind(data, size) != UNPACK_NONE ||
	       (size >= 4 && (memcmp(data,
				     "\x7f"
				     "ELF",
				     4) == 0 ||
			      memcmp(data, "\x27\x05\x19\x56", 4) == 0)) ||
	       (size >= 0x30 && memcmp(data + 0x24, "\x18\x28\x6f\x01", 4) == 0);
}

static bool looks_like_kernel(struct finding_kernels *k, const char *path)
{
	uint8_t data[BEGIN_BYTES];
	struct fault why;
	own_fd int fd = targetfs_open_file(k->t, path, &why);
	ssize_t n;

	if (fd < 0) {
		remark_add(k->remarks, path, &why);
		return false;
	}
	n = pread(fd, data, sizeof(data), 0);
	if (n < 0) {
		fault_set(&why, errno, "reading");
		remark_add(k->remarks, path, &why);
		return false;
	}
	return kernelimage_begins(data, (size_t)n) ||
	       (is_kernel_name(path) && has_other_beginning(data, (size_t)n));
}

static int keep(struct finding_kernels *k, const char *path, const struct stat *st, struct fault *f)
{
	char **names = reallocarray(k->names.names, k->names.count + 1, sizeof(*names));
	struct seen *seen = reallocarray(k->seen, k->names.count + 1, sizeof(*seen));

	k->names.names = names ? names : k->names.names;
	k->seen = seen ? seen : k->seen;
	if (!names || !seen)
		return fault_set(f, ENOMEM, "listing kernels");
	names[k->names.count] = targetfs_canonical(k->t, path);
	if (!names[k->names.count])
		return fault_set(f, ENOMEM, "listing kernels");
	seen[k->names.count++] = (struct seen){st->st_dev, st->st_ino};
	return 0;
}

static int look_at(void *context, const char *path, const struct stat *st, struct fault *f)
{
	struct finding_kernels *k = context;

	if (!S_ISREG(st->st_mode) || is_seen(k->seen, k->names.count, st) ||
	    !looks_like_kernel(k, path))
		return 0;
	if (k->names.count == KERNELS_MAX) {
		remark_at(k->remarks, path, 0, "there are more kernels than are looked at");
		return 0;
	}
	return keep(k, path, st, f);
}

static void trouble(void *context, const char *path, const struct fault *fault)
{
	remark_add(((struct finding_kernels *)context)->remarks, path, fault);
}

static int look_below(struct finding_kernels *k, const char *dir, struct fault *f)
{
	struct stat st;

	if (!targetfs_stat(k->t, dir, &st) || !S_ISDIR(st.st_mode))
		return 0;
	return targetfs_walk_below(k->t, &k->walk, dir, DEPTH_MAX, f);
}

static int look_at_name(struct finding_kernels *k, const char *dir, const char *name,
			struct fault *f)
{
	own_mem char *path = targetfs_join(dir, name);
	struct stat st;

	if (!path)
		return fault_set(f, ENOMEM, "looking for kernels");
	return targetfs_stat(k->t, path, &st) ? look_at(k, path, &st, f) : 0;
}

/* The names of `files` in each folder of `dir` whose name begins so. */
static int look_in_each(struct finding_kernels *k, const char *dir, const char *beginning,
			const char *const *files, struct fault *f)
{
	struct targetfs_names names = {0};
	struct fault why;
	int result = 0;

	if (targetfs_list(k->t, dir, &names, &why) < 0) {
		remark_add(k->remarks, dir, &why);
		return 0;
	}
	for (size_t i = 0; i < names.count && result == 0; i++) {
		own_mem char *sub = NULL;

		if (strncmp(names.names[i], beginning, strlen(beginning)) != 0)
			continue;
		sub = targetfs_join(dir, names.names[i]);
		if (!sub)
			result = fault_set(f, ENOMEM, "looking for kernels");
		for (size_t j = 0; sub && files[j] && result == 0; j++)
			result = look_at_name(k, sub, files[j], f);
	}
	targetfs_names_done(&names);
	return result;
}

static int look_everywhere(struct finding_kernels *k, struct fault *f)
{
	static const char *const trees[] = {"/boot", "/efi", "/usr/lib/ostree-boot"};
	static const char *const of_modules[] = {"vmlinuz", "vmlinux", "Image", "kernel", NULL};
	static const char *const of_sources[] = {
		"arch/x86/boot/bzImage",       "arch/arm64/boot/Image", "arch/arm64/boot/Image.gz",
		"arch/arm64/boot/vmlinuz.efi", "arch/riscv/boot/Image", "arch/riscv/boot/Image.gz",
		"arch/riscv/boot/vmlinuz.efi", "arch/arm/boot/zImage",	NULL,
	};
	static const char *const of_root[] = {"vmlinuz", "vmlinuz.old", "bzImage", NULL};
	int result = 0;

	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]) && result == 0; i++)
		result = look_below(k, trees[i], f);
	for (size_t i = 0; i < targetfs_esp_count(k->t) && result == 0; i++) {
		own_mem char *root = targetfs_join(targetfs_esp_prefix(i), "");

		if (!root)
			return fault_set(f, ENOMEM, "looking for kernels");
		result = look_below(k, root, f);
	}
	for (size_t i = 0; of_root[i] && result == 0; i++)
		result = look_at_name(k, "/", of_root[i], f);
	if (result == 0)
		result = look_in_each(k, "/lib/modules", "", of_modules, f);
	if (result == 0)
		result = look_in_each(k, "/usr/lib/modules", "", of_modules, f);
	return result < 0 ? -1 : look_in_each(k, "/usr/src", "linux", of_sources, f);
}

int kernelimage_find(const struct targetfs *t, struct targetfs_names *out,
		     struct remark_list *remarks, struct fault *f)
{
	struct finding_kernels k = {.t = t,
				    .remarks = remarks,
				    .walk = {.file = look_at, .trouble = trouble, .context = &k}};
	int result = look_everywhere(&k, f);

	free(k.seen);
	if (result < 0) {
		targetfs_names_done(&k.names);
		return -1;
	}
	*out = k.names;
	return 0;
}
