/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copying a file out of a target with all that belongs to it (attr_copy_fd(3), utimensat(2)). */
#include "rescue/takeout.h"

#include <attr/error_context.h>
#include <attr/libattr.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "scanner/base/own.h"
#include "scanner/digest.h"

enum { CHUNK = 256 * 1024, NAMES_MAX = 64 * 1024, VALUE_MAX = 64 * 1024 };

/* --- Extended attributes, written down --- */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_value(int fd, const char *name, struct buf *out, struct fault *f)
{
	own_mem uint8_t *value = malloc(VALUE_MAX);
	ssize_t n = value ? fgetxattr(fd, name, value, VALUE_MAX) : -1;

	if (!value)
		return fault_set(f, ENOMEM, "reading the attribute %s", name);
	if (n < 0)
		return fault_set(f, errno, "reading the attribute %s", name);
	buf_puts(out, name);
	buf_addc(out, ' ');
	buf_hex(out, value, (size_t)n);
	/* Which no name can hold. */
	buf_addc(out, '\0');
	return out->failed ? fault_set(f, ENOMEM, "reading the attribute %s", name) : 0;
}

/* The kernel ends each name by NUL. */
static size_t split_names(char *list, size_t size, char **names, size_t max)
{
	size_t count = 0;

	for (size_t at = 0; at < size && count < max; at += strlen(list + at) + 1)
		names[count++] = list + at;
	return count;
}

static int write_down(int fd, struct buf *out, struct fault *f)
{
	own_mem char *list = malloc(NAMES_MAX + 1);
	/* A name has at least one byte beside its NUL. */
	own_mem char **names = calloc(NAMES_MAX / 2, sizeof(*names));
	ssize_t size = list ? flistxattr(fd, list, NAMES_MAX) : -1;
	size_t count;

	if (!list || !names)
		return fault_set(f, ENOMEM, "listing the attributes");
	if (size < 0)
		return errno == ENOTSUP ? 0 : fault_set(f, errno, "listing the attributes");
	list[size] = '\0';
	count = split_names(list, (size_t)size, names, NAMES_MAX / 2);
	qsort(names, count, sizeof(names[0]), compare_texts);
	for (size_t i = 0; i < count; i++)
		if (add_value(fd, names[i], out, f) < 0)
			return -1;
	return 0;
}

/* --- Content --- */

static int copy_content(int from, int to, struct digester *sha1, struct digester *sha256,
			struct takeout *out, struct fault *f)
{
	own_mem uint8_t *chunk = malloc(CHUNK);
	ssize_t n;

	if (!chunk)
		return fault_set(f, ENOMEM, "copying");
	while ((n = read(from, chunk, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set(f, errno, "reading");
		if (digester_update(sha1, chunk, (size_t)n, f) < 0 ||
		    digester_update(sha256, chunk, (size_t)n, f) < 0)
			return -1;
		for (ssize_t done = 0; done < n;) {
			ssize_t w = write(to, chunk + done, (size_t)(n - done));

			if (w < 0 && errno != EINTR)
				return fault_set(f, errno, "writing the copy");
			done += w > 0 ? w : 0;
		}
		out->bytes += (uint64_t)n;
	}
	return 0;
}

static int hash_and_copy(int from, int to, struct digester *sha1, struct digester *sha256,
			 struct takeout *out, struct fault *f)
{
	struct digest digest;

	if (digester_begin(sha1, hashalgo_by_name("sha1"), f) < 0 ||
	    digester_begin(sha256, hashalgo_by_name("sha256"), f) < 0 ||
	    copy_content(from, to, sha1, sha256, out, f) < 0 || digester_end(sha1, &digest, f) < 0)
		return -1;
	memcpy(out->sha1, digest.value, sizeof(out->sha1));
	if (digester_end(sha256, &digest, f) < 0)
		return -1;
	memcpy(out->sha256, digest.value, sizeof(out->sha256));
	return 0;
}

/* --- What belongs to it --- */

/* Every attribute is evidence, also those that libattr would leave to others. */
static int every_one(const char *name, struct error_context *context)
{
	(void)name;
	(void)context;
	return 1;
}

static void say_nothing(struct error_context *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

/* What the copy's file system does not take is said, and no failure: the manifest holds it. */
static void copy_belongings(const char *source, int from, const char *name, int to,
			    struct takeout *out)
{
	struct error_context context = {.error = say_nothing};
	const struct timespec times[2] = {out->st.st_atim, out->st.st_mtim};
	bool owner, mode, attributes, time;

	owner = fchown(to, out->st.st_uid, out->st.st_gid) == 0;
	mode = fchmod(to, out->st.st_mode & 07777) == 0;
	/* After the owner, whose change takes capabilities away. */
	attributes = attr_copy_fd(source, from, name, to, every_one, &context) == 0;
	time = futimens(to, times) == 0;
	snprintf(out->lacking, sizeof(out->lacking), "%s%s%s%s", owner ? "" : "owner ",
		 mode ? "" : "mode ", attributes ? "" : "attributes ", time ? "" : "times ");
	for (size_t n = strlen(out->lacking); n && out->lacking[n - 1] == ' ';)
		out->lacking[--n] = '\0';
}

static int open_source(const char *source, struct stat *out, struct fault *f)
{
	own_fd int fd = open(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOATIME);

	/* Only an owner or the superuser may leave the time of access alone. */
	if (fd < 0 && errno == EPERM)
		fd = open(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, out) < 0)
		return fault_set(f, errno, "opening");
	if (!S_ISREG(out->st_mode))
		return fault_set(f, EINVAL, "copying: not a regular file");
	return take_fd(&fd);
}

int takeout_file(const char *source, int to_fd, const char *name, struct digester *sha1,
		 struct digester *sha256, struct takeout *out, struct fault *f)
{
	struct takeout takeout = {0};
	own_fd int from = open_source(source, &takeout.st, f), to = -1;

	if (from < 0)
		return -1;
	to = openat(to_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return fault_set(f, errno, "making the copy %s", name);
	if (write_down(from, &takeout.xattrs, f) < 0 ||
	    hash_and_copy(from, to, sha1, sha256, &takeout, f) < 0) {
		(void)unlinkat(to_fd, name, 0);
		takeout_done(&takeout);
		return -1;
	}
	copy_belongings(source, from, name, to, &takeout);
	if (fsync(to) < 0) {
		fault_set(f, errno, "writing the copy");
		(void)unlinkat(to_fd, name, 0);
		takeout_done(&takeout);
		return -1;
	}
	*out = takeout;
	return 0;
}

void takeout_done(struct takeout *takeout)
{
	buf_done(&takeout->xattrs);
	*takeout = (struct takeout){0};
}
