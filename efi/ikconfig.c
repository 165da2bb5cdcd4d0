/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration inside a kernel (kernel/configs.c of Linux 6.12). */
#include "efi/ikconfig.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "efi/unpack.h"
#include "scanner/base/own.h"

static const char begin_mark[] = "IKCFG_ST", end_mark[] = "IKCFG_ED";
enum { MARK_BYTES = sizeof(begin_mark) - 1 };

/* Any line of an option will do: a configuration without one is of no use to anybody. */
static bool is_config(const struct unpack *text)
{
	return text->size > 0 && (memmem(text->data, text->size, "\nCONFIG_", 8) ||
				  (text->size >= 7 && memcmp(text->data, "CONFIG_", 7) == 0));
}

/* Fills *damage unless what begins at data is a configuration. */
static bool is_good(const uint8_t *data, size_t size, const struct unpack *text,
		    struct fault *damage)
{
	if (text->kind != UNPACK_GZIP)
		fault_set(damage, EBADMSG,
			  "reading the built-in configuration: it is no gzip stream");
	else if (text->end != UNPACK_WHOLE)
		*damage = text->why, fault_add(damage, "reading the built-in configuration");
	else if (!is_config(text))
		fault_set(damage, EBADMSG, "reading the built-in configuration: it has no options");
	else if (size - text->used < MARK_BYTES ||
		 memcmp(data + text->used, end_mark, MARK_BYTES) != 0)
		fault_set(damage, EBADMSG,
			  "reading the built-in configuration: its end is not marked");
	else
		return true;
	return false;
}

int ikconfig_find(const uint8_t *data, size_t size, char **out_text, size_t *out_size,
		  struct fault *damage, struct fault *f)
{
	const uint8_t *at = data, *end = data + size;

	*out_text = NULL;
	*damage = (struct fault){0};
	for (int i = 0; i < IKCONFIG_TRIES_MAX; i++) {
		struct unpack text;

		at = size ? memmem(at, (size_t)(end - at), begin_mark, MARK_BYTES) : NULL;
		if (!at)
			break;
		at += MARK_BYTES;
		if (unpack_kind(at, (size_t)(end - at)) != UNPACK_GZIP) {
			fault_set(damage, EBADMSG,
				  "reading the built-in configuration: it is no gzip stream");
			continue;
		}
		if (unpack_stream(at, (size_t)(end - at), IKCONFIG_TEXT_MAX, &text, f) < 0)
			return -1;
		if (is_good(at, (size_t)(end - at), &text, damage)) {
			*out_text = (char *)take_ptr(text.data);
			*out_size = text.size;
			*damage = (struct fault){0};
			return 0;
		}
		unpack_done(&text);
	}
	return 0;
}
