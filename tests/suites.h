/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SUITES_H
#define TESTS_SUITES_H

#include <check.h>

/* Every suite, one line each: SUITE(name) means `Suite *name_suite(void)` in tests/…/test_name.c.
 */
#define SUITES                                                                                     \
	SUITE(attrs)                                                                               \
	SUITE(base)                                                                                \
	SUITE(blacklist)                                                                           \
	SUITE(chain)                                                                               \
	SUITE(collect)                                                                             \
	SUITE(cmdtable)                                                                            \
	SUITE(content)                                                                             \
	SUITE(digest)                                                                              \
	SUITE(ecdsasig)                                                                            \
	SUITE(escape)                                                                              \
	SUITE(evm)                                                                                 \
	SUITE(evmctl)                                                                              \
	SUITE(imaxattr)                                                                            \
	SUITE(inspect)                                                                             \
	SUITE(interop)                                                                             \
	SUITE(kconfig)                                                                             \
	SUITE(keyring)                                                                             \
	SUITE(links)                                                                               \
	SUITE(listfile)                                                                            \
	SUITE(modsig)                                                                              \
	SUITE(namestack)                                                                           \
	SUITE(optable)                                                                             \
	SUITE(options)                                                                             \
	SUITE(policy_builtin)                                                                      \
	SUITE(policy_lint)                                                                         \
	SUITE(policy_match)                                                                        \
	SUITE(policy_parse)                                                                        \
	SUITE(profile)                                                                             \
	SUITE(queue)                                                                               \
	SUITE(readahead)                                                                           \
	SUITE(report)                                                                              \
	SUITE(sandbox)                                                                             \
	SUITE(scan)                                                                                \
	SUITE(session)                                                                             \
	SUITE(spool)                                                                               \
	SUITE(tally)                                                                               \
	SUITE(verdict)                                                                             \
	SUITE(verify)                                                                              \
	SUITE(verity)                                                                              \
	SUITE(walk)

#define SUITE(name) Suite *name##_suite(void);
SUITES
#include "tests/efi/suites.inc"
#undef SUITE

#endif
