/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of a kernel's .config, looked up by name (scripts/kconfig/confdata.c writes them). */
#include "scanner/kconfig.h"

#include <string.h>

bool kconfig_next_line(struct kconfig *rest, struct kconfig *out)
{
	const char *newline;

	if (rest->at >= rest->end)
		return false;
	newline = memchr(rest->at, '\n', (size_t)(rest->end - rest->at));
	*out = (struct kconfig){rest->at, newline ? newline : rest->end};
	rest->at = newline ? newline + 1 : rest->end;
	if (out->end > out->at && out->end[-1] == '\r')
		out->end--;
	return true;
}

bool kconfig_skip(struct kconfig *text, const char *word)
{
	size_t n = strlen(word);

	/* The empty text may be NULL, which memcmp() may not be given. */
	if ((size_t)(text->end - text->at) < n || (n > 0 && memcmp(text->at, word, n) != 0))
		return false;
	text->at += n;
	return true;
}

bool kconfig_value_is(struct kconfig value, const char *word)
{
	return kconfig_skip(&value, word) && value.at == value.end;
}

bool kconfig_names(struct kconfig config, const char *name)
{
	struct kconfig line;

	while (kconfig_next_line(&config, &line)) {
		bool comment = kconfig_skip(&line, "# ");

		if (!kconfig_skip(&line, "CONFIG_") || !kconfig_skip(&line, name))
			continue;
		if (comment ? kconfig_value_is(line, " is not set") : kconfig_skip(&line, "="))
			return true;
	}
	return false;
}

struct kconfig kconfig_value(struct kconfig config, const char *name)
{
	struct kconfig line, found = {NULL, NULL};

	while (kconfig_next_line(&config, &line))
		if (kconfig_skip(&line, "CONFIG_") && kconfig_skip(&line, name) &&
		    kconfig_skip(&line, "="))
			found = line;
	return found;
}

enum kconfig_state kconfig_state(struct kconfig config, const char *name)
{
	struct kconfig value = kconfig_value(config, name);

	if (kconfig_value_is(value, "y"))
		return KCONFIG_YES;
	return kconfig_value_is(value, "m") ? KCONFIG_MODULE : KCONFIG_NO;
}

bool kconfig_string(struct kconfig config, const char *name, struct buf *out)
{
	struct kconfig value = kconfig_value(config, name);

	if (value.end - value.at < 2 || *value.at != '"' || value.end[-1] != '"')
		return false;
	for (const char *p = value.at + 1; p < value.end - 1; p++) {
		if (*p == '\\' && p + 1 < value.end - 1)
			p++;
		buf_addc(out, *p);
	}
	return true;
}
