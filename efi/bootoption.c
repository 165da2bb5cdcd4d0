/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot options (UEFI 2.10, 3.1.3): checked here, then taken apart by libefiboot, whose functions trust what
 * they are given (docs/formats/bootoption.md).
 */
#include "efi/bootoption.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <efivar/efiboot.h>
#include <efivar/efivar.h>

#include "efi/devicepath.h"
#include "efi/ucs2.h"
#include "scanner/base/bytes.h"
#include "scanner/base/escape.h"
#include "scanner/base/own.h"

enum {
	ATTRIBUTE_ACTIVE = 1,
	ATTRIBUTE_HIDDEN = 8,
	ATTRIBUTE_CATEGORY = 0x1f00,
	OPTION_HEADER = 6, /* attributes and the length of the path list */
};

/* What edk2 puts into the options that it makes by itself (UefiBootManagerLib, BmBoot.c). */
static const uint8_t automatic_mark[16] = {0x4e, 0xac, 0x08, 0x81, 0x11, 0x9f, 0x59, 0x4d,
					   0x85, 0x0e, 0xe2, 0x1a, 0x52, 0x2c, 0x59, 0xb2};

/* --- One option --- */

/* Where its parts are, every length checked. */
struct parts {
	const uint8_t *title, *path, *optional;
	size_t title_size, path_size, optional_size;
};

/* Why it is malformed; NULL: it is not. */
static const char *split(const uint8_t *data, size_t size, struct parts *out)
{
	struct bytes b = bytes_of(data, size);
	uint16_t list;

	(void)bytes_u32le(&b);
	list = bytes_u16le(&b);
	if (b.bad)
		return "fewer bytes than a load option has";
	if (!ucs2_end(b.at, b.left, &out->title_size))
		return "its title does not end";
	out->title = bytes_take(&b, out->title_size);
	out->path = bytes_take(&b, list);
	if (b.bad)
		return "its device path is longer than what is left";
	if (!devicepath_size(out->path, list, &out->path_size))
		return "its device path is malformed";
	out->optional = b.at;
	out->optional_size = b.left;
	return NULL;
}

/* A copy of what a buffer holds; NULL: no memory. */
static char *text_of(struct buf *text)
{
	return text->failed ? NULL : bytes_text(buf_text(text), text->len);
}

static bool is_utf8_text(const uint8_t *data, size_t size)
{
	while (size && !data[size - 1])
		size--;
	for (size_t i = 0; i < size; i++)
		if ((data[i] < 0x20 && !strchr("\t\n\r", data[i])) || data[i] == 0x7f || !data[i])
			return false;
	return size && escape_is_utf8(data, size);
}

/* NULL in *out: it is no text. -1: no memory. */
static int optional_text(const uint8_t *data, size_t size, char **out)
{
	own_buf struct buf text = {0};

	*out = NULL;
	/* Text of 16-bit characters has NUL bytes within, which the other has not. */
	if (is_utf8_text(data, size))
		buf_add(&text, data, strnlen((const char *)data, size));
	else if (ucs2_is_text(data, size))
		(void)ucs2_to_utf8(data, size, &text);
	else
		return 0;
	*out = text_of(&text);
	return *out ? 0 : -1;
}

/* What the library says, which must agree with the check. */
static bool ask_library(const uint8_t *data, size_t size, const struct parts *parts,
			struct bootoption *out)
{
	efi_load_option *option = (efi_load_option *)data;
	unsigned char *optional = NULL;
	size_t optional_size = 0;
	bool agrees;

	out->attributes = efi_loadopt_attrs(option);
	agrees = efi_loadopt_optional_data(option, size, &optional, &optional_size) == 0 &&
		 optional == parts->optional && optional_size == parts->optional_size;
	efi_error_clear();
	return agrees;
}

static int fill(const struct parts *parts, struct bootoption *out)
{
	own_buf struct buf title = {0}, path = {0}, file = {0};

	(void)ucs2_to_utf8(parts->title, parts->title_size, &title);
	devicepath_text(parts->path, parts->path_size, &path);
	out->title = text_of(&title);
	out->path = text_of(&path);
	if (devicepath_file(parts->path, parts->path_size, &file)) {
		out->file = text_of(&file);
		if (!out->file)
			return -1;
		out->file_on_partition = devicepath_is_on_partition(parts->path, parts->path_size);
	}
	if (!out->title || !out->path ||
	    optional_text(parts->optional, parts->optional_size, &out->optional_text) < 0)
		return -1;
	if (!parts->optional_size)
		return 0;
	out->optional = malloc(parts->optional_size);
	if (!out->optional)
		return -1;
	memcpy(out->optional, parts->optional, parts->optional_size);
	out->optional_size = parts->optional_size;
	out->automatic = out->optional_size == sizeof(automatic_mark) &&
			 memcmp(out->optional, automatic_mark, sizeof(automatic_mark)) == 0;
	return 0;
}

int bootoption_decode(const uint8_t *data, size_t size, struct bootoption *out, struct fault *f)
{
	struct parts parts;
	const char *why = split(data, size, &parts);

	*out = (struct bootoption){.position = -1};
	if (!why && !ask_library(data, size, &parts, out))
		why = "libefiboot reads it otherwise than we do";
	if (why) {
		snprintf(out->why, sizeof(out->why), "%s", why);
		return 0;
	}
	out->active = out->attributes & ATTRIBUTE_ACTIVE;
	out->hidden = out->attributes & ATTRIBUTE_HIDDEN;
	out->application = out->attributes & ATTRIBUTE_CATEGORY;
	if (fill(&parts, out) < 0) {
		bootoption_done(out);
		return fault_set(f, ENOMEM, "reading a boot option");
	}
	return 0;
}

void bootoption_done(struct bootoption *option)
{
	free(option->title);
	free(option->path);
	free(option->file);
	free(option->optional);
	free(option->optional_text);
	*option = (struct bootoption){.position = -1};
}

/* --- All of them --- */

/* A variable of 16-bit numbers. */
struct numbers {
	struct bytes at;
	bool there; /* and well formed */
};

static struct numbers numbers_of(const struct efistore *store, const char *name, size_t max,
				 struct remark_list *remarks)
{
	const struct efistore_variable *v = efistore_find(store, &guid_global, name);
	struct numbers none = {0};
	struct fault fault = {0};

	if (!v)
		return none;
	if (!v->unreadable && v->size % 2 == 0 && v->size && v->size / 2 <= max)
		return (struct numbers){.at = bytes_of(v->data, v->size), .there = true};
	/* An empty order is an order. */
	if (!v->unreadable && !v->size && max > 1)
		return (struct numbers){.there = true};
	if (v->unreadable)
		fault_set(&fault, v->unreadable, "reading the variable");
	else
		fault_set(&fault, 0, "malformed: it has %zu bytes", v->size);
	remark_add(remarks, name, &fault);
	return none;
}

static bool one_number(const struct efistore *store, const char *name, uint16_t *out,
		       struct remark_list *remarks)
{
	struct numbers numbers = numbers_of(store, name, 1, remarks);

	*out = bytes_u16le(&numbers.at);
	return numbers.there;
}

/* "Boot0001" and no "BootOrder", "BootOptionSupport". */
static bool number_of(const char *name, uint16_t *out)
{
	unsigned value = 0;

	if (strlen(name) != 8 || strncmp(name, "Boot", 4) != 0)
		return false;
	for (size_t i = 4; i < 8; i++) {
		static const char digits[] = "0123456789ABCDEF";
		const char *digit = strchr(digits, name[i]);

		if (!digit)
			return false;
		value = value << 4 | (unsigned)(digit - digits);
	}
	*out = (uint16_t)value;
	return true;
}

static struct bootoption *append(struct bootoption_list *list, uint16_t number, struct fault *f)
{
	struct bootoption *items = reallocarray(list->items, list->count + 1, sizeof(*items));
	struct bootoption *option;

	if (!items) {
		fault_set(f, ENOMEM, "reading boot options");
		return NULL;
	}
	list->items = items;
	option = &items[list->count++];
	*option = (struct bootoption){.number = number, .position = -1};
	snprintf(option->name, sizeof(option->name), "Boot%04X", number);
	return option;
}

static void complain(const struct bootoption *option, struct remark_list *remarks)
{
	struct fault fault;

	fault_set(&fault, 0, "%s", option->why);
	remark_add(remarks, option->name, &fault);
}

static int read_one(const struct efistore_variable *v, uint16_t number,
		    struct bootoption_list *list, struct remark_list *remarks, struct fault *f)
{
	struct bootoption *option = append(list, number, f), decoded;

	if (!option)
		return -1;
	if (v->unreadable) {
		snprintf(option->why, sizeof(option->why), "it cannot be read: %s",
			 strerror(v->unreadable));
		complain(option, remarks);
		return 0;
	}
	if (bootoption_decode(v->data, v->size, &decoded, f) < 0)
		return -1;
	memcpy(decoded.name, option->name, sizeof(decoded.name));
	decoded.number = number;
	*option = decoded;
	if (option->why[0])
		complain(option, remarks);
	return 0;
}

static struct bootoption *by_number(struct bootoption_list *list, uint16_t number)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].number == number)
			return &list->items[i];
	return NULL;
}

/* Marks each option's place; one that is named and not there gets a row too, since somebody wanted it. */
static int place(struct bootoption_list *list, struct numbers order, struct fault *f)
{
	for (int position = 0; order.at.left; position++) {
		uint16_t number = bytes_u16le(&order.at);
		struct bootoption *option = by_number(list, number);

		if (!option) {
			option = append(list, number, f);
			if (!option)
				return -1;
			snprintf(option->why, sizeof(option->why),
				 "BootOrder names it, and it is not there");
		}
		if (option->position < 0)
			option->position = position;
	}
	return 0;
}

static int compare_options(const void *a, const void *b)
{
	const struct bootoption *x = a, *y = b;

	if ((x->position < 0) != (y->position < 0))
		return x->position < 0 ? 1 : -1;
	if (x->position != y->position)
		return x->position < y->position ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static int read_all(const struct efistore *store, struct bootoption_list *list,
		    struct remark_list *remarks, struct fault *f)
{
	uint16_t number;

	for (size_t i = 0; i < efistore_count(store); i++) {
		const struct efistore_variable *v = efistore_at(store, i);

		if (guid_equal(&v->guid, &guid_global) && number_of(v->name, &number) &&
		    read_one(v, number, list, remarks, f) < 0)
			return -1;
	}
	return 0;
}

int bootoption_read(const struct efistore *store, struct bootoption_list *out,
		    struct remark_list *remarks, struct fault *f)
{
	struct bootoption_list list = {0};
	struct numbers order;

	order = numbers_of(store, "BootOrder", BOOTOPTION_ORDER_MAX, remarks);
	list.has_order = order.there;
	list.has_next = one_number(store, "BootNext", &list.next, remarks);
	list.has_current = one_number(store, "BootCurrent", &list.current, remarks);
	list.has_timeout = one_number(store, "Timeout", &list.timeout_seconds, remarks);
	if (read_all(store, &list, remarks, f) < 0 || place(&list, order, f) < 0) {
		bootoption_list_done(&list);
		return -1;
	}
	for (size_t i = 0; i < list.count; i++) {
		list.items[i].is_next = list.has_next && list.items[i].number == list.next;
		list.items[i].is_current = list.has_current && list.items[i].number == list.current;
	}
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), compare_options);
	*out = list;
	return 0;
}

void bootoption_list_done(struct bootoption_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		bootoption_done(&list->items[i]);
	free(list->items);
	*list = (struct bootoption_list){0};
}
