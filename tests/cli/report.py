#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads ima-scan's NDJSON for the tests.

report.py table FILE COLUMN…    one line per file record, tab separated, sorted by path
report.py field FILE RECORD COLUMN
                                one field of the first record of that kind; lists one item a line
report.py check FILE [STATUS]   what the format promises; complaints on stdout, status 1
report.py faults FILE           errno and path of every fault, tab separated
report.py names FILE            every path and link as exact bytes, each ended by NUL
"""
import collections
import json
import os
import sys

VERDICTS = {"pass", "pass_immutable", "fail", "fail_immutable", "no_label", "no_xattrs", "unknown",
            "undecided"}


def records(path):
    with open(path, "rb") as stream:
        for line in stream.read().split(b"\n"):
            if line:
                yield json.loads(line)


def get(record, column):
    value = record
    for part in column.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def text(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(text(v) for v in value) or "-"
    if isinstance(value, str):
        if value and value.isprintable() and " " not in value:
            return value
        return json.dumps(value)
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    return str(value)


def table(path, columns):
    rows = []
    for record in records(path):
        if record.get("record") == "file":
            rows.append("\t".join(text(get(record, c)) for c in columns))
    print("\n".join(sorted(rows)))


def field(path, kind, column):
    for record in records(path):
        if record.get("record") == kind:
            value = get(record, column)
            if isinstance(value, list):
                print("\n".join(text(v) for v in value))
            else:
                print(text(value))
            return
    print("-")


def exact(record):
    """The bytes of a record's path."""
    if "path_hex" in record:
        return bytes.fromhex(record["path_hex"])
    return record["path"].encode()


def link_bytes(link):
    return exact(link) if isinstance(link, dict) else link.encode()


def names(path):
    found = []
    for record in records(path):
        if record.get("record") == "file":
            found.append(exact(record))
            found += [link_bytes(link) for link in record.get("links", [])]
    sys.stdout.buffer.write(b"".join(name + b"\0" for name in sorted(found)))


def counted(records):
    """The records whose verdicts the summary counts: what is governed, or without a policy what is labelled."""
    has_policy = records and records[0].get("policy") is not None
    return [r for r in records if r["record"] == "file" and (r.get("governed") if has_policy else r.get("ima"))]


def check(path, status):
    complaints = []
    with open(path, "rb") as stream:
        data = stream.read()
    bad = sorted(set(b for b in data if b < 0x20 and b != 0x0a or b == 0x7f))
    if bad:
        complaints.append("control bytes in the output: " + " ".join("%02x" % b for b in bad))
    if not data.endswith(b"\n"):
        complaints.append("the last line has no end")
    lines = data.split(b"\n")[:-1]
    parsed = []
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line.decode("utf-8"), object_pairs_hook=no_doubles)
        except ValueError as error:
            complaints.append("line %d: %s" % (number, error))
            continue
        if not isinstance(record, dict) or "record" not in record:
            complaints.append("line %d: no record" % number)
            continue
        parsed.append(record)
    kinds = [r["record"] for r in parsed]
    if not kinds or kinds[0] != "run" or kinds.count("run") != 1:
        complaints.append("the first record is not the one run record")
    if not kinds or kinds[-1] != "summary" or kinds.count("summary") != 1:
        complaints.append("the last record is not the one summary")
    seen = collections.Counter()
    for record in parsed:
        if record["record"] not in ("file", "fault"):
            continue
        if "path_hex" in record:
            name = bytes.fromhex(record["path_hex"])
            try:
                name.decode("utf-8")
                complaints.append("path_hex of a UTF-8 name: %r" % name)
            except UnicodeDecodeError:
                pass
        if record["record"] == "fault":
            continue
        seen[exact(record)] += 1
        if record.get("verdict") not in VERDICTS:
            complaints.append("verdict %r of %r" % (record.get("verdict"), record.get("path")))
        good = record.get("verdict") in ("pass", "pass_immutable")
        if good == bool(record.get("cause")):
            complaints.append("verdict %(verdict)s with cause %(cause)s" %
                              {"verdict": record.get("verdict"), "cause": record.get("cause")})
    complaints += ["twice: %r" % name for name, n in seen.items() if n > 1]
    if kinds and kinds[-1] == "summary":
        summary = parsed[-1]
        for name, field in (("verdicts", "verdict"), ("causes", "cause")):
            stated = {k: v for k, v in summary.get(name, {}).items() if v}
            actual = dict(collections.Counter(r[field] for r in counted(parsed) if r[field]))
            if stated != actual:
                complaints.append("summary's %s are %r, the records' %r" % (name, stated, actual))
        for name, actual in (("files", kinds.count("file")), ("faults", kinds.count("fault")),
                             ("governed", sum(r["record"] == "file" and bool(r.get("governed")) for r in parsed))):
            if summary.get(name) != actual:
                complaints.append("summary says %s %r, there are %d" % (name, summary.get(name), actual))
        if status is not None and summary.get("status") != status:
            complaints.append("summary says status %r, it was %d" % (summary.get("status"), status))
    print("\n".join(complaints))
    return 1 if complaints else 0


def no_doubles(pairs):
    result = {}
    for key, value in pairs:
        if key in result:
            raise ValueError("field %r twice" % key)
        result[key] = value
    return result


def main():
    command, path, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
    if command == "table":
        table(path, rest)
    elif command == "field":
        field(path, rest[0], rest[1])
    elif command == "check":
        return check(path, int(rest[0]) if rest else None)
    elif command == "faults":
        for record in records(path):
            if record["record"] == "fault":
                print("%d\t%s" % (record["errno"], record["path"]))
    elif command == "names":
        names(path)
    else:
        print(__doc__, file=sys.stderr)
        return 64
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        os._exit(1)
