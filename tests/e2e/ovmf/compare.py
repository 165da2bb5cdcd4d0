#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what a firmware did with what ima-efi says, and writes docs/firmware-agreement.md.

There are no exceptions: where the two differ, ima-efi is wrong. Only of images that other firmware
decides otherwise, "depends-…" of images.py, may it say that it does not know.
"""
import argparse
import collections
import json
import os
import subprocess
import sys

LOADED = "0x0000000000000000"
RETURNED = f"0x{4242:016x}"  # payload.c
REFUSALS = {  # UEFI 2.10, appendix D
    "0x8000000000000001": "load error",
    "0x8000000000000002": "invalid parameter",
    "0x8000000000000003": "unsupported",
    "0x800000000000000f": "access denied",
    "0x800000000000001a": "security violation",
}
# Fewer than these, and something was left out.
BOOTS_MIN, STORES_MIN, IMAGES_MIN = 14, 30, 90
SHIM_OWNER = "605dab50-e046-4300-abb6-3dd810dd8b23"
# What is compared of records; positions in a list are not, since shim adds to lists.
KEY_FIELDS = ("database", "type", "owner", "sha256", "digest", "subject", "serial")
OPTION_FIELDS = ("name", "active", "title", "path", "file", "optional_text", "optional_hex")

Row = collections.namedtuple("Row", "what act word because")


def is_undecided(what, word):
    return word == "unknown" and what.startswith("/trial/depends-")


class Broken(Exception):
    """The bench did not do what it should have."""


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def records_of(text, what):
    out = []
    for line in text.splitlines():
        if line.startswith("{"):
            try:
                out.append(json.loads(line))
            except ValueError as problem:
                raise Broken(f"{what}: not JSON: {line}") from problem
    return out


class Bench:
    def __init__(self, work, program, boots):
        self.work, self.program, self.boots = work, program, boots
        self.nothing = f"{work}/nothing"
        os.makedirs(self.nothing, exist_ok=True)
        self.wrong = []

    # ---- ima-efi ---------------------------------------------------------------------------------

    def words(self, store, esp):
        """path -> record, for the images of a partition beside an empty root."""
        records, _ = self.ask("audit", store, "--esp", esp, self.nothing)
        return {r["path"].removeprefix("ESP:"): r for r in records if r["record"] == "image"}

    def ask(self, command, store, *words):
        run = subprocess.run([self.program, command, "--efivars", store, "--format", "ndjson",
                              *words], capture_output=True, text=True, check=False)
        if run.returncode >= 64:
            raise Broken(f"{store}: ima-efi {command} ended with {run.returncode}: {run.stderr}")
        return records_of(run.stdout, store), run.returncode

    # ---- laying side by side ---------------------------------------------------------------------

    def compare(self, where, what, act, word, because=""):
        if act != word and not is_undecided(what, word):
            self.wrong.append(f"{where}: {what}: the firmware: {act}; ima-efi: {word}"
                              + (f" ({because})" if because else ""))
        return Row(what, act, word, because)

    def image(self, where, path, act, words, who):
        record = words.get(path)
        if record is None:
            # What is no PE image is not reported, and nothing starts it.
            return self.compare(where, path, act, "refused", "no PE image")
        because = record["firmware_because" if who == "by_firmware" else "shim_because"]
        return self.compare(where, path, act, record[who], because)

    # ---- trials ----------------------------------------------------------------------------------

    def trial(self, store, way):
        folder = f"{self.work}/runs/trial/{store}"
        said = records_of(read(f"{folder}/answers"), store)
        if not said or said[-1]["record"] != "end" or said[0]["record"] != "boot":
            raise Broken(f"{store}: the trial is not whole")
        self.state_of_trial(store, said[0])
        who = "by_shim" if way == "shim" else "by_firmware"
        rows = []
        # The firmware's word is the same before and after it ran once; so must ours be.
        for name, file in (("", f"{self.work}/stores/{store}.fd"),
                           (", afterwards", f"{folder}/vars.fd")):
            words = self.words(file, f"{self.work}/trial-{way}.img.d")
            rows = [self.image(store + name, f"/trial/{r['image']}", act_of_trial(store, way, r),
                               words, who)
                    for r in said if r["record"] == "trial"]
            self.image(store + name, "/EFI/BOOT/BOOTX64.EFI", "starts", words, "by_firmware")
            if way == "shim":
                self.image(store + name, "/EFI/BOOT/grubx64.efi", "starts", words, "by_shim")
        if len(rows) < IMAGES_MIN:
            raise Broken(f"{store}: only {len(rows)} images were tried")
        return rows

    def state_of_trial(self, store, boot):
        state, _ = self.status(f"{self.work}/stores/{store}.fd")
        self.compare(store, "status", expected_state(boot["SecureBoot"], boot["SetupMode"]),
                     state["state"], "; ".join(state["reasons"]))

    def status(self, store):
        records, status = self.ask("status", store)
        return next(r for r in records if r["record"] == "secureboot"), status

    # ---- boots -----------------------------------------------------------------------------------

    def boot(self, name, way):
        folder = f"{self.work}/runs/boot/{name}"
        act = {"started": "starts", "refused": "refused"}[read(f"{folder}/outcome").strip()]
        words = self.words(f"{self.work}/stores/{self.boots[name].store}.fd", f"{folder}/esp.d")
        if way == "shim":
            self.image(name, "/EFI/BOOT/BOOTX64.EFI", "starts", words, "by_firmware")
            row = self.image(name, "/EFI/BOOT/grubx64.efi", act, words, "by_shim")
        else:
            row = self.image(name, "/EFI/BOOT/BOOTX64.EFI", act, words, "by_firmware")
        if act == "starts":
            self.guest(name, folder)
        return row

    def guest(self, name, folder):
        """What ima-efi said inside the guest: against the kernel, and against the store."""
        said = Guest(read(f"{folder}/guest"), name)
        live = said.only("status", "secureboot")
        self.compare(name, "status in the guest",
                     expected_state(said.flags["SecureBoot"], said.flags["SetupMode"]),
                     live["state"], "; ".join(live["reasons"]))
        for flag, value in said.flags.items():
            self.compare(name, f"{flag} in the guest", value, live[flag])
        self.compare(name, "lockdown", "integrity" if live["state"] == "enforcing" else "none",
                     said.lockdown)
        store, status = self.status(f"{folder}/vars.fd")
        self.compare(name, "state: guest, store", live["state"], store["state"],
                     "; ".join(store["reasons"]))
        self.compare(name, "exit status: guest, store", said.status["status"], status)
        self.databases(name, live, store)
        self.listed(name, said, folder, "keys", "key", KEY_FIELDS, "database")
        self.listed(name, said, folder, "boot", "boot-option", OPTION_FIELDS, "name")
        if not said.text["status-text"].strip():
            raise Broken(f"{name}: ima-efi status printed nothing in the guest")

    def databases(self, name, live, store):
        offline = {d["name"]: d for d in store["databases"]}
        for database in live["databases"]:
            other = offline[database["name"]]
            # Shim adds to these; listed() compares what they hold.
            if database["name"].startswith("Mok"):
                continue
            self.compare(name, f"{database['name']}: guest, store", database, other)

    def listed(self, name, said, folder, command, kind, fields, group):
        """Records of a kind, for every group (database, option) that both know."""
        live = grouped(said.records[command], kind, fields, group)
        store = grouped(self.ask(command, f"{folder}/vars.fd")[0], kind, fields, group)
        if not live:
            raise Broken(f"{name}: ima-efi {command} listed nothing in the guest")
        for key in sorted(set(live) & set(store)):
            self.compare(name, f"{kind} {key}: guest, store", live[key], store[key])


class Guest:
    """The second serial port of a guest (init.c)."""

    def __init__(self, text, name):
        self.name = name
        self.flags, self.text, self.status = {}, {}, {}
        self.lockdown = None
        command = None
        for line in text.splitlines():
            if not line.startswith("@@ "):
                if command:
                    self.text[command] += line + "\n"
                continue
            words = line.split()
            if words[1] == "flag":
                self.flags[words[2]] = words[3]
            elif words[1] == "lockdown":
                self.lockdown = next(w[1:-1] for w in words if w.startswith("["))
            elif words[1] == "end":
                self.status[words[2]] = int(words[3])
                command = None
            elif words[1] == "broken":
                raise Broken(f"{name}: in the guest: {line}")
            elif words[1] not in ("READY", "OVER"):
                command = words[1]
                self.text[command] = ""
        for command, status in self.status.items():
            if status >= 64:
                raise Broken(f"{name}: ima-efi {command} ended with {status} in the guest")
        self.records = {c: records_of(self.text[c], f"{name}, {c}")
                        for c in ("status", "keys", "boot")}

    def only(self, command, kind):
        found = [r for r in self.records[command] if r["record"] == kind]
        if len(found) != 1:
            raise Broken(f"{self.name}: {len(found)} records {kind} in the guest")
        return found[0]


def by_shim_itself(record):
    """What shim shows beside the MOKs: what is built into it."""
    return record.get("database", "").startswith("Mok") and record["owner"] == SHIM_OWNER


def grouped(records, kind, fields, group):
    out = collections.defaultdict(list)
    for record in records:
        if record["record"] == kind:
            if not by_shim_itself(record):
                out[record[group]].append({f: record.get(f) for f in fields})
    return dict(out)


def expected_state(secure_boot, setup_mode):
    if setup_mode == "on":
        return "setup-mode"
    return "enforcing" if secure_boot == "on" else "disabled"


def act_of_trial(store, way, record):
    if way == "shim":
        status = record["verify"]
    else:
        status = record["load"]
        if status == LOADED and record["start"] != RETURNED:
            raise Broken(f"{store}: {record['image']} returned {record['start']}")
    if status == LOADED:
        return "starts"
    if status not in REFUSALS:
        raise Broken(f"{store}: {record['image']}: unheard-of status {status}")
    return "refused"


# ---- the report ----------------------------------------------------------------------------------

Boot = collections.namedtuple("Boot", "name store way image what")
Store = collections.namedtuple("Store", "name way used what")


def boots_of(path):
    out = {}
    for line in read(path).splitlines():
        if line and line[0] != "#":
            words, what = line.split("|")
            boot = Boot(*words.split(), what.strip())
            out[boot.name] = boot
    return out


def count(rows, act):
    return sum(r.act == act for r in rows)


def agreed(rows):
    return sum(r.act == r.word for r in rows)


def undecided(rows):
    return sum(is_undecided(r.what, r.word) for r in rows)


def report(out, versions, boots, trials, stores):
    say = out.append
    say("# Agreement with firmware\n")
    say("Generated by `tests/e2e/ovmf.sh`; do not edit. A real firmware is asked in QEMU what it "
        "starts, and `ima-efi`\nis asked the same about the same files and variables. "
        "There are no exceptions to the comparison.\n")
    for line in versions:
        say(f"- {line}")
    rows = [r for trial in trials.values() for r in trial]
    total = len(rows) + len(boots)
    good = agreed(rows) + agreed([r for _, r in boots])
    open_ones = undecided(rows)
    say(f"\n{total} answers compared, {good} agreed, {total - good - open_ones} wrong. Of "
        f"{open_ones} `ima-efi` says that firmware differs\n(elliptic curves; hashes of unsigned "
        "images other than SHA-256), where this firmware has decided.\n")
    say("## Boots\n")
    say("A unified kernel image with Debian's kernel, started by the firmware, or by shim as its "
        "second stage. In a guest that\nstarted, `ima-efi status`, `keys` and `boot` are compared "
        "with what the kernel says and with the variable store.\n")
    say("| boot | firmware | ima-efi | because |")
    say("|---|---|---|---|")
    for boot, row in boots:
        say(f"| {boot.what} | {row.act} | {row.word} | {row.because} |")
    say("\n## Images\n")
    say("A program that the firmware or shim started has them judge every image in turn: LoadImage "
        "and StartImage, or shim's Verify.\nThe images are those of `tests/e2e/ovmf/images.py`, "
        "the stores those of `tests/e2e/ovmf/stores.py`.\n")
    say("| variables | images | started | refused | agreed | differs | wrong |")
    say("|---|--:|--:|--:|--:|--:|--:|")
    for name, trial in trials.items():
        say(f"| {stores[name].what} | {len(trial)} | {count(trial, 'starts')} | "
            f"{count(trial, 'refused')} | {agreed(trial)} | {undecided(trial)} | "
            f"{len(trial) - agreed(trial) - undecided(trial)} |")
    say(f"| all | {len(rows)} | {count(rows, 'starts')} | {count(rows, 'refused')} | "
        f"{agreed(rows)} | {open_ones} | {len(rows) - agreed(rows) - open_ones} |")


def check_whole(boots, trials):
    """A bench in which everything is refused, or little was tried, proves nothing."""
    rows = [r for _, r in boots]
    if len(boots) < BOOTS_MIN or not count(rows, "starts") or not count(rows, "refused"):
        raise Broken(f"only {len(boots)} boots, or all alike")
    if len(trials) < STORES_MIN:
        raise Broken(f"only {len(trials)} stores")
    for name, trial in trials.items():
        if name in ("own", "shim-own") and not (count(trial, "starts") and
                                                count(trial, "refused")):
            raise Broken(f"{name}: all images alike")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--work", "--program", "--boots-file"):
        parser.add_argument(option, required=True)
    parser.add_argument("--report")
    parser.add_argument("--part", action="store_true", help="what was not tried is not missed")
    options = parser.parse_args()
    bench = Bench(options.work, options.program, boots_of(options.boots_file))
    stores = {}
    for line in read(f"{options.work}/stores/list").splitlines():
        store = Store(*line.split("\t"))
        if store.used == "trial":
            stores[store.name] = store

    def tried(kind, name):
        last = {"boot": "outcome", "trial": "answers"}[kind]
        there = os.path.exists(f"{options.work}/runs/{kind}/{name}/{last}")
        if not there and not options.part:
            raise Broken(f"{kind} {name} is missing")
        return there

    boots = [(b, bench.boot(b.name, b.way)) for b in bench.boots.values()
             if tried("boot", b.name)]
    trials = {s.name: bench.trial(s.name, s.way) for s in stores.values()
              if tried("trial", s.name)}
    if not options.part:
        check_whole(boots, trials)
    out = []
    report(out, read(f"{options.work}/versions").splitlines(), boots, trials, stores)
    if options.report and not options.part:
        with open(options.report, "w", encoding="utf-8") as file:
            file.write("\n".join(out) + "\n")
    for line in bench.wrong:
        print(line)
    print("\n".join(l for l in out if "answers compared" in l).strip(),
          f"{len(bench.wrong)} differences in all.")
    return 1 if bench.wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Broken as problem:
        print(f"compare.py: {problem}", file=sys.stderr)
        sys.exit(70)
