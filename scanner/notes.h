/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_NOTES_H
#define SCANNER_NOTES_H

#include <stdbool.h>
#include <stddef.h>

struct kernel_profile;

/* What the notes depend on. Borrows the profile. */
struct notes_run {
	const struct kernel_profile *profile;
	bool has_policy;	 /* --policy was given */
	bool has_keys;		 /* a certificate of .ima or .evm was given */
	bool running_root;	 /* the target is / of the running system */
	bool running_filesystem; /* it lies on the file system that / is on */
};

enum { NOTES_MAX = 10 };

/* Sentences for the head of a report, most important first. Static texts. */
struct notes {
	const char *text[NOTES_MAX];
	size_t count;
};

/*
 * Finds what a reader has to know beside the verdicts, because it limits what they are worth: a
 * kernel that does not enforce them, keys that the kernel may not take, a target that is in use.
 */
void notes_find(const struct notes_run *run, struct notes *out);

#endif
