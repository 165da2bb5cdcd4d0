/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings about single boot entries: their words, their kernel, who may change them. */
#include <stdio.h>
#include <string.h>

#include "efi/posture_internal.h"

/* Where an entry is said, and what people call it. */
static const char *title_of(const struct posture_entry *entry)
{
	if (entry->entry->title && *entry->entry->title)
		return entry->entry->title;
	return entry->entry->kernel_said ? entry->entry->kernel_said
					 : bootentry_source_name(entry->entry->source);
}

static int add(struct posture_work *work, const struct posture_entry *entry, const char *id,
	       const char *what)
{
	return finding_add(&work->out->findings, id, entry->entry->where, work->f, "\"%s\": %s",
			   title_of(entry), what);
}

/* A template starts nothing now; that its words are dangerous is as true as of what is made of it. */
static int check_words(struct posture_work *work, const struct posture_entry *entry)
{
	enum bootentry_source source = entry->entry->source;

	if (!entry->starts_kernel && source != BOOTENTRY_TEMPLATE && source != BOOTENTRY_KEXEC)
		return 0;
	for (size_t i = 0; i < entry->words.count; i++) {
		const struct cmdlineword *word = &entry->words.items[i];

		for (size_t k = 0; k < CMDLINEWORD_FINDINGS_MAX && word->findings[k]; k++)
			if (finding_add(&work->out->findings, word->findings[k],
					entry->entry->where, work->f, "\"%s\": %s: %s",
					title_of(entry), word->word, word->because) < 0)
				return -1;
	}
	return 0;
}

/* Does any entry that counts enforce, or at least have a policy? */
static bool somebody_appraises(const struct posture *posture)
{
	for (size_t i = 0; i < posture->entry_count; i++)
		if (posture->entries[i].counts && posture->entries[i].mode >= POSTURE_MODE_LOG)
			return true;
	return false;
}

static bool lacks_ima(const struct posture_entry *entry)
{
	return entry->decided_by && (strcmp(entry->decided_by, "kernel.no-ima") == 0 ||
				     strcmp(entry->decided_by, "kernel.no-appraise") == 0);
}

static int check_policy_of(struct posture_work *work, const struct posture_entry *entry)
{
	if (!entry->counts)
		return 0;
	if (lacks_ima(entry) && somebody_appraises(work->out))
		return add(work, entry, "boot.entry.second-kernel-without-ima", entry->because);
	if (entry->decided_by && strcmp(entry->decided_by, "boot.entry.no-ima-policy") == 0)
		return add(work, entry, "boot.entry.no-ima-policy", entry->because);
	return 0;
}

static int check_kernel_of(struct posture_work *work, const struct posture_entry *entry)
{
	const struct bootentry *said = entry->entry;

	if (said->source == BOOTENTRY_TEMPLATE || said->disabled)
		return 0;
	if (!said->kernel && said->kernel_said && *said->kernel_said)
		return finding_add(&work->out->findings, "boot.entry.kernel-missing", said->where,
				   work->f, "\"%s\": %s is not on this target", title_of(entry),
				   said->kernel_said);
	if (entry->counts && entry->image && !entry->image->signer_count)
		return finding_add(&work->out->findings, "boot.entry.unsigned-kernel", said->kernel,
				   work->f, "the kernel carries no signature");
	if (said->kernel && !entry->starts_kernel &&
	    (!entry->image || entry->image->role == IMAGECHECK_OTHER))
		return finding_add(&work->out->findings, "boot.entry.other-system", said->where,
				   work->f, "\"%s\" starts %s", title_of(entry), said->kernel);
	return 0;
}

/* What could be typed, if it can be typed. */
static int check_editing(struct posture_work *work, const struct posture_entry *entry)
{
	struct cmdlineword_kernel kernel = posture_circumstances(work, entry->kernel);
	char because[200];

	if (!entry->counts || entry->sealed || entry->entry->editing != BOOTENTRY_EDIT_ANYONE ||
	    cmdlineword_of_appraise_off(&kernel, because) != CMDLINEWORD_EFFECTIVE)
		return 0;
	return finding_add(
		&work->out->findings, "boot.entry.editable", entry->entry->where, work->f,
		"anybody at the console can add ima_appraise=off to the command line of %s",
		entry->entry->kernel);
}

/* Only worth a word where Secure Boot stops the simpler ways. */
static int check_sealing(struct posture_work *work, const struct posture_entry *entry)
{
	if (!entry->counts || entry->sealed || work->secure_boot != CMDLINEWORD_YES)
		return 0;
	return finding_add(&work->out->findings, "boot.entry.cmdline-not-sealed",
			   entry->entry->where, work->f,
			   "no signature covers the command line of %s", entry->entry->kernel);
}

static int check_incomplete(struct posture_work *work, const struct posture_entry *entry)
{
	if (!entry->entry->incomplete || entry->entry->source == BOOTENTRY_TEMPLATE ||
	    entry->entry->disabled)
		return 0;
	return add(work, entry, "boot.entry.incomplete", "part of it is decided at boot");
}

int posture_check_boot(struct posture_work *work)
{
	static int (*const checks[])(struct posture_work * work,
				     const struct posture_entry *entry) = {
		check_words,   check_policy_of, check_kernel_of,
		check_editing, check_sealing,	check_incomplete,
	};

	for (size_t i = 0; i < work->out->entry_count; i++)
		for (size_t c = 0; c < sizeof(checks) / sizeof(checks[0]); c++)
			if (checks[c](work, &work->out->entries[i]) < 0)
				return -1;
	return 0;
}
