/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs every unit test suite. Output in check's own words; the status says whether all went well.
 *
 * Each suite runs in a process of its own, UNIT_JOBS of them (default: one a processor) at a time, since check runs
 * its tests one after another. What a suite prints is kept until it ends. Without CK_FORK, or when one of check's
 * variables asks for a part or for a log file, all of it is one run in this process, as check alone would do it. */
#include "tests/suites.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JOBS_MAX = 64 };

static const struct {
	const char *name;
	Suite *(*make)(void);
} suites[] = {
#define SUITE(name) {#name, name##_suite},
	SUITES
#ifdef TESTS_WITH_EFI
#include "tests/efi/suites.inc"
#endif
#undef SUITE
};

enum { SUITES_COUNT = sizeof(suites) / sizeof(suites[0]) };

struct total {
	int run, failed; /* tests */
};

/* Also a failure: nothing was run, since a name was misspelt. */
static int status_of(struct total total)
{
	if (total.run == 0)
		fprintf(stderr, "unit: no test was run\n");
	return total.failed == 0 && total.run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static struct total run_and_free(SRunner *runner)
{
	struct total total;

	srunner_run_all(runner, CK_ENV);
	total.run = srunner_ntests_run(runner);
	total.failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return total;
}

static int run_here(void)
{
	SRunner *runner = srunner_create(NULL);

	for (size_t i = 0; i < SUITES_COUNT; i++)
		srunner_add_suite(runner, suites[i].make());
	return status_of(run_and_free(runner));
}

/* --- One process a suite --- */

struct job {
	pid_t pid; /* 0: free */
	size_t suite;
	FILE *output;
};

static void die(const char *what)
{
	fprintf(stderr, "unit: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

/* The child writes its total into memory that both have; until then it has failed. */
static void start(struct job *job, size_t suite, struct total *out_total)
{
	job->suite = suite;
	job->output = tmpfile();
	if (!job->output)
		die("a file for what a suite prints");
	*out_total = (struct total){.failed = 1};
	fflush(NULL);
	job->pid = fork();
	if (job->pid < 0)
		die("a process for a suite");
	if (job->pid > 0)
		return;
	if (dup2(fileno(job->output), STDOUT_FILENO) < 0 ||
	    dup2(fileno(job->output), STDERR_FILENO) < 0)
		die("turning output");
	fclose(job->output);
	*out_total = run_and_free(srunner_create(suites[suite].make()));
	exit(status_of(*out_total));
}

static void print_output(FILE *output)
{
	char bytes[4096];
	size_t length;

	rewind(output);
	while ((length = fread(bytes, 1, sizeof(bytes), output)) > 0)
		fwrite(bytes, 1, length, stdout);
	fclose(output);
	fflush(stdout);
}

static struct job *job_of(struct job *jobs, pid_t pid)
{
	for (size_t i = 0; i < JOBS_MAX; i++)
		if (jobs[i].pid == pid)
			return &jobs[i];
	return NULL;
}

/* Waits for one to end. Its total counts as failed whatever it says, when its status does. */
static void finish_one(struct job *jobs, struct total *totals)
{
	struct job *job = NULL;
	int status;

	while (!job) {
		pid_t pid = wait(&status);

		if (pid > 0)
			job = job_of(jobs, pid);
		else if (errno != EINTR)
			die("waiting for a suite");
	}
	print_output(job->output);
	if (status != 0 && totals[job->suite].failed == 0)
		totals[job->suite].failed = 1;
	if (WIFSIGNALED(status))
		printf("suite %s was ended by signal %d\n", suites[job->suite].name,
		       WTERMSIG(status));
	else if (status != 0)
		printf("suite %s failed (status %d)\n", suites[job->suite].name,
		       WEXITSTATUS(status));
	job->pid = 0;
}

static int run_beside(size_t at_a_time)
{
	struct total *totals = mmap(NULL, SUITES_COUNT * sizeof(*totals), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct job jobs[JOBS_MAX] = {0};
	struct total sum = {0};
	size_t running = 0, next = 0;

	if (totals == MAP_FAILED)
		die("memory for the totals");
	while (next < SUITES_COUNT || running > 0) {
		if (next < SUITES_COUNT && running < at_a_time) {
			start(job_of(jobs, 0), next, &totals[next]);
			next++;
			running++;
			continue;
		}
		finish_one(jobs, totals);
		running--;
	}
	for (size_t i = 0; i < SUITES_COUNT; i++) {
		sum.run += totals[i].run;
		sum.failed += totals[i].failed;
	}
	munmap(totals, SUITES_COUNT * sizeof(*totals));
	printf("%d suites, %d tests, %d failed\n", SUITES_COUNT, sum.run, sum.failed);
	return status_of(sum);
}

/* Does the environment ask check for what only one run can give? */
static int asks_for_one_run(void)
{
	static const char *const variables[] = {
		"CK_RUN_SUITE",		"CK_RUN_CASE",	    "CK_INCLUDE_TAGS",
		"CK_EXCLUDE_TAGS",	"CK_LOG_FILE_NAME", "CK_XML_LOG_FILE_NAME",
		"CK_TAP_LOG_FILE_NAME",
	};
	const char *forks = getenv("CK_FORK");

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if (getenv(variables[i]))
			return 1;
	return forks && strcmp(forks, "no") == 0;
}

int main(void)
{
	const char *wanted = getenv("UNIT_JOBS");
	long jobs = wanted ? strtol(wanted, NULL, 10) : sysconf(_SC_NPROCESSORS_ONLN);

	/* Seconds; check's own four are for a quiet machine. A test that hangs is still found. */
	setenv("CK_DEFAULT_TIMEOUT", "300", 0);
	if (jobs <= 1 || asks_for_one_run())
		return run_here();
	return run_beside((size_t)(jobs < JOBS_MAX ? jobs : JOBS_MAX));
}
