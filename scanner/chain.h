/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_CHAIN_H
#define SCANNER_CHAIN_H

#include <stdbool.h>

#include "scanner/facts.h"
#include "scanner/hooks.h"
#include "scanner/policy/policy.h"
#include "scanner/verdict.h"

/*
 * No program is executed and no library mapped that was not opened before, and what IMA noted of the file
 * then counts now: the options of the rules that matched, the digest, a verdict that covers all hooks. So the
 * verdict of a first access is that of the last link of a chain.
 */

/*
 * Judges the access `access` to a file that nobody has accessed since it came into memory. False: no rule
 * governs it, and *out is untouched. Pure.
 */
bool chain_judge(const struct policy *policy, const struct policy_object *object,
		 const struct verdict_input *in, const struct hooks_case *access,
		 struct facts_hook *out);

/* Is a rule about the hook `func` (and the mask `mask`, 0: any) asked on the way to the hook `to`? */
bool chain_comes_before(enum policy_func func, unsigned mask, enum policy_func to);

#endif
