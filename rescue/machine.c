/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The volumes of this machine and of images, looked into. */
#include "rescue/machine.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "efi/efistore.h"
#include "rescue/assemble.h"
#include "rescue/image.h"
#include "rescue/interrupt.h"
#include "rescue/replay.h"
#include "rescue/unlock.h"

/*
 * systemd's boot loader interface leaves the PARTUUID of the partition it was started from, in UCS-2
 * (LoaderDevicePartUUID). Without it the stick is known by carrying the running root only.
 */
static void find_boot_partition(struct machine *machine)
{
	struct fault ignored;
	struct efistore *store = efistore_open(NULL, &ignored);
	const struct efistore_variable *variable =
		store ? efistore_find(store, &guid_systemd_loader, "LoaderDevicePartUUID") : NULL;
	size_t n = 0;

	for (size_t i = 0; variable && !variable->unreadable && i + 1 < variable->size &&
			   n + 1 < sizeof(machine->boot_part_uuid);
	     i += 2)
		if (variable->data[i] && !variable->data[i + 1])
			machine->boot_part_uuid[n++] = (char)tolower(variable->data[i]);
	machine->boot_part_uuid[n] = '\0';
	efistore_close(store);
}

static bool is_given(const struct rescueoptions *o, const char *image)
{
	for (size_t i = 0; i < o->images.count; i++)
		if (strcmp(o->images.items[i], image) == 0)
			return true;
	return false;
}

static int add_image(const struct rescueoptions *o, const char *path, struct ledger *ledger,
		     struct machine *machine, struct fault *f)
{
	return image_add(&machine->volumes, path, o->image_format, ledger, &machine->remarks, f);
}

static int add_images(const struct rescueoptions *o, char *const *images, struct ledger *ledger,
		      struct machine *machine, struct fault *f)
{
	for (size_t i = 0; i < o->images.count; i++)
		if (interrupt_check(f) < 0 ||
		    add_image(o, o->images.items[i], ledger, machine, f) < 0)
			return -1;
	for (; images && *images; images++)
		if (!is_given(o, *images) && add_image(o, *images, ledger, machine, f) < 0)
			return -1;
	return 0;
}

static int read_secret(const struct rescueoptions *o, struct secret *out, struct fault *f)
{
	if (o->key_file)
		return secret_read(o->key_file, out, f);
	return o->unlock ? secret_ask("Passphrase (tried on every locked volume): ", out, f) : 0;
}

/* Nothing to open a lock with: locked volumes are shown as such, and not tried. */
static bool wants_unlocking(const struct rescueoptions *o)
{
	return o->unlock || o->token || o->key_file;
}

/* Layers stand on each other in any order: a round brings up what the one before laid open. */
static int open_layers_with(const struct rescueoptions *o, const struct unlock_key *key,
			    struct assemble *assemble, struct fault *f)
{
	for (;;) {
		size_t before = assemble->volumes->count;

		if (interrupt_check(f) < 0)
			return -1;
		if (wants_unlocking(o) &&
		    unlock_all(assemble->volumes, key, assemble->ledger, assemble->remarks, f) < 0)
			return -1;
		if (o->assemble && assemble_round(assemble, f) < 0)
			return -1;
		/* What lacks a member waits until nothing else comes up. */
		if (assemble->volumes->count > before)
			assemble->incomplete = false;
		else if (!assemble->incomplete)
			assemble->incomplete = true;
		else
			return 0;
	}
}

/* The secret is asked for once, and wiped when every volume had it. */
static int open_layers(const struct rescueoptions *o, const char *target, struct ledger *ledger,
		       struct machine *machine, struct fault *f)
{
	struct assemble assemble = {&machine->volumes, ledger, &machine->remarks, target, false};
	struct secret secret = {0};
	struct unlock_key key = {
		.secret = &secret, .token = o->token, .header = o->header, .costly = o->costly};
	int result = wants_unlocking(o) ? read_secret(o, &secret, f) : 0;

	if (result == 0)
		result = open_layers_with(o, &key, &assemble, f);
	secret_wipe(&secret);
	return result;
}

static void remark_not_root(const struct rescueoptions *o, struct machine *machine)
{
	struct fault fault;

	if (!o->assemble && !wants_unlocking(o))
		return;
	fault_set(&fault, EPERM, "unlocking and bringing up volumes");
	remark_add(&machine->remarks, "volumes", &fault);
}

/* Those that were met in any of the ways volumes are found. */
static void remark_trouble(struct machine *machine)
{
	for (size_t i = 0; i < machine->volumes.count; i++) {
		const struct volume *v = &machine->volumes.items[i];
		struct fault fault;

		if (!v->trouble)
			continue;
		fault_set(&fault, 0, "%s", v->trouble);
		remark_add(&machine->remarks, v->name, &fault);
	}
}

static int look(const struct rescueoptions *o, char *const *images, bool with_disks,
		const char *target, struct ledger *ledger, struct machine *machine, struct fault *f)
{
	struct volume_roots roots = {.sys = "/sys", .dev = "/dev", .proc = "/proc"};

	if (with_disks || (o->images.count == 0 && !(images && *images))) {
		find_boot_partition(machine);
		roots.boot_part_uuid = *machine->boot_part_uuid ? machine->boot_part_uuid : NULL;
		if (volume_scan(&roots, &machine->volumes, &machine->remarks, f) < 0)
			return -1;
	}
	if (add_images(o, images, ledger, machine, f) < 0)
		return -1;
	if (!ledger)
		remark_not_root(o, machine);
	else if (open_layers(o, target, ledger, machine, f) < 0)
		return -1;
	remark_trouble(machine);
	if (ledger && o->replay && replay_all(&machine->volumes, ledger, f) < 0)
		return -1;
	return survey_run(&machine->volumes, ledger, &machine->survey, &machine->remarks, f);
}

static int look_at(const struct rescueoptions *o, char *const *images, bool with_disks,
		   const char *target, struct ledger *ledger, struct machine *out, struct fault *f)
{
	struct machine machine = {0};

	if (look(o, images, with_disks, target, ledger, &machine, f) < 0) {
		machine_done(&machine);
		return -1;
	}
	*out = machine;
	return 0;
}

int machine_look(const struct rescueoptions *o, char *const *images, bool with_disks,
		 struct ledger *ledger, struct machine *out, struct fault *f)
{
	return look_at(o, images, with_disks, NULL, ledger, out, f);
}

int machine_look_for(const struct rescueoptions *o, const char *target, struct ledger *ledger,
		     struct machine *out, struct fault *f)
{
	char *image = (char *)target;
	char *const images[] = {image, NULL};
	struct stat st;

	if (stat(target, &st) == 0 && S_ISREG(st.st_mode))
		return look_at(o, images, false, target, ledger, out, f);
	return look_at(o, NULL, o->images.count == 0, target, ledger, out, f);
}

void machine_done(struct machine *machine)
{
	survey_done(&machine->survey);
	volume_list_done(&machine->volumes);
	remark_list_done(&machine->remarks);
}
