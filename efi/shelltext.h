/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_SHELLTEXT_H
#define EFI_SHELLTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/fault.h"

/*
 * The words of a shell script, taken apart but never run: quotes, comments, here-documents,
 * redirections and pipelines, variables where they are assigned literally in the same text. Loops,
 * conditions and functions are read once, from top to bottom.
 */
enum {
	SHELLTEXT_ITEMS_MAX = 512, /* of a pipeline; what comes after is dropped */
	SHELLTEXT_WORD_MAX = 4096, /* bytes a word may grow to by its variables */
	SHELLTEXT_VARIABLES_MAX = 256,
};

enum shelltext_role {
	SHELLTEXT_WORD,
	SHELLTEXT_OUT,	/* > and >> this file */
	SHELLTEXT_IN,	/* < this file */
	SHELLTEXT_PIPE, /* between two commands; no text */
};

struct shelltext_item {
	enum shelltext_role role;
	unsigned line;	  /* from 1 */
	char *text;	  /* expanded; an unknown variable stays as "$NAME" */
	bool unknown;	  /* holds an unknown variable */
	bool substituted; /* holds the last path that a $(command) names */
	bool of_root;	  /* begins with a variable that names the mounted root */
	bool quoted;
};

/* Commands joined by "|". Borrowed. */
struct shelltext_pipeline {
	const struct shelltext_item *items;
	size_t count;
};

struct shelltext_variables {
	struct shelltext_variable {
		char *name, *value;
		bool of_root;
	} items[SHELLTEXT_VARIABLES_MAX];
	size_t count;
};

/* Return -1 with *f filled to stop. */
typedef int shelltext_fn(void *context, const struct shelltext_pipeline *pipeline, struct fault *f);

/* Start from {0}. Variables are set on the way, and are there afterwards. */
int shelltext_read(const char *text, size_t size, unsigned first_line,
		   struct shelltext_variables *variables, shelltext_fn *each, void *context,
		   struct fault *f) FAULT_MUST_USE;
/* Only the assignments: of a configuration file that scripts source. */
int shelltext_assignments(const char *text, size_t size, struct shelltext_variables *variables,
			  struct fault *f) FAULT_MUST_USE;
void shelltext_variables_done(struct shelltext_variables *variables);
/* NULL: unknown. */
const struct shelltext_variable *shelltext_get(const struct shelltext_variables *variables,
					       const char *name);
/* value NULL: unknown from now on. */
int shelltext_set(struct shelltext_variables *variables, const char *name, const char *value,
		  bool of_root, struct fault *f) FAULT_MUST_USE;
/* Is it "NAME=value"? */
bool shelltext_is_assignment(const char *word);

#endif
