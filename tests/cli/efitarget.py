#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the images of tests/cli/test_efi_audit.sh, as PE files that sbsign takes.

Usage: efitarget.py kernel OUT RELEASE CONFIG            a bzImage with an EFI stub's header and this configuration
       efitarget.py uki OUT KERNEL INITRD CMDLINE        a unified kernel image; an empty CMDLINE: no .cmdline section
       efitarget.py addon OUT CMDLINE
       efitarget.py loader OUT grub|systemd-boot|shell
       efitarget.py check REPORT STATUS                  is the report well-formed NDJSON of an audit?
       efitarget.py notation|attackers|findings|words REPORT
"""
import gzip
import json
import struct
import sys

FILE_ALIGN, PAGE = 0x200, 0x1000


def pad(data, to):
    return data + bytes(-len(data) % to)


def pe(sections, header_size=0x400, lfanew=0x40, preset=b""):
    """A PE32+ program for x86-64: (name, content) each; `preset` lies below the headers."""
    head = bytearray(pad(preset, 1).ljust(header_size, b"\0"))
    table, body, address = b"", b"", PAGE
    for name, content in sections:
        raw = pad(content, FILE_ALIGN)
        table += struct.pack("<8sIIIIIIHHI", name.encode(), len(content), address, len(raw), header_size + len(body),
                             0, 0, 0, 0, 0x60000020)
        body += raw
        address += (len(content) + PAGE - 1) // PAGE * PAGE
    coff = struct.pack("<IHHIIIHH", 0x4550, 0x8664, len(sections), 0, 0, 0, 112 + 16 * 8, 0x206)
    optional = struct.pack("<HBBIIIIIQIIHHHHHHIIIIHHQQQQII", 0x20b, 1, 0, len(body), 0, 0, PAGE, PAGE, 0, PAGE,
                           FILE_ALIGN, 0, 0, 1, 0, 0, 0, 0, address, header_size, 0, 10, 0, 0, 0, 0, 0, 0, 16)
    headers = coff + optional + bytes(16 * 8) + table
    head[0:2] = b"MZ"
    struct.pack_into("<I", head, 0x3c, lfanew)
    end = lfanew + len(headers)
    if end > header_size or (preset and end > 0x1f1):
        sys.exit("the headers do not fit")
    head[lfanew:end] = headers
    return bytes(head) + body


def kernel(release, config):
    """Documentation/arch/x86/boot.rst: two sectors of setup code, then the packed kernel."""
    text = b"\x7fELF\2\1\1".ljust(64, b"\0") + b"\0Linux version " + release.encode() + b" (builder@host) #1 SMP\n\0"
    text = pad(text, 4096) + b"IKCFG_ST" + gzip.compress(config, mtime=0) + b"IKCFG_ED"
    payload = gzip.compress(pad(text, 4096), mtime=0) + struct.pack("<I", len(pad(text, 4096)))
    setup = bytearray(0x400)
    setup[0x1f1] = 1
    struct.pack_into("<I", setup, 0x1f4, (len(payload) + 15) // 16)
    setup[0x1fe:0x200] = b"\x55\xaa"
    setup[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", setup, 0x206, 0x20f)
    version = release.encode() + b" (builder@host) #1\0"
    setup[0x300:0x300 + len(version)] = version
    struct.pack_into("<H", setup, 0x20e, 0x300 - 0x200)
    struct.pack_into("<II", setup, 0x248, 0, len(payload))
    return pe([(".text", payload)], preset=bytes(setup))


LOADERS = {
    "grub": [(".text", b"\xc3" * 512), ("mods", b"GRUB version 2.06")],
    "systemd-boot": [(".text", b"\xc3" * 512), (".sdmagic", b"#### LoaderInfo: systemd-boot 252 ####\0")],
    "shell": [(".text", b"\xc3" * 512 + "UEFI Interactive Shell v2.2".encode("utf-16-le"))],
}


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def records(path):
    return [json.loads(line) for line in read(path).decode("utf-8").splitlines()]


def check(path, status):
    raw = read(path)
    if any(byte < 0x20 and byte != 0x0a for byte in raw):
        sys.exit("a control character in the report")
    all_of = records(path)
    if all_of[0]["record"] != "run" or all_of[-1]["record"] != "summary":
        sys.exit("the report does not begin with run and end with summary")
    if all_of[-1]["status"] != int(status):
        sys.exit(f"the summary says status {all_of[-1]['status']}, the program {status}")
    ids = {record["id"] for record in all_of if record["record"] == "finding"}
    postures = [record for record in all_of if record["record"] == "posture"]
    if len(postures) != 1:
        sys.exit("not one posture record")
    for row in postures[0]["attackers"]:
        if row["decided_by"] is not None and row["decided_by"] not in ids:
            sys.exit(f"{row['attacker']} is decided by {row['decided_by']}, which is not in the report")
        if row["protection"] == "protected" and row["decided_by"] is not None:
            sys.exit("protected by a finding")
    order = ["critical", "high", "medium", "low", "info"]
    seen = [order.index(record["severity"]) for record in all_of if record["record"] == "finding"]
    if seen != sorted(seen):
        sys.exit("findings are not in order of severity")


def show(what, path):
    for record in records(path):
        if what == "notation" and record["record"] == "posture":
            print(record["notation"])
        elif what == "attackers" and record["record"] == "posture":
            for row in record["attackers"]:
                print(row["attacker"], row["protection"], row["decided_by"] or "-")
        elif what == "findings" and record["record"] == "finding":
            print(record["id"])
        elif what == "words" and record["record"] == "entry":
            for word in record["words"]:
                print(record["title"], word["word"], word["effect"])


def main():
    words = sys.argv[1:]
    if words[0] == "kernel":
        write(words[1], kernel(words[2], read(words[3])))
    elif words[0] == "uki":
        sections = [(".text", b"\xc3" * 512), (".osrel", b"ID=test\n"), (".uname", b"6.12.9")]
        if words[4]:
            sections.append((".cmdline", words[4].encode()))
        sections += [(".initrd", read(words[3])), (".linux", read(words[2]))]
        write(words[1], pe(sections))
    elif words[0] == "addon":
        write(words[1], pe([(".text", b"\xc3" * 512), (".cmdline", words[2].encode())]))
    elif words[0] == "loader":
        write(words[1], pe(LOADERS[words[2]]))
    elif words[0] == "check":
        check(words[1], words[2])
    else:
        show(words[0], words[1])


main()
