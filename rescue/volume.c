/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of volumes: adding, probing, finding by name. */
#include "rescue/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rescue/mapping.h"
#include "rescue/members.h"
#include "rescue/volume_internal.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"
#include "scanner/base/path.h"

static const struct {
	enum volume_layer layer;
	const char *type, *name;
} layers[] = {
	{VOLUME_LUKS, "crypto_LUKS", "luks"},
	{VOLUME_BITLOCKER, "BitLocker", "bitlocker"},
	{VOLUME_LVM, "LVM2_member", "lvm"},
	{VOLUME_RAID, "linux_raid_member", "raid"},
	{VOLUME_VERITY, "DM_verity_hash", "verity"},
	{VOLUME_BCACHE, "bcache", "bcache"},
	{VOLUME_ZFS, "zfs_member", "zfs"},
	{VOLUME_BCACHEFS, "bcachefs", "bcachefs"},
	{VOLUME_SWAP, "swap", "swap"},
	{VOLUME_SWAP, "swsuspend", "swap"},
	{VOLUME_LAYER_UNKNOWN, "", "unknown-layer"},
};

const char *volume_layer_name(enum volume_layer layer)
{
	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
		if (layers[i].layer == layer)
			return layers[i].name;
	return NULL;
}

const char *volume_kind_name(enum volume_kind kind)
{
	static const char *const names[] = {
		[VOLUME_DISK] = "disk",	  [VOLUME_PARTITION] = "partition",
		[VOLUME_LOOP] = "loop",	  [VOLUME_MAPPED] = "mapped",
		[VOLUME_MD] = "md",	  [VOLUME_OPTICAL] = "optical",
		[VOLUME_IMAGE] = "image", [VOLUME_OTHER] = "other",
	};

	return names[kind];
}

enum volume_layer volume_layer_of(const struct probe *probe)
{
	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
		if (*layers[i].type && strcmp(layers[i].type, probe->type) == 0)
			return layers[i].layer;
	if (strcmp(probe->usage, "crypto") == 0 || strcmp(probe->usage, "raid") == 0)
		return VOLUME_LAYER_UNKNOWN;
	return VOLUME_NO_LAYER;
}

static const struct {
	const char *type, *meaning;
} type_meanings[] = {
	/* UEFI 2.10, 5.3.3; the UAPI group's Discoverable Partitions Specification. */
	{"c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "EFI system partition"},
	{"bc13c2ff-59e6-4262-a352-b275fd6f7172", "extended boot loader partition"},
	{"0fc63daf-8483-4772-8e79-3d69d8477de4", "Linux file system"},
	{"4f68bce3-e8cd-4db1-96e7-fbcaf984b709", "Linux root (x86-64)"},
	{"44479540-f297-41b2-9af7-d131d5f0458a", "Linux root (x86)"},
	{"b921b045-1df0-41c3-af44-4c6f280d3fae", "Linux root (arm64)"},
	{"69dad710-2ce4-4e3c-b16c-21a1d49abed3", "Linux root (arm)"},
	{"72ec70a6-cf74-40e6-bd49-4bda08e8f224", "Linux root (riscv64)"},
	{"8484680c-9521-48c6-9c11-b0720656f69e", "Linux /usr (x86-64)"},
	{"b0e01050-ee5f-4390-949a-9101b17104e9", "Linux /usr (arm64)"},
	{"2c7357ed-ebd2-46d9-aec1-23d437ec2bf5", "Linux root verity (x86-64)"},
	{"77ff5f63-e7b6-4633-acf4-1565b864c0e6", "Linux /usr verity (x86-64)"},
	{"933ac7e1-2eb4-4f13-b844-0e14e2aef915", "Linux /home"},
	{"3b8f8425-20e0-4f3b-907f-1a25a76f98e8", "Linux /srv"},
	{"4d21b016-b534-45c2-a9fb-5c16e091fd2d", "Linux /var"},
	{"7ec6f557-3bc5-4aca-b293-16ef5df639d1", "Linux /var/tmp"},
	{"0657fd6d-a4ab-43c4-84e5-0933c84b4f4f", "Linux swap"},
	{"e6d6d379-f507-44c2-a23c-238f2a3df928", "Linux LVM"},
	{"a19d880f-05fc-4d3b-a006-743f0f84911e", "Linux RAID"},
	{"ca7d7ccb-63ed-4c53-861c-1742536059cc", "LUKS"},
	{"21686148-6449-6e6f-744e-656564454649", "BIOS boot"},
	{"ebd0a0a2-b9e5-4433-87c0-68b6b72699c7", "Microsoft basic data"},
	{"e3c9e316-0b5c-4db8-817d-f92df00215ae", "Microsoft reserved"},
	{"de94bba4-06d1-4d40-a16a-bfd50179d6ac", "Windows recovery"},
	/* MBR. */
	{"0x83", "Linux file system"},
	{"0x82", "Linux swap"},
	{"0x8e", "Linux LVM"},
	{"0xfd", "Linux RAID"},
	{"0xef", "EFI system partition"},
	{"0xb", "FAT32"},
	{"0xc", "FAT32"},
	{"0x7", "NTFS or exFAT"},
	{"0xee", "GPT protective"},
};

const char *volume_type_meaning(const char *part_type)
{
	for (size_t i = 0; i < sizeof(type_meanings) / sizeof(type_meanings[0]); i++)
		if (strcasecmp(type_meanings[i].type, part_type) == 0)
			return type_meanings[i].meaning;
	return NULL;
}

/* --- Building the list --- */

struct volume *volume_add(struct volume_list *list, enum volume_kind kind, const char *path,
			  const char *name, struct fault *f)
{
	own_mem char *own_path = strdup(path), *own_name = strdup(name);
	struct volume *items;

	if (list->count == VOLUME_MAX) {
		fault_set(f, E2BIG, "listing volumes: more than %d", VOLUME_MAX);
		return NULL;
	}
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 16;

		items = reallocarray(list->items, capacity, sizeof(*items));
		if (items) {
			list->items = items;
			list->capacity = capacity;
		}
	}
	if (!own_path || !own_name || list->count == list->capacity) {
		fault_set(f, ENOMEM, "listing volumes");
		return NULL;
	}
	list->items[list->count] = (struct volume){
		.kind = kind,
		.path = take_ptr(own_path),
		.name = take_ptr(own_name),
		.parent = VOLUME_NO_PARENT,
		.device_fd = -1,
	};
	return &list->items[list->count++];
}

static bool has_partition(const struct volume_list *list, int parent, unsigned number)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].parent == parent && list->items[i].number == number)
			return true;
	return false;
}

static void copy_partition_names(struct volume *volume, const struct probe_partition *part)
{
	memcpy(volume->part_type, part->type, sizeof(volume->part_type));
	memcpy(volume->part_uuid, part->uuid, sizeof(volume->part_uuid));
	memcpy(volume->part_label, part->name, sizeof(volume->part_label));
}

/* One that cannot be read takes nothing else along: the fault is kept with it. */
static int probe_partition(struct volume *volume, int fd, struct fault *f)
{
	struct fault fault;

	if (volume_probe(volume, fd, &fault) == 0)
		return 0;
	volume->trouble = strdup(fault.text);
	if (volume->trouble && fault.os != ENOMEM)
		return 0;
	*f = fault;
	return -1;
}

static int add_partition(struct volume_list *list, int parent, const struct probe_partition *part,
			 int fd, struct fault *f)
{
	const struct volume *disk = &list->items[parent];
	own_buf struct buf name = {0};
	struct volume *volume;

	buf_printf(&name, "%s#%u", disk->name, part->number);
	volume = name.failed ? NULL
			     : volume_add(list, VOLUME_PARTITION, disk->path, buf_text(&name), f);
	if (!volume)
		return -1;
	volume->parent = parent;
	volume->number = part->number;
	volume->offset_bytes = part->offset_bytes;
	volume->size_bytes = part->size_bytes;
	volume->removable = list->items[parent].removable;
	volume->read_only = list->items[parent].read_only;
	copy_partition_names(volume, part);
	return probe_partition(volume, fd, f);
}

int volume_probe(struct volume *volume, int fd, struct fault *f)
{
	if (probe_read(fd, volume->offset_bytes, volume->size_bytes, &volume->probe, f) < 0)
		return -1;
	volume->layer = volume_layer_of(&volume->probe);
	if (strcmp(volume->probe.type, "btrfs") == 0)
		volume->btrfs_devices =
			members_read_count(fd, volume->offset_bytes, volume->size_bytes);
	return 0;
}

/* An image that was cut short has lost its last partitions, and that has to be told. */
static int note_left_out(struct volume *disk, struct fault *f)
{
	own_buf struct buf text = {0};

	if (disk->probe.partitions_left_out == 0 || disk->trouble)
		return 0;
	buf_printf(
		&text,
		"%zu partitions of its table are left out: they lie behind its end, or are too many",
		disk->probe.partitions_left_out);
	disk->trouble = text.failed ? NULL : take_ptr(text.data);
	return disk->trouble ? 0 : fault_set(f, ENOMEM, "listing partitions");
}

int volume_add_partitions(struct volume_list *list, int parent, int fd, struct fault *f)
{
	/* The list may move while it grows; the probe's own array does not. */
	const struct probe probe = list->items[parent].probe;

	if (note_left_out(&list->items[parent], f) < 0)
		return -1;
	for (size_t i = 0; i < probe.partition_count; i++) {
		const struct probe_partition *part = &probe.partitions[i];

		if (part->extended)
			continue;
		if (!has_partition(list, parent, part->number)) {
			if (add_partition(list, parent, part, fd, f) < 0)
				return -1;
			continue;
		}
		for (size_t j = 0; j < list->count; j++)
			if (list->items[j].parent == parent &&
			    list->items[j].number == part->number)
				copy_partition_names(&list->items[j], part);
	}
	return 0;
}

/* Takes the descriptor of the device; -1 for a raw image. */
static struct volume *add_image(struct volume_list *list, const char *path, const char *bytes,
				int device_fd, struct fault *f)
{
	own_fd int held = device_fd;
	struct volume *volume = volume_add(list, VOLUME_IMAGE, bytes, path_base(path), f);

	if (!volume)
		return NULL;
	volume->image = strdup(path);
	volume->device_fd = take_fd(&held);
	if (volume->image)
		return volume;
	fault_set(f, ENOMEM, "listing volumes");
	return NULL;
}

static int probe_image(struct volume_list *list, const char *path, int fd, struct fault *f)
{
	struct volume *volume = &list->items[list->count - 1];

	if (volume_probe(volume, fd, f) < 0 ||
	    volume_add_partitions(list, (int)list->count - 1, fd, f) < 0)
		return fault_add(f, "%s", path);
	return 0;
}

int volume_add_image(struct volume_list *list, const char *path, struct fault *f)
{
	own_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct volume *volume;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fault_set(f, errno, "opening the image %s", path);
	if (!S_ISREG(st.st_mode))
		return fault_set(f, EINVAL, "opening the image %s: it is no regular file", path);
	volume = add_image(list, path, path, -1, f);
	if (!volume)
		return -1;
	volume->size_bytes = (uint64_t)st.st_size;
	return probe_image(list, path, fd, f);
}

int volume_add_served_image(struct volume_list *list, const char *path, const char *device,
			    int device_fd, struct fault *f)
{
	struct volume *volume = add_image(list, path, device, device_fd, f);

	if (!volume)
		return -1;
	volume->read_only = true;
	if (ioctl(device_fd, BLKGETSIZE64, &volume->size_bytes) < 0)
		return fault_set(f, errno, "asking for the size of %s", device);
	return probe_image(list, path, device_fd, f);
}

const char *volume_shown_path(const struct volume_list *list, const struct volume *volume)
{
	const struct volume *v = volume;

	/* What was unlocked or assembled has a path of its own. */
	while (!v->image && v->parent != VOLUME_NO_PARENT &&
	       strcmp(list->items[v->parent].path, v->path) == 0)
		v = &list->items[v->parent];
	return v->image ? v->image : volume->path;
}

void volume_list_done(struct volume_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct volume *v = &list->items[i];

		probe_done(&v->probe);
		if (v->device_fd >= 0)
			close(v->device_fd);
		free(v->path);
		free(v->image);
		free(v->name);
		free(v->below);
		free(v->model);
		free(v->serial);
		free(v->transport);
		free(v->mapped_name);
		free(v->mapped_uuid);
		free(v->trouble);
		free(v->overlay);
		free(v->not_replayed);
	}
	free(list->items);
	*list = (struct volume_list){0};
}

/* --- Finding --- */

bool volume_has_child(const struct volume_list *list, int index)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct volume *v = &list->items[i];

		if (v->parent == index)
			return true;
		for (size_t j = 0; j < v->below_count; j++)
			if (v->below[j] == index)
				return true;
	}
	return false;
}

static const char *field_of(const struct volume *volume, const char *what, size_t key_length)
{
	static const struct {
		const char *key;
		size_t offset;
	} keys[] = {
		{"UUID=", offsetof(struct volume, probe.uuid)},
		{"LABEL=", offsetof(struct volume, probe.label)},
		{"PARTUUID=", offsetof(struct volume, part_uuid)},
		{"PARTLABEL=", offsetof(struct volume, part_label)},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strncmp(what, keys[i].key, key_length) == 0 &&
		    strlen(keys[i].key) == key_length)
			return (const char *)volume + keys[i].offset;
	return NULL;
}

/* "/dev/vg/root" is the link to "/dev/mapper/vg-root", whose hyphens inside the names are doubled. */
static bool is_link_of(const char *mapped_name, const char *what)
{
	const char *slash = strchr(what, '/');
	own_buf struct buf group = {0}, name = {0};

	if (!slash)
		return false;
	buf_add(&group, what, (size_t)(slash - what));
	mapping_lvm_name(buf_text(&group), slash + 1, &name);
	return !group.failed && !name.failed && strcmp(buf_text(&name), mapped_name) == 0;
}

/* The names in /dev that say what a volume is rather than which number the kernel gave it. */
static bool has_own_name(const struct volume *volume, const char *what)
{
	static const char dev[] = "/dev/", mapper[] = "mapper/", md[] = "md";

	if (!volume->mapped_name || strncmp(what, dev, sizeof(dev) - 1) != 0)
		return false;
	what += sizeof(dev) - 1;
	if (volume->kind == VOLUME_MD)
		return strncmp(what, md, 2) == 0 &&
		       strcmp(what + 2 + (what[2] == '/'), volume->mapped_name) == 0;
	if (strncmp(what, mapper, sizeof(mapper) - 1) == 0)
		return strcmp(what + sizeof(mapper) - 1, volume->mapped_name) == 0;
	return is_link_of(volume->mapped_name, what);
}

int volume_bottom(const struct volume_list *list, int index)
{
	while (list->items[index].parent != VOLUME_NO_PARENT)
		index = list->items[index].parent;
	return index;
}

bool volume_matches(const struct volume *volume, const char *what)
{
	const char *equals = strchr(what, '='), *field;
	size_t key_length = equals ? (size_t)(equals - what) + 1 : 0;

	if (*what == '/' || !equals)
		return strcmp(volume->offset_bytes ? volume->name : volume->path, what) == 0 ||
		       strcmp(volume->name, what) == 0 || has_own_name(volume, what) ||
		       (volume->image && strcmp(volume->image, what) == 0);
	field = field_of(volume, what, key_length);
	return field && *field && strcasecmp(field, what + key_length) == 0;
}

/* Deeper than any stack of layers; what sysfs says could be a ring. */
enum { LAYERS_MAX = 32 };

static bool is_on(const struct volume_list *list, int index, int base, unsigned depth)
{
	const struct volume *v = &list->items[index];

	if (index == base)
		return true;
	if (depth == LAYERS_MAX)
		return false;
	for (size_t i = 0; i < v->below_count; i++)
		if (is_on(list, v->below[i], base, depth + 1))
			return true;
	return v->parent != VOLUME_NO_PARENT && is_on(list, v->parent, base, depth + 1);
}

bool volume_is_on(const struct volume_list *list, int index, int base)
{
	return is_on(list, index, base, 0);
}

int volume_find(const struct volume_list *list, const char *what, struct fault *f)
{
	own_buf struct buf names = {0};
	int found = -1;
	unsigned count = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (!volume_matches(&list->items[i], what) ||
		    members_is_repeated(list, (int)i, what))
			continue;
		found = (int)i;
		buf_printf(&names, "%s%s", count++ ? ", " : "", list->items[i].name);
	}
	if (count == 1)
		return found;
	if (count == 0)
		return fault_set(f, ENOENT, "no volume is called %s", what);
	return fault_set(f, 0, "%s is the name of %u volumes (%s): say which by its device", what,
			 count, buf_text(&names));
}
