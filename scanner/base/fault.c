/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fault type: filled where a failure happens, given context on the way up. */
#include "scanner/base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Appends the system's words for an errno value; strerror_r is the GNU one, which never fails. */
static void append_reason(struct fault *f, size_t used)
{
	char buffer[128];

	snprintf(f->text + used, sizeof(f->text) - used, ": %s",
		 strerror_r(f->os, buffer, sizeof(buffer)));
}

int fault_set(struct fault *f, int os, const char *format, ...)
{
	va_list args;
	int n;

	if (!f)
		return -1;
	f->os = os;
	va_start(args, format);
	n = vsnprintf(f->text, sizeof(f->text), format, args);
	va_end(args);
	if (os && n >= 0 && (size_t)n < sizeof(f->text))
		append_reason(f, (size_t)n);
	return -1;
}

int fault_add(struct fault *f, const char *format, ...)
{
	char before[FAULT_TEXT_MAX];
	va_list args;
	int n;

	if (!f)
		return -1;
	memcpy(before, f->text, sizeof(before));
	va_start(args, format);
	n = vsnprintf(f->text, sizeof(f->text), format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof(f->text))
		snprintf(f->text + n, sizeof(f->text) - (size_t)n, ": %s", before);
	return -1;
}
