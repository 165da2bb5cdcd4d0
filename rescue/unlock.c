/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LUKS volumes opened read-only through libcryptsetup. */
#include "rescue/unlock.h"

#include <errno.h>
#include <fcntl.h>
#include <libcryptsetup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "rescue/blockdev.h"
#include "rescue/volume_internal.h"
#include "scanner/base/buf.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"

enum { PASSPHRASE_MAX = 512, NAME_BYTES = 64 };

static void free_device(struct crypt_device **cd)
{
	crypt_free(*cd);
}

#define own_crypt __attribute__((cleanup(free_device)))

/* --- The secret --- */

void unlock_wipe(struct unlock_secret *secret)
{
	if (secret->bytes)
		explicit_bzero(secret->bytes, secret->size);
	free(secret->bytes);
	*secret = (struct unlock_secret){0};
}

int unlock_read_key_file(const char *path, struct unlock_secret *secret, struct fault *f)
{
	return fd_read_file(path, UNLOCK_SECRET_MAX, &secret->bytes, &secret->size, f);
}

/* A line from the terminal, which shows nothing of it. */
static ssize_t read_silently(int tty, char *line, size_t size)
{
	struct termios before, silent;
	ssize_t n;

	if (tcgetattr(tty, &before) < 0)
		return -1;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	if (tcsetattr(tty, TCSAFLUSH, &silent) < 0)
		return -1;
	n = read(tty, line, size);
	(void)tcsetattr(tty, TCSAFLUSH, &before);
	return n;
}

int unlock_ask(struct unlock_secret *secret, struct fault *f)
{
	static const char prompt[] = "Passphrase (tried on every locked volume): ";
	own_fd int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	uint8_t *line = calloc(1, PASSPHRASE_MAX);
	ssize_t n;

	if (tty < 0 || !line) {
		free(line);
		return fault_set(f, tty < 0 ? errno : ENOMEM, "asking for a passphrase");
	}
	(void)!write(tty, prompt, sizeof(prompt) - 1);
	n = read_silently(tty, (char *)line, PASSPHRASE_MAX);
	(void)!write(tty, "\n", 1);
	secret->bytes = line;
	secret->size = PASSPHRASE_MAX;
	if (n <= 0)
		return fault_set(f, n < 0 ? errno : 0, "asking for a passphrase");
	secret->size = line[n - 1] == '\n' ? (size_t)n - 1 : (size_t)n;
	return 0;
}

/* --- One volume --- */

static void silent_log(int level, const char *message, void *context)
{
	(void)level;
	(void)message;
	(void)context;
}

static int load(const char *device, const struct unlock_secret *secret, struct crypt_device **cd,
		struct fault *f)
{
	int result = secret->header ? crypt_init_data_device(cd, secret->header, device)
				    : crypt_init(cd, device);

	if (result < 0)
		return fault_set(f, -result, "opening the LUKS volume");
	crypt_set_log_callback(*cd, silent_log, NULL);
	/* A header that is damaged stays so: it is evidence. */
	result = crypt_load(*cd, CRYPT_LUKS, NULL);
	return result < 0 ? fault_set(f, -result, "reading the LUKS header") : 0;
}

static int activate(struct crypt_device *cd, const char *name, const struct unlock_secret *secret,
		    struct fault *f)
{
	const uint32_t flags = CRYPT_ACTIVATE_READONLY;
	int result = -ENOKEY;

	if (secret->token)
		result = crypt_activate_by_token(cd, name, CRYPT_ANY_TOKEN, NULL, flags);
	if (result < 0 && secret->bytes)
		result = crypt_activate_by_passphrase(
			cd, name, CRYPT_ANY_SLOT, (const char *)secret->bytes, secret->size, flags);
	if (result >= 0)
		return 0;
	if (result == -EPERM)
		return fault_set(f, EPERM, "unlocking: no key slot takes this passphrase");
	return fault_set(f, -result, "unlocking");
}

/* The mapping's device as a volume on top of the one that was unlocked. */
static int add_mapped(struct volume_list *volumes, int below, const char *name, struct fault *f)
{
	own_buf struct buf path = {0};
	struct volume_top top = {VOLUME_MAPPED, NULL, name, name, NULL, &below, 1};

	buf_printf(&path, "%s/%s", crypt_get_dir(), name);
	if (path.failed)
		return fault_set(f, ENOMEM, "opening the unlocked volume");
	top.path = buf_text(&path);
	return volume_add_top(volumes, &top, f);
}

/* Loop device, mapping, volume: each written into the ledger before it is. */
static int unlock_volume(struct volume_list *volumes, int index, const char *name,
			 const struct unlock_secret *secret, struct ledger *ledger, struct fault *f)
{
	const struct volume *v = &volumes->items[index];
	char loop_path[BLOCKDEV_PATH_BYTES];
	own_crypt struct crypt_device *cd = NULL;
	own_fd int loop_fd = -1, writable_fd = -1;

	if (v->rdev) {
		if (!v->read_only && ledger_add(ledger, UNDO_DEVICE, v->path, f) < 0)
			return -1;
		if (blockdev_forbid_writing(v->path, &writable_fd, f) < 0)
			return -1;
	} else {
		loop_fd = blockdev_open_loop(v->path, v->offset_bytes, v->size_bytes, loop_path, f);
		if (loop_fd < 0)
			return -1;
	}
	if (load(v->rdev ? v->path : loop_path, secret, &cd, f) < 0 ||
	    ledger_add(ledger, UNDO_MAPPING, name, f) < 0 || activate(cd, name, secret, f) < 0)
		return -1;
	return add_mapped(volumes, index, name, f);
}

/* With a detached header, a volume says nothing of itself: it looks empty. */
static bool is_locked(const struct volume *v, const struct unlock_secret *secret)
{
	if (v->in_use || v->stick || v->tried)
		return false;
	if (secret->header)
		return !*v->probe.type && !*v->probe.table && !v->probe.ambivalent;
	return v->layer == VOLUME_LUKS;
}

int unlock_all(struct volume_list *volumes, const struct unlock_secret *secret,
	       struct ledger *ledger, struct remark_list *remarks, struct fault *f)
{
	/* The list grows while it is walked: LUKS inside LUKS is met in its turn. */
	for (size_t i = 0; i < volumes->count; i++) {
		char name[NAME_BYTES];
		struct fault fault;

		if (!is_locked(&volumes->items[i], secret) || volume_has_child(volumes, (int)i))
			continue;
		volumes->items[i].tried = true;
		snprintf(name, sizeof(name), "ima-rescue-%u-%zu", ledger->number, i);
		if (unlock_volume(volumes, (int)i, name, secret, ledger, &fault) == 0)
			continue;
		if (fault.os == ENOMEM) {
			*f = fault;
			return -1;
		}
		remark_add(remarks, volumes->items[i].name, &fault);
	}
	return 0;
}

int unlock_close(const char *name, struct fault *f)
{
	int result;

	crypt_set_log_callback(NULL, silent_log, NULL);
	result = crypt_deactivate(NULL, name);

	/* Not there: it was written down, and a crash came before it was made. */
	if (result == 0 || result == -ENODEV || result == -ENXIO || result == -EINVAL)
		return 0;
	return fault_set(f, -result, "closing the mapping %s", name);
}
