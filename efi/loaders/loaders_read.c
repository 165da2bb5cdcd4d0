/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every loader's reader needs: files, remarks, entries, and which file a name means. */
#include "efi/loaders/loaders.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scanner/base/bytes.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

void loaders_init(struct loaders *l, const struct loaders_files *files, struct bootentry_list *out,
		  struct remark_list *remarks)
{
	*l = (struct loaders){.files = files, .out = out, .remarks = remarks};
	l->trees[l->tree_count++] = "";
}

void loaders_done(struct loaders *l)
{
	for (size_t i = 0; i < l->shown_count; i++)
		free(l->shown[i]);
	l->shown_count = 0;
}

static bool said_before(const struct remark_list *remarks, const char *path,
			const struct fault *fault)
{
	for (size_t i = 0; i < remarks->count; i++)
		if (strcmp(remarks->items[i].fault.text, fault->text) == 0 &&
		    strcmp(remarks->items[i].path, path) == 0)
			return true;
	return false;
}

static void remark(struct loaders *l, const char *path, const struct fault *fault)
{
	own_mem char *name = loaders_canonical(l, path);

	if (!said_before(l->remarks, name ? name : path, fault))
		remark_add(l->remarks, name ? name : path, fault);
}

void loaders_remark(struct loaders *l, const char *path, unsigned line, const char *format, ...)
{
	struct fault fault = {0};
	char text[FAULT_TEXT_MAX - 24];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (line > 0)
		fault_set(&fault, 0, "line %u: %s", line, text);
	else
		fault_set(&fault, 0, "%s", text);
	remark(l, path, &fault);
}

static void blank_nuls(struct loaders *l, const char *path, char *text, size_t size)
{
	bool any = false;

	for (char *nul = memchr(text, '\0', size); nul;
	     nul = memchr(nul, '\0', size - (size_t)(nul - text))) {
		*nul = ' ';
		any = true;
	}
	if (any)
		loaders_remark(l, path, 0, "there are NUL bytes in the text, read as blanks");
}

int loaders_read(struct loaders *l, const char *path, char **out_text, size_t *out_size,
		 struct fault *f)
{
	struct fault why = {0};
	uint8_t *data = NULL;
	size_t size = 0;

	*out_text = NULL;
	*out_size = 0;
	if (l->files->read(l->files->context, path, LOADERS_FILE_MAX, &data, &size, &why) < 0) {
		if (why.os == ENOMEM) {
			*f = why;
			return -1;
		}
		if (why.os != ENOENT && why.os != ENOTDIR)
			remark(l, path, &why);
		return 0;
	}
	blank_nuls(l, path, (char *)data, size);
	*out_text = (char *)data;
	*out_size = size;
	return 0;
}

bool loaders_has(const struct loaders *l, const char *path)
{
	struct stat st;

	return l->files->stat(l->files->context, path, &st);
}

int loaders_list(struct loaders *l, const char *dir, struct targetfs_names *out, struct fault *f)
{
	struct fault why = {0};

	*out = (struct targetfs_names){0};
	if (l->files->list(l->files->context, dir, out, &why) == 0) {
		if (out->count <= LOADERS_NAMES_MAX)
			return 0;
		loaders_remark(l, dir, 0, "more than %d names: the rest is left out",
			       LOADERS_NAMES_MAX);
		for (size_t i = LOADERS_NAMES_MAX; i < out->count; i++)
			free(out->names[i]);
		out->count = LOADERS_NAMES_MAX;
		return 0;
	}
	if (why.os == ENOMEM) {
		*f = why;
		return -1;
	}
	if (why.os != ENOENT && why.os != ENOTDIR)
		remark(l, dir, &why);
	return 0;
}

int loaders_decode(struct loaders *l, const char *tree, const char *path, loaders_decode_fn *decode,
		   struct fault *f)
{
	own_buf struct buf name = {0};
	own_mem char *text = NULL;
	size_t size;

	buf_printf(&name, "%s%s", tree, path);
	if (name.failed)
		return fault_set(f, ENOMEM, "reading a loader's configuration");
	if (loaders_read(l, name.data, &text, &size, f) < 0)
		return -1;
	return text ? decode(l, name.data, text, size, f) : 0;
}

int loaders_decode_dir(struct loaders *l, const char *dir, const char *ending,
		       loaders_decode_fn *decode, struct fault *f)
{
	struct targetfs_names names;
	int result = 0;

	if (loaders_list(l, dir, &names, f) < 0)
		return -1;
	for (size_t i = 0; i < names.count && result == 0; i++) {
		own_mem char *path = targetfs_join(dir, names.names[i]);
		size_t n = strlen(names.names[i]), end = strlen(ending);

		if (!path)
			result = fault_set(f, ENOMEM, "reading a loader's configuration");
		else if (n > end && strcasecmp(names.names[i] + n - end, ending) == 0)
			result = loaders_decode(l, "", path, decode, f);
	}
	targetfs_names_done(&names);
	return result;
}

char *loaders_canonical(const struct loaders *l, const char *path)
{
	return l->files->canonical(l->files->context, path);
}

struct bootentry *loaders_entry(struct loaders *l, enum bootentry_source source, const char *where,
				unsigned line, struct fault *f)
{
	own_mem char *name = loaders_canonical(l, where);

	if (!name) {
		fault_set(f, ENOMEM, "listing what can be booted");
		return NULL;
	}
	return bootentry_add(l->out, source, name, line, f);
}

int loaders_set(struct loaders *l, struct bootentry *entry, char **field, const char *text,
		size_t n, struct fault *f)
{
	size_t kept = n > BOOTENTRY_TEXT_MAX ? BOOTENTRY_TEXT_MAX : n;

	if (kept > LOADERS_TEXT_MAX - l->text_used) {
		l->out->truncated = true;
		return fault_set(f, ENOSPC, "more than %d bytes of titles and command lines",
				 LOADERS_TEXT_MAX);
	}
	l->text_used += kept;
	if (n > kept)
		loaders_remark(l, entry->where, entry->line, "a text of more than %d bytes is cut",
			       BOOTENTRY_TEXT_MAX);
	return bootentry_set(entry, field, text, n, f);
}

const char *loaders_tree_of(const struct loaders *l, const char *path)
{
	for (size_t i = 1; i < l->tree_count; i++)
		if (strncmp(path, l->trees[i], strlen(l->trees[i])) == 0)
			return l->trees[i];
	return l->trees[0];
}

char *loaders_dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup("/");
	/* The slash stays when it is all there is: "/" and "ESP:/". */
	if (slash == path || slash[-1] == ':')
		slash++;
	return bytes_text(path, (size_t)(slash - path));
}

static void add_base(struct loaders_bases *out, const char *base)
{
	for (size_t i = 0; i < out->count; i++)
		if (strcmp(out->at[i], base) == 0)
			return;
	if (out->count < sizeof(out->at) / sizeof(out->at[0]))
		out->at[out->count++] = base;
}

void loaders_bases_any(const struct loaders *l, const char *where, const char *said,
		       struct loaders_bases *out)
{
	const char *tree = loaders_tree_of(l, where);
	/* A name below /boot was written for a /boot that is no partition of its own. */
	bool below_boot = strstr(said, "/boot/") != NULL;

	*out = (struct loaders_bases){.subvolumes = true};
	if (*tree) {
		add_base(out, tree);
		out->alike = 1;
	}
	add_base(out, below_boot ? "" : "/boot");
	add_base(out, below_boot ? "/boot" : "");
	out->alike += 2;
	for (size_t i = 1; i < l->tree_count; i++)
		add_base(out, l->trees[i]);
}

/* What is in front of the path on its partition: "(hd0,gpt2)", "boot(1):", "uuid(…):", "ESP:". */
static const char *skip_device(const char *said)
{
	const char *slash = strchr(said, '/');
	const char *paren = strchr(said, ')');
	const char *colon = strstr(said, ":/");

	if (*said == '(' && paren)
		return paren + 1;
	/* "boot://2/x": what is between is a partition. */
	if (colon && (!slash || colon < slash) && colon[2] == '/')
		return strchr(colon + 3, '/') ? strchr(colon + 3, '/') : colon + 1;
	if (colon && (!slash || colon < slash))
		return colon + 1;
	return said;
}

/* The path on a partition, with one slash in front and no two together; NULL: none or no memory. */
static char *path_of(const char *said)
{
	own_buf struct buf path = {0};

	buf_addc(&path, '/');
	for (const char *p = said; *p; p++) {
		char c = *p == '\\' ? '/' : *p;

		if (c != '/' || path.data[path.len - 1] != '/')
			buf_addc(&path, c);
		if (path.failed)
			return NULL;
	}
	return path.failed ? NULL : take_ptr(path.data);
}

/* Is it a regular file? Its number tells two names of one file from two files. */
static bool is_file(const struct loaders *l, const char *path, struct stat *out)
{
	return l->files->stat(l->files->context, path, out) && S_ISREG(out->st_mode);
}

static int look(struct loaders *l, const struct loaders_bases *bases, const char *where,
		const char *path, char **out_path, struct fault *f)
{
	struct stat found = {0}, other;

	for (size_t i = 0; i < bases->count; i++) {
		own_buf struct buf name = {0};

		if (*out_path && i >= bases->alike)
			break;
		buf_printf(&name, "%s%s", bases->at[i], path);
		if (name.failed)
			return fault_set(f, ENOMEM, "looking for a file");
		if (*out_path) {
			if (is_file(l, name.data, &other) &&
			    (other.st_ino != found.st_ino || other.st_dev != found.st_dev))
				loaders_remark(l, where, 0,
					       "%s may be %s or %s: the first is taken", path,
					       *out_path, name.data);
			continue;
		}
		if (!is_file(l, name.data, &found))
			continue;
		*out_path = loaders_canonical(l, name.data);
		if (!*out_path)
			return fault_set(f, ENOMEM, "looking for a file");
	}
	return 0;
}

/* Subvolumes of btrfs and datasets of ZFS stand before the path that they are mounted at. */
static const char *skip_subvolume(const char *path)
{
	const char *next = strchr(path + 1, '/');

	if (!next)
		return NULL;
	if (path[1] == '@' || strncmp(next, "/boot/", 6) == 0 || strncmp(next, "/@", 2) == 0 ||
	    strncmp(next, "/.snapshots/", 12) == 0)
		return next;
	return NULL;
}

int loaders_resolve(struct loaders *l, const struct loaders_bases *bases, const char *where,
		    const char *said, char **out_path, struct fault *f)
{
	const char *tree = loaders_tree_of(l, said);
	struct loaders_bases only = {.at = {tree}, .count = 1};
	own_mem char *path = path_of(skip_device(said));
	const char *rest = path;

	*out_path = NULL;
	if (!path)
		return fault_set(f, ENOMEM, "looking for a file");
	if (*tree)
		bases = &only;
	do {
		if (look(l, bases, where, rest, out_path, f) < 0)
			return -1;
		rest = bases->subvolumes ? skip_subvolume(rest) : NULL;
	} while (!*out_path && rest);
	return 0;
}

int loaders_set_kernel(struct loaders *l, struct bootentry *entry,
		       const struct loaders_bases *bases, const char *said, struct fault *f)
{
	own_mem char *path = NULL;

	if (loaders_set(l, entry, &entry->kernel_said, said, strlen(said), f) < 0 ||
	    loaders_resolve(l, bases, entry->where, entry->kernel_said, &path, f) < 0)
		return -1;
	free(entry->kernel);
	entry->kernel = take_ptr(path);
	return 0;
}

int loaders_add_initrd(struct loaders *l, struct bootentry *entry,
		       const struct loaders_bases *bases, const char *said, struct fault *f)
{
	own_mem char *path = NULL;

	if (entry->initrd_count >= BOOTENTRY_INITRDS_MAX || strlen(said) > BOOTENTRY_TEXT_MAX) {
		entry->incomplete = true;
		loaders_remark(l, entry->where, entry->line,
			       "more than %d initial ramdisks, or a name of more than %d bytes",
			       BOOTENTRY_INITRDS_MAX, BOOTENTRY_TEXT_MAX);
		return 0;
	}
	if (loaders_resolve(l, bases, entry->where, said, &path, f) < 0)
		return -1;
	return bootentry_add_initrd(entry, path ? path : said, f);
}
