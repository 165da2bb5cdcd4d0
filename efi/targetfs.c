/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a target's root and of its EFI system partitions, links read and followed by us. */
#include "efi/targetfs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scanner/base/buf.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"

/* One tree: the root, or an EFI system partition. */
struct tree {
	int fd;
	char *dir; /* where in the root it was found; NULL: given by the operator */
	dev_t dev;
	ino_t ino;
};

enum { TREES_MAX = 1 + TARGETFS_ESPS_MAX };

struct targetfs {
	struct tree trees[TREES_MAX]; /* the first is the root */
	size_t count;
};

static const char *const prefixes[TARGETFS_ESPS_MAX] = {
	"ESP:", "ESP2:", "ESP3:", "ESP4:", "ESP5:", "ESP6:", "ESP7:", "ESP8:",
};

const char *targetfs_esp_prefix(size_t i)
{
	return i < TARGETFS_ESPS_MAX ? prefixes[i] : NULL;
}

size_t targetfs_esp_count(const struct targetfs *t)
{
	return t->count - 1;
}

/* --- Opening below a tree --- */

enum { LINKS_MAX = 40, PATH_BYTES_MAX = 64 * 1024 }; /* as many links as the kernel follows */

/* By a path without links or ".."; should one appear meanwhile, it is not followed. */
static int open_plain(int root_fd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_NOFOLLOW | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, root_fd, *path ? path : ".", &how, sizeof(how));
}

static bool same_ascii_name(const char *a, const char *b)
{
	while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b))
		a++, b++;
	return *a == *b;
}

/* Replaces `name` by the entry of a directory that FAT would take for it, when there is one. */
static void match_name(int root_fd, const char *dir, char name[NAME_MAX + 1])
{
	own_fd int fd = open_plain(root_fd, dir, O_RDONLY | O_DIRECTORY);
	own_dir DIR *stream = NULL;
	struct stat st;
	struct dirent *entry;
	char best[NAME_MAX + 1] = "";

	if (fd < 0 || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return;
	stream = fdopendir(fd);
	if (!stream)
		return;
	(void)take_fd(&fd);
	while ((entry = readdir(stream)))
		if (same_ascii_name(entry->d_name, name) &&
		    (!*best || strcmp(entry->d_name, best) < 0))
			memcpy(best, entry->d_name, strlen(entry->d_name) + 1);
	if (*best)
		memcpy(name, best, sizeof(best));
}

/* A path on its way to one without links: what is plain already, and what is still to be looked at. */
struct resolving {
	int root_fd;
	bool as_fat;
	unsigned links;
	struct buf plain, rest;
};

/* Takes the first name off the rest. 0: there is none; -1: it is too long (errno). */
static int next_name(struct resolving *r, char name[NAME_MAX + 1])
{
	const char *separators = r->as_fat ? "/\\" : "/";
	const char *start = buf_text(&r->rest) + strspn(buf_text(&r->rest), separators);
	size_t n = strcspn(start, separators);
	own_buf struct buf left = {0};

	if (n > NAME_MAX || r->rest.len > PATH_BYTES_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, start, n);
	name[n] = '\0';
	buf_puts(&left, start + n);
	buf_clear(&r->rest);
	buf_add_buf(&r->rest, &left);
	return n > 0;
}

static void climb(struct buf *plain)
{
	const char *slash = plain->len ? strrchr(buf_text(plain), '/') : NULL;
	own_buf struct buf parent = {0};

	if (slash)
		buf_add(&parent, plain->data, (size_t)(slash - plain->data));
	buf_clear(plain);
	buf_add_buf(plain, &parent);
}

/* Puts what a link says before the rest. */
static int follow(struct resolving *r, int link_fd)
{
	own_buf struct buf rest = {0};
	char destination[PATH_MAX];
	ssize_t n = readlinkat(link_fd, "", destination, sizeof(destination));

	if (n < 0)
		return -1;
	if (++r->links > LINKS_MAX) {
		errno = ELOOP;
		return -1;
	}
	buf_add(&rest, destination, (size_t)n);
	buf_addc(&rest, '/');
	buf_add_buf(&rest, &r->rest);
	if (n > 0 && destination[0] == '/')
		buf_clear(&r->plain);
	buf_clear(&r->rest);
	buf_add_buf(&r->rest, &rest);
	return 0;
}

/* One name further. */
static int enter(struct resolving *r, char name[NAME_MAX + 1])
{
	size_t before = r->plain.len;
	struct stat st;
	own_fd int fd = -1;

	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0) {
		climb(&r->plain);
		return 0;
	}
	if (r->as_fat)
		match_name(r->root_fd, buf_text(&r->plain), name);
	if (before)
		buf_addc(&r->plain, '/');
	buf_puts(&r->plain, name);
	fd = open_plain(r->root_fd, buf_text(&r->plain), O_PATH);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (!S_ISLNK(st.st_mode))
		return 0;
	climb(&r->plain);
	return follow(r, fd);
}

/*
 * The links of a hostile tree are read here rather than followed by the kernel, since evidence is
 * mounted so that the kernel follows none (MOUNT_ATTR_NOSYMFOLLOW).
 */
static int open_in(int root_fd, const char *path, bool as_fat, int flags)
{
	struct resolving r = {.root_fd = root_fd, .as_fat = as_fat};
	char name[NAME_MAX + 1];
	int more, result = -1;

	buf_puts(&r.rest, path);
	while ((more = next_name(&r, name)) > 0)
		if (enter(&r, name) < 0) {
			more = -1;
			break;
		}
	if (r.plain.failed || r.rest.failed)
		errno = ENOMEM;
	else if (more == 0)
		result = open_plain(root_fd, buf_text(&r.plain), flags);
	buf_done(&r.plain);
	buf_done(&r.rest);
	return result;
}

/* The tree a path names, and the rest of the path. NULL: there is no such tree. */
static const struct tree *tree_of(const struct targetfs *t, const char *path, const char **out_rest)
{
	for (size_t i = 1; i < TREES_MAX; i++) {
		size_t n = strlen(prefixes[i - 1]);

		if (strncmp(path, prefixes[i - 1], n) == 0) {
			*out_rest = path + n;
			return i < t->count ? &t->trees[i] : NULL;
		}
	}
	*out_rest = path;
	return &t->trees[0];
}

static int open_path(const struct targetfs *t, const char *path, int flags)
{
	const char *rest;
	const struct tree *tree = tree_of(t, path, &rest);

	if (!tree) {
		errno = ENOENT;
		return -1;
	}
	return open_in(tree->fd, rest, tree != &t->trees[0], flags);
}

/* --- Opening and closing --- */

static int add_tree(struct targetfs *t, int fd, const char *dir, struct fault *f)
{
	struct tree *tree = &t->trees[t->count];
	struct stat st;
	char *copy = NULL;

	if (t->count == TREES_MAX)
		return fault_set(f, E2BIG, "adding an EFI system partition: at most %d",
				 TARGETFS_ESPS_MAX);
	if (fstat(fd, &st) < 0)
		return fault_set(f, errno, "looking at the directory");
	if (dir && !(copy = strdup(dir)))
		return fault_set(f, ENOMEM, "adding an EFI system partition");
	*tree = (struct tree){.fd = fd, .dir = copy, .dev = st.st_dev, .ino = st.st_ino};
	t->count++;
	return 0;
}

static int add_directory(struct targetfs *t, const char *path, struct fault *f)
{
	own_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fault_set(f, errno, "opening the directory");
	if (add_tree(t, fd, NULL, f) < 0)
		return -1;
	(void)take_fd(&fd);
	return 0;
}

struct targetfs *targetfs_open(const char *root, struct fault *f)
{
	own_fd int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		fault_set(f, errno, "opening the target");
		return NULL;
	}
	return targetfs_open_at(take_fd(&fd), f);
}

struct targetfs *targetfs_open_at(int root_fd, struct fault *f)
{
	struct targetfs *t = calloc(1, sizeof(*t));
	own_fd int root = root_fd, probe = -1;

	if (!t) {
		fault_set(f, ENOMEM, "opening the target");
		return NULL;
	}
	if (add_tree(t, root, NULL, f) < 0) {
		fault_add(f, "opening the target");
		targetfs_close(t);
		return NULL;
	}
	(void)take_fd(&root);
	probe = open_plain(t->trees[0].fd, "", O_PATH | O_DIRECTORY);
	if (probe < 0) {
		fault_set(f, errno, "looking into the target (openat2, Linux 5.6 or later)");
		targetfs_close(t);
		return NULL;
	}
	return t;
}

void targetfs_close(struct targetfs *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++) {
		close(t->trees[i].fd);
		free(t->trees[i].dir);
	}
	free(t);
}

int targetfs_add_esp(struct targetfs *t, const char *dir, struct fault *f)
{
	if (add_directory(t, dir, f) < 0)
		return fault_add(f, "opening the EFI system partition");
	return 0;
}

static bool is_known_tree(const struct targetfs *t, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return true;
	for (size_t i = 0; i < t->count; i++)
		if (t->trees[i].dev == st.st_dev && t->trees[i].ino == st.st_ino)
			return true;
	return false;
}

static bool has_directory(int root_fd, const char *path)
{
	own_fd int fd = open_in(root_fd, path, true, O_PATH | O_DIRECTORY);

	return fd >= 0;
}

/* /boot holds a directory "efi" as the mount point of a partition: that is not the partition's own. */
static bool looks_like_esp(int fd)
{
	return has_directory(fd, "EFI") && !has_directory(fd, "EFI/EFI");
}

size_t targetfs_find_esps(struct targetfs *t)
{
	static const char *const usual[] = {"/efi", "/boot/efi", "/boot"};
	size_t found = 0;

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		struct fault ignored;
		own_fd int fd = open_in(t->trees[0].fd, usual[i], false, O_RDONLY | O_DIRECTORY);

		if (fd < 0 || is_known_tree(t, fd) || !looks_like_esp(fd))
			continue;
		if (add_tree(t, fd, usual[i], &ignored) < 0)
			break;
		(void)take_fd(&fd);
		found++;
	}
	return found;
}

char *targetfs_canonical(const struct targetfs *t, const char *path)
{
	own_buf struct buf text = {0};

	for (size_t i = 1; i < t->count; i++) {
		size_t n = t->trees[i].dir ? strlen(t->trees[i].dir) : 0;

		if (n && strncmp(path, t->trees[i].dir, n) == 0 && path[n] == '/') {
			buf_puts(&text, prefixes[i - 1]);
			buf_puts(&text, path + n);
			return text.failed ? NULL : take_ptr(text.data);
		}
	}
	return strdup(path);
}

/* --- Files --- */

bool targetfs_stat(const struct targetfs *t, const char *path, struct stat *out)
{
	own_fd int fd = open_path(t, path, O_PATH);

	return fd >= 0 && fstat(fd, out) == 0;
}

bool targetfs_has(const struct targetfs *t, const char *path)
{
	struct stat st;

	return targetfs_stat(t, path, &st);
}

int targetfs_open_file(const struct targetfs *t, const char *path, struct fault *f)
{
	own_fd int look = open_path(t, path, O_PATH), fd = -1;
	struct stat before, after;

	if (look < 0 || fstat(look, &before) < 0)
		return fault_set(f, errno, "opening");
	/* Opening a device does things to it, so look first; and see that it is still what it was. */
	if (!S_ISREG(before.st_mode))
		return fault_set(f, S_ISDIR(before.st_mode) ? EISDIR : EINVAL,
				 "opening: not a regular file");
	fd = open_path(t, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &after) < 0)
		return fault_set(f, errno, "opening");
	if (before.st_dev != after.st_dev || before.st_ino != after.st_ino)
		return fault_set(f, ESTALE, "opening: it was replaced meanwhile");
	return take_fd(&fd);
}

int targetfs_open_dir(const struct targetfs *t, const char *path, struct fault *f)
{
	int fd = open_path(t, path, O_RDONLY | O_DIRECTORY);

	return fd < 0 ? fault_set(f, errno, "opening the directory") : fd;
}

int targetfs_read(const struct targetfs *t, const char *path, size_t max_bytes, uint8_t **out_data,
		  size_t *out_size, struct fault *f)
{
	own_fd int fd = targetfs_open_file(t, path, f);
	own_mem uint8_t *data = NULL;
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return fault_set(f, errno, "reading");
	if (st.st_size < 0 || (uint64_t)st.st_size > max_bytes)
		return fault_set(f, EFBIG, "reading: more than %zu bytes", max_bytes);
	/* One byte more than there should be: a file that grows is noticed. */
	data = malloc((size_t)st.st_size + 1);
	if (!data)
		return fault_set(f, ENOMEM, "reading %lld bytes", (long long)st.st_size);
	n = fd_pread_full(fd, data, (size_t)st.st_size + 1, 0);
	if (n < 0)
		return fault_set(f, errno, "reading");
	if (n > st.st_size)
		return fault_set(f, EAGAIN, "reading: it grew meanwhile");
	data[n] = '\0';
	*out_data = take_ptr(data);
	*out_size = (size_t)n;
	return 0;
}

/* --- Directories --- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct targetfs_names *list, size_t *capacity, const char *name)
{
	if (list->count == *capacity) {
		size_t wanted = *capacity ? *capacity * 2 : 32;
		char **names = reallocarray(list->names, wanted, sizeof(*names));

		if (!names)
			return -1;
		list->names = names;
		*capacity = wanted;
	}
	list->names[list->count] = strdup(name);
	if (!list->names[list->count])
		return -1;
	list->count++;
	return 0;
}

static int read_names(DIR *stream, struct targetfs_names *list, struct fault *f)
{
	size_t capacity = 0;
	struct dirent *entry;

	while (errno = 0, (entry = readdir(stream))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (list->count == TARGETFS_NAMES_MAX)
			return fault_set(f, EOVERFLOW, "listing: more than %d names",
					 TARGETFS_NAMES_MAX);
		if (add_name(list, &capacity, entry->d_name) < 0)
			return fault_set(f, ENOMEM, "listing");
	}
	return errno ? fault_set(f, errno, "listing") : 0;
}

int targetfs_list(const struct targetfs *t, const char *dir, struct targetfs_names *out,
		  struct fault *f)
{
	own_fd int fd = open_path(t, dir, O_RDONLY | O_DIRECTORY);
	struct targetfs_names list = {0};
	own_dir DIR *stream = NULL;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		*out = list;
		return 0;
	}
	if (fd < 0 || !(stream = fdopendir(fd)))
		return fault_set(f, errno, "opening the directory");
	(void)take_fd(&fd);
	if (read_names(stream, &list, f) < 0) {
		targetfs_names_done(&list);
		return -1;
	}
	if (list.count)
		qsort(list.names, list.count, sizeof(*list.names), compare_names);
	*out = list;
	return 0;
}

void targetfs_names_done(struct targetfs_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	*names = (struct targetfs_names){0};
}

char *targetfs_join(const char *dir, const char *name)
{
	own_buf struct buf text = {0};
	size_t n = strlen(dir);

	buf_puts(&text, dir);
	if (n == 0 || dir[n - 1] != '/')
		buf_addc(&text, '/');
	buf_puts(&text, name + strspn(name, "/"));
	return text.failed ? NULL : take_ptr(text.data);
}
