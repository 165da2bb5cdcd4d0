/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_POLICYSCRIPT_H
#define EFI_POLICYSCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/fault.h"

/*
 * Shell text that writes the kernel's IMA policy file, read, never run: words, quotes, literal
 * assignments, redirections and pipelines are understood, control flow is not. What is found is likely;
 * what is not found may be there all the same.
 */
enum {
	POLICYSCRIPT_TEXT_MAX = 256 * 1024, /* of a script that is looked at */
	POLICYSCRIPT_WORD_MAX = 4096,	    /* a word grows by variables up to this */
};

struct policyscript_hit {
	unsigned line; /* that writes, from 1 */
	const char *
		policy; /* path of the policy it writes; NULL: not known, or written in the script */
	bool of_root; /* the path is below a variable that names the mounted root (NEWROOT, rootmnt) */
};

/* Return -1 with *f filled to stop. */
typedef int policyscript_fn(void *context, const struct policyscript_hit *hit, struct fault *f);

int policyscript_scan(const char *text, size_t size, policyscript_fn *found, void *context,
		      struct fault *f) FAULT_MUST_USE;

/* Does any text or program name the kernel's policy file, in full? */
bool policyscript_names_file(const void *data, size_t size);
/* The longest name that policyscript_names_file() looks for: what has to overlap between pieces. */
enum { POLICYSCRIPT_NAME_BYTES = 42 };

/* Each command's first word that is an absolute path: what a script runs. */
typedef int policyscript_command_fn(void *context, unsigned line, const char *path,
				    struct fault *f);
int policyscript_commands(const char *text, size_t size, policyscript_command_fn *found,
			  void *context, struct fault *f) FAULT_MUST_USE;

/* Is this text an IMA policy, by its first line that is no comment: an action and a condition? */
bool policyscript_is_policy(const char *text, size_t size);

#endif
