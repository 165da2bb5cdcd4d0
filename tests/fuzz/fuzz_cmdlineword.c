/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel command lines, judged; and policies, asked what they are for: the first byte says which, and how. */
#include <stdlib.h>
#include <string.h>

#include "efi/cmdlineword.h"
#include "efi/finding.h"
#include "efi/policyscope.h"

static const char config[] =
	"CONFIG_IMA=y\nCONFIG_IMA_APPRAISE=y\nCONFIG_IMA_APPRAISE_BOOTPARAM=y\n"
	"CONFIG_IMA_ARCH_POLICY=y\nCONFIG_IMA_SECURE_AND_OR_TRUSTED_BOOT=y\n"
	"CONFIG_EVM=y\nCONFIG_KALLSYMS=y\nCONFIG_AUDIT=y\nCONFIG_SECURITY_LOCKDOWN_LSM=y\n";

static void judge(const char *text, unsigned how)
{
	const struct cmdlineword_kernel kernel = {
		.secure_boot = (enum cmdlineword_answer)(how % 3),
		.major = how & 4   ? 6
			 : how & 8 ? 7
				   : 0,
		.minor = 1,
		.config_known = how & 16,
		.config = kconfig_of(config, sizeof(config) - 1),
	};
	struct cmdlineword_list list;
	struct fault f;

	if (cmdlineword_judge(text, &kernel, &list, &f) < 0)
		__builtin_trap();
	for (size_t i = 0; i < list.count; i++) {
		const struct cmdlineword *it = &list.items[i];

		if (!it->because[0] || it->value < it->word ||
		    it->value > it->word + strlen(it->word))
			__builtin_trap();
		for (size_t k = 0; k < CMDLINEWORD_FINDINGS_MAX && it->findings[k]; k++)
			if (!finding_kind_by_id(it->findings[k]))
				__builtin_trap();
	}
	cmdlineword_list_done(&list);
}

static void ask(const uint8_t *data, size_t size)
{
	struct kernel_profile profile;
	struct policyscope scope;
	struct fault f;

	profile_init(&profile);
	if (policyscope_read((const char *)data, size, &profile, &scope, &f) < 0)
		__builtin_trap();
	if (scope.needs_signatures && scope.files == POLICYSCOPE_NONE)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size == 0)
		return 0;
	if (data[0] & 128) {
		ask(data + 1, size - 1);
		return 0;
	}
	text = strndup((const char *)data + 1, size - 1);
	if (text)
		judge(text, data[0]);
	free(text);
	return 0;
}
