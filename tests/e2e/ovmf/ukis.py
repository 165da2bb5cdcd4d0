#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the unified kernel images that are booted: ukis.py KEYS BUILD OUT.

BUILD holds what goes in: vmlinuz, initramfs, cmdline, and systemd's stub, stub.efi.
"""
import os
import subprocess
import sys

import pe
from images import Workshop
from pe import Image, certificate, pkcs7, signed

ALIGNMENT = 4096
# For an image whose size is no multiple of 512, some signers hash padding that firmware does not.
PADDING = 512


def assemble(build, out):
    """systemd's stub with sections behind its own, as ukify would."""
    stub = Image(pe.read(f"{build}/stub.efi"))
    base = int.from_bytes(stub.data[stub.optional + 24:stub.optional + 32], "little")
    size = int.from_bytes(stub.data[stub.optional + 56:stub.optional + 60], "little")
    address = base + size
    words = []
    for name, file in ((".osrel", "osrel"), (".cmdline", "cmdline"), (".linux", "vmlinuz"),
                       (".initrd", "initramfs")):
        address = -(-address // ALIGNMENT) * ALIGNMENT
        words += ["--add-section", f"{name}={build}/{file}", "--change-section-vma",
                  f"{name}={address:#x}"]
        address += os.path.getsize(f"{build}/{file}")
    subprocess.run(["objcopy", *words, f"{build}/stub.efi", out], check=True)
    return Image(pe.read(out)).pad(PADDING)


def flipped(image, section):
    out = image.copy()
    out.data[out.section(section)[0] + 4] ^= 1
    return out


def truncated(image, signer):
    out = image.copy()
    out.set_table(certificate(pkcs7(out, signer)))
    del out.data[-200:]
    return out


def variants(shop, plain):
    by_sign = shop.sbsigned(plain, "sign")
    yield "unsigned", plain
    yield "signed", by_sign
    yield "foreign", shop.sbsigned(plain, "foreign")
    yield "cmdline-bit", flipped(by_sign, ".cmdline")
    yield "initrd-bit", flipped(by_sign, ".initrd")
    yield "expired", shop.sbsigned(plain, "expired")
    yield "leaf", shop.sbsigned(plain, "leaf", addcert=["middle"])
    yield "two", shop.sbsigned(plain, "sign", "revoked")
    yield "sha384", signed(plain, shop.signer("sign"), hash_name="sha384")
    yield "sha512", signed(plain, shop.signer("sign"), hash_name="sha512")
    yield "truncated", truncated(plain, shop.signer("sign"))
    yield "mok", shop.sbsigned(plain, "mok")


def main():
    keys, build, out = sys.argv[1:]
    shop = Workshop(keys, build)
    for name, image in variants(shop, assemble(build, f"{out}/unsigned.efi")):
        with open(f"{out}/{name}.efi", "wb") as file:
            file.write(image.data)


if __name__ == "__main__":
    main()
