/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of a kernel command line. */
#include "scanner/quotedword.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>

char *quotedword_next(char **rest)
{
	char *from = *rest, *to, *word;
	bool quoted = false;

	while (isspace((unsigned char)*from))
		from++;
	if (!*from)
		return NULL;
	for (word = to = from; *from && (quoted || !isspace((unsigned char)*from)); from++) {
		if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	*rest = *from ? from + 1 : from;
	*to = '\0';
	return word;
}
