/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which volumes get an overlay, and that their journals are replayed into it. */
#include "rescue/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rescue/blockdev.h"
#include "rescue/fskind.h"
#include "rescue/interrupt.h"
#include "rescue/overlay.h"
#include "rescue/source.h"
#include "scanner/base/escape.h"
#include "scanner/base/own.h"

enum { NAME_BYTES = 64 };

/* Has its file system something to replay, or what cannot be replayed? */
static enum fskind_state state_of(const struct volume *v)
{
	const struct fskind *kind = fskind_by_type(v->probe.type);
	own_fd int fd = -1;

	if (!kind || !kind->replay_options || v->in_use || v->stick || v->probe.ambivalent ||
	    v->layer != VOLUME_NO_LAYER)
		return FSKIND_CLEAN;
	fd = open(v->path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? FSKIND_NOT_KNOWN : kind->state(fd, v->offset_bytes, v->size_bytes);
}

/* What can be taken without anything else being pushed out (proc_meminfo(5)). */
static uint64_t available_memory(void)
{
	own_file FILE *file = fopen("/proc/meminfo", "re");
	uint64_t kilobytes = 0;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %" SCNu64 " kB", &kilobytes) == 1)
			break;
	return kilobytes * 1024;
}

/* The origin that cannot be written to: the device itself, or a loop device over just its bytes. */
static int open_origin(const struct volume *v, struct ledger *ledger, char path[PATH_MAX],
		       int *out_loop_fd, struct fault *f)
{
	char loop_path[BLOCKDEV_PATH_BYTES];
	own_fd int writable_fd = -1;

	if (!v->rdev) {
		*out_loop_fd =
			blockdev_open_loop(v->path, v->offset_bytes, v->size_bytes, loop_path, f);
		snprintf(path, PATH_MAX, "%s", loop_path);
		return *out_loop_fd < 0 ? -1 : 0;
	}
	snprintf(path, PATH_MAX, "%s", v->path);
	if (!v->read_only && ledger_add_device(ledger, v->path, f) < 0)
		return -1;
	return blockdev_forbid_writing(v->path, &writable_fd, f);
}

/* Origin, store, mapping: each goes by itself until the mapping is there, which is in the ledger first. */
static int put_over(struct volume *v, size_t index, size_t shares, struct ledger *ledger,
		    struct fault *f)
{
	uint64_t store = overlay_store_size(available_memory(), shares, v->size_bytes);
	own_buf struct buf overlay = {0};
	char origin[PATH_MAX], name[NAME_BYTES];
	own_fd int loop_fd = -1;

	if (store == 0)
		return fault_set(f, ENOMEM, "an overlay in memory");
	snprintf(name, sizeof(name), "ima-rescue-%u-overlay-%zu", ledger->number, index);
	if (open_origin(v, ledger, origin, &loop_fd, f) < 0 ||
	    ledger_add(ledger, UNDO_OVERLAY, name, f) < 0 ||
	    overlay_open(name, origin, store, &overlay, f) < 0)
		return -1;
	v->overlay = take_ptr(overlay.data);
	return 0;
}

static int replay_into(struct volume *v, struct fault *f)
{
	struct evidence_source source = source_of_volume(v, NULL);

	return evidence_replay(&source, f);
}

static int replay_one(struct volume *v, size_t index, size_t shares, enum fskind_state state,
		      struct ledger *ledger, struct fault *f)
{
	struct fault fault;

	if (state == FSKIND_ELSEWHERE)
		fault_set(&fault, 0, "it lies on other devices too");
	else if (state == FSKIND_NOT_KNOWN)
		fault_set(&fault, 0, "whether there is anything to replay could not be read");
	else if (put_over(v, index, shares, ledger, &fault) == 0 && replay_into(v, &fault) == 0)
		return 0;
	/* What may be half replayed is shown to nobody; the mapping goes with the rest of the ledger. */
	free(v->overlay);
	v->overlay = NULL;
	v->not_replayed = strdup(fault.text);
	return v->not_replayed ? 0 : fault_set(f, ENOMEM, "replaying a journal");
}

int replay_all(struct volume_list *volumes, struct ledger *ledger, struct fault *f)
{
	own_mem enum fskind_state *states = calloc(volumes->count + 1, sizeof(*states));
	size_t shares = 0;

	if (!states)
		return fault_set(f, ENOMEM, "replaying journals");
	for (size_t i = 0; i < volumes->count; i++) {
		states[i] = state_of(&volumes->items[i]);
		shares += states[i] == FSKIND_DIRTY;
	}
	if (shares && overlay_check(f) < 0)
		return -1;
	for (size_t i = 0; i < volumes->count; i++)
		if (interrupt_check(f) < 0 ||
		    (states[i] != FSKIND_CLEAN && states[i] != FSKIND_UNCLEAN &&
		     replay_one(&volumes->items[i], i, shares, states[i], ledger, f) < 0))
			return -1;
	return 0;
}

void replay_note(const struct volume *volume, struct buf *out)
{
	if (!volume->overlay)
		return;
	buf_puts(out, "the journal of ");
	escape_text(out, volume->name, strlen(volume->name));
	buf_puts(out, " was replayed, into memory");
}
