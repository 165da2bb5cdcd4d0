/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of report formats. */
#include "scanner/report/report.h"

#include <string.h>

static const struct report_format *const formats[] = {&report_text, &report_ndjson, &report_paths};

const struct report_format *report_format_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}
