/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of Secure Boot, and one word for it (UEFI 2.10, 32.3). */
#include "efi/secureboot.h"

#include <errno.h>
#include <stdio.h>

int secureboot_read(const struct efistore *store, struct secureboot *out, struct fault *f)
{
	(void)store;
	(void)f;
	secureboot_unknown(out, "not read yet");
	return 0;
}

void secureboot_unknown(struct secureboot *out, const char *why)
{
	*out = (struct secureboot){.word = SECUREBOOT_CANNOT_TELL, .reason_count = 1};
	snprintf(out->reasons[0], sizeof(out->reasons[0]), "%s", why);
}

void secureboot_done(struct secureboot *state)
{
	(void)state;
}
