/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths as text. basename(3) is two functions, one of which writes; which one libcs declare where differs. */
#include "scanner/base/path.h"

#include <string.h>

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
