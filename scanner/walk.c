/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Depth-first walk by descriptors, with bounded memory and bounded descriptors. */
#include "scanner/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "scanner/base/buf.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"

enum {
	WINDOW_ENTRIES = 16384,	    /* sorted at a time: bounds memory in a directory of millions */
	DENTS_BYTES = 128 * 1024,   /* per getdents64(2) */
	OPEN_FRAMES = 32,	    /* descriptors kept on the way down */
	DEPTH_MAX = 32768,	    /* deeper than any honest tree */
	PATH_BYTES_MAX = 64 * 1024, /* each file in flight costs its whole path, several times */
	OPEN_DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
};

/* As getdents64(2) fills them. */
struct dirent_raw {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

struct found {
	uint64_t ino;
	uint32_t name; /* offset into window_names */
	uint8_t type;
};

/* A directory on the way down. */
struct frame {
	struct walk_dir *dir; /* NULL while its descriptor is given up */
	uint64_t dev, ino;
	size_t path_size;		 /* of walk.path */
	uint64_t pending, pending_first; /* next subdirectory name, and where its names begin */
};

struct walk {
	const struct walk_options *options;
	walk_emit_fn *emit;
	void *context;
	struct walk_totals *totals;
	struct walk_batch *batch;
	bool stopped;
	struct buf path;	   /* of the directory being read */
	struct namestack *pending; /* names of subdirectories still to be entered */
	struct buf window_names;
	struct found *window;
	size_t window_count;
	char *dents;
	struct frame *frames;
	size_t depth, frames_cap;
};

struct walk_dir *walk_dir_ref(struct walk_dir *dir)
{
	atomic_fetch_add(&dir->refs, 1);
	return dir;
}

void walk_dir_unref(struct walk_dir *dir)
{
	if (!dir || atomic_fetch_sub(&dir->refs, 1) != 1)
		return;
	close(dir->fd);
	free(dir);
}

static struct walk_dir *dir_new(int fd, const struct fsinfo *fs, const struct buf *path)
{
	struct walk_dir *dir = malloc(sizeof(*dir) + path->len + 1);

	if (!dir)
		return NULL;
	atomic_init(&dir->refs, 1);
	dir->fd = fd;
	dir->fs = fs;
	dir->path_size = path->len;
	memcpy(dir->path, buf_text(path), path->len + 1);
	return dir;
}

void walk_batch_free(struct walk_batch *batch)
{
	if (!batch)
		return;
	walk_dir_unref(batch->dir);
	free(batch->fault_path);
	free(batch);
}

bool walk_is_excluded(const struct walk_options *options, const char *path)
{
	for (size_t i = 0; i < options->exclude_count; i++) {
		const char *pattern = options->excludes[i];

		if (fnmatch(pattern + (*pattern == '/'), path, 0) == 0)
			return true;
	}
	return false;
}

/* --- Batches ------------------------------------------------------------------------------------
 */

static void send(struct walk *w, struct walk_batch *batch)
{
	if (w->stopped)
		walk_batch_free(batch);
	else
		w->stopped = !w->emit(w->context, batch);
}

static int flush(struct walk *w)
{
	if (w->batch && w->batch->count)
		send(w, take_ptr(w->batch));
	return 0;
}

static int report(struct walk *w, const struct buf *path, const struct fault *fault)
{
	struct walk_batch *batch = calloc(1, sizeof(*batch));

	if (!batch)
		return -1;
	batch->fault_path = strdup(buf_text(path));
	if (!batch->fault_path) {
		free(batch);
		return -1;
	}
	batch->fault = *fault;
	flush(w);
	send(w, batch);
	return 0;
}

static int add_entry(struct walk *w, struct walk_dir *dir, const struct found *found)
{
	const char *name = w->window_names.data + found->name;
	size_t size = strlen(name) + 1;
	struct walk_batch *b = w->batch;

	if (b && (b->count == WALK_BATCH_MAX || b->dir != dir))
		flush(w);
	b = w->batch;
	if (!b) {
		b = w->batch = malloc(sizeof(*b));
		if (!b)
			return -1;
		b->count = b->names_used = 0;
		b->fault_path = NULL;
		b->dir = walk_dir_ref(dir);
	}
	b->entries[b->count++] = (struct walk_entry){
		.ino = found->ino,
		.name = (uint16_t)b->names_used,
		.type = found->type,
	};
	memcpy(b->names + b->names_used, name, size);
	b->names_used += size;
	return 0;
}

/* --- Reading one directory --- */

static int by_inode(const void *a, const void *b, void *names)
{
	const struct found *x = a, *y = b;

	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	/* Two names of one inode: not in the directory's order, which a copy of it does not have. */
	return strcmp((const char *)names + x->name, (const char *)names + y->name);
}

/* d_type is a hint that some file systems leave out; DT_UNKNOWN would hide directories. */
static uint8_t type_of(int dir_fd, const char *name)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))
		return DT_REG; /* the worker finds out why, and reports it */
	return IFTODT(st.st_mode);
}

static bool is_excluded(struct walk *w, const char *name)
{
	size_t size = w->path.len;
	bool excluded;

	if (!w->options->exclude_count)
		return false;
	buf_printf(&w->path, "%s%s", size ? "/" : "", name);
	excluded = walk_is_excluded(w->options, buf_text(&w->path));
	w->path.len = size;
	if (w->path.data)
		w->path.data[size] = '\0';
	return excluded;
}

/* Sorts the window, emits it, and puts its directories on the stack of those to be entered. */
static int drain_window(struct walk *w, struct walk_dir *dir)
{
	if (w->window_names.failed)
		return -1;
	qsort_r(w->window, w->window_count, sizeof(*w->window), by_inode, w->window_names.data);
	for (size_t i = 0; i < w->window_count && !w->stopped; i++) {
		struct found *found = &w->window[i];
		const char *name = w->window_names.data + found->name;

		if (is_excluded(w, name)) {
			w->totals->excluded++;
			continue;
		}
		if (found->type == DT_UNKNOWN)
			found->type = type_of(dir->fd, name);
		if (found->type == DT_DIR && namestack_push(w->pending, name) < 0)
			return -1;
		if (add_entry(w, dir, found) < 0 || w->path.failed)
			return -1;
	}
	w->window_count = 0;
	buf_clear(&w->window_names);
	return 0;
}

static bool is_dot(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

/* FUSE can list names that no system call takes back. */
static int report_long_name(struct walk *w)
{
	struct fault fault;

	fault_set(&fault, ENAMETOOLONG, "an entry of the directory");
	return report(w, &w->path, &fault);
}

static int take_dents(struct walk *w, struct walk_dir *dir, size_t size)
{
	for (size_t at = 0; at < size && !w->stopped;) {
		const struct dirent_raw *d = (const struct dirent_raw *)(w->dents + at);

		at += d->reclen;
		if (is_dot(d->name))
			continue;
		if (strlen(d->name) > NAME_MAX) {
			if (report_long_name(w) < 0)
				return -1;
			continue;
		}
		w->window[w->window_count++] = (struct found){
			.ino = d->ino, .name = (uint32_t)w->window_names.len, .type = d->type};
		buf_add(&w->window_names, d->name, strlen(d->name) + 1);
		if (w->window_count == WINDOW_ENTRIES && drain_window(w, dir) < 0)
			return -1;
	}
	return 0;
}

static int read_dir(struct walk *w, struct walk_dir *dir)
{
	struct fault fault;

	for (;;) {
		long n = syscall(SYS_getdents64, dir->fd, w->dents, DENTS_BYTES);

		if (atomic_load(w->options->stop))
			w->stopped = true;
		if (n == 0 || w->stopped)
			break;
		if (n < 0) {
			/* What was listed before is still looked at. */
			fault_set(&fault, errno, "reading the directory");
			if (report(w, &w->path, &fault) < 0)
				return -1;
			break;
		}
		if (take_dents(w, dir, (size_t)n) < 0)
			return -1;
	}
	return drain_window(w, dir) < 0 ? -1 : flush(w);
}

/* --- Going down and up --- */

static int open_dir(int parent_fd, const char *name)
{
	int fd = openat(parent_fd, name, OPEN_DIR_FLAGS | O_NOATIME);

	if (fd < 0 && errno == EPERM)
		fd = openat(parent_fd, name, OPEN_DIR_FLAGS);
	return fd;
}

/* A mount point whose root is one of the directories above it would never end. */
static bool is_loop(const struct walk *w, const struct statx *st)
{
	if (!(st->stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return false;
	for (size_t i = 0; i < w->depth; i++)
		if (w->frames[i].ino == st->stx_ino &&
		    w->frames[i].dev == makedev(st->stx_dev_major, st->stx_dev_minor))
			return true;
	return false;
}

/* Decides whether an open directory is to be entered, counting why not. */
static bool may_enter(struct walk *w, const struct statx *st, const struct fsinfo *fs)
{
	if (is_loop(w, st)) {
		w->totals->loops++;
		return false;
	}
	if (w->depth && fs->pseudo) {
		w->totals->pseudo++;
		return false;
	}
	if (w->depth && w->options->one_file_system && fs->dev != w->frames[0].dev) {
		w->totals->other_filesystems++;
		return false;
	}
	return true;
}

/* Descriptors far above are given up; going back up opens them anew. */
static void give_up_far_frame(struct walk *w)
{
	struct frame *far;

	if (w->depth <= OPEN_FRAMES)
		return;
	far = &w->frames[w->depth - 1 - OPEN_FRAMES];
	if (far == w->frames)
		return;
	walk_dir_unref(far->dir);
	far->dir = NULL;
}

static int push_frame(struct walk *w, struct walk_dir *dir, uint64_t dev, uint64_t ino)
{
	if (w->depth == w->frames_cap) {
		size_t cap = w->frames_cap ? w->frames_cap * 2 : 64;
		struct frame *more = reallocarray(w->frames, cap, sizeof(*more));

		if (!more)
			return -1;
		w->frames = more;
		w->frames_cap = cap;
	}
	w->frames[w->depth++] = (struct frame){
		.dir = dir,
		.dev = dev,
		.ino = ino,
		.path_size = w->path.len,
		.pending = namestack_top(w->pending),
		.pending_first = namestack_top(w->pending),
	};
	give_up_far_frame(w);
	return 0;
}

/*
 * Enters a directory given by its open descriptor, which is taken over; w->path already names it.
 * Returns 0 also when it is not to be entered or cannot be, which is then reported.
 */
static int enter(struct walk *w, int fd_given)
{
	own_fd int fd = fd_given;
	const struct fsinfo *fs;
	struct walk_dir *dir;
	struct fault fault;
	struct statx st;
	uint64_t dev;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st)) {
		fault_set(&fault, errno, "asking for the directory");
		return report(w, &w->path, &fault);
	}
	dev = makedev(st.stx_dev_major, st.stx_dev_minor);
	fs = fsinfo_get(w->options->filesystems, dev, fd, &fault);
	if (!fs)
		return report(w, &w->path, &fault);
	if (!may_enter(w, &st, fs))
		return 0;
	dir = dir_new(fd, fs, &w->path);
	if (!dir)
		return -1;
	take_fd(&fd);
	w->totals->dirs++;
	if (push_frame(w, dir, dev, st.stx_ino) < 0) {
		walk_dir_unref(dir);
		return -1;
	}
	return read_dir(w, dir);
}

static int descend(struct walk *w, struct frame *frame, const char *name)
{
	struct fault fault;
	int fd;

	w->path.len = frame->path_size;
	buf_printf(&w->path, "%s%s", frame->path_size ? "/" : "", name);
	if (w->path.failed)
		return -1;
	if (w->depth == DEPTH_MAX || w->path.len > PATH_BYTES_MAX) {
		fault_set(
			&fault, 0,
			"not entered: deeper than %d directories, or a path of more than %d bytes",
			DEPTH_MAX, PATH_BYTES_MAX);
		return report(w, &w->path, &fault);
	}
	fd = open_dir(frame->dir->fd, name);
	if (fd < 0) {
		fault_set(&fault, errno, "opening the directory");
		return report(w, &w->path, &fault);
	}
	return enter(w, fd);
}

static bool is_frame(int fd, const struct frame *frame)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == frame->dev && st.st_ino == frame->ino;
}

/*
 * Opens a frame's directory again from its child, and where that does not lead back to the same
 * directory (it was moved meanwhile) from the root. Without either its remaining directories are
 * lost.
 */
static int reopen(struct walk *w, struct frame *frame, int child_fd)
{
	own_fd int fd = open_dir(child_fd, "..");
	struct fault fault;

	w->path.len = frame->path_size;
	w->path.data[w->path.len] = '\0';
	if (!is_frame(fd, frame)) {
		own_close_fd(&fd);
		fd = fd_open_beneath(w->options->root_fd, buf_text(&w->path), OPEN_DIR_FLAGS,
				     &fault);
	}
	if (is_frame(fd, frame)) {
		const struct fsinfo *fs =
			fsinfo_get(w->options->filesystems, frame->dev, fd, &fault);

		frame->dir = fs ? dir_new(fd, fs, &w->path) : NULL;
		if (!frame->dir)
			return -1;
		take_fd(&fd);
		return 0;
	}
	/* Nothing is lost where nothing was left to be entered. */
	if (frame->pending == namestack_top(w->pending))
		return 0;
	frame->pending = namestack_top(w->pending);
	fault_set(&fault, 0,
		  "the directory was moved while being read: the rest of it is not scanned");
	return report(w, &w->path, &fault);
}

static int leave(struct walk *w)
{
	struct frame *frame = &w->frames[w->depth - 1];
	struct walk_dir *child = frame->dir;
	int result = 0;

	namestack_cut(w->pending, frame->pending_first);
	w->depth--;
	if (w->depth) {
		struct frame *parent = &w->frames[w->depth - 1];

		if (!parent->dir)
			result = reopen(w, parent, child ? child->fd : -1);
	}
	walk_dir_unref(child);
	return result;
}

static int walk_all(struct walk *w)
{
	int fd = open_dir(w->options->root_fd, ".");

	if (fd < 0 || enter(w, fd) < 0)
		return -1;
	while (w->depth && !w->stopped) {
		struct frame *frame = &w->frames[w->depth - 1];
		int result;

		if (atomic_load(w->options->stop))
			break;
		if (frame->pending < namestack_top(w->pending) && frame->dir) {
			char name[NAME_MAX + 1];

			if (namestack_get(w->pending, frame->pending, name) < 0)
				return -1;
			frame->pending += strlen(name) + 1;
			result = descend(w, frame, name);
		} else {
			result = leave(w);
		}
		if (result < 0)
			return -1;
	}
	return 0;
}

int walk_tree(const struct walk_options *options, walk_emit_fn *emit, void *context,
	      struct walk_totals *out_totals, struct fault *f)
{
	struct walk w = {
		.options = options, .emit = emit, .context = context, .pending = options->names};
	int result = -1;

	*out_totals = (struct walk_totals){0};
	w.totals = out_totals;
	w.dents = malloc(DENTS_BYTES);
	w.window = calloc(WINDOW_ENTRIES, sizeof(*w.window));
	if (w.dents && w.window)
		result = walk_all(&w);
	if (result < 0)
		fault_set(f, errno ? errno : ENOMEM, "walking the target");
	while (w.depth)
		walk_dir_unref(w.frames[--w.depth].dir);
	walk_batch_free(w.batch);
	buf_done(&w.path);
	namestack_cut(w.pending, 0);
	buf_done(&w.window_names);
	free(w.window);
	free(w.dents);
	free(w.frames);
	return result;
}
