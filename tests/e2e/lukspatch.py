#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes the JSON of a LUKS2 header, both copies, and makes their checksums right again, as whoever made a hostile header would.

Usage: lukspatch.py IMAGE PATH=VALUE…   (PATH: keyslots.0.kdf.iterations; VALUE: JSON)
"""
import hashlib
import json
import struct
import sys

BINARY = 4096  # bytes before the JSON
CHECKSUM = slice(448, 512)


def patch(header: bytearray, changes: list[str]) -> None:
    text = json.loads(header[BINARY:].split(b'\0')[0])
    for change in changes:
        path, value = change.split('=', 1)
        *folders, name = path.split('.')
        place = text
        for folder in folders:
            place = place[folder]
        place[name] = json.loads(value)
    area = json.dumps(text).encode()
    header[BINARY:] = area.ljust(len(header) - BINARY, b'\0')
    header[CHECKSUM] = bytes(64)
    header[448:480] = hashlib.sha256(header).digest()


def main() -> None:
    name, *changes = sys.argv[1:]
    with open(name, 'r+b') as image:
        size = struct.unpack('>Q', image.read(16)[8:])[0]
        for at in (0, size):
            image.seek(at)
            header = bytearray(image.read(size))
            patch(header, changes)
            image.seek(at)
            image.write(header)


main()
