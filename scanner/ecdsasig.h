/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_ECDSASIG_H
#define SCANNER_ECDSASIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/buf.h"

/*
 * Reads an ECDSA signature as the kernel's BER decoder does (lib/asn1_decoder.c, crypto/ecdsa.c
 * ecdsa_get_signature_rs()) - laxly - and writes the strict DER of the same r and s for libcrypto.
 * `curve_bytes` is the size of the curve's field in bytes rounded up to 8 (32, 48, 72).
 * False: the kernel refuses the encoding. No range check of r and s: the verification does that.
 */
bool ecdsasig_normalise(const uint8_t *sig, size_t size, size_t curve_bytes, struct buf *out_der);

#endif
