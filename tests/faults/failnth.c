/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For LD_PRELOAD: lets the n-th call of a family of libc functions fail, once or from then on.
 *
 *   FAULT_CALL=alloc|read|xattr|open|write|stat|dir|thread   the family
 *   FAULT_AT=N            which call fails, from 1; 0 or absent: none, calls are only counted
 *   FAULT_ERRNO=NUMBER    errno of the failure (default: what fits the family)
 *   FAULT_REPEAT=1        every call from the n-th on fails
 *   FAULT_PAUSE_US=N      a pause after each fwrite() and fflush(), in which other threads go on
 *   FAULT_COUNT=FILE      the number of calls is kept there, as an unsigned long
 *
 * Only calls of the main program's own life count: those before its constructors have run are left alone.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

enum family { ALLOC, READ, XATTR, OPEN, WRITE, STAT, DIRECTORY, THREAD, NONE };

static const struct {
	const char *name;
	int error;
} families[] = {
	[ALLOC] = {"alloc", ENOMEM}, [READ] = {"read", EIO},	    [XATTR] = {"xattr", EIO},
	[OPEN] = {"open", EMFILE},   [WRITE] = {"write", ENOSPC},   [STAT] = {"stat", EIO},
	[DIRECTORY] = {"dir", EIO},  [THREAD] = {"thread", EAGAIN},
};

static enum family chosen = NONE;
static unsigned long fail_at;
static int fail_errno;
static bool repeat;
static useconds_t pause_us;
static atomic_ulong own_count, *calls = &own_count;
static atomic_bool ready;
/* Not the dynamic model: making room for such a variable would call malloc() again. */
static __thread bool exempt __attribute__((tls_model("initial-exec")));

/* A file mapped from the start: the sandbox lets nothing be opened later, and no exit is missed. */
static void count_into(const char *path)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
			      0644);
	void *mapped;

	if (fd < 0)
		return;
	if (ftruncate(fd, sizeof(*calls)) == 0) {
		mapped = mmap(NULL, sizeof(*calls), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (mapped != MAP_FAILED)
			calls = mapped;
	}
	close(fd);
}

__attribute__((constructor)) static void configure(void)
{
	const char *call = getenv("FAULT_CALL"), *at = getenv("FAULT_AT");
	const char *error = getenv("FAULT_ERRNO");

	for (size_t i = 0; call && i < sizeof(families) / sizeof(*families); i++) {
		if (strcmp(call, families[i].name) == 0)
			chosen = (enum family)i;
	}
	if (chosen == NONE)
		return;
	fail_at = at ? strtoul(at, NULL, 10) : 0;
	fail_errno = error ? atoi(error) : families[chosen].error;
	repeat = getenv("FAULT_REPEAT") != NULL;
	if (getenv("FAULT_PAUSE_US"))
		pause_us = (useconds_t)atoi(getenv("FAULT_PAUSE_US"));
	if (getenv("FAULT_COUNT"))
		count_into(getenv("FAULT_COUNT"));
	atomic_store(&ready, true);
}

/* True: the caller returns its failure; errno is set. */
static bool fails(enum family family)
{
	unsigned long n;

	if (exempt)
		return false;
	if (family != chosen || !atomic_load(&ready))
		return false;
	n = atomic_fetch_add(calls, 1) + 1;
	if (fail_at == 0 || n < fail_at || (n > fail_at && !repeat))
		return false;
	errno = fail_errno;
	return true;
}

/* The next definition of a function after ours: libc's, or a sanitizer's. */
#define NEXT(name)                                                                                 \
	static __typeof__(&name) next;                                                             \
	if (!next) {                                                                               \
		void *found = dlsym(RTLD_NEXT, #name);                                             \
		memcpy(&next, &found, sizeof(next));                                               \
	}

/*
 * --- Memory ---
 * dlsym() allocates itself, so the next functions are called by names of their own: glibc's, or with
 * FAILNTH_SANITIZER those of the AddressSanitizer runtime that the program brings along.
 */
#ifdef FAILNTH_SANITIZER
#define ALLOCATOR(name) __interceptor_##name
#else
#define ALLOCATOR(name) __libc_##name
#endif
extern void *ALLOCATOR(malloc)(size_t size);
extern void *ALLOCATOR(calloc)(size_t count, size_t size);
extern void *ALLOCATOR(realloc)(void *old, size_t size);

void *malloc(size_t size)
{
	return fails(ALLOC) ? NULL : ALLOCATOR(malloc)(size);
}

void *calloc(size_t count, size_t size)
{
	return fails(ALLOC) ? NULL : ALLOCATOR(calloc)(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails(ALLOC) ? NULL : ALLOCATOR(realloc)(old, size);
}

#ifdef FAILNTH_SANITIZER
/* The sanitizer asks for it as each thread starts, and does not survive a failure. */
int pthread_getattr_np(pthread_t thread, pthread_attr_t *out)
{
	int result;

	NEXT(pthread_getattr_np);
	exempt = true;
	result = next(thread, out);
	exempt = false;
	return result;
}
#endif

void *aligned_alloc(size_t alignment, size_t size)
{
	NEXT(aligned_alloc);
	return fails(ALLOC) ? NULL : next(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
	NEXT(posix_memalign);
	return fails(ALLOC) ? ENOMEM : next(out, alignment, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, bytes);
}

/* --- Reading --- */

ssize_t read(int fd, void *data, size_t size)
{
	NEXT(read);
	return fails(READ) ? -1 : next(fd, data, size);
}

ssize_t pread(int fd, void *data, size_t size, off_t at)
{
	NEXT(pread);
	return fails(READ) ? -1 : next(fd, data, size, at);
}

ssize_t pread64(int fd, void *data, size_t size, off64_t at)
{
	NEXT(pread64);
	return fails(READ) ? -1 : next(fd, data, size, at);
}

ssize_t preadv2(int fd, const struct iovec *parts, int count, off_t at, int flags)
{
	NEXT(preadv2);
	return fails(READ) ? -1 : next(fd, parts, count, at, flags);
}

/* What _FORTIFY_SOURCE makes of them. */
extern ssize_t __read_chk(int fd, void *data, size_t size, size_t room);
extern ssize_t __pread_chk(int fd, void *data, size_t size, off_t at, size_t room);
extern ssize_t __pread64_chk(int fd, void *data, size_t size, off64_t at, size_t room);
extern int __open_2(const char *path, int flags);
extern int __open64_2(const char *path, int flags);
extern int __openat_2(int dir, const char *path, int flags);
extern int __openat64_2(int dir, const char *path, int flags);

ssize_t __read_chk(int fd, void *data, size_t size, size_t room)
{
	NEXT(__read_chk);
	return fails(READ) ? -1 : next(fd, data, size, room);
}

ssize_t __pread_chk(int fd, void *data, size_t size, off_t at, size_t room)
{
	NEXT(__pread_chk);
	return fails(READ) ? -1 : next(fd, data, size, at, room);
}

ssize_t __pread64_chk(int fd, void *data, size_t size, off64_t at, size_t room)
{
	NEXT(__pread64_chk);
	return fails(READ) ? -1 : next(fd, data, size, at, room);
}

/* --- Extended attributes --- */

ssize_t getxattr(const char *path, const char *name, void *value, size_t size)
{
	NEXT(getxattr);
	return fails(XATTR) ? -1 : next(path, name, value, size);
}

ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size)
{
	NEXT(lgetxattr);
	return fails(XATTR) ? -1 : next(path, name, value, size);
}

ssize_t fgetxattr(int fd, const char *name, void *value, size_t size)
{
	NEXT(fgetxattr);
	return fails(XATTR) ? -1 : next(fd, name, value, size);
}

ssize_t listxattr(const char *path, char *list, size_t size)
{
	NEXT(listxattr);
	return fails(XATTR) ? -1 : next(path, list, size);
}

ssize_t llistxattr(const char *path, char *list, size_t size)
{
	NEXT(llistxattr);
	return fails(XATTR) ? -1 : next(path, list, size);
}

ssize_t flistxattr(int fd, char *list, size_t size)
{
	NEXT(flistxattr);
	return fails(XATTR) ? -1 : next(fd, list, size);
}

/* --- Opening. The mode is passed on whether there is one or not: the kernel ignores it then. --- */

#define MODE_OF(flags)                                                                             \
	mode_t mode = 0;                                                                           \
	if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                   \
		va_list rest;                                                                      \
		va_start(rest, flags);                                                             \
		mode = va_arg(rest, mode_t);                                                       \
		va_end(rest);                                                                      \
	}

int open(const char *path, int flags, ...)
{
	MODE_OF(flags)
	NEXT(open);
	return fails(OPEN) ? -1 : next(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	MODE_OF(flags)
	NEXT(open64);
	return fails(OPEN) ? -1 : next(path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	MODE_OF(flags)
	NEXT(openat);
	return fails(OPEN) ? -1 : next(dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...)
{
	MODE_OF(flags)
	NEXT(openat64);
	return fails(OPEN) ? -1 : next(dir, path, flags, mode);
}

int __open_2(const char *path, int flags)
{
	NEXT(__open_2);
	return fails(OPEN) ? -1 : next(path, flags);
}

int __open64_2(const char *path, int flags)
{
	NEXT(__open64_2);
	return fails(OPEN) ? -1 : next(path, flags);
}

int __openat_2(int dir, const char *path, int flags)
{
	NEXT(__openat_2);
	return fails(OPEN) ? -1 : next(dir, path, flags);
}

int __openat64_2(int dir, const char *path, int flags)
{
	NEXT(__openat64_2);
	return fails(OPEN) ? -1 : next(dir, path, flags);
}

FILE *fopen(const char *path, const char *mode)
{
	NEXT(fopen);
	return fails(OPEN) ? NULL : next(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
	NEXT(fopen64);
	return fails(OPEN) ? NULL : next(path, mode);
}

/* openat2(2), getdents64(2) and statx(2) may come without a libc function of their own. */
long syscall(long number, ...)
{
	long a[6];
	va_list rest;

	va_start(rest, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(rest, long);
	va_end(rest);
	if ((number == SYS_openat2 && fails(OPEN)) ||
	    (number == SYS_getdents64 && fails(DIRECTORY)) ||
	    (number == SYS_statx && fails(STAT)) || (number == SYS_pread64 && fails(READ)))
		return -1;
	NEXT(syscall);
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* --- Writing --- */

ssize_t write(int fd, const void *data, size_t size)
{
	NEXT(write);
	return fails(WRITE) ? -1 : next(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
	NEXT(pwrite);
	return fails(WRITE) ? -1 : next(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
	NEXT(pwrite64);
	return fails(WRITE) ? -1 : next(fd, data, size, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	NEXT(writev);
	return fails(WRITE) ? -1 : next(fd, parts, count);
}

/*
 * stdio does not call write(2) by its symbol: fail the calls that lead there, and leave the mark that ferror()
 * looks at (glibc's _IO_ERR_SEEN).
 */
enum { ERROR_SEEN = 0x20 };

size_t fwrite(const void *data, size_t size, size_t count, FILE *stream)
{
	NEXT(fwrite);
	if (!fails(WRITE)) {
		size_t written = next(data, size, count, stream);

		usleep(pause_us);
		return written;
	}
	stream->_flags |= ERROR_SEEN;
	return 0;
}

int fflush(FILE *stream)
{
	NEXT(fflush);
	if (!stream || !fails(WRITE)) {
		int result = next(stream);

		usleep(pause_us);
		return result;
	}
	stream->_flags |= ERROR_SEEN;
	return EOF;
}

/* --- Metadata and directories --- */

int fstat(int fd, struct stat *out)
{
	NEXT(fstat);
	return fails(STAT) ? -1 : next(fd, out);
}

int fstatat(int dir, const char *path, struct stat *out, int flags)
{
	NEXT(fstatat);
	return fails(STAT) ? -1 : next(dir, path, out, flags);
}

int statx(int dir, const char *path, int flags, unsigned mask, struct statx *out)
{
	NEXT(statx);
	return fails(STAT) ? -1 : next(dir, path, flags, mask, out);
}

struct dirent *readdir(DIR *dir)
{
	NEXT(readdir);
	return fails(DIRECTORY) ? NULL : next(dir);
}

struct dirent64 *readdir64(DIR *dir)
{
	NEXT(readdir64);
	return fails(DIRECTORY) ? NULL : next(dir);
}

ssize_t getdents64(int fd, void *data, size_t size)
{
	NEXT(getdents64);
	return fails(DIRECTORY) ? -1 : next(fd, data, size);
}

DIR *fdopendir(int fd)
{
	NEXT(fdopendir);
	return fails(DIRECTORY) ? NULL : next(fd);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
	NEXT(pthread_create);
	return fails(THREAD) ? fail_errno : next(thread, attr, start, arg);
}
