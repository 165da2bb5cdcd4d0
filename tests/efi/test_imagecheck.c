/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/imagecheck.c, imagerules.c and shimimage.c. */
#include "efi/imagecheck.h"
#include "tests/suites.h"
Suite *imagecheck_suite(void)
{
	Suite *suite = suite_create("imagecheck");
	return suite;
}
