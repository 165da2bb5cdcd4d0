#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes what a file system is known by into a file of zeros: superblocks.py zfs|bcachefs FILE

Only what is looked for is written; nothing could mount it.

zfs       Four copies of a label, 256 KiB each, two at the start of a device and two at its end. The second half of a label
          is a ring of uberblocks, 1 KiB each, that begin with the magic number 0x00bab10c, here little-endian, followed
          by a version (5000). libblkid wants to see four. (OpenZFS include/sys/uberblock_impl.h, vdev_impl.h)
bcachefs  The superblock at 4096: checksum (16 bytes), two versions of 2 bytes, 4 bytes of nothing, the magic number as a UUID at
          24, then UUIDs of the device at 40 and of the file system at 56, label at 72. (fs/bcachefs/bcachefs_format.h)
"""
import struct
import sys
import uuid


def zfs(f, size):
    label = 256 * 1024
    for start in (0, label, size - 2 * label, size - label):
        for i in range(4):
            f.seek(start + 128 * 1024 + i * 1024)
            f.write(struct.pack('<QQ', 0x00bab10c, 5000))


def bcachefs(f, _size):
    f.seek(4096)
    f.write(bytes(16) + struct.pack('<HHI', 1024, 1024, 0))
    f.write(uuid.UUID('c68573f6-66ce-90a9-d96a-60cf803df7ef').bytes)
    f.write(uuid.UUID('11111111-1111-1111-1111-111111111111').bytes)
    f.write(uuid.UUID('22222222-2222-2222-2222-222222222222').bytes)
    f.write(b'a label')


with open(sys.argv[2], 'r+b') as image:
    image.seek(0, 2)
    {'zfs': zfs, 'bcachefs': bcachefs}[sys.argv[1]](image, image.tell())
