/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker of the pipeline does: from names to records. */
#include "scanner/scan_pass.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/readahead.h"

/* A file of the batch in hand. */
struct place {
	struct scan_seen seen;
	int fd;	    /* -1: not open */
	bool whole; /* its content will be read to the end */
};

enum {
	/* Of records that are gathered before a part of a task's outcome is handed on. */
	GATHER_BYTES = 128 * 1024,
};

struct worker {
	struct scan_pass *pass;
	struct inspector *in;
	struct buf path;
	struct place places[WALK_BATCH_MAX];
};

/* --- A batch, in steps: what the disk is asked for is asked for together --- */

/* How an entry is named. Valid until the next call; the path is NULL when there is no memory. */
static struct inspect_name name_of(struct worker *w, const struct walk_batch *batch,
				   const struct walk_entry *entry)
{
	struct inspect_name name = {.entry = batch->names + entry->name};

	buf_clear(&w->path);
	buf_add(&w->path, batch->dir->path, batch->dir->path_size);
	if (batch->dir->path_size)
		buf_addc(&w->path, '/');
	buf_puts(&w->path, name.entry);
	name.path = w->path.failed ? NULL : w->path.data;
	return name;
}

static int open_entry(struct worker *w, const struct walk_batch *batch,
		      const struct walk_entry *entry, struct place *place)
{
	struct inspect_name name = name_of(w, batch, entry);
	struct scan_seen *seen = &place->seen;

	if (!name.path)
		return -1;
	seen->result = inspector_open(w->in, batch->dir->fd, &name, w->pass->phase,
				      w->pass->defer_links, &seen->facts, &place->fd, &seen->fault);
	return 0;
}

/*
 * The open files on the directory's own file system (not those that are mount points themselves);
 * or only such of them as will be read to the end.
 */
static size_t gather(const struct worker *w, const struct fsinfo *fs, size_t count, bool whole,
		     struct readahead_file out[WALK_BATCH_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct place *place = &w->places[i];

		if (place->fd >= 0 && place->seen.facts.fs == fs && (!whole || place->whole))
			out[n++] = (struct readahead_file){
				.fd = place->fd,
				.ino = place->seen.facts.inode.ino,
				.size_bytes = place->seen.facts.inode.size_bytes};
	}
	return n;
}

/* True: the disk is cold, and was asked for the attributes. */
static bool ask_for_attrs(const struct worker *w, const struct fsinfo *fs, size_t count)
{
	struct readahead_file files[WALK_BATCH_MAX];
	size_t n;

	if (!w->pass->scan->readahead || !fs->gathers)
		return false;
	n = gather(w, fs, count, false, files);
	if (!readahead_pays(files, n))
		return false;
	readahead_attrs(&fs->device, files, n);
	return true;
}

static void ask_for_content(const struct worker *w, const struct fsinfo *fs, size_t count)
{
	struct readahead_file files[WALK_BATCH_MAX];

	readahead_content(files, gather(w, fs, count, true, files));
}

static void read_labels(struct worker *w, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct place *place = &w->places[i];

		if (place->fd >= 0)
			place->whole = inspector_read_labels(w->in, place->fd, &place->seen.facts);
	}
}

static size_t outcome_bytes(const struct scan_outcome *outcome)
{
	size_t bytes = sizeof(*outcome);

	for (size_t i = 0; i < outcome->count; i++)
		bytes += outcome->records[i].text.cap + strlen(outcome->records[i].path);
	return bytes;
}

/* Long paths and large labels make large records: no more than a few are held back for their batch. */
static int hand_on_part(struct worker *w, struct scan_task *task)
{
	size_t bytes = outcome_bytes(task->outcome);
	struct scan_outcome *part = task->outcome, *rest;

	if (bytes < GATHER_BYTES)
		return 0;
	rest = malloc(sizeof(*rest));
	if (!rest)
		return -1;
	rest->count = 0;
	task->outcome = rest;
	reorder_put_part(w->pass->outcomes, task->seq, part, bytes);
	return 0;
}

static int finish_entry(struct worker *w, const struct walk_batch *batch,
			const struct walk_entry *entry, struct place *place, struct scan_task *task)
{
	struct inspect_name name = name_of(w, batch, entry);

	if (!name.path)
		return -1;
	if (place->fd >= 0)
		inspector_finish(w->in, place->fd, place->whole, &place->seen.facts);
	if (scan_record_name(w->pass, batch->dir->fd, &name, entry->type, &place->seen,
			     task->outcome) < 0)
		return -1;
	inspector_trim_facts(&place->seen.facts);
	return hand_on_part(w, task);
}

static void close_places(struct worker *w, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		own_close_fd(&w->places[i].fd);
		w->places[i].fd = -1;
	}
}

/* As many entries as may be open at once. */
static int do_entries(struct worker *w, struct scan_task *task, const struct walk_entry *entries,
		      size_t count)
{
	const atomic_bool *stop = w->pass->scan->stop;
	const struct walk_batch *batch = task->batch;
	const struct fsinfo *fs = batch->dir->fs;
	size_t opened = 0;
	int result = 0;
	bool cold;

	for (; opened < count && result == 0 && !atomic_load(stop); opened++)
		result = open_entry(w, batch, &entries[opened], &w->places[opened]);
	cold = result == 0 && ask_for_attrs(w, fs, opened);
	read_labels(w, opened);
	/* Only now is it known whose content will be read. */
	if (cold)
		ask_for_content(w, fs, opened);
	for (size_t i = 0; i < opened && result == 0 && !atomic_load(stop); i++)
		result = finish_entry(w, batch, &entries[i], &w->places[i], task);
	close_places(w, opened);
	return result;
}

static int do_batch(struct worker *w, struct scan_task *task)
{
	const struct walk_batch *batch = task->batch;

	/* The second pass meets the same faults of the walk again. */
	if (batch->fault_path)
		return w->pass->phase == INSPECT_REST
			       ? 0
			       : scan_record_fault(task->outcome, batch->fault_path, &batch->fault);
	for (size_t at = 0; at < batch->count;) {
		size_t left = batch->count - at, most = w->pass->open_max;
		size_t count = left < most ? left : most;

		if (do_entries(w, task, &batch->entries[at], count) < 0)
			return -1;
		at += count;
	}
	return 0;
}

/* A file by its whole path: opens its directory first. */
static int do_path(struct worker *w, struct scan_task *task)
{
	const char *path = task->paths[0], *slash = strrchr(path, '/');
	struct inspect_name name = {
		.entry = slash ? slash + 1 : path,
		.path = path,
		.links = (const char *const *)task->paths + 1,
		.link_count = task->path_count - 1,
	};
	own_mem char *dir = slash ? strndup(path, (size_t)(slash - path)) : strdup("");
	struct scan_outcome *outcome = task->outcome;
	struct scan_pass *pass = w->pass;
	struct scan_seen *seen = &w->places[0].seen;
	own_fd int fd = -1;
	struct fault fault;

	if (!dir)
		return -1;
	fd = fd_open_beneath(pass->scan->walk.root_fd, dir, O_RDONLY | O_DIRECTORY, &fault);
	if (fd < 0)
		return pass->phase == INSPECT_REST ? 0 : scan_record_fault(outcome, path, &fault);
	seen->result = inspector_look(w->in, fd, &name, pass->phase, pass->defer_links,
				      &seen->facts, &seen->fault);
	if (scan_record_name(pass, fd, &name, DT_REG, seen, outcome) < 0)
		return -1;
	inspector_trim_facts(&seen->facts);
	return 0;
}

void scan_free_outcome(struct scan_outcome *outcome)
{
	for (size_t i = 0; i < outcome->count; i++)
		record_done(&outcome->records[i]);
	free(outcome);
}

void scan_free_task(struct scan_task *task)
{
	if (task->outcome)
		scan_free_outcome(task->outcome);
	walk_batch_free(task->batch);
	free(task->paths);
	free(task);
}

void scan_out_of_memory(struct scan_pass *pass)
{
	atomic_store(&pass->out_of_memory, true);
	atomic_store(pass->scan->stop, true);
}

static int do_task(struct worker *w, struct scan_task *task)
{
	return task->batch ? do_batch(w, task) : do_path(w, task);
}

static void worker_free(struct worker *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < WALK_BATCH_MAX; i++)
		inspector_release_facts(&w->places[i].seen.facts);
	inspector_free(w->in);
	buf_done(&w->path);
	free(w);
}

static struct worker *worker_new(struct scan_pass *pass)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->pass = pass;
	w->in = inspector_new(pass->scan->rules);
	for (size_t i = 0; i < WALK_BATCH_MAX; i++)
		w->places[i].fd = -1;
	if (!w->in) {
		worker_free(w);
		return NULL;
	}
	return w;
}

void *scan_work(void *context)
{
	struct scan_pass *pass = context;
	struct worker *w = worker_new(pass);
	struct scan_task *task;

	while ((task = queue_pop(pass->tasks))) {
		struct scan_outcome *outcome;
		uint64_t seq = task->seq;
		size_t bytes = task->bytes;

		if (!w || do_task(w, task) < 0)
			scan_out_of_memory(pass);
		outcome = take_ptr(task->outcome);
		scan_free_task(task);
		reorder_put(pass->outcomes, seq, outcome, outcome_bytes(outcome));
		queue_release(pass->tasks, bytes);
	}
	worker_free(w);
	return NULL;
}
