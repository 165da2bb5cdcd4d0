/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_POSTURE_INTERNAL_H
#define EFI_POSTURE_INTERNAL_H

#include "efi/posture.h"

/* What the files posture_*.c share. Each group of checks is one function over this. */
struct posture_work {
	const struct posture_seen *seen;
	struct posture *out;
	enum cmdlineword_answer secure_boot; /* as kernels see it */
	struct fault *f;
};

/* Fills out->entries (posture_entry.c). */
int posture_read_entries(struct posture_work *work) FAULT_MUST_USE;
/* Which policy is in force, what it asks for, and so the mode (posture_mode.c). The command line and its
 * words are there already. */
int posture_read_mode(struct posture_work *work, struct posture_entry *entry) FAULT_MUST_USE;
/* An entry without a policy is told apart by whether another one has a policy. */
void posture_compare_modes(struct posture_work *work);

/* The groups of checks. */
int posture_check_firmware(struct posture_work *work) FAULT_MUST_USE;
int posture_check_boot(struct posture_work *work) FAULT_MUST_USE;
int posture_check_loaders(struct posture_work *work) FAULT_MUST_USE;
int posture_check_images(struct posture_work *work) FAULT_MUST_USE;
int posture_check_kernels(struct posture_work *work) FAULT_MUST_USE;
int posture_check_initramfs(struct posture_work *work) FAULT_MUST_USE;
int posture_check_policy(struct posture_work *work) FAULT_MUST_USE;
int posture_check_keys(struct posture_work *work) FAULT_MUST_USE;

/* The seed's notation, and the attackers' table: after all checks. */
void posture_fill_choices(struct posture_work *work);
void posture_fill_attackers(struct posture_work *work);

/* --- Questions --- */

/* The entry that is started when nobody does anything: the n-th of those that may be meant (of several
 * loaders each has its own); NULL: no more. */
const struct posture_entry *posture_default_entry(const struct posture *posture, size_t n);
struct cmdlineword_kernel posture_circumstances(const struct posture_work *work,
						const struct kernelimage *kernel);
enum cmdlineword_answer posture_has_option(const struct kernelimage *kernel, const char *option);
/* Has the entry a word of this parameter that is obeyed? NULL: no. */
const struct cmdlineword *posture_effective_word(const struct posture_entry *entry,
						 const char *name);
bool posture_is_refused(const struct posture_work *work, const struct imagecheck *image);
/* Is it signed, by whomever, and the signature good? */
bool posture_is_signed(const struct imagecheck *image);
bool posture_locked_down(const struct posture_work *work, const struct posture_entry *entry);
bool posture_modules_checked(const struct posture_work *work, const struct posture_entry *entry);
bool posture_kexec_checked(const struct posture_work *work, const struct posture_entry *entry);
/* The initramfs of this path; NULL: none that was read. */
const struct initramfs *posture_initramfs_of(const struct posture_seen *seen, const char *path);
bool posture_text_ends(const char *text, const char *with);

#endif
