/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_TALLY_H
#define SCANNER_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/facts.h"
#include "scanner/record.h"

/* Exit status bits (design: command line). */
enum {
	STATUS_GOOD = 0,
	STATUS_FAILURES = 1,
	STATUS_UNDECIDED = 2,
	STATUS_WEAK = 4,
	STATUS_USAGE = 64,
	STATUS_INTERNAL = 70,
	STATUS_INTERRUPTED = 130,
};

enum { TALLY_CAUSES_MAX = 64, TALLY_UNKNOWN_KEYS_MAX = 64 };

struct tally_cause {
	enum verdict_kind kind;
	const char *cause;
	uint64_t count;
};

struct tally_key {
	const char *keyring; /* ".ima" or ".evm" */
	const struct keyring_key *key;
	uint64_t files;
};

struct tally_unknown_key {
	uint32_t keyid;
	uint64_t files;
};

/* Counts of a run. Fixed size, however many files. */
struct tally {
	bool has_policy;
	uint64_t files, governed, labelled, bytes_read;
	uint64_t verified;		      /* of by_kind: those where something was compared */
	uint64_t by_kind[VERDICT_KIND_COUNT]; /* of what was to be verified: see tally_counts() */
	struct tally_cause causes[TALLY_CAUSES_MAX];
	size_t cause_count;
	struct tally_key *keys;
	size_t key_count;
	struct tally_unknown_key unknown_keys[TALLY_UNKNOWN_KEYS_MAX];
	size_t unknown_key_count;
	uint64_t unknown_key_files;
	uint64_t oddities[FACTS_ODDITY_COUNT];
	uint64_t faults, strays;
	uint64_t links; /* inodes with several names */
	uint64_t dirs, excluded, other_filesystems, pseudo, loops;
	double seconds;
	bool interrupted;
	bool broken; /* there was no memory for all of `keys` */
};

void tally_done(struct tally *tally);

/* Was this file to be verified? With a policy: what it governs. Without: what has a label. */
bool tally_counts(const struct tally *tally, const struct record *record);

void tally_add(struct tally *tally, const struct record *record);

/* The exit status that the counts call for. */
int tally_status(const struct tally *tally);

#endif
