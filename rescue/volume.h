/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_VOLUME_H
#define RESCUE_VOLUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "efi/remark.h"
#include "rescue/probe.h"
#include "scanner/base/fault.h"

/*
 * Every place that could hold a file system: disks, partitions, what device mapper and md made of them,
 * and image files. One flat array; parents come before their children.
 */
enum volume_kind {
	VOLUME_DISK,
	VOLUME_PARTITION,
	VOLUME_LOOP,
	VOLUME_MAPPED, /* device mapper */
	VOLUME_MD,
	VOLUME_OPTICAL,
	VOLUME_IMAGE, /* a file that the operator named */
	VOLUME_OTHER, /* nbd, zram, ram, … */
};

/* What a volume holds that is not a file system to look into by itself. */
enum volume_layer {
	VOLUME_NO_LAYER,
	VOLUME_LUKS,
	VOLUME_BITLOCKER, /* locked, and not ours to open */
	VOLUME_LVM,
	VOLUME_RAID,
	VOLUME_VERITY,
	VOLUME_BCACHE,
	VOLUME_ZFS,
	VOLUME_BCACHEFS,
	VOLUME_SWAP,
	VOLUME_LAYER_UNKNOWN,
};

enum { VOLUME_NO_PARENT = -1, VOLUME_MAX = 4096 };

struct volume {
	enum volume_kind kind;
	char *path; /* "/dev/sda2", or the image's path */
	char *image; /* of a VOLUME_IMAGE: the path that the operator named; the bytes are read by `path` */
	int device_fd; /* holds the device that an image is served by; -1: none */
	char *name;    /* as shown: "sda2", "disk.img#2" */
	dev_t rdev;    /* 0: an image, or a partition of one */
	int parent;    /* index; of a mapped or md volume the first of those below it */
	int *below;    /* indexes of all volumes it is made of (mapped, md) */
	size_t below_count;
	/* Where it lies in `path`; a whole device has offset 0. A partition that the running kernel did
	   not set up has the path of its disk. */
	uint64_t offset_bytes, size_bytes;
	unsigned number; /* of a partition */
	char part_type[64], part_uuid[64], part_label[128];
	char *model, *serial,
		*transport; /* of a disk; of an array `model` is its level; NULL: not known */
	char *mapped_name,
		*mapped_uuid; /* of device mapper; of an array the name it gives itself */
	bool removable, read_only;
	bool in_use; /* the running system has it mounted, swaps to it, or built something on it */
	bool stick;  /* it carries the system that runs this program */
	char *trouble; /* why it could not be looked at wholly; NULL: it was */
	bool tried;    /* opening the layer it holds was tried: not again */
	struct probe probe;
	enum volume_layer layer;
	uint64_t btrfs_devices; /* how many devices its file system has; 0: it is no btrfs */
	/* With --replay, of a dirty one: the device that stands for it, or why there is none; NULL. */
	char *overlay, *not_replayed;
};

struct volume_list {
	struct volume *items;
	size_t count, capacity;
};

/* Where the kernel says what there is; another place in tests. */
struct volume_roots {
	const char *sys;  /* "/sys" */
	const char *dev;  /* "/dev" */
	const char *proc; /* "/proc" */
	/* PARTUUID of the partition this system was started from; NULL: not known. */
	const char *boot_part_uuid;
};

/* All block devices of this machine. A device that cannot be read is listed, and a remark. */
int volume_scan(const struct volume_roots *roots, struct volume_list *out,
		struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
/* An image file (raw) with its partitions; appended. */
int volume_add_image(struct volume_list *list, const char *path, struct fault *f) FAULT_MUST_USE;
/* The same of one whose bytes are had from a device instead; takes a descriptor of that, which holds it. */
int volume_add_served_image(struct volume_list *list, const char *path, const char *device,
			    int device_fd, struct fault *f) FAULT_MUST_USE;
/* The path of a volume as its owner knows it: the image's, when it is one or a part of one. */
const char *volume_shown_path(const struct volume_list *list, const struct volume *volume);
void volume_list_done(struct volume_list *list);

/* By "/dev/…", "UUID=…", "LABEL=…", "PARTUUID=…", "PARTLABEL=…". More than one match is a fault that
 * names them all: cloned disks carry the same names. -1 with *f filled when none or several. */
int volume_find(const struct volume_list *list, const char *what, struct fault *f) FAULT_MUST_USE;

/* Is a volume the other one, or does it lie on it, with whatever is between? */
bool volume_is_on(const struct volume_list *list, int index, int base);
/* The disk or image at the bottom of it, by first parents. */
int volume_bottom(const struct volume_list *list, int index);

/* "luks", "bitlocker", "lvm", …; NULL for none. */
const char *volume_layer_name(enum volume_layer layer);
const char *volume_kind_name(enum volume_kind kind);
/* Does anything of the list stand on this volume? */
bool volume_has_child(const struct volume_list *list, int index);
/* Of a GPT or MBR type: "EFI system partition", "Linux root (x86-64)", "Linux /usr (x86-64)", …; NULL. */
const char *volume_type_meaning(const char *part_type);

#endif
