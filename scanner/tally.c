/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting what a run found, and the exit status that follows. */
#include "scanner/tally.h"

#include <stdlib.h>
#include <string.h>

void tally_done(struct tally *tally)
{
	free(tally->keys);
}

bool tally_counts(const struct tally *tally, const struct record *record)
{
	return tally->has_policy ? record->governed : record->labelled;
}

static void add_cause(struct tally *tally, const struct verdict *verdict)
{
	const char *cause = verdict->cause ? verdict->cause : "";

	for (size_t i = 0; i < tally->cause_count; i++)
		if (tally->causes[i].kind == verdict->kind &&
		    strcmp(tally->causes[i].cause, cause) == 0) {
			tally->causes[i].count++;
			return;
		}
	/* There are about thirty pairs of verdict and cause: a full table is a bug, not an input.
	 */
	if (tally->cause_count == TALLY_CAUSES_MAX)
		abort();
	tally->causes[tally->cause_count++] = (struct tally_cause){verdict->kind, cause, 1};
}

static void add_key(struct tally *tally, const char *keyring, const struct keyring_key *key)
{
	struct tally_key *more;

	if (!key)
		return;
	for (size_t i = 0; i < tally->key_count; i++)
		if (tally->keys[i].key == key) {
			tally->keys[i].files++;
			return;
		}
	more = reallocarray(tally->keys, tally->key_count + 1, sizeof(*more));
	if (!more) {
		tally->broken = true;
		return;
	}
	tally->keys = more;
	tally->keys[tally->key_count++] = (struct tally_key){keyring, key, 1};
}

/* An attacker can name any number of key ids: the first ones are listed, all are counted. */
static void add_unknown_key(struct tally *tally, uint32_t keyid)
{
	tally->unknown_key_files++;
	for (size_t i = 0; i < tally->unknown_key_count; i++)
		if (tally->unknown_keys[i].keyid == keyid) {
			tally->unknown_keys[i].files++;
			return;
		}
	if (tally->unknown_key_count < TALLY_UNKNOWN_KEYS_MAX)
		tally->unknown_keys[tally->unknown_key_count++] =
			(struct tally_unknown_key){keyid, 1};
}

static void add_file(struct tally *tally, const struct record *record)
{
	tally->files++;
	tally->governed += record->governed;
	tally->labelled += record->labelled;
	tally->bytes_read += record->bytes_read;
	tally->links += record->link_count > 0;
	for (unsigned bit = 0; bit < FACTS_ODDITY_COUNT; bit++)
		tally->oddities[bit] += record->oddities >> bit & 1;
	if (!tally_counts(tally, record))
		return;
	tally->verified += record->verified;
	tally->by_kind[record->verdict.kind]++;
	add_cause(tally, &record->verdict);
	add_key(tally, ".ima", record->ima_key);
	add_key(tally, ".evm", record->evm_key);
	if (record->unknown_key)
		add_unknown_key(tally, record->keyid);
}

void tally_add(struct tally *tally, const struct record *record)
{
	if (record->fault)
		tally->faults++;
	if (record->kind == RECORD_STRAY)
		tally->strays++;
	if (record->kind == RECORD_FILE)
		add_file(tally, record);
}

int tally_status(const struct tally *tally)
{
	uint64_t good = tally->by_kind[VERDICT_PASS] + tally->by_kind[VERDICT_PASS_IMMUTABLE];
	uint64_t undecided = tally->by_kind[VERDICT_UNDECIDED];
	uint64_t judged = 0;
	int status = STATUS_GOOD;

	if (tally->interrupted)
		return STATUS_INTERRUPTED;
	for (int kind = 0; kind < VERDICT_KIND_COUNT; kind++)
		judged += tally->by_kind[kind];
	if (judged > good + undecided)
		status |= STATUS_FAILURES;
	/* Nothing verified is never success. */
	if (undecided || tally->faults || tally->unknown_key_files || judged == undecided)
		status |= STATUS_UNDECIDED;
	return status;
}
