/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel profile from a kernel's command line
 * (Documentation/admin-guide/kernel-parameters.rst): words separated by blanks, double quotes keep
 * a word together, "--" ends what is the kernel's. Dash and underscore in a parameter's name are
 * one.
 */
#include "scanner/profile.h"

#include <errno.h>
#include <string.h>

#include "scanner/base/own.h"
#include "scanner/profile_internal.h"
#include "scanner/quotedword.h"

static void take_hash(struct kernel_profile *profile, const char *value)
{
	const struct hashalgo *hash = hashalgo_by_name(value);

	/* The first known name counts; an unknown one is ignored. */
	if (!hash)
		profile->asked.cmdline_hash_unknown = true;
	else if (!profile->asked.cmdline_hash)
		profile->asked.cmdline_hash = hash;
}

static void take_appraise(struct kernel_profile *profile, const char *value)
{
	static const struct {
		const char *start;
		enum profile_appraise mode;
	} modes[] = {
		{"off", PROFILE_APPRAISE_OFF},
		{"log", PROFILE_APPRAISE_LOG},
		{"fix", PROFILE_APPRAISE_FIX},
		{"enforce", PROFILE_APPRAISE_ENFORCE},
	};

	/* The last word counts, and what it starts with; one that is none of these leaves the
	 * default. */
	profile->asked.appraise = PROFILE_APPRAISE_ENFORCE;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strncmp(value, modes[i].start, strlen(modes[i].start)) == 0)
			profile->asked.appraise = modes[i].mode;
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += n)
		if ((at == words || at[-1] == '|') && (at[n] == '|' || !at[n]))
			return true;
	return false;
}

static void add_policy_word(struct kernel_profile *profile, const char *word)
{
	char *words = profile->policy_words;
	size_t used = strlen(words);

	/* Only known words come here, each once: they fit. */
	if (has_word(words, word) || used + 1 + strlen(word) >= sizeof(profile->policy_words))
		return;
	if (used)
		words[used++] = '|';
	strcpy(words + used, word);
}

static void take_policy(struct kernel_profile *profile, char *value)
{
	static const char *const known[] = {"tcb", "appraise_tcb", "secure_boot", "critical_data",
					    "fail_securely"};
	char *word;

	while ((word = strsep(&value, " |\n"))) {
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (strcmp(word, known[i]) == 0)
				add_policy_word(profile, word);
		if (strcmp(word, "fail_securely") == 0)
			profile->fail_securely = true;
	}
}

/* Does the word start with this parameter's name? Its value, or NULL. */
static char *value_after(char *word, const char *start)
{
	for (; *start; start++, word++)
		if (*word != *start && !(*word == '-' && *start == '_'))
			return NULL;
	return word;
}

static void take_word(struct kernel_profile *profile, char *word)
{
	char *value;

	if ((value = value_after(word, "ima_hash=")))
		take_hash(profile, value);
	else if ((value = value_after(word, "ima_appraise=")))
		take_appraise(profile, value);
	else if ((value = value_after(word, "ima_policy=")))
		take_policy(profile, value);
	else if (value_after(word, "ima_appraise_tcb"))
		add_policy_word(profile, "ima_appraise_tcb");
	else if (value_after(word, "ima_tcb"))
		add_policy_word(profile, "ima_tcb");
	else if ((value = value_after(word, "evm=")))
		profile->evm_fix = profile->evm_fix || strncmp(value, "fix", 3) == 0;
}

int profile_set_cmdline(struct kernel_profile *profile, const char *text, struct fault *f)
{
	own_mem char *copy = strdup(text);
	char *rest = copy, *word;

	if (!copy)
		return fault_set(f, ENOMEM, "reading the kernel command line");
	while ((word = quotedword_next(&rest)) && strcmp(word, "--") != 0)
		take_word(profile, word);
	profile->source_cmdline = "--cmdline";
	profile_settle(profile);
	return 0;
}
