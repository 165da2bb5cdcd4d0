/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shell text that may write a policy; the first byte says what is looked for. */
#include <stdint.h>
#include <string.h>

#include "efi/policyscript.h"

static int hit(void *context, const struct policyscript_hit *found, struct fault *f)
{
	(void)f;
	*(size_t *)context += found->policy ? strlen(found->policy) : 0;
	if (found->line == 0)
		__builtin_trap();
	return 0;
}

static int command(void *context, unsigned line, const char *path, struct fault *f)
{
	(void)f;
	*(size_t *)context += strlen(path);
	if (line == 0 || *path != '/')
		__builtin_trap();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	size_t total = 0;
	struct fault f;
	int result;

	if (size == 0)
		return 0;
	(void)policyscript_is_policy(text, size - 1);
	result = data[0] & 1 ? policyscript_scan(text, size - 1, hit, &total, &f)
			     : policyscript_commands(text, size - 1, command, &total, &f);
	if (result < 0)
		__builtin_trap();
	return 0;
}
