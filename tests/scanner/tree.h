/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SCANNER_TREE_H
#define TESTS_SCANNER_TREE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A fresh directory per test, everything in it by descriptor, so that trees deeper than PATH_MAX
 * can be made. tree_open() and tree_close() are a fixture's setup and teardown.
 */
extern int tree_fd;

void tree_open(void);
void tree_close(void);
/* Where it is, for what wants a path. */
const char *tree_path(void);

/* For a test that cannot run here: says so in a way that tests/run.sh counts. True: leave the test. */
bool tree_skips(bool possible, const char *what);

void tree_mkdir(const char *path);
void tree_file(const char *path, const void *data, size_t size, unsigned mode);
void tree_text(const char *path, const char *text);
void tree_setxattr(const char *path, const char *name, const void *value, size_t size);
/* security.ima: 04 04 and the SHA-256 of `text`. */
void tree_label(const char *path, const char *text);
/* `levels` directories of this name inside each other; a descriptor of the innermost. */
int tree_deep(const char *name, int levels);

#endif
