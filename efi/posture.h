/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_POSTURE_H
#define EFI_POSTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "efi/bootentry.h"
#include "efi/cmdlineword.h"
#include "efi/delivery.h"
#include "efi/finding.h"
#include "efi/imagecheck.h"
#include "efi/initramfs.h"
#include "efi/kernelimage.h"
#include "efi/policyscope.h"
#include "efi/privkey.h"
#include "efi/secureboot.h"

/*
 * All that an audit saw, as values; the judgement over it does no I/O. Borrowed, const. A list that was
 * not looked for is marked so, and what depends on it is "not known", never "fine".
 */
struct posture_seen {
	const struct secureboot
		*secureboot; /* never NULL; SECUREBOOT_CANNOT_TELL without --efivars */
	const struct bootentry_list *entries;
	const struct kernelimage_list *kernels;
	const struct initramfs_list *initramfs;
	const struct imagecheck_list *images;
	const struct delivery_list *deliveries;
	const struct privkey_list *private_keys;
	/* Certificates of db and MokListRT whose dates were read; may be NULL. */
	const struct posture_certificate {
		const char *database, *subject; /* the subject as imagecheck_signer writes names */
		bool expired;
	} * certificates;
	size_t certificate_count;
	bool esp_seen;	/* at least one EFI system partition was given or found */
	size_t remarks; /* how many things could not be read */
};

/* Against whom: the seed's 8a (two kinds) and 8b (two kinds). */
enum posture_attacker {
	POSTURE_AUTOMATED_ONLINE,
	POSTURE_ROOT_SHELL_ONLINE,
	POSTURE_OFFLINE_NO_PHYSICAL, /* changes what is on the disk from another system: a snapshot, a stolen
					image; cannot touch firmware settings */
	POSTURE_OFFLINE_PHYSICAL,
	POSTURE_ATTACKERS
};

enum posture_protection {
	POSTURE_NOT_KNOWN,
	POSTURE_NOT_PROTECTED,
	POSTURE_DETECTED, /* only noticed afterwards */
	POSTURE_PROTECTED,
};

/* What IMA does when an entry is started. In order of what it is worth. */
enum posture_mode {
	POSTURE_MODE_OFF,     /* nothing is appraised, or labels are repaired */
	POSTURE_MODE_MEASURE, /* measured, nothing refused */
	POSTURE_MODE_LOG,     /* 3a */
	POSTURE_MODE_NOT_KNOWN,
	POSTURE_MODE_ENFORCE, /* 3b */
};

/* One thing that can be started, with what it comes to. Borrows from posture_seen. */
struct posture_entry {
	const struct bootentry *entry;
	const struct imagecheck *image;	  /* of what it starts; NULL: none of the images found */
	const struct kernelimage *kernel; /* NULL: it starts no kernel that could be read */
	bool starts_kernel; /* a Linux kernel, read or not; the rest is empty when it is something else */
	bool counts;   /* can be started: not disabled, no template, not refused by the firmware */
	char *cmdline; /* the effective one: what is given, the image's own, the kernel's own */
	bool sealed;   /* and nobody can change it without changing something signed */
	struct cmdlineword_list words;
	enum posture_mode mode;
	const char *decided_by; /* id of the finding that makes the mode what it is; NULL: none */
	char because[200];
	const struct delivery
		*delivery; /* of the policy in force; NULL: none, or the kernel's own */
	bool own_policy;   /* the policy is of the command line (ima_policy=) */
	bool scope_known;
	struct policyscope scope;
	bool evm_signatures; /* the kernel loads an EVM certificate that its initramfs has */
};

struct posture {
	struct posture_entry *entries; /* as many as posture_seen.entries, in their order */
	size_t entry_count;
	struct finding_list findings; /* most severe first */
	char notation[64];	      /* the seed's: "1d + 3b + 4c + 5b + 6b + Secure Boot" */
	struct posture_choice {	      /* one for each of the numbers 1, 3, 4, 5, 6 */
		unsigned number;
		char choice[16]; /* "1d", "4a+4b"; "none"; "?" when it cannot be told */
		char because[200];
	} choices[5];
	struct posture_row {
		enum posture_protection protection;
		const char *decided_by; /* id of the finding that decides it; NULL: none does */
		char because[200];
	} attackers[POSTURE_ATTACKERS];
};

/* Of values only. The findings that say "not known" (info) are told from weaknesses by
 * posture_undecided(). Only lack of memory fails. */
int posture_judge(const struct posture_seen *seen, struct posture *out,
		  struct fault *f) FAULT_MUST_USE;
void posture_done(struct posture *posture);
/* Is there a finding which says that something could not be told? */
bool posture_undecided(const struct posture *posture);
/* Is there a finding above info? */
bool posture_weak(const struct posture *posture);
const char *posture_mode_name(enum posture_mode mode);
const char *posture_attacker_name(enum posture_attacker attacker);
const char *posture_protection_name(enum posture_protection protection);

#endif
