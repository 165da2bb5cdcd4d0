/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker of the pipeline does: from a name to a record. */
#include "scanner/scan_pass.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scanner/base/fd.h"
#include "scanner/base/own.h"

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
	atomic_fetch_add(&scan->files_done, 1);
	atomic_fetch_add(&scan->bytes_done, facts->bytes_read);
	if (facts->governed && !verdict_is_good(facts->verdict.kind))
		atomic_fetch_add(&scan->failures_found, 1);
	return 0;
}

static int record_fault(struct scan_outcome *outcome, const char *path, const struct fault *fault)
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
		return record_fault(outcome, name->path, &fault);
	}
	if (S_ISDIR(facts->inode.mode) && listed != DT_DIR) {
		fault_set(&fault, 0, "a directory that is listed as something else: not entered");
		return record_fault(outcome, name->path, &fault);
	}
	if (!inspector_has_stray_label(dir_fd, name->entry))
		return 0;
	return add_record(outcome, RECORD_STRAY, name->path) ? 0 : -1;
}

/*
 * Looks at one name, which was listed as of that type. What both passes meet alike is for the first
 * one to report: hard links, what is no file, and what could not even be told apart.
 */
static int look(struct scan_pass *pass, struct inspector *in, struct facts *facts, int dir_fd,
		const struct inspect_name *name, uint8_t listed, struct scan_outcome *outcome)
{
	bool again = pass->phase == INSPECT_REST;
	struct fault fault;

	switch (inspector_look(in, dir_fd, name, pass->phase, pass->defer_links, facts, &fault)) {
	case INSPECT_DONE: return record_facts(pass, outcome, facts);
	case INSPECT_FAILED: return record_fault(outcome, name->path, &fault);
	case INSPECT_UNSEEN:
		/* The walk says why it cannot enter a directory. */
		return again || listed == DT_DIR ? 0 : record_fault(outcome, name->path, &fault);
	case INSPECT_HARD_LINK: return again ? 0 : put_link_aside(outcome, name, facts);
	case INSPECT_NOT_REGULAR:
		return again ? 0 : look_at_other(pass, dir_fd, name, listed, facts, outcome);
	case INSPECT_OTHER_PASS: return 0;
	}
	return 0;
}

static int look_at_entry(struct scan_pass *pass, struct inspector *in, struct facts *facts,
			 const struct walk_batch *batch, const struct walk_entry *entry,
			 struct buf *path, struct scan_outcome *outcome)
{
	struct inspect_name name = {.entry = batch->names + entry->name};

	buf_clear(path);
	buf_add(path, batch->dir->path, batch->dir->path_size);
	if (batch->dir->path_size)
		buf_addc(path, '/');
	buf_puts(path, name.entry);
	if (path->failed)
		return -1;
	name.path = path->data;
	return look(pass, in, facts, batch->dir->fd, &name, entry->type, outcome);
}

static int do_batch(struct scan_pass *pass, struct inspector *in, struct facts *facts,
		    struct buf *path, const struct walk_batch *batch, struct scan_outcome *outcome)
{
	/* The second pass meets the same faults of the walk again. */
	if (batch->fault_path)
		return pass->phase == INSPECT_REST
			       ? 0
			       : record_fault(outcome, batch->fault_path, &batch->fault);
	for (size_t i = 0; i < batch->count && !atomic_load(pass->scan->stop); i++)
		if (look_at_entry(pass, in, facts, batch, &batch->entries[i], path, outcome) < 0)
			return -1;
	return 0;
}

/* A file by its whole path: opens its directory first. */
static int do_path(struct scan_pass *pass, struct inspector *in, struct facts *facts,
		   const struct scan_task *task, struct scan_outcome *outcome)
{
	const char *path = task->paths[0], *slash = strrchr(path, '/');
	struct inspect_name name = {
		.entry = slash ? slash + 1 : path,
		.path = path,
		.links = (const char *const *)task->paths + 1,
		.link_count = task->path_count - 1,
	};
	own_mem char *dir = slash ? strndup(path, (size_t)(slash - path)) : strdup("");
	own_fd int fd = -1;
	struct fault fault;

	if (!dir)
		return -1;
	fd = fd_open_beneath(pass->scan->walk.root_fd, dir, O_RDONLY | O_DIRECTORY, &fault);
	if (fd < 0)
		return pass->phase == INSPECT_REST ? 0 : record_fault(outcome, path, &fault);
	return look(pass, in, facts, fd, &name, DT_REG, outcome);
}

static size_t outcome_bytes(const struct scan_outcome *outcome)
{
	size_t bytes = sizeof(*outcome);

	for (size_t i = 0; i < outcome->count; i++)
		bytes += outcome->records[i].text.cap + strlen(outcome->records[i].path);
	return bytes;
}

void scan_free_outcome(struct scan_outcome *outcome)
{
	for (size_t i = 0; i < outcome->count; i++)
		record_done(&outcome->records[i]);
	free(outcome);
}

void scan_free_task(struct scan_task *task)
{
	if (task->outcome)
		scan_free_outcome(task->outcome);
	walk_batch_free(task->batch);
	free(task->paths);
	free(task);
}

void scan_out_of_memory(struct scan_pass *pass)
{
	atomic_store(&pass->out_of_memory, true);
	atomic_store(pass->scan->stop, true);
}

static int do_task(struct scan_pass *pass, struct inspector *in, struct facts *facts,
		   struct buf *path, const struct scan_task *task)
{
	if (!in)
		return -1;
	if (task->batch)
		return do_batch(pass, in, facts, path, task->batch, task->outcome);
	return do_path(pass, in, facts, task, task->outcome);
}

void *scan_work(void *context)
{
	struct scan_pass *pass = context;
	struct inspector *in = inspector_new(pass->scan->rules);
	struct facts facts = {0};
	own_buf struct buf path = {0};
	struct scan_task *task;

	while ((task = queue_pop(pass->tasks))) {
		struct scan_outcome *outcome;
		uint64_t seq = task->seq;

		if (do_task(pass, in, &facts, &path, task) < 0)
			scan_out_of_memory(pass);
		outcome = take_ptr(task->outcome);
		scan_free_task(task);
		reorder_put(pass->outcomes, seq, outcome, outcome_bytes(outcome));
	}
	inspector_release_facts(&facts);
	inspector_free(in);
	return NULL;
}
