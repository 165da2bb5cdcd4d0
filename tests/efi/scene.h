/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_EFI_SCENE_H
#define TESTS_EFI_SCENE_H

#include "efi/posture.h"

/*
 * A whole set-up made of values. It starts as a sound one: Secure Boot with a key of one's own, one signed
 * unified kernel image with its command line and a policy inside, a kernel that leaves root no way. Words
 * then change it: "sb=disabled", "config=KEXEC=y", … (scene.c lists them), separated by ";".
 */
enum { SCENE_MAX = 4, SCENE_DB_MAX = 512 };

struct scene {
	struct posture_seen seen;
	struct secureboot state;
	struct efistore_variable variable;
	struct siglist_entry db[SCENE_DB_MAX], dbx[SCENE_DB_MAX];
	char db_text[SCENE_DB_MAX][64];
	struct bootentry_list entries;
	struct kernelimage kernels[SCENE_MAX];
	struct kernelimage_list kernel_list;
	char config[SCENE_MAX][4096];
	struct initramfs initramfs[SCENE_MAX];
	struct initramfs_member members[SCENE_MAX];
	struct initramfs_list initramfs_list;
	struct imagecheck images[SCENE_MAX];
	struct imagecheck_signer signers[SCENE_MAX];
	struct imagecheck_list image_list;
	struct delivery deliveries[SCENE_MAX];
	struct delivery_list delivery_list;
	struct posture_certificate certificate;
	struct privkey keys[SCENE_MAX];
	struct privkey_list key_list;
	char *words; /* what values point into */
};

/* NULL words: as it starts. The scene must stay where it is; end with scene_done(). */
void scene_make(struct scene *scene, const char *words);
void scene_done(struct scene *scene);

#endif
