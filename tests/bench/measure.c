/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command once with its output thrown away; prints wall seconds, CPU seconds, the peak memory of the
 * largest process in KiB, and the exit status. In C, since a child's peak includes what its parent had when it
 * forked, and an interpreter has more than what is measured.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct rusage used;
	double began = now(), took;
	int status;
	pid_t child;

	if (argc < 2)
		return 64;
	child = fork();
	if (child < 0)
		return 70;
	if (child == 0) {
		int null = open("/dev/null", O_RDWR);

		for (int fd = 0; fd < 3; fd++)
			dup2(null, fd);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (waitpid(child, &status, 0) < 0)
		return 70;
	took = now() - began;
	getrusage(RUSAGE_CHILDREN, &used);
	printf("%.3f %.3f %ld %d\n", took,
	       (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
	       used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
