/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a boot option, with whatever libefiboot and libefivar make of its device path. */
#include <stdlib.h>
#include <string.h>

#include "efi/bootoption.h"
#include "efi/devicepath.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as a path of their own too: most of them are no option. */
static void as_path(const uint8_t *data, size_t size)
{
	own_buf struct buf text = {0}, file = {0};
	size_t used;

	if (!devicepath_size(data, size, &used))
		return;
	if (used > size)
		abort();
	devicepath_text(data, used, &text);
	if (devicepath_is_on_partition(data, used) && !devicepath_file(data, used, &file))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bootoption option;
	struct fault fault;

	if (bootoption_decode(data, size, &option, &fault) < 0)
		abort();
	if (!option.why[0] && (!option.title || !option.path))
		abort();
	if (strcmp(option.why, "libefiboot reads it otherwise than we do") == 0)
		abort();
	if (option.file)
		free(bootoption_esp_path(option.file));
	bootoption_done(&option);
	as_path(data, size);
	return 0;
}
