// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first program of a guest that the firmware let start: says what the kernel knows of the firmware
 * and runs ima-efi, all on the second serial port, then turns the machine off. What a command prints
 * is between the lines "@@ NAME" and "@@ end NAME STATUS".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define ANSWERS	      "/dev/ttyS1"
#define MODULE	      "/efivarfs.ko"
#define EFIVARS	      "/sys/firmware/efi/efivars"
#define GLOBAL	      "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define VARIABLE_HEAD 4 /* the attributes come before the data */

struct command {
	const char *name;
	const char *words[6];
};

static const struct command commands[] = {
	{"status", {"/ima-efi", "status", "--format", "ndjson"}},
	{"status-text", {"/ima-efi", "status", "--color=never"}},
	{"keys", {"/ima-efi", "keys", "--format", "ndjson"}},
	{"boot", {"/ima-efi", "boot", "--format", "ndjson"}},
};

static void shut_down(void)
{
	tcdrain(STDOUT_FILENO);
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void die(const char *what)
{
	dprintf(STDOUT_FILENO, "@@ broken %s: %s\n", what, strerror(errno));
	shut_down();
}

static void mount_or_die(const char *type, const char *target)
{
	mkdir(target, 0755);
	if (mount(type, target, type, 0, NULL) < 0 && errno != EBUSY)
		die(target);
}

static void open_answers(void)
{
	struct termios settings;
	int fd = open(ANSWERS, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || tcgetattr(fd, &settings) < 0)
		shut_down();
	cfmakeraw(&settings);
	cfsetspeed(&settings, B115200);
	if (tcsetattr(fd, TCSANOW, &settings) < 0 || dup2(fd, STDOUT_FILENO) < 0)
		shut_down();
}

static void load_module(void)
{
	int fd = open(MODULE, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST))
		die(MODULE);
	close(fd);
}

/* A variable of one byte, read here without any help of ima-efi. */
static void say_flag(const char *name)
{
	unsigned char bytes[VARIABLE_HEAD + 1];
	char path[256];
	int fd;
	ssize_t n = 0;

	snprintf(path, sizeof(path), EFIVARS "/%s" GLOBAL, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, bytes, sizeof(bytes));
		close(fd);
	}
	dprintf(STDOUT_FILENO, "@@ flag %s %s\n", name,
		n != sizeof(bytes)     ? "absent"
		: bytes[VARIABLE_HEAD] ? "on"
				       : "off");
}

static void say_lockdown(void)
{
	char text[128] = "";
	int fd = open("/sys/kernel/security/lockdown", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		die("lockdown");
	close(fd);
	dprintf(STDOUT_FILENO, "@@ lockdown %s", text);
}

static void run(const struct command *command)
{
	int status = 0;
	pid_t child;

	dprintf(STDOUT_FILENO, "@@ %s\n", command->name);
	child = fork();
	if (child < 0)
		die("fork");
	if (!child) {
		execv(command->words[0], (char **)command->words);
		_exit(127);
	}
	waitpid(child, &status, 0);
	dprintf(STDOUT_FILENO, "\n@@ end %s %d\n", command->name,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int main(void)
{
	mount_or_die("devtmpfs", "/dev");
	mount_or_die("proc", "/proc");
	mount_or_die("sysfs", "/sys");
	mount_or_die("securityfs", "/sys/kernel/security");
	open_answers();
	dprintf(STDOUT_FILENO, "\n@@ READY\n");
	load_module();
	mount_or_die("efivarfs", EFIVARS);
	say_flag("SecureBoot");
	say_flag("SetupMode");
	say_lockdown();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		run(&commands[i]);
	dprintf(STDOUT_FILENO, "@@ OVER\n");
	shut_down();
}
