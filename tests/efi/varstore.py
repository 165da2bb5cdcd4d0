#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes firmware variables for tests: into a copy of an OVMF variable store, or a directory of efivarfs layout.

Usage: varstore.py --base OVMF_VARS.fd OUT.fd ACTION...     adds to (or replaces in) a copy of the store
       varstore.py --new OUT.fd ACTION...                   a store of its own, of 8 KiB (not for a machine: for decoders)
       varstore.py --dir OUTDIR ACTION...                   adds Name-GUID files
       varstore.py --list FILE.fd                           says what a store holds

Actions, done in order (NAME may be NAME:GUID or NAME:GUID:ATTRIBUTES, else both are known by the name):
  --x509 DB CERT [OWNER]     append a certificate (PEM or DER) to a key database: PK, KEK, db, dbx, dbt, dbr,
                             MokList, MokListX, MokListRT, MokListXRT, MokListTrusted
  --sha1|--sha256|--sha384|--sha512 DB HEX      append the hash of an image
  --x509-sha256 DB HEX       append the hash of a certificate's signed part, without a time
  --esl DB FILE              append signature lists as cert-to-efi-sig-list writes them
  --auth DB FILE             append those of a file of sign-efi-sig-list, without its authentication header
  --u8 NAME N   --u16 NAME N,N…   --text NAME TEXT (UTF-8)   --ucs2 NAME TEXT (UCS-2, ended by NUL)
  --hex NAME HEX   --file NAME FILE   --delete NAME
  --boot NUMBER TITLE FILE [OPTIONS]   Boot####: FILE as a short-form path (\\EFI\\X\\Y.EFI), optional data as UCS-2
                             text. Does not touch BootOrder: say --u16 BootOrder 0,1
  --enforce                  SecureBootEnable 1, CustomMode 0, VendorKeysNv 0: with a PK, Secure Boot will be on
  --no-enforce               SecureBootEnable 0
  --state SECUREBOOT SETUPMODE    the volatile variables (for --dir: a store has none; firmware makes them)
"""
import os
import struct
import subprocess
import sys
import uuid

GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"
DATABASE = "d719b2cb-3d3a-4596-a3bc-dad00e67656f"
SHIM = "605dab50-e046-4300-abb6-3dd810dd8b23"
LOADER = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
# edk2, SecurityPkg.dec
ENABLE = "f0a30bc7-af08-4556-99c4-001009c93a44"
CUSTOM = "c076ec0c-7028-4399-a072-71ee5c448b9f"
VENDOR_KEYS = "9073e4e0-60ec-4b6e-9903-4c223c260f3c"
OWNER = "11111111-2222-3333-4444-123456789abc"

NV, BS, RT, AUTH = 1, 2, 4, 0x20
KNOWN = {
    "PK": (GLOBAL, NV | BS | RT | AUTH), "KEK": (GLOBAL, NV | BS | RT | AUTH),
    "db": (DATABASE, NV | BS | RT | AUTH), "dbx": (DATABASE, NV | BS | RT | AUTH),
    "dbt": (DATABASE, NV | BS | RT | AUTH), "dbr": (DATABASE, NV | BS | RT | AUTH),
    "BootOrder": (GLOBAL, NV | BS | RT), "BootNext": (GLOBAL, NV | BS | RT), "Timeout": (GLOBAL, NV | BS | RT),
    "MokList": (SHIM, NV | BS), "MokListX": (SHIM, NV | BS), "MokSBState": (SHIM, NV | BS),
    "MokListTrusted": (SHIM, NV | BS), "SbatLevel": (SHIM, NV | BS),
    "SecureBootEnable": (ENABLE, NV | BS), "CustomMode": (CUSTOM, NV | BS), "VendorKeysNv": (VENDOR_KEYS, NV | BS | AUTH),
}
LOADER_KEPT = ("LoaderEntryDefault", "LoaderEntryOneShot", "LoaderConfigTimeout", "LoaderConfigTimeoutOneShot",
               "LoaderEntryLastBooted")
TYPES = {
    "x509": ("a5c059a1-94e4-4aa7-87b5-ab155c2bf072", None),
    "sha1": ("826ca512-cf10-4ac9-b187-be01496631bd", 20),
    "sha256": ("c1c41626-504c-4092-aca9-41f936934328", 32),
    "sha384": ("ff3e5307-9fd0-48c9-85f1-8ad56c701e01", 48),
    "sha512": ("093e0fae-a6c4-4f50-9f1b-d41e2b89c19a", 64),
    "x509-sha256": ("3bd2a492-96c0-4079-b420-fcf98ef103ed", 32),
}


def known(name):
    """GUID and attributes of a variable, by its name."""
    if name in KNOWN:
        return KNOWN[name]
    if name.startswith(("Loader", "Stub")):
        return LOADER, BS | RT | (NV if name in LOADER_KEPT else 0)
    if name.startswith(("Mok", "Sbat", "HSIStatus")):
        return SHIM, BS | RT
    if len(name) == 8 and name.startswith("Boot"):
        return GLOBAL, (BS | RT) | (0 if name == "BootCurr" else NV)
    return GLOBAL, BS | RT


def split(name):
    """(name, GUID bytes, attributes) of a NAME[:GUID[:ATTRIBUTES]]."""
    parts = name.split(":")
    guid, attributes = known(parts[0])
    if len(parts) > 1 and parts[1]:
        guid = parts[1]
    if len(parts) > 2:
        attributes = int(parts[2], 0)
    return parts[0], uuid.UUID(guid).bytes_le, attributes


class Store:
    """A variable store of edk2 in a firmware volume (docs/formats/varstore.md)."""

    AUTHENTICATED = uuid.UUID("aaf32c78-947b-439a-a180-2e144ec37792").bytes_le
    VOLUME = uuid.UUID("fff12b8d-7696-4c8b-a985-2747075b4f50").bytes_le

    @classmethod
    def empty(cls):
        """An image without variables: volume header with its checksum, store header, erased flash."""
        head = bytearray(16) + cls.VOLUME + struct.pack("<Q4sIHHHBBIIII", 0x2000, b"_FVH", 0x4feff, 72, 0, 0, 0, 2, 2,
                                                        0x1000, 0, 0)
        struct.pack_into("<H", head, 50, -sum(struct.unpack("<36H", head)) & 0xffff)
        store = cls.AUTHENTICATED + struct.pack("<IBBHI", 0x2000 - 72, 0x5a, 0xfe, 0, 0)
        return head + store + b"\xff" * (0x2000 - 100)

    def __init__(self, base):
        self.image = bytearray(open(base, "rb").read()) if base else self.empty()
        if self.image[16:32] != self.VOLUME or self.image[40:44] != b"_FVH":
            sys.exit(f"{base}: no firmware volume of variables")
        self.start = struct.unpack_from("<H", self.image, 48)[0]
        if self.image[self.start:self.start + 16] != self.AUTHENTICATED:
            sys.exit(f"{base}: no store of authenticated variables")
        self.end = self.start + struct.unpack_from("<I", self.image, self.start + 16)[0]
        self.variables = {}  # (name, GUID bytes): (attributes, data, time)
        at = self.start + 28
        while at + 60 <= self.end and self.image[at:at + 2] == b"\xaa\x55":
            state, attributes = self.image[at + 2], struct.unpack_from("<I", self.image, at + 4)[0]
            name_size, data_size = struct.unpack_from("<II", self.image, at + 36)
            guid = bytes(self.image[at + 44:at + 60])
            name = self.image[at + 60:at + 60 + name_size].decode("utf-16-le").rstrip("\0")
            data = bytes(self.image[at + 60 + name_size:at + 60 + name_size + data_size])
            if state == 0x3f or (state == 0x3e and (name, guid) not in self.variables):
                self.variables[name, guid] = (attributes, data, bytes(self.image[at + 16:at + 32]))
            at = (at + 60 + name_size + data_size + 3) & ~3

    def get(self, name, guid):
        found = self.variables.get((name, guid))
        return found[1] if found else None

    def put(self, name, guid, attributes, data):
        # A time-based authenticated variable has a time; one before any real update.
        time = struct.pack("<H6B", 2020, 1, 1, 0, 0, 0, 0) + bytes(8) if attributes & AUTH else bytes(16)
        self.variables[name, guid] = (attributes, data, time)

    def delete(self, name, guid):
        self.variables.pop((name, guid), None)

    def write(self, path):
        out = bytearray()
        for (name, guid), (attributes, data, time) in self.variables.items():
            text = name.encode("utf-16-le") + b"\0\0"
            out += struct.pack("<HBBIQ", 0x55aa, 0x3f, 0, attributes, 0) + time
            out += struct.pack("<III", 0, len(text), len(data)) + guid + text + data
            out += b"\xff" * (-len(out) % 4)
        room = self.end - self.start - 28
        if len(out) > room:
            sys.exit(f"{path}: {len(out)} bytes of variables, room for {room}")
        self.image[self.start + 28:self.end] = out + b"\xff" * (room - len(out))
        with open(path, "wb") as file:
            file.write(self.image)


class Directory:
    """Files as efivarfs shows them: four bytes of attributes, then the data."""

    def __init__(self, path):
        self.path = path
        os.makedirs(path, exist_ok=True)

    def place(self, name, guid):
        return os.path.join(self.path, f"{name}-{uuid.UUID(bytes_le=guid)}")

    def get(self, name, guid):
        try:
            return open(self.place(name, guid), "rb").read()[4:]
        except FileNotFoundError:
            return None

    def put(self, name, guid, attributes, data):
        with open(self.place(name, guid), "wb") as file:
            file.write(struct.pack("<I", attributes) + data)

    def delete(self, name, guid):
        if os.path.exists(self.place(name, guid)):
            os.remove(self.place(name, guid))

    def write(self, _):
        pass


def certificate(path):
    """DER of a certificate file in either encoding."""
    data = open(path, "rb").read()
    if data.startswith(b"-----") or b"-----BEGIN CERTIFICATE" in data:
        data = subprocess.run(["openssl", "x509", "-in", path, "-outform", "DER"], check=True,
                              stdout=subprocess.PIPE).stdout
    return data


def signature_list(kind, data, owner=OWNER):
    """One EFI_SIGNATURE_LIST with one entry."""
    guid, size = TYPES[kind]
    if size is not None and len(data) != size:
        sys.exit(f"{kind}: {len(data)} bytes, wanted {size}")
    if kind == "x509-sha256":
        data += bytes(16)  # no time: revoked always
    return (uuid.UUID(guid).bytes_le + struct.pack("<III", 28 + 16 + len(data), 0, 16 + len(data)) +
            uuid.UUID(owner).bytes_le + data)


def load_option(title, path, options):
    """EFI_LOAD_OPTION: active, a file path node alone, optional data as UCS-2."""
    name = path.encode("utf-16-le") + b"\0\0"
    nodes = struct.pack("<BBH", 4, 4, 4 + len(name)) + name + struct.pack("<BBH", 0x7f, 0xff, 4)
    return (struct.pack("<IH", 1, len(nodes)) + title.encode("utf-16-le") + b"\0\0" + nodes +
            (options.encode("utf-16-le") + b"\0\0" if options is not None else b""))


def run(store, words):
    """Does the actions."""
    def put(name, data):
        name, guid, attributes = split(name)
        store.put(name, guid, attributes, data)

    def append(name, data):
        name, guid, attributes = split(name)
        store.put(name, guid, attributes, (store.get(name, guid) or b"") + data)

    def optional():
        return words.pop(0) if words and not words[0].startswith("--") else None

    def hexadecimal(text):
        return bytes.fromhex(text.replace(" ", ""))

    while words:
        action = words.pop(0).removeprefix("--")
        if action == "x509":
            name, path = words.pop(0), words.pop(0)
            append(name, signature_list("x509", certificate(path), optional() or OWNER))
        elif action in TYPES:
            name, data = words.pop(0), words.pop(0)
            append(name, signature_list(action, hexadecimal(data)))
        elif action == "esl":
            name, path = words.pop(0), words.pop(0)
            append(name, open(path, "rb").read())
        elif action == "auth":
            name, path = words.pop(0), words.pop(0)
            data = open(path, "rb").read()
            append(name, data[16 + struct.unpack_from("<I", data, 16)[0]:])
        elif action == "u8":
            name, value = words.pop(0), words.pop(0)
            put(name, bytes([int(value, 0)]))
        elif action == "u16":
            name, values = words.pop(0), words.pop(0)
            put(name, b"".join(struct.pack("<H", int(v, 0)) for v in values.split(",") if v))
        elif action == "text":
            name, value = words.pop(0), words.pop(0)
            put(name, value.encode())
        elif action == "ucs2":
            name, value = words.pop(0), words.pop(0)
            put(name, value.encode("utf-16-le") + b"\0\0")
        elif action == "hex":
            name, value = words.pop(0), words.pop(0)
            put(name, hexadecimal(value))
        elif action == "file":
            name, path = words.pop(0), words.pop(0)
            put(name, open(path, "rb").read())
        elif action == "delete":
            name, guid, _ = split(words.pop(0))
            store.delete(name, guid)
        elif action == "boot":
            number, title, path = words.pop(0), words.pop(0), words.pop(0)
            put(f"Boot{int(number, 0):04X}", load_option(title, path, optional()))
        elif action in ("enforce", "no-enforce"):
            put("SecureBootEnable", b"\x01" if action == "enforce" else b"\x00")
            put("CustomMode", b"\x00")
            put("VendorKeysNv", b"\x00")
        elif action == "state":
            put("SecureBoot", bytes([int(words.pop(0))]))
            put("SetupMode", bytes([int(words.pop(0))]))
        else:
            sys.exit(f"varstore.py: no action --{action}")


def main():
    words = sys.argv[1:]
    if len(words) >= 3 and words[0] == "--base":
        store, out, words = Store(words[1]), words[2], words[3:]
    elif len(words) >= 2 and words[0] == "--new":
        store, out, words = Store(None), words[1], words[2:]
    elif len(words) >= 2 and words[0] == "--dir":
        store, out, words = Directory(words[1]), None, words[2:]
    elif len(words) == 2 and words[0] == "--list":
        for (name, guid), (attributes, data, _) in sorted(Store(words[1]).variables.items()):
            print(f"{name}-{uuid.UUID(bytes_le=guid)} {attributes:#x} {len(data)}")
        return
    else:
        sys.exit(__doc__)
    run(store, words)
    store.write(out)


if __name__ == "__main__":
    main()
