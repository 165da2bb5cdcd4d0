/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an installed system to its attached tree (move_mount(2), open_tree(2), Linux 5.2; mount_setattr(2),
 * Linux 5.12).
 */
#include "rescue/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "efi/targetfs.h"
#include "rescue/assemble.h"
#include "rescue/interrupt.h"
#include "rescue/source.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

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
	return result;
}

/* The root's own tree, by the detached mount of its file system. */
static struct targetfs *open_root(const struct evidence *evidence, const char *inside,
				  struct fault *f)
{
	struct targetfs *whole = targetfs_open_at(dup(evidence->mount_fd), f);
	int fd;

	if (!whole || !inside)
		return whole;
	fd = targetfs_open_dir(whole, inside, f);
	targetfs_close(whole);
	return fd < 0 ? NULL : targetfs_open_at(fd, f);
}

int attach_plan(const struct machine *machine, const struct survey_item *root, struct compose *out,
		struct remark_list *remarks, struct fault *f)
{
	struct evidence evidence;
	struct targetfs *t;
	int result;

	if (source_open(&machine->volumes, root->volume, root->subvolume, &evidence, f) < 0)
		return -1;
	t = open_root(&evidence, root->inside, f);
	result = t ? plan_by(machine, root, t, out, remarks, f) : -1;
	targetfs_close(t);
	evidence_close(&evidence);
	return result;
}

/* --- Places --- */

/* Where the tree itself is. */
static char *tree_of(const struct attach *a)
{
	own_buf struct buf path = {0};

	buf_printf(&path, "%s%s", a->ledger->at, a->beneath ? "/root" : "");
	return path.failed ? NULL : take_ptr(path.data);
}

/* The directory to attach at, found by our own reading of links below what is attached so far. */
static int open_place(const struct attach *a, const char *dir, struct fault *f)
{
	own_mem char *at = tree_of(a);
	struct targetfs *t = at ? targetfs_open(at, f) : NULL;
	int fd;

	if (!at)
		return fault_set(f, ENOMEM, "attaching");
	fd = t ? targetfs_open_dir(t, dir, f) : -1;
	targetfs_close(t);
	return fd;
}

static int attach_at(int mount_fd, int place_fd, struct fault *f)
{
	if (move_mount(mount_fd, "", place_fd, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return fault_set(f, errno, "attaching");
	return 0;
}

static int clone_of(int dir_fd, struct fault *f)
{
	int fd = open_tree(dir_fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	return fd < 0 ? fault_set(f, errno, "taking a directory as a tree") : fd;
}

/* Takes away what is attached, while its descriptor stays. */
static int detach(int mount_fd, struct fault *f)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", mount_fd);
	return umount2(path, MNT_DETACH) < 0 ? fault_set(f, errno, "detaching") : 0;
}

/*
 * A directory of a file system instead of the whole. Before Linux 6.15 a mount that is attached nowhere
 * cannot be cloned, so the whole is attached first, at the place that the directory will have.
 */
static int attach_inside(const struct evidence *evidence, const char *inside, int place_fd,
			 struct fault *f)
{
	struct targetfs *t = targetfs_open_at(dup(evidence->mount_fd), f);
	own_fd int dir = t ? targetfs_open_dir(t, inside, f) : -1, clone = -1;

	targetfs_close(t);
	if (dir < 0 || attach_at(evidence->mount_fd, place_fd, f) < 0)
		return -1;
	clone = clone_of(dir, f);
	if (detach(evidence->mount_fd, f) < 0 || clone < 0)
		return -1;
	return attach_at(clone, place_fd, f);
}

/* --- Beneath --- */

static const char beneath_dir[] = "beneath";

static int refuse_stand(struct fault *f)
{
	return fault_set(f, errno, "making a place for what is hidden");
}

/* A file system in memory with a directory for the tree, and one for what the tree hides. */
static int attach_stand(const struct attach *a, struct fault *f)
{
	const unsigned attributes =
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW;
	own_fd int context = fsopen("tmpfs", FSOPEN_CLOEXEC), stand = -1;

	if (context < 0 || fsconfig(context, FSCONFIG_SET_STRING, "mode", "0700", 0) < 0 ||
	    fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return refuse_stand(f);
	stand = fsmount(context, FSMOUNT_CLOEXEC, attributes);
	if (stand < 0 || mkdirat(stand, "root", 0700) < 0 ||
	    mkdirat(stand, beneath_dir, 0700) < 0 ||
	    move_mount(stand, "", AT_FDCWD, a->ledger->at, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return refuse_stand(f);
	return 0;
}

/* Nothing is to be written there by anyone once it is whole. */
static int finish_stand(const struct attach *a, struct fault *f)
{
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};

	if (mount_setattr(AT_FDCWD, a->ledger->at, 0, &read_only, sizeof(read_only)) < 0)
		return refuse_stand(f);
	return 0;
}

/* Makes a directory for what is hidden and says where; false: it cannot be made (errno). */
static bool try_place(const struct attach *a, const char *name, struct buf *out)
{
	buf_clear(out);
	buf_printf(out, "%s/%s/%s", a->ledger->at, beneath_dir, name);
	if (out->failed)
		errno = ENOMEM;
	return !out->failed && mkdir(buf_text(out), 0700) == 0;
}

enum { PLACES_MAX = 10000 };

/* "/boot/efi" is shown as "boot+efi"; by a number when that is taken, or is too long for a name. */
static int make_place(const struct attach *a, const char *dir, struct buf *out, struct fault *f)
{
	own_buf struct buf name = {0};

	for (const char *p = dir + 1; *p; p++)
		buf_addc(&name, *p == '/' ? '+' : *p);
	if (name.failed)
		return fault_set(f, ENOMEM, "making a place for what is hidden");
	for (unsigned n = 1; !try_place(a, buf_text(&name), out); n++) {
		if ((errno != EEXIST && errno != ENAMETOOLONG) || n == PLACES_MAX)
			return refuse_stand(f);
		buf_clear(&name);
		buf_printf(&name, "%u", n);
	}
	return 0;
}

/* Shows a directory once more, as it is before it is covered. */
static int show_hidden(const struct attach *a, struct hidden *hidden, int place_fd, struct fault *f)
{
	own_fd int clone = clone_of(place_fd, f);
	own_buf struct buf at = {0};

	if (clone < 0 || make_place(a, hidden->dir, &at, f) < 0)
		return -1;
	if (move_mount(clone, "", AT_FDCWD, buf_text(&at), MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return fault_set(f, errno, "showing what is hidden");
	hidden->at = take_ptr(at.data);
	return 0;
}

/* The volume whose file system a directory is in: of the deepest place above it. */
static int volume_above(const struct attach *a, const char *dir)
{
	size_t best = 0;
	int volume = a->plan->items[0].volume;

	for (size_t i = 0; i < a->plan->count; i++) {
		const char *above = a->plan->items[i].dir;
		size_t n = strlen(above);

		if (n > best && strncmp(dir, above, n) == 0 && dir[n] == '/') {
			best = n;
			volume = a->plan->items[i].volume;
		}
	}
	return volume;
}

/* What cannot be looked at or shown is a remark; the tree is attached all the same. */
static void look_beneath(struct attach *a, const char *dir, int place_fd)
{
	struct hidden *hidden;
	struct fault fault;

	if (hidden_look(&a->hidden, place_fd, dir, volume_above(a, dir), &hidden, &fault) < 0 ||
	    (hidden && a->beneath && show_hidden(a, hidden, place_fd, &fault) < 0))
		remark_add(a->remarks, dir, &fault);
}

/* --- Attaching --- */

static void remark_state(const struct attach *a, const struct compose_item *item,
			 const struct evidence *evidence)
{
	enum fskind_state state = evidence->state;
	struct fault fault;

	/* One that is never written keeps no state. */
	if (!evidence->kind->state || !fskind_state_warning(state))
		return;
	fault_set(&fault, 0, "%s: %s", a->machine->volumes.items[item->volume].name,
		  fskind_state_warning(state));
	remark_add(a->remarks, item->dir, &fault);
}

/* What was opened of the same volume before; NULL: nothing. */
static const struct evidence *opened_of(const struct attach *a, int volume)
{
	for (size_t i = 0; i < a->plan->count; i++)
		if (a->plan->items[i].volume == volume && a->opened[i].mount_fd >= 0)
			return &a->opened[i];
	return NULL;
}

static int open_item(const struct attach *a, const struct compose_item *item, struct evidence *out,
		     struct fault *f)
{
	const struct evidence *first = opened_of(a, item->volume);
	const struct volume_list *volumes = &a->machine->volumes;

	return first ? source_open_again(volumes, item->volume, item->subvolume, first, out, f)
		     : source_open(volumes, item->volume, item->subvolume, out, f);
}

/*
 * A link can lead to where something is attached already, the tree's own root even: what is attached there
 * would be shown instead of it.
 */
static int refuse_covered(int place_fd, struct fault *f)
{
	struct statx st;

	if (statx(place_fd, "", AT_EMPTY_PATH, STATX_TYPE, &st) < 0)
		return fault_set(f, errno, "looking at its place");
	/* Linux 5.8 */
	if (!(st.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) ||
	    (st.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return fault_set(f, ELOOP, "its place leads to where something is attached");
	return 0;
}

static int attach_item(struct attach *a, const struct compose_item *item, struct evidence *out,
		       struct fault *f)
{
	own_fd int place = open_place(a, item->dir, f);
	size_t hidden_before = a->hidden.count;
	struct evidence evidence;
	int result;

	if (place < 0)
		return -1;
	if (strcmp(item->dir, "/") != 0 && refuse_covered(place, f) < 0)
		return -1;
	if (open_item(a, item, &evidence, f) < 0)
		return -1;
	if (strcmp(item->dir, "/") != 0)
		look_beneath(a, item->dir, place);
	result = item->inside ? attach_inside(&evidence, item->inside, place, f)
			      : attach_at(evidence.mount_fd, place, f);
	if (result < 0) {
		hidden_shorten(&a->hidden, hidden_before);
		evidence_close(&evidence);
		return -1;
	}
	remark_state(a, item, &evidence);
	*out = evidence;
	return 0;
}

static bool is_anything_waiting(const struct volume_list *volumes)
{
	for (size_t i = 0; i < volumes->count; i++)
		if (assemble_is_waiting(volumes, (int)i))
			return true;
	return false;
}

/* What is no volume of a disk is no part of the tree; the rest might be, and is missing. */
static void remark_refused(const struct compose *plan, struct remark_list *remarks)
{
	for (int i = 0; i < FSTAB_REFUSALS; i++) {
		struct fault fault;

		if (plan->refused[i] == 0 || i == FSTAB_SWAP || i == FSTAB_NO_VOLUME)
			continue;
		fault_set(&fault, 0, "%zu %s left out: %s", plan->refused[i],
			  plan->refused[i] == 1 ? "line is" : "lines are",
			  fstab_refusal_name((enum fstab_refusal)i));
		remark_add(remarks, "/etc/fstab", &fault);
	}
}

static void remark_missing(const struct attach *a)
{
	const char *hint = is_anything_waiting(&a->machine->volumes)
				   ? "; not everything is set up (--assemble)"
				   : "";

	for (size_t i = 0; i < a->plan->missing_count; i++) {
		const struct compose_missing *m = &a->plan->missing[i];
		struct fault fault;

		fault_set(&fault, 0, "%s of fstab line %u is left out: %s%s", m->source, m->line,
			  compose_why_name(m->why), m->why == COMPOSE_NOT_FOUND ? hint : "");
		remark_add(a->remarks, m->dir, &fault);
	}
	remark_refused(a->plan, a->remarks);
}

static int attach_items(struct attach *a, struct fault *f)
{
	for (size_t i = 0; i < a->plan->count; i++) {
		struct fault fault;

		if (interrupt_check(&fault) == 0 &&
		    attach_item(a, &a->plan->items[i], &a->opened[i], &fault) == 0)
			continue;
		if (i == 0 || fault.os == EINTR) {
			*f = fault;
			return fault_add(f, "attaching the root");
		}
		remark_add(a->remarks, a->plan->items[i].dir, &fault);
	}
	return 0;
}

static int open_and_attach(struct attach *a, struct fault *f)
{
	int result;

	a->opened = calloc(a->plan->count, sizeof(*a->opened));
	if (!a->opened)
		return fault_set(f, ENOMEM, "attaching");
	for (size_t i = 0; i < a->plan->count; i++)
		a->opened[i] = (struct evidence){.mount_fd = -1, .loop_fd = -1, .device_fd = -1};
	result = attach_items(a, f);
	for (size_t i = 0; i < a->plan->count; i++)
		evidence_keep(&a->opened[i]);
	free(a->opened);
	a->opened = NULL;
	return result;
}

int attach_tree(struct attach *attach, struct fault *f)
{
	const struct compose *plan = attach->plan;

	remark_missing(attach);
	for (size_t i = 0; i < plan->count; i++)
		if (source_note(&attach->machine->volumes, plan->items[i].volume, attach->ledger,
				f) < 0)
			return -1;
	if (attach->beneath && attach_stand(attach, f) < 0)
		return -1;
	if (open_and_attach(attach, f) < 0)
		return -1;
	return attach->beneath ? finish_stand(attach, f) : 0;
}

void attach_done(struct attach *attach)
{
	hidden_done(&attach->hidden);
}
