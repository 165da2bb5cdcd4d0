/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening below a directory without following links (openat2, Linux 5.6), and whole reads. */
#include "scanner/base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scanner/base/own.h"

enum { SAFE_FLAGS = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

static int openat2_beneath(int dir, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | SAFE_FLAGS),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

/* The next component of *path, at most NAME_MAX long; false when it is not one we may enter. */
static bool next_component(const char **path, char name[NAME_MAX + 1])
{
	const char *p = *path + strspn(*path, "/");
	size_t n = strcspn(p, "/");

	if (n > NAME_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(name, p, n);
	name[n] = '\0';
	if (strcmp(name, "..") == 0) {
		errno = EXDEV;
		return false;
	}
	*path = p + n + strspn(p + n, "/");
	return true;
}

/* O_DIRECTORY makes a symbolic link ENOTDIR as well; openat2 says ELOOP, and callers tell them apart. */
static int enter(int dir, const char *name)
{
	struct stat st;
	int next = openat(dir, name, O_PATH | O_DIRECTORY | SAFE_FLAGS);

	if (next < 0 && errno == ENOTDIR) {
		bool link =
			fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);

		errno = link ? ELOOP : ENOTDIR;
	}
	return next;
}

/* For paths beyond PATH_MAX and kernels without openat2: one component at a time. */
static int open_by_components(int root_fd, const char *path, int flags)
{
	own_fd int dir = -1;
	char name[NAME_MAX + 1];

	for (;;) {
		int from = dir >= 0 ? dir : root_fd, next;

		if (!next_component(&path, name))
			return -1;
		if (!*path)
			return openat(from, *name ? name : ".", flags | SAFE_FLAGS);
		next = enter(from, name);
		if (next < 0)
			return -1;
		own_close_fd(&dir);
		dir = next;
	}
}

int fd_open_beneath(int root_fd, const char *path, int flags, struct fault *f)
{
	int fd = -1;

	if (*path == '/')
		path += strspn(path, "/");
	if (!*path)
		path = ".";
	errno = ENAMETOOLONG;
	if (strlen(path) < PATH_MAX)
		fd = openat2_beneath(root_fd, path, flags);
	if (fd < 0 && (errno == ENAMETOOLONG || errno == ENOSYS || errno == EAGAIN))
		fd = open_by_components(root_fd, path, flags);
	/* EPERM is O_NOATIME on a file that is not ours, without CAP_FOWNER. */
	if (fd < 0 && errno == EPERM && (flags & O_NOATIME))
		return fd_open_beneath(root_fd, path, flags & ~O_NOATIME, f);
	if (fd < 0)
		return fault_set(f, errno, "opening it");
	return fd;
}

ssize_t fd_pread_full(int fd, void *data, size_t size, uint64_t offset)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pread(fd, (char *)data + done, size - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int fd_read_file(const char *path, size_t max_bytes, uint8_t **out_data, size_t *out_size,
		 struct fault *f)
{
	own_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	own_mem uint8_t *data = NULL;
	size_t size = 0, cap = 0;

	if (fd < 0)
		return fault_set(f, errno, "opening it");
	for (;;) {
		ssize_t n;

		/* One byte is always kept for the NUL that lets text be used as a string. */
		if (cap - size < 2) {
			uint8_t *more = realloc(data, cap = cap ? cap * 2 : 4096);

			if (!more)
				return fault_set(f, ENOMEM, "reading it");
			data = more;
		}
		n = read(fd, data + size, cap - size - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set(f, errno, "reading it");
		if (n == 0)
			break;
		size += (size_t)n;
		if (size > max_bytes)
			return fault_set(f, EFBIG, "reading it: more than %zu bytes", max_bytes);
	}
	data[size] = '\0';
	*out_data = take_ptr(data);
	*out_size = size;
	return 0;
}
