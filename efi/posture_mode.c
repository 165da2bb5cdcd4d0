/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IMA does under an entry: which policy is in force there, what it asks for, and in which mode. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "efi/posture_internal.h"

static void decide(struct posture_entry *entry, enum posture_mode mode, const char *id,
		   const char *because)
{
	entry->mode = mode;
	entry->decided_by = id;
	snprintf(entry->because, sizeof(entry->because), "%s", because);
}

/* --- The policy --- */

/* Is `where` this file, or something inside it ("/boot/initrd.img#etc/ima-policy")? */
static bool is_of(const char *where, const char *file)
{
	size_t n = strlen(file);

	return strncmp(where, file, n) == 0 && (!where[n] || where[n] == '#');
}

static bool uses_initramfs(const struct posture_entry *entry, const char *where)
{
	if (entry->entry->kernel && is_of(where, entry->entry->kernel))
		return true;
	for (size_t i = 0; i < entry->entry->initrd_count; i++)
		if (is_of(where, entry->entry->initrds[i]))
			return true;
	return false;
}

static bool is_inside(const struct posture_seen *seen, const char *where)
{
	for (size_t i = 0; i < seen->initramfs->count; i++)
		if (is_of(where, seen->initramfs->items[i].path))
			return true;
	return false;
}

static bool has_finding(const struct posture_entry *entry, const char *name, const char *finding)
{
	const struct cmdlineword *word = posture_effective_word(entry, name);

	return word && word->findings[0] && strcmp(word->findings[0], finding) == 0;
}

/* Would this delivery take place under this entry, as far as its initramfs and its first program go? */
static bool applies(const struct posture_work *work, const struct posture_entry *entry,
		    const struct delivery *delivery)
{
	bool of_initramfs = delivery->way == DELIVERY_INITRAMFS_EMBEDDED ||
			    delivery->way == DELIVERY_INITRAMFS_FILE;

	if (delivery->way == DELIVERY_SOURCE)
		return false;
	if (of_initramfs || is_inside(work->seen, delivery->where)) {
		if (!uses_initramfs(entry, delivery->where))
			return false;
		return !has_finding(entry, "rdinit", "boot.entry.init-replaced");
	}
	return !has_finding(entry, "init", "boot.entry.init-replaced");
}

/* What is loaded first stays: further loads are refused or only add rules. */
static const enum delivery_way order[] = {
	DELIVERY_INITRAMFS_EMBEDDED, DELIVERY_INITRAMFS_FILE, DELIVERY_DRACUT, DELIVERY_SYSTEMD,
	DELIVERY_RC_SCRIPT,
};

struct search {
	const struct delivery *found;
	bool missing, not_enabled;
};

static struct search find_delivery(const struct posture_work *work,
				   const struct posture_entry *entry)
{
	const struct delivery_list *list = work->seen->deliveries;
	struct search search = {0};

	for (size_t w = 0; w < sizeof(order) / sizeof(order[0]); w++)
		for (size_t i = 0; i < list->count; i++) {
			const struct delivery *it = &list->items[i];

			if (it->way != order[w] || !applies(work, entry, it))
				continue;
			if (it->enabled_known && !it->enabled)
				search.not_enabled = true;
			else if (it->policy_missing)
				search.missing = true;
			else if (!search.found)
				search.found = it;
		}
	return search;
}

static int read_profile(const struct posture_work *work, const struct posture_entry *entry,
			struct kernel_profile *out)
{
	const struct kernelimage *kernel = entry->kernel;
	struct fault ignored;
	char version[32];

	profile_init(out);
	if (kernel && kernel->major) {
		snprintf(version, sizeof(version), "%u.%u", kernel->major, kernel->minor);
		if (profile_set_version(out, version, &ignored) < 0)
			profile_init(out);
	}
	/* One that does not name CONFIG_IMA is of a kernel without: the default serves for reading. */
	if (kernel && kernel->config &&
	    profile_set_config(out, kernel->config, kernel->config_size, &ignored) < 0 &&
	    ignored.os == ENOMEM)
		return fault_set(work->f, ENOMEM, "judging a kernel");
	return profile_set_cmdline(out, entry->cmdline, work->f);
}

static int read_scope(const struct posture_work *work, struct posture_entry *entry)
{
	struct kernel_profile profile;

	if (read_profile(work, entry, &profile) < 0)
		return -1;
	if (entry->delivery && entry->delivery->policy) {
		if (policyscope_read(entry->delivery->policy, entry->delivery->policy_size,
				     &profile, &entry->scope, work->f) < 0)
			return -1;
		entry->scope_known = true;
	} else if (!entry->delivery && profile.policy_words[0]) {
		if (policyscope_of_words(profile.policy_words, &profile, &entry->scope, work->f) <
		    0)
			return -1;
		entry->own_policy = entry->scope_known =
			!entry->scope.refused && (entry->scope.appraises || entry->scope.measures);
	}
	return 0;
}

/* Has another entry, or the root, a policy that this one lacks? */
static bool any_delivery(const struct posture_work *work)
{
	for (size_t i = 0; i < work->seen->deliveries->count; i++)
		if (work->seen->deliveries->items[i].way != DELIVERY_SOURCE)
			return true;
	return false;
}

static void decide_by_policy(const struct posture_work *work, struct posture_entry *entry,
			     const struct search *search)
{
	if (entry->delivery && !entry->delivery->policy)
		decide(entry, POSTURE_MODE_NOT_KNOWN, "policy.not-readable",
		       "the policy that is loaded cannot be read here");
	else if (entry->scope_known && entry->scope.refused)
		decide(entry, POSTURE_MODE_OFF, "policy.syntax", "the kernel refuses the policy");
	else if (!entry->scope_known && search->missing)
		decide(entry, POSTURE_MODE_OFF, "policy.missing-file",
		       "the policy that would be loaded is not there");
	else if (!entry->scope_known && search->not_enabled)
		decide(entry, POSTURE_MODE_OFF, "policy.not-enabled",
		       "what would load the policy never runs");
	else if (!entry->scope_known && any_delivery(work))
		decide(entry, POSTURE_MODE_OFF, "boot.entry.no-ima-policy",
		       "no policy is loaded under this entry");
	else if (!entry->scope_known)
		decide(entry, POSTURE_MODE_OFF, "policy.absent", "no policy is loaded");
	else if (!entry->scope.appraises || entry->scope.files == POLICYSCOPE_NONE)
		decide(entry, POSTURE_MODE_MEASURE, "policy.measure-only",
		       "the policy appraises no file that is read or executed");
	else if (entry->scope.files == POLICYSCOPE_CANNOT_TELL)
		decide(entry, POSTURE_MODE_NOT_KNOWN, "policy.not-readable", entry->scope.because);
	else
		decide(entry, POSTURE_MODE_ENFORCE, NULL, "a policy is loaded and enforced");
}

/* --- The kernel and its command line --- */

static bool decide_by_config(struct posture_entry *entry)
{
	if (posture_has_option(entry->kernel, "IMA") == CMDLINEWORD_NO)
		decide(entry, POSTURE_MODE_OFF, "kernel.no-ima", "the kernel has no IMA");
	else if (posture_has_option(entry->kernel, "IMA_APPRAISE") == CMDLINEWORD_NO)
		decide(entry, POSTURE_MODE_OFF, "kernel.no-appraise", "the kernel cannot appraise");
	else
		return false;
	return true;
}

/* Words that make the mode what it is, worst first. */
static const struct {
	const char *finding;
	enum posture_mode mode;
} deciding[] = {
	{"boot.entry.ima-initcall-blacklisted", POSTURE_MODE_OFF},
	{"boot.entry.ima-appraise-off", POSTURE_MODE_OFF},
	{"boot.entry.ima-appraise-fix", POSTURE_MODE_OFF},
	{"boot.entry.ima-appraise-log", POSTURE_MODE_LOG},
};

static bool decide_by_words(struct posture_entry *entry)
{
	for (size_t d = 0; d < sizeof(deciding) / sizeof(deciding[0]); d++)
		for (size_t i = 0; i < entry->words.count; i++) {
			const struct cmdlineword *word = &entry->words.items[i];

			if (!word->findings[0] ||
			    strcmp(word->findings[0], deciding[d].finding) != 0)
				continue;
			decide(entry, deciding[d].mode, deciding[d].finding, word->because);
			return true;
		}
	return false;
}

static void doubt(struct posture_entry *entry)
{
	for (size_t i = 0; i < entry->words.count; i++) {
		const struct cmdlineword *word = &entry->words.items[i];

		if (word->findings[0] && strcmp(word->findings[0], "boot.entry.cannot-tell") == 0 &&
		    strcmp(word->name, "evm") != 0) {
			decide(entry, POSTURE_MODE_NOT_KNOWN, "boot.entry.cannot-tell",
			       word->because);
			return;
		}
	}
	if (!entry->kernel || !entry->kernel->config)
		decide(entry, POSTURE_MODE_NOT_KNOWN, "kernel.no-config",
		       "the kernel's configuration is not known");
}

/* EVM's own certificate, loaded by the kernel out of the initramfs that this entry uses. */
static bool has_evm_certificate(const struct posture_work *work, const struct posture_entry *entry)
{
	const struct initramfs_list *list = work->seen->initramfs;

	if (posture_has_option(entry->kernel, "EVM") != CMDLINEWORD_YES ||
	    posture_has_option(entry->kernel, "EVM_LOAD_X509") != CMDLINEWORD_YES)
		return false;
	for (size_t i = 0; i < list->count; i++) {
		if (!uses_initramfs(entry, list->items[i].path))
			continue;
		for (size_t k = 0; k < list->items[i].found_count; k++)
			if (list->items[i].found[k].kind == INITRAMFS_CERTIFICATE &&
			    strstr(list->items[i].found[k].name, "x509_evm"))
				return true;
	}
	return false;
}

int posture_read_mode(struct posture_work *work, struct posture_entry *entry)
{
	struct search search = find_delivery(work, entry);

	entry->delivery = search.found;
	if (read_scope(work, entry) < 0)
		return -1;
	entry->evm_signatures = has_evm_certificate(work, entry);
	if (decide_by_config(entry))
		return 0;
	decide_by_policy(work, entry, &search);
	/* A word matters only where a policy would be enforced. */
	if (entry->mode != POSTURE_MODE_ENFORCE)
		return 0;
	if (!decide_by_words(entry))
		doubt(entry);
	return 0;
}

void posture_compare_modes(struct posture_work *work)
{
	struct posture *out = work->out;
	bool somebody = false;

	for (size_t i = 0; i < out->entry_count; i++)
		somebody = somebody || (out->entries[i].counts && out->entries[i].scope_known);
	for (size_t i = 0; somebody && i < out->entry_count; i++) {
		struct posture_entry *it = &out->entries[i];

		if (it->decided_by && strcmp(it->decided_by, "policy.absent") == 0)
			decide(it, POSTURE_MODE_OFF, "boot.entry.no-ima-policy",
			       "no policy is loaded under this entry");
	}
}
