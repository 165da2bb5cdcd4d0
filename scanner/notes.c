/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What limits the worth of a whole report, as sentences for its head. */
#include "scanner/notes.h"

#include "scanner/profile.h"

static bool has_no_appraisal(const struct notes_run *run)
{
	return !run->profile->asked.ima_appraise;
}

static bool appraises_by(const struct notes_run *run, enum profile_appraise mode)
{
	return !has_no_appraisal(run) && run->profile->appraise == mode;
}

static bool is_off(const struct notes_run *run)
{
	return appraises_by(run, PROFILE_APPRAISE_OFF);
}

static bool only_logs(const struct notes_run *run)
{
	return appraises_by(run, PROFILE_APPRAISE_LOG);
}

static bool fixes(const struct notes_run *run)
{
	return appraises_by(run, PROFILE_APPRAISE_FIX);
}

static bool has_inert_word(const struct notes_run *run)
{
	return !has_no_appraisal(run) && !run->profile->appraise_bootparam &&
	       run->profile->asked.appraise != PROFILE_APPRAISE_ENFORCE;
}

static bool has_unused_policy(const struct notes_run *run)
{
	return !run->has_policy && run->profile->policy_words[0];
}

static bool has_unknown_hash(const struct notes_run *run)
{
	return run->profile->asked.cmdline_hash_unknown;
}

static bool has_restricted_keyrings(const struct notes_run *run)
{
	return run->has_keys && run->profile->trusted_keyring;
}

static bool is_running_root(const struct notes_run *run)
{
	return run->running_root;
}

static bool is_on_running_filesystem(const struct notes_run *run)
{
	return run->running_filesystem && !run->running_root;
}

/* ima_appraise= under Secure Boot: security/integrity/ima/ima_appraise.c, ima_appraise_parse_cmdline(). */
#define UNLESS_SECURE_BOOT " (with Secure Boot on it ignores the word and enforces)"

static const struct {
	bool (*applies)(const struct notes_run *run);
	const char *text;
} notes[] = {
	{has_no_appraisal,
	 "this kernel is built without CONFIG_IMA_APPRAISE: it checks no label and refuses nothing"},
	{is_off,
	 "ima_appraise=off: this kernel checks no label and refuses nothing" UNLESS_SECURE_BOOT},
	{only_logs,
	 "ima_appraise=log: this kernel only logs and refuses nothing" UNLESS_SECURE_BOOT},
	{fixes,
	 "ima_appraise=fix: this kernel refuses nothing and writes hashes over labels that do not "
	 "fit" UNLESS_SECURE_BOOT},
	{has_inert_word,
	 "ima_appraise= has no effect here: this kernel is built without CONFIG_IMA_APPRAISE_BOOTPARAM"},
	{has_unknown_hash,
	 "the command line's ima_hash= names no hash that a kernel knows: it is ignored, as the kernel does"},
	{has_unused_policy,
	 "the command line's ima_policy= is not applied: name the policy with --policy"},
	{has_restricted_keyrings,
	 "this kernel takes only certificates signed by a key built into it "
	 "(CONFIG_INTEGRITY_TRUSTED_KEYRING); whether those given are is not checked"},
	{is_running_root,
	 "the target is the running system, whose answers cannot be trusted (--live)"},
	{is_on_running_filesystem,
	 "the target lies on the file system that the running system runs from"},
};

_Static_assert(sizeof(notes) / sizeof(notes[0]) <= NOTES_MAX, "every note has room");

void notes_find(const struct notes_run *run, struct notes *out)
{
	*out = (struct notes){0};
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (notes[i].applies(run))
			out->text[out->count++] = notes[i].text;
}
