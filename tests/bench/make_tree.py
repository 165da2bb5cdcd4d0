#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a seeded tree with sizes like those of a real /usr.

make_tree.py DIRECTORY [--files N] [--seed S] [--tiny]

Sizes are log-normal: median 3.5 KB, mean about 75 KB, none above 48 MB, as measured on a Debian machine with 139 000
files in 10.5 GB. About 4 % of the files are executable or look like libraries. --tiny makes files of a few bytes, with a
sha256 label each, for measuring memory at 10^6 files. Content is the same for the same seed.
"""
import argparse
import hashlib
import math
import os
import random
import time

MEDIAN, SIGMA, LARGEST = 3500, 2.48, 48 << 20
PER_DIRECTORY = 40
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0\x3e\0"


def places():
    """Directories as they come: three levels, forty files in each."""
    number = 0
    while True:
        place = os.path.join("usr", "d%02d" % (number // 1600), "d%02d" % (number // 40 % 40), "d%02d" % (number % 40))
        yield place
        number += 1


def size_of(rng):
    return min(int(math.exp(rng.gauss(math.log(MEDIAN), SIGMA))), LARGEST)


def make(directory, count, seed, tiny):
    rng = random.Random("bench %s" % seed)
    # Random bytes are dear: each file is a slice of one pool, with its number in front.
    pool = rng.randbytes(4 << 20)
    place = places()
    total = 0
    where = ""
    os.umask(0o022)
    for number in range(count):
        if number % PER_DIRECTORY == 0:
            where = os.path.join(directory, next(place))
            os.makedirs(where, exist_ok=True)
        head, mode, name = b"%d\n" % number, 0o644, "f%06d" % number
        kind = rng.random()
        if kind < 0.02:
            head, mode = ELF + head, 0o755
        elif kind < 0.03:
            head, mode = b"#!/bin/sh\n# " + head, 0o755
        elif kind < 0.04:
            head, name = ELF + head, "lib%06d.so" % number
        fd = os.open(os.path.join(where, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        os.write(fd, head)
        if tiny:
            os.setxattr(fd, "security.ima", b"\x04\x04" + hashlib.sha256(head).digest())
        else:
            left = size_of(rng)
            total += left
            while left > 0:
                at = rng.randrange(len(pool) // 2)
                left -= os.write(fd, pool[at:at + min(left, len(pool) // 2)])
        os.close(fd)
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("directory")
    parser.add_argument("--files", type=int, default=20000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    began = time.monotonic()
    total = make(options.directory, options.files, options.seed, options.tiny)
    print("%d files, %.0f MB, made in %.0f s" % (options.files, total / 1e6, time.monotonic() - began))


if __name__ == "__main__":
    main()
