/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_LOADERS_GRUBTEST_H
#define EFI_LOADERS_GRUBTEST_H

#include <stdbool.h>
#include <stddef.h>

/* How a condition ends; some are only known at boot. */
enum grubtest_truth { GRUBTEST_NO, GRUBTEST_YES, GRUBTEST_UNKNOWN };

enum grubtest_truth grubtest_not(enum grubtest_truth truth);

/* Is there such a file (kind 'e', 'f' or 's') or directory ('d')? unknown: a part of its name is. */
typedef enum grubtest_truth grubtest_file_fn(void *context, char kind, const char *path,
					     bool unknown);

/* Evaluates the arguments of GRUB's test, those between "[" and "]". */
enum grubtest_truth grubtest_run(char *const *words, const bool *unknown, size_t count,
				 grubtest_file_fn *file, void *context);

#endif
