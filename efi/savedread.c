/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Saved variables, read by json-c (docs/formats/saved-efi.md). */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "efi/saved.h"
#include "scanner/base/own.h"

enum { DEPTH_MAX = 4 }; /* the object, its list, a variable, its values */

bool saved_is(const void *data, size_t size)
{
	/* Whoever reformatted it may have put blanks in. */
	return memmem(data, size < 256 ? size : 256, "\"ima-efi-variables\"", 19) != NULL;
}

static void release(json_object **object)
{
	(void)json_object_put(*object);
}

static void free_tokener(json_tokener **tokener)
{
	if (*tokener)
		json_tokener_free(*tokener);
}

#define own_json    __attribute__((cleanup(release)))
#define own_tokener __attribute__((cleanup(free_tokener)))

static json_object *parse(const void *data, size_t size, struct fault *f)
{
	own_tokener json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	own_json json_object *object = NULL;

	if (!tokener) {
		fault_set(f, ENOMEM, "reading JSON");
		return NULL;
	}
	/* Strict: nothing may follow the object but blanks. */
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, data, (int)size);
	if (!object || !json_object_is_type(object, json_type_object)) {
		enum json_tokener_error why = json_tokener_get_error(tokener);

		fault_set(f, EINVAL, "no JSON object, at byte %zu (%s)",
			  json_tokener_get_parse_end(tokener), json_tokener_error_desc(why));
		return NULL;
	}
	return take_ptr(object);
}

static json_object *member(json_object *object, const char *key, json_type type)
{
	json_object *found = NULL;

	if (!json_object_object_get_ex(object, key, &found) || !json_object_is_type(found, type))
		return NULL;
	return found;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes of lower-case hexadecimal digits, followed by a NUL. NULL: it is none, or no memory. */
static uint8_t *unhex(json_object *text, size_t *out_size)
{
	const char *digits = json_object_get_string(text);
	size_t length = (size_t)json_object_get_string_len(text);
	own_mem uint8_t *bytes = length % 2 ? NULL : malloc(length / 2 + 1);

	if (!bytes)
		return NULL;
	for (size_t i = 0; i < length / 2; i++) {
		int high = digit(digits[2 * i]), low = digit(digits[2 * i + 1]);

		if (high < 0 || low < 0)
			return NULL;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	bytes[length / 2] = '\0';
	*out_size = length / 2;
	return take_ptr(bytes);
}

/* The exact bytes of a name; a NUL within would cut it. */
static char *name_of(json_object *variable)
{
	json_object *hex = member(variable, "name_hex", json_type_string);
	json_object *text = member(variable, "name", json_type_string);
	const char *name = NULL;
	size_t size = 0;
	own_mem char *bytes = NULL;

	if (hex) {
		bytes = (char *)unhex(hex, &size);
		name = bytes;
	} else if (text) {
		name = json_object_get_string(text);
		size = (size_t)json_object_get_string_len(text);
	}
	if (!name || !size || strlen(name) != size)
		return NULL;
	return bytes ? take_ptr(bytes) : strdup(name);
}

static bool number_of(json_object *variable, const char *key, uint32_t *out)
{
	json_object *number = member(variable, key, json_type_int);
	int64_t value = number ? json_object_get_int64(number) : -1;

	if (value < 0 || value > UINT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

static int decode_variable(json_object *object, saved_fn *each, void *context, struct fault *f)
{
	json_object *guid = member(object, "guid", json_type_string);
	json_object *data = member(object, "data", json_type_string);
	struct efistore_variable v = {0};
	own_mem char *name = NULL;
	own_mem uint8_t *bytes = NULL;
	uint32_t unreadable = 0;

	if (!json_object_is_type(object, json_type_object))
		return fault_set(f, EINVAL, "it is no object");
	name = name_of(object);
	if (!name)
		return fault_set(f, EINVAL, "it has no name");
	if (!guid || !guid_from_text(json_object_get_string(guid), &v.guid))
		return fault_set(f, EINVAL, "its \"guid\" is none");
	if (!number_of(object, "attributes", &v.attributes))
		return fault_set(f, EINVAL, "its \"attributes\" are no number");
	if (data)
		bytes = unhex(data, &v.size);
	else if (!number_of(object, "unreadable", &unreadable) || !unreadable)
		return fault_set(f, EINVAL, "it has neither \"data\" nor \"unreadable\"");
	if (data && !bytes)
		return fault_set(f, EINVAL, "its \"data\" is not hexadecimal");
	v.name = name;
	v.data = bytes;
	v.unreadable = unreadable > INT32_MAX ? EIO : (int)unreadable;
	return each(context, &v, f);
}

int saved_decode(const void *data, size_t size, saved_fn *each, void *context, struct fault *f)
{
	own_json json_object *object = NULL;
	json_object *list, *version;

	if (size > SAVED_FILE_MAX)
		return fault_set(f, EFBIG, "saved variables");
	object = parse(data, size, f);
	if (!object)
		return -1;
	version = member(object, "ima-efi-variables", json_type_int);
	if (!version)
		return fault_set(f, EINVAL, "no number \"ima-efi-variables\"");
	if (json_object_get_int64(version) != SAVED_VERSION)
		return fault_set(f, EINVAL,
				 "saved in version %" PRId64 " of the format; this program knows "
				 "version %d",
				 json_object_get_int64(version), SAVED_VERSION);
	list = member(object, "variables", json_type_array);
	if (!list)
		return fault_set(f, EINVAL, "no list \"variables\"");
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (decode_variable(json_object_array_get_idx(list, i), each, context, f) < 0)
			return fault_add(f, "saved variable %zu", i + 1);
	return 0;
}
