/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's environment block: grub-core/lib/envblk.c of GRUB 2.06. */
#include "efi/loaders/grubenv.h"

#include <errno.h>
#include <string.h>

#include "scanner/base/buf.h"

static const char signature[] = "# GRUB Environment Block\n";

/* One "name=value" up to its newline; a backslash keeps the character behind it. Returns what is behind. */
static const char *one(const char *at, const char *end, struct buf *name, struct buf *value)
{
	struct buf *into = name;

	for (; at < end && *at != '\n'; at++) {
		if (*at == '=' && into == name) {
			into = value;
			continue;
		}
		if (*at == '\\' && into == value && at + 1 < end)
			at++;
		buf_addc(into, *at);
	}
	/* Without a "=" it is no variable. */
	if (into == name)
		buf_clear(name);
	return at < end ? at + 1 : end;
}

int grubenv_decode(const char *text, size_t size, grubenv_fn *fn, void *context, bool *out_valid,
		   struct fault *f)
{
	const char *at = text + sizeof(signature) - 1, *end = text + size;

	*out_valid = size >= sizeof(signature) - 1 && memcmp(text, signature, at - text) == 0;
	while (*out_valid && at < end) {
		own_buf struct buf name = {0}, value = {0};
		bool comment = *at == '#';

		at = one(at, end, &name, &value);
		if (name.failed || value.failed)
			return fault_set(f, ENOMEM, "reading GRUB's environment block");
		if (!comment && *buf_text(&name) &&
		    fn(context, buf_text(&name), buf_text(&value), f) < 0)
			return -1;
	}
	return 0;
}
