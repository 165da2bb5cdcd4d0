// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The image whose start is tried: it returns a number that nothing else returns. images.py writes the
 * case's name over `variant`, so that each image has a hash of its own. shim asks for .sbat
 * (SBAT.md of shim): SBAT is what the compiler is told to put there, if anything.
 */
#include "efi.h"

#define PAYLOAD_STATUS 4242

__attribute__((section(".variant"), used)) static const char variant[64] = "@VARIANT@";

#ifdef SBAT
__attribute__((section(".sbat"), used)) static const char sbat[] = SBAT;
#endif

efi_status efi_main(efi_handle image, struct efi_system_table *system);

efi_status efi_main(efi_handle image, struct efi_system_table *system)
{
	(void)image;
	(void)system;
	return PAYLOAD_STATUS;
}
