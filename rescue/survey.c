/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking into every volume with a file system, one at a time. */
#include "rescue/survey.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efi/targetfs.h"
#include "rescue/interrupt.h"
#include "rescue/members.h"
#include "rescue/source.h"
#include "rescue/subvolumes.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

/* The top of a btrfs file system, whatever its default subvolume is. */
static const char btrfs_top[] = "subvolid=5";

struct surveying {
	const struct volume_list *volumes;
	struct ledger *ledger;
	struct survey *survey;
	struct remark_list *remarks;
	int volume; /* the one looked at */
	enum fskind_state state;
	size_t roots; /* kept of this volume that are no systems of their own */
	bool full;
};

/* Where something is within the volume looked at. */
struct spot {
	const char *subvolume, *inside;
	enum store_kind kind;
};

static bool is_free(const struct volume *v)
{
	const struct fskind *kind = fskind_by_type(v->probe.type);

	return kind && kind->supported && !v->in_use && !v->stick && !v->probe.ambivalent &&
	       v->layer == VOLUME_NO_LAYER;
}

/* A file system of several devices once, and only when all of it is free. */
static bool to_be_looked_at(const struct volume_list *volumes, int index)
{
	struct members members;
	struct fault ignored;
	bool all = members_first(volumes, index) == index;

	if (!all || members_of(volumes, index, &members, &ignored) < 0)
		return false;
	for (size_t i = 0; i < members.count; i++)
		all = all && is_free(&volumes->items[members.items[i]]);
	members_done(&members);
	return all;
}

/* --- What was seen --- */

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "looking into volumes");
}

/* Takes what was seen. */
static int add_item(struct surveying *s, const struct spot *spot, struct installed *installed,
		    struct fault *f)
{
	struct survey *survey = s->survey;
	struct survey_item *items = reallocarray(survey->items, survey->count + 1, sizeof(*items));
	own_mem char *name = spot->subvolume ? strdup(spot->subvolume) : NULL;
	own_mem char *inside = spot->inside ? strdup(spot->inside) : NULL;

	if (items)
		survey->items = items;
	if (!items || (spot->subvolume && !name) || (spot->inside && !inside)) {
		installed_done(installed);
		return no_memory(f);
	}
	survey->items[survey->count++] = (struct survey_item){
		.volume = s->volume,
		.subvolume = take_ptr(name),
		.inside = take_ptr(inside),
		.kind = spot->kind,
		.state = s->state,
		.installed = *installed,
	};
	return 0;
}

static void remark_full(struct surveying *s)
{
	struct fault fault;

	s->full = true;
	fault_set(&fault, E2BIG, "more than %d other roots: the rest gets no number",
		  SURVEY_ROOTS_MAX);
	remark_add(s->remarks, s->volumes->items[s->volume].name, &fault);
}

/* Keeps a root of a store. It counts as one of it, kept or not. */
static int add_other_root(struct surveying *s, const struct spot *spot, struct installed *installed,
			  size_t *count, struct fault *f)
{
	if (installed->part != INSTALLED_ROOT)
		return 0;
	(*count)++;
	if (s->roots == SURVEY_ROOTS_MAX) {
		if (!s->full)
			remark_full(s);
		installed_done(installed);
		return 0;
	}
	s->roots++;
	return add_item(s, spot, installed, f);
}

static struct survey_store *add_store(struct surveying *s, const char *subvolume,
				      enum store_kind kind, const char *place, struct fault *f)
{
	struct survey *survey = s->survey;
	struct survey_store *stores =
		reallocarray(survey->stores, survey->store_count + 1, sizeof(*stores));
	own_mem char *name = subvolume ? strdup(subvolume) : NULL, *copy = strdup(place);
	own_mem char **names = calloc(SURVEY_NAMES_MAX, sizeof(*names));

	if (stores)
		survey->stores = stores;
	if (!stores || (subvolume && !name) || !copy || !names) {
		(void)no_memory(f);
		return NULL;
	}
	stores[survey->store_count] = (struct survey_store){
		.volume = s->volume,
		.subvolume = take_ptr(name),
		.kind = kind,
		.place = take_ptr(copy),
		.names = take_ptr(names),
	};
	return &stores[survey->store_count++];
}

static int count_entry(struct survey_store *store, const char *name, struct fault *f)
{
	store->entries++;
	if (store->name_count == SURVEY_NAMES_MAX)
		return 0;
	store->names[store->name_count] = strdup(name);
	if (!store->names[store->name_count])
		return no_memory(f);
	store->name_count++;
	return 0;
}

/* --- Stores --- */

/* A tree by a directory of another one; NULL with *f filled. */
static struct targetfs *open_below(const struct targetfs *t, const char *dir, struct fault *f)
{
	int fd = targetfs_open_dir(t, dir, f);

	return fd < 0 ? NULL : targetfs_open_at(fd, f);
}

/* A directory of a store, which may hold a root. One that cannot be opened is a remark. */
static int look_into_entry(struct surveying *s, const struct targetfs *t, const struct spot *spot,
			   size_t *count, struct fault *f)
{
	struct installed installed = {0};
	struct fault fault;
	struct targetfs *below = open_below(t, spot->inside, &fault);

	if (!below) {
		remark_add(s->remarks, spot->inside, &fault);
		return 0;
	}
	installed_look_for_root(below, &installed, s->remarks);
	targetfs_close(below);
	return add_other_root(s, spot, &installed, count, f);
}

static int look_into_store(struct surveying *s, const struct targetfs *t, const char *subvolume,
			   const struct store *found, struct fault *f)
{
	struct survey_store *store = add_store(s, subvolume, found->kind, found->place, f);
	size_t prefix = strlen(found->place);

	for (size_t i = 0; store && i < found->count; i++) {
		const char *name = found->paths[i] + prefix + (found->paths[i][prefix] == '/');
		const struct spot spot = {subvolume, found->paths[i], found->kind};

		if (count_entry(store, name, f) < 0)
			return -1;
		if (found->kind != STORE_IMAGE &&
		    look_into_entry(s, t, &spot, &store->roots, f) < 0)
			return -1;
	}
	return store ? 0 : -1;
}

static int look_into_stores(struct surveying *s, const struct targetfs *t, const char *subvolume,
			    struct fault *f)
{
	struct store_list list;
	int result = 0;

	if (stores_find(t, &list, s->remarks, f) < 0)
		return -1;
	for (size_t i = 0; i < list.count && result == 0; i++)
		result = look_into_store(s, t, subvolume, &list.items[i], f);
	stores_done(&list);
	return result;
}

/* --- Subvolumes --- */

/* The longest text that fsconfig(2) takes is 255 bytes, and "subvolid=" means something else there. */
static void name_subvolume(const struct subvolume *subvolume, struct buf *out)
{
	if (strlen(subvolume->path) > 255 || strncmp(subvolume->path, "subvolid=", 9) == 0)
		buf_printf(out, "subvolid=%" PRIu64, subvolume->id);
	else
		buf_puts(out, subvolume->path);
}

/* What is mounted by default is a system, wherever it lies; what cannot be written is none. */
static enum store_kind kind_of(const struct subvolume *subvolume)
{
	enum store_kind kind = stores_kind_of_subvolume(subvolume->path);

	if (subvolume->is_default)
		return STORE_NONE;
	if (kind != STORE_NONE)
		return kind;
	return subvolume->read_only || (subvolume->snapshot && strchr(subvolume->path, '/'))
		       ? STORE_SNAPSHOT
		       : STORE_NONE;
}

/* One that is a system of its own, or a part of one. */
static int look_into_own(struct surveying *s, const struct targetfs *t, const char *name,
			 struct fault *f)
{
	const struct spot spot = {.subvolume = name};
	struct installed installed;

	if (installed_look(t, &installed, s->remarks, f) < 0)
		return -1;
	if (installed.part == INSTALLED_NOTHING)
		installed_done(&installed);
	else if (add_item(s, &spot, &installed, f) < 0)
		return -1;
	return look_into_stores(s, t, name, f);
}

/* LXD keeps a container's root one directory below its subvolume. */
static int look_into_other(struct surveying *s, const struct targetfs *t, const char *name,
			   struct survey_store *store, struct fault *f)
{
	static const char lxd[] = "/rootfs";
	struct spot spot = {.subvolume = name, .kind = store->kind};
	struct installed installed;

	installed_look_for_root(t, &installed, s->remarks);
	if (installed.part == INSTALLED_ROOT || !targetfs_has(t, lxd))
		return add_other_root(s, &spot, &installed, &store->roots, f);
	spot.inside = lxd;
	return look_into_entry(s, t, &spot, &store->roots, f);
}

/* The store of a kind of subvolumes, counted from `first` on. */
static struct survey_store *store_of_kind(struct surveying *s, size_t first, enum store_kind kind,
					  struct fault *f)
{
	for (size_t i = first; i < s->survey->store_count; i++)
		if (s->survey->stores[i].kind == kind && !*s->survey->stores[i].place)
			return &s->survey->stores[i];
	return add_store(s, NULL, kind, "", f);
}

static int look_into_subvolume(struct surveying *s, const struct targetfs *top,
			       const struct subvolume *subvolume, size_t first_store,
			       struct fault *f)
{
	enum store_kind kind = kind_of(subvolume);
	own_buf struct buf name = {0};
	struct survey_store *store;
	struct targetfs *t;
	struct fault fault;
	int result;

	name_subvolume(subvolume, &name);
	if (name.failed)
		return no_memory(f);
	t = open_below(top, subvolume->path, &fault);
	if (!t) {
		remark_add(s->remarks, subvolume->path, &fault);
		return 0;
	}
	if (kind == STORE_NONE) {
		result = look_into_own(s, t, buf_text(&name), f);
	} else {
		store = store_of_kind(s, first_store, kind, f);
		result = store && count_entry(store, subvolume->path, f) == 0
				 ? look_into_other(s, t, buf_text(&name), store, f)
				 : -1;
	}
	targetfs_close(t);
	return result;
}

static void remark_unseen(struct surveying *s, const struct subvolume_list *list)
{
	struct fault fault;

	fault_set(&fault, E2BIG, "%zu%s subvolumes: %zu of them were looked into", list->count,
		  list->truncated ? " or more" : "",
		  list->count < SURVEY_SUBVOLUMES_MAX ? list->count : SURVEY_SUBVOLUMES_MAX);
	remark_add(s->remarks, s->volumes->items[s->volume].name, &fault);
}

static int look_into_subvolumes(struct surveying *s, const struct targetfs *top, bool *out_any,
				struct fault *f)
{
	size_t first_store = s->survey->store_count;
	own_fd int fd = targetfs_open_dir(top, "/", f);
	struct subvolume_list list;
	int result = 0;

	if (fd < 0 || subvolumes_list(fd, &list, f) < 0)
		return -1;
	*out_any = list.count > 0;
	for (size_t i = 0; i < list.count && i < SURVEY_SUBVOLUMES_MAX && result == 0; i++)
		result = interrupt_check(f) < 0
				 ? -1
				 : look_into_subvolume(s, top, &list.items[i], first_store, f);
	if (list.count > SURVEY_SUBVOLUMES_MAX || list.truncated)
		remark_unseen(s, &list);
	subvolumes_done(&list);
	return result;
}

/* --- Volumes --- */

static int look_at_tree(struct surveying *s, const struct targetfs *t, bool is_btrfs,
			struct fault *f)
{
	const struct spot spot = {.subvolume = is_btrfs ? btrfs_top : NULL};
	struct installed installed;
	bool any = false;

	if (is_btrfs && look_into_subvolumes(s, t, &any, f) < 0)
		return -1;
	if (installed_look(t, &installed, s->remarks, f) < 0)
		return -1;
	if (any && installed.part == INSTALLED_NOTHING)
		installed.part = INSTALLED_SNAPSHOTS;
	if (add_item(s, &spot, &installed, f) < 0)
		return -1;
	return look_into_stores(s, t, spot.subvolume, f);
}

static int look_at(struct surveying *s, struct fault *f)
{
	const struct volume *volume = &s->volumes->items[s->volume];
	bool is_btrfs = strcmp(volume->probe.type, "btrfs") == 0;
	struct evidence evidence;
	struct targetfs *t;
	int result;

	if (s->ledger && source_note(s->volumes, s->volume, s->ledger, f) < 0)
		return -1;
	if (source_open(s->volumes, s->volume, is_btrfs ? btrfs_top : NULL, &evidence, f) < 0)
		return -1;
	members_remark(s->volumes, s->volume, volume->name, s->remarks);
	s->state = evidence.state;
	s->roots = 0;
	s->full = false;
	t = targetfs_open_at(dup(evidence.mount_fd), f);
	result = t ? look_at_tree(s, t, is_btrfs, f) : -1;
	targetfs_close(t);
	evidence_close(&evidence);
	return result;
}

/* --- Numbers --- */

static bool has_own_root(const struct survey *survey, int volume)
{
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_item *item = &survey->items[i];

		if (item->volume == volume && item->kind == STORE_NONE && !item->inside &&
		    item->installed.part == INSTALLED_ROOT)
			return true;
	}
	return false;
}

/* Where nothing else is installed, the versions that ostree keeps are the system. */
static void promote_deployments(struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++) {
		struct survey_item *item = &survey->items[i];

		if (item->kind == STORE_DEPLOYMENT && !has_own_root(survey, item->volume))
			item->kind = STORE_NONE;
	}
}

static void number_systems(struct survey *survey)
{
	unsigned number = 0;

	for (int others = 0; others < 2; others++)
		for (size_t i = 0; i < survey->count; i++)
			if (survey->items[i].installed.part == INSTALLED_ROOT &&
			    (survey->items[i].kind != STORE_NONE) == others)
				survey->items[i].number = ++number;
}

int survey_run(const struct volume_list *volumes, struct ledger *ledger, struct survey *out,
	       struct remark_list *remarks, struct fault *f)
{
	struct survey survey = {0};
	struct surveying s = {
		.volumes = volumes, .ledger = ledger, .survey = &survey, .remarks = remarks};

	for (size_t i = 0; i < volumes->count; i++) {
		struct fault fault;

		if (!to_be_looked_at(volumes, (int)i))
			continue;
		s.volume = (int)i;
		if (interrupt_check(&fault) == 0 && look_at(&s, &fault) == 0)
			continue;
		if (fault.os == ENOMEM || fault.os == EINTR) {
			survey_done(&survey);
			*f = fault;
			return -1;
		}
		remark_add(remarks, volumes->items[i].name, &fault);
	}
	promote_deployments(&survey);
	number_systems(&survey);
	*out = survey;
	return 0;
}

void survey_done(struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++) {
		free(survey->items[i].subvolume);
		free(survey->items[i].inside);
		installed_done(&survey->items[i].installed);
	}
	for (size_t i = 0; i < survey->store_count; i++) {
		struct survey_store *store = &survey->stores[i];

		for (size_t j = 0; j < store->name_count; j++)
			free(store->names[j]);
		free(store->names);
		free(store->place);
		free(store->subvolume);
	}
	free(survey->items);
	free(survey->stores);
	*survey = (struct survey){0};
}

const struct survey_item *survey_system(const struct survey *survey, unsigned number)
{
	for (size_t i = 0; number && i < survey->count; i++)
		if (survey->items[i].number == number)
			return &survey->items[i];
	return NULL;
}

const struct survey_item *survey_part(const struct survey *survey, int volume)
{
	const struct survey_item *found = NULL;

	for (size_t i = 0; i < survey->count; i++)
		if (survey->items[i].volume == volume && survey->items[i].kind == STORE_NONE)
			found = found ? found : &survey->items[i];
	return found;
}
