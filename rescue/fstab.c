/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target's fstab (fstab(5); the escapes of getmntent(3)). Only volumes, places and btrfs subvolumes are
 * taken from it; the options of a hostile file are not used.
 */
#include "rescue/fstab.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/buf.h"
#include "scanner/base/own.h"

enum { FIELDS = 4 }; /* source, dir, type, options; the two numbers are of no interest */

/* \ooo, three octal digits, as a byte; NUL cannot be in a field. */
static char *decode_field(const char *at, size_t size)
{
	char *out = malloc(size + 1), *to = out;

	for (size_t i = 0; out && i < size;) {
		if (at[i] == '\\' && size - i >= 4 && at[i + 1] >= '0' && at[i + 1] <= '3' &&
		    at[i + 2] >= '0' && at[i + 2] <= '7' && at[i + 3] >= '0' && at[i + 3] <= '7') {
			unsigned byte = (unsigned)(at[i + 1] - '0') * 64 +
					(unsigned)(at[i + 2] - '0') * 8 +
					(unsigned)(at[i + 3] - '0');

			*to++ = byte ? (char)byte : '?';
			i += 4;
		} else {
			*to++ = at[i++];
		}
	}
	if (out)
		*to = '\0';
	return out;
}

/* "/a//b/./c/" as "/a/b/c"; NULL: it is not absolute, or has "..", or there is no memory. */
static char *plain_path(const char *path)
{
	own_buf struct buf out = {0};

	if (*path != '/')
		return NULL;
	while (*(path += strspn(path, "/"))) {
		size_t n = strcspn(path, "/");

		if (n == 2 && memcmp(path, "..", 2) == 0)
			return NULL;
		if (n != 1 || *path != '.') {
			buf_addc(&out, '/');
			buf_add(&out, path, n);
		}
		path += n;
	}
	if (out.len == 0)
		buf_addc(&out, '/');
	return out.failed ? NULL : take_ptr(out.data);
}

/* The value of one of the comma-separated options, or NULL. *out_size: without what follows. */
static const char *option_value(const char *options, const char *name, size_t *out_size)
{
	size_t length = strlen(name);

	while (*options) {
		size_t n = strcspn(options, ",");

		if (n >= length && memcmp(options, name, length) == 0 &&
		    (n == length || name[length - 1] == '=')) {
			*out_size = n - length;
			return options + length;
		}
		options += n + (options[n] == ',');
	}
	return NULL;
}

static bool has_option(const char *options, const char *name)
{
	size_t ignored;

	return option_value(options, name, &ignored) != NULL;
}

/* subvol= names a path from the top, subvolid= a number. */
static char *subvolume_of(const char *options)
{
	size_t size;
	const char *id = option_value(options, "subvolid=", &size);
	own_buf struct buf out = {0};

	if (id && size > 0 && size < 20 && strspn(id, "0123456789") >= size) {
		buf_puts(&out, "subvolid=");
		buf_add(&out, id, size);
	} else {
		const char *path = option_value(options, "subvol=", &size);

		if (!path || size == 0)
			return NULL;
		buf_add(&out, path, size);
	}
	return out.failed ? NULL : take_ptr(out.data);
}

/* Names of volumes; everything else is no place on a disk. */
static bool names_volume(const char *source)
{
	static const char *const prefixes[] = {"/dev/",
					       "UUID=", "LABEL=", "PARTUUID=", "PARTLABEL="};
	static const char *const not [] = {"/dev/zero", "/dev/null", "/dev/shm", "/dev/random"};

	for (size_t i = 0; i < sizeof(not ) / sizeof(not [0]); i++)
		if (strcmp(source, not [i]) == 0)
			return false;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(source, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static void free_fields(char *fields[FIELDS])
{
	for (size_t i = 0; i < FIELDS; i++)
		free(fields[i]);
}

/* The fields of a line; missing ones are NULL. -1: no memory. */
static int split(const char *line, size_t size, char *fields[FIELDS], size_t *out_count)
{
	size_t at = 0;

	*out_count = 0;
	while (*out_count < FIELDS) {
		size_t start;

		while (at < size && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r'))
			at++;
		if (at == size)
			break;
		for (start = at; at < size && line[at] != ' ' && line[at] != '\t'; at++)
			;
		fields[*out_count] = decode_field(line + start, at - start);
		if (!fields[*out_count])
			return -1;
		(*out_count)++;
	}
	return 0;
}

static int refusal_of(char *const fields[FIELDS], size_t count)
{
	if (count < 3)
		return FSTAB_TOO_FEW_FIELDS;
	if (strcmp(fields[2], "swap") == 0)
		return FSTAB_SWAP;
	if (count > 3 && (has_option(fields[3], "bind") || has_option(fields[3], "rbind") ||
			  has_option(fields[3], "move") || has_option(fields[3], "remount")))
		return FSTAB_BIND;
	return names_volume(fields[0]) ? -1 : FSTAB_NO_VOLUME;
}

static int add_entry(struct fstab *fstab, struct fstab_entry entry)
{
	struct fstab_entry *entries =
		reallocarray(fstab->entries, fstab->count + 1, sizeof(*entries));

	if (!entries)
		return -1;
	fstab->entries = entries;
	fstab->entries[fstab->count++] = entry;
	return 0;
}

/* -1: no memory. */
static int take_fields(struct fstab *fstab, unsigned line, char *fields[FIELDS], size_t count)
{
	int refusal = refusal_of(fields, count);
	struct fstab_entry entry = {.line = line};

	if (refusal >= 0) {
		fstab->refused[refusal]++;
		return 0;
	}
	if (fstab->count == FSTAB_ENTRIES_MAX) {
		fstab->truncated = true;
		return 0;
	}
	entry.dir = plain_path(fields[1]);
	if (!entry.dir) {
		fstab->refused[FSTAB_NOT_A_PATH]++;
		return 0;
	}
	entry.source = take_ptr(fields[0]);
	entry.type = take_ptr(fields[2]);
	entry.subvolume = count > 3 ? subvolume_of(fields[3]) : NULL;
	if (add_entry(fstab, entry) == 0)
		return 0;
	free(entry.source);
	free(entry.dir);
	free(entry.type);
	free(entry.subvolume);
	return -1;
}

static int take_line(struct fstab *fstab, unsigned number, const char *line, size_t size)
{
	char *fields[FIELDS] = {NULL};
	size_t count, blank = 0;
	int result;

	while (blank < size && isspace((unsigned char)line[blank]))
		blank++;
	if (blank == size || line[blank] == '#')
		return 0;
	if (size > FSTAB_LINE_MAX) {
		fstab->refused[FSTAB_LINE_TOO_LONG]++;
		return 0;
	}
	result = split(line, size, fields, &count);
	if (result == 0)
		result = take_fields(fstab, number, fields, count);
	free_fields(fields);
	return result;
}

static size_t depth_of(const struct fstab_entry *entry)
{
	size_t depth = 0;

	for (const char *p = entry->dir; *p; p++)
		depth += *p == '/' && p[1];
	return depth;
}

static int by_depth(const void *a, const void *b)
{
	const struct fstab_entry *x = a, *y = b;
	size_t dx = depth_of(x), dy = depth_of(y);

	if (dx != dy)
		return dx < dy ? -1 : 1;
	return x->line < y->line ? -1 : 1;
}

int fstab_decode(const char *text, size_t size, struct fstab *out, struct fault *f)
{
	struct fstab fstab = {0};
	unsigned number = 0;

	for (size_t at = 0; at < size;) {
		const char *newline = memchr(text + at, '\n', size - at);
		size_t n = newline ? (size_t)(newline - (text + at)) : size - at;

		if (take_line(&fstab, ++number, text + at, n) < 0) {
			fstab_done(&fstab);
			return fault_set(f, ENOMEM, "reading fstab");
		}
		at += n + 1;
	}
	if (fstab.count)
		qsort(fstab.entries, fstab.count, sizeof(*fstab.entries), by_depth);
	*out = fstab;
	return 0;
}

void fstab_done(struct fstab *fstab)
{
	for (size_t i = 0; i < fstab->count; i++) {
		free(fstab->entries[i].source);
		free(fstab->entries[i].dir);
		free(fstab->entries[i].type);
		free(fstab->entries[i].subvolume);
	}
	free(fstab->entries);
	*fstab = (struct fstab){0};
}

const char *fstab_refusal_name(enum fstab_refusal refusal)
{
	static const char *const names[FSTAB_REFUSALS] = {
		[FSTAB_NOT_A_PATH] = "no absolute path",
		[FSTAB_TOO_FEW_FIELDS] = "too few fields",
		[FSTAB_BIND] = "a bind mount",
		[FSTAB_NO_VOLUME] = "no volume",
		[FSTAB_SWAP] = "swap",
		[FSTAB_LINE_TOO_LONG] = "line too long",
	};

	return names[refusal];
}
