/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the pipeline gets its files: the walk, the hard links put aside, a list. */
#include "scanner/scan_pass.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/links.h"
#include "scanner/listfile.h"

/*
 * A byte of a path is up to six in NDJSON, and another two where it is not UTF-8; text grows by doubling.
 * A worker keeps the text of one file at a time beyond what it may gather (scan_work.c).
 */
enum { TEXT_BYTES_FOR_ONE = 16 };

static size_t task_bytes(const struct scan_task *task)
{
	size_t paths = 0, fixed = sizeof(*task) + sizeof(*task->outcome);

	if (task->batch && task->batch->dir)
		paths = task->batch->dir->path_size + NAME_MAX;
	else if (task->batch)
		paths = strlen(task->batch->fault_path);
	for (size_t i = 0; i < task->path_count; i++)
		paths += strlen(task->paths[i]);
	return fixed + (task->batch ? sizeof(*task->batch) : 0) + TEXT_BYTES_FOR_ONE * paths;
}

static bool push_task(struct scan_pass *pass, struct scan_task task)
{
	struct scan_task *copy = malloc(sizeof(*copy));

	task.outcome = malloc(sizeof(*task.outcome));
	if (!copy || !task.outcome) {
		free(copy);
		free(task.outcome);
		walk_batch_free(task.batch);
		free(task.paths);
		scan_out_of_memory(pass);
		return false;
	}
	task.outcome->count = 0;
	task.seq = pass->next_seq;
	task.bytes = task_bytes(&task);
	*copy = task;
	if (!queue_push(pass->tasks, copy, task.bytes)) {
		scan_free_task(copy);
		return false;
	}
	pass->next_seq++;
	return true;
}

static bool push_batch(void *context, struct walk_batch *batch)
{
	return push_task(context, (struct scan_task){.batch = batch});
}

int scan_source_walk(struct scan_pass *pass, struct fault *f)
{
	return walk_tree(&pass->scan->walk, push_batch, pass, &pass->totals, f);
}

int scan_source_links(struct scan_pass *pass, struct fault *f)
{
	struct links *links = pass->scan->links;

	for (size_t i = 0; i < links_count(links) && !atomic_load(pass->scan->stop); i++) {
		struct scan_task task = {0};

		if (links_get(links, i, &task.paths, &task.path_count, f) < 0)
			return -1;
		if (!push_task(pass, task))
			break;
	}
	return 0;
}

static bool push_path(void *context, const char *path)
{
	struct scan_task task = {.path_count = 1};
	size_t size = strlen(path) + 1;

	task.paths = malloc(sizeof(char *) + size);
	if (!task.paths) {
		scan_out_of_memory(context);
		return false;
	}
	task.paths[0] = memcpy((char *)(task.paths + 1), path, size);
	return push_task(context, task);
}

int scan_source_list(struct scan_pass *pass, struct fault *f)
{
	return listfile_read(pass->scan->list_fd, &pass->scan->walk, push_path, pass, f);
}
