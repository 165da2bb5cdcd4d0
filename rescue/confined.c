/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program of the distribution that serves hostile bytes: what its process becomes, and what it complains of. */
#include "rescue/confined.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rescue/tool.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/base/sandbox.h"

/* Of a complaint the end: what the program was told comes first in it, and is long. */
enum { COMPLAINT_BYTES = 160 };

enum { NOT_STARTED = 127, NOBODY = 65534 };

int confined_output(struct fault *f)
{
	int fd = memfd_create("output", MFD_CLOEXEC);

	return fd < 0 ? fault_set(f, errno, "making a file in memory") : fd;
}

/* Blocked and ignored signals would be handed down. */
static void reset_signals(void)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		(void)sigaction(number, &plain, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What it says goes into files in memory: it must not fill that. */
static void limit(void)
{
	const struct rlimit size = {CONFINED_OUTPUT_MAX, CONFINED_OUTPUT_MAX}, core = {0, 0};

	(void)setrlimit(RLIMIT_FSIZE, &size);
	(void)setrlimit(RLIMIT_CORE, &core);
}

static bool redirect(int error_fd)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	return nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
	       dup2(nothing, STDOUT_FILENO) >= 0 &&
	       dup2(error_fd < 0 ? nothing : error_fd, STDERR_FILENO) >= 0;
}

/* To be nobody, who may read any file: what was opened for it is opened once more by its number. */
static bool become_nobody(void)
{
	struct fault ignored;

	/* A kernel without network namespaces has no network to be kept from, or is a very odd one. */
	(void)unshare(CLONE_NEWNET);
	return setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
	       prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setresuid(NOBODY, NOBODY, NOBODY) == 0 &&
	       sandbox_no_writing(&ignored) == 0;
}

static void start(const struct confined *child)
{
	char path_variable[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	char *environment[CONFINED_VARIABLES_MAX + 3] = {path_variable, locale};
	own_buf struct buf path = {0};

	for (size_t i = 0; child->environment && child->environment[i]; i++)
		environment[i + 2] = (char *)child->environment[i];
	reset_signals();
	limit();
	/* Libraries have descriptors of their own, not all of which close themselves. */
	if (!redirect(child->error_fd) || close_range(child->kept, ~0U, 0) < 0 ||
	    !tool_find(child->words[0], &path) || !become_nobody())
		return;
	execve(buf_text(&path), (char *const *)child->words, environment);
}

noreturn void confined_become(const struct confined *child)
{
	start(child);
	_exit(NOT_STARTED);
}

int confined_complaint(const char *name, int error_fd, const char *otherwise, struct fault *f)
{
	char text[COMPLAINT_BYTES], line[FAULT_TEXT_MAX];
	ssize_t n = 0;
	struct stat st;

	if (error_fd >= 0 && fstat(error_fd, &st) == 0) {
		off_t from =
			st.st_size > (off_t)sizeof(text) ? st.st_size - (off_t)sizeof(text) : 0;

		n = fd_pread_full(error_fd, text, sizeof(text), (uint64_t)from);
	}
	tool_complaint(text, n > 0 ? (size_t)n : 0, line);
	return fault_set(f, 0, "%s: %s", name, *line ? line : otherwise);
}
