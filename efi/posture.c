/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The judgement over a whole set-up: entries, then groups of checks, then what follows from both. */
#include "efi/posture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/posture_internal.h"

const char *posture_mode_name(enum posture_mode mode)
{
	static const char *const names[] = {
		[POSTURE_MODE_OFF] = "off",	    [POSTURE_MODE_MEASURE] = "measure",
		[POSTURE_MODE_LOG] = "log",	    [POSTURE_MODE_NOT_KNOWN] = "not-known",
		[POSTURE_MODE_ENFORCE] = "enforce",
	};

	return names[mode];
}

const char *posture_attacker_name(enum posture_attacker attacker)
{
	static const char *const names[] = {
		[POSTURE_AUTOMATED_ONLINE] = "automated-online",
		[POSTURE_ROOT_SHELL_ONLINE] = "root-shell-online",
		[POSTURE_OFFLINE_NO_PHYSICAL] = "offline-no-physical-access",
		[POSTURE_OFFLINE_PHYSICAL] = "offline-physical-access",
	};

	return names[attacker];
}

const char *posture_protection_name(enum posture_protection protection)
{
	static const char *const names[] = {
		[POSTURE_NOT_KNOWN] = "not-known",
		[POSTURE_NOT_PROTECTED] = "not-protected",
		[POSTURE_DETECTED] = "detected",
		[POSTURE_PROTECTED] = "protected",
	};

	return names[protection];
}

/* The kernel's answer to "is Secure Boot on": shim's switch turns it to no (libstub/secureboot.c). */
static enum cmdlineword_answer kernel_view(const struct secureboot *state)
{
	switch (state->word) {
	case SECUREBOOT_ENFORCING:
		return state->mok_validation_off == SECUREBOOT_FLAG_ON ? CMDLINEWORD_NO
								       : CMDLINEWORD_YES;
	case SECUREBOOT_SETUP_MODE:
	case SECUREBOOT_DISABLED:
	case SECUREBOOT_NOT_UEFI: return CMDLINEWORD_NO;
	case SECUREBOOT_CANNOT_TELL: break;
	}
	return CMDLINEWORD_NOT_KNOWN;
}

/* The kind's place in the table breaks ties, then what was seen first. */
static int by_severity(const void *a, const void *b)
{
	const struct finding *one = a, *two = b;

	if (one->kind->severity != two->kind->severity)
		return one->kind->severity < two->kind->severity ? 1 : -1;
	if (one->kind != two->kind)
		return one->kind < two->kind ? -1 : 1;
	return strcmp(one->where ? one->where : "", two->where ? two->where : "");
}

static int check_audit(struct posture_work *work)
{
	const struct posture_seen *seen = work->seen;
	struct finding_list *findings = &work->out->findings;

	if (seen->remarks &&
	    finding_add(findings, "audit.remarks", NULL, work->f,
			"%zu things could not be read or not understood", seen->remarks) < 0)
		return -1;
	if (!seen->esp_seen && seen->secureboot->word != SECUREBOOT_NOT_UEFI &&
	    finding_add(findings, "audit.no-esp", NULL, work->f,
			"no EFI system partition was given or found") < 0)
		return -1;
	for (size_t i = 0; i < work->out->entry_count; i++)
		if (work->out->entries[i].counts)
			return 0;
	return finding_add(findings, "audit.no-entries", NULL, work->f,
			   "no boot entry that starts a kernel was found");
}

int posture_judge(const struct posture_seen *seen, struct posture *out, struct fault *f)
{
	static int (*const checks[])(struct posture_work * work) = {
		posture_read_entries,	 posture_check_firmware,
		posture_check_boot,	 posture_check_loaders,
		posture_check_images,	 posture_check_kernels,
		posture_check_initramfs, posture_check_policy,
		posture_check_keys,	 check_audit,
	};
	struct posture posture = {0};
	struct posture_work work = {.seen = seen,
				    .out = &posture,
				    .secure_boot = kernel_view(seen->secureboot),
				    .f = f};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (checks[i](&work) < 0) {
			posture_done(&posture);
			return -1;
		}
	}
	if (posture.findings.count)
		qsort(posture.findings.items, posture.findings.count,
		      sizeof(posture.findings.items[0]), by_severity);
	posture_fill_choices(&work);
	posture_fill_attackers(&work);
	*out = posture;
	return 0;
}

void posture_done(struct posture *posture)
{
	for (size_t i = 0; i < posture->entry_count; i++) {
		free(posture->entries[i].cmdline);
		cmdlineword_list_done(&posture->entries[i].words);
	}
	free(posture->entries);
	finding_list_done(&posture->findings);
	*posture = (struct posture){0};
}

bool posture_undecided(const struct posture *posture)
{
	static const char *const ids[] = {
		"secureboot.cannot-tell", "boot.entry.cannot-tell", "boot.entry.incomplete",
		"kernel.no-config",	  "policy.not-readable",    "audit.remarks",
		"audit.no-esp",		  "audit.no-entries",
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (finding_list_has(&posture->findings, ids[i]))
			return true;
	return false;
}

bool posture_weak(const struct posture *posture)
{
	for (size_t i = 0; i < posture->findings.count; i++)
		if (posture->findings.items[i].kind->severity > FINDING_INFO)
			return true;
	return false;
}
