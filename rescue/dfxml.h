/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_DFXML_H
#define RESCUE_DFXML_H

#include <stdio.h>

#include "rescue/takeout.h"

/* Digital Forensics XML (https://github.com/dfxml-working-group/dfxml_schema), of files copied out. */
void dfxml_begin(struct buf *out, const char *version, const char *command);
void dfxml_file(struct buf *out, const char *path, const char *copy, const struct takeout *takeout);
void dfxml_end(struct buf *out);

#endif
