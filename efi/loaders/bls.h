/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LOADERS_BLS_H
#define EFI_LOADERS_BLS_H

#include "efi/loaders/loaders.h"

/* Entry files of the Boot Loader Specification, type 1 (UAPI.1). Texts are owned; NULL: not said. */

struct bls_item {
	char *path; /* the file */
	char *id;   /* its name without ".conf" and boot counters */
	char *title, *version, *machine_id, *sort_key;
	char *kernel;  /* "linux", "uki" or "efi", whichever is there */
	char *options; /* of all lines, one blank between */
	char *initrds[BOOTENTRY_INITRDS_MAX];
	size_t initrd_count;
	unsigned line; /* where the kernel is said */
	bool own_line; /* the kernel is a program with a line of its own: "efi", "uki" */
	bool bad;      /* boot counting has given it up */
	bool url;      /* the kernel comes over the network: "uki-url" */
	bool cut;      /* more than the limits */
};

struct bls_items {
	struct bls_item *at;
	size_t count;
};

/* The text of one entry file; end with bls_item_done(), also after a fault. */
int bls_decode(struct loaders *l, const char *path, const char *text, size_t size,
	       struct bls_item *out, struct fault *f) FAULT_MUST_USE;
void bls_item_done(struct bls_item *item);

/* Every entry file of a directory ("/boot/loader/entries"), in the order of a menu: the first is what
 * is started when nothing else is said. */
int bls_read_dir(struct loaders *l, const char *dir, struct bls_items *out,
		 struct fault *f) FAULT_MUST_USE;
void bls_items_done(struct bls_items *items);

/* Compares versions as the specification says (UAPI.10): <0 when a is older. */
int bls_version_compare(const char *a, const char *b);

/* loader.conf of systemd-boot. */
struct bls_settings {
	char *pattern; /* "default", a glob over ids; NULL: none */
	bool editor;   /* yes unless it says no */
	bool editor_said;
	unsigned line; /* of "editor" */
};

int bls_settings_decode(struct loaders *l, const char *path, const char *text, size_t size,
			struct bls_settings *out, struct fault *f) FAULT_MUST_USE;

#endif
