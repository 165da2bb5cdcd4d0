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
#include "rescue/lukscost.h"
#include "rescue/volume_internal.h"
#include "scanner/base/buf.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"

enum {
	NAME_BYTES = 64,
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

/* What the slots of a volume ask for, and what those tried so far came to. */
struct effort {
	struct lukscost cost;
	uint64_t spent_ms;
	bool any; /* the operator wants them tried, whatever they ask for */
};

static int read_luks1(const char *path, struct lukscost *out, struct fault *f)
{
	own_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t header[LUKSCOST_LUKS1_BYTES];
	ssize_t n = fd < 0 ? -1 : fd_pread_full(fd, header, sizeof(header), 0);

	return n < 0 ? fault_set(f, errno, "reading the LUKS header")
		     : lukscost_decode_luks1(header, (size_t)n, out, f);
}

static bool is_luks2(struct crypt_device *cd)
{
	return strcmp(crypt_get_type(cd), CRYPT_LUKS2) == 0;
}

static int read_cost(struct crypt_device *cd, const char *path, struct lukscost *out,
		     struct fault *f)
{
	const char *json = NULL;

	if (!is_luks2(cd))
		return read_luks1(path, out, f);
	if (crypt_dump_json(cd, &json, 0) < 0)
		return fault_set(f, EBADMSG, "reading what key slots ask for");
	return lukscost_decode_luks2(json, out, f);
}

/* May a slot be tried? Then what it asks for counts as spent. */
static int spend(struct effort *effort, int slot, struct fault *f)
{
	const struct lukscost_slot *asks = lukscost_find(&effort->cost, slot);

	if (effort->any)
		return 0;
	if (!asks)
		return fault_set(f, 0, "unlocking: what key slot %d asks for is not known", slot);
	if (lukscost_check(asks, effort->spent_ms, available_memory(), f) < 0)
		return -1;
	effort->spent_ms += asks->ms;
	return 0;
}

/* --- Tokens --- */

/* Those that a token opens are tried one after the other. */
static int spend_on_token(struct crypt_device *cd, struct effort *effort, int token,
			  struct fault *f)
{
	for (int slot = 0; slot < crypt_keyslot_max(CRYPT_LUKS2); slot++)
		if (crypt_token_is_assigned(cd, token, slot) == 0 && spend(effort, slot, f) < 0)
			return fault_add(f, "token %d", token);
	return 0;
}

static bool is_there(struct crypt_device *cd, int token)
{
	crypt_token_info info = crypt_token_status(cd, token, NULL);

	return info != CRYPT_TOKEN_INVALID && info != CRYPT_TOKEN_INACTIVE;
}

/* Token by token, since one whose slots ask for too much must not keep the others from being tried. */
static int by_token(struct crypt_device *cd, const char *name, struct effort *effort,
		    struct fault *f)
{
	struct fault too_much = {0};
	int worst = -ENOENT;

	for (int i = 0; is_luks2(cd) && i < crypt_token_max(CRYPT_LUKS2); i++) {
		int result;

		if (!is_there(cd, i))
			continue;
		if (interrupt_pending())
			return interrupt_check(f);
		if (spend_on_token(cd, effort, i, &too_much) < 0)
			continue;
		result = crypt_activate_by_token(cd, name, i, NULL, CRYPT_ACTIVATE_READONLY);
		if (result >= 0)
			return 0;
		if (worst != -EPERM)
			worst = result;
	}
	if (*too_much.text) {
		*f = too_much;
		return -1;
	}
	return explain_tokens(cd, worst, f);
}

/* --- A passphrase --- */

static bool is_active(struct crypt_device *cd, int slot)
{
	crypt_keyslot_info info = crypt_keyslot_status(cd, slot);

	return info == CRYPT_SLOT_ACTIVE || info == CRYPT_SLOT_ACTIVE_LAST;
}

/* 1: it opens; 0: it does not take this passphrase; -1: it cannot be tried (EINTR: nor can others). */
static int try_slot(struct crypt_device *cd, const char *name, int slot,
		    const struct secret *secret, struct fault *f)
{
	int result = crypt_activate_by_passphrase(cd, name, slot, (const char *)secret->bytes,
						  secret->size, CRYPT_ACTIVATE_READONLY);

	if (result >= 0)
		return 1;
	if (result == -EPERM)
		return 0;
	fault_set(f, -result, "unlocking by key slot %d", slot);
	/* Of the key derivation, which is told as such and is not ours. */
	if (result == -ENOMEM)
		f->os = 0;
	return -1;
}

/* The cheapest first, so that those a hostile header adds keep no other from being tried; then what is not understood. */
static size_t order_slots(struct crypt_device *cd, const struct effort *effort,
			  int out[LUKSCOST_SLOTS_MAX])
{
	const int most = crypt_keyslot_max(crypt_get_type(cd));
	size_t count = 0;

	for (size_t i = 0; i < effort->cost.count; i++)
		if (effort->cost.slots[i].number < most &&
		    is_active(cd, effort->cost.slots[i].number))
			out[count++] = effort->cost.slots[i].number;
	for (int slot = 0; slot < most && count < LUKSCOST_SLOTS_MAX; slot++)
		if (is_active(cd, slot) && !lukscost_find(&effort->cost, slot))
			out[count++] = slot;
	return count;
}

/* Why no slot opened, of the reasons that each gave: what could not be tried, before what was too much, before a wrong passphrase. */
struct refusals {
	struct fault broken, too_much;
};

static void keep_first(struct fault *first, const struct fault *fault)
{
	if (!*first->text)
		*first = *fault;
}

static int tell_refusals(const struct refusals *refusals, struct fault *f)
{
	if (*refusals->broken.text)
		*f = refusals->broken;
	else if (*refusals->too_much.text)
		*f = refusals->too_much;
	else
		fault_set(f, EPERM, "unlocking: no key slot takes this passphrase");
	return -1;
}

/* A slot that is damaged or cannot be read keeps no other from being tried. */
static int by_passphrase(struct crypt_device *cd, const char *name, const struct secret *secret,
			 struct effort *effort, struct fault *f)
{
	int slots[LUKSCOST_SLOTS_MAX];
	const size_t count = order_slots(cd, effort, slots);
	struct refusals refusals = {0};

	for (size_t i = 0; i < count; i++) {
		struct fault fault = {0};
		int result;

		if (interrupt_pending())
			return interrupt_check(f);
		if (spend(effort, slots[i], &fault) < 0) {
			keep_first(&refusals.too_much, &fault);
			continue;
		}
		result = try_slot(cd, name, slots[i], secret, &fault);
		if (result > 0)
			return 0;
		if (result < 0 && fault.os == EINTR) {
			*f = fault;
			return -1;
		}
		if (result < 0)
			keep_first(&refusals.broken, &fault);
	}
	return tell_refusals(&refusals, f);
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
		    struct effort *effort, struct fault *f)
{
	struct fault token = {0};

	if (key->token && by_token(cd, name, effort, &token) == 0)
		return 0;
	if (!key->secret->bytes) {
		*f = token;
		return -1;
	}
	return by_passphrase(cd, name, key->secret, effort, f) < 0 ? add_integrity(cd, f) : 0;
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
	const char *device = v->rdev ? v->path : loop_path;
	struct effort effort = {.any = key->costly};
	own_crypt struct crypt_device *cd = NULL;
	own_fd int loop_fd = -1, writable_fd = -1, header_fd = -1;

	if (v->rdev) {
		if (!v->read_only && ledger_add_device(ledger, v->path, f) < 0)
			return -1;
		if (blockdev_forbid_writing(v->path, &writable_fd, f) < 0)
			return -1;
	} else {
		loop_fd = blockdev_open_loop(v->path, v->offset_bytes, v->size_bytes, loop_path, f);
		if (loop_fd < 0)
			return -1;
	}
	if (protect_header(key, header_path, &header_fd, f) < 0 ||
	    load(device, key->header ? header_path : NULL, &cd, f) < 0 ||
	    read_cost(cd, key->header ? header_path : device, &effort.cost, f) < 0 ||
	    ledger_add(ledger, UNDO_MAPPING, name, f) < 0 ||
	    activate(cd, name, key, &effort, f) < 0)
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
