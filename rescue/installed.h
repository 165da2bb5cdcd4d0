/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_INSTALLED_H
#define RESCUE_INSTALLED_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "efi/remark.h"
#include "efi/targetfs.h"
#include "scanner/base/fault.h"

/* What a file system holds: an installed system, or one of the parts of one. */
enum installed_part {
	INSTALLED_NOTHING,
	INSTALLED_ROOT, /* has an os-release and an init, or a usr beside etc */
	INSTALLED_BOOT, /* kernels, a boot loader's directory */
	INSTALLED_ESP,
	INSTALLED_USR,
	INSTALLED_VAR,
	INSTALLED_HOME,
	INSTALLED_SNAPSHOTS, /* btrfs: only subvolumes */
};

struct installed {
	enum installed_part part;
	/* Of a root; bytes of the target, NULL when not there. */
	char *id, *pretty_name, *version;
	char machine_id[33]; /* machine-id(5); "" when not there, or no such thing */
	const char *init;    /* "systemd", "openrc", "runit", "s6", "sysvinit", "busybox"; NULL */
	const char *
		package_manager; /* "dpkg", "rpm", "portage", "pacman", "apk", "xbps", "nix"; NULL */
	time_t last_use;	 /* the newest of a few logs and state files; 0: not known */
	/* Of a sample of the programs in usr/bin and bin, at most INSTALLED_SAMPLE. */
	size_t sampled, labelled; /* labelled: they carry security.ima */
};

enum { INSTALLED_SAMPLE = 64 };

int installed_look(const struct targetfs *t, struct installed *out, struct remark_list *remarks,
		   struct fault *f) FAULT_MUST_USE;
/* The same of what may be one of a thousand snapshots: INSTALLED_ROOT or nothing, and no sample. */
void installed_look_for_root(const struct targetfs *t, struct installed *out,
			     struct remark_list *remarks);
void installed_done(struct installed *installed);
const char *installed_part_name(enum installed_part part);

#endif
