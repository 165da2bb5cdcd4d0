/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units and tmpfiles.d as shell commands. */
#include "efi/initlines.h"

#include <stdbool.h>
#include <string.h>

#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

/* Exec…= of a unit, behind its prefixes. Other lines become empty. */
static void unit_line(const char *line, size_t size, bool *continued, struct buf *out)
{
	const char *end = line + size, *equals = memchr(line, '=', size);

	if (!*continued) {
		if (!equals || size < 4 || memcmp(line, "Exec", 4) != 0)
			return;
		line = equals + 1;
		while (line < end && strchr("-@:+! \t", *line) && *line)
			line++;
	}
	buf_add(out, line, (size_t)(end - line));
	*continued = end > line && end[-1] == '\\';
}

/* tmpfiles.d(5): "w /sys/kernel/security/ima/policy - - - - text": the kernel reads the file that the text names. */
static void tmpfiles_line(const char *line, size_t size, bool *continued, struct buf *out)
{
	own_mem char *copy = bytes_text(line, size);
	char *rest = copy, *word, *words[7] = {NULL};
	size_t n = 0;

	*continued = false;
	if (!copy) {
		out->failed = true;
		return;
	}
	while (n < 7 && (word = strsep(&rest, " \t")))
		if (*word)
			words[n++] = word;
	if (n == 7 && words[0][0] == 'w')
		buf_printf(out, "echo %s > %s", words[6], words[1]);
}

typedef void line_fn(const char *line, size_t size, bool *continued, struct buf *out);

static void each_line(const char *text, size_t size, line_fn *convert, struct buf *out)
{
	const char *end = text + size;
	bool continued = false;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;

		convert(text, (size_t)(stop - text), &continued, out);
		buf_addc(out, '\n');
		text = stop + 1;
	}
}

void initlines_of_unit(const char *text, size_t size, struct buf *out)
{
	each_line(text, size, unit_line, out);
}

void initlines_of_tmpfiles(const char *text, size_t size, struct buf *out)
{
	each_line(text, size, tmpfiles_line, out);
}
