/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Saved variables, written (docs/formats/saved-efi.md). What reads them is savedread.c: json-c has a json_bool too. */
#include "efi/saved.h"

#include <string.h>

#include "scanner/base/json.h"

static void encode_variable(const struct efistore_variable *v, struct buf *out)
{
	char guid[GUID_TEXT_BYTES];

	guid_text(&v->guid, guid);
	buf_addc(out, '\n');
	json_open(out, NULL, '{');
	json_path(out, "name", "name_hex", v->name);
	json_text(out, "guid", guid);
	json_number(out, "attributes", v->attributes);
	if (v->unreadable)
		json_number(out, "unreadable", (uint64_t)v->unreadable);
	else
		json_hex(out, "data", v->data, v->size);
	json_close(out, '}');
}

void saved_encode(const struct efistore *store, const struct saved_heading *heading,
		  struct buf *out)
{
	struct tm tm = {0};
	char when[32] = "";

	if (gmtime_r(&heading->when, &tm))
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_printf(out, "{\"ima-efi-variables\":%d", SAVED_VERSION);
	json_text(out, "saved", when);
	json_text(out, "version", heading->version);
	if (heading->source)
		json_path(out, "source", "source_hex", heading->source);
	else
		json_null(out, "source");
	json_open(out, "variables", '[');
	for (size_t i = 0; i < efistore_count(store); i++) {
		if (i)
			buf_addc(out, ',');
		encode_variable(efistore_at(store, i), out);
	}
	buf_puts(out, "\n]}\n");
}
