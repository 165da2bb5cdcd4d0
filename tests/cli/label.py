#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes and spoils files and their labels for the tests.

label.py payload FILE BYTES SEED       content that depends on the seed alone
label.py flip FILE BIT                 flips one bit of the content, keeping size and times
label.py flip-label FILE ATTRIBUTE BIT flips one bit of an attribute's value
label.py append-label FILE ATTRIBUTE HEX
label.py set FILE ATTRIBUTE HEX        replaces the value ("" empties it)
label.py get FILE ATTRIBUTE            prints it in hexadecimal
label.py copy FROM TO                  copies every security attribute
label.py each-content-bit FILE DIR     copies of FILE and its labels, one for each bit of content, flipped
label.py each-label-bit FILE DIR ATTRIBUTE
                                       copies of FILE and its labels, one for each bit of that label
label.py capability FILE BITS [ROOTID] security.capability, version 2, or 3 with a root id
label.py hmac FILE KEYFILE UUID        security.evm of type 2 over the attributes and the inode
label.py names DIR                     a file for each awkward name, each with a sha256 label
label.py many DIR N                    N labelled files in one directory
label.py deep DIR LEVELS NAME_LENGTH   a path much longer than PATH_MAX, with a labelled file at its end
label.py socket PATH                   leaves a socket behind
"""
import array
import fcntl
import hashlib
import hmac
import os
import random
import shutil
import socket
import struct
import sys
import uuid

IMA = "security.ima"
FS_IOC_GETVERSION = 0x80087601


def digest_label(content, algorithm="sha256", number=4):
    return bytes([4, number]) + hashlib.new(algorithm, content).digest()


def payload(size, seed):
    return random.Random("payload " + seed).randbytes(size)


def flip(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


def write(path, content):
    with open(path, "wb") as stream:
        stream.write(content)


def copy_labels(source, to, names):
    for name in names:
        os.setxattr(to, name, os.getxattr(source, name, follow_symlinks=False), follow_symlinks=False)


def security_attributes(path):
    return [name for name in os.listxattr(path) if name.startswith("security.")]


def copy_file(source, to):
    shutil.copyfile(source, to)
    info = os.lstat(source)
    os.chown(to, info.st_uid, info.st_gid)
    os.chmod(to, info.st_mode & 0o7777)
    copy_labels(source, to, security_attributes(source))


def flip_content(path, bit):
    info = os.stat(path)
    with open(path, "r+b") as stream:
        stream.seek(bit // 8)
        byte = stream.read(1)[0]
        stream.seek(bit // 8)
        stream.write(bytes([byte ^ 1 << (bit % 8)]))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


def each_content_bit(path, directory):
    os.makedirs(directory)
    for bit in range(8 * os.path.getsize(path)):
        to = os.path.join(directory, "content-%04d" % bit)
        copy_file(path, to)
        flip_content(to, bit)


def each_label_bit(path, directory, name):
    os.makedirs(directory)
    value = os.getxattr(path, name)
    for bit in range(8 * len(value)):
        to = os.path.join(directory, "byte-%03d-bit-%d" % (bit // 8, bit % 8))
        copy_file(path, to)
        os.setxattr(to, name, flip(value, bit))


def capability(path, bits, root_id):
    effective = 1
    version = 3 if root_id is not None else 2
    value = struct.pack("<IIIII", version << 24 | effective, bits & 0xffffffff, 0, bits >> 32, 0)
    if root_id is not None:
        value += struct.pack("<I", root_id)
    os.setxattr(path, "security.capability", value)


def evm_hmac(path, key_file, fs_uuid):
    """Attributes' values in the kernel's order, the inode, the file system; the key padded to 128 bytes."""
    data = b""
    for name in ("selinux", "apparmor", "ima", "capability"):
        try:
            data += os.getxattr(path, "security." + name)
        except OSError:
            pass
    with open(path, "rb") as stream:
        generation = array.array("l", [0])
        fcntl.ioctl(stream, FS_IOC_GETVERSION, generation, True)
    info = os.stat(path)
    data += struct.pack("<QIIIHH", info.st_ino, generation[0] & 0xffffffff, info.st_uid, info.st_gid, info.st_mode, 0)
    data += uuid.UUID(fs_uuid).bytes
    os.setxattr(path, "security.evm", b"\x02" + hmac.new(read(key_file).ljust(128, b"\0"), data, "sha1").digest())


def awkward_names():
    every = bytes(b for b in range(1, 256) if b != ord("/"))
    yield every[:127]
    yield every[127:]
    # All 254 bytes and one more: as long as a name can be.
    yield every + b"x"
    yield bytes(reversed(every))
    yield b"a" * 255
    yield b"\xff" * 255
    yield from (b"-", b"--help", b"-k", b" ", b"\n", b"\r", b"\t", b"\\", b'"', b"'", b"...", b"..x", b"*", b"$(id)",
                b"\x1b[31mred\x1b[0m", b"\x1b]0;title\x07", b"\x9b31m", b"\xc2\x9b31m", b"\x08\x08", b"a\rb", b"\x7f")
    yield from (name.encode() for name in ("\u202egpj.exe", "\u2066x", "\u200bzero", "\u2028line", "\ufeffbom",
                                           "\u00e9", "e\u0301", "\U0001f600", "\ufffd"))
    yield from (b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xf8\x88\x80\x80\x80", b"\x80")
    yield from (b'","verdict":"pass"', b'\n{"record":"summary"}', b"\x1e", b"{}", b"a" * 254 + b"\n")


def names(directory):
    where = os.fsencode(directory)
    os.makedirs(where, exist_ok=True)
    for number, name in enumerate(awkward_names()):
        path = os.path.join(where, name)
        content = b"%d\n" % number
        write(path, content)
        os.setxattr(path, IMA, digest_label(content))


def many(directory, count):
    os.makedirs(directory, exist_ok=True)
    value = digest_label(b"")
    at = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    os.fchdir(at)
    for number in range(count):
        fd = os.open("%07d" % number, os.O_WRONLY | os.O_CREAT, 0o644)
        os.setxattr(fd, IMA, value)
        os.close(fd)


def deep(directory, levels, length):
    os.makedirs(directory, exist_ok=True)
    os.chdir(directory)
    for level in range(levels):
        name = ("%04d" % level).ljust(length, "d")
        os.mkdir(name)
        os.chdir(name)
    write("bottom", b"bottom\n")
    os.setxattr("bottom", IMA, digest_label(b"bottom\n"))


def main():
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == "payload":
        write(arguments[0], payload(int(arguments[1]), arguments[2]))
    elif command == "flip":
        flip_content(arguments[0], int(arguments[1]))
    elif command == "flip-label":
        path, name, bit = arguments
        value = os.getxattr(path, name)
        # A negative bit counts from the end.
        os.setxattr(path, name, flip(value, int(bit) % (8 * len(value))))
    elif command == "append-label":
        path, name, more = arguments
        os.setxattr(path, name, os.getxattr(path, name) + bytes.fromhex(more))
    elif command == "set":
        os.setxattr(arguments[0], arguments[1], bytes.fromhex(arguments[2]))
    elif command == "get":
        print(os.getxattr(arguments[0], arguments[1]).hex())
    elif command == "copy":
        copy_labels(arguments[0], arguments[1], security_attributes(arguments[0]))
    elif command == "each-content-bit":
        each_content_bit(*arguments)
    elif command == "each-label-bit":
        each_label_bit(*arguments)
    elif command == "capability":
        capability(arguments[0], int(arguments[1], 0), int(arguments[2]) if len(arguments) > 2 else None)
    elif command == "hmac":
        evm_hmac(*arguments)
    elif command == "names":
        names(arguments[0])
    elif command == "many":
        many(arguments[0], int(arguments[1]))
    elif command == "deep":
        deep(arguments[0], int(arguments[1]), int(arguments[2]))
    elif command == "socket":
        socket.socket(socket.AF_UNIX).bind(arguments[0])
    else:
        print(__doc__, file=sys.stderr)
        return 64
    return 0


if __name__ == "__main__":
    sys.exit(main())
