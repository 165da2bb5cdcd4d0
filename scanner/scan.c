/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The threads of a scan and the order of its results. */
#include "scanner/scan.h"

#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "scanner/scan_pass.h"

enum {
	QUEUE_TASKS = 128,
	/* Of tasks waiting and being worked on (scan_source.c says what counts): paths can be long. */
	QUEUE_BYTES = 8 << 20,
	/*
	 * Results that may wait for an earlier one: bounds memory while one huge file is read, during which some
	 * 7000 others are done. A writer that is slower than the workers fills this, too.
	 */
	REORDER_TASKS = 1024,
	REORDER_BYTES = 6 << 20,
	JOBS_MAX = 256,
	/* Descriptors for others than the workers' files: directories in the queue, and the walk's. */
	OTHER_DESCRIPTORS = 2 * QUEUE_TASKS,
};

static void write_record(struct scan *scan, const struct record *record, struct tally *tally)
{
	struct report *report = scan->report;

	tally_add(tally, record);
	/* Several calls make a line, and a worker may end the program (cryptomem.h). */
	flockfile(report->out);
	report->format->record(report, record);
	funlockfile(report->out);
}

/*
 * A name of an inode that has several waits for the others. One too many is not passed over: what its
 * place alone would make of the inode is not known.
 */
static int put_link_aside(struct scan *scan, const struct record *link, struct tally *tally,
			  struct fault *f)
{
	struct record record = {.kind = RECORD_FAULT, .path = link->path};
	struct fault fault;
	bool kept;

	if (links_add(scan->links, link->dev, link->ino, link->path, &kept, f) < 0)
		return -1;
	if (kept)
		return 0;
	fault_set(
		&fault, 0,
		"one more name of a file with more than %d bytes of names: not among its links, and "
		"not judged by",
		LINKS_BYTES_MAX);
	record.fault = &fault;
	write_record(scan, &record, tally);
	return 0;
}

static int write_outcome(struct scan *scan, const struct scan_outcome *outcome, struct tally *tally,
			 struct fault *f)
{
	for (size_t i = 0; i < outcome->count; i++) {
		const struct record *record = &outcome->records[i];

		if (record->kind == RECORD_LINK) {
			if (put_link_aside(scan, record, tally, f) < 0)
				return -1;
			continue;
		}
		write_record(scan, record, tally);
	}
	return 0;
}

/* Takes every outcome, also after a failure, since the workers wait for that. */
static int write_outcomes(struct scan_pass *pass, struct tally *tally, struct fault *f)
{
	struct scan_outcome *outcome;
	int result = 0;

	while ((outcome = reorder_take(pass->outcomes))) {
		if (result == 0 && write_outcome(pass->scan, outcome, tally, f) < 0) {
			result = -1;
			atomic_store(pass->scan->stop, true);
		}
		scan_free_outcome(outcome);
	}
	return result;
}

static void *run_source(void *context)
{
	struct scan_pass *pass = context;

	pass->source_result = pass->source(pass, &pass->source_fault);
	queue_close(pass->tasks);
	reorder_end(pass->outcomes, pass->next_seq);
	return NULL;
}

static void add_totals(struct tally *tally, const struct walk_totals *totals)
{
	tally->dirs += totals->dirs;
	tally->excluded += totals->excluded;
	tally->other_filesystems += totals->other_filesystems;
	tally->pseudo += totals->pseudo;
	tally->loops += totals->loops;
}

/* Starts the threads; returns how many workers could be started. */
static unsigned start(struct scan_pass *pass, pthread_t *source, pthread_t *workers)
{
	unsigned n = 0;

	while (n < pass->scan->jobs && pthread_create(&workers[n], NULL, scan_work, pass) == 0)
		n++;
	if (n && pthread_create(source, NULL, run_source, pass) != 0) {
		queue_close(pass->tasks);
		while (n)
			pthread_join(workers[--n], NULL);
	}
	return n;
}

static int run_threads(struct scan_pass *pass, struct tally *tally, struct fault *f)
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

/* Files that each worker may have open, so that all together stay below the limit of descriptors. */
static unsigned open_max(unsigned jobs)
{
	struct rlimit limit;
	rlim_t share = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > OTHER_DESCRIPTORS + jobs)
		share = (limit.rlim_cur - OTHER_DESCRIPTORS - jobs) / jobs;
	return share > WALK_BATCH_MAX ? WALK_BATCH_MAX : share ? (unsigned)share : 1;
}

static int run_pass(struct scan *scan, int (*source)(struct scan_pass *, struct fault *),
		    enum inspect_phase phase, bool defer_links, struct tally *tally,
		    struct fault *f)
{
	struct scan_pass pass = {.scan = scan,
				 .phase = phase,
				 .defer_links = defer_links,
				 .open_max = open_max(scan->jobs),
				 .source = source};
	int result = -1;

	if (atomic_load(scan->stop))
		return 0;
	pass.tasks = queue_new(QUEUE_TASKS, QUEUE_BYTES);
	pass.outcomes = reorder_new(REORDER_TASKS, REORDER_BYTES);
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
	if (run_pass(scan, scan_source_walk, phase, true, tally, f) < 0)
		return -1;
	return run_pass(scan, scan_source_links, phase, false, tally, f);
}

static int run_all(struct scan *scan, struct tally *tally, struct fault *f)
{
	if (scan->list_fd >= 0) {
		if (run_pass(scan, scan_source_list, INSPECT_EVERY, true, tally, f) < 0)
			return -1;
		return run_pass(scan, scan_source_links, INSPECT_EVERY, false, tally, f);
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
