/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what a worker saw of a name to the record that the writer takes. */
#include "scanner/scan_pass.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct record *add_record(struct scan_outcome *outcome, enum record_kind kind,
				 const char *path)
{
	struct record *record = &outcome->records[outcome->count];

	*record = (struct record){.kind = kind, .path = strdup(path)};
	if (!record->path)
		return NULL;
	outcome->count++;
	return record;
}

static int set_fault(struct record *record, const struct fault *fault)
{
	record->fault = malloc(sizeof(*record->fault));
	if (!record->fault)
		return -1;
	*record->fault = *fault;
	return 0;
}

static bool is_compared(enum verdict_kind kind)
{
	return kind == VERDICT_PASS || kind == VERDICT_PASS_IMMUTABLE || kind == VERDICT_FAIL ||
	       kind == VERDICT_FAIL_IMMUTABLE;
}

/* The id of the unknown key: of security.ima, unless it is security.evm that lacks its key. */
static uint32_t unknown_keyid(const struct facts *facts)
{
	const struct verdict_input *input = &facts->input;
	bool ima = input->sig_data.result == VERIFY_NO_KEY ||
		   input->sig_verity.result == VERIFY_NO_KEY;
	const struct imaxattr *label = ima ? &facts->ima : &facts->evm;

	return label->version == 1 ? (uint32_t)label->keyid_v1 : label->keyid;
}

static void count_facts(struct record *record, const struct facts *facts)
{
	const struct verdict_input *input = &facts->input;

	record->governed = facts->governed;
	record->labelled = facts_is_labelled(facts);
	record->verdict = facts->verdict;
	record->verified = is_compared(facts->verdict.kind);
	record->oddities = facts->oddities;
	record->bytes_read = facts->bytes_read;
	record->link_count = facts->link_count;
	if (input->sig_data.result == VERIFY_OK)
		record->ima_key = input->sig_data.key;
	else if (input->sig_verity.result == VERIFY_OK)
		record->ima_key = input->sig_verity.key;
	if (input->evm_judged && (input->evm.status == EVM_STATUS_PASS ||
				  input->evm.status == EVM_STATUS_PASS_IMMUTABLE))
		record->evm_key = input->evm.key;
	/* A key that another signature made up for leaves nothing undecided. */
	record->unknown_key =
		(facts->oddities & FACTS_UNKNOWN_KEY) && !verdict_is_good(facts->verdict.kind);
	record->keyid = unknown_keyid(facts);
}

static int record_facts(struct scan_pass *pass, struct scan_outcome *outcome,
			const struct facts *facts)
{
	struct scan *scan = pass->scan;
	struct record *record;

	/* Stopped in the middle of it: nothing half-done is reported. */
	if (facts->has_fault && facts->fault.os == EINTR)
		return 0;
	record = add_record(outcome, RECORD_FILE, facts->path);
	if (!record)
		return -1;
	count_facts(record, facts);
	scan->report->format->render(scan->report, facts, &record->text);
	if (record->text.failed || (facts->has_fault && set_fault(record, &facts->fault) < 0)) {
		/* Half of a line must not be written. */
		record_done(record);
		outcome->count--;
		return -1;
	}
	buf_fit(&record->text);
	atomic_fetch_add(&scan->files_done, 1);
	atomic_fetch_add(&scan->bytes_done, facts->bytes_read);
	if (facts->governed && !verdict_is_good(facts->verdict.kind))
		atomic_fetch_add(&scan->failures_found, 1);
	return 0;
}

int scan_record_fault(struct scan_outcome *outcome, const char *path, const struct fault *fault)
{
	struct record *record = add_record(outcome, RECORD_FAULT, path);

	return record ? set_fault(record, fault) : -1;
}

static int put_link_aside(struct scan_outcome *outcome, const struct inspect_name *name,
			  const struct facts *facts)
{
	struct record *record = add_record(outcome, RECORD_LINK, name->path);

	if (!record)
		return -1;
	record->dev = facts->inode.dev;
	record->ino = facts->inode.ino;
	return 0;
}

/*
 * The type that a directory lists is written there by whoever made the disk, and nothing holds it
 * to the inode's: a directory that is listed as something else was not walked, and is not passed
 * over in silence.
 */
static int look_at_other(struct scan_pass *pass, int dir_fd, const struct inspect_name *name,
			 uint8_t listed, const struct facts *facts, struct scan_outcome *outcome)
{
	struct fault fault;

	if (pass->scan->list_fd >= 0) {
		fault_set(&fault, 0, "listed, but not a regular file");
		return scan_record_fault(outcome, name->path, &fault);
	}
	if (S_ISDIR(facts->inode.mode) && listed != DT_DIR) {
		fault_set(&fault, 0, "a directory that is listed as something else: not entered");
		return scan_record_fault(outcome, name->path, &fault);
	}
	if (!inspector_has_stray_label(dir_fd, name->entry))
		return 0;
	return add_record(outcome, RECORD_STRAY, name->path) ? 0 : -1;
}

int scan_record_name(struct scan_pass *pass, int dir_fd, const struct inspect_name *name,
		     uint8_t listed, struct scan_seen *seen, struct scan_outcome *outcome)
{
	bool again = pass->phase == INSPECT_REST;

	seen->facts.path = name->path;
	switch (seen->result) {
	case INSPECT_DONE: return record_facts(pass, outcome, &seen->facts);
	case INSPECT_FAILED: return scan_record_fault(outcome, name->path, &seen->fault);
	case INSPECT_UNSEEN:
		/* The walk says why it cannot enter a directory. */
		return again || listed == DT_DIR
			       ? 0
			       : scan_record_fault(outcome, name->path, &seen->fault);
	case INSPECT_HARD_LINK: return again ? 0 : put_link_aside(outcome, name, &seen->facts);
	case INSPECT_NOT_REGULAR:
		return again ? 0 : look_at_other(pass, dir_fd, name, listed, &seen->facts, outcome);
	case INSPECT_OTHER_PASS: return 0;
	}
	return 0;
}
