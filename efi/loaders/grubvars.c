/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables with all the values they may have, and a log by which changes are taken back. */
#include "efi/loaders/grubvars.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/own.h"

struct var {
	char *name;
	struct grubvars_value value;
	bool exported;
	/* While two changes are merged: what the second has for it. */
	struct item *other;
};

/* A variable and a value it had, or would have. */
struct item {
	struct var *var;
	struct grubvars_value value;
	bool exported;
};

struct grubvars_change {
	struct item *items;
	size_t count;
};

struct grubvars {
	struct var **sorted;
	size_t count;
	struct item *log;
	size_t logged, log_capacity;
	size_t bytes; /* of all values, those in the log too */
	bool overflowed;
};

static const struct grubvars_value never_set = {.unset = true};

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "keeping GRUB's variables");
}

static void value_done(struct grubvars *vars, struct grubvars_value *value)
{
	for (size_t i = 0; i < value->count; i++) {
		vars->bytes -= strlen(value->texts[i]) + 1;
		free(value->texts[i]);
	}
	free(value->texts);
	*value = (struct grubvars_value){0};
}

static bool value_has(const struct grubvars_value *value, const char *text)
{
	for (size_t i = 0; i < value->count; i++)
		if (strcmp(value->texts[i], text) == 0)
			return true;
	return false;
}

static int value_add(struct grubvars *vars, struct grubvars_value *value, const char *text,
		     struct fault *f)
{
	size_t size = strlen(text) + 1;

	if (value_has(value, text))
		return 0;
	if (value->count >= GRUBVARS_VALUES_MAX || size > GRUBVARS_BYTES_MAX - vars->bytes) {
		vars->overflowed = true;
		value->unknown = true;
		return 0;
	}
	if (!value->texts)
		value->texts = calloc(GRUBVARS_VALUES_MAX, sizeof(*value->texts));
	if (!value->texts)
		return no_memory(f);
	value->texts[value->count] = strdup(text);
	if (!value->texts[value->count])
		return no_memory(f);
	value->count++;
	vars->bytes += size;
	return 0;
}

/* Everything that `from` may be, too. */
static int value_join(struct grubvars *vars, struct grubvars_value *value,
		      const struct grubvars_value *from, struct fault *f)
{
	value->unset |= from->unset;
	value->unknown |= from->unknown;
	for (size_t i = 0; i < from->count; i++)
		if (value_add(vars, value, from->texts[i], f) < 0)
			return -1;
	return 0;
}

struct grubvars *grubvars_new(struct fault *f)
{
	struct grubvars *vars = calloc(1, sizeof(*vars));

	if (vars)
		vars->sorted = calloc(GRUBVARS_MAX, sizeof(struct var *));
	if (vars && vars->sorted)
		return vars;
	free(vars);
	no_memory(f);
	return NULL;
}

void grubvars_free(struct grubvars *vars)
{
	if (!vars)
		return;
	for (size_t i = 0; i < vars->count; i++) {
		value_done(vars, &vars->sorted[i]->value);
		free(vars->sorted[i]->name);
		free(vars->sorted[i]);
	}
	for (size_t i = 0; i < vars->logged; i++)
		value_done(vars, &vars->log[i].value);
	free(vars->log);
	free(vars->sorted);
	free(vars);
}

/* Where a name is, or would be. */
static size_t position(const struct grubvars *vars, const char *name, bool *out_there)
{
	size_t low = 0, high = vars->count;

	*out_there = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, vars->sorted[middle]->name);

		if (order == 0) {
			*out_there = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The variable, made when it is new. NULL without a fault (f->os 0): there are too many. */
static struct var *lookup(struct grubvars *vars, const char *name, struct fault *f)
{
	bool there;
	size_t at = position(vars, name, &there);
	struct var *var;

	if (there)
		return vars->sorted[at];
	*f = (struct fault){0};
	if (vars->count >= GRUBVARS_MAX) {
		vars->overflowed = true;
		return NULL;
	}
	var = calloc(1, sizeof(*var));
	if (var)
		var->name = strdup(name);
	if (!var || !var->name) {
		free(var);
		no_memory(f);
		return NULL;
	}
	var->value.unset = true;
	memmove(&vars->sorted[at + 1], &vars->sorted[at],
		(vars->count - at) * sizeof(struct var *));
	vars->sorted[at] = var;
	vars->count++;
	return var;
}

/* Notes what a variable is, before it changes. The value moves to the log. */
static int log_value(struct grubvars *vars, struct var *var, struct fault *f)
{
	if (vars->logged == vars->log_capacity) {
		size_t capacity = vars->log_capacity ? vars->log_capacity * 2 : 64;
		struct item *log = reallocarray(vars->log, capacity, sizeof(*log));

		if (!log)
			return no_memory(f);
		vars->log = log;
		vars->log_capacity = capacity;
	}
	vars->log[vars->logged++] = (struct item){var, var->value, var->exported};
	var->value = (struct grubvars_value){0};
	return 0;
}

const struct grubvars_value *grubvars_get(const struct grubvars *vars, const char *name)
{
	bool there;
	size_t at = position(vars, name, &there);

	return there ? &vars->sorted[at]->value : &never_set;
}

/* Puts a new value in place: `old` of what it was, and a text (NULL: none). */
static int change(struct grubvars *vars, const char *name, bool keep, const char *text,
		  struct grubvars_value flags, struct fault *f)
{
	struct var *var = lookup(vars, name, f);

	if (!var)
		return f->os ? -1 : 0;
	if (log_value(vars, var, f) < 0)
		return -1;
	var->value.unset = flags.unset;
	var->value.unknown = flags.unknown;
	if (keep && value_join(vars, &var->value, &vars->log[vars->logged - 1].value, f) < 0)
		return -1;
	return text ? value_add(vars, &var->value, text, f) : 0;
}

int grubvars_set(struct grubvars *vars, const char *name, const char *text, struct fault *f)
{
	return change(vars, name, false, text, (struct grubvars_value){0}, f);
}

int grubvars_add(struct grubvars *vars, const char *name, const char *text, struct fault *f)
{
	return change(vars, name, true, text, (struct grubvars_value){0}, f);
}

int grubvars_unset(struct grubvars *vars, const char *name, struct fault *f)
{
	return change(vars, name, false, NULL, (struct grubvars_value){.unset = true}, f);
}

int grubvars_set_unknown(struct grubvars *vars, const char *name, struct fault *f)
{
	return change(vars, name, false, NULL, (struct grubvars_value){.unknown = true}, f);
}

int grubvars_add_unknown(struct grubvars *vars, const char *name, struct fault *f)
{
	return change(vars, name, true, NULL, (struct grubvars_value){.unknown = true}, f);
}

int grubvars_export(struct grubvars *vars, const char *name, struct fault *f)
{
	struct var *var = lookup(vars, name, f);

	if (!var)
		return f->os ? -1 : 0;
	if (change(vars, name, true, NULL, (struct grubvars_value){0}, f) < 0)
		return -1;
	var->exported = true;
	return 0;
}

int grubvars_hide(struct grubvars *vars, struct fault *f)
{
	for (size_t i = 0; i < vars->count; i++) {
		struct var *var = vars->sorted[i];

		if (var->exported || (var->value.unset && !var->value.count && !var->value.unknown))
			continue;
		if (log_value(vars, var, f) < 0)
			return -1;
		var->value.unset = true;
	}
	return 0;
}

bool grubvars_overflowed(const struct grubvars *vars)
{
	return vars->overflowed;
}

size_t grubvars_mark(const struct grubvars *vars)
{
	return vars->logged;
}

void grubvars_change_free(struct grubvars *vars, struct grubvars_change *change)
{
	if (!change)
		return;
	for (size_t i = 0; i < change->count; i++)
		value_done(vars, &change->items[i].value);
	free(change->items);
	free(change);
}

/* Undoes the last logged step; what the variable was until now goes to *out the first time it is met. */
static void undo(struct grubvars *vars, struct grubvars_change *out)
{
	struct item *step = &vars->log[--vars->logged];
	struct var *var = step->var;

	if (out && !var->other) {
		var->other = &out->items[out->count];
		out->items[out->count++] = (struct item){var, var->value, var->exported};
	} else {
		value_done(vars, &var->value);
	}
	var->value = step->value;
	var->exported = step->exported;
}

int grubvars_rewind(struct grubvars *vars, size_t mark, struct grubvars_change **out_change,
		    struct fault *f)
{
	struct grubvars_change *change = NULL;

	if (out_change) {
		change = calloc(1, sizeof(*change));
		if (change)
			change->items = calloc(vars->logged - mark + 1, sizeof(*change->items));
		if (!change || !change->items) {
			free(change);
			return no_memory(f);
		}
	}
	while (vars->logged > mark)
		undo(vars, change);
	for (size_t i = 0; change && i < change->count; i++)
		change->items[i].var->other = NULL;
	if (out_change)
		*out_change = change;
	return 0;
}

/* The variable is what it was before, or what one or two items say. */
static int merge_one(struct grubvars *vars, const struct item *one, const struct item *two,
		     struct fault *f)
{
	struct var *var = one->var;
	const struct grubvars_value *before;

	if (log_value(vars, var, f) < 0)
		return -1;
	before = &vars->log[vars->logged - 1].value;
	if (value_join(vars, &var->value, &one->value, f) < 0)
		return -1;
	var->exported |= one->exported || (two && two->exported);
	return value_join(vars, &var->value, two ? &two->value : before, f);
}

int grubvars_merge(struct grubvars *vars, struct grubvars_change *a, struct grubvars_change *b,
		   struct fault *f)
{
	int result = 0;

	for (size_t i = 0; b && i < b->count; i++)
		b->items[i].var->other = &b->items[i];
	for (size_t i = 0; a && i < a->count && result == 0; i++) {
		struct var *var = a->items[i].var;

		result = merge_one(vars, &a->items[i], var->other, f);
		var->other = NULL;
	}
	for (size_t i = 0; b && i < b->count; i++) {
		struct var *var = b->items[i].var;

		if (result == 0 && var->other)
			result = merge_one(vars, &b->items[i], NULL, f);
		var->other = NULL;
	}
	grubvars_change_free(vars, a);
	grubvars_change_free(vars, b);
	return result;
}
