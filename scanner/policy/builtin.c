/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policies that have a name: those of the kernel, composed as ima_init_policy() of
 * security/integrity/ima/ima_policy.c does, and the plain choices of our documents.
 */
#include "scanner/policy/internal.h"

#include <stdio.h>
#include <string.h>

#include "scanner/base/own.h"

static const char *const dont_measure_rules[] = {
	"dont_measure fsmagic=0x9fa0",	   /* proc */
	"dont_measure fsmagic=0x62656572", /* sysfs */
	"dont_measure fsmagic=0x64626720", /* debugfs */
	"dont_measure fsmagic=0x1021994",  /* tmpfs */
	"dont_measure fsmagic=0x1cd1",	   /* devpts */
	"dont_measure fsmagic=0x42494e4d", /* binfmt_misc */
	"dont_measure fsmagic=0x73636673", /* securityfs */
	"dont_measure fsmagic=0xf97cff8c", /* selinuxfs */
	"dont_measure fsmagic=0x43415d53", /* smackfs */
	"dont_measure fsmagic=0x27e0eb",   /* cgroup */
	"dont_measure fsmagic=0x63677270", /* cgroup2 */
	"dont_measure fsmagic=0x6e736673", /* nsfs */
	"dont_measure fsmagic=0xde5e81e4", /* efivarfs */
};

static const char *const original_tcb_rules[] = {
	"measure func=MMAP_CHECK mask=MAY_EXEC",
	"measure func=BPRM_CHECK mask=MAY_EXEC",
	"measure func=FILE_CHECK mask=MAY_READ uid=0",
	"measure func=MODULE_CHECK",
	"measure func=FIRMWARE_CHECK",
};

static const char *const tcb_rules[] = {
	"measure func=MMAP_CHECK mask=MAY_EXEC",
	"measure func=BPRM_CHECK mask=MAY_EXEC",
	"measure func=FILE_CHECK mask=^MAY_READ euid=0",
	"measure func=FILE_CHECK mask=^MAY_READ uid=0",
	"measure func=MODULE_CHECK",
	"measure func=FIRMWARE_CHECK",
	"measure func=POLICY_CHECK",
};

static const char *const dont_appraise_rules[] = {
	"dont_appraise fsmagic=0x9fa0",	    /* proc */
	"dont_appraise fsmagic=0x62656572", /* sysfs */
	"dont_appraise fsmagic=0x64626720", /* debugfs */
	"dont_appraise fsmagic=0x1021994",  /* tmpfs */
	"dont_appraise fsmagic=0x858458f6", /* ramfs */
	"dont_appraise fsmagic=0x1cd1",	    /* devpts */
	"dont_appraise fsmagic=0x42494e4d", /* binfmt_misc */
	"dont_appraise fsmagic=0x73636673", /* securityfs */
	"dont_appraise fsmagic=0xf97cff8c", /* selinuxfs */
	"dont_appraise fsmagic=0x43415d53", /* smackfs */
	"dont_appraise fsmagic=0x6e736673", /* nsfs */
	"dont_appraise fsmagic=0xde5e81e4", /* efivarfs */
	"dont_appraise fsmagic=0x27e0eb",   /* cgroup */
	"dont_appraise fsmagic=0x63677270", /* cgroup2 */
};

static const char *const appraise_policy_rule[] = {
	"appraise func=POLICY_CHECK appraise_type=imasig"};
static const char *const appraise_owner_rule[] = {"appraise fowner=0"};
static const char *const appraise_signed_owner_rule[] = {"appraise fowner=0 appraise_type=imasig"};
static const char *const critical_data_rules[] = {"measure func=CRITICAL_DATA"};

static const char *const secure_boot_rules[] = {
	"appraise func=MODULE_CHECK appraise_type=imasig",
	"appraise func=FIRMWARE_CHECK appraise_type=imasig",
	"appraise func=KEXEC_KERNEL_CHECK appraise_type=imasig",
	"appraise func=POLICY_CHECK appraise_type=imasig",
};

int policy_add_own(struct policy *policy, const char *const *lines, size_t count, bool numbered,
		   const struct kernel_profile *profile, struct policy_error *out_error)
{
	for (size_t i = 0; i < count; i++) {
		unsigned number = numbered ? (unsigned)policy->count + 1 : 0;

		if (policy_add_line(policy, lines[i], strlen(lines[i]), number, profile,
				    out_error) < 0)
			return -1;
		/* The kernel's own rules ask for a signature without consulting the blacklist. */
		policy->rules[policy->count - 1].flags &= ~(unsigned)POLICY_CHECK_BLACKLIST;
	}
	return 0;
}

int policy_add_build_rules(struct policy *policy, bool numbered,
			   const struct kernel_profile *profile, struct policy_error *out_error)
{
	const bool required[] = {profile->require_module_sigs, profile->require_firmware_sigs,
				 profile->require_kexec_sigs, profile->require_policy_sigs};

	/* The same four rules in the same order as those of secure_boot. */
	for (size_t i = 0; i < POLICY_COUNT(required); i++)
		if (required[i] && policy_add_own(policy, &secure_boot_rules[i], 1, numbered,
						  profile, out_error) < 0)
			return -1;
	return 0;
}

/* The words of ima_policy=, and the older parameters of the same meaning. Bits. */
enum word {
	WORD_ORIGINAL_TCB = 1,
	WORD_TCB = 2,
	WORD_APPRAISE_TCB = 4,
	WORD_SECURE_BOOT = 8,
	WORD_CRITICAL_DATA = 16,
	WORD_FAIL_SECURELY = 32,
};

static const struct {
	const char *name;
	unsigned bit;
} kernel_words[] = {
	{"tcb", WORD_TCB},
	{"appraise_tcb", WORD_APPRAISE_TCB},
	{"secure_boot", WORD_SECURE_BOOT},
	{"critical_data", WORD_CRITICAL_DATA},
	{"fail_securely", WORD_FAIL_SECURELY},
	{"ima_tcb", WORD_ORIGINAL_TCB},
	{"ima_appraise_tcb", WORD_APPRAISE_TCB},
};

static unsigned word_bit(const char *word, size_t size)
{
	for (size_t i = 0; i < POLICY_COUNT(kernel_words); i++)
		if (strlen(kernel_words[i].name) == size &&
		    memcmp(kernel_words[i].name, word, size) == 0)
			return kernel_words[i].bit;
	return 0;
}

/* Which words a name holds; 0 with *out_bad at the first that is none. */
static unsigned read_kernel_words(const char *name, const char **out_bad)
{
	static const char separators[] = " |+\n";
	unsigned words = 0;

	for (const char *at = name + strspn(name, separators); *at; at += strspn(at, separators)) {
		size_t size = strcspn(at, separators);
		unsigned bit = word_bit(at, size);

		if (!bit) {
			*out_bad = at;
			return 0;
		}
		/* The first of the two measurement policies counts. */
		if (!(bit & (WORD_TCB | WORD_ORIGINAL_TCB) &&
		      words & (WORD_TCB | WORD_ORIGINAL_TCB)))
			words |= bit;
		at += size;
	}
	*out_bad = name;
	return words;
}

struct part {
	unsigned word; /* bits; 0: never */
	const char *const *lines;
	size_t count;
};

#define PART(word, lines)                                                                          \
	{                                                                                          \
		word, lines, POLICY_COUNT(lines)                                                   \
	}

static int add_parts(struct policy *policy, unsigned words, const struct part *parts, size_t count,
		     const struct kernel_profile *profile, struct policy_error *out_error)
{
	for (size_t i = 0; i < count; i++)
		if ((parts[i].word & words) &&
		    policy_add_own(policy, parts[i].lines, parts[i].count, true, profile,
				   out_error) < 0)
			return -1;
	return 0;
}

/* The order is the kernel's. The rules of CONFIG_IMA_ARCH_POLICY hang on Secure Boot and are left
 * out. */
static int compose(struct policy *policy, unsigned words, const struct kernel_profile *profile,
		   struct policy_error *out_error)
{
	static const struct part first[] = {
		PART(WORD_TCB | WORD_ORIGINAL_TCB, dont_measure_rules),
		PART(WORD_ORIGINAL_TCB, original_tcb_rules),
		PART(WORD_TCB, tcb_rules),
		PART(WORD_SECURE_BOOT, secure_boot_rules),
	};
	const struct part last[] = {
		PART(WORD_APPRAISE_TCB, dont_appraise_rules),
		PART(profile->write_policy ? WORD_APPRAISE_TCB : 0, appraise_policy_rule),
		PART(profile->signed_init ? 0 : WORD_APPRAISE_TCB, appraise_owner_rule),
		PART(profile->signed_init ? WORD_APPRAISE_TCB : 0, appraise_signed_owner_rule),
		PART(WORD_CRITICAL_DATA, critical_data_rules),
	};

	policy->fail_securely = words & WORD_FAIL_SECURELY;
	if (add_parts(policy, words, first, POLICY_COUNT(first), profile, out_error) < 0)
		return -1;
	/* secure_boot holds all of the build-time rules. */
	if (!(words & WORD_SECURE_BOOT) &&
	    policy_add_build_rules(policy, true, profile, out_error) < 0)
		return -1;
	return add_parts(policy, words, last, POLICY_COUNT(last), profile, out_error);
}

/* The plain choices: "all", "owner=UID", "exec", "exec,owner=UID". */
static bool read_choice(const char *name, bool *out_exec, bool *out_owner, uint32_t *out_uid)
{
	uint64_t uid = 0;

	*out_exec = strncmp(name, "exec", 4) == 0 && (name[4] == '\0' || name[4] == ',');
	if (*out_exec)
		name += name[4] ? 5 : 4;
	*out_owner = strncmp(name, "owner=", 6) == 0;
	if (!*out_owner)
		return *out_exec ? *name == '\0' && name[-1] != ',' : strcmp(name, "all") == 0;
	name += 6;
	if (strcmp(name, "root") != 0 &&
	    (!policy_read_unsigned(name, 10, &uid) || uid >= POLICY_NO_ID))
		return false;
	*out_uid = (uint32_t)uid;
	return true;
}

/* The same as if the operator had written it to a file: build-time rules come first, with line 0.
 */
static int add_choice(struct policy *policy, bool exec, const char *owner,
		      const struct kernel_profile *profile, struct policy_error *out_error)
{
	static const char *const everything[] = {""};
	static const char *const executables[] = {
		" func=BPRM_CHECK", " func=MMAP_CHECK mask=MAY_EXEC", " func=MODULE_CHECK"};
	const char *const *lines = exec ? executables : everything;
	size_t count = exec ? POLICY_COUNT(executables) : POLICY_COUNT(everything);
	unsigned number = POLICY_COUNT(dont_appraise_rules);

	if (policy_add_build_rules(policy, false, profile, out_error) < 0)
		return -1;
	for (size_t i = 0; i < POLICY_COUNT(dont_appraise_rules); i++)
		if (policy_add_line(policy, dont_appraise_rules[i], strlen(dont_appraise_rules[i]),
				    (unsigned)i + 1, profile, out_error) < 0)
			return -1;
	for (size_t i = 0; i < count; i++) {
		char line[128];
		int n = snprintf(line, sizeof(line), "appraise%s%s", lines[i], owner);

		if (policy_add_line(policy, line, (size_t)n, ++number, profile, out_error) < 0)
			return -1;
	}
	return 0;
}

static int build(struct policy *policy, const char *name, const struct kernel_profile *profile,
		 struct policy_error *out_error)
{
	struct policy_reader reader = {.error = out_error, .line = 1, .column = 1};
	char owner[32] = "", shown[POLICY_SHOWN_MAX];
	bool exec, owned;
	uint32_t uid;
	const char *bad;
	unsigned words;

	if (read_choice(name, &exec, &owned, &uid)) {
		if (owned)
			snprintf(owner, sizeof(owner), " fowner=%u", (unsigned)uid);
		return add_choice(policy, exec, owner, profile, out_error);
	}
	words = read_kernel_words(name, &bad);
	if (words)
		return compose(policy, words, profile, out_error);
	reader.column = (unsigned)(bad - name) + 1;
	return policy_refuse(&reader, "'%s' is neither a policy's name nor a word of ima_policy=",
			     policy_shown(bad, shown));
}

struct policy *policy_builtin(const char *name, const struct kernel_profile *profile,
			      struct policy_error *out_error)
{
	struct policy *policy = policy_new(name, out_error);

	if (!policy)
		return NULL;
	if (build(policy, name, profile, out_error) == 0) {
		policy_settle(policy);
		return policy;
	}
	policy_free(policy);
	return NULL;
}

const char *policy_builtin_names(void)
{
	return "all, owner=UID, exec, exec,owner=UID, or words of ima_policy= joined by \"|\": tcb, "
	       "appraise_tcb, secure_boot, critical_data, fail_securely";
}
