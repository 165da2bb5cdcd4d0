/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_DELIVERY_H
#define EFI_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "efi/initramfs.h"
#include "efi/remark.h"
#include "efi/targetfs.h"
#include "scanner/base/fault.h"

/* How an IMA policy gets into the kernel of this target (points 5a and 5b of the background). */
enum delivery_way {
	DELIVERY_SYSTEMD,   /* /etc/ima/ima-policy, loaded by systemd built with +IMA */
	DELIVERY_DRACUT,    /* /etc/sysconfig/ima-policy by dracut's integrity module */
	DELIVERY_RC_SCRIPT, /* an OpenRC, runit or SysV script, or a unit, that writes it: 5a */
	DELIVERY_INITRAMFS_FILE, /* inside a separate initramfs: can be replaced by who can write /boot */
	DELIVERY_INITRAMFS_EMBEDDED, /* inside a kernel or unified kernel image: 5b */
	DELIVERY_SOURCE, /* no delivery: what the next initramfs will hold (/etc/initramfs-tools/…) */
	DELIVERY_WAYS
};

struct delivery {
	enum delivery_way way;
	char *where; /* the file that delivers: script, unit, or "/boot/initrd.img#scripts/local-top/ima" */
	unsigned line; /* that writes the policy; 0: none */
	char *policy_path; /* the policy it delivers, on the root or ("…#etc/ima-policy") in the initramfs;
			      NULL: not known, or part of the script */
	char *policy; /* its text, at most INITRAMFS_TEXT_MAX, NUL-terminated; NULL: not readable or not there */
	size_t policy_size;
	bool policy_missing; /* it would deliver a file that is not there: IMA runs without */
	bool enabled; /* the script is in a runlevel, the unit wanted, systemd built with +IMA */
	bool enabled_known;
	bool online_root_can_change; /* false only when an image holds both loader and policy; whether the
					image is signed, imagecheck.h says */
};

struct delivery_list {
	struct delivery *items;
	size_t count;
};

/* Searches the root and what the initramfs files hold. Scripts are read, never run. */
int delivery_find(const struct targetfs *t, const struct initramfs_list *initramfs,
		  struct delivery_list *out, struct remark_list *remarks,
		  struct fault *f) FAULT_MUST_USE;
void delivery_list_done(struct delivery_list *list);
const char *delivery_way_name(enum delivery_way way);
/* "5a", "5b", or NULL when it is neither. */
const char *delivery_seed(enum delivery_way way);

#endif
