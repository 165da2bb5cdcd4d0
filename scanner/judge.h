/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_JUDGE_H
#define SCANNER_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/facts.h"
#include "scanner/hooks.h"
#include "scanner/policy/policy.h"

/* Applies the policy to a file's facts: which rules govern it, and the verdict of each. One per
 * worker. */
struct judge;

/* policy may be NULL: then the label alone decides. max_cases: hooks_max(). NULL: no memory. */
struct judge *judge_new(const struct policy *policy, size_t max_cases);
void judge_free(struct judge *judge);

/* Could an appraise rule govern one of these accesses? Needs only inode, path and file system. */
bool judge_may_govern(struct judge *judge, const struct facts *facts,
		      const struct hooks_case *cases, size_t count);

/* Fills governed, hooks, hook_count and verdict. The hooks belong to the judge until the next call.
 */
void judge_file(struct judge *judge, struct facts *facts, const struct hooks_case *cases,
		size_t count);

/* What policy_match() wants to know of the file. Borrows from *facts. */
struct policy_object judge_object(const struct facts *facts);

#endif
