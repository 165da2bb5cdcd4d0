#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""rules.py SEED COUNT: a long policy of random rules that every kernel of the bench takes.

Rules begin with many conditions and end with few, so that for different accesses the first that matches lies at
different depths, and each condition is the one that fails somewhere.
"""
import random
import sys

UUIDS = ("2a2e0c1d-6a3b-4c5d-8e9f-0123456789ab", "2a2e0c1d-6a3b-4c5d-8e9f-0123456789ac")
FUNCS = ("FILE_CHECK", "FILE_CHECK", "BPRM_CHECK", "MMAP_CHECK", "CREDS_CHECK", "MODULE_CHECK", "FIRMWARE_CHECK")
MASKS = {"FILE_CHECK": ("MAY_READ", "MAY_WRITE", "MAY_EXEC", "^MAY_READ", "^MAY_WRITE"),
         "MODULE_CHECK": ("MAY_READ",), "FIRMWARE_CHECK": ("^MAY_READ",)}
# Of users and groups only two are told apart: the more there are, the more accesses are to be judged.
IDS = ("=0", "=1000", ">999", "<1", "<1000")
OWNERS = ("=0", "=1000", "=1001", "=65534", ">0", ">999", ">1000", "<1", "<1001", "<4000000000")
ACTIONS = ("appraise",) * 8 + ("dont_appraise",) * 3 + ("measure", "dont_measure", "audit", "hash", "dont_hash")


def conditions(pick, func):
    """Every condition once, in any order."""
    all_of_them = [
        f"func={func}" if func else None,
        f"mask={pick.choice(MASKS.get(func, ('MAY_EXEC', '^MAY_EXEC')))}" if func else None,
        f"fsmagic={pick.choice(('0xef53', '0xef53', '0x58465342'))}",
        f"fsname={pick.choice(('ext4', 'ext4', 'xfs'))}",
        f"fsuuid={pick.choice(UUIDS)}",
        f"{pick.choice(('uid', 'euid'))}{pick.choice(IDS)}",
        f"{pick.choice(('gid', 'egid'))}{pick.choice(IDS)}",
        f"fowner{pick.choice(OWNERS)}",
        f"fgroup{pick.choice(OWNERS)}",
    ]
    chosen = [c for c in all_of_them if c]
    pick.shuffle(chosen)
    return chosen


def options(pick, action, func):
    verity = "" if func == "MODULE_CHECK" or pick.random() < 0.7 else "digest_type=verity"
    if action != "appraise":
        return [verity] if verity else []
    if verity:
        return [verity, "appraise_type=sigv3"]
    return [w for w, chance in (("appraise_type=imasig", 0.4), ("appraise_algos=sha256,sha1", 0.2))
            if pick.random() < chance]


def rule(pick, how_many):
    action = pick.choice(ACTIONS)
    func = pick.choice(FUNCS) if pick.random() < 0.9 else None
    words = conditions(pick, func)
    named = [w for w in words if w.startswith("func=")]
    words = named + [w for w in words if not w.startswith("func=")][:how_many]
    return " ".join([action] + words + options(pick, action, func))


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    pick = random.Random(seed)
    for i in range(count):
        print(rule(pick, 8 - 6 * i // count))


if __name__ == "__main__":
    main()
