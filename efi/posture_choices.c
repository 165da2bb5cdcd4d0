/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the background's numbered choices this set-up is: 1 files, 3 mode, 4 the way round, 5 the
 * policy's way in, 6 hashes or signatures. */
#include <stdio.h>
#include <string.h>

#include "efi/posture_internal.h"

static void choose(struct posture_choice *choice, unsigned number, const char *what,
		   const char *because)
{
	choice->number = number;
	snprintf(choice->choice, sizeof(choice->choice), "%s", what);
	snprintf(choice->because, sizeof(choice->because), "%s", because);
}

/* Of what may be started by default, the one that is worth least. */
static const struct posture_entry *worst_default(const struct posture *posture)
{
	const struct posture_entry *worst = NULL, *it;

	for (size_t n = 0; (it = posture_default_entry(posture, n)); n++)
		if (!worst || it->mode < worst->mode)
			worst = it;
	return worst;
}

static void choose_files(struct posture_choice *out, const struct posture_entry *entry)
{
	if (!entry)
		choose(out, 1, "1?", "what is started is not known");
	else if (entry->scope_known && !entry->scope.refused)
		choose(out, 1, policyscope_files_name(entry->scope.files),
		       entry->scope.because[0] ? entry->scope.because
					       : "what the policy in force appraises");
	else if (entry->mode == POSTURE_MODE_NOT_KNOWN)
		choose(out, 1, "1?", entry->because);
	else
		choose(out, 1, "1-", entry->because);
}

static void choose_mode(struct posture_choice *out, const struct posture_entry *entry)
{
	static const char *const names[] = {
		[POSTURE_MODE_OFF] = "3-",     [POSTURE_MODE_MEASURE] = "3a",
		[POSTURE_MODE_LOG] = "3a",     [POSTURE_MODE_NOT_KNOWN] = "3?",
		[POSTURE_MODE_ENFORCE] = "3b",
	};

	if (entry)
		choose(out, 3, names[entry->mode], entry->because);
	else
		choose(out, 3, "3?", "what is started is not known");
}

/* Kernels that enforce under some entry: with the same one, another entry is 4a, else 4b. */
static bool enforces_elsewhere(const struct posture *posture, const char *kernel)
{
	for (size_t i = 0; i < posture->entry_count; i++) {
		const struct posture_entry *it = &posture->entries[i];

		if (it->counts && it->mode == POSTURE_MODE_ENFORCE &&
		    strcmp(it->entry->kernel, kernel) == 0)
			return true;
	}
	return false;
}

struct ways {
	bool enforced, same_kernel, other_kernel, not_known;
	const struct posture_entry *one;
};

static struct ways find_ways(const struct posture *posture)
{
	struct ways ways = {0};

	for (size_t i = 0; i < posture->entry_count; i++) {
		const struct posture_entry *it = &posture->entries[i];

		if (!it->counts)
			continue;
		if (it->mode == POSTURE_MODE_ENFORCE || it->mode == POSTURE_MODE_LOG)
			ways.enforced = true;
		else if (it->mode == POSTURE_MODE_NOT_KNOWN)
			ways.not_known = true;
		else {
			if (enforces_elsewhere(posture, it->entry->kernel))
				ways.same_kernel = true;
			else
				ways.other_kernel = true;
			ways.one = it;
		}
	}
	return ways;
}

static void choose_way_round(struct posture_choice *out, const struct posture *posture)
{
	struct ways ways = find_ways(posture);
	char because[200];

	if (!ways.enforced) {
		choose(out, 4, ways.not_known ? "4?" : "4-",
		       ways.not_known ? "what the entries come to is not known"
				      : "nothing is enforced that would need a way round");
		return;
	}
	if (!ways.one) {
		choose(out, 4, ways.not_known ? "4?" : "4c",
		       ways.not_known ? "what some entries come to is not known"
				      : "nothing on this machine starts with IMA off: it takes "
					"another medium");
		return;
	}
	snprintf(because, sizeof(because), "%.60s, entry \"%.80s\"", ways.one->because,
		 ways.one->entry->title ? ways.one->entry->title : ways.one->entry->where);
	choose(out, 4,
	       ways.same_kernel && ways.other_kernel ? "4a + 4b"
	       : ways.same_kernel		     ? "4a"
						     : "4b",
	       because);
}

static void choose_delivery(struct posture_choice *out, const struct posture *posture)
{
	bool by_script = false, embedded = false, other = false, own = false;
	const struct posture_entry *one = NULL;

	for (size_t i = 0; i < posture->entry_count; i++) {
		const struct posture_entry *it = &posture->entries[i];
		const char *seed = it->delivery ? delivery_seed(it->delivery->way) : NULL;

		if (!it->counts || (!it->delivery && !it->own_policy))
			continue;
		one = one ? one : it;
		own = own || it->own_policy;
		by_script = by_script || (seed && strcmp(seed, "5a") == 0);
		embedded = embedded || (seed && strcmp(seed, "5b") == 0);
		other = other || (it->delivery && !seed);
	}
	if (!one)
		choose(out, 5, "5-", "no policy is delivered");
	else if (by_script && embedded)
		choose(out, 5, "5a + 5b",
		       "by a script or file of the system, and by an embedded "
		       "initramfs");
	else if (by_script || embedded || other)
		choose(out, 5,
		       by_script  ? "5a"
		       : embedded ? "5b"
				  : "5?",
		       one->delivery ? one->delivery->where : one->because);
	else
		choose(out, 5, "ima_policy=", "by the command line: a policy of the kernel's own");
}

static void choose_labels(struct posture_choice *out, const struct posture_entry *entry)
{
	if (!entry || (entry->mode == POSTURE_MODE_NOT_KNOWN && !entry->scope_known))
		choose(out, 6, "6?", entry ? entry->because : "what is started is not known");
	else if (!entry->scope_known || !entry->scope.appraises ||
		 entry->scope.files == POLICYSCOPE_NONE)
		choose(out, 6, "6-", "nothing is appraised");
	else if (entry->scope.needs_signatures)
		choose(out, 6, "6b", "every rule about programs asks for a signature");
	else if (entry->evm_signatures)
		choose(out, 6, "6b", "EVM asks for a signature: its certificate is loaded");
	else if (entry->scope.files == POLICYSCOPE_CANNOT_TELL)
		choose(out, 6, "6?", entry->scope.because);
	else
		choose(out, 6, "6a", "a hash suffices");
}

static const char *firmware_part(const struct posture_work *work)
{
	switch (work->secure_boot) {
	case CMDLINEWORD_YES: return " + Secure Boot";
	case CMDLINEWORD_NOT_KNOWN: return " + Secure Boot?";
	case CMDLINEWORD_NO: break;
	}
	return "";
}

void posture_fill_choices(struct posture_work *work)
{
	struct posture *out = work->out;
	const struct posture_entry *entry = worst_default(out);
	int used = 0;

	choose_files(&out->choices[0], entry);
	choose_mode(&out->choices[1], entry);
	choose_way_round(&out->choices[2], out);
	choose_delivery(&out->choices[3], out);
	choose_labels(&out->choices[4], entry);
	for (size_t i = 0; i < sizeof(out->choices) / sizeof(out->choices[0]); i++)
		used += snprintf(out->notation + used, sizeof(out->notation) - (size_t)used, "%s%s",
				 i ? " + " : "", out->choices[i].choice);
	snprintf(out->notation + used, sizeof(out->notation) - (size_t)used, "%s",
		 firmware_part(work));
}
