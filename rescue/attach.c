/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an installed system to its attached tree (move_mount(2), Linux 5.2). */
#include "rescue/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "efi/targetfs.h"
#include "rescue/source.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

/* --- Choosing --- */

/* A system that may be where a journal could not be replayed is not "none". */
static void refuse_none(const struct machine *machine, const char *target, struct fault *f)
{
	for (size_t i = 0; i < machine->volumes.count; i++) {
		const struct volume *v = &machine->volumes.items[i];

		if (v->not_replayed) {
			fault_set(f, 0,
				  "no installed system was found in %s, where the journal of %s "
				  "could not be replayed: %s",
				  target, v->name, v->not_replayed);
			return;
		}
	}
	fault_set(f, ENOENT, "no installed system was found in %s", target);
}

static const struct survey_item *only_system(const struct machine *machine, const char *target,
					     struct fault *f)
{
	const struct survey_item *found = NULL;
	own_buf struct buf numbers = {0};
	unsigned count = 0;

	for (size_t i = 0; i < machine->survey.count; i++) {
		if (!machine->survey.items[i].number)
			continue;
		found = &machine->survey.items[i];
		buf_printf(&numbers, "%s%u", count++ ? ", " : "", found->number);
	}
	if (count == 1)
		return found;
	if (count == 0)
		refuse_none(machine, target, f);
	else
		fault_set(f, 0, "%s holds %u systems: say which by its number (%s)", target, count,
			  buf_text(&numbers));
	return NULL;
}

static bool is_image(const struct machine *machine, const char *target)
{
	for (size_t i = 0; i < machine->volumes.count; i++)
		if (machine->volumes.items[i].kind == VOLUME_IMAGE &&
		    strcmp(machine->volumes.items[i].path, target) == 0)
			return true;
	return false;
}

static const struct survey_item *by_number(const struct machine *machine, const char *target,
					   struct fault *f)
{
	char *end;
	unsigned long number = strtoul(target, &end, 10);
	const struct survey_item *item =
		*end ? NULL : survey_system(&machine->survey, (unsigned)number);

	if (!item)
		fault_set(f, ENOENT, "there is no system %s", target);
	return item;
}

const struct survey_item *attach_choose(const struct machine *machine, const char *target,
					struct fault *f)
{
	const struct survey_item *item;
	const struct volume *volume;
	int index;

	if (*target && strspn(target, "0123456789") == strlen(target))
		return by_number(machine, target, f);
	if (is_image(machine, target))
		return only_system(machine, target, f);
	index = volume_find(&machine->volumes, target, f);
	if (index < 0)
		return NULL;
	volume = &machine->volumes.items[index];
	item = survey_of(&machine->survey, index);
	if (item)
		return item;
	if (volume->in_use)
		fault_set(f, EBUSY, "%s is in use by the running system", volume->name);
	else if (volume->stick)
		fault_set(f, EBUSY, "%s is the medium this system runs from", volume->name);
	else if (volume->not_replayed)
		fault_set(f, 0, "the journal of %s could not be replayed: %s", volume->name,
			  volume->not_replayed);
	else if (volume->layer != VOLUME_NO_LAYER)
		fault_set(f, ENOTSUP, "%s holds %s, which is not opened", volume->name,
			  volume_layer_name(volume->layer));
	else
		fault_set(f, ENOTSUP, "%s holds no file system that could be looked into",
			  volume->name);
	return NULL;
}

/* --- Planning --- */

static int read_fstab(const struct targetfs *t, struct fstab *out, struct remark_list *remarks,
		      struct fault *f)
{
	own_mem uint8_t *data = NULL;
	struct fault fault;
	size_t size = 0;

	*out = (struct fstab){0};
	if (targetfs_read(t, "/etc/fstab", FSTAB_BYTES_MAX, &data, &size, &fault) < 0) {
		if (fault.os != ENOENT)
			remark_add(remarks, "/etc/fstab", &fault);
		return 0;
	}
	if (fstab_decode((const char *)data, size, out, f) < 0)
		return -1;
	if (out->truncated) {
		fault_set(&fault, E2BIG, "more than %d volumes: the rest is left out",
			  FSTAB_ENTRIES_MAX);
		remark_add(remarks, "/etc/fstab", &fault);
	}
	return 0;
}

static void remark_missing(const struct compose *plan, struct remark_list *remarks)
{
	for (size_t i = 0; i < plan->missing_count; i++) {
		const struct compose_missing *m = &plan->missing[i];
		struct fault fault;

		fault_set(&fault, 0, "%s of fstab line %u is left out: %s", m->source, m->line,
			  compose_why_name(m->why));
		remark_add(remarks, m->dir, &fault);
	}
}

static int plan_by(const struct machine *machine, const struct survey_item *root,
		   const struct targetfs *t, struct compose *out, struct remark_list *remarks,
		   struct fault *f)
{
	struct fstab fstab;
	int result;

	if (read_fstab(t, &fstab, remarks, f) < 0)
		return -1;
	result = compose_plan(&machine->volumes, root, t, &fstab, out, f);
	fstab_done(&fstab);
	if (result == 0)
		remark_missing(out, remarks);
	return result;
}

/* A subvolume, as fstab and survey.h name it, from the volume it is on. */
static int open_item(const struct machine *machine, int volume, const char *subvolume,
		     struct evidence *out, struct fault *f)
{
	struct evidence_source source =
		source_of_volume(&machine->volumes.items[volume], subvolume);

	return evidence_open(&source, out, f);
}

int attach_plan(const struct machine *machine, const struct survey_item *root, struct compose *out,
		struct remark_list *remarks, struct fault *f)
{
	struct evidence evidence;
	struct targetfs *t;
	int result;

	if (open_item(machine, root->volume, root->subvolume, &evidence, f) < 0)
		return -1;
	t = targetfs_open_at(dup(evidence.mount_fd), f);
	result = t ? plan_by(machine, root, t, out, remarks, f) : -1;
	targetfs_close(t);
	evidence_close(&evidence);
	return result;
}

/* --- Attaching --- */

static int attach_root(const struct evidence *evidence, const char *at, struct fault *f)
{
	if (move_mount(evidence->mount_fd, "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return fault_set(f, errno, "attaching the root at %s", at);
	return 0;
}

/* The directory is found by our own reading of links, below what is attached so far. */
static int attach_below(const struct evidence *evidence, const char *at, const char *dir,
			struct fault *f)
{
	struct targetfs *t = targetfs_open(at, f);
	own_fd int fd = t ? targetfs_open_dir(t, dir, f) : -1;

	targetfs_close(t);
	if (fd < 0)
		return -1;
	if (move_mount(evidence->mount_fd, "", fd, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return fault_set(f, errno, "attaching at %s", dir);
	return 0;
}

static int attach_item(const struct machine *machine, const struct compose_item *item,
		       const char *at, struct remark_list *remarks, struct fault *f)
{
	struct evidence evidence;
	bool is_root = strcmp(item->dir, "/") == 0;
	struct fault dirty;
	int result;

	if (open_item(machine, item->volume, item->subvolume, &evidence, f) < 0)
		return -1;
	result =
		is_root ? attach_root(&evidence, at, f) : attach_below(&evidence, at, item->dir, f);
	if (result < 0) {
		evidence_close(&evidence);
		return -1;
	}
	if (fskind_state_warning(evidence.state)) {
		fault_set(&dirty, 0, "%s: %s", machine->volumes.items[item->volume].name,
			  fskind_state_warning(evidence.state));
		remark_add(remarks, item->dir, &dirty);
	}
	evidence_keep(&evidence);
	return 0;
}

static int note_devices(const struct machine *machine, const struct compose *plan,
			struct ledger *ledger, struct fault *f)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct volume *v = &machine->volumes.items[plan->items[i].volume];

		if (v->rdev && !v->read_only && ledger_add(ledger, UNDO_DEVICE, v->path, f) < 0)
			return -1;
	}
	return 0;
}

int attach_tree(const struct machine *machine, const struct compose *plan, struct ledger *ledger,
		struct remark_list *remarks, struct fault *f)
{
	if (note_devices(machine, plan, ledger, f) < 0)
		return -1;
	for (size_t i = 0; i < plan->count; i++) {
		struct fault fault;

		if (attach_item(machine, &plan->items[i], ledger->at, remarks, &fault) == 0)
			continue;
		if (i == 0) {
			*f = fault;
			return -1;
		}
		remark_add(remarks, plan->items[i].dir, &fault);
	}
	return 0;
}
