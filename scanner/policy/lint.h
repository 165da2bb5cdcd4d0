/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_POLICY_LINT_H
#define SCANNER_POLICY_LINT_H

#include "scanner/policy/policy.h"

/* What lint.c runs and the files lint_*.c hold. */

struct policy_linter {
	const struct policy *policy;
	const struct kernel_profile *profile;
	policy_lint_fn *report;
	void *context;
	size_t found;
};

/* A kind of weakness: all of it that is the same for each occurrence. */
struct policy_weakness {
	const char *id, *severity, *why, *remedy;
};

/* Reports one occurrence; `what` is a format. `rule` NULL: of the policy as a whole. */
void policy_lint_report(struct policy_linter *linter, const struct policy_weakness *weakness,
			const struct policy_rule *rule, const char *what, ...)
	__attribute__((format(printf, 4, 5)));

/* Weaknesses of the whole (lint_whole.c), and of one rule (lint_rule.c). */
void policy_lint_whole(struct policy_linter *linter);
void policy_lint_rule(struct policy_linter *linter, const struct policy_rule *rule);

/* Does every access that `rule` matches match `earlier`, too? */
bool policy_covers(const struct policy_rule *earlier, const struct policy_rule *rule);
/* Can the rule match an access through this hook? */
bool policy_may_match_func(const struct policy_rule *rule, enum policy_func func);

#endif
