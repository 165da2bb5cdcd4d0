/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_SHELLTEXT_INTERNAL_H
#define EFI_SHELLTEXT_INTERNAL_H

#include <stddef.h>

/* How many bytes from `at` on are a variable's name; 0: none. */
size_t shelltext_name_length(const char *at, const char *end);

#endif
