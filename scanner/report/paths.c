/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -0: the paths of what is not good, each ended by a NUL byte, for xargs -0. */
#include "scanner/report/report.h"

#include <string.h>

static int begin(struct report *report)
{
	(void)report;
	return 0;
}

static void render(const struct report *report, const struct facts *facts, struct buf *out)
{
	bool counts = report->run->rules->policy ? facts->governed : facts_is_labelled(facts);

	if (!counts || verdict_is_good(facts->verdict.kind))
		return;
	buf_add(out, facts->path, strlen(facts->path) + 1);
	for (size_t i = 0; i < facts->link_count; i++)
		buf_add(out, facts->links[i], strlen(facts->links[i]) + 1);
}

/* The root itself has an empty path, which would end xargs -0's list of arguments early. */
static void put_path(FILE *out, const char *path)
{
	const char *name = *path ? path : ".";

	fwrite(name, 1, strlen(name) + 1, out);
}

static void record(struct report *report, const struct record *record)
{
	if (record->kind == RECORD_FILE)
		fwrite(buf_text(&record->text), 1, record->text.len, report->out);
	else if (record->kind == RECORD_FAULT)
		put_path(report->out, record->path);
}

static void end(struct report *report, const struct tally *tally, int status)
{
	(void)report;
	(void)tally;
	(void)status;
}

static void close_nothing(struct report *report)
{
	(void)report;
}

const struct report_format report_paths = {
	.name = "paths",
	.meaning = "only the paths of what is not good, each ended by a NUL byte",
	.begin = begin,
	.render = render,
	.record = record,
	.end = end,
	.close = close_nothing,
};
