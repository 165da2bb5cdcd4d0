/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The threads of a scan and the order of its results. */
#include "scanner/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/base/queue.h"
#include "scanner/listfile.h"

enum {
	QUEUE_TASKS = 128,
	/* Results that may wait for an earlier one: bounds memory while one huge file is read. */
	REORDER_TASKS = 1024,
	JOBS_MAX = 256,
};

/* What a worker makes of a task. */
struct outcome {
	size_t count;
	struct record records[WALK_BATCH_MAX];
};

/*
 * What a worker is given: a batch of a directory's entries, or one file by its path; and the room
 * for its outcome, so that a worker always has something to hand on.
 */
struct task {
	uint64_t seq;
	struct walk_batch *batch;
	char **paths; /* one allocation; the first is the file's name, the rest further links */
	size_t path_count;
	struct outcome *outcome;
};

/* One pass over one source of files. */
struct pass {
	struct scan *scan;
	enum inspect_phase phase;
	bool defer_links;
	struct queue *tasks;
	struct reorder *outcomes;
	uint64_t next_seq; /* of the source thread alone */
	struct walk_totals totals;
	int (*source)(struct pass *pass, struct fault *f);
	int source_result;
	struct fault source_fault;
	atomic_bool out_of_memory;
};

/* --- Workers
 * ---------------------------------------------------------------------------------------------- */

static struct record *add_record(struct outcome *outcome, enum record_kind kind, const char *path)
{
	struct record *record = &outcome->records[outcome->count];

	*record = (struct record){.kind = kind, .path = strdup(path)};
	if (!record->path)
		return NULL;
	outcome->count++;
	return record;
}

static int set_fault(struct record *record, const struct fault *fault)
{
	record->fault = malloc(sizeof(*record->fault));
	if (!record->fault)
		return -1;
	*record->fault = *fault;
	return 0;
}

static bool is_compared(enum verdict_kind kind)
{
	return kind == VERDICT_PASS || kind == VERDICT_PASS_IMMUTABLE || kind == VERDICT_FAIL ||
	       kind == VERDICT_FAIL_IMMUTABLE;
}

static void count_facts(struct record *record, const struct facts *facts)
{
	const struct verdict_input *input = &facts->input;

	record->governed = facts->governed;
	record->labelled = facts->ima.type != IMAXATTR_ABSENT;
	record->verdict = facts->verdict;
	record->verified = is_compared(facts->verdict.kind);
	record->oddities = facts->oddities;
	record->bytes_read = facts->bytes_read;
	record->link_count = facts->link_count;
	if (input->sig_data.result == VERIFY_OK)
		record->ima_key = input->sig_data.key;
	else if (input->sig_verity.result == VERIFY_OK)
		record->ima_key = input->sig_verity.key;
	if (input->evm_judged && (input->evm.status == EVM_STATUS_PASS ||
				  input->evm.status == EVM_STATUS_PASS_IMMUTABLE))
		record->evm_key = input->evm.key;
	record->unknown_key = facts->oddities & FACTS_UNKNOWN_KEY;
	record->keyid =
		input->sig_data.result == VERIFY_NO_KEY || input->sig_verity.result == VERIFY_NO_KEY
			? facts->ima.keyid
			: facts->evm.keyid;
}

static int record_facts(struct pass *pass, struct outcome *outcome, const struct facts *facts)
{
	struct scan *scan = pass->scan;
	struct record *record;

	/* Stopped in the middle of it: nothing half-done is reported. */
	if (facts->has_fault && facts->fault.os == EINTR)
		return 0;
	record = add_record(outcome, RECORD_FILE, facts->path);
	if (!record)
		return -1;
	count_facts(record, facts);
	scan->report->format->render(scan->report, facts, &record->text);
	if (record->text.failed || (facts->has_fault && set_fault(record, &facts->fault) < 0))
		return -1;
	atomic_fetch_add(&scan->files_done, 1);
	atomic_fetch_add(&scan->bytes_done, facts->bytes_read);
	if (facts->governed && !verdict_is_good(facts->verdict.kind))
		atomic_fetch_add(&scan->failures_found, 1);
	return 0;
}

static int record_fault(struct outcome *outcome, const char *path, const struct fault *fault)
{
	struct record *record = add_record(outcome, RECORD_FAULT, path);

	return record ? set_fault(record, fault) : -1;
}

static int look(struct pass *pass, struct inspector *in, struct facts *facts, int dir_fd,
		const struct inspect_name *name, struct outcome *outcome)
{
	struct record *record;
	struct fault fault;

	switch (inspector_look(in, dir_fd, name, pass->phase, pass->defer_links, facts, &fault)) {
	case INSPECT_DONE: return record_facts(pass, outcome, facts);
	case INSPECT_FAILED: return record_fault(outcome, name->path, &fault);
	case INSPECT_HARD_LINK:
		/* Put aside in the first pass, which meets every name. */
		if (pass->phase == INSPECT_REST)
			return 0;
		record = add_record(outcome, RECORD_LINK, name->path);
		if (!record)
			return -1;
		record->dev = facts->inode.dev;
		record->ino = facts->inode.ino;
		return 0;
	case INSPECT_NOT_REGULAR:
		if (pass->scan->list_fd < 0)
			return 0;
		fault_set(&fault, 0, "listed, but not a regular file");
		return record_fault(outcome, name->path, &fault);
	case INSPECT_OTHER_PASS: return 0;
	}
	return 0;
}

static int look_at_entry(struct pass *pass, struct inspector *in, struct facts *facts,
			 const struct walk_batch *batch, const struct walk_entry *entry,
			 struct buf *path, struct outcome *outcome)
{
	struct inspect_name name = {.entry = batch->names + entry->name};

	buf_clear(path);
	buf_add(path, batch->dir->path, batch->dir->path_size);
	if (batch->dir->path_size)
		buf_addc(path, '/');
	buf_puts(path, name.entry);
	if (path->failed)
		return -1;
	name.path = path->data;
	if (entry->type == DT_REG)
		return look(pass, in, facts, batch->dir->fd, &name, outcome);
	if (pass->phase == INSPECT_REST || !inspector_has_stray_label(batch->dir->fd, name.entry))
		return 0;
	return add_record(outcome, RECORD_STRAY, name.path) ? 0 : -1;
}

static int do_batch(struct pass *pass, struct inspector *in, struct facts *facts, struct buf *path,
		    const struct walk_batch *batch, struct outcome *outcome)
{
	/* The second pass meets the same faults of the walk again. */
	if (batch->fault_path)
		return pass->phase == INSPECT_REST
			       ? 0
			       : record_fault(outcome, batch->fault_path, &batch->fault);
	for (size_t i = 0; i < batch->count && !atomic_load(pass->scan->stop); i++)
		if (look_at_entry(pass, in, facts, batch, &batch->entries[i], path, outcome) < 0)
			return -1;
	return 0;
}

/* A file by its whole path: opens its directory first. */
static int do_path(struct pass *pass, struct inspector *in, struct facts *facts,
		   const struct task *task, struct outcome *outcome)
{
	const char *path = task->paths[0], *slash = strrchr(path, '/');
	struct inspect_name name = {
		.entry = slash ? slash + 1 : path,
		.path = path,
		.links = (const char *const *)task->paths + 1,
		.link_count = task->path_count - 1,
	};
	own_mem char *dir = slash ? strndup(path, (size_t)(slash - path)) : strdup("");
	own_fd int fd = -1;
	struct fault fault;

	if (!dir)
		return -1;
	fd = fd_open_beneath(pass->scan->walk.root_fd, dir, O_RDONLY | O_DIRECTORY, &fault);
	if (fd < 0)
		return record_fault(outcome, path, &fault);
	return look(pass, in, facts, fd, &name, outcome);
}

static void free_outcome(struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->count; i++)
		record_done(&outcome->records[i]);
	free(outcome);
}

static void free_task(struct task *task)
{
	if (task->outcome)
		free_outcome(task->outcome);
	walk_batch_free(task->batch);
	free(task->paths);
	free(task);
}

/* Ends the scan in good order: what was found is still reported, and then that memory ran out. */
static void run_out_of_memory(struct pass *pass)
{
	atomic_store(&pass->out_of_memory, true);
	atomic_store(pass->scan->stop, true);
}

static int do_task(struct pass *pass, struct inspector *in, struct facts *facts, struct buf *path,
		   const struct task *task)
{
	if (!in)
		return -1;
	if (task->batch)
		return do_batch(pass, in, facts, path, task->batch, task->outcome);
	return do_path(pass, in, facts, task, task->outcome);
}

static void *work(void *context)
{
	struct pass *pass = context;
	struct inspector *in = inspector_new(pass->scan->rules);
	struct facts facts = {0};
	own_buf struct buf path = {0};
	struct task *task;

	while ((task = queue_pop(pass->tasks))) {
		struct outcome *outcome;
		uint64_t seq = task->seq;

		if (do_task(pass, in, &facts, &path, task) < 0)
			run_out_of_memory(pass);
		outcome = take_ptr(task->outcome);
		free_task(task);
		reorder_put(pass->outcomes, seq, outcome);
	}
	inspector_release_facts(&facts);
	inspector_free(in);
	return NULL;
}

/* --- Sources
 * ------------------------------------------------------------------------------------------------
 */

static bool push_task(struct pass *pass, struct task task)
{
	struct task *copy = malloc(sizeof(*copy));

	task.outcome = malloc(sizeof(*task.outcome));
	if (!copy || !task.outcome) {
		free(copy);
		free(task.outcome);
		walk_batch_free(task.batch);
		free(task.paths);
		run_out_of_memory(pass);
		return false;
	}
	task.outcome->count = 0;
	task.seq = pass->next_seq;
	*copy = task;
	if (!queue_push(pass->tasks, copy)) {
		free_task(copy);
		return false;
	}
	pass->next_seq++;
	return true;
}

static bool push_batch(void *context, struct walk_batch *batch)
{
	return push_task(context, (struct task){.batch = batch});
}

static int source_walk(struct pass *pass, struct fault *f)
{
	return walk_tree(&pass->scan->walk, push_batch, pass, &pass->totals, f);
}

static int source_links(struct pass *pass, struct fault *f)
{
	struct links *links = pass->scan->links;

	for (size_t i = 0; i < links_count(links) && !atomic_load(pass->scan->stop); i++) {
		struct task task = {0};

		if (links_get(links, i, &task.paths, &task.path_count, f) < 0)
			return -1;
		if (!push_task(pass, task))
			break;
	}
	return 0;
}

static bool push_path(void *context, const char *path)
{
	struct task task = {.path_count = 1};
	size_t size = strlen(path) + 1;

	task.paths = malloc(sizeof(char *) + size);
	if (!task.paths) {
		run_out_of_memory(context);
		return false;
	}
	task.paths[0] = memcpy((char *)(task.paths + 1), path, size);
	return push_task(context, task);
}

static int source_list(struct pass *pass, struct fault *f)
{
	return listfile_read(pass->scan->list_fd, &pass->scan->walk, push_path, pass, f);
}

static void *run_source(void *context)
{
	struct pass *pass = context;

	pass->source_result = pass->source(pass, &pass->source_fault);
	queue_close(pass->tasks);
	reorder_end(pass->outcomes, pass->next_seq);
	return NULL;
}

/* --- The writer
 * ------------------------------------------------------------------------------------------- */

static int write_outcome(struct scan *scan, const struct outcome *outcome, struct tally *tally,
			 struct fault *f)
{
	for (size_t i = 0; i < outcome->count; i++) {
		const struct record *record = &outcome->records[i];

		if (record->kind == RECORD_LINK) {
			if (links_add(scan->links, record->dev, record->ino, record->path, f) < 0)
				return -1;
			continue;
		}
		tally_add(tally, record);
		scan->report->format->record(scan->report, record);
	}
	return 0;
}

/* Takes every outcome, also after a failure, since the workers wait for that. */
static int write_outcomes(struct pass *pass, struct tally *tally, struct fault *f)
{
	struct outcome *outcome;
	int result = 0;

	while ((outcome = reorder_take(pass->outcomes))) {
		if (result == 0 && write_outcome(pass->scan, outcome, tally, f) < 0) {
			result = -1;
			atomic_store(pass->scan->stop, true);
		}
		free_outcome(outcome);
	}
	return result;
}

/* --- Passes
 * --------------------------------------------------------------------------------------------------
 */

static void add_totals(struct tally *tally, const struct walk_totals *totals)
{
	tally->dirs += totals->dirs;
	tally->excluded += totals->excluded;
	tally->other_filesystems += totals->other_filesystems;
	tally->pseudo += totals->pseudo;
	tally->loops += totals->loops;
}

/* Starts the threads; returns how many workers could be started. */
static unsigned start(struct pass *pass, pthread_t *source, pthread_t *workers)
{
	unsigned n = 0;

	while (n < pass->scan->jobs && pthread_create(&workers[n], NULL, work, pass) == 0)
		n++;
	if (n && pthread_create(source, NULL, run_source, pass) != 0) {
		queue_close(pass->tasks);
		while (n)
			pthread_join(workers[--n], NULL);
	}
	return n;
}

static int run_threads(struct pass *pass, struct tally *tally, struct fault *f)
{
	pthread_t source, workers[JOBS_MAX];
	unsigned n = start(pass, &source, workers);
	int result;

	if (!n)
		return fault_set(f, EAGAIN, "starting threads");
	result = write_outcomes(pass, tally, f);
	pthread_join(source, NULL);
	while (n)
		pthread_join(workers[--n], NULL);
	if (result == 0 && pass->source_result < 0) {
		*f = pass->source_fault;
		result = -1;
	}
	if (result == 0 && atomic_load(&pass->out_of_memory))
		result = fault_set(f, ENOMEM, "scanning");
	return result;
}

static int run_pass(struct scan *scan, int (*source)(struct pass *, struct fault *),
		    enum inspect_phase phase, bool defer_links, struct tally *tally,
		    struct fault *f)
{
	struct pass pass = {
		.scan = scan, .phase = phase, .defer_links = defer_links, .source = source};
	int result = -1;

	if (atomic_load(scan->stop))
		return 0;
	pass.tasks = queue_new(QUEUE_TASKS);
	pass.outcomes = reorder_new(REORDER_TASKS);
	if (pass.tasks && pass.outcomes)
		result = run_threads(&pass, tally, f);
	else
		fault_set(f, ENOMEM, "starting the scan");
	queue_free(pass.tasks);
	reorder_free(pass.outcomes);
	/* The second walk meets the same directories: they count once. */
	if (phase != INSPECT_REST)
		add_totals(tally, &pass.totals);
	return result;
}

static int run_both(struct scan *scan, enum inspect_phase phase, struct tally *tally,
		    struct fault *f)
{
	if (run_pass(scan, source_walk, phase, true, tally, f) < 0)
		return -1;
	return run_pass(scan, source_links, phase, false, tally, f);
}

static int run_all(struct scan *scan, struct tally *tally, struct fault *f)
{
	if (scan->list_fd >= 0) {
		if (run_pass(scan, source_list, INSPECT_EVERY, true, tally, f) < 0)
			return -1;
		return run_pass(scan, source_links, INSPECT_EVERY, false, tally, f);
	}
	if (!scan->rules->policy)
		return run_both(scan, INSPECT_EVERY, tally, f);
	if (run_both(scan, INSPECT_URGENT, tally, f) < 0)
		return -1;
	return run_both(scan, INSPECT_REST, tally, f);
}

int scan_run(struct scan *scan, struct tally *out, struct fault *f)
{
	struct timespec begin, end;
	int result;

	*out = (struct tally){.has_policy = scan->rules->policy != NULL};
	if (scan->jobs > JOBS_MAX)
		scan->jobs = JOBS_MAX;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	result = run_all(scan, out, f);
	clock_gettime(CLOCK_MONOTONIC, &end);
	out->seconds =
		(double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
	out->interrupted = atomic_load(scan->stop);
	return result;
}

unsigned scan_default_jobs(bool rotational)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned jobs = cores > 0 ? (unsigned)cores * 8 : 8;

	/* A disk that seeks wants a few requests to sort, not so many that each waits for a long way. */
	if (rotational)
		return 4;
	return jobs > 64 ? 64 : jobs;
}
