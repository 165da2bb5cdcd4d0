/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_IMAGEROLE_H
#define EFI_IMAGEROLE_H

#include "efi/imagecheck.h"
#include "efi/peimage.h"
#include "scanner/base/fault.h"

/* What an image is, by its sections, its SBAT and texts in it: docs/formats/uki.md. For reports only:
 * nothing is trusted for it. IMAGECHECK_OTHER: no idea, or no memory. No I/O. */
enum imagecheck_role imagerole_of(const struct peimage *image);

#endif
