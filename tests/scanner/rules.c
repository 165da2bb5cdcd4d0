/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules for tests of what judges files. */
#include "tests/scanner/rules.h"

#include <check.h>
#include <string.h>

#include "scanner/digest.h"
#include "tests/scanner/testkeys.h"
#include "tests/scanner/tree.h"

void rules_init(struct rules *r, const char *policy)
{
	struct policy_error error = {0};
	struct fault f = {0};

	memset(r, 0, sizeof(*r));
	ck_assert_int_eq(digest_init(&f), 0);
	r->profile = testkeys_profile();
	if (policy) {
		r->policy = policy_parse("test", policy, strlen(policy), &r->profile, &error);
		ck_assert_msg(r->policy != NULL, "%s", error.reason);
	}
	r->hooks = hooks_new(r->policy, &r->profile, false);
	r->ring = keyring_new(".none");
	r->blacklist = blacklist_new();
	r->filesystems = fsinfo_open(tree_path(), &f);
	ck_assert(r->hooks && r->ring && r->blacklist && r->filesystems);
	r->rules = (struct inspect_rules){
		.profile = &r->profile,
		.policy = r->policy,
		.hooks = r->hooks,
		.ima = r->ring,
		.evm = r->ring,
		.platform = r->ring,
		.blacklist = r->blacklist,
		.filesystems = r->filesystems,
		.now_s = 1700000000,
		.stop = &r->stop,
	};
}

void rules_done(struct rules *r)
{
	hooks_free(r->hooks);
	policy_free(r->policy);
	keyring_free(r->ring);
	blacklist_free(r->blacklist);
	fsinfo_close(r->filesystems);
}
