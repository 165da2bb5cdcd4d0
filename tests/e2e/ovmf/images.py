#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the images that a firmware is asked about: images.py KEYS BUILD OUT.

BUILD holds payload.efi and payload-nosbat.efi. Each function below that is marked @case returns one
image or more; what a firmware makes of them is nowhere written down: the firmware is asked.
"""
import os
import struct
import subprocess
import sys

import pe
from pe import Image, Signer, certificate, pkcs7, signed

VARIANT = b"@VARIANT@"
ISSUERS = {
    "leaf": ["middle"],
    "leaf-expired": ["middle"],
    "leaf-sha1": ["middle"],
    "leaf-server": ["middle"],
    "leaf-deep": ["middle-deep", "middle-short"],
    "leaf-noca": ["selfleaf"],
}
CASES = []


def case(function):
    CASES.append(function)
    return function


class Workshop:
    def __init__(self, keys, build):
        self.keys = keys
        self.build = build
        self.signers = {}

    def signer(self, name):
        if name not in self.signers:
            self.signers[name] = Signer(self.keys, name, ISSUERS.get(name, ()))
        return self.signers[name]

    def payload(self, name, base="payload"):
        """An image like no other: its name is in it."""
        data = bytearray(pe.read(f"{self.build}/{base}.efi"))
        at = data.index(VARIANT)
        data[at:at + 64] = name.encode().ljust(64, b"\0")
        return Image(data)

    def sbsigned(self, image, *names, addcert=()):
        """Signed by sbsign, once for each name."""
        path = f"{self.build}/sbsign.efi"
        with open(path, "wb") as file:
            file.write(image.data)
        for name in names:
            extra = [w for c in addcert for w in ("--addcert", f"{self.keys}/{c}.crt")]
            subprocess.run(["sbsign", "--key", f"{self.keys}/{name}.key", "--cert",
                            f"{self.keys}/{name}.crt", *extra, "--output", path, path],
                           check=True, capture_output=True)
        return Image(pe.read(path))


# ---- who signed ------------------------------------------------------------------------------------

@case
def unsigned(w):
    yield "unsigned", w.payload("unsigned")
    # Its hash is in the db of some stores.
    yield "unsigned-listed", w.payload("unsigned-listed")


@case
def differing(w):
    """What other firmware decides otherwise: "depends-…" allows ima-efi to say that it cannot tell."""
    # OVMF of 2022 knows no elliptic curves.
    yield "depends-ec256", signed(w.payload("depends-ec256"), w.signer("ec256"))
    # It looks for SHA-256 digests of unsigned images, newer edk2 for those of all algorithms.
    for name in ("depends-db-sha384", "depends-dbx-sha384"):
        yield name, w.payload(name)


@case
def by_sbsign(w):
    yield "sbsign", w.sbsigned(w.payload("sbsign").pad(), "sign")
    yield "sbsign-twice", w.sbsigned(w.payload("sbsign-twice").pad(), "foreign", "sign")
    yield "sbsign-leaf", w.sbsigned(w.payload("sbsign-leaf").pad(), "leaf", addcert=["middle"])


@case
def by_each(w):
    for name in ("sign", "foreign", "second", "revoked", "mok", "impostor", "expired", "future",
                 "rsa1024", "rsa4096", "selfleaf", "server", "usage", "strange", "leaf",
                 "leaf-expired", "leaf-sha1", "leaf-server", "leaf-deep", "leaf-noca"):
        yield f"by-{name}", signed(w.payload(f"by-{name}"), w.signer(name))


@case
def by_each_algorithm(w):
    for name in ("sha1", "sha384", "sha512"):
        yield f"hash-{name}", signed(w.payload(f"hash-{name}"), w.signer("sign"), hash_name=name)
    # The digests of these two are in the dbx of a store, each by its own algorithm and by SHA-256.
    for name in ("sha256", "sha384"):
        yield f"listed-{name}", signed(w.payload(f"listed-{name}"), w.signer("sign"),
                                       hash_name=name)
        yield f"listed-other-{name}", signed(w.payload(f"listed-other-{name}"), w.signer("sign"),
                                             hash_name=name)


@case
def chains(w):
    leaf = w.signer("leaf")
    middle, root = w.signer("middle").certificate, w.signer("root").certificate
    yield "chain-full", signed(w.payload("chain-full"), leaf,
                               certificates=[leaf.certificate, middle, root])
    yield "chain-reversed", signed(w.payload("chain-reversed"), leaf,
                                   certificates=[root, middle, leaf.certificate])
    yield "chain-leaf-only", signed(w.payload("chain-leaf-only"), leaf,
                                    certificates=[leaf.certificate])
    yield "chain-none", signed(w.payload("chain-none"), w.signer("sign"), certificates=[])
    # A certificate of db comes along that has nothing to do with the signature.
    yield "chain-decoy", signed(w.payload("chain-decoy"), w.signer("foreign"),
                                certificates=[w.signer("foreign").certificate,
                                              w.signer("sign").certificate])
    # The other way: what comes along is in some dbx.
    yield "chain-tainted", signed(w.payload("chain-tainted"), w.signer("sign"),
                                  certificates=[w.signer("sign").certificate,
                                                w.signer("revoked").certificate])


# ---- what is signed -------------------------------------------------------------------------------

def turn_bit(image):
    """In what follows the code: where Secure Boot is off, the image is to come back."""
    pointer, size = image.section(".text")
    image.data[pointer + size - 1] ^= 0x80


@case
def damaged(w):
    def variant(name):
        return signed(w.payload(name), w.signer("sign"))

    out = variant("bit-code")
    turn_bit(out)
    yield "bit-code", out
    out = variant("bit-header")
    out.data[out.header + 8] ^= 1  # the time stamp
    yield "bit-header", out
    out = variant("bit-checksum")
    out.data[out.optional + 64] ^= 1
    yield "bit-checksum", out
    out = variant("bit-dos")
    out.data[0x40] ^= 1
    yield "bit-dos", out
    out = variant("section-name")
    out.data[out.data.index(b".variant")] ^= 1
    yield "section-name", out
    yield "bad-signature", signed(w.payload("bad-signature"), w.signer("sign"), damage=True)
    yield "bad-digest", signed(w.payload("bad-digest"), w.signer("sign"), digest=bytes(32))
    yield "bad-attribute", signed(w.payload("bad-attribute"), w.signer("sign"),
                                  message_digest=bytes(32))
    yield "no-attributes", signed(w.payload("no-attributes"), w.signer("sign"), attributes=False)
    yield "wrong-list-hash", signed(w.payload("wrong-list-hash"), w.signer("sign"),
                                    list_hash="sha384")
    yield "unwrapped", signed(w.payload("unwrapped"), w.signer("sign"), wrap=False)
    # The signature of another image.
    out = w.payload("transplanted").pad()
    other = w.payload("by-sign").pad()
    yield "transplanted", out.set_table(certificate(pkcs7(other, w.signer("sign"))))


@case
def overlay(w):
    image = w.payload("overlay")
    image.data += b"after the last section, and hashed" * 3
    yield "overlay", signed(image, w.signer("sign"))
    out = signed(image, w.signer("sign"))
    out.data[out.directory[0] - 20] ^= 1
    yield "overlay-changed", out
    image = w.payload("overlay-unsigned")
    image.data += b"after the last section, and hashed" * 3
    yield "overlay-unsigned", image


# ---- several signatures ---------------------------------------------------------------------------

@case
def several(w):
    def variant(*names):
        name = "two-" + "-".join(names)
        return name, signed(w.payload(name), *[w.signer(n) for n in names])

    yield variant("foreign", "sign")
    yield variant("sign", "foreign")
    yield variant("sign", "revoked")
    yield variant("revoked", "sign")
    yield variant("foreign", "impostor")
    yield variant("sign", "second")
    sign = w.signer("sign")
    for name, order in (("two-garbage-first", (0, 1)), ("two-garbage-last", (1, 0))):
        image = w.payload(name).pad()
        both = certificate(b"\x30\x82\x00\x10" + bytes(60)), certificate(pkcs7(image, sign))
        yield name, image.set_table(both[order[0]] + both[order[1]])
    image = w.payload("two-hashes").pad()
    yield "two-hashes", image.set_table(certificate(pkcs7(image, sign, "sha256")) +
                                        certificate(pkcs7(image, sign, "sha384")))


# ---- the certificate table ------------------------------------------------------------------------

@case
def table(w):
    sign = w.signer("sign")

    def one(name, make):
        image = w.payload(name).pad()
        message = pkcs7(image, sign)
        return name, make(image, message)

    def whole(message, **options):
        return certificate(message, **options)

    yield one("table-guid", lambda i, m: i.set_table(certificate(pe.GUID_PKCS7 + m,
                                                                 kind=pe.CERTIFICATE_GUID)))
    yield one("table-guid-other", lambda i, m: i.set_table(certificate(bytes(16) + m,
                                                                       kind=pe.CERTIFICATE_GUID)))
    yield one("table-x509", lambda i, m: i.set_table(certificate(sign.certificate,
                                                                 kind=pe.CERTIFICATE_X509)))
    yield one("table-x509-first", lambda i, m: i.set_table(
        certificate(sign.certificate, kind=pe.CERTIFICATE_X509) + whole(m)))
    yield one("table-strange-kind", lambda i, m: i.set_table(certificate(m, kind=0x7777)))
    yield one("table-empty-entry", lambda i, m: i.set_table(certificate(b"")))
    yield one("table-empty-first", lambda i, m: i.set_table(certificate(b"") + whole(m)))
    yield one("table-unpadded", lambda i, m: i.set_table(
        certificate(m + bytes(3 + -(len(m) + 3) % 8 + 5), pad=False)))
    yield one("table-length-plus", lambda i, m: i.set_table(whole(m, length=len(m) + 8 + 64)))
    yield one("table-length-minus", lambda i, m: i.set_table(whole(m, length=len(m) + 8 - 64)))
    yield one("table-length-zero", lambda i, m: i.set_table(whole(m, length=0)))
    yield one("table-length-seven", lambda i, m: i.set_table(whole(m, length=7)))
    yield one("table-length-huge", lambda i, m: i.set_table(whole(m, length=0xFFFFFFF8)))
    yield one("table-size-minus", lambda i, m: i.set_table(whole(m), size=len(whole(m)) - 8))
    yield one("table-size-plus", lambda i, m: i.set_table(whole(m), size=len(whole(m)) + 8))
    yield one("table-size-huge", lambda i, m: i.set_table(whole(m), size=0xFFFFFFF0))
    yield one("table-size-zero", lambda i, m: i.set_table(whole(m), size=0))
    yield one("table-padding", lambda i, m: i.set_table(whole(m) + bytes(8)))
    yield one("table-padding-16", lambda i, m: i.set_table(whole(m) + bytes(16)))

    def after(image, message):
        image.set_table(whole(message))
        image.data += b"behind the table"
        return image

    def truncated(image, message):
        image.set_table(whole(message))
        del image.data[-200:]
        return image

    def unaligned(image, message):
        image.data += b"123"
        del message
        return image.set_table(whole(pkcs7(image, sign)))

    def address_zero(image, message):
        image.set_table(whole(message))
        image.directory = (0, image.directory[1])
        return image

    def address_beyond(image, message):
        image.set_table(whole(message))
        image.directory = (len(image.data) + 64, image.directory[1])
        return image

    yield one("table-after", after)
    yield one("table-truncated", truncated)
    yield one("table-unaligned", unaligned)
    yield one("table-address-zero", address_zero)
    yield one("table-address-beyond", address_beyond)


# ---- odd images -----------------------------------------------------------------------------------

@case
def odd(w):
    sign = w.signer("sign")
    image = w.payload("directories-4")
    struct.pack_into("<I", image.data, image.optional + 108, 4)
    yield "directories-4", image
    image = w.payload("directories-4-signed").pad()
    struct.pack_into("<I", image.data, image.optional + 108, 4)
    image.set_table(certificate(pkcs7(image, sign)))
    yield "directories-4-signed", image
    image = w.payload("subsystem-signed")
    struct.pack_into("<H", image.data, image.optional + 68, 3)
    yield "subsystem-signed", signed(image, sign)
    image = w.payload("swapped-sections")
    size = struct.unpack_from("<H", image.data, image.header + 20)[0]
    first = image.optional + size + 40
    a, b = image.data[first:first + 40], image.data[first + 40:first + 80]
    # Raw data is hashed in the order of the file, not of the table.
    for at in (16, 20):
        a[at:at + 4], b[at:at + 4] = b[at:at + 4], a[at:at + 4]
    image.data[first:first + 80] = a + b
    yield "swapped-sections", signed(image, sign)
    image = w.payload("empty")
    yield "not-pe", b"This is a text of no particular meaning.\n" * 20
    yield "short", bytes(image.data[:60])
    yield "headers-only", bytes(image.data[:512])
    image = signed(w.payload("cut-section"), sign)
    pointer, size = image.section(".idata")
    struct.pack_into("<I", image.data, image.header + 24 + 240 + 3 * 40 + 16, 0x10000)
    yield "cut-section", image
    yield "zero", b"\0"


@case
def sbat(w):
    yield "sbat-none", signed(w.payload("sbat-none", "payload-nosbat"), w.signer("sign"))
    yield "sbat-old", signed(w.payload("sbat-old", "payload-oldsbat"), w.signer("sign"))
    yield "sbat-none-mok", signed(w.payload("sbat-none-mok", "payload-nosbat"), w.signer("mok"))
    yield "sbat-old-mok", signed(w.payload("sbat-old-mok", "payload-oldsbat"), w.signer("mok"))
    yield "sbat-garbage-mok", signed(w.payload("sbat-garbage-mok", "payload-badsbat"),
                                     w.signer("mok"))
    # Listed in MokListX of a store by its hash.
    yield "mok-listed", signed(w.payload("mok-listed"), w.signer("mok"))
    yield "mok-hash", w.payload("mok-hash")
    yield "mok-bit", mok_bit(w)


def mok_bit(w):
    out = signed(w.payload("mok-bit"), w.signer("mok"))
    turn_bit(out)
    return out


def main():
    keys, build, out = sys.argv[1:]
    workshop = Workshop(keys, build)
    seen = set()
    for function in CASES:
        for name, image in function(workshop):
            if name in seen:
                raise ValueError(f"two images are called {name}")
            seen.add(name)
            with open(f"{out}/{name}.efi", "wb") as file:
                file.write(image.data if isinstance(image, Image) else image)
    print(f"{len(seen)} images", file=sys.stderr)


if __name__ == "__main__":
    os.umask(0o022)
    main()
