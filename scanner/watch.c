/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals and progress, in a thread of their own: no signal handlers, no globals. */
#include "scanner/watch.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { TICK_MS = 250 };

struct watch {
	struct scan *scan;
	bool show_progress;
	atomic_bool over; /* set before the thread is woken by SIGUSR1: anyone can send that */
	pthread_t thread;
	sigset_t signals;
	struct timespec begin;
};

static double elapsed(const struct watch *watch)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - watch->begin.tv_sec) +
	       (double)(now.tv_nsec - watch->begin.tv_nsec) / 1e9;
}

static void print_progress(const struct watch *watch)
{
	struct scan *scan = watch->scan;
	uint64_t files = atomic_load(&scan->files_done), bytes = atomic_load(&scan->bytes_done);
	double seconds = elapsed(watch);

	fprintf(stderr,
		"\r\033[K%" PRIu64 " files, %.1f MiB, %.0f MiB/s, %" PRIu64 " not good, %.0f s",
		files, (double)bytes / (1 << 20),
		seconds > 0 ? (double)bytes / (1 << 20) / seconds : 0.0,
		(uint64_t)atomic_load(&scan->failures_found), seconds);
	fflush(stderr);
}

static void *watch_run(void *context)
{
	struct watch *watch = context;
	static const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};

	for (;;) {
		int signal = sigtimedwait(&watch->signals, NULL, &tick);

		if (atomic_load(&watch->over))
			break;
		if (signal > 0 && signal != SIGUSR1)
			atomic_store(watch->scan->stop, true);
		else if (watch->show_progress)
			print_progress(watch);
	}
	if (watch->show_progress)
		fputs("\r\033[K", stderr);
	return NULL;
}

struct watch *watch_start(struct scan *scan, bool show_progress, struct fault *f)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	int result;

	if (!watch) {
		fault_set(f, ENOMEM, "starting the scan");
		return NULL;
	}
	watch->scan = scan;
	watch->show_progress = show_progress;
	clock_gettime(CLOCK_MONOTONIC, &watch->begin);
	sigemptyset(&watch->signals);
	sigaddset(&watch->signals, SIGINT);
	sigaddset(&watch->signals, SIGTERM);
	sigaddset(&watch->signals, SIGHUP);
	sigaddset(&watch->signals, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &watch->signals, NULL);
	result = pthread_create(&watch->thread, NULL, watch_run, watch);
	if (result) {
		fault_set(f, result, "starting a thread");
		free(watch);
		return NULL;
	}
	return watch;
}

void watch_end(struct watch *watch)
{
	if (!watch)
		return;
	atomic_store(&watch->over, true);
	pthread_kill(watch->thread, SIGUSR1);
	pthread_join(watch->thread, NULL);
	free(watch);
}
