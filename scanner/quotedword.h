/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_QUOTEDWORD_H
#define SCANNER_QUOTEDWORD_H

/*
 * Cuts the next word off a kernel command line, as Linux does (lib/cmdline.c, next_arg()): words are
 * separated by blanks, double quotes keep a word together and are left out. The word is ended by NUL within
 * the text, and *rest moves behind it. NULL at the end.
 */
char *quotedword_next(char **rest);

#endif
