/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_NBD_H
#define RESCUE_NBD_H

#include "rescue/blockdev.h"
#include "scanner/base/fault.h"

/*
 * A block device of the kernel's NBD driver, read-only, over a socket that is connected to a server of the NBD
 * protocol. Like a loop device of ours it goes with its last user, which the descriptor returned is one of; the
 * server sees its connection end then. -1 with *f filled; ENOENT: this kernel has no such driver, even after
 * modprobe(8) was asked for it. A server that does not answer for NBD_TIMEOUT_S makes reading fail.
 */
enum { NBD_TIMEOUT_S = 120 };

int nbd_open(int socket_fd, char out_path[BLOCKDEV_PATH_BYTES], struct fault *f) FAULT_MUST_USE;

#endif
