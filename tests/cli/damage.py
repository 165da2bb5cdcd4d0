#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Damages an unmounted ext4 or xfs image.

damage.py IMAGE KIND SEED    overwrites bytes of a quarter of the units of a kind with random ones, at places the seed decides:
                             "inodes", "xattrs", "directories" or "data". Prints how many units there were.
"""
import random
import re
import subprocess
import sys

FIRST_INODES = 16  # of ext4: the root directory and other reserved ones; without them nothing can be mounted


def ext4_units(image, content, kind):
    said = subprocess.run(["dumpe2fs", image], check=True, capture_output=True, text=True).stdout
    block = int(re.search(r"^Block size: *(\d+)", said, re.M)[1])
    size = int(re.search(r"^Inode size:\s*(\d+)", said, re.M)[1])
    if kind == "inodes":
        units = []
        for first, last in re.findall(r"Inode table at (\d+)-(\d+)", said):
            units += [(at, size) for at in range(int(first) * block, (int(last) + 1) * block, size)]
        return [unit for unit in units[FIRST_INODES:] if any(content[unit[0]:unit[0] + 2])]
    blocks = [(at, block) for at in range(0, len(content), block)]
    if kind == "xattrs":
        return [unit for unit in blocks if content[unit[0]:unit[0] + 4] == b"\0\0\x02\xea"]
    if kind == "directories":
        # The entry "." begins one: 12 bytes long, a name of 1 byte, a directory.
        return [unit for unit in blocks if content[unit[0] + 4:unit[0] + 10] == b"\x0c\0\x01\x02.\0"]
    return [unit for unit in blocks if content[unit[0]:unit[0] + 8] == b"payload "]


def xfs_units(content, kind):
    starts = {"inodes": (512, 0, (b"IN",)), "xattrs": (4096, 8, (b"\x3b\xee",)),
              "directories": (4096, 0, (b"XDB3", b"XDD3")), "data": (4096, 0, (b"payload ",))}
    step, offset, magics = starts[kind]
    units = [(at, step) for at in range(0, len(content), step)
             if content[at + offset:at + offset + 8].startswith(magics)]
    # The root directory's whole chunk: inodes are read and checked in clusters.
    return units[64:] if kind == "inodes" else units


def main():
    image, kind, seed = sys.argv[1:]
    with open(image, "rb") as stream:
        content = stream.read()
    if content[:4] == b"XFSB":
        units = xfs_units(content, kind)
    else:
        units = ext4_units(image, content, kind)
    rng = random.Random("%s %s" % (kind, seed))
    with open(image, "r+b") as stream:
        for at, size in rng.sample(units, (len(units) + 3) // 4):
            begin = rng.randrange(size)
            stream.seek(at + begin)
            stream.write(rng.randbytes(rng.choice((1, 8, size)))[:size - begin])
    print(len(units))


if __name__ == "__main__":
    main()
