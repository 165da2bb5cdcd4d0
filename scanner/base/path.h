/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_PATH_H
#define SCANNER_BASE_PATH_H

/* What stands behind the last slash: the whole without one, nothing behind one at the end. */
const char *path_base(const char *path);

#endif
