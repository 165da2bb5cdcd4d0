/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Against whom the set-up helps: the background's 8a (an automated attack online, a person with a shell of
 * root online) and 8b (somebody at the disk, somebody at the machine). Each row is decided by a finding: the
 * first of its list that was raised. What is not known is never called protected.
 */
#include <stdio.h>
#include <string.h>

#include "efi/posture_internal.h"

static void set(struct posture_row *row, enum posture_protection protection, const char *id,
		const char *because)
{
	const struct finding_kind *kind = id ? finding_kind_by_id(id) : NULL;

	row->protection = protection;
	row->decided_by = kind ? kind->id : NULL;
	snprintf(row->because, sizeof(row->because), "%s",
		 because ? because
		 : kind	 ? kind->why
			 : "");
}

/* The first id of the list that was raised; NULL: none. */
static const char *first_raised(const struct posture *posture, const char *const *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (finding_list_has(&posture->findings, ids[i]))
			return ids[i];
	return NULL;
}

#define FIRST_RAISED(posture, ids) first_raised(posture, ids, sizeof(ids) / sizeof((ids)[0]))

/* --- A program that spreads by itself: it neither reboots nor knows IMA --- */

static void judge_automated(const struct posture *posture, struct posture_row *row)
{
	const struct posture_entry *worst = NULL, *it;

	for (size_t n = 0; (it = posture_default_entry(posture, n)); n++)
		if (!worst || it->mode < worst->mode)
			worst = it;
	if (!worst) {
		set(row, POSTURE_NOT_KNOWN, "audit.no-entries", NULL);
		return;
	}
	switch (worst->mode) {
	case POSTURE_MODE_OFF:
		set(row, POSTURE_NOT_PROTECTED, worst->decided_by, worst->because);
		return;
	case POSTURE_MODE_MEASURE:
	case POSTURE_MODE_LOG:
		set(row, POSTURE_DETECTED, worst->decided_by, worst->because);
		return;
	case POSTURE_MODE_NOT_KNOWN:
		set(row, POSTURE_NOT_KNOWN, worst->decided_by, worst->because);
		return;
	case POSTURE_MODE_ENFORCE: break;
	}
	set(row, POSTURE_PROTECTED, NULL,
	    "a new or changed program has no valid label and is refused");
}

/* --- Everybody who thinks --- */

/* An entry that can be chosen, or made the default, and under which IMA does not enforce. */
static const struct posture_entry *weakest_entry(const struct posture *posture,
						 enum posture_mode below)
{
	for (size_t i = 0; i < posture->entry_count; i++)
		if (posture->entries[i].counts && posture->entries[i].mode < below)
			return &posture->entries[i];
	return NULL;
}

/* What lets root, or who writes to the disk, start something else or sign what he likes. */
static const char *const stored[] = {
	"key.private-on-target",
	"key.private-on-esp",
	"initramfs.private-key",
	"policy.syntax",
	"policy.missing-file",
	"policy.not-enabled",
	"policy.absent",
	"secureboot.not-uefi",
	"secureboot.setup-mode",
	"secureboot.disabled",
	"secureboot.audit-mode",
	"secureboot.mok-validation-off",
	"secureboot.test-platform-key",
	"kernel.fix-mode-accepted",
	"policy.online-root-can-change",
	"initramfs.policy-writable",
	"initramfs.external",
	"uki.no-cmdline",
	"boot.entry.cmdline-not-sealed",
	"secureboot.third-party-ca",
	"policy.no-signatures",
	"policy.code-uncovered",
	"policy.weak-exception",
	"kernel.no-trusted-keyring",
	"key.evm-plain",
	"image.shell-on-esp",
};

/* What lets root change the kernel that runs. */
static const char *const running[] = {
	"kernel.no-module-sig", "kernel.module-sig-not-forced", "key.module-signing-key-left",
	"kernel.no-lockdown",	"kernel.kexec-unsigned",
};

/* What lets the person at the console through. */
static const char *const console[] = {
	"boot.entry.init-replaced", "boot.entry.break-shell", "boot.entry.editable",
	"loader.grub-no-password",  "loader.editor-on",
};

static const char *const doubts[] = {
	"secureboot.cannot-tell", "boot.entry.cannot-tell", "kernel.no-config",
	"policy.not-readable",	  "boot.entry.incomplete",  "audit.no-entries",
	"audit.no-esp",		  "audit.remarks",
};

static const char *what_breaks(const struct posture *posture, enum posture_attacker attacker)
{
	const char *id = FIRST_RAISED(posture, stored);

	if (!id && attacker == POSTURE_ROOT_SHELL_ONLINE)
		id = FIRST_RAISED(posture, running);
	if (!id && attacker == POSTURE_OFFLINE_PHYSICAL)
		id = FIRST_RAISED(posture, console);
	return id;
}

static void judge_person(const struct posture *posture, enum posture_attacker attacker,
			 struct posture_row *row)
{
	const struct posture_entry *entry = weakest_entry(posture, POSTURE_MODE_NOT_KNOWN);
	const char *id = what_breaks(posture, attacker);

	if (entry) {
		set(row, POSTURE_NOT_PROTECTED, entry->decided_by, NULL);
		return;
	}
	if (id) {
		set(row, POSTURE_NOT_PROTECTED, id, NULL);
		return;
	}
	entry = weakest_entry(posture, POSTURE_MODE_ENFORCE);
	id = entry ? entry->decided_by : FIRST_RAISED(posture, doubts);
	if (id)
		set(row, POSTURE_NOT_KNOWN, id, NULL);
	else if (attacker == POSTURE_OFFLINE_PHYSICAL)
		set(row, POSTURE_DETECTED, NULL,
		    "who resets the firmware's settings gets round Secure Boot; `ima-efi compare` shows "
		    "it at the next visit");
	else
		set(row, POSTURE_PROTECTED, NULL,
		    "what starts is signed, what runs is signed, and no key is here");
}

void posture_fill_attackers(struct posture_work *work)
{
	struct posture *out = work->out;

	judge_automated(out, &out->attackers[POSTURE_AUTOMATED_ONLINE]);
	for (unsigned i = POSTURE_ROOT_SHELL_ONLINE; i < POSTURE_ATTACKERS; i++)
		judge_person(out, i, &out->attackers[i]);
}
