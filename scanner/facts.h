/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_FACTS_H
#define SCANNER_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/attrs.h"
#include "scanner/fsinfo.h"
#include "scanner/hooks.h"
#include "scanner/imaxattr.h"
#include "scanner/policy/policy.h"
#include "scanner/verdict.h"

/* One access that a rule governs, and what the kernel would make of it. */
struct facts_hook {
	struct hooks_case access;
	const struct policy_rule *rule; /* NULL only with an undecided verdict */
	unsigned added; /* POLICY_OPTIONS in force that the rule does not have: of other rules */
	struct verdict verdict;
};

/* What is odd beside the verdict. Bits; names from facts_oddity_name(). */
enum facts_oddity {
	FACTS_SHORT_LABEL = 1 << 0,
	FACTS_TRAILING_BYTES = 1 << 1,
	FACTS_ALL_ZERO = 1 << 2,
	FACTS_UNKNOWN_ALGO = 1 << 3,
	FACTS_UNKNOWN_VERSION = 1 << 4,
	FACTS_WRONG_SIZE = 1 << 5,
	FACTS_WEAK_HASH = 1 << 6,   /* md4, md5, sha1: weaker than any current policy asks */
	FACTS_DENIED_HASH = 1 << 7, /* not in the appraise_algos of a rule that governs */
	FACTS_UNKNOWN_KEY = 1 << 8,
	FACTS_REVOKED_KEY = 1 << 9,
	FACTS_EXPIRED_KEY = 1 << 10, /* or not yet valid; the kernel does not look */
	FACTS_DEPRECATED_V1 = 1 << 11,
	FACTS_EVM_NOT_JUDGED = 1 << 12,	   /* there is a security.evm and EVM is not in force */
	FACTS_COMPRESSED_MODULE = 1 << 13, /* an appended signature inside it cannot be seen */
	FACTS_WRONG_TYPE = 1 << 14,	   /* a label on what is no regular file */
	FACTS_LABEL_MISMATCH = 1 << 15,	   /* not governed, but its label does not match */
	FACTS_KERNEL_CRASH = 1 << 16,	   /* a v1 signature of a known key, shorter than it says */
	FACTS_REFUSED_KEY = 1 << 17,	   /* a key was given that this kernel does not load */
	FACTS_ODDITY_COUNT = 18,
};

/* "trailing-bytes" and so on; index is the bit's number. */
const char *facts_oddity_name(unsigned bit);
const char *facts_oddity_meaning(unsigned bit);

/*
 * All that was read and computed about one regular file, and what follows. Belongs to one worker,
 * which reuses it for the next file: whoever wants to keep something copies it.
 */
struct facts {
	const char *path;	  /* below the root; borrowed */
	const char *const *links; /* further names of the inode; borrowed */
	size_t link_count;
	struct inode_facts inode;
	const struct fsinfo *fs;
	struct attrs attrs;
	bool has_labels; /* attrs, ima and evm hold what was read; else they were too large to keep */
	struct imaxattr ima, evm;
	unsigned place, kinds; /* content_of_path(), content_of_head() */
	bool kinds_known;
	struct verdict_input input;
	/* Of an appended signature that is not good: who made it (modsig_signer()); hostile bytes. */
	struct buf modsig_signer;
	bool governed;
	struct facts_hook *hooks;
	size_t hook_count;
	struct verdict verdict; /* the worst of the hooks; of the label when not governed */
	unsigned oddities;
	uint64_t bytes_read;
	bool has_fault; /* reading it failed somewhere; the verdict says what that means */
	struct fault fault;
};

/* Has it a label: a security.ima or a security.evm, whatever they are worth? */
bool facts_is_labelled(const struct facts *facts);

/* Computes the oddities from all the rest. `now` is seconds since 1970. */
unsigned facts_find_oddities(const struct facts *facts, bool has_policy, int64_t now);

#endif
