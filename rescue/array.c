/* SPDX-License-Identifier: GPL-2.0-or-later */
/* md arrays, assembled read-only by mdadm(8), stopped by md's own ioctl (linux/raid/md_u.h). */
#include "rescue/array.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/major.h>
#include <linux/raid/md_u.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "rescue/deviceid.h"
#include "rescue/tool.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

enum {
	FIRST_NUMBER = 4096,	 /* mdadm counts down from 127 */
	NUMBERS_A_LEDGER = 1024, /* with 1000 ledgers below md's 2^20 */
	STOP_TRIES = 50,
	STOP_PAUSE_MS = 100,
	DEVICES_MAX = 1024,
};

/* No udev and no systemd is asked for anything, and no metadata but Linux's own is looked for. */
static const char *const vars[] = {"MDADM_NO_UDEV=1", "MDADM_NO_SYSTEMCTL=1", NULL};
static const struct tool mdadm = {.name = "mdadm", .package = "mdadm", .vars = vars};

/* --- What a member says --- */

static const char *value_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, n) == 0 && line[n] == '=')
			return line + n + 1;
	}
	return NULL;
}

int array_decode(const char *text, struct array_member *out, struct fault *f)
{
	const char *level = value_of(text, "MD_LEVEL"), *devices = value_of(text, "MD_DEVICES");
	struct array_member member = {0};
	size_t n = level ? strcspn(level, "\n") : 0;
	char *end = NULL;
	unsigned long count = devices ? strtoul(devices, &end, 10) : 0;

	if (n == 0 || n >= sizeof(member.level) ||
	    n != strspn(level, "abcdefghijklmnopqrstuvwxyz0123456789") || count == 0 ||
	    count > DEVICES_MAX || (*end && *end != '\n'))
		return fault_set(f, EBADMSG, "reading what mdadm says of an array");
	memcpy(member.level, level, n);
	member.devices = (unsigned)count;
	*out = member;
	return 0;
}

int array_examine(const char *device, const struct ledger *ledger, struct array_member *out,
		  struct fault *f)
{
	const char *const arguments[] = {"--examine", "--export", "--config=none", device, NULL};
	own_buf struct buf text = {0};

	if (tool_run(&mdadm, arguments, ledger, &text, f) < 0)
		return -1;
	return array_decode(buf_text(&text), out, f);
}

/* --- Assembling --- */

static void path_of(char out[64], const char *name, const char *file)
{
	snprintf(out, 64, "/sys/block/%s%s", name, file);
}

static bool is_there(const char *name)
{
	char path[64];

	path_of(path, name, "");
	return access(path, F_OK) == 0;
}

static int choose_name(const struct ledger *ledger, char out[ARRAY_NAME_BYTES], struct fault *f)
{
	unsigned made = 0;

	for (size_t i = 0; i < ledger->count; i++)
		made += ledger->entries[i].kind == UNDO_ARRAY;
	if (made >= NUMBERS_A_LEDGER)
		return fault_set(f, E2BIG, "assembling: more than %d arrays", NUMBERS_A_LEDGER);
	snprintf(out, ARRAY_NAME_BYTES, "md%u",
		 FIRST_NUMBER + ledger->number * NUMBERS_A_LEDGER + made);
	if (is_there(out))
		return fault_set(f, EEXIST, "assembling: there is a %s, which is not ours", out);
	return 0;
}

/* Nothing but the devices named is looked at: no configuration, no scan. */
static int assemble(const char *name, const char *const *devices, const struct ledger *ledger,
		    struct fault *f)
{
	const char *arguments[DEVICES_MAX + 8];
	char path[32];
	size_t n = 0;

	snprintf(path, sizeof(path), "/dev/%s", name);
	arguments[n++] = "--assemble";
	arguments[n++] = path;
	arguments[n++] = "--config=none";
	arguments[n++] = "--readonly";
	arguments[n++] = "--run";
	for (; *devices && n < DEVICES_MAX; devices++)
		arguments[n++] = *devices;
	arguments[n] = NULL;
	return *devices ? fault_set(f, E2BIG, "assembling")
			: tool_run(&mdadm, arguments, ledger, NULL, f);
}

static unsigned read_number(const char *name, const char *file, unsigned otherwise)
{
	char path[64], text[32];
	own_fd int fd = -1;
	ssize_t n;

	path_of(path, name, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return otherwise;
	text[n] = '\0';
	return (unsigned)strtoul(text, NULL, 10);
}

int array_assemble(const char *const *devices, struct ledger *ledger,
		   char out_name[ARRAY_NAME_BYTES], struct fault *f)
{
	own_buf struct buf entry = {0};
	char name[ARRAY_NAME_BYTES];

	if (choose_name(ledger, name, f) < 0)
		return -1;
	buf_puts(&entry, name);
	if (deviceid_encode_paths(devices, &entry, f) < 0)
		return -1;
	if (entry.failed)
		return fault_set(f, ENOMEM, "assembling");
	if (ledger_add(ledger, UNDO_ARRAY, buf_text(&entry), f) < 0 ||
	    assemble(name, devices, ledger, f) < 0)
		return -1;
	if (read_number(name, "/ro", 0) != 1)
		return fault_set(f, 0, "assembling: %s did not come up read-only", name);
	memcpy(out_name, name, sizeof(name));
	return 0;
}

unsigned array_degraded(const char *name)
{
	return read_number(name, "/md/degraded", 0);
}

/* --- Stopping --- */

static void pause_a_moment(void)
{
	const struct timespec pause = {.tv_nsec = STOP_PAUSE_MS * 1000000L};

	nanosleep(&pause, NULL);
}

static int stop(const char *name)
{
	char path[32];
	own_fd int fd = -1;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -1 : ioctl(fd, STOP_ARRAY, NULL);
}

static int stop_all(const char *name, struct fault *f)
{
	/* The kernel takes it away a moment after it was stopped, and its members are free only then. */
	for (int i = 0; is_there(name); i++) {
		if (i == STOP_TRIES)
			return fault_set(f, EBUSY, "stopping the array %s", name);
		if (i)
			pause_a_moment();
		(void)stop(name);
	}
	return 0;
}

static enum deviceid_stand stand_of(const char *name, const struct deviceid_list *these)
{
	char path[64], number[32] = "";
	unsigned major_number, minor_number;
	own_fd int fd = -1;

	path_of(path, name, "/dev");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, number, sizeof(number) - 1) <= 0 ||
	    sscanf(number, "%u:%u", &major_number, &minor_number) != 2)
		return DEVICEID_ON_NOTHING;
	return deviceid_stands_on("/sys", makedev(major_number, minor_number), these);
}

int array_stop(const char *entry, struct fault *f)
{
	struct deviceid_list these = {0};
	char name[ARRAY_NAME_BYTES] = "";
	enum deviceid_stand stand;
	const char *devices;

	if (sscanf(entry, "%15s", name) != 1)
		return fault_set(f, EBADMSG, "stopping an array");
	devices = entry + strlen(name);
	if (!is_there(name))
		return 0;
	if (!*devices) {
		fault_set(f, 0,
			  "the array %s is left as it is: an older ima-rescue wrote down its "
			  "name only (mdadm --stop stops it)",
			  name);
		return deviceid_leave(f);
	}
	if (deviceid_decode_list(devices, &these, f) < 0)
		return -1;
	stand = stand_of(name, &these);
	deviceid_list_done(&these);
	if (stand == DEVICEID_ON_OTHERS) {
		fault_set(f, 0,
			  "the array %s is left as it is: it was assembled by somebody else, "
			  "of other devices",
			  name);
		return deviceid_leave(f);
	}
	return stop_all(name, f);
}
