/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SUITES_H
#define TESTS_SUITES_H

#include <check.h>

/* Every suite, one line each: SUITE(name) means `Suite *name_suite(void)` in tests/…/test_name.c.
 */
#define SUITES                                                                                     \
	SUITE(base)                                                                                \
	SUITE(digest)                                                                              \
	SUITE(ecdsasig)                                                                            \
	SUITE(imaxattr)                                                                            \
	SUITE(escape)                                                                              \
	SUITE(attrs)                                                                               \
	SUITE(evm)                                                                                 \
	SUITE(evmctl)                                                                              \
	SUITE(modsig)                                                                              \
	SUITE(verity)                                                                              \
	SUITE(verdict)                                                                             \
	SUITE(blacklist)                                                                           \
	SUITE(keyring)                                                                             \
	SUITE(verify)                                                                              \
	SUITE(interop)                                                                             \
	SUITE(policy_builtin)                                                                      \
	SUITE(policy_lint)                                                                         \
	SUITE(policy_match)                                                                        \
	SUITE(policy_parse)                                                                        \
	SUITE(profile)

#define SUITE(name) Suite *name##_suite(void);
SUITES
#undef SUITE

#endif
