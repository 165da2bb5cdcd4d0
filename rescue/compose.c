/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which volumes make up a system: its fstab by the names of volumes, then the types of partitions on the
 * root's disk (the UAPI group's Discoverable Partitions Specification).
 */
#include "rescue/compose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rescue/fskind.h"
#include "rescue/members.h"
#include "rescue/volume_internal.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

struct composing {
	const struct volume_list *volumes;
	const struct targetfs *tree;
	int root;
	struct compose *compose;
};

static bool has_dir(const struct compose *compose, const char *dir)
{
	for (size_t i = 0; i < compose->count; i++)
		if (strcmp(compose->items[i].dir, dir) == 0)
			return true;
	return false;
}

/* Where something comes from, as in struct compose_item. */
struct origin {
	int volume;
	const char *subvolume, *inside;
	enum compose_from from;
	unsigned line;
};

static int add_item(struct composing *c, const char *dir, const struct origin *o, struct fault *f)
{
	own_mem char *dir_copy = strdup(dir),
		     *sub_copy = o->subvolume ? strdup(o->subvolume) : NULL;
	own_mem char *inside_copy = o->inside ? strdup(o->inside) : NULL;
	struct compose_item *items =
		reallocarray(c->compose->items, c->compose->count + 1, sizeof(*items));

	if (items)
		c->compose->items = items;
	if (!items || !dir_copy || (o->subvolume && !sub_copy) || (o->inside && !inside_copy))
		return fault_set(f, ENOMEM, "composing the tree");
	c->compose->items[c->compose->count++] = (struct compose_item){
		.dir = take_ptr(dir_copy),
		.volume = o->volume,
		.subvolume = take_ptr(sub_copy),
		.inside = take_ptr(inside_copy),
		.from = o->from,
		.line = o->line,
	};
	return 0;
}

static int add_missing(struct composing *c, const struct fstab_entry *entry, enum compose_why why,
		       struct fault *f)
{
	own_mem char *dir = strdup(entry->dir), *source = strdup(entry->source);
	struct compose_missing *missing =
		reallocarray(c->compose->missing, c->compose->missing_count + 1, sizeof(*missing));

	if (missing)
		c->compose->missing = missing;
	if (!missing || !dir || !source)
		return fault_set(f, ENOMEM, "composing the tree");
	c->compose->missing[c->compose->missing_count++] = (struct compose_missing){
		.dir = take_ptr(dir),
		.source = take_ptr(source),
		.line = entry->line,
		.why = why,
	};
	return 0;
}

/* The volume an entry means: the only one of the name, or the only one of the root's disk. -1: none. */
static int find_meant(const struct composing *c, const char *source, enum compose_why *out_why)
{
	int disk = volume_bottom(c->volumes, c->root), near = -1, far = -1;
	unsigned near_count = 0, far_count = 0;

	for (size_t i = 0; i < c->volumes->count; i++) {
		if (!volume_matches(&c->volumes->items[i], source) ||
		    members_is_repeated(c->volumes, (int)i, source))
			continue;
		if (volume_bottom(c->volumes, (int)i) == disk) {
			near = (int)i;
			near_count++;
		} else {
			far = (int)i;
			far_count++;
		}
	}
	*out_why = near_count + far_count ? COMPOSE_SEVERAL : COMPOSE_NOT_FOUND;
	if (near_count == 1)
		return near;
	return near_count == 0 && far_count == 1 ? far : -1;
}

static int take_entry(struct composing *c, const struct fstab_entry *entry, struct fault *f)
{
	struct origin origin = {
		.subvolume = entry->subvolume, .from = COMPOSE_FSTAB, .line = entry->line};
	enum compose_why why;
	int index;
	const struct volume *volume;

	if (has_dir(c->compose, entry->dir))
		return 0; /* "/" is what was chosen; of two lines the first counts */
	index = find_meant(c, entry->source, &why);
	if (index < 0)
		return add_missing(c, entry, why, f);
	volume = &c->volumes->items[index];
	if (volume->layer != VOLUME_NO_LAYER)
		return add_missing(c, entry, COMPOSE_LOCKED, f);
	if (volume->in_use || volume->stick)
		return add_missing(c, entry, COMPOSE_IN_USE, f);
	origin.volume = members_first(c->volumes, index);
	return add_item(c, entry->dir, &origin, f);
}

/* Partitions that say by their type where they belong; the first directory that is free. */
static const struct {
	const char *meaning;
	const char *dirs[3];
} by_type[] = {
	{"EFI system partition", {"/efi", "/boot/efi", "/boot"}},
	{"extended boot loader partition", {"/boot", NULL, NULL}},
	{"Linux /usr (x86-64)", {"/usr", NULL, NULL}},
	{"Linux /usr (arm64)", {"/usr", NULL, NULL}},
	{"Linux /home", {"/home", NULL, NULL}},
	{"Linux /srv", {"/srv", NULL, NULL}},
	{"Linux /var", {"/var", NULL, NULL}},
};

static bool is_composed(const struct compose *compose, int volume)
{
	for (size_t i = 0; i < compose->count; i++)
		if (compose->items[i].volume == volume)
			return true;
	return false;
}

/* fstab may have left out what the running system finds by itself. */
static int take_partition(struct composing *c, int index, struct fault *f)
{
	const struct volume *volume = &c->volumes->items[index];
	const char *meaning = volume_type_meaning(volume->part_type);
	const struct fskind *kind = fskind_by_type(volume->probe.type);
	const struct origin origin = {.volume = index, .from = COMPOSE_PARTITION};

	if (!meaning || !kind || !kind->supported || volume->in_use || volume->stick ||
	    is_composed(c->compose, index))
		return 0;
	for (size_t i = 0; i < sizeof(by_type) / sizeof(by_type[0]); i++) {
		if (strcmp(by_type[i].meaning, meaning) != 0)
			continue;
		for (size_t j = 0; j < 3 && by_type[i].dirs[j]; j++)
			if (!has_dir(c->compose, by_type[i].dirs[j]) &&
			    targetfs_has(c->tree, by_type[i].dirs[j]))
				return add_item(c, by_type[i].dirs[j], &origin, f);
	}
	return 0;
}

static size_t depth_of(const char *dir)
{
	size_t depth = 0;

	for (; *dir; dir++)
		depth += *dir == '/' && dir[1];
	return depth;
}

/* Parents first; what fstab says before what a partition's type says. */
static int by_depth(const void *a, const void *b)
{
	const struct compose_item *x = a, *y = b;
	size_t dx = depth_of(x->dir), dy = depth_of(y->dir);

	if (dx != dy)
		return dx < dy ? -1 : 1;
	return strcmp(x->dir, y->dir);
}

/* "/ostree/deploy/NAME/deploy/CHECKSUM.N" has its /var in "/ostree/deploy/NAME/var", with the others. */
static int take_ostree(struct composing *c, const struct survey_item *root, struct fault *f)
{
	static const char prefix[] = "/ostree/deploy/";
	const size_t n = sizeof(prefix) - 1;
	const char *inside = root->inside, *end;
	own_buf struct buf var = {0};
	struct origin origin = {
		.volume = root->volume, .subvolume = root->subvolume, .from = COMPOSE_OSTREE};

	if (!inside || strncmp(inside, prefix, n) != 0 || has_dir(c->compose, "/var"))
		return 0;
	end = strchr(inside + n, '/');
	if (!end)
		return 0;
	buf_add(&var, inside, (size_t)(end - inside));
	buf_puts(&var, "/var");
	if (var.failed)
		return fault_set(f, ENOMEM, "composing the tree");
	origin.inside = buf_text(&var);
	return add_item(c, "/var", &origin, f);
}

static int fill(struct composing *c, const struct survey_item *root, const struct fstab *fstab,
		struct fault *f)
{
	int disk = volume_bottom(c->volumes, root->volume);
	const struct origin origin = {.volume = root->volume,
				      .subvolume = root->subvolume,
				      .inside = root->inside,
				      .from = COMPOSE_CHOSEN};

	if (add_item(c, "/", &origin, f) < 0)
		return -1;
	if (fstab)
		memcpy(c->compose->refused, fstab->refused, sizeof(fstab->refused));
	for (size_t i = 0; fstab && i < fstab->count; i++)
		if (take_entry(c, &fstab->entries[i], f) < 0)
			return -1;
	if (take_ostree(c, root, f) < 0)
		return -1;
	for (size_t i = 0; i < c->volumes->count; i++)
		if (volume_bottom(c->volumes, (int)i) == disk && take_partition(c, (int)i, f) < 0)
			return -1;
	qsort(c->compose->items, c->compose->count, sizeof(*c->compose->items), by_depth);
	return 0;
}

int compose_plan(const struct volume_list *volumes, const struct survey_item *root,
		 const struct targetfs *tree, const struct fstab *fstab, struct compose *out,
		 struct fault *f)
{
	struct compose compose = {0};
	struct composing c = {volumes, tree, root->volume, &compose};

	if (fill(&c, root, fstab, f) < 0) {
		compose_done(&compose);
		return -1;
	}
	*out = compose;
	return 0;
}

void compose_done(struct compose *compose)
{
	for (size_t i = 0; i < compose->count; i++) {
		free(compose->items[i].dir);
		free(compose->items[i].subvolume);
		free(compose->items[i].inside);
	}
	for (size_t i = 0; i < compose->missing_count; i++) {
		free(compose->missing[i].dir);
		free(compose->missing[i].source);
	}
	free(compose->items);
	free(compose->missing);
	*compose = (struct compose){0};
}

const char *compose_from_name(enum compose_from from)
{
	static const char *const names[] = {
		[COMPOSE_CHOSEN] = "chosen",
		[COMPOSE_FSTAB] = "fstab",
		[COMPOSE_PARTITION] = "partition-type",
		[COMPOSE_OSTREE] = "ostree",
	};

	return names[from];
}

const char *compose_why_name(enum compose_why why)
{
	static const char *const names[] = {
		[COMPOSE_NOT_FOUND] = "not-found",
		[COMPOSE_SEVERAL] = "several",
		[COMPOSE_LOCKED] = "locked",
		[COMPOSE_IN_USE] = "in-use",
	};

	return names[why];
}
