/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that ask us to stop, held back and looked for (signalfd(2), sigpending(2)). */
#include "rescue/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scanner/base/own.h"

enum { SIGNALLED = 128 };

static const struct {
	int number;
	const char *name;
} held[] = {
	{SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"},
	{SIGTERM, "SIGTERM"}, {SIGPIPE, "SIGPIPE"},
};
enum { HELD = sizeof(held) / sizeof(held[0]) };

/* A blocked signal is kept even if it would be ignored, so those are left out. */
static sigset_t held_set(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < HELD; i++) {
		struct sigaction now;

		if (sigaction(held[i].number, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&set, held[i].number);
	}
	return set;
}

void interrupt_hold(void)
{
	const struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t set = held_set();

	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	/* Ignored, it would make the end of our children unknown to us. */
	(void)sigaction(SIGCHLD, &plain, NULL);
}

void interrupt_release(void)
{
	sigset_t set = held_set();

	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int interrupt_pending(void)
{
	sigset_t set;

	if (sigpending(&set) < 0)
		return 0;
	for (size_t i = 0; i < HELD; i++)
		if (sigismember(&set, held[i].number) == 1)
			return held[i].number;
	return 0;
}

int interrupt_check(struct fault *f)
{
	int number = interrupt_pending();

	for (size_t i = 0; number && i < HELD; i++)
		if (held[i].number == number) {
			fault_set(f, 0, "stopped by %s", held[i].name);
			f->os = EINTR;
			return -1;
		}
	return 0;
}

int interrupt_status(int status)
{
	int number = interrupt_pending();

	return number ? SIGNALLED + number : status;
}

int interrupt_await(int fd, struct fault *f)
{
	sigset_t set = held_set();
	own_fd int signals = signalfd(-1, &set, SFD_CLOEXEC);
	struct pollfd wait[] = {{.fd = signals, .events = POLLIN}, {.fd = fd, .events = POLLIN}};

	if (signals < 0)
		return fault_set(f, errno, "waiting");
	while (poll(wait, 2, -1) < 0)
		if (errno != EINTR)
			return fault_set(f, errno, "waiting");
	/* It stays pending, for whoever asks next. */
	return interrupt_check(f);
}

/* From the terminal it went to all of its foreground, the child among them. */
static void hand_on(pid_t child, const siginfo_t *info, int *signal)
{
	if (info->si_signo == SIGPIPE || info->si_code == SI_KERNEL)
		return;
	(void)kill(child, *signal ? SIGKILL : info->si_signo);
	*signal = info->si_signo;
}

int interrupt_await_child(pid_t child, int *out_status, int *out_signal, struct fault *f)
{
	sigset_t set = held_set(), before;
	pid_t ended = 0;

	sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	*out_signal = 0;
	/* Asked before waiting, too: it may have ended before its signal was held back. */
	while ((ended = waitpid(child, out_status, WNOHANG)) == 0) {
		siginfo_t info;

		if (sigwaitinfo(&set, &info) > 0 && info.si_signo != SIGCHLD)
			hand_on(child, &info, out_signal);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return ended < 0 ? fault_set(f, errno, "waiting for a command") : 0;
}
