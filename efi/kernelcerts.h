/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_KERNELCERTS_H
#define EFI_KERNELCERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/kernelimage.h"

enum {
	KERNELCERTS_MAX = 4096,		/* kept: real kernels have below 50 */
	KERNELCERTS_TRIES_MAX = 100000, /* beginnings that libcrypto is asked about */
	KERNELCERTS_BYTES_MAX = 64
				<< 20, /* that it reads in all, or a made-up kernel takes hours */
};

/*
 * Adds the DER certificates of an unpacked kernel to out->certs, each once. *out_cut: there are more than
 * one of the limits. Fails for lack of memory only.
 */
int kernelcerts_find(const uint8_t *data, size_t size, struct kernelimage *out, bool *out_cut,
		     struct fault *f) FAULT_MUST_USE;

#endif
