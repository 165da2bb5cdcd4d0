/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_AUDIT_H
#define EFI_AUDIT_H

#include <stddef.h>
#include <time.h>

#include "efi/posture.h"
#include "efi/remark.h"
#include "efi/targetfs.h"

/* Everything about a target that posture.h judges, gathered. Reads only. */
struct audit_request {
	const char *target;	 /* a directory: the root of the system */
	const char *const *esps; /* EFI system partitions, beside those found inside the root */
	size_t esp_count;
	const char
		*efivars; /* as efistore_open() takes it; NULL: Secure Boot's state is not known */
	const char *const *keys; /* certificates that the operator trusts */
	size_t key_count;
	time_t now; /* for the dates of certificates */
};

enum {
	AUDIT_KERNELS_MAX =
		64, /* each is unpacked, which takes a second; /boot has room for some ten */
	AUDIT_INITRAMFS_MAX = 64, /* the same */
};

struct audit {
	struct targetfs *target;
	struct efistore *store;
	struct secureboot secureboot;
	struct bootentry_list entries;
	struct kernelimage_list kernels;
	struct initramfs_list initramfs;
	struct imagecheck_list images;
	struct delivery_list deliveries;
	struct privkey_list private_keys;
	struct posture_certificate *certificates;
	size_t certificate_count;
	struct remark_list remarks;
	struct posture_seen seen; /* borrows all of the above */
	struct posture posture;
};

/* What cannot be read of the target is a remark. Fails (EINVAL, ENOENT, …) when what the request names
 * cannot be used, and for lack of memory. After digest_init(). *out must stay where it is. */
int audit_run(const struct audit_request *request, struct audit *out,
	      struct fault *f) FAULT_MUST_USE;
/* Takes what was never filled, too. */
void audit_done(struct audit *audit);

/* Parts of audit_run() in a file of their own: kernels of entries and beside them, and what initramfs
 * files there are in and beside kernels. */
int audit_read_kernels(struct audit *audit, struct fault *f) FAULT_MUST_USE;
int audit_read_initramfs(struct audit *audit, struct fault *f) FAULT_MUST_USE;

#endif
