/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings about policies: how they are delivered, and what those in force leave out. */
#include <string.h>

#include "efi/posture_internal.h"

static const char *policy_name(const struct delivery *delivery)
{
	return delivery->policy_path ? delivery->policy_path : "a policy";
}

static int check_delivery(struct posture_work *work, const struct delivery *it)
{
	struct finding_list *findings = &work->out->findings;

	if (it->way == DELIVERY_SOURCE)
		return 0;
	if (it->enabled_known && !it->enabled)
		return finding_add(findings, "policy.not-enabled", it->where, work->f,
				   "%s is not loaded: what would do it never runs",
				   policy_name(it));
	if (it->policy_missing)
		return finding_add(findings, "policy.missing-file", it->where, work->f,
				   "%s, which it loads, is not there", policy_name(it));
	if (it->way == DELIVERY_INITRAMFS_FILE &&
	    finding_add(findings, "initramfs.policy-writable", it->where, work->f, "it holds %s",
			policy_name(it)) < 0)
		return -1;
	if (it->online_root_can_change)
		return finding_add(findings, "policy.online-root-can-change", it->where, work->f,
				   "root can change what loads %s, or that itself",
				   policy_name(it));
	return 0;
}

/* Weaknesses of a policy in force. The place is what delivers it, or the kernel that has it. */
struct place {
	struct posture_work *work;
	const struct posture_entry *entry;
	const char *where;
};

static int add(const struct place *at, const char *id, const char *what)
{
	return finding_add(&at->work->out->findings, id, at->where, at->work->f, "%s", what);
}

static int check_gaps(const struct place *at)
{
	const struct policyscope *scope = &at->entry->scope;
	bool rewritable =
		posture_has_option(at->entry->kernel, "IMA_WRITE_POLICY") != CMDLINEWORD_NO;

	if (!scope->checks_modules && !posture_modules_checked(at->work, at->entry) &&
	    add(at, "policy.no-module-check", "no rule appraises kernel modules") < 0)
		return -1;
	if (!scope->checks_kexec && !posture_kexec_checked(at->work, at->entry) &&
	    add(at, "policy.no-kexec-check", "no rule appraises kernels loaded by kexec") < 0)
		return -1;
	if (!scope->checks_policy && rewritable &&
	    add(at, "policy.no-policy-check", "no rule names func=POLICY_CHECK") < 0)
		return -1;
	if (!scope->checks_firmware)
		return add(at, "policy.no-firmware-check", "no rule appraises firmware files");
	return 0;
}

static int check_strength(const struct place *at)
{
	const struct policyscope *scope = &at->entry->scope;

	if (!scope->needs_signatures && !at->entry->evm_signatures &&
	    scope->files != POLICYSCOPE_CANNOT_TELL &&
	    add(at, "policy.no-signatures", "what it appraises needs no signature") < 0)
		return -1;
	if (scope->code_uncovered && add(at, "policy.code-uncovered",
					 "of programs and mapped code it appraises only one") < 0)
		return -1;
	for (size_t i = 0; i < scope->weakness_count; i++)
		if (add(at, "policy.weak-exception", scope->weaknesses[i]) < 0)
			return -1;
	return 0;
}

static int check_in_force(struct posture_work *work, const struct posture_entry *entry)
{
	const struct place at = {work, entry,
				 entry->delivery ? entry->delivery->where : entry->entry->where};

	if (!entry->counts)
		return 0;
	if (entry->decided_by && strcmp(entry->decided_by, "policy.not-readable") == 0)
		return add(&at, "policy.not-readable", entry->because);
	if (!entry->scope_known)
		return 0;
	if (entry->scope.refused)
		return add(&at, "policy.syntax", entry->scope.why);
	if (!entry->scope.appraises || entry->scope.files == POLICYSCOPE_NONE)
		return add(&at, "policy.measure-only",
			   "it appraises no file that is read or executed");
	return check_gaps(&at) < 0 ? -1 : check_strength(&at);
}

/* No entry has a policy, and nothing would deliver one. Where no kernel was seen, its image may hold one. */
static int check_absence(struct posture_work *work)
{
	bool any = false, started = false;

	for (size_t i = 0; i < work->out->entry_count; i++) {
		const struct posture_entry *entry = &work->out->entries[i];

		if (!entry->counts)
			continue;
		started = true;
		any = any || entry->scope_known || entry->delivery;
	}
	for (size_t i = 0; i < work->seen->deliveries->count; i++)
		any = any || work->seen->deliveries->items[i].way != DELIVERY_SOURCE;
	if (any || !started)
		return 0;
	return finding_add(&work->out->findings, "policy.absent", NULL, work->f,
			   "no script, unit, initramfs or command line loads an IMA policy");
}

int posture_check_policy(struct posture_work *work)
{
	for (size_t i = 0; i < work->seen->deliveries->count; i++)
		if (check_delivery(work, &work->seen->deliveries->items[i]) < 0)
			return -1;
	for (size_t i = 0; i < work->out->entry_count; i++)
		if (check_in_force(work, &work->out->entries[i]) < 0)
			return -1;
	return check_absence(work);
}
