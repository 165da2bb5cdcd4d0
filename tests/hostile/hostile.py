#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Scans random hostile trees while they change, and looks for harm.

hostile.py PROGRAM [--trees N] [--seed S] [--jobs N] [--dir DIRECTORY] [--timeout SECONDS] [--keep] [--still]

Each tree is made from its number and the seed: names of any bytes, files of every type, sparse and empty
content, links (also out of the tree), deep paths, labels that are good, mutated or noise. Most are mutated by
another process while they are scanned: renamed, swapped for links and FIFOs, truncated, relabelled, removed.
After each scan: a documented exit status, in time; no control byte and no invalid UTF-8 in the output; NDJSON that
parses; nothing named or read that is outside the tree. Status 1 when something was found; the tree's number and the
seed make it again.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

IMA, EVM = "security.ima", "security.evm"
SECRET = b"outside the tree: %s\n"
STATUSES = {0, 1, 2, 3, 4, 5, 6, 7}


class Tree:
    """One random tree and the process that changes it."""

    def __init__(self, rng, root):
        self.rng = rng
        self.root = os.fsencode(root)
        self.outside = os.path.join(os.path.dirname(self.root), b"outside")
        self.directories = [self.root]
        self.entries = []

    # --- Parts ---

    def name(self):
        rng = self.rng
        kind = rng.randrange(10)
        if kind < 3:
            return b"%x" % rng.getrandbits(24)
        if kind < 5:
            size = rng.choice((1, 2, 3, 8, 100, 254, 255))
            raw = bytes(rng.choice(range(1, 256)) for _ in range(size)).replace(b"/", b"\\")
        elif kind < 6:
            raw = rng.choice((b"\x1b[2J", b"\x1b]0;x\x07", b"\n", b"\r", b"-rf", b" ", b"\x9b1m", b"a\\n", b'"}', b"..x",
                              "\u202e\u2066".encode(), b"\xed\xa0\x80", b"\xc0\x80", b"\xff\xfe", b"%s%n%s%n"))
            raw += b"%d" % rng.randrange(9)
        elif kind < 8:
            raw = rng.choice((b"vmlinuz-6", b"initrd.img", b"x.ko", b"x.ko.xz", b"ima-policy", b"fw.bin", b"libx.so",
                              b"run.sh", b"x.py")) + b"%d" % rng.randrange(9)
        else:
            raw = chr(rng.choice((0x80, 0xa0, 0x3b1, 0x4e2d, 0x1f600, 0x10ffff, 0xfffd))).encode() * rng.randrange(1, 60)
        if raw in (b".", b".."):
            raw += b"x"
        return raw[:255]

    def content(self):
        rng = self.rng
        kind = rng.randrange(10)
        if kind == 0:
            return b""
        if kind == 1:
            return b"\x7fELF\x02\x01\x01" + rng.randbytes(rng.randrange(200))
        if kind == 2:
            return b"#!/bin/sh\n"
        if kind == 3:
            # What ends like an appended module signature, with lies in its lengths.
            tail = bytes([0, 0, rng.choice((0, 1, 2, 3)), 0, 0, 0, 0, 0]) + rng.randbytes(4)
            return rng.randbytes(rng.randrange(100)) + tail + b"~Module signature appended~\n"
        if kind == 4:
            return bytes.fromhex(rng.choice(("1f8b", "28b52ffd", "fd377a585a00", "4d5a"))) + rng.randbytes(40)
        return rng.randbytes(rng.choice((1, 100, 4095, 4096, 4097, 70000)))

    def label(self, content):
        rng = self.rng
        kind = rng.randrange(12)
        if kind < 3:
            value = b"\x04\x04" + hashlib.sha256(content).digest()
        elif kind == 3:
            value = b"\x01" + hashlib.sha1(content).digest()
        elif kind == 4:
            size = rng.choice((0, 1, 63, 64, 70, 256, 257, 512))
            stated = size if rng.random() < 0.7 else rng.randrange(65536)
            value = bytes([3, rng.choice((0, 1, 2, 3, 255)), rng.randrange(25)]) + rng.randbytes(4) + \
                stated.to_bytes(2, "big") + rng.randbytes(size)
        elif kind == 5:
            size = rng.choice((8, 70, 256))
            value = bytes([rng.choice((5, 6)), rng.choice((2, 3)), 4]) + rng.randbytes(4) + \
                size.to_bytes(2, "big") + rng.randbytes(size)
        elif kind == 6:
            value = b"\x02" + rng.randbytes(rng.choice((0, 19, 20, 21)))
        elif kind == 7:
            value = bytes([4, rng.randrange(256)]) + rng.randbytes(rng.choice((0, 16, 20, 32, 48, 64, 65)))
        elif kind == 8:
            value = b""
        elif kind == 9:
            value = bytes([rng.randrange(256)]) * rng.choice((1, 2, 9, 300))
        else:
            value = rng.randbytes(rng.choice((1, 5, 21, 34, 265, 1500)))
        if rng.random() < 0.2 and value:
            changed = bytearray(value)
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
            value = bytes(changed)
        if rng.random() < 0.1:
            value += rng.randbytes(rng.randrange(1, 9))
        return value

    def set_labels(self, path, content):
        rng = self.rng
        try:
            if rng.random() < 0.8:
                os.setxattr(path, IMA, self.label(content), follow_symlinks=False)
            if rng.random() < 0.3:
                os.setxattr(path, EVM, self.label(content), follow_symlinks=False)
            if rng.random() < 0.1:
                os.setxattr(path, "security.selinux", rng.randbytes(rng.randrange(1, 80)), follow_symlinks=False)
            if rng.random() < 0.05:
                os.setxattr(path, "user." + "x" * rng.randrange(1, 200), rng.randbytes(500), follow_symlinks=False)
        except OSError:
            pass

    # --- Making it ---

    def make_one(self):
        rng = self.rng
        path = os.path.join(rng.choice(self.directories), self.name())
        kind = rng.randrange(20)
        if kind < 10:
            content = self.content()
            # Never through what is there already: it may be a link that leads out, or a FIFO.
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as stream:
                stream.write(content)
                if rng.random() < 0.1:
                    stream.truncate(len(content) + rng.choice((1, 4096, 1 << 20)))
                if rng.random() < 0.2:
                    os.fchown(stream.fileno(), rng.choice((0, 1000, 65534, 2**32 - 2)), rng.choice((0, 1000)))
                os.fchmod(stream.fileno(), rng.choice((0o644, 0o755, 0o4755, 0o600, 0o000, 0o6777)))
            self.set_labels(path, content)
        elif kind < 13:
            os.mkdir(path)
            self.directories.append(path)
        elif kind < 15:
            os.symlink(rng.choice((b"/", b"..", b".", b"../outside", b"../outside/secret", b"../../../../etc", b"/dev/zero", self.outside,
                                   b"/proc/self/root", b"loop", b"x" * 4000, self.root)), path)
        elif kind == 15:
            os.mkfifo(path)
        elif kind == 16:
            if len(path) < 100:
                with socket.socket(socket.AF_UNIX) as unix:
                    unix.bind(path)
            else:
                return
        elif kind == 17:
            device, mode = rng.choice((((1, 5), 0o020666), ((5, 0), 0o020666), ((7, 255), 0o060666), ((0, 0), 0o020000)))
            os.mknod(path, mode, os.makedev(*device))
        elif kind == 18 and self.entries:
            os.link(rng.choice(self.entries), path, follow_symlinks=False)
        else:
            depth = rng.choice((2, 5, 30))
            for _ in range(depth):
                os.mkdir(path)
                self.directories.append(path)
                path = os.path.join(path, b"d" * rng.choice((1, 20, 120)))
            return
        self.entries.append(path)

    def make(self):
        os.mkdir(self.root)
        for _ in range(self.rng.choice((0, 1, 10, 40, 80))):
            try:
                self.make_one()
            except OSError:
                pass  # a name that is taken or a path that is too long

    # --- Changing it ---

    def change(self):
        rng = self.rng
        if not self.entries:
            return
        path = rng.choice(self.entries)
        kind = rng.randrange(9)
        if kind == 0:
            os.rename(path, os.path.join(rng.choice(self.directories), self.name()))
        elif kind == 1:
            os.unlink(path)
            os.symlink(os.path.join(self.outside, b"secret"), path)
        elif kind == 2:
            os.unlink(path)
            os.mkfifo(path)
        elif kind == 3:
            fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY)
            try:
                os.ftruncate(fd, rng.choice((0, 1, 100000)))
            finally:
                os.close(fd)
        elif kind == 4:
            os.setxattr(path, IMA, self.label(b""), follow_symlinks=False)
        elif kind == 5:
            os.removexattr(path, IMA, follow_symlinks=False)
        elif kind == 6 and len(self.directories) > 1:
            # A directory becomes a way out.
            directory = rng.choice(self.directories[1:])
            os.rename(directory, directory + b"~")
            os.symlink(self.outside, directory)
        elif kind == 7 and len(self.directories) > 1:
            os.rename(rng.choice(self.directories[1:]), os.path.join(self.root, self.name()))
        else:
            self.make_one()

    def mutate(self):
        """Goes on until it is stopped or left alone."""
        parent = os.getppid()
        while os.getppid() == parent:
            try:
                self.change()
            except OSError:
                pass
            time.sleep(0.0005)


def harm_in(program, tree_dir, arguments, seconds, root, secret):
    """Runs one scan; returns what is wrong, "" when nothing is."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen([program, *arguments, root], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   cwd=tree_dir)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return "hangs: still running after %s s" % seconds
        out.seek(0)
        err.seek(0)
        output, errors = out.read(), err.read()
    if status < 0:
        return "killed by %s; %r" % (signal.Signals(-status).name, errors[-400:])
    if status not in STATUSES:
        return "status %d; %r" % (status, errors[-400:])
    for what, data in (("stdout", output), ("stderr", errors)):
        bad = sorted({b for b in data if b < 32 and b != 10 or b == 127})
        if bad and "-0" not in arguments:
            return "control bytes %r on %s" % (bad, what)
        try:
            if "-0" not in arguments:
                data.decode("utf-8")
        except UnicodeDecodeError as error:
            return "%s is not UTF-8: %s" % (what, error)
        if b"secret" in data and secret in data:
            return "content from outside on %s" % what
        if b"AddressSanitizer" in data or b"runtime error:" in data or b"ThreadSanitizer" in data:
            return "sanitizer: %r" % data[:2000]
    if "ndjson" in arguments:
        return harm_in_ndjson(output, root, secret)
    return ""


def harm_in_ndjson(output, root, secret):
    records = []
    for line in output.split(b"\n")[:-1]:
        try:
            records.append(json.loads(line))
        except ValueError as error:
            return "NDJSON: %s in %r" % (error, line[:300])
    kinds = [r.get("record") for r in records]
    if not kinds or kinds[0] != "run" or kinds[-1] != "summary":
        return "NDJSON: begins with %r and ends with %r" % (kinds[:1], kinds[-1:])
    outside = "sha256:" + hashlib.sha256(secret).hexdigest()
    for record in records:
        if record.get("record") != "file":
            continue
        path = bytes.fromhex(record["path_hex"]) if "path_hex" in record else record["path"].encode()
        if path.startswith(b"/") or b".." in path.split(b"/"):
            return "names %r" % path
        if record.get("digest") == outside:
            return "read what is outside by %r" % path
    return ""


def one(number, options, directory):
    rng = random.Random("%d hostile %d" % (options.seed, number))
    tree_dir = os.path.join(directory, "tree-%06d" % number)
    os.makedirs(os.path.join(tree_dir, "outside"))
    secret = SECRET % str(number).encode()
    with open(os.path.join(tree_dir, "outside", "secret"), "wb") as stream:
        stream.write(secret)
    os.setxattr(stream.name, IMA, b"\x04\x04" + hashlib.sha256(secret).digest())
    tree = Tree(rng, os.path.join(tree_dir, "root"))
    tree.make()
    arguments = ["--format", rng.choice(("ndjson", "ndjson", "text"))]
    arguments += rng.choice(([], ["-v"], ["-0"] if "text" in arguments else [], ["-j1"], ["-j8"]))
    arguments += rng.choice(([], ["--policy", "all"], ["--policy", "exec,owner=root"], ["--policy", "appraise_tcb",
                             "--hooks", "all"], ["--policy", "tcb|secure_boot", "--hooks", "all"]))
    arguments += options.keys
    if rng.random() < 0.3:
        arguments += ["--evm-key", options.keys[1]]
    changer = None
    if not options.still and rng.random() < 0.7:
        changer = os.fork()
        if changer == 0:
            # A process of its own, so that the two really race.
            signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
            try:
                tree.mutate()
            finally:
                os._exit(0)
    try:
        harm = harm_in(options.program, tree_dir, arguments, options.timeout, os.fsdecode(tree.root), secret)
    finally:
        if changer:
            os.kill(changer, signal.SIGTERM)
            os.waitpid(changer, 0)
    if harm and options.keep:
        harm += " (kept: %s)" % tree_dir
    else:
        shutil.rmtree(tree_dir, ignore_errors=True)
    return number, arguments, harm


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program")
    parser.add_argument("--trees", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="number of the first tree")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--dir", help="where to make the trees; must hold security.* attributes")
    parser.add_argument("--timeout", type=float, default=180)
    parser.add_argument("--keep", action="store_true", help="leave the trees that did harm")
    parser.add_argument("--still", action="store_true", help="do not change the trees while they are scanned")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    directory = tempfile.mkdtemp(prefix="ima-scan-hostile.", dir=options.dir)
    probe = os.path.join(directory, "probe")
    with open(probe, "wb"):
        pass
    try:
        os.setxattr(probe, IMA, b"\x04")
    except OSError as error:
        print("skipped: %s holds no security.* attributes: %s" % (directory, error.strerror))
        shutil.rmtree(directory)
        return 77
    options.keys = make_key(directory)
    began = time.monotonic()
    harmed = 0
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        numbers = range(options.first, options.first + options.trees)
        for number, arguments, harm in pool.map(one, numbers, [options] * len(numbers), [directory] * len(numbers)):
            if harm:
                harmed += 1
                print("tree %d (seed %d), %s: %s" % (number, options.seed, " ".join(arguments), harm), flush=True)
    took = time.monotonic() - began
    print("%d trees, %d harmful, %.1f trees/s (seed %d)" % (options.trees, harmed, options.trees / took, options.seed))
    if not (harmed and options.keep):
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if harmed else 0


def make_key(directory):
    """A certificate, so that signatures get as far as the arithmetic."""
    pem, der = os.path.join(directory, "key.pem"), os.path.join(directory, "key.der")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=hostile", "-keyout", pem,
                    "-outform", "DER", "-out", der], check=True, stderr=subprocess.DEVNULL)
    return ["-k", der]


if __name__ == "__main__":
    sys.exit(main())
