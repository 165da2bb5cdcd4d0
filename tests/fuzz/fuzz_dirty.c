/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: whether file systems were left unclean. The input is a whole small file system. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rescue/fskind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	for (size_t i = 0; i < fskind_count(); i++) {
		const struct fskind *kind = fskind_at(i);

		if (kind->state && kind->state(fd, 0, size) > FSKIND_NOT_KNOWN)
			abort();
	}
	close(fd);
	return 0;
}
