/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SCANNER_RULES_H
#define TESTS_SCANNER_RULES_H

#include <stdatomic.h>

#include "scanner/inspect.h"

/* Everything by which files of the open tree (tests/scanner/tree.h) are judged, without any key. */
struct rules {
	struct kernel_profile profile;
	struct policy *policy;
	struct hooks *hooks;
	struct keyring *ring; /* empty: .ima, .evm and .platform */
	struct blacklist *blacklist;
	struct fsinfo_table *filesystems;
	atomic_bool stop;
	struct inspect_rules rules;
};

/* `policy`: the text of one, or NULL for labels only. */
void rules_init(struct rules *rules, const char *policy);
void rules_done(struct rules *rules);

#endif
