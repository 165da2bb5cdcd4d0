/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_DEVICEPATH_H
#define EFI_DEVICEPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/buf.h"

/* Device paths of hostile firmware variables: docs/formats/bootoption.md. No I/O. */

/* Where the first path of a list ends (its end node included). false: it is not well formed. */
bool devicepath_size(const uint8_t *data, size_t size, size_t *out_size);

/* The first path as text, "HD(1,GPT,…)/File(\EFI\x.efi)": bytes of the target, escape them. Only after
 * devicepath_size(). */
void devicepath_text(const uint8_t *data, size_t size, struct buf *out);

/* The names of its file nodes, joined. false: it has none. */
bool devicepath_file(const uint8_t *data, size_t size, struct buf *out);

/* Does the file lie on a partition (or wherever firmware finds it, in a short-form path)? */
bool devicepath_is_on_partition(const uint8_t *data, size_t size);

#endif
