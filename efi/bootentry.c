/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of everything a machine can start, as its readers fill it. */
#include "efi/bootentry.h"
#include "scanner/base/bytes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const source_names[BOOTENTRY_SOURCES] = {
	[BOOTENTRY_FIRMWARE] = "firmware",
	[BOOTENTRY_FALLBACK] = "fallback",
	[BOOTENTRY_GRUB] = "grub",
	[BOOTENTRY_BLS] = "bls",
	[BOOTENTRY_UKI] = "uki",
	[BOOTENTRY_REFIND] = "refind",
	[BOOTENTRY_LIMINE] = "limine",
	[BOOTENTRY_SYSLINUX] = "syslinux",
	[BOOTENTRY_UBOOT] = "u-boot",
	[BOOTENTRY_ZIPL] = "zipl",
	[BOOTENTRY_RASPBERRY] = "raspberry-pi",
	[BOOTENTRY_KEXEC] = "kexec",
	[BOOTENTRY_TEMPLATE] = "template",
};

static const char *const editing_names[] = {
	[BOOTENTRY_EDIT_UNKNOWN] = "unknown",
	[BOOTENTRY_EDIT_NONE] = "none",
	[BOOTENTRY_EDIT_PASSWORD] = "password",
	[BOOTENTRY_EDIT_ANYONE] = "anyone",
};

const char *bootentry_source_name(enum bootentry_source source)
{
	return source_names[source];
}

const char *bootentry_editing_name(enum bootentry_editing editing)
{
	return editing_names[editing];
}

static int grow(struct bootentry_list *list, struct fault *f)
{
	size_t capacity = list->capacity ? list->capacity * 2 : 32;
	struct bootentry *entries;

	if (list->count < list->capacity)
		return 0;
	entries = reallocarray(list->entries, capacity, sizeof(*entries));
	if (!entries)
		return fault_set(f, ENOMEM, "listing what can be booted");
	list->entries = entries;
	list->capacity = capacity;
	return 0;
}

struct bootentry *bootentry_add(struct bootentry_list *list, enum bootentry_source source,
				const char *where, unsigned line, struct fault *f)
{
	char *copy;

	if (list->count >= BOOTENTRY_MAX) {
		list->truncated = true;
		fault_set(f, ENOSPC, "more than %d entries", BOOTENTRY_MAX);
		return NULL;
	}
	if (grow(list, f) < 0)
		return NULL;
	copy = strdup(where);
	if (!copy) {
		fault_set(f, ENOMEM, "listing what can be booted");
		return NULL;
	}
	list->entries[list->count] =
		(struct bootentry){.source = source, .where = copy, .line = line};
	return &list->entries[list->count++];
}

int bootentry_add_initrd(struct bootentry *entry, const char *path, struct fault *f)
{
	char **initrds, *copy;

	if (entry->initrd_count >= BOOTENTRY_INITRDS_MAX) {
		entry->incomplete = true;
		return fault_set(f, ENOSPC, "more than %d initial ramdisks", BOOTENTRY_INITRDS_MAX);
	}
	initrds = reallocarray(entry->initrds, entry->initrd_count + 1, sizeof(*initrds));
	if (!initrds)
		return fault_set(f, ENOMEM, "listing what can be booted");
	entry->initrds = initrds;
	copy = strdup(path);
	if (!copy)
		return fault_set(f, ENOMEM, "listing what can be booted");
	initrds[entry->initrd_count++] = copy;
	return 0;
}

int bootentry_set(struct bootentry *entry, char **field, const char *text, size_t n,
		  struct fault *f)
{
	char *copy;

	if (n > BOOTENTRY_TEXT_MAX) {
		n = BOOTENTRY_TEXT_MAX;
		entry->incomplete = true;
	}
	copy = bytes_text(text, n);
	if (!copy)
		return fault_set(f, ENOMEM, "listing what can be booted");
	free(*field);
	*field = copy;
	return 0;
}

void bootentry_set_editing(struct bootentry *entry, enum bootentry_editing editing,
			   const char *format, ...)
{
	va_list args;

	entry->editing = editing;
	va_start(args, format);
	vsnprintf(entry->editing_why, sizeof(entry->editing_why), format, args);
	va_end(args);
}

void bootentry_clear_initrds(struct bootentry *entry)
{
	for (size_t i = 0; i < entry->initrd_count; i++)
		free(entry->initrds[i]);
	free(entry->initrds);
	entry->initrds = NULL;
	entry->initrd_count = 0;
}

static void entry_done(struct bootentry *entry)
{
	bootentry_clear_initrds(entry);
	free(entry->where);
	free(entry->title);
	free(entry->kernel);
	free(entry->kernel_said);
	free(entry->cmdline);
}

void bootentry_list_cut(struct bootentry_list *list, size_t count)
{
	while (list->count > count)
		entry_done(&list->entries[--list->count]);
}

void bootentry_list_done(struct bootentry_list *list)
{
	bootentry_list_cut(list, 0);
	free(list->entries);
	*list = (struct bootentry_list){0};
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_entry(const struct bootentry *a, const struct bootentry *b)
{
	if (a->source != b->source || a->line != b->line || a->initrd_count != b->initrd_count ||
	    a->editing != b->editing || a->hidden != b->hidden || a->disabled != b->disabled)
		return false;
	if (!same_text(a->where, b->where) || !same_text(a->cmdline, b->cmdline) ||
	    !same_text(a->title, b->title) || !same_text(a->kernel, b->kernel))
		return false;
	/* Different words for the same file are no difference. */
	if (!a->kernel && !same_text(a->kernel_said, b->kernel_said))
		return false;
	for (size_t i = 0; i < a->initrd_count; i++)
		if (!same_text(a->initrds[i], b->initrds[i]))
			return false;
	return true;
}

static struct bootentry *find_same(struct bootentry_list *list, size_t first, size_t count,
				   const struct bootentry *entry)
{
	for (size_t i = first; i < count; i++)
		if (same_entry(&list->entries[i], entry))
			return &list->entries[i];
	return NULL;
}

void bootentry_list_unique(struct bootentry_list *list, size_t first)
{
	size_t kept = first;

	for (size_t i = first; i < list->count; i++) {
		struct bootentry *entry = &list->entries[i];
		struct bootentry *same = find_same(list, first, kept, entry);

		if (!same) {
			list->entries[kept++] = *entry;
			continue;
		}
		same->is_default |= entry->is_default;
		same->is_next |= entry->is_next;
		same->incomplete |= entry->incomplete;
		entry_done(entry);
	}
	list->count = kept;
}
