/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Complaints, versions and the end of a program. */
#include "scanner/base/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scanner/base/escape.h"
#include "scanner/base/own.h"

int program_complain(const char *program, int status, const struct fault *fault)
{
	own_buf struct buf text = {0};

	escape_text(&text, fault->text, strlen(fault->text));
	fprintf(stderr, "%s: %s\n", program, text.failed ? "out of memory" : buf_text(&text));
	if (status == PROGRAM_USAGE)
		fprintf(stderr, "Try '%s --help'.\n", program);
	return status;
}

void program_print_version(const char *program, const char *version, const char *commit)
{
	printf("%s %s (%s)\n", program, version, *commit ? commit : "no commit");
}

bool program_wants_color(const char *asked, FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (asked && strcmp(asked, "auto") != 0)
		return strcmp(asked, "always") == 0;
	return isatty(fileno(out)) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

int program_flush(int status, struct fault *f)
{
	if (fflush(stdout) == 0 || status >= PROGRAM_USAGE)
		return status;
	fault_set(f, errno, "writing to standard output");
	return PROGRAM_INTERNAL;
}
