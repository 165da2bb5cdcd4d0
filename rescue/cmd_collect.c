/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `ima-rescue collect PATH… --to DIR`: files as evidence. DIR gets "files/" with the copies, "digests.sha256"
 * for sha256sum -c, "collected.ndjson" with all that is known of each, and "collected.xml" (DFXML).
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efi/command.h"
#include "rescue/dfxml.h"
#include "rescue/rescue_command.h"
#include "rescue/takeout.h"
#include "scanner/base/json.h"
#include "scanner/base/own.h"
#include "scanner/digest.h"

enum { NAME_PART = 60 }; /* of a file's own name in that of its copy */

struct collecting {
	int dir_fd, files_fd;
	struct digester *sha1, *sha256;
	FILE *digests, *records;
	struct buf xml;
	struct remark_list remarks;
	unsigned count;
};

/* --- The directory --- */

static FILE *make_file(int dir_fd, const char *name, struct fault *f)
{
	own_fd int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file) {
		fault_set(f, errno, "making %s", name);
		return NULL;
	}
	(void)take_fd(&fd);
	return file;
}

/* Only the operator may enter it: a copy keeps its set-user-ID bit. */
static int make_dir(const char *path, struct collecting *c, struct fault *f)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return fault_set(f, errno, "making the directory %s", path);
	c->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dir_fd < 0 || fchmod(c->dir_fd, 0700) < 0)
		return fault_set(f, errno, "opening the directory %s", path);
	if (mkdirat(c->dir_fd, "files", 0700) < 0)
		return fault_set(f, errno, "making %s/files (it takes a directory of its own)",
				 path);
	c->files_fd = openat(c->dir_fd, "files", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->files_fd < 0)
		return fault_set(f, errno, "opening %s/files", path);
	c->digests = make_file(c->dir_fd, "digests.sha256", f);
	c->records = c->digests ? make_file(c->dir_fd, "collected.ndjson", f) : NULL;
	return c->records ? 0 : -1;
}

static int begin(const char *to, struct collecting *c, struct fault *f)
{
	*c = (struct collecting){.dir_fd = -1, .files_fd = -1};
	if (digest_init(f) < 0)
		return -1;
	c->sha1 = digester_new();
	c->sha256 = digester_new();
	if (!c->sha1 || !c->sha256)
		return fault_set(f, ENOMEM, "beginning");
	return make_dir(to, c, f);
}

static void end(struct collecting *c)
{
	digester_free(c->sha1);
	digester_free(c->sha256);
	if (c->digests)
		fclose(c->digests);
	if (c->records)
		fclose(c->records);
	if (c->files_fd >= 0)
		close(c->files_fd);
	if (c->dir_fd >= 0)
		close(c->dir_fd);
	buf_done(&c->xml);
	remark_list_done(&c->remarks);
	digest_exit();
}

/* --- One file --- */

/* "000003-passwd": a name that every file system takes and that nobody's bytes can break. */
static void copy_name(unsigned number, const char *path, char out[8 + NAME_PART])
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t n = (size_t)snprintf(out, 8, "%06u-", number);

	for (size_t i = 0; name[i] && i + 1 < NAME_PART && n + 1 < 8 + NAME_PART; i++)
		out[n++] =
			isalnum((unsigned char)name[i]) || strchr("._-", name[i]) ? name[i] : '_';
	out[n] = '\0';
}

/* From name, blank, digits, each ended by NUL. */
static void add_xattrs(struct buf *line, const struct buf *xattrs)
{
	const char *at = buf_text(xattrs), *end = at + xattrs->len;

	json_open(line, "xattrs", '[');
	while (at < end) {
		size_t n = strlen(at), name = n;

		while (name > 0 && at[name - 1] != ' ')
			name--;
		json_open(line, NULL, '{');
		json_bytes(line, "name", at, name ? name - 1 : 0);
		json_bytes(line, "value", at + name, n - name);
		json_close(line, '}');
		at += n + 1;
	}
	json_close(line, ']');
}

static int write_record(struct collecting *c, const char *path, const char *copy,
			const struct takeout *t, struct fault *f)
{
	own_buf struct buf line = {0};
	char mode[16];

	snprintf(mode, sizeof(mode), "%07o", (unsigned)t->st.st_mode);
	json_open(&line, NULL, '{');
	json_text(&line, "record", "collected");
	json_path(&line, "path", "path_hex", path);
	json_text(&line, "copy", copy);
	json_number(&line, "size", t->bytes);
	json_text(&line, "mode", mode);
	json_number(&line, "uid", t->st.st_uid);
	json_number(&line, "gid", t->st.st_gid);
	json_number(&line, "ino", t->st.st_ino);
	json_number(&line, "mtime", (uint64_t)t->st.st_mtim.tv_sec);
	json_number(&line, "ctime", (uint64_t)t->st.st_ctim.tv_sec);
	json_number(&line, "atime", (uint64_t)t->st.st_atim.tv_sec);
	json_hex(&line, "sha1", t->sha1, sizeof(t->sha1));
	json_hex(&line, "sha256", t->sha256, sizeof(t->sha256));
	add_xattrs(&line, &t->xattrs);
	json_text(&line, "copy_lacks", *t->lacking ? t->lacking : NULL);
	json_close(&line, '}');
	return command_write_line(c->records, &line, f);
}

static int write_digest(struct collecting *c, const char *copy, const struct takeout *t,
			struct fault *f)
{
	own_buf struct buf line = {0};

	buf_hex(&line, t->sha256, sizeof(t->sha256));
	buf_printf(&line, "  files/%s\n", copy);
	return command_write_text(c->digests, &line, f);
}

static void remark_lacking(struct collecting *c, const char *path, const struct takeout *t)
{
	struct fault fault;

	if (!*t->lacking)
		return;
	fault_set(&fault, 0,
		  "the copy lacks %s, which its file system did not take; "
		  "collected.ndjson holds them",
		  t->lacking);
	remark_add(&c->remarks, path, &fault);
}

static int collect_file(struct collecting *c, const char *path, struct fault *f)
{
	char copy[8 + NAME_PART];
	struct takeout takeout;
	struct fault fault;
	int result;

	copy_name(c->count + 1, path, copy);
	if (takeout_file(path, c->files_fd, copy, c->sha1, c->sha256, &takeout, &fault) < 0) {
		remark_add(&c->remarks, path, &fault);
		return 0;
	}
	c->count++;
	remark_lacking(c, path, &takeout);
	dfxml_file(&c->xml, path, copy, &takeout);
	result = write_record(c, path, copy, &takeout, f);
	if (result == 0)
		result = write_digest(c, copy, &takeout, f);
	takeout_done(&takeout);
	return result;
}

/* --- All of them --- */

static int write_xml(struct collecting *c, struct fault *f)
{
	own_file FILE *file = make_file(c->dir_fd, "collected.xml", f);

	if (!file || command_write_text(file, &c->xml, f) < 0)
		return -1;
	return fflush(file) == 0 ? 0 : fault_set(f, errno, "writing collected.xml");
}

static int collect_all(struct collecting *c, const struct rescueoptions *o, struct fault *f)
{
	own_buf struct buf command = {0};

	buf_puts(&command, "ima-rescue collect");
	for (int i = 0; i < o->word_count; i++)
		buf_printf(&command, " %s", o->words[i]);
	dfxml_begin(&c->xml, o->version, buf_text(&command));
	for (int i = 0; i < o->word_count; i++)
		if (collect_file(c, o->words[i], f) < 0)
			return -1;
	dfxml_end(&c->xml);
	if (fflush(c->digests) != 0 || fflush(c->records) != 0)
		return fault_set(f, errno, "writing the lists");
	return write_xml(c, f);
}

static int report(const struct collecting *c, const struct rescueoptions *o, FILE *out,
		  struct fault *f)
{
	own_buf struct buf text = {0};

	if (o->format && strcmp(o->format, "ndjson") == 0)
		return command_write_remarks(&c->remarks, out, f);
	buf_printf(&text, "%u of %d files copied\n", c->count, o->word_count);
	command_text_remarks(&c->remarks, &text);
	return command_write_text(out, &text, f);
}

int cmd_collect_run(const struct rescueoptions *o, FILE *out, struct fault *f)
{
	struct collecting collecting;
	int status = RESCUE_INTERNAL;

	if (!o->to) {
		fault_set(f, 0, "collect wants --to DIR, a directory of its own");
		return RESCUE_USAGE;
	}
	if (begin(o->to, &collecting, f) == 0 && collect_all(&collecting, o, f) == 0 &&
	    report(&collecting, o, out, f) == 0)
		status = collecting.remarks.count || collecting.remarks.dropped ? RESCUE_INCOMPLETE
										: RESCUE_GOOD;
	end(&collecting);
	return status;
}
