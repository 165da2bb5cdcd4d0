#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the variable stores in which a firmware is asked: stores.py KEYS IMAGES BUILD OUT.

BUILD holds trial.efi, shim.efi and uki-unsigned.efi. For each store: OUT/NAME.fd, and a line of
OUT/list: NAME, "direct" or "shim" (who starts the trial), "trial" or "boot" (only for boots of a UKI),
what it is; tabs between them.
"""
import os
import struct
import subprocess
import sys
import uuid

import pe

OVMF = "/usr/share/OVMF"
EMPTY = f"{OVMF}/OVMF_VARS_4M.fd"
MICROSOFT = f"{OVMF}/OVMF_VARS_4M.ms.fd"
WRITER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../efi/varstore.py")
OWNER = uuid.UUID("6b1f3c55-1f0e-4b5e-9d55-0f2f4a4b6c01").bytes_le
X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072").bytes_le
SHA256 = uuid.UUID("c1c41626-504c-4092-aca9-41f936934328").bytes_le
X509_SHA256 = uuid.UUID("3bd2a492-96c0-4079-b420-fcf98ef103ed").bytes_le
UNHEARD_OF = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff").bytes_le
ZERO_TIME = bytes(16)

OWN_DB = ("sign", "second", "revoked", "root", "expired", "future", "rsa1024", "rsa4096", "ec256",
          "selfleaf", "server", "usage", "strange")


def efi_time(year):
    """The first of January of a year, as EFI_TIME (UEFI 2.10, 8.3.1)."""
    return struct.pack("<HBBBBBBIhBB", year, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)


def esl(kind, *entries, header=b"", size=None, entry_size=None):
    """An EFI_SIGNATURE_LIST; `size` and `entry_size` are what it says, when not the truth."""
    body = b"".join(OWNER + e for e in entries)
    return kind + struct.pack("<III", 28 + len(header) + len(body) if size is None else size,
                              len(header), 16 + len(entries[0]) if entry_size is None
                              else entry_size) + header + body


class Store:
    """What varstore.py is to be told."""

    def __init__(self, shop, name, what, base=EMPTY, way="direct",
                 used="trial"):
        self.shop, self.name, self.what, self.base, self.way = shop, name, what, base, way
        self.used = used  # "boot": only to boot a UKI, there is nothing in it to ask about
        self.words = []
        # What asks has to be let through everywhere, and first: some databases end early.
        self.image("db", "/trial")
        if way == "shim" and base == EMPTY:
            self.image("db", "/shim")

    def add(self, *words):
        self.words += words
        return self

    def platform(self):
        return self.certs("PK", "pk").certs("KEK", "kek").add("--enforce")

    def certs(self, database, *names):
        for name in names:
            self.add("--x509", database, f"{self.shop.keys}/{name}.der")
        return self

    def image(self, database, name, hash_name="sha256"):
        return self.add(f"--{hash_name}", database, self.shop.digest(name, hash_name))

    def lists(self, database, *lists):
        path = f"{self.shop.out}/{self.name}.{len(self.words)}.esl"
        with open(path, "wb") as file:
            file.write(b"".join(lists))
        return self.add("--esl", database, path)

    def off(self):
        return self.add("--no-enforce")

    def write(self):
        subprocess.run([WRITER, "--base", self.base, f"{self.shop.out}/{self.name}.fd",
                        *self.words], check=True)


class Workshop:
    def __init__(self, keys, images, build, out):
        self.keys, self.images, self.build, self.out = keys, images, build, out
        self.stores = []

    def store(self, name, what, **options):
        self.stores.append(Store(self, name, what, **options))
        return self.stores[-1]

    def own(self, name, what, **options):
        return self.store(name, what, **options).platform().certs("db", *OWN_DB)

    def digest(self, name, hash_name):
        """Of an image of the trial, or of one of those that try ("/trial", …)."""
        path = f"{self.build}{name}.efi" if name[0] == "/" else f"{self.images}/{name}.efi"
        return pe.Image(pe.read(path)).digest(hash_name).hex()

    def der(self, name):
        return pe.read(f"{self.keys}/{name}.der")

    def signed_part(self, name):
        """SHA-256 of what a certificate's signature covers."""
        return pe.hashlib.sha256(pe.issuer_and_serial(self.der(name))[1]).digest()


def states(w):
    w.own("own", "our keys, Secure Boot on")
    w.own("off", "our keys, Secure Boot off").off()
    w.store("setup", "no platform key, db and dbx are there").certs("db", "sign").certs(
        "dbx", "second")
    w.store("bare", "platform key, db holds nothing of ours").platform()
    w.store("microsoft", "Microsoft's keys", base=MICROSOFT)
    w.store("microsoft-own", "Microsoft's keys and our certificate", base=MICROSOFT).certs(
        "db", "sign")


def allowed(w):
    w.store("db-leaf", "db holds the leaf alone").platform().certs("db", "leaf", "leaf-deep")
    w.store("db-middle", "db holds the intermediate alone").platform().certs("db", "middle")
    w.store("db-noca", "db holds a leaf that signed a leaf, and the last of a chain too deep"
            ).platform().certs("db", "selfleaf", "middle-short")
    store = w.store("db-hash", "db holds hashes of images").platform()
    for name in ("unsigned-listed", "by-foreign", "listed-sha256", "listed-other-sha384",
                 "bit-code", "bad-signature", "overlay-unsigned", "table-x509",
                 "table-strange-kind", "sbsign-twice", "two-garbage-first", "table-padding",
                 "table-after", "table-size-zero", "chain-none", "depends-ec256", "sbat-none"):
        store.image("db", name)
    store.image("db", "listed-sha384", "sha384").image("db", "listed-other-sha256", "sha384")
    store.image("db", "depends-db-sha384", "sha384")
    store.image("db", "hash-sha1", "sha1").image("db", "hash-sha512", "sha512")
    w.store("db-uki", "db holds the hash of a UKI", used="boot").platform().image(
        "db", "/uki-unsigned")


def revoked(w):
    (w.own("dbx-hash", "dbx holds hashes of images")
     .image("dbx", "listed-sha256").image("dbx", "listed-sha384", "sha384")
     .image("dbx", "listed-other-sha384").image("dbx", "listed-other-sha256", "sha384")
     .image("dbx", "hash-sha1", "sha1").image("dbx", "two-hashes", "sha384")
     .image("dbx", "two-sign-foreign").image("dbx", "sbsign")
     .image("db", "depends-dbx-sha384").image("dbx", "depends-dbx-sha384", "sha384")
     .image("db", "unsigned").image("dbx", "unsigned"))
    w.own("dbx-uki", "dbx holds the hash of a UKI", used="boot").image("dbx", "/uki-unsigned")
    for name, what in (("revoked", "a signer of some"), ("sign", "the signer of most"),
                       ("root", "a root"), ("middle", "an intermediate"), ("leaf", "a leaf")):
        w.own(f"dbx-{name}", f"dbx holds the certificate of {what}").certs("dbx", name)
    for name, what in (("sign", "the signer of most"), ("root", "a root"),
                       ("middle", "an intermediate"), ("leaf", "a leaf")):
        w.own(f"dbx-tbs-{name}", f"dbx holds the hash of {what}'s certificate").lists(
            "dbx", esl(X509_SHA256, w.signed_part(name) + ZERO_TIME))
    w.own("dbx-tbs-times", "dbx holds hashes of certificates, revoked in 2001 and from 2090 on"
          ).lists("dbx", esl(X509_SHA256, w.signed_part("sign") + efi_time(2001),
                             w.signed_part("second") + efi_time(2090)))


def odd_lists(w):
    sign, second, root = w.der("sign"), w.der("second"), w.der("root")
    sha = bytes.fromhex(w.digest("by-foreign", "sha256"))
    w.store("db-strange-type", "db begins with lists of a type nobody knows").platform().lists(
        "db", esl(UNHEARD_OF, b"12345678"), esl(X509, sign))
    w.store("db-list-header", "a list of db has a header of eight bytes").platform().lists(
        "db", esl(X509, sign, header=b"8 bytes."))
    w.store("db-hash-many", "hashes in one list").platform().lists(
        "db", esl(SHA256, bytes(32), sha, bytes.fromhex(w.digest("unsigned", "sha256"))))
    w.store("db-tail", "db ends with a list longer than what is there").platform().lists(
        "db", esl(X509, sign), esl(X509, second, size=28 + 16 + len(second) + 100))
    w.store("db-tail-first", "the first list of db is longer than what is there").platform().lists(
        "db", esl(X509, second, size=60000), esl(X509, sign))
    w.store("db-list-uneven", "a list of db is no whole number of entries").platform().lists(
        "db", esl(X509, sign + bytes(4), entry_size=16 + len(sign)), esl(X509, root))
    w.store("db-entry-size", "a list of db has hashes of 40 bytes").platform().lists(
        "db", esl(SHA256, sha + bytes(8)), esl(X509, root))
    w.store("db-garbage-cert", "a certificate of db is none").platform().lists(
        "db", esl(X509, b"no certificate"), esl(X509, second))
    w.store("db-cert-tail", "a certificate of db has bytes behind it").platform().lists(
        "db", esl(X509, sign + b"tail"), esl(X509, root))
    w.own("dbx-tail", "dbx ends with a list longer than what is there").lists(
        "dbx", esl(X509, second), esl(X509, sign, size=28 + 16 + len(sign) + 100))
    w.own("dbx-strange-type", "dbx begins with a list of a type nobody knows").lists(
        "dbx", esl(UNHEARD_OF, b"12345678"), esl(X509, sign))
    w.own("dbx-empty", "dbx is there and empty of lists").lists("dbx", esl(SHA256, bytes(32)))


def by_shim(w):
    w.store("shim-microsoft", "shim, Microsoft's keys, no MOK", base=MICROSOFT, way="shim")
    w.store("shim-mok", "shim, Microsoft's keys, our MOK", base=MICROSOFT, way="shim").certs(
        "MokList", "mok")
    (w.own("shim-own", "shim, our keys, MOK with revocations", way="shim").certs("MokList", "mok")
     .image("MokList", "mok-hash").image("MokListX", "mok-listed")
     .certs("MokListX", "second").certs("dbx", "revoked").image("dbx", "listed-sha256"))
    w.own("shim-root", "shim, our keys, a root is MOK, an intermediate revoked", way="shim").certs(
        "MokList", "root", "mok").certs("MokListX", "middle")
    w.store("shim-revoked", "shim, Microsoft's keys, our MOK is revoked by MokListX",
            base=MICROSOFT, way="shim", used="boot").certs("MokList", "mok").certs(
                "MokListX", "mok")
    w.own("shim-off", "shim, Secure Boot off", way="shim").certs("MokList", "mok").off()
    w.own("shim-no-validation", "shim, our keys, validation turned off by MokSBState",
          way="shim").certs("MokList", "mok").add("--u8", "MokSBState", "1")
    w.own("shim-sbat", "shim, our keys, a later SBAT level", way="shim").certs(
        "MokList", "mok").add("--text", "SbatLevel", "sbat,1,2099010100\nimascan.payload,2\n")


def main():
    shop = Workshop(*sys.argv[1:])
    for group in (states, allowed, revoked, odd_lists, by_shim):
        group(shop)
    with open(f"{shop.out}/list", "w", encoding="utf-8") as file:
        for store in shop.stores:
            store.write()
            print(store.name, store.way, store.used, store.what, sep="\t", file=file)


if __name__ == "__main__":
    main()
