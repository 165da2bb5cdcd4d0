/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs in the background, known by process number and start time (proc(5), pidfd_open(2), Linux 5.3). */
#include "rescue/background.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rescue/confined.h"
#include "rescue/tool.h"
#include "scanner/base/buf.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"

enum {
	SOCKET_FD = 3, /* SD_LISTEN_FDS_START, sd_listen_fds(3) */
	SPARE_FD = 16, /* above those with a meaning */
	END_TIMEOUT_MS = 60 * 1000,
	START_TIME_FIELD = 20, /* of those after the name, which may hold blanks */
	NAME_BYTES = 64,
};

/* --- Which process --- */

/* In clock ticks since the machine was started; false: no such process. */
static bool start_time(pid_t pid, uint64_t *out)
{
	char path[NAME_BYTES], text[1024];
	own_fd int fd = -1;
	char *at;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : fd_pread_full(fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return false;
	text[n] = '\0';
	at = strrchr(text, ')');
	for (int i = 0; at && i < START_TIME_FIELD; i++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, " %" SCNu64, out) == 1;
}

/* --- Starting --- */

/* Out of the way first, since either may have the other's number. */
static bool put_in_place(const struct background *b)
{
	int listening = fcntl(b->socket_fd, F_DUPFD_CLOEXEC, SPARE_FD);
	int file = fcntl(b->file_fd, F_DUPFD_CLOEXEC, SPARE_FD);
	int error = fcntl(b->error_fd, F_DUPFD_CLOEXEC, SPARE_FD);

	return listening >= 0 && file >= 0 && error >= 0 && dup2(error, STDERR_FILENO) >= 0 &&
	       dup2(listening, SOCKET_FD) >= 0 && dup2(file, BACKGROUND_FILE_FD) >= 0;
}

/* Waits until it is in the ledger: when the other end is closed instead, there is nobody to serve. */
static noreturn void become(const struct background *b, int go_fd)
{
	char pid[NAME_BYTES];
	const char *const environment[] = {"LISTEN_FDS=1", pid, NULL};
	char go;

	snprintf(pid, sizeof(pid), "LISTEN_PID=%d", (int)getpid());
	if (read(go_fd, &go, 1) != 1 || setsid() < 0 || !put_in_place(b))
		_exit(1);
	confined_become(&(struct confined){.words = b->words,
					   .environment = environment,
					   .error_fd = STDERR_FILENO,
					   .kept = BACKGROUND_FILE_FD + 1});
}

static int write_down(pid_t child, struct ledger *ledger, struct fault *f)
{
	char what[NAME_BYTES];
	uint64_t started;

	if (!start_time(child, &started))
		return fault_set(f, ESRCH, "reading when a process was started");
	snprintf(what, sizeof(what), "%d %" PRIu64, (int)child, started);
	return ledger_add(ledger, UNDO_PROCESS, what, f);
}

int background_start(const struct background *b, struct ledger *ledger, struct fault *f)
{
	own_fd int go_read = -1, go_write = -1;
	own_buf struct buf path = {0};
	int go[2];
	pid_t child;

	if (!tool_find(b->words[0], &path))
		return fault_set(f, ENOENT, "running %s", b->words[0]);
	if (pipe2(go, O_CLOEXEC) < 0)
		return fault_set(f, errno, "starting %s", b->words[0]);
	go_read = go[0];
	go_write = go[1];
	child = fork();
	if (child < 0)
		return fault_set(f, errno, "starting %s", b->words[0]);
	if (child == 0) {
		close(go_write);
		become(b, go_read);
	}
	if (write_down(child, ledger, f) < 0)
		return -1;
	if (write(go_write, "", 1) != 1)
		return fault_set(f, errno, "starting %s", b->words[0]);
	return 0;
}

/* --- Ending --- */

int background_end(const char *what, struct fault *f)
{
	uint64_t started, wanted;
	own_fd int pidfd = -1;
	struct pollfd end;
	int pid;

	if (sscanf(what, "%d %" SCNu64, &pid, &wanted) != 2 || pid <= 0)
		return fault_set(f, EINVAL, "ending the process %s", what);
	/* The descriptor first: from here on the number cannot become another's unnoticed. */
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0 && errno != ESRCH)
		return fault_set(f, errno, "ending the process %d", pid);
	if (pidfd < 0 || !start_time(pid, &started) || started != wanted)
		return 0;
	if (pidfd_send_signal(pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return fault_set(f, errno, "ending the process %d", pid);
	end = (struct pollfd){.fd = pidfd, .events = POLLIN};
	if (poll(&end, 1, END_TIMEOUT_MS) <= 0)
		return fault_set(f, ETIMEDOUT, "ending the process %d", pid);
	(void)waitpid(pid, NULL, WNOHANG); /* it may be our own child */
	return 0;
}
