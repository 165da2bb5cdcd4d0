/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a variable store: every variable lies within them, its name becomes text. */
#include <stdlib.h>

#include "efi/ucs2.h"
#include "efi/varstore.h"
#include "scanner/base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct whole {
	const uint8_t *data;
	size_t size;
};

static int each(void *context, const struct varstore_variable *v, struct fault *f)
{
	const struct whole *whole = context;
	own_buf struct buf name = {0};

	(void)f;
	if (v->name < whole->data || v->data < v->name + v->name_size ||
	    v->data + v->size > whole->data + whole->size || v->name_size % 2 || !v->name_size)
		abort();
	if (ucs2_to_utf8(v->name, v->name_size, &name) > v->name_size)
		abort();
	(void)ucs2_is_text(v->data, v->size);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct whole whole = {data, size};
	struct fault fault;

	if (varstore_decode(data, size, each, &whole, &fault) == 0 && !varstore_is(data, size))
		abort();
	return 0;
}
