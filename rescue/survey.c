/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking into every volume with a file system, one at a time. */
#include "rescue/survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efi/targetfs.h"
#include "rescue/interrupt.h"
#include "rescue/source.h"
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
};

static bool to_be_looked_at(const struct volume *v)
{
	const struct fskind *kind = fskind_by_type(v->probe.type);

	return kind && kind->supported && !v->in_use && !v->stick && !v->probe.ambivalent &&
	       v->layer == VOLUME_NO_LAYER;
}

/* Takes what was seen. */
static int add_item(struct surveying *s, const char *subvolume, struct installed *installed,
		    struct fault *f)
{
	struct survey *survey = s->survey;
	struct survey_item *items = reallocarray(survey->items, survey->count + 1, sizeof(*items));
	own_mem char *name = subvolume ? strdup(subvolume) : NULL;

	if (items)
		survey->items = items;
	if (!items || (subvolume && !name)) {
		installed_done(installed);
		return fault_set(f, ENOMEM, "looking into volumes");
	}
	survey->items[survey->count++] = (struct survey_item){
		.volume = s->volume,
		.subvolume = take_ptr(name),
		.state = s->state,
		.installed = *installed,
	};
	return 0;
}

/* A subvolume has inode number 256 (BTRFS_FIRST_FREE_OBJECTID). */
static bool is_subvolume(const struct stat *st)
{
	return S_ISDIR(st->st_mode) && st->st_ino == 256;
}

/* A tree by a directory of another one. */
static int look_below(struct surveying *s, const struct targetfs *t, const char *dir,
		      struct installed *out, struct fault *f)
{
	int fd = targetfs_open_dir(t, dir, f);
	struct targetfs *below = fd < 0 ? NULL : targetfs_open_at(fd, f);
	int result = below ? installed_look(below, out, s->remarks, f) : -1;

	targetfs_close(below);
	return result;
}

/* Each subvolume at the top of a btrfs file system that holds something we know. */
static int look_into_subvolumes(struct surveying *s, const struct targetfs *t, bool *out_any,
				struct fault *f)
{
	struct targetfs_names names;
	int result = 0;
	size_t looked = 0;

	if (targetfs_list(t, "/", &names, f) < 0)
		return -1;
	for (size_t i = 0; i < names.count && result == 0 && looked < SURVEY_SUBVOLUMES_MAX; i++) {
		struct installed installed = {0};
		struct stat st;

		if (!targetfs_stat(t, names.names[i], &st) || !is_subvolume(&st))
			continue;
		*out_any = true;
		looked++;
		result = look_below(s, t, names.names[i], &installed, f);
		if (result == 0 && installed.part != INSTALLED_NOTHING)
			result = add_item(s, names.names[i], &installed, f);
		else
			installed_done(&installed);
	}
	targetfs_names_done(&names);
	return result;
}

static int look_at_tree(struct surveying *s, const struct targetfs *t, bool is_btrfs,
			struct fault *f)
{
	struct installed installed;
	bool any = false;

	if (is_btrfs && look_into_subvolumes(s, t, &any, f) < 0)
		return -1;
	if (installed_look(t, &installed, s->remarks, f) < 0)
		return -1;
	if (any && installed.part == INSTALLED_NOTHING)
		installed.part = INSTALLED_SNAPSHOTS;
	return add_item(s, is_btrfs ? btrfs_top : NULL, &installed, f);
}

static int look_at(struct surveying *s, struct fault *f)
{
	const struct volume *volume = &s->volumes->items[s->volume];
	bool is_btrfs = strcmp(volume->probe.type, "btrfs") == 0;
	struct evidence_source source = source_of_volume(volume, is_btrfs ? btrfs_top : NULL);
	struct evidence evidence;
	struct targetfs *t;
	int result;

	if (s->ledger && volume->rdev && !volume->read_only &&
	    ledger_add(s->ledger, UNDO_DEVICE, volume->path, f) < 0)
		return -1;
	if (evidence_open(&source, &evidence, f) < 0)
		return -1;
	s->state = evidence.state;
	t = targetfs_open_at(dup(evidence.mount_fd), f);
	result = t ? look_at_tree(s, t, is_btrfs, f) : -1;
	targetfs_close(t);
	evidence_close(&evidence);
	return result;
}

static void number_systems(struct survey *survey)
{
	unsigned number = 0;

	for (size_t i = 0; i < survey->count; i++)
		if (survey->items[i].installed.part == INSTALLED_ROOT)
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

		if (!to_be_looked_at(&volumes->items[i]))
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
	number_systems(&survey);
	*out = survey;
	return 0;
}

void survey_done(struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++) {
		free(survey->items[i].subvolume);
		installed_done(&survey->items[i].installed);
	}
	free(survey->items);
	*survey = (struct survey){0};
}

const struct survey_item *survey_system(const struct survey *survey, unsigned number)
{
	for (size_t i = 0; number && i < survey->count; i++)
		if (survey->items[i].number == number)
			return &survey->items[i];
	return NULL;
}

const struct survey_item *survey_of(const struct survey *survey, int volume)
{
	const struct survey_item *found = NULL;

	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_item *item = &survey->items[i];

		if (item->volume == volume && (!found || (item->number && !found->number)))
			found = item;
	}
	return found;
}
