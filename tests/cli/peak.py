#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a command and writes its peak resident memory, in KiB: peak.py FILE COMMAND…

The same output, the same exit status. Not less than what an interpreter of Python takes, since a process inherits the peak
of the one it came from; bounds are far above that.
"""
import os
import sys


def main():
    pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
    _, status, usage = os.wait4(pid, 0)
    with open(sys.argv[1], "w", encoding="ascii") as stream:
        stream.write("%d\n" % usage.ru_maxrss)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    code = main()
    # As a shell tells of a signal.
    sys.exit(code if code >= 0 else 128 - code)
