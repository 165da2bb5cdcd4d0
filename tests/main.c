/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs every unit test suite. Output in check's own words; the status counts failures. */
#include "tests/suites.h"

#include <stdlib.h>

int main(void)
{
	SRunner *runner = srunner_create(NULL);
	int failed;

#define SUITE(name) srunner_add_suite(runner, name##_suite());
	SUITES
#ifdef TESTS_WITH_EFI
#include "tests/efi/suites.inc"
#endif
#undef SUITE
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
