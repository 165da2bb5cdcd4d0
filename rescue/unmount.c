/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking mounts away that lie at or below a directory (proc_pid_mountinfo(5)). */
#include "rescue/unmount.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "scanner/base/own.h"

struct places {
	char **items;
	size_t count;
};

/* mountinfo writes blanks, newlines and backslashes as \ooo. */
static void decode(char *text)
{
	char *to = text;

	for (const char *at = text; *at; to++) {
		if (at[0] == '\\' && at[1] && at[2] && at[3]) {
			*to = (char)((at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0'));
			at += 4;
		} else {
			*to = *at++;
		}
	}
	*to = '\0';
}

static bool is_at_or_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

static int add(struct places *places, const char *where, struct fault *f)
{
	char **items = reallocarray(places->items, places->count + 1, sizeof(*items));
	char *copy = strdup(where);

	if (items)
		places->items = items;
	if (!items || !copy) {
		free(copy);
		return fault_set(f, ENOMEM, "looking for mounts");
	}
	places->items[places->count++] = copy;
	return 0;
}

/* Those there are, in the order in which they were mounted. */
static int find(const char *dir, struct places *out, struct fault *f)
{
	own_file FILE *file = fopen("/proc/self/mountinfo", "re");
	own_mem char *line = NULL;
	size_t size = 0;

	if (!file)
		return fault_set(f, errno, "reading /proc/self/mountinfo");
	while (getline(&line, &size, file) > 0) {
		char *where = line;

		for (int field = 0; where && field < 4; field++)
			where = (where = strchr(where, ' ')) ? where + 1 : NULL;
		if (!where)
			continue;
		where[strcspn(where, " ")] = '\0';
		decode(where);
		if (is_at_or_below(where, dir) && add(out, where, f) < 0)
			return -1;
	}
	return 0;
}

static void done(struct places *places)
{
	for (size_t i = 0; i < places->count; i++)
		free(places->items[i]);
	free(places->items);
}

/* One time over. *out_gone: how many went. */
static int unmount_each(const struct places *places, size_t *out_gone, struct fault *f)
{
	int result = 0;

	*out_gone = 0;
	for (size_t i = places->count; i-- > 0;) {
		if (umount2(places->items[i], UMOUNT_NOFOLLOW) == 0)
			(*out_gone)++;
		else if (result == 0)
			result = fault_set(f, errno, "unmounting %s", places->items[i]);
	}
	return result;
}

int unmount_below(const char *dir, struct fault *f)
{
	size_t gone = 0;
	int result;

	/* Again as long as any goes: what hid beneath another can be had only then. */
	do {
		struct places places = {0};

		result = find(dir, &places, f);
		if (result == 0)
			result = unmount_each(&places, &gone, f);
		else
			gone = 0;
		done(&places);
	} while (gone);
	return result;
}

int unmount_finds_any(const char *dir, bool *out_any, struct fault *f)
{
	struct places places = {0};
	int result = find(dir, &places, f);

	*out_any = places.count > 0;
	done(&places);
	return result;
}
