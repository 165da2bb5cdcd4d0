#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what kernels did with what ima-scan says, and writes docs/kernel-agreement.md.

A try of the guest (open, execve, mmap, finit_module) passes one hook of IMA after the other, and
the first that refuses gives errno and audit record. From ima-scan's "hooks" we put together what
the same try would meet, and compare verdict and cause. See README.md beside this file.
"""
import argparse
import collections
import errno
import fnmatch
import json
import os
import sys

# The hooks of a try, in the kernel's order, with the mask that FILE_CHECK sees. What an earlier hook leaves
# behind for a later one is in ima-scan's verdicts already.
STEPS = {
    "read": [("FILE_CHECK", "MAY_READ")],
    "write": [("FILE_CHECK", "MAY_WRITE")],
    "rdwr": [("FILE_CHECK", "MAY_READ|MAY_WRITE")],
    "exec": [("FILE_CHECK", "MAY_EXEC"), ("BPRM_CHECK", "MAY_EXEC"), ("CREDS_CHECK", "MAY_EXEC"),
             ("MMAP_CHECK_REQPROT", "MAY_EXEC"), ("MMAP_CHECK", "MAY_EXEC")],
    "mmap": [("FILE_CHECK", "MAY_READ"), ("MMAP_CHECK_REQPROT", "MAY_EXEC"), ("MMAP_CHECK", "MAY_EXEC")],
    "module": [("FILE_CHECK", "MAY_READ"), ("MODULE_CHECK", "MAY_READ")],
    "policy": [("FILE_CHECK", "MAY_READ"), ("POLICY_CHECK", "MAY_READ")],
}
PASSED = ("pass", "pass_immutable")

Answer = collections.namedtuple("Answer", "kind cause")
LET_THROUGH = Answer("let through", None)


def refused(cause):
    return Answer("refused", cause)


def not_judged(why):
    return Answer("not judged", why)


class Mismatch(Exception):
    """The two sides cannot even be laid side by side."""


# ---- what the kernel did ----------------------------------------------------------------------

def read_records(path):
    records = []
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                records.append(json.loads(line))
            except ValueError as problem:
                raise Mismatch(f"{path}:{number}: not JSON: {problem}") from problem
    return records


def kernel_answer(attempt):
    """IMA's own part in the outcome of a try: permissions and exec formats are not its business."""
    records = [r for r in attempt["audit"] if r["ino"] == attempt["ino"]]
    code = attempt["errno"]
    # What cannot be collected to be measured is told, too, and refuses nothing: the last record is the refusal.
    if records and (code == errno.EACCES or "signal" in attempt):
        return refused(records[-1]["cause"])
    if any(r["op"] != "collect_data" for r in records):
        raise Mismatch(f"an audit record and errno {code}: {attempt}")
    if code == errno.EACCES:
        elsewhere = [r for r in attempt["audit"] if r["ino"] != attempt["ino"]]
        if elsewhere:
            return LET_THROUGH    # a script whose interpreter was refused
        if attempt["try"] in ("write", "rdwr"):
            return not_judged("signed, so not to be written (no audit record)")
        return not_judged("permission bits")
    if code in (errno.EPERM, errno.EROFS):
        return not_judged("immutable, append-only or read-only")
    if code in (errno.EOPNOTSUPP, errno.ENOPKG, 65):
        return not_judged("the kernel cannot open it at all")
    return LET_THROUGH


# ---- what ima-scan says -----------------------------------------------------------------------

def scan_by_inode(records):
    files = {}
    for record in records:
        if record.get("record") == "file":
            files[record["ino"]] = record
    return files


def rule_masks(path):
    """The mask= words of a policy's lines: an entry of MAY_READ alone may leave its mask out."""
    masks = {}
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.startswith("#"):
                masks[number] = next((w[len("mask="):] for w in line.split() if w.startswith("mask=")),
                                     None)
    return masks


def mask_fits(entry, mask, masks):
    """An entry with a mask is about that access; one without, about all that its rule covers."""
    if entry["func"] != "FILE_CHECK":
        return True
    if entry.get("mask"):
        return entry["mask"] == mask
    said = masks.get(entry.get("rule"))
    if said is None:
        return True
    return said[1:] in mask.split("|") if said.startswith("^") else said == mask


def subject_fits(entry, uid):
    """No subject: anybody. The bench tries as root and as a user whose ids are all the same."""
    said = entry.get("subject")
    return said is None or said == ("root" if uid == 0 else f"uid={uid}")


def hook_entry(record, func, mask, uid, masks, mapped_by):
    """The rule in force is the first that fits, so of several entries that with the lowest number. What is mapped
    by execve has an entry of its own where that is another matter."""
    fitting = [e for e in record.get("hooks", [])
               if e["func"] == func and mask_fits(e, mask, masks) and subject_fits(e, uid)]
    special = [e for e in fitting if mapped_by and e.get("mapped_by") == mapped_by]
    ordinary = [e for e in fitting if "mapped_by" not in e]
    return min(special or ordinary, key=lambda e: e.get("rule") or 0, default=None)


def is_mapped(attempt):
    """Would execve get as far as mapping the file?"""
    return attempt["starts"] == "elf" and attempt["errno"] != errno.ENOEXEC


def scan_answer(record, attempt, masks):
    execve = attempt["try"] == "exec"
    for func, mask in STEPS[attempt["try"]]:
        if execve and func.startswith("MMAP") and not is_mapped(attempt):
            continue
        entry = hook_entry(record, func, mask, attempt["uid"], masks, "execve" if execve else None)
        if entry is None or entry["verdict"] in PASSED:
            continue
        if entry["verdict"] == "undecided":
            return Answer("undecided", entry.get("cause"))
        return refused(entry.get("cause"))
    return LET_THROUGH


# ---- exceptions -------------------------------------------------------------------------------

class Exceptions:
    """Lines of KERNEL POLICY TRY PATH SAID REASON...; the first five are shell patterns. SAID is what
    ima-scan may say without being wrong, as in undecided:ambiguous-key or let-through."""

    def __init__(self, path):
        self.rows = []
        self.used = collections.Counter()
        if not path or not os.path.exists(path):
            return
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                line = line.strip()
                if not line or line.startswith("#"):
                    continue
                words = line.split(None, 5)
                if len(words) < 6:
                    raise Mismatch(f"{path}:{number}: six words or more are wanted")
                self.rows.append(tuple(words))

    def find(self, kernel, policy, attempt, said):
        word = said.kind.replace(" ", "-") + (f":{said.cause}" if said.cause else "")
        named = (kernel, policy, attempt["try"], attempt["path"], word)
        for row in self.rows:
            if all(fnmatch.fnmatchcase(n, p) for n, p in zip(named, row)):
                self.used[row] += 1
                return row[5]
        return None


# ---- one kernel under one policy ----------------------------------------------------------------

class Run:
    def __init__(self, kernel, policy, folder, policy_dir):
        self.kernel = kernel
        self.policy = policy
        self.records = read_records(os.path.join(folder, "kernel.ndjson"))
        self.folder = folder
        self.masks = rule_masks(os.path.join(policy_dir, policy + ".policy"))
        self.attempts = [r for r in self.records if r["record"] == "try"]
        self.release = self.first("boot")["kernel"]
        loaded = self.first("policy")
        self.policy_errno = loaded["errno"] if loaded else 0
        self.oops = self.first("oops")
        self.answers = collections.Counter()
        self.causes = collections.Counter()
        self.compared = 0
        self.agreed = 0
        self.skipped = collections.Counter()
        self.excepted = []
        self.wrong = []
        for attempt in self.attempts:
            answer = kernel_answer(attempt)
            self.answers[answer.kind] += 1
            if answer.kind == "refused":
                self.causes[answer.cause] += 1

    def first(self, kind):
        return next((r for r in self.records if r["record"] == kind), None)

    def files(self):
        return len({a["ino"] for a in self.attempts})

    def scan_records(self):
        records = scan_by_inode(read_records(os.path.join(self.folder, "scan.ndjson")))
        guest = os.path.join(os.path.dirname(self.folder), ".scan", "kernel.ndjson")
        if not os.path.exists(guest):
            return records
        # What the guest's own scanner saw of the fs-verity files counts more than what the host saw.
        inside = False
        for record in read_records(guest):
            if record["record"] in ("scan", "scan-end"):
                inside = record["record"] == "scan" and record["name"] == self.policy
            elif inside and record["record"] == "file":
                records[record["ino"]] = record
        return records

    def scan_status(self):
        with open(os.path.join(self.folder, "scan.status"), encoding="ascii") as file:
            return int(file.read())

    def compare(self, exceptions):
        files = self.scan_records()
        if self.oops:
            self.compare_oops(files)
            return
        if self.policy_errno:
            self.compare_refused_policy(files)
            return
        for attempt in self.attempts:
            wanted = kernel_answer(attempt)
            if wanted.kind == "not judged":
                self.skipped[wanted.cause] += 1
                continue
            self.compared += 1
            record = files.get(attempt["ino"])
            self.check_name(record, attempt)
            said = scan_answer(record, attempt, self.masks) if record else Answer("no record", None)
            if said == wanted:
                self.agreed += 1
                continue
            reason = exceptions.find(self.kernel, self.policy, attempt, said)
            row = (attempt, wanted, said, reason)
            (self.excepted if reason else self.wrong).append(row)

    @staticmethod
    def check_name(record, attempt):
        """Files are matched by inode; a hard link may come under another of its names."""
        if not record or record.get("links"):
            return
        name = record.get("path_hex") or record["path"].encode("utf-8", "surrogateescape").hex()
        if not attempt["path_hex"].endswith(name):
            raise Mismatch(f"inode {attempt['ino']} is {attempt['path']} to the kernel "
                           f"and {record['path']} to ima-scan")

    def compare_refused_policy(self, files):
        """The kernel took nothing of the policy: the scanner has to refuse it as well."""
        self.compared = 1
        if self.scan_status() == 64 or not any(r.get("hooks") for r in files.values()):
            self.agreed = 1
        else:
            attempt = {"try": "policy", "uid": 0, "path": self.policy}
            self.wrong.append((attempt, refused(f"errno {self.policy_errno}"), LET_THROUGH, None))

    def compare_oops(self, files):
        """No access ever ended: let the scanner say anything but that such a file is good."""
        for record in files.values():
            if not record["path"].startswith("crash/"):
                continue
            attempt = {"try": "read", "uid": 0, "path": record["path"], "starts": "elf", "errno": 0}
            said = scan_answer(record, attempt, self.masks)
            self.compared += 1
            if said != LET_THROUGH:
                self.agreed += 1
            else:
                self.wrong.append((attempt, Answer("kernel oops", None), said, None))


def show(answer):
    return answer.kind if answer.cause is None else f"{answer.kind}: {answer.cause}"


def printable(text):
    return "".join(c if c.isprintable() and ord(c) < 127 else f"\\x{ord(c):02x}" for c in text)


# ---- output -----------------------------------------------------------------------------------

def print_kernel(runs):
    for run in runs:
        counts = ", ".join(f"{n} {kind}" for kind, n in sorted(run.answers.items()))
        if run.policy_errno:
            counts += f" (the kernel refused the policy: {errno.errorcode[run.policy_errno]})"
        if run.oops:
            counts = f"the kernel died in {run.oops['where']}"
        print(f"{run.kernel:5} {run.policy:18} {run.files():5} files {len(run.attempts):6} tries: {counts}")
        for cause, n in run.causes.most_common():
            print(f"{'':32}{n:6} {cause}")


def print_comparison(runs):
    for run in runs:
        for attempt, wanted, said, _ in run.wrong:
            print(f"{run.kernel} {run.policy} {attempt['try']}:{attempt['uid']} "
                  f"{printable(attempt['path'])}: kernel {show(wanted)}; ima-scan {show(said)}")
    for run in runs:
        print(f"{run.kernel:5} {run.policy:18} {run.compared:6} compared {run.agreed:6} agreed "
              f"{len(run.excepted):4} exceptions {len(run.wrong):4} wrong")


def percent(part, whole):
    if not whole:
        return "-"
    # Never rounded up to full agreement.
    return f"{int(10000 * part / whole) / 100:.2f} %"


def describe(policy_dir, policy):
    with open(os.path.join(policy_dir, policy + ".policy"), encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#: what: "):
                return line[len("#: what: "):].strip()
    return ""


def write_report(path, runs, policy_dir, exceptions):
    releases = sorted({run.release for run in runs})
    series = " ".join(dict.fromkeys(run.kernel for run in runs))
    out = ["# Agreement with the kernel", "",
           f"Generated by `tests/e2e/run.sh --kernels \"{series}\"`; do not edit.",
           "Each row is a boot of a real kernel that tried every file of the corpus, beside what `ima-scan`",
           "says of the same files. A try agrees when it is let through by both, or refused by both for the",
           "same cause. Tries that IMA had no part in (permission bits, immutable files) are not compared.",
           "\"Refused\" is how many the kernel refused.",
           "",
           "Kernels: " + ", ".join(f"`{r}`" for r in releases) + ".", "",
           "| kernel | policy | files | tries | refused | compared | agreed | exceptions | wrong | agreement |",
           "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for run in runs:
        out.append(f"| {run.kernel} | {run.policy} | {run.files()} | {len(run.attempts)} "
                   f"| {run.answers['refused']} | {run.compared} "
                   f"| {run.agreed} | {len(run.excepted)} | {len(run.wrong)} "
                   f"| {percent(run.agreed, run.compared)} |")
    compared = sum(r.compared for r in runs)
    agreed = sum(r.agreed for r in runs)
    out += [f"| all | | | {sum(len(r.attempts) for r in runs)} "
            f"| {sum(r.answers['refused'] for r in runs)} | {compared} | {agreed} "
            f"| {sum(len(r.excepted) for r in runs)} | {sum(len(r.wrong) for r in runs)} "
            f"| {percent(agreed, compared)} |", "", "## Policies", ""]
    for policy in dict.fromkeys(run.policy for run in runs):
        out.append(f"- **{policy}**: {describe(policy_dir, policy)}")
    out += ["", "## Causes met", "", "| cause | tries |", "|---|--:|"]
    causes = sum((run.causes for run in runs), collections.Counter())
    out += [f"| {cause} | {n} |" for cause, n in sorted(causes.items())]
    out += ["", "## Known exceptions", ""]
    if exceptions.used:
        out += ["| kernel | policy | try | files | ima-scan says | tries | reason |",
                "|---|---|---|---|---|--:|---|"]
        for row, count in exceptions.used.items():
            where = " | ".join("all" if word == "*" else word for word in row[:3])
            out.append(f"| {where} | `{row[3]}` | `{row[4]}` | {count} | {row[5]} |")
    else:
        out.append("None.")
    wrong = [(run, row) for run in runs for row in run.wrong]
    out += ["", "## Disagreements", ""]
    if wrong:
        out += ["| kernel | policy | try | uid | file | kernel | ima-scan |", "|---|---|---|--:|---|---|---|"]
        out += [f"| {run.kernel} | {run.policy} | {a['try']} | {a['uid']} | `{printable(a['path'])}` "
                f"| {show(w)} | {show(s)} |" for run, (a, w, s, _) in wrong]
    else:
        out.append("None.")
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", required=True, help="folder that run.sh filled")
    parser.add_argument("--policy-dir", required=True)
    parser.add_argument("--kernels", nargs="+", required=True)
    parser.add_argument("--policies", nargs="+", required=True)
    parser.add_argument("--exceptions", help="known disagreements, one a line, with reasons")
    parser.add_argument("--report", help="Markdown page to write")
    parser.add_argument("--kernel-only", action="store_true", help="only count what the kernel did")
    options = parser.parse_args()

    runs = [Run(kernel, policy, os.path.join(options.runs, kernel, policy),
                options.policy_dir)
            for kernel in options.kernels for policy in options.policies]
    if options.kernel_only:
        print_kernel(runs)
        return 0
    exceptions = Exceptions(options.exceptions)
    for run in runs:
        run.compare(exceptions)
    print_comparison(runs)
    if options.report:
        write_report(options.report, runs, options.policy_dir, exceptions)
    return 1 if any(run.wrong for run in runs) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Mismatch as problem:
        print(f"compare.py: {problem}", file=sys.stderr)
        sys.exit(70)
