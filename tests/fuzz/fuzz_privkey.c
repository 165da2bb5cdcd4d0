/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private keys by their bytes; the first byte chooses a name. */
#include <stdint.h>

#include "efi/privkey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"x", "evm-key-plain", "evm-key", "kmk", "evm-a.blob"};
	enum privkey_kind kind = PRIVKEY_KINDS;

	if (size == 0)
		return 0;
	if (privkey_recognise(names[data[0] % 5], data + 1, size - 1, &kind) !=
	    (kind < PRIVKEY_KINDS))
		__builtin_trap();
	return 0;
}
