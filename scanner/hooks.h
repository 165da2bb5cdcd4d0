/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_HOOKS_H
#define SCANNER_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/policy/policy.h"
#include "scanner/profile.h"

/*
 * Which accesses to judge: the hooks of the kernel, the masks and the subjects that the policy
 * distinguishes, worked out once; and for a file those of them that its kind makes likely.
 */
struct hooks_case {
	enum policy_func func;
	unsigned mask;
	const struct policy_subject *subject;
	bool name_mask, name_subject; /* the policy distinguishes them: worth saying in a report */
	bool by_execve;		      /* of MMAP_CHECK: mapped to be run, not opened to be mapped */
};

struct hooks;

/* `all`: every hook for every file (--hooks all). policy may be NULL: then there are none. */
struct hooks *hooks_new(const struct policy *policy, const struct kernel_profile *profile,
			bool all);
void hooks_free(struct hooks *hooks);

/* How many cases there can be for one file at most. */
size_t hooks_max(const struct hooks *hooks);

/*
 * The cases for a file of this mode, place (content_of_path()) and kinds (content_of_head()).
 * `kinds_known` false: the head was not read; a case that hangs on it is included if the place
 * suggests it. Writes at most hooks_max(); returns how many.
 */
size_t hooks_for(const struct hooks *hooks, unsigned mode, unsigned place, unsigned kinds,
		 bool kinds_known, struct hooks_case *out);

/* Could knowing the kinds add a case? Then the head is worth reading. */
bool hooks_want_kinds(const struct hooks *hooks, unsigned mode, unsigned place);

#endif
