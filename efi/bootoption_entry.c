/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot options of the firmware as entries of the list of everything that can be started. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "efi/bootoption.h"
#include "scanner/base/bytes.h"

char *bootoption_esp_path(const char *file)
{
	char *path = NULL;

	while (*file == '\\' || *file == '/')
		file++;
	if (asprintf(&path, "ESP:/%s", file) < 0)
		return NULL;
	for (char *p = path; *p; p++)
		if (*p == '\\')
			*p = '/';
	return path;
}

static int fill_entry(const struct bootoption *option, struct bootentry *entry, struct fault *f)
{
	entry->title = strdup(option->title);
	entry->kernel_said = strdup(option->file ? option->file : option->path);
	if (!entry->title || !entry->kernel_said)
		return fault_set(f, ENOMEM, "keeping a boot option");
	if (option->file_on_partition && option->file) {
		entry->kernel = bootoption_esp_path(option->file);
		if (!entry->kernel)
			return fault_set(f, ENOMEM, "keeping a boot option");
	}
	if (option->optional_text) {
		entry->cmdline = bytes_text(option->optional_text, BOOTENTRY_TEXT_MAX);
		if (!entry->cmdline)
			return fault_set(f, ENOMEM, "keeping a boot option");
	}
	entry->is_next = option->is_next;
	entry->hidden = option->hidden || option->application;
	entry->disabled = !option->active;
	entry->editing = BOOTENTRY_EDIT_UNKNOWN;
	snprintf(entry->editing_why, sizeof(entry->editing_why),
		 "the firmware's set-up screen or a UEFI shell may change options; no boot menu "
		 "asks for them");
	return 0;
}

int bootoption_entries(const struct bootoption_list *list, struct bootentry_list *out,
		       struct fault *f)
{
	bool seen_default = false;

	for (size_t i = 0; i < list->count; i++) {
		const struct bootoption *option = &list->items[i];
		struct bootentry *entry;

		if (option->why[0])
			continue;
		entry = bootentry_add(out, BOOTENTRY_FIRMWARE, option->name, 0, f);
		if (!entry || fill_entry(option, entry, f) < 0)
			return -1;
		/* The first that firmware tries by itself. */
		entry->is_default = !seen_default && option->position >= 0 && option->active &&
				    !option->application;
		seen_default |= entry->is_default;
	}
	return 0;
}
