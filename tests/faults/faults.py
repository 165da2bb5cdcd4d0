#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets every call of a family fail once during a small scan, and judges how the scan ends.

faults.py PROGRAM LIBRARY --family NAME [--first N] [--most N] [--repeat] [--] ARGUMENT…

Each n from 1 to the number of calls an undisturbed scan makes; beyond --most a seeded sample. A run is good when
- it ends in time, with a documented status and no signal;
- its report is that of the undisturbed scan (the failure was absorbed), or a fault record or a message says what went wrong
  and the status is not 0;
- the report ends with a line's end;
- no file's verdict differs from the undisturbed one, except that it may be undecided or missing, and then not for want of an
  algorithm that was there.
Reports are NDJSON, or text with --verbose.
Status 1 when some run was not.
"""
import argparse
import concurrent.futures
import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile

STATUSES = {0, 1, 2, 3, 4, 5, 6, 7, 64, 70, 130}
VOLATILE = re.compile(rb'"(started|start|time|finished|seconds|elapsed|duration|rate|bytes_per_second)":("[^"]*"|[0-9.e+-]+),?'
                      rb'| read in [0-9.]+ s')
# What a text report has in front of files that could not be judged.
UNDECIDED = {"undecided", "unreadable", "not-computed", "no-memory", "unknown-verity-parameters", "no-generation"}


def run(options, environment):
    wanted = dict(os.environ, LD_PRELOAD=options.library, FAULT_CALL=options.family, **environment)
    for name in ("LD_PRELOAD", "FAULT_CALL", "FAULT_AT", "FAULT_REPEAT", "FAULT_COUNT"):
        os.environ.pop(name, None)
    if options.pause:
        wanted["FAULT_PAUSE_US"] = str(options.pause)
    command = ["/usr/bin/env"] + ["%s=%s" % (k, wanted[k]) for k in wanted if k.startswith(("LD_PRELOAD", "FAULT_"))]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, \
            tempfile.NamedTemporaryFile() as file:
        to_file = ["--output", file.name] if options.to_file else []
        process = subprocess.Popen(command + [options.program] + to_file + options.arguments, stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=err)
        try:
            status = process.wait(options.timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            status = None
        out.seek(0)
        err.seek(0)
        # By its name: it may have been made anew.
        with open(file.name, "rb") as report:
            return status, report.read() if options.to_file else out.read(), err.read()


def records(output):
    found = []
    for line in output.split(b"\n"):
        if line:
            found.append(json.loads(line))
    return found


def is_text(output):
    return not output.startswith(b"{")


def text_verdicts(output):
    """Of the lines between heading and groups: "WORD PATH = LINK, LINK  LABEL…"; no name of the tests has a blank."""
    found = {}
    files = output.decode().partition("\n\n")[2].partition("\n\n")[0]
    for line in filter(None, files.split("\n") if not files.startswith("\n") else []):
        word, _, rest = line.partition(" ")
        for name in re.split(" = |, ", rest.strip().split("  ")[0]):
            found[name] = ("undecided" if word in UNDECIDED else word, word)
    return found


def verdicts(output):
    """By path; a hard-linked file under each of its names, since a failure may change which comes first."""
    found = {}
    if is_text(output):
        return text_verdicts(output)
    for record in records(output):
        if record.get("record") == "file":
            for name in [record["path"]] + record.get("links", []):
                found[name] = (record["verdict"], record.get("cause"))
    return found


def tells_fault(output):
    if is_text(output):
        return b"could not be read" in output
    return "fault" in [record.get("record") for record in records(output)]


def difference(base, output):
    """The first line that is not as in the undisturbed report."""
    for old, new in itertools.zip_longest(base["output"].split(b"\n"), VOLATILE.sub(b"", output).split(b"\n"), fillvalue=b""):
        if old != new:
            at = next(i for i, pair in enumerate(itertools.zip_longest(old, new)) if pair[0] != pair[1])
            return "…%r for …%r" % (new[max(at - 60, 0):at + 100], old[max(at - 60, 0):at + 100])
    return ""


def judge(options, base, n):
    """What is wrong with the run whose n-th call fails; "" when nothing is."""
    environment = {"FAULT_AT": str(n)}
    if options.repeat:
        environment["FAULT_REPEAT"] = "1"
    status, output, errors = run(options, environment)
    if status is None:
        return "hangs"
    if status < 0:
        return "killed by %s: %s" % (signal.Signals(-status).name, tail(errors))
    if status not in STATUSES:
        return "status %d: %s" % (status, tail(errors))
    if status == base["status"] and VOLATILE.sub(b"", output) == base["output"]:
        return ""
    if options.family == "write":
        # A report that cannot be written is cut short: the message and the status must say so.
        if status == 0 or status == base["status"] and not errors:
            return "status %d, a different report and nothing said" % status
        return ""
    if output and not output.endswith(b"\n"):
        return "status %d, and the report ends within a line: %r" % (status, output[-60:])
    try:
        told = tells_fault(output)
        now = verdicts(output)
    except (ValueError, KeyError) as error:
        return "status %d, not a report: %s; on stderr %r" % (status, error, tail(errors))
    if status == 0:
        return "status 0 and a different report: " + difference(base, output)
    undecided = [path for path, verdict in now.items() if verdict[0] == "undecided" and base["verdicts"].get(path) != verdict]
    if not told and not errors and not undecided:
        return "status %d and nothing said: %s" % (status, difference(base, output))
    for path, verdict in now.items():
        if path not in base["verdicts"]:
            return "%s is not in the undisturbed report" % path
        if verdict != base["verdicts"][path] and verdict[0] != "undecided":
            return "%s is %s, undisturbed it is %s" % (path, verdict, base["verdicts"][path])
        if verdict != base["verdicts"][path] and (verdict[1] or "").startswith("library-lacks"):
            return "%s: %s, which was there before" % (path, verdict[1])
    if set(base["verdicts"]) - set(now) and status not in (64, 70) and not status & 2:
        return "status %d, although %d files are missing" % (status, len(set(base["verdicts"]) - set(now)))
    return ""


def tail(data):
    return data[-1500:].decode("utf-8", "replace").strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program")
    parser.add_argument("library")
    parser.add_argument("--family", required=True)
    parser.add_argument("--most", type=int, default=400, help="runs at most; 0: one for every n")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--repeat", action="store_true")
    parser.add_argument("--pause", type=int, default=0, help="microseconds after each call that writes")
    parser.add_argument("--to-file", action="store_true", help="by --output, not to standard output")
    parser.add_argument("--timeout", type=float, default=180)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("arguments", nargs="+")
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile() as count:
        status, output, errors = run(options, {"FAULT_COUNT": count.name})
        calls = int.from_bytes(count.read(), sys.byteorder)
    if status not in STATUSES:
        print("%s: the undisturbed scan ends with %s: %s" % (options.family, status, tail(errors)))
        return 1
    base = {"status": status, "output": VOLATILE.sub(b"", output), "verdicts": verdicts(output)}
    if not base["verdicts"] and "-0" not in options.arguments:
        print("%s: no file in the undisturbed report" % options.family)
        return 1
    if calls == 0:
        print("%s: no call seen" % options.family)
        return 1
    # Threads make the number of calls differ a little from run to run.
    every = list(range(options.first, calls + 3))
    if options.most and len(every) > options.most:
        near = every[:options.most // 4] + every[-options.most // 4:]
        every = sorted(set(near + random.Random(options.family).sample(every, options.most // 2)))
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for n, wrong in zip(every, pool.map(lambda n: judge(options, base, n), every)):
            if wrong:
                bad += 1
                if bad <= 12:
                    print("%s %d%s: %s" % (options.family, n, " and later" if options.repeat else "", wrong), flush=True)
    print("%s%s: %d calls, %d runs, %d bad" % (options.family, " (repeated)" if options.repeat else "", calls, len(every), bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
