/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LUKS volumes opened read-only through libcryptsetup. */
#include "rescue/unlock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libcryptsetup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rescue/blockdev.h"
#include "rescue/interrupt.h"
#include "rescue/volume_internal.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

enum {
	NAME_BYTES = 64,
	/* A header is hostile, and what it asks for cannot be stopped half way: no more than minutes of work. What
	   cryptsetup makes is far below. */
	ITERATIONS_MAX = 1000 * 1000 * 1000, /* of PBKDF2 */
	PASSES_MAX = 1000,		     /* of argon2 */
};

static void free_device(struct crypt_device **cd)
{
	crypt_free(*cd);
}

#define own_crypt __attribute__((cleanup(free_device)))

/* --- One volume --- */

static void silent_log(int level, const char *message, void *context)
{
	(void)level;
	(void)message;
	(void)context;
}

static int load(const char *device, const char *header, struct crypt_device **cd, struct fault *f)
{
	int result = header ? crypt_init_data_device(cd, header, device) : crypt_init(cd, device);

	if (result < 0)
		return fault_set(f, -result, "opening the LUKS volume");
	crypt_set_log_callback(*cd, silent_log, NULL);
	/* A header that is damaged stays so: it is evidence. */
	result = crypt_load(*cd, CRYPT_LUKS, NULL);
	return result < 0 ? fault_set(f, -result, "reading the LUKS header") : 0;
}

/* Names the first token that nobody here can read. */
static int explain_tokens(struct crypt_device *cd, int result, struct fault *f)
{
	const char *type = "";
	bool any = false;

	for (int i = 0; i < crypt_token_max(CRYPT_LUKS2); i++) {
		crypt_token_info info = crypt_token_status(cd, i, &type);

		if (info == CRYPT_TOKEN_EXTERNAL_UNKNOWN || info == CRYPT_TOKEN_INTERNAL_UNKNOWN)
			return fault_set(f, 0,
					 "its token %d is of the type %s, and libcryptsetup has no "
					 "plug-in for that here",
					 i, type);
		any |= info != CRYPT_TOKEN_INVALID && info != CRYPT_TOKEN_INACTIVE;
	}
	if (!any)
		return fault_set(f, 0, "it has no token");
	return fault_set(f, result == -EPERM ? EPERM : 0,
			 "no token of it gives a key that opens it");
}

static int by_token(struct crypt_device *cd, const char *name, struct fault *f)
{
	int result =
		crypt_activate_by_token(cd, name, CRYPT_ANY_TOKEN, NULL, CRYPT_ACTIVATE_READONLY);

	return result < 0 ? explain_tokens(cd, result, f) : 0;
}

/* In KiB; what cannot be read is taken for enough. */
static uint64_t available_memory(void)
{
	own_file FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	uint64_t kib;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %" SCNu64, &kib) == 1)
			return kib;
	return UINT64_MAX;
}

/*
 * Is trying a key slot within what there is? argon2 takes all the memory that the header says, and a machine
 * that lacks it would end us rather than tell us.
 */
static int check_cost(struct crypt_device *cd, int slot, struct fault *f)
{
	struct crypt_pbkdf_type cost = {0};
	uint64_t kib = available_memory();
	bool is_argon;

	if (crypt_keyslot_get_pbkdf(cd, slot, &cost) < 0)
		return 0;
	is_argon = cost.type && strncmp(cost.type, "argon2", 6) == 0;
	if (is_argon && cost.max_memory_kb > kib)
		return fault_set(f, 0,
				 "unlocking: key slot %d wants %u MiB of memory, and %" PRIu64
				 " MiB are available",
				 slot, cost.max_memory_kb / 1024, kib / 1024);
	if (cost.iterations > (is_argon ? PASSES_MAX : ITERATIONS_MAX))
		return fault_set(f, 0, "unlocking: key slot %d wants %u rounds, which is too much",
				 slot, cost.iterations);
	return 0;
}

static bool is_active(struct crypt_device *cd, int slot)
{
	crypt_keyslot_info info = crypt_keyslot_status(cd, slot);

	return info == CRYPT_SLOT_ACTIVE || info == CRYPT_SLOT_ACTIVE_LAST;
}

/* Slot by slot, since one that asks for too much must not keep the others from being tried. */
static int by_passphrase(struct crypt_device *cd, const char *name, const struct secret *secret,
			 struct fault *f)
{
	bool too_much = false;

	fault_set(f, EPERM, "unlocking: no key slot takes this passphrase");
	for (int slot = 0; slot < crypt_keyslot_max(crypt_get_type(cd)); slot++) {
		int result;

		if (!is_active(cd, slot))
			continue;
		if (interrupt_pending())
			return interrupt_check(f);
		if (check_cost(cd, slot, too_much ? NULL : f) < 0) {
			too_much = true;
			continue;
		}
		result = crypt_activate_by_passphrase(cd, name, slot, (const char *)secret->bytes,
						      secret->size, CRYPT_ACTIVATE_READONLY);
		if (result >= 0)
			return 0;
		if (result == -EPERM)
			continue;
		fault_set(f, -result, "unlocking by key slot %d", slot);
		/* Of the key derivation, which is told as such and is not ours. */
		if (result == -ENOMEM)
			f->os = 0;
		return -1;
	}
	return -1;
}

/* dm-integrity keeps a journal of its own, which a read-only mapping cannot be rid of. */
static int add_integrity(struct crypt_device *cd, struct fault *f)
{
	struct crypt_params_integrity with = {0};

	if (crypt_get_integrity_info(cd, &with) == 0 && with.integrity && *with.integrity)
		return fault_add(f, "it is kept by dm-integrity (%s)", with.integrity);
	return -1;
}

static int activate(struct crypt_device *cd, const char *name, const struct unlock_key *key,
		    struct fault *f)
{
	struct fault token = {0};

	if (key->token && by_token(cd, name, &token) == 0)
		return 0;
	if (!key->secret->bytes) {
		*f = token;
		return -1;
	}
	return by_passphrase(cd, name, key->secret, f) < 0 ? add_integrity(cd, f) : 0;
}

/* The mapping's device as a volume on top of the one that was unlocked. */
static int add_mapped(struct volume_list *volumes, int below, const char *name, struct fault *f)
{
	own_buf struct buf path = {0};
	struct volume_top top = {VOLUME_MAPPED, NULL, name, name, NULL, &below, 1};

	buf_printf(&path, "%s/%s", crypt_get_dir(), name);
	if (path.failed)
		return fault_set(f, ENOMEM, "opening the unlocked volume");
	top.path = buf_text(&path);
	return volume_add_top(volumes, &top, f);
}

/* libcryptsetup writes to a header when it finds one of its two copies damaged: not through this. */
static int protect_header(const struct unlock_key *key, char path[BLOCKDEV_PATH_BYTES], int *out_fd,
			  struct fault *f)
{
	if (!key->header)
		return 0;
	*out_fd = blockdev_open_loop(key->header, 0, 0, path, f);
	return *out_fd < 0 ? fault_add(f, "the header %s", key->header) : 0;
}

/* Loop device, mapping, volume: each written into the ledger before it is. */
static int unlock_volume(struct volume_list *volumes, int index, const char *name,
			 const struct unlock_key *key, struct ledger *ledger, struct fault *f)
{
	const struct volume *v = &volumes->items[index];
	char loop_path[BLOCKDEV_PATH_BYTES], header_path[BLOCKDEV_PATH_BYTES];
	own_crypt struct crypt_device *cd = NULL;
	own_fd int loop_fd = -1, writable_fd = -1, header_fd = -1;

	if (v->rdev) {
		if (!v->read_only && ledger_add(ledger, UNDO_DEVICE, v->path, f) < 0)
			return -1;
		if (blockdev_forbid_writing(v->path, &writable_fd, f) < 0)
			return -1;
	} else {
		loop_fd = blockdev_open_loop(v->path, v->offset_bytes, v->size_bytes, loop_path, f);
		if (loop_fd < 0)
			return -1;
	}
	if (protect_header(key, header_path, &header_fd, f) < 0 ||
	    load(v->rdev ? v->path : loop_path, key->header ? header_path : NULL, &cd, f) < 0 ||
	    ledger_add(ledger, UNDO_MAPPING, name, f) < 0 || activate(cd, name, key, f) < 0)
		return -1;
	return add_mapped(volumes, index, name, f);
}

/* With a detached header, a volume says nothing of itself: it looks empty. */
static bool is_locked(const struct volume *v, const struct unlock_key *key)
{
	if (v->in_use || v->stick || v->tried)
		return false;
	/* What it opens looks empty, too, when it was the wrong volume. */
	if (key->header)
		return v->kind != VOLUME_MAPPED && !*v->probe.type && !*v->probe.table &&
		       !v->probe.ambivalent;
	return v->layer == VOLUME_LUKS;
}

int unlock_all(struct volume_list *volumes, const struct unlock_key *key, struct ledger *ledger,
	       struct remark_list *remarks, struct fault *f)
{
	/* The list grows while it is walked: LUKS inside LUKS is met in its turn. */
	for (size_t i = 0; i < volumes->count; i++) {
		char name[NAME_BYTES];
		struct fault fault;

		if (!is_locked(&volumes->items[i], key) || volume_has_child(volumes, (int)i))
			continue;
		volumes->items[i].tried = true;
		snprintf(name, sizeof(name), "ima-rescue-%u-%zu", ledger->number, i);
		if (unlock_volume(volumes, (int)i, name, key, ledger, &fault) == 0)
			continue;
		if (fault.os == ENOMEM || fault.os == EINTR) {
			*f = fault;
			return -1;
		}
		remark_add(remarks, volumes->items[i].name, &fault);
	}
	return 0;
}

int unlock_close(const char *name, struct fault *f)
{
	int result;

	crypt_set_log_callback(NULL, silent_log, NULL);
	result = crypt_deactivate(NULL, name);

	/* Not there: it was written down, and a crash came before it was made. */
	if (result == 0 || result == -ENODEV || result == -ENXIO || result == -EINVAL)
		return 0;
	return fault_set(f, -result, "closing the mapping %s", name);
}
