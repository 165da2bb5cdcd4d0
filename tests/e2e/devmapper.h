// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices of the kernel's device mapper, without dmsetup. */
#pragma once
#include <stddef.h>

/*
 * Makes the device NAME and writes the path of its node to out_path. TABLE is in dmsetup's words:
 * START LENGTH TARGET PARAMETERS, one a line, in sectors of 512 bytes. -1 with errno: the kernel refused it, or
 * TABLE is not of that form (EINVAL) or too large (E2BIG).
 */
int devmapper_create(const char *name, const char *table, char *out_path, size_t room);

/* Removes a device that nothing uses. -1 with errno. */
int devmapper_remove(const char *name);
