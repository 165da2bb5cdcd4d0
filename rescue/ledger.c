/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has to be undone: written before it is done, read by whoever cleans up. */
#include "rescue/ledger.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rescue/deviceid.h"
#include "rescue/unmount.h"
#include "scanner/base/buf.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"

enum {
	NUMBERS_MAX = 1000,
	LEDGER_BYTES_MAX = 1 << 20,
	/* A minute: one that a dying disk holds may never end, killed or not. */
	LENT_PAUSE_US = 100 * 1000,
	LENT_TRIES = 600,
};

static char *path_of(const char *dir, const char *name)
{
	own_buf struct buf path = {0};

	buf_printf(&path, "%s/%s", dir, name);
	return path.failed ? NULL : take_ptr(path.data);
}

/* --- Writing: texts ended by NUL, of which the first two are `at` and the target --- */

static int append(const struct ledger *ledger, const char *text, struct fault *f)
{
	size_t size = strlen(text) + 1;

	if (write(ledger->lock_fd, text, size) != (ssize_t)size || fdatasync(ledger->lock_fd) < 0)
		return fault_set(f, errno, "writing %s/ledger", ledger->dir);
	return 0;
}

/* Held while a ledger is begun or cleaned, so that none is taken for left over at its birth. -1: none. */
static int lock_base(const char *base)
{
	own_fd int fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return -1;
	return take_fd(&fd);
}

/* The first number that is free, as a directory nobody else may enter. */
static int make_dir(const char *base, struct ledger *ledger, struct fault *f)
{
	for (unsigned n = 1; n < NUMBERS_MAX; n++) {
		char number[16];
		own_mem char *dir = NULL;

		snprintf(number, sizeof(number), "%u", n);
		dir = path_of(base, number);
		if (!dir)
			return fault_set(f, ENOMEM, "making a directory");
		if (mkdir(dir, 0700) == 0) {
			ledger->number = n;
			ledger->dir = take_ptr(dir);
			return 0;
		}
		if (errno != EEXIST)
			return fault_set(f, errno, "making the directory %s", dir);
	}
	return fault_set(f, ENOSPC, "making a directory below %s: too many", base);
}

static int open_new(struct ledger *ledger, const char *at, const char *target, struct fault *f)
{
	own_mem char *path = path_of(ledger->dir, "ledger");
	own_mem char *root = path_of(ledger->dir, "root");

	if (!path || !root)
		return fault_set(f, ENOMEM, "writing the ledger");
	ledger->at = strdup(at ? at : root);
	ledger->target = strdup(target);
	if (!ledger->at || !ledger->target)
		return fault_set(f, ENOMEM, "writing the ledger");
	ledger->lock_fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (ledger->lock_fd < 0 || flock(ledger->lock_fd, LOCK_EX | LOCK_NB) < 0)
		return fault_set(f, errno, "making %s", path);
	if (append(ledger, ledger->at, f) < 0 || append(ledger, ledger->target, f) < 0)
		return -1;
	if (!at && mkdir(root, 0700) < 0)
		return fault_set(f, errno, "making the directory %s", root);
	return 0;
}

int ledger_begin(const char *base, const char *at, const char *target, struct ledger *out,
		 struct fault *f)
{
	struct ledger ledger = {.lock_fd = -1};
	own_fd int lock = -1;

	if (mkdir(base, 0700) < 0 && errno != EEXIST)
		return fault_set(f, errno, "making the directory %s", base);
	lock = lock_base(base);
	if (lock < 0)
		return fault_set(f, errno, "locking %s", base);
	if (make_dir(base, &ledger, f) < 0 || open_new(&ledger, at, target, f) < 0) {
		struct remark_list none = {0}; /* nothing was made yet */
		struct fault ignored;

		if (ledger.dir && ledger_undo(&ledger, &none, &ignored) < 0)
			fault_add(f, "%s stays", ledger.dir);
		remark_list_done(&none);
		ledger_done(&ledger);
		return -1;
	}
	*out = ledger;
	return 0;
}

static int keep(struct ledger *ledger, enum undo_kind kind, const char *what, struct fault *f)
{
	struct ledger_entry *more = reallocarray(ledger->entries, ledger->count + 1, sizeof(*more));
	char *copy = strdup(what);

	if (more)
		ledger->entries = more;
	if (!more || !copy) {
		free(copy);
		return fault_set(f, ENOMEM, "keeping the ledger");
	}
	ledger->entries[ledger->count++] = (struct ledger_entry){kind, copy};
	return 0;
}

static bool has_device(const struct ledger *ledger, const char *path)
{
	for (size_t i = 0; i < ledger->count; i++)
		if (ledger->entries[i].kind == UNDO_DEVICE &&
		    strcmp(ledger->entries[i].what, path) == 0)
			return true;
	return false;
}

int ledger_add(struct ledger *ledger, enum undo_kind kind, const char *what, struct fault *f)
{
	own_buf struct buf line = {0};

	/* What was made over a device since is undone before its first entry is, and might not be before a later one. */
	if (kind == UNDO_DEVICE && has_device(ledger, what))
		return 0;

	buf_printf(&line, "%s=%s", undo_kind_name(kind), what);
	if (line.failed)
		return fault_set(f, ENOMEM, "writing %s/ledger", ledger->dir);
	return append(ledger, buf_text(&line), f) < 0 ? -1 : keep(ledger, kind, what, f);
}

int ledger_add_device(struct ledger *ledger, const char *path, struct fault *f)
{
	own_buf struct buf what = {0};
	struct deviceid id = {0};

	if (deviceid_of_path(path, &id, f) < 0)
		return -1;
	deviceid_encode(&id, &what);
	buf_printf(&what, " %s", path);
	if (what.failed)
		return fault_set(f, ENOMEM, "writing %s/ledger", ledger->dir);
	return ledger_add(ledger, UNDO_DEVICE, buf_text(&what), f);
}

/* One file for all, "lent": the lock is shared by whoever has it open, and goes with the last of them. */
static int open_lent(const struct ledger *ledger, int flags, int lock, struct fault *f)
{
	own_mem char *path = path_of(ledger->dir, "lent");
	own_fd int fd = path ? open(path, flags | O_RDONLY | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return fault_set(f, path ? errno : ENOMEM, "opening %s/lent", ledger->dir);
	for (int tries = 0; flock(fd, lock | LOCK_NB) < 0; tries++) {
		if (errno != EINTR && errno != EWOULDBLOCK)
			return fault_set(f, errno, "locking %s/lent", ledger->dir);
		if (tries == LENT_TRIES)
			return fault_set(f, EBUSY,
					 "a program that was at work for %s has not ended",
					 ledger->dir);
		(void)usleep(LENT_PAUSE_US);
	}
	return take_fd(&fd);
}

int ledger_lend(const struct ledger *ledger, struct fault *f)
{
	return open_lent(ledger, O_CREAT, LOCK_SH, f);
}

/* A program that was at work when its ima-rescue was killed is being killed too: it may take a moment. */
static int wait_for_borrowers(const struct ledger *ledger, struct fault *f)
{
	struct fault fault;
	int fd = open_lent(ledger, 0, LOCK_EX, &fault);

	if (fd >= 0)
		close(fd);
	else if (fault.os != ENOENT) {
		*f = fault;
		return -1;
	}
	return 0;
}

int ledger_set_ready(struct ledger *ledger, struct fault *f)
{
	own_mem char *path = path_of(ledger->dir, "ready");
	own_fd int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return fault_set(f, path ? errno : ENOMEM, "writing %s/ready", ledger->dir);
	ledger->ready = true;
	return 0;
}

/* --- Undoing --- */

static int remove_name(const char *dir, const char *name, int flags, struct fault *f)
{
	own_mem char *path = path_of(dir, name);

	if (!path)
		return fault_set(f, ENOMEM, "removing %s", dir);
	if (unlinkat(AT_FDCWD, path, flags) < 0 && errno != ENOENT)
		return fault_set(f, errno, "removing %s", path);
	return 0;
}

/* What is left alone for good is no reason to keep the ledger. */
static int undo_entry(const struct ledger *ledger, const struct ledger_entry *entry,
		      struct remark_list *remarks, struct fault *f)
{
	struct fault fault;

	if (undo_one(entry->kind, entry->what, &fault) == 0)
		return 0;
	if (fault.os == ESTALE) {
		fault.os = 0;
		remark_add(remarks, ledger->dir, &fault);
		return 0;
	}
	*f = fault;
	return -1;
}

int ledger_undo(struct ledger *ledger, struct remark_list *remarks, struct fault *f)
{
	/* From here on it is not whole, so that a crash leaves it to be cleaned. */
	if (remove_name(ledger->dir, "ready", 0, f) < 0)
		return -1;
	ledger->ready = false;
	if (wait_for_borrowers(ledger, f) < 0)
		return -1;
	if (ledger->at && unmount_below(ledger->at, f) < 0)
		return -1;
	while (ledger->count) {
		const struct ledger_entry *last = &ledger->entries[ledger->count - 1];

		if (undo_entry(ledger, last, remarks, f) < 0)
			return -1;
		free(ledger->entries[--ledger->count].what);
	}
	if (remove_name(ledger->dir, "root", AT_REMOVEDIR, f) < 0 ||
	    remove_name(ledger->dir, "lent", 0, f) < 0 ||
	    remove_name(ledger->dir, "socket", 0, f) < 0 ||
	    remove_name(ledger->dir, "ledger", 0, f) < 0)
		return -1;
	if (rmdir(ledger->dir) < 0 && errno != ENOENT)
		return fault_set(f, errno, "removing %s", ledger->dir);
	return 0;
}

/* What was read of it. */
static void forget(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->count; i++)
		free(ledger->entries[i].what);
	free(ledger->entries);
	free(ledger->at);
	free(ledger->target);
	ledger->entries = NULL;
	ledger->count = 0;
	ledger->at = ledger->target = NULL;
	ledger->ready = false;
}

void ledger_done(struct ledger *ledger)
{
	if (ledger->lock_fd >= 0)
		close(ledger->lock_fd);
	forget(ledger);
	free(ledger->dir);
	*ledger = (struct ledger){.lock_fd = -1};
}

/* --- Reading --- */

static char *next_text(const uint8_t *data, size_t size, size_t *at)
{
	const uint8_t *end = *at < size ? memchr(data + *at, '\0', size - *at) : NULL;
	const char *text = (const char *)data + *at;

	/* The last one may have been cut off by a crash: then it was not acted upon either. */
	if (!end)
		return NULL;
	*at = (size_t)(end - data) + 1;
	return strdup(text);
}

/* "device=/dev/sda". A kind that we do not know was written by a newer version, which has to undo it. */
static int read_entry(struct ledger *ledger, const char *text, struct fault *f)
{
	const char *equals = strchr(text, '=');
	enum undo_kind kind;

	if (!equals || !undo_kind_from_name(text, (size_t)(equals - text), &kind))
		return fault_set(f, 0, "%s/ledger has an entry of an unknown kind", ledger->dir);
	return keep(ledger, kind, equals + 1, f);
}

static int read_file(int fd, uint8_t **out_data, size_t *out_size, struct fault *f)
{
	own_mem uint8_t *data = NULL;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return fault_set(f, errno, "reading the ledger");
	if (st.st_size > LEDGER_BYTES_MAX)
		return fault_set(f, EFBIG, "reading the ledger");
	data = malloc((size_t)st.st_size + 1);
	if (!data)
		return fault_set(f, ENOMEM, "reading the ledger");
	n = fd_pread_full(fd, data, (size_t)st.st_size, 0);
	if (n < 0)
		return fault_set(f, errno, "reading the ledger");
	*out_data = take_ptr(data);
	*out_size = (size_t)n;
	return 0;
}

/* What a ledger says; one that a crash cut short says less. */
static int read_ledger(struct ledger *ledger, int fd, struct fault *f)
{
	own_mem char *ready = path_of(ledger->dir, "ready");
	own_mem uint8_t *data = NULL;
	size_t size = 0, at = 0;
	char *entry;

	forget(ledger);
	if (!ready)
		return fault_set(f, ENOMEM, "reading the ledger");
	ledger->ready = access(ready, F_OK) == 0;
	if (read_file(fd, &data, &size, f) < 0)
		return -1;
	ledger->at = next_text(data, size, &at);
	ledger->target = next_text(data, size, &at);
	while ((entry = next_text(data, size, &at))) {
		int result = read_entry(ledger, entry, f);

		free(entry);
		if (result < 0)
			return -1;
	}
	return 0;
}

/* -1 with *f filled. ENOENT: it crashed before the first word, or went. */
static int open_ledger(const struct ledger *ledger, int flags, struct fault *f)
{
	own_mem char *path = path_of(ledger->dir, "ledger");
	int fd = path ? open(path, flags | O_CLOEXEC) : -1;

	return fd < 0 ? fault_set(f, path ? errno : ENOMEM, "opening %s/ledger", ledger->dir) : fd;
}

static int read_found(struct ledger *ledger, struct fault *f)
{
	struct fault fault;
	own_fd int fd = open_ledger(ledger, O_RDONLY, &fault);

	if (fd >= 0)
		return read_ledger(ledger, fd, f);
	if (fault.os == ENOENT)
		return 0;
	*f = fault;
	return -1;
}

static int add_found(struct ledger_list *list, const char *base, unsigned number, struct fault *f)
{
	struct ledger *items = reallocarray(list->items, list->count + 1, sizeof(*items)), *one;
	char name[16];

	if (!items)
		return fault_set(f, ENOMEM, "reading %s", base);
	list->items = items;
	one = &list->items[list->count++];
	snprintf(name, sizeof(name), "%u", number);
	*one = (struct ledger){.number = number, .dir = path_of(base, name), .lock_fd = -1};
	return one->dir ? read_found(one, f) : fault_set(f, ENOMEM, "reading %s", base);
}

int ledger_find_all(const char *base, struct ledger_list *out, struct fault *f)
{
	struct ledger_list list = {0};

	for (unsigned n = 1; n < NUMBERS_MAX; n++) {
		char name[16];
		own_mem char *dir = NULL;

		snprintf(name, sizeof(name), "%u", n);
		dir = path_of(base, name);
		if (!dir || access(dir, F_OK) < 0)
			continue;
		if (add_found(&list, base, n, f) < 0) {
			ledger_list_done(&list);
			return -1;
		}
	}
	*out = list;
	return 0;
}

void ledger_list_done(struct ledger_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		ledger_done(&list->items[i]);
	free(list->items);
	*list = (struct ledger_list){0};
}

/* Is this file the ledger still? */
static bool is_current(const struct ledger *ledger, int fd)
{
	own_mem char *path = path_of(ledger->dir, "ledger");
	struct stat locked, named;

	return path && fstat(fd, &locked) == 0 && stat(path, &named) == 0 &&
	       locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

int ledger_take(struct ledger *ledger, struct fault *f)
{
	struct fault fault;
	own_fd int fd = open_ledger(ledger, O_RDWR | O_APPEND, &fault);

	/* Without a file there is nothing to lock, and nothing is known. */
	if (fd < 0 && fault.os == ENOENT) {
		forget(ledger);
		return 0;
	}
	if (fd < 0) {
		*f = fault;
		return -1;
	}
	/* One that was removed before it was locked: who removed it was at work just now. */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || !is_current(ledger, fd))
		return fault_set(f, EBUSY, "it is being worked on");
	if (read_ledger(ledger, fd, f) < 0)
		return -1;
	ledger->lock_fd = take_fd(&fd);
	return 0;
}

/* Whole, or somebody's: nothing that a crash left. */
static bool take_left(struct ledger *ledger)
{
	struct fault ignored;

	return !ledger->ready && ledger_take(ledger, &ignored) == 0 && !ledger->ready;
}

void ledger_clean_up(const char *base, struct remark_list *remarks)
{
	own_fd int lock = lock_base(base);
	struct ledger_list list;
	struct fault fault;

	/* No directory: nothing was ever begun. */
	if (lock < 0 || ledger_find_all(base, &list, &fault) < 0)
		return;
	for (size_t i = 0; i < list.count; i++)
		if (take_left(&list.items[i]) && ledger_undo(&list.items[i], remarks, &fault) < 0)
			remark_add(remarks, list.items[i].dir, &fault);
	ledger_list_done(&list);
}
