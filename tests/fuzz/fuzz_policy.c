/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policy texts: the first byte picks the kernel, the rest is parsed, matched and looked through. */
#include "scanner/policy/policy.h"

#include <stdlib.h>

static void use(const struct policy *policy, const struct kernel_profile *profile)
{
	static const struct policy_object object = {.selinux = "u:r:t", .selinux_size = 5};
	struct policy_subject *subjects = NULL;
	unsigned masks[POLICY_FILE_MASKS_MAX];
	size_t count;

	if (policy_subjects(policy, &subjects, &count) < 0)
		return;
	policy_file_masks(policy, true, masks);
	for (enum policy_func func = 0; func < POLICY_FUNC_COUNT; func++)
		policy_match(policy, &subjects[func % count], &object, func, POLICY_MAY_READ, NULL,
			     NULL);
	free(subjects);
	policy_lint(policy, profile, NULL, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const versions[] = {"6.12", "6.1", "7.1", "5.4"};
	struct kernel_profile profile;
	struct policy_error error;
	struct policy *policy;
	struct fault f;

	if (size == 0 || size > 20000)
		return 0;
	profile_init(&profile);
	if (profile_set_version(&profile, versions[data[0] % 4], &f) < 0)
		__builtin_trap();
	profile.modsig = data[0] & 4;
	policy = policy_parse("fuzz", (const char *)data + 1, size - 1, &profile, &error);
	if (!policy && (error.line == 0 || error.column == 0 || !error.reason[0]))
		__builtin_trap();
	if (policy)
		use(policy, &profile);
	policy_free(policy);
	return 0;
}
