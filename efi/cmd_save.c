/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ima-efi save FILE`: every variable into one file, which is whole or not there. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efi/command.h"
#include "efi/saved.h"
#include "scanner/base/escape.h"
#include "scanner/base/json.h"
#include "scanner/base/own.h"

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		size -= (size_t)n;
	}
	return fsync(fd);
}

/* So that the new name is there after a power cut. A file system that cannot is not at fault. */
static void sync_directory(const char *path)
{
	own_mem char *copy = strdup(path);
	own_fd int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0)
		(void)fsync(fd);
}

/* Under another name, made whole, then renamed. */
static int put(const char *path, const struct buf *text, struct fault *f)
{
	own_mem char *temporary = NULL;
	own_fd int fd = -1;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
		temporary = NULL;
		return fault_set(f, ENOMEM, "saving");
	}
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return fault_set(f, errno, "making a file beside %s", path);
	if (write_all(fd, text->data, text->len) < 0) {
		fault_set(f, errno, "writing %s", temporary);
		(void)unlink(temporary);
		return -1;
	}
	if (rename(temporary, path) < 0) {
		fault_set(f, errno, "renaming %s to %s", temporary, path);
		(void)unlink(temporary);
		return -1;
	}
	sync_directory(path);
	return 0;
}

static size_t count_unreadable(const struct efistore *store)
{
	size_t n = 0;

	for (size_t i = 0; i < efistore_count(store); i++)
		n += efistore_at(store, i)->unreadable != 0;
	return n;
}

static int report_ndjson(const struct efioptions *o, const struct efistore *store,
			 size_t unreadable, int status, FILE *out, struct fault *f)
{
	own_buf struct buf line = {0};

	if (command_write_run(o, out, f) < 0)
		return -1;
	command_begin_summary(&line);
	json_number(&line, "variables", efistore_count(store));
	json_number(&line, "unreadable", unreadable);
	return command_write_summary(&line, status, out, f);
}

static int report_text(const struct efioptions *o, const struct efistore *store, size_t unreadable,
		       FILE *out, struct fault *f)
{
	own_buf struct buf text = {0};

	if (o->quiet && !unreadable)
		return 0;
	buf_printf(&text, "%zu variables saved to ", efistore_count(store));
	escape_text(&text, o->argument, strlen(o->argument));
	if (unreadable)
		buf_printf(&text, "; %zu of them could not be read", unreadable);
	buf_addc(&text, '\n');
	return command_write_text(out, &text, f);
}

static int save(const struct efioptions *o, const struct efistore *store, FILE *out,
		struct fault *f)
{
	struct saved_heading heading = {
		.version = o->version, .source = o->efivars, .when = time(NULL)};
	size_t unreadable = count_unreadable(store);
	int status = unreadable ? COMMAND_UNDECIDED : COMMAND_GOOD;
	own_buf struct buf text = {0};

	saved_encode(store, &heading, &text);
	if (text.failed) {
		fault_set(f, ENOMEM, "saving");
		return COMMAND_INTERNAL;
	}
	if (put(o->argument, &text, f) < 0)
		return COMMAND_USAGE;
	if (command_is_ndjson(o) ? report_ndjson(o, store, unreadable, status, out, f) < 0
				 : report_text(o, store, unreadable, out, f) < 0)
		return COMMAND_INTERNAL;
	return status;
}

int cmd_save_run(const struct efioptions *o, FILE *out, struct fault *f)
{
	struct efistore *store = efistore_open(o->efivars, f);
	int status;

	if (!store)
		return COMMAND_USAGE;
	status = save(o, store, out, f);
	efistore_close(store);
	return status;
}
