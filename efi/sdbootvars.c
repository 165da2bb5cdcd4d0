/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables of systemd's boot loader interface (systemd.io/BOOT_LOADER_INTERFACE, systemd-stub(7)). */
#include "efi/sdbootvars.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/ucs2.h"
#include "scanner/base/bytes.h"

static const struct {
	const char *name, *meaning;
} rows[SDBOOTVARS_TEXTS] = {
	[SDBOOTVARS_INFO] = {"LoaderInfo", "boot loader"},
	[SDBOOTVARS_FIRMWARE] = {"LoaderFirmwareInfo", "firmware"},
	[SDBOOTVARS_FIRMWARE_TYPE] = {"LoaderFirmwareType", "firmware's kind"},
	[SDBOOTVARS_IMAGE] = {"LoaderImageIdentifier", "loader's file"},
	[SDBOOTVARS_PARTITION] = {"LoaderDevicePartUUID", "loader's partition"},
	[SDBOOTVARS_SELECTED] = {"LoaderEntrySelected", "entry started"},
	[SDBOOTVARS_DEFAULT] = {"LoaderEntryDefault", "default entry"},
	[SDBOOTVARS_ONE_SHOT] = {"LoaderEntryOneShot", "next entry, once"},
	[SDBOOTVARS_TIMEOUT] = {"LoaderConfigTimeout", "menu timeout"},
	[SDBOOTVARS_TIMEOUT_ONE_SHOT] = {"LoaderConfigTimeoutOneShot", "menu timeout, once"},
	[SDBOOTVARS_STUB] = {"StubInfo", "stub"},
	[SDBOOTVARS_STUB_IMAGE] = {"StubImageIdentifier", "stub's file"},
	[SDBOOTVARS_STUB_PARTITION] = {"StubDevicePartUUID", "stub's partition"},
};

static const struct efistore_variable *find(const struct efistore *store, const char *name,
					    struct sdbootvars *vars, struct remark_list *remarks)
{
	const struct efistore_variable *v = efistore_find(store, &guid_systemd_loader, name);
	struct fault fault = {0};

	if (!v)
		return NULL;
	vars->any = true;
	if (!v->unreadable && v->size % 2 == 0)
		return v;
	if (v->unreadable)
		fault_set(&fault, v->unreadable, "reading the variable");
	else
		fault_set(&fault, 0, "no 16-bit text: it has %zu bytes", v->size);
	remark_add(remarks, name, &fault);
	return NULL;
}

/* One text, and how many bytes it took. NULL: no memory. */
static char *take_text(const uint8_t *data, size_t size, size_t *out_read)
{
	own_buf struct buf text = {0};

	*out_read = ucs2_to_utf8(data, size, &text);
	return text.failed ? NULL : bytes_text(buf_text(&text), text.len);
}

/* Ids, each ended by a NUL. */
static int read_entries(const struct efistore_variable *v, struct sdbootvars *vars, struct fault *f)
{
	size_t at = 0, read;

	vars->entries = calloc(SDBOOTVARS_ENTRIES_MAX, sizeof(*vars->entries));
	if (!vars->entries)
		return fault_set(f, ENOMEM, "reading LoaderEntries");
	while (at < v->size && vars->entry_count < SDBOOTVARS_ENTRIES_MAX) {
		char *id = take_text(v->data + at, v->size - at, &read);

		if (!id)
			return fault_set(f, ENOMEM, "reading LoaderEntries");
		at += read;
		if (*id)
			vars->entries[vars->entry_count++] = id;
		else
			free(id);
	}
	return 0;
}

int sdbootvars_read(const struct efistore *store, struct sdbootvars *out,
		    struct remark_list *remarks, struct fault *f)
{
	struct sdbootvars vars = {0};
	const struct efistore_variable *v;
	size_t read;

	for (size_t i = 0; i < SDBOOTVARS_TEXTS; i++) {
		v = find(store, rows[i].name, &vars, remarks);
		if (!v)
			continue;
		vars.texts[i] = take_text(v->data, v->size, &read);
		if (!vars.texts[i]) {
			sdbootvars_done(&vars);
			return fault_set(f, ENOMEM, "reading %s", rows[i].name);
		}
	}
	v = find(store, "LoaderEntries", &vars, remarks);
	if (v && read_entries(v, &vars, f) < 0) {
		sdbootvars_done(&vars);
		return -1;
	}
	*out = vars;
	return 0;
}

void sdbootvars_done(struct sdbootvars *vars)
{
	for (size_t i = 0; i < SDBOOTVARS_TEXTS; i++)
		free(vars->texts[i]);
	for (size_t i = 0; i < vars->entry_count; i++)
		free(vars->entries[i]);
	free(vars->entries);
	*vars = (struct sdbootvars){0};
}

const char *sdbootvars_name(enum sdbootvars_id id)
{
	return rows[id].name;
}

const char *sdbootvars_meaning(enum sdbootvars_id id)
{
	return rows[id].meaning;
}
