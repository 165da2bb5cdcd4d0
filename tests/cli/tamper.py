#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tampers with random files of a signed tree and lists what was done.

tamper.py ROOT COUNT SEED    prints "path<TAB>kind<TAB>cause" for each, sorted by path

The cause is what a kernel under appraise_type=imasig says. Only files with one name are taken, and each once.
"""
import hashlib
import os
import random
import sys

IMA = "security.ima"


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


def write_keeping_times(path, content):
    info = os.stat(path)
    # In place: the inode and its labels stay.
    with open(path, "r+b") as stream:
        stream.write(content)
        stream.truncate(len(content))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


def flip(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


def content_bit(path, rng, other):
    data = read(path)
    write_keeping_times(path, flip(data, rng.randrange(8 * len(data))))


def first_bit(path, rng, other):
    write_keeping_times(path, flip(read(path), 0))


def last_bit(path, rng, other):
    data = read(path)
    write_keeping_times(path, flip(data, 8 * len(data) - 1))


def truncated(path, rng, other):
    write_keeping_times(path, read(path)[:-1])


def emptied(path, rng, other):
    write_keeping_times(path, b"")


def appended(path, rng, other):
    write_keeping_times(path, read(path) + b"\0")


def block_of_zeros(path, rng, other):
    data = read(path)
    write_keeping_times(path, b"\xa5" * min(512, len(data)) + data[512:])


def label_bit(path, rng, other):
    # Behind the header: type and version bytes have causes of their own.
    label = os.getxattr(path, IMA)
    os.setxattr(path, IMA, flip(label, rng.randrange(72, 8 * len(label))))


def key_id_bit(path, rng, other):
    os.setxattr(path, IMA, flip(os.getxattr(path, IMA), rng.randrange(24, 56)))


def label_removed(path, rng, other):
    os.removexattr(path, IMA)


def label_emptied(path, rng, other):
    os.setxattr(path, IMA, b"")


def label_of_another(path, rng, other):
    os.setxattr(path, IMA, os.getxattr(other, IMA))


def digest_for_signature(path, rng, other):
    os.setxattr(path, IMA, b"\x04\x04" + hashlib.sha256(read(path)).digest())


def replaced(path, rng, other):
    """Another file under this name, with the old owner, mode, times and label."""
    info, label = os.stat(path), os.getxattr(path, IMA)
    new = path + ".new"
    with open(new, "wb") as stream:
        stream.write(rng.randbytes(info.st_size))
    os.chown(new, info.st_uid, info.st_gid)
    os.chmod(new, info.st_mode & 0o7777)
    os.setxattr(new, IMA, label)
    os.utime(new, ns=(info.st_atime_ns, info.st_mtime_ns))
    os.rename(new, path)


BAD, NEEDED = "invalid-signature", "IMA-signature-required"
KINDS = ((content_bit, BAD), (first_bit, BAD), (last_bit, BAD), (truncated, BAD), (emptied, BAD), (appended, BAD),
         (block_of_zeros, BAD), (label_bit, BAD), (key_id_bit, BAD), (label_removed, NEEDED), (label_emptied, NEEDED),
         (label_of_another, BAD), (digest_for_signature, NEEDED), (replaced, BAD))


def candidates(root):
    found = []
    for directory, _, names in os.walk(root):
        for name in names:
            path = os.path.join(directory, name)
            info = os.lstat(path)
            # Not immutable by size: emptied or tiny files would make some changes no change.
            if os.path.isfile(path) and not os.path.islink(path) and info.st_nlink == 1 and info.st_size >= 16:
                found.append(path)
    return sorted(found)


def main():
    root, count, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    rng = random.Random("tamper " + seed)
    paths = candidates(root)
    chosen = rng.sample(paths, count)
    rest = sorted(set(paths) - set(chosen))
    done = []
    for number, path in enumerate(chosen):
        kind, cause = KINDS[number % len(KINDS)]
        other = rng.choice(rest)
        while read(other) == read(path):
            other = rng.choice(rest)
        kind(path, rng, other)
        done.append("%s\t%s\t%s" % (os.path.relpath(path, root), kind.__name__, cause))
    print("\n".join(sorted(done)))


if __name__ == "__main__":
    main()
