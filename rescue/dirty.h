/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_DIRTY_H
#define RESCUE_DIRTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rescue/fskind.h"

/*
 * Was a file system left unclean? Read from its own structures, never by mounting. Each reads through
 * the descriptor of a device or image, within the bytes given; what cannot be read or is not as it
 * should be is FSKIND_NOT_KNOWN. What has a journal is FSKIND_DIRTY or FSKIND_ELSEWHERE, what has none
 * FSKIND_UNCLEAN.
 */
enum fskind_state dirty_ext(int fd, uint64_t offset_bytes, uint64_t size_bytes);
enum fskind_state dirty_xfs(int fd, uint64_t offset_bytes, uint64_t size_bytes);
enum fskind_state dirty_btrfs(int fd, uint64_t offset_bytes, uint64_t size_bytes);
enum fskind_state dirty_f2fs(int fd, uint64_t offset_bytes, uint64_t size_bytes);
enum fskind_state dirty_vfat(int fd, uint64_t offset_bytes, uint64_t size_bytes);
enum fskind_state dirty_exfat(int fd, uint64_t offset_bytes, uint64_t size_bytes);

#endif
