/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_CRYPTOFAULT_H
#define SCANNER_CRYPTOFAULT_H

#include "scanner/base/fault.h"

/*
 * Fills *f with what was tried and the first reason in libcrypto's error queue of this thread (the
 * one nearest to the cause), and empties the queue. Returns -1 always. f may be NULL.
 */
int cryptofault_set(struct fault *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
