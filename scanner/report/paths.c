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
	bool counts =
		report->run->rules->policy ? facts->governed : facts->ima.type != IMAXATTR_ABSENT;

	if (!counts || verdict_is_good(facts->verdict.kind))
		return;
	buf_add(out, facts->path, strlen(facts->path) + 1);
	for (size_t i = 0; i < facts->link_count; i++)
		buf_add(out, facts->links[i], strlen(facts->links[i]) + 1);
}

static void record(struct report *report, const struct record *record)
{
	if (record->kind == RECORD_FILE)
		fwrite(record->text.data, 1, record->text.len, report->out);
	else if (record->kind == RECORD_FAULT)
		fwrite(record->path, 1, strlen(record->path) + 1, report->out);
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
