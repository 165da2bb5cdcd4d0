/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs of the distribution: started without a shell, watched, listened to. */
#include "rescue/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/base/sandbox.h"

enum { NOT_STARTED = 127, PATH_BYTES = 128, NOBODY = 65534 };

/* PATH is the operator's, and this runs as root: it is not asked. */
static const char *const folders[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};

static bool find(const char *name, char path[PATH_BYTES])
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		int n = snprintf(path, PATH_BYTES, "%s/%s", folders[i], name);

		if (n > 0 && n < PATH_BYTES && access(path, X_OK) == 0)
			return true;
	}
	return false;
}

bool tool_is_there(const char *name)
{
	char path[PATH_BYTES];

	return find(name, path);
}

int tool_output(struct fault *f)
{
	int fd = memfd_create("output", MFD_CLOEXEC);

	return fd < 0 ? fault_set(f, errno, "making a file in memory") : fd;
}

/* --- In the child --- */

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
	const struct rlimit size = {TOOL_OUTPUT_MAX, TOOL_OUTPUT_MAX}, core = {0, 0};

	(void)setrlimit(RLIMIT_FSIZE, &size);
	(void)setrlimit(RLIMIT_CORE, &core);
}

static bool redirect(int output_fd, int error_fd)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	return nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
	       dup2(output_fd < 0 ? nothing : output_fd, STDOUT_FILENO) >= 0 &&
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

static void start(const struct tool_child *child)
{
	char path_variable[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	char *environment[TOOL_VARIABLES_MAX + 3] = {path_variable, locale};
	char path[PATH_BYTES];

	for (size_t i = 0; child->environment && child->environment[i]; i++)
		environment[i + 2] = (char *)child->environment[i];
	reset_signals();
	limit();
	if (!redirect(child->output_fd, child->error_fd) || !find(child->words[0], path) ||
	    (child->confined && !become_nobody()))
		return;
	execve(path, (char *const *)child->words, environment);
}

noreturn void tool_become(const struct tool_child *child)
{
	start(child);
	_exit(NOT_STARTED);
}

/* --- In the parent --- */

int tool_complaint(const char *name, int error_fd, const char *otherwise, struct fault *f)
{
	char text[TOOL_COMPLAINT_MAX + 1];
	struct stat st;
	off_t from;
	ssize_t n = -1;
	char *line;

	if (error_fd >= 0 && fstat(error_fd, &st) == 0) {
		from = st.st_size > TOOL_COMPLAINT_MAX ? st.st_size - TOOL_COMPLAINT_MAX : 0;
		n = fd_pread_full(error_fd, text, TOOL_COMPLAINT_MAX, (uint64_t)from);
	}
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	if (n <= 0)
		return fault_set(f, 0, "%s: %s", name, otherwise);
	text[n] = '\0';
	line = strrchr(text, '\n');
	return fault_set(f, 0, "%s: %s", name, line ? line + 1 : text);
}

/* Waits for its end, or makes it end. */
static int await(pid_t child, unsigned timeout_s, const char *name, int *out_status,
		 struct fault *f)
{
	own_fd int pidfd = pidfd_open(child, 0);
	struct pollfd wait = {.fd = pidfd, .events = POLLIN};
	int ready = pidfd < 0 ? 0 : poll(&wait, 1, (int)timeout_s * 1000);

	if (ready <= 0)
		(void)kill(child, SIGKILL);
	while (waitpid(child, out_status, 0) < 0)
		if (errno != EINTR)
			return fault_set(f, errno, "waiting for %s", name);
	return ready > 0 ? 0 : fault_set(f, ETIMEDOUT, "%s: not done after %u s", name, timeout_s);
}

static int judge(const char *name, int status, int error_fd, struct fault *f)
{
	char otherwise[64];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return fault_set(f, 0, "%s was ended by signal %d", name, WTERMSIG(status));
	snprintf(otherwise, sizeof(otherwise), "ended with status %d", WEXITSTATUS(status));
	return tool_complaint(name, error_fd, otherwise, f);
}

static int take_output(int fd, const char *name, struct buf *out, struct fault *f)
{
	char part[4096];
	uint64_t offset = 0;
	ssize_t n;

	while ((n = fd_pread_full(fd, part, sizeof(part), offset)) > 0) {
		buf_add(out, part, (size_t)n);
		offset += (uint64_t)n;
	}
	if (n < 0 || out->failed)
		return fault_set(f, n < 0 ? errno : ENOMEM, "reading the output of %s", name);
	return 0;
}

int tool_run(const char *const words[], unsigned timeout_s, struct buf *out, struct fault *f)
{
	own_fd int output = -1, error = -1;
	int status = 0;
	pid_t child;

	if (!tool_is_there(words[0]))
		return fault_set(f, ENOENT, "running %s", words[0]);
	if ((output = tool_output(f)) < 0 || (error = tool_output(f)) < 0)
		return -1;
	child = fork();
	if (child < 0)
		return fault_set(f, errno, "starting %s", words[0]);
	if (child == 0)
		tool_become(&(struct tool_child){
			.words = words, .output_fd = output, .error_fd = error});
	if (await(child, timeout_s, words[0], &status, f) < 0 ||
	    judge(words[0], status, error, f) < 0)
		return -1;
	return out ? take_output(output, words[0], out, f) : 0;
}
