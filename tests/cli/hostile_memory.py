#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Trees whose files cost as much memory as a target can make them cost.

hostile_memory.py values DIR N          N files with every attribute that EVM hashes as large as there can be
hostile_memory.py names DIR N           N files whose list of attribute names is as long as there can be
hostile_memory.py paths DIR N           N files at the ends of paths of 60 KB, of bytes that take the most room in a report
hostile_memory.py links DIR N LEVELS    one file of N names, each at the end of a path of LEVELS names of 250 bytes
hostile_memory.py directories DIR N     N empty directories in one, with names as long as there can be
hostile_memory.py tiny DIR N            N files in directories of a thousand
"""
import os
import sys

VALUE_MAX = 65536
# What may be written without the module that it is for; security.capability is checked by the kernel.
VALUES = ("security.ima", "security.evm", "security.selinux", "security.SMACK64", "security.SMACK64EXEC",
          "security.SMACK64TRANSMUTE", "security.SMACK64MMAP", "security.apparmor")
# An unknown byte is four characters on a terminal, a control character six in JSON.
WIDE = b"\x01" * 250


def make(name):
    os.close(os.open(name, os.O_WRONLY | os.O_CREAT, 0o644))


def values(count):
    # A label of a SHA-256 digest: what follows its first bytes counts as digest.
    value = bytes([4, 4]) + b"\x5a" * (VALUE_MAX - 2)
    for number in range(count):
        make("%05d" % number)
        for attribute in VALUES:
            try:
                os.setxattr("%05d" % number, attribute, value)
            except OSError:
                # A security module that is in force has a word to say about its own.
                if attribute in ("security.ima", "security.evm"):
                    raise


def names(count):
    for number in range(count):
        make("%05d" % number)
        for attribute in range(VALUE_MAX // 256 - 1):
            os.setxattr("%05d" % number, ("trusted.%03d" % attribute).ljust(255, "n"), b"")


def descend(levels):
    for _ in range(levels):
        os.mkdir(WIDE)
        os.chdir(WIDE)


def paths(count):
    descend(240)
    for number in range(count):
        make("%05d" % number)
        os.setxattr("%05d" % number, "security.ima", bytes([4, 4]) + bytes(32))


def links(count, levels):
    descend(levels)
    make("00000000")
    os.setxattr("00000000", "security.ima", bytes([4, 4]) + bytes(32))
    for number in range(1, count):
        os.link("00000000", "%08d" % number)


def directories(count):
    for number in range(count):
        os.mkdir(("%08d" % number).ljust(255, "d"))


def tiny(count):
    for number in range(count):
        if number % 1000 == 0:
            os.mkdir("%05d" % (number // 1000))
        make("%05d/%03d" % (number // 1000, number % 1000))


def main():
    commands = {"values": values, "names": names, "paths": paths, "links": links, "directories": directories, "tiny": tiny}
    os.makedirs(sys.argv[2], exist_ok=True)
    os.chdir(sys.argv[2])
    commands[sys.argv[1]](*map(int, sys.argv[3:]))


if __name__ == "__main__":
    main()
