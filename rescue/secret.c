/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where secrets are held: locked pages (mlock2(2)), no core dumps (PR_SET_DUMPABLE), terminals (termios(3)). */
#include "rescue/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include "rescue/interrupt.h"
#include "scanner/base/own.h"

/* One more than is allowed, which shows that there is too much. */
enum { ROOM = SECRET_MAX + 1 };

/* --- Memory --- */

static int make_room(struct secret *secret, struct fault *f)
{
	void *room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		return fault_set(f, errno, "making room for a secret");
	/* What is never written takes no memory (MLOCK_ONFAULT, Linux 4.4). */
	if (mlock2(room, ROOM, MLOCK_ONFAULT) < 0 || madvise(room, ROOM, MADV_DONTDUMP) < 0 ||
	    madvise(room, ROOM, MADV_DONTFORK) < 0) {
		int saved = errno;

		(void)munmap(room, ROOM);
		return fault_set(f, saved, "keeping a secret out of swap");
	}
	secret->was_dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	secret->bytes = room;
	secret->size = 0;
	return 0;
}

void secret_wipe(struct secret *secret)
{
	if (secret->bytes) {
		explicit_bzero(secret->bytes, secret->size);
		(void)munmap(secret->bytes, ROOM);
		if (secret->was_dumpable == 1)
			(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	}
	*secret = (struct secret){0};
}

/* --- Files --- */

static int fill(struct secret *secret, int fd, const char *name, struct fault *f)
{
	while (secret->size < ROOM) {
		ssize_t n;

		if (interrupt_await(fd, f) < 0)
			return -1;
		n = read(fd, secret->bytes + secret->size, ROOM - secret->size);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return fault_set(f, errno, "reading the key of %s", name);
		if (n == 0)
			break;
		secret->size += (size_t)n;
	}
	if (secret->size > SECRET_MAX)
		return fault_set(f, EFBIG, "reading the key of %s", name);
	return secret->size ? 0 : fault_set(f, 0, "the key of %s is empty", name);
}

int secret_read(const char *path, struct secret *out, struct fault *f)
{
	/* A pipe with a name is waited for where signals are looked for: when reading, not when opening. */
	const bool is_input = strcmp(path, "-") == 0;
	own_fd int fd = is_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
				 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct secret secret = {0};

	if (fd < 0)
		return fault_set(f, errno, "opening the key file %s", path);
	if (make_room(&secret, f) < 0 || !secret.bytes)
		return -1;
	if (fill(&secret, fd, is_input ? "standard input" : path, f) < 0) {
		secret_wipe(&secret);
		return -1;
	}
	*out = secret;
	return 0;
}

/* --- The terminal --- */

/* A line, or less when it ends; what does not fit is not left for the shell to read. */
static int read_line(struct secret *secret, int tty, struct fault *f)
{
	const size_t room = SECRET_PASSPHRASE_MAX + 2;
	ssize_t n;

	if (interrupt_await(tty, f) < 0)
		return -1;
	n = read(tty, secret->bytes, room);
	if (n < 0)
		return fault_set(f, errno, "reading the passphrase");
	secret->size = (size_t)n;
	if (n && secret->bytes[n - 1] == '\n')
		secret->bytes[--secret->size] = '\0';
	if (secret->size <= SECRET_PASSPHRASE_MAX)
		return secret->size ? 0 : fault_set(f, 0, "no passphrase was typed");
	(void)tcflush(tty, TCIFLUSH);
	return fault_set(f, 0, "the passphrase is longer than %d bytes", SECRET_PASSPHRASE_MAX);
}

static int read_silently(struct secret *secret, int tty, const char *prompt, struct fault *f)
{
	struct termios before, silent;
	int result;

	if (tcgetattr(tty, &before) < 0)
		return fault_set(f, errno, "asking for a passphrase");
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	silent.c_lflag |= ICANON | ISIG;
	/* Nothing that was typed before the question is an answer to it. */
	if (tcsetattr(tty, TCSAFLUSH, &silent) < 0)
		return fault_set(f, errno, "asking for a passphrase");
	(void)!write(tty, prompt, strlen(prompt));
	result = read_line(secret, tty, f);
	(void)tcsetattr(tty, TCSANOW, &before);
	(void)!write(tty, "\n", 1);
	return result;
}

int secret_ask(const char *prompt, struct secret *out, struct fault *f)
{
	own_fd int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct secret secret = {0};

	if (tty < 0)
		return fault_set(
			f, errno,
			"there is no terminal to ask for a passphrase at (--key-file - takes "
			"it from standard input)");
	if (make_room(&secret, f) < 0 || !secret.bytes)
		return -1;
	if (read_silently(&secret, tty, prompt, f) < 0) {
		secret_wipe(&secret);
		return -1;
	}
	*out = secret;
	return 0;
}
