/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_PROFILE_INTERNAL_H
#define SCANNER_PROFILE_INTERNAL_H

#include "scanner/profile.h"

/* Derives from `asked` and the version what readers see. Every setter ends with it. */
void profile_settle(struct kernel_profile *profile);

/* Reads "6.12", "6.12.3-foo" into major and minor; false when it is no version. Stops at `end`. */
bool profile_read_version(const char *text, const char *end, unsigned *out_major,
			  unsigned *out_minor);

#endif
