/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ima-efi status`. */
#include <errno.h>

#include "efi/command.h"

int cmd_status_run(const struct efioptions *o, FILE *out, struct fault *f)
{
	(void)o;
	(void)out;
	fault_set(f, ENOSYS, "status");
	return COMMAND_INTERNAL;
}
