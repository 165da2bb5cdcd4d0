/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings, one after another, each of a kind of the table in finding_kinds.c. */
#include "efi/finding.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

/* Each finding is of something that is bounded by itself; this is the sum that a report can hold. */
enum { FINDINGS_MAX = 20000, FINDING_WHAT_MAX = 4096 };

const struct finding_kind *finding_kind_by_id(const char *id)
{
	for (size_t i = 0; i < finding_kind_count(); i++)
		if (strcmp(finding_kind_at(i)->id, id) == 0)
			return finding_kind_at(i);
	return NULL;
}

static int grow(struct finding_list *list, struct fault *f)
{
	size_t capacity = list->capacity ? list->capacity * 2 : 16;
	struct finding *items;

	if (list->count < list->capacity)
		return 0;
	if (list->count >= FINDINGS_MAX)
		return fault_set(f, E2BIG, "more than %d findings", FINDINGS_MAX);
	items = reallocarray(list->items, capacity, sizeof(*items));
	if (!items)
		return fault_set(f, ENOMEM, "keeping a finding");
	list->items = items;
	list->capacity = capacity;
	return 0;
}

static bool is_there(const struct finding_list *list, const struct finding_kind *kind,
		     const char *where, const char *what)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct finding *it = &list->items[i];

		if (it->kind == kind && strcmp(it->what, what) == 0 &&
		    strcmp(it->where ? it->where : "", where ? where : "") == 0)
			return true;
	}
	return false;
}

int finding_add(struct finding_list *list, const char *id, const char *where, struct fault *f,
		const char *what, ...)
{
	const struct finding_kind *kind = finding_kind_by_id(id);
	own_buf struct buf text = {0};
	own_mem char *place = NULL, *said = NULL;
	va_list args;

	if (!kind)
		return fault_set(f, EINVAL, "no such finding: %s", id);
	va_start(args, what);
	buf_vprintf(&text, what, args);
	va_end(args);
	if (text.failed)
		return fault_set(f, ENOMEM, "keeping a finding");
	said = bytes_text(buf_text(&text), FINDING_WHAT_MAX);
	place = where ? strdup(where) : NULL;
	if (!said || (where && !place))
		return fault_set(f, ENOMEM, "keeping a finding");
	if (is_there(list, kind, place, said))
		return 0;
	if (grow(list, f) < 0)
		return -1;
	list->items[list->count++] =
		(struct finding){.kind = kind, .what = take_ptr(said), .where = take_ptr(place)};
	return 0;
}

void finding_list_done(struct finding_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].what);
		free(list->items[i].where);
	}
	free(list->items);
	*list = (struct finding_list){0};
}

bool finding_list_has(const struct finding_list *list, const char *id)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].kind->id, id) == 0)
			return true;
	return false;
}

const char *finding_severity_name(enum finding_severity severity)
{
	static const char *const names[] = {
		[FINDING_INFO] = "info",	 [FINDING_LOW] = "low",
		[FINDING_MEDIUM] = "medium",	 [FINDING_HIGH] = "high",
		[FINDING_CRITICAL] = "critical",
	};

	return names[severity];
}
