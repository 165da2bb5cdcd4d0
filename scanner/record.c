/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value that travels from the workers to the writer. */
#include "scanner/record.h"

#include <stdlib.h>

void record_done(struct record *record)
{
	free(record->path);
	free(record->fault);
	buf_done(&record->text);
}
