/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel configurations, and command lines: the first byte says which. */
#include <stdlib.h>
#include <string.h>

#include "scanner/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_profile profile;
	own_buf struct buf out = {0};
	struct fault f;
	char *text;

	if (size == 0)
		return 0;
	profile_init(&profile);
	text = strndup((const char *)data + 1, size - 1);
	if (!text)
		return 0;
	if (data[0] & 1)
		(void)!profile_set_config(&profile, (const char *)data + 1, size - 1, &f);
	else
		(void)!profile_set_cmdline(&profile, text, &f);
	(void)!profile_set_version(&profile, text, &f);
	if (!profile.default_hash || strlen(profile.policy_words) >= sizeof(profile.policy_words))
		__builtin_trap();
	profile_describe(&profile, &out);
	free(text);
	return 0;
}
