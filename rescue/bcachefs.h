/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_BCACHEFS_H
#define RESCUE_BCACHEFS_H

#include <stdbool.h>
#include <stdint.h>

#include "rescue/probe.h"

/*
 * bcachefs by its superblock, since libblkid knows it from 2.39 on only (Debian 12 has 2.38). True: type,
 * usage, UUIDs and label of *out are filled.
 */
bool bcachefs_look(int fd, uint64_t offset_bytes, uint64_t size_bytes, struct probe *out);

#endif
