/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a program of the distribution on what a target holds. */
#include "rescue/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rescue/interrupt.h"
#include "scanner/base/own.h"

enum { WORDS_MAX = 8192, VARS_MAX = 16, COMPLAINT_MAX = 16 << 10, NOT_STARTED = 127 };

static const char *const folders[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};

struct running {
	pid_t pid;
	int out_fd, err_fd; /* ends to read from; -1: at its end */
	int lock_fd;	    /* its standard input: empty, and what keeps the ledger */
};

bool tool_find(const char *name, struct buf *out_path)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		buf_clear(out_path);
		buf_printf(out_path, "%s/%s", folders[i], name);
		if (!out_path->failed && access(buf_text(out_path), X_OK) == 0)
			return true;
	}
	return false;
}

/* In the child: nothing of ours but three descriptors reaches the program, and it goes when we go. */
static void become(const char *path, char *const *words, char *const *vars, pid_t parent, int in_fd,
		   int out_fd, int err_fd)
{
	sigset_t none;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(NOT_STARTED);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(in_fd, STDIN_FILENO) < 0 || dup2(out_fd, STDOUT_FILENO) < 0 ||
	    dup2(err_fd, STDERR_FILENO) < 0 || close_range(3, ~0U, 0) < 0 || chdir("/") < 0)
		_exit(NOT_STARTED);
	execve(path, words, vars);
	_exit(NOT_STARTED);
}

static int fill_words(const struct tool *tool, const char *const *arguments,
		      const char *words[WORDS_MAX], const char *vars[VARS_MAX], struct fault *f)
{
	size_t n = 0, m = 0;

	words[n++] = tool->name;
	for (; *arguments && n < WORDS_MAX - 1; arguments++)
		words[n++] = *arguments;
	if (*arguments)
		return fault_set(f, E2BIG, "running %s", tool->name);
	words[n] = NULL;
	vars[m++] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	vars[m++] = "LC_ALL=C";
	for (const char *const *v = tool->vars; v && *v && m < VARS_MAX - 1; v++)
		vars[m++] = *v;
	vars[m] = NULL;
	return 0;
}

static int start(const char *path, const char **words, const char **vars, struct running *r,
		 struct fault *f)
{
	own_fd int out_end = -1, err_end = -1;
	int out[2], err[2];
	pid_t parent = getpid();

	if (pipe2(out, O_CLOEXEC) < 0)
		return fault_set(f, errno, "running %s", words[0]);
	r->out_fd = out[0];
	out_end = out[1];
	if (pipe2(err, O_CLOEXEC) < 0)
		return fault_set(f, errno, "running %s", words[0]);
	r->err_fd = err[0];
	err_end = err[1];
	r->pid = fork();
	if (r->pid == 0)
		become(path, (char *const *)words, (char *const *)vars, parent, r->lock_fd, out_end,
		       err_end);
	return r->pid < 0 ? fault_set(f, errno, "running %s", words[0]) : 0;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes what came. False: it is more than the bound. */
static bool take(int *fd, struct buf *into, size_t max, bool last_only)
{
	char bytes[4096];
	ssize_t n = read(*fd, bytes, sizeof(bytes));

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0) {
		close(*fd);
		*fd = -1;
		return true;
	}
	if (into->len + (size_t)n > max && !last_only)
		return false;
	if (into->len + (size_t)n > max)
		buf_clear(into);
	buf_add(into, bytes, (size_t)n);
	return true;
}

/* Until it has closed both; 0, or an errno value: it takes too long, or says too much. */
static int listen_to(struct running *r, unsigned seconds, struct buf *out, struct buf *err)
{
	int64_t end = now_ms() + (int64_t)(seconds ? seconds : TOOL_SECONDS_MAX) * 1000;

	while (r->out_fd >= 0 || r->err_fd >= 0) {
		struct pollfd fds[] = {{r->out_fd, POLLIN, 0}, {r->err_fd, POLLIN, 0}};
		int64_t left = end - now_ms();

		if (left <= 0)
			return ETIMEDOUT;
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return errno;
		if (fds[0].revents && !take(&r->out_fd, out, TOOL_OUTPUT_MAX, false))
			return E2BIG;
		/* Of a complaint the end counts. */
		if (fds[1].revents)
			(void)take(&r->err_fd, err, COMPLAINT_MAX, true);
	}
	return 0;
}

static void end(struct running *r)
{
	if (r->out_fd >= 0)
		close(r->out_fd);
	if (r->err_fd >= 0)
		close(r->err_fd);
	if (r->lock_fd >= 0)
		close(r->lock_fd);
}

void tool_complaint(const char *text, size_t size, char out[FAULT_TEXT_MAX])
{
	size_t begin, n = 0;

	while (size && (text[size - 1] == '\n' || text[size - 1] == ' '))
		size--;
	for (begin = size; begin && text[begin - 1] != '\n';)
		begin--;
	while (begin < size && text[begin] == ' ')
		begin++;
	for (; begin < size && n + 1 < FAULT_TEXT_MAX; begin++)
		out[n++] = text[begin] >= ' ' && text[begin] <= '~' ? text[begin] : '?';
	out[n] = '\0';
}

/* What became of it, in words. */
static int judge(const struct tool *tool, int status, const struct buf *err, struct fault *f)
{
	char complaint[FAULT_TEXT_MAX];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	tool_complaint(buf_text(err), err->len, complaint);
	/* Ctrl-C is for it, too. */
	if (WIFSIGNALED(status) && interrupt_check(f) < 0)
		return -1;
	if (WIFSIGNALED(status))
		return fault_set(f, 0, "%s was ended by signal %d", tool->name, WTERMSIG(status));
	if (WEXITSTATUS(status) == NOT_STARTED && !*complaint)
		return fault_set(f, 0, "%s could not be started", tool->name);
	return fault_set(f, 0, "%s: %s", tool->name, *complaint ? complaint : "it failed");
}

static int converse(const struct tool *tool, struct running *r, struct buf *out, struct fault *f)
{
	own_buf struct buf said = {0}, err = {0};
	int problem = listen_to(r, tool->seconds, out ? out : &said, &err), status = 0;

	if (problem)
		kill(r->pid, SIGKILL);
	while (waitpid(r->pid, &status, 0) < 0)
		if (errno != EINTR)
			return fault_set(f, errno, "waiting for %s", tool->name);
	if (problem)
		return fault_set(f, problem, "listening to %s", tool->name);
	if (err.failed || (out && out->failed))
		return fault_set(f, ENOMEM, "listening to %s", tool->name);
	return judge(tool, status, &err, f);
}

static int open_nothing(struct fault *f)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? fault_set(f, errno, "opening /dev/null") : fd;
}

int tool_run(const struct tool *tool, const char *const *arguments, const struct ledger *ledger,
	     struct buf *out, struct fault *f)
{
	struct running r = {.pid = -1, .out_fd = -1, .err_fd = -1, .lock_fd = -1};
	own_mem const char **words = calloc(WORDS_MAX, sizeof(*words));
	const char *vars[VARS_MAX];
	own_buf struct buf path = {0};
	int result = -1;

	if (!words)
		return fault_set(f, ENOMEM, "running %s", tool->name);
	if (!tool_find(tool->name, &path))
		return fault_set(f, ENOENT, "%s is not installed (package %s)", tool->name,
				 tool->package);
	if (fill_words(tool, arguments, words, vars, f) < 0)
		return -1;
	r.lock_fd = ledger ? ledger_lend(ledger, f) : open_nothing(f);
	if (r.lock_fd >= 0 && start(buf_text(&path), words, vars, &r, f) == 0)
		result = converse(tool, &r, out, f);
	end(&r);
	return result;
}
