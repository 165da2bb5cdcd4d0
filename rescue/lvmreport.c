/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON reports of lvm2 (lvmreport(7), lvs(8)). */
#include "rescue/lvmreport.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/own.h"

enum { DEPTH_MAX = 8 };

static void put(struct json_object **object)
{
	json_object_put(*object);
}

#define own_json __attribute__((cleanup(put)))

/* --- Names --- */

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool lvmreport_is_name(const char *name)
{
	size_t n = strlen(name);
	size_t good = 0;

	while (name[good] && (strchr(letters, name[good]) || strchr("+_.-", name[good])))
		good++;
	return n > 0 && n < LVMREPORT_NAME_BYTES && good == n && *name != '-' &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* "nw9Wsm-WMBz-g88H-7JhC-ZXf8-HVGH-u8Cjhm": 32 characters of lvm2's own alphabet and hyphens. */
static int copy_uuid(const char *text, char out[LVMREPORT_UUID_BYTES], struct fault *f)
{
	char uuid[LVMREPORT_UUID_BYTES];
	size_t n = 0;

	for (; *text; text++) {
		if (*text == '-')
			continue;
		if (n == sizeof(uuid) - 1 || !(strchr(letters, *text) || strchr("!#", *text)))
			return fault_set(f, EBADMSG, "reading lvm's report: an identifier");
		uuid[n++] = *text;
	}
	if (n != sizeof(uuid) - 1)
		return fault_set(f, EBADMSG, "reading lvm's report: an identifier");
	uuid[n] = '\0';
	memcpy(out, uuid, sizeof(uuid));
	return 0;
}

static int copy_name(const char *text, char out[LVMREPORT_NAME_BYTES], struct fault *f)
{
	if (!lvmreport_is_name(text))
		return fault_set(f, EBADMSG,
				 "reading lvm's report: a name that lvm does not allow");
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

/* --- The form of a report: {"report":[{"pv":[{…},…]}]} --- */

static struct json_object *member(struct json_object *object, const char *key, json_type type)
{
	struct json_object *found = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &found) || !json_object_is_type(found, type))
		return NULL;
	return found;
}

static const char *text_of(struct json_object *row, const char *key)
{
	struct json_object *found = member(row, key, json_type_string);
	const char *text = found ? json_object_get_string(found) : "";

	/* A NUL inside would hide what follows it. */
	return found && strlen(text) != (size_t)json_object_get_string_len(found) ? "" : text;
}

static struct json_object *parse(const char *json, struct fault *f)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *object;

	if (!tokener) {
		fault_set(f, ENOMEM, "reading lvm's report");
		return NULL;
	}
	object = json_tokener_parse_ex(tokener, json, (int)strlen(json) + 1);
	if (json_tokener_get_error(tokener) != json_tokener_success) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	if (!object)
		fault_set(f, EBADMSG, "reading lvm's report");
	return object;
}

/* The rows of the first report; they live as long as the object. NULL: it has none. */
static struct json_object *rows_of(struct json_object *object, const char *kind)
{
	struct json_object *reports = member(object, "report", json_type_array);

	if (!reports || json_object_array_length(reports) == 0)
		return NULL;
	return member(json_object_array_get_idx(reports, 0), kind, json_type_array);
}

/* --- Physical volumes --- */

/* What would have to be written first, or arranged with other machines. */
static const char *why_not_group(struct json_object *row)
{
	const char *lock = text_of(row, "vg_lock_type");

	if (*text_of(row, "vg_exported"))
		return "the volume group is exported";
	if (*text_of(row, "vg_systemid"))
		return "the volume group belongs to another machine's system ID";
	if (*lock && strcmp(lock, "none") != 0)
		return "the volume group is shared between machines";
	return NULL;
}

static int decode_pv(struct json_object *row, struct lvmreport_pv *out, struct fault *f)
{
	struct lvmreport_pv pv = {.why = why_not_group(row)};
	const char *count = text_of(row, "pv_count");

	if (!*text_of(row, "vg_uuid"))
		return fault_set(f, ENOENT, "looking for the volume group: there is none");
	if (copy_uuid(text_of(row, "pv_uuid"), pv.pv_uuid, f) < 0 ||
	    copy_uuid(text_of(row, "vg_uuid"), pv.vg_uuid, f) < 0 ||
	    copy_name(text_of(row, "vg_name"), pv.vg_name, f) < 0)
		return -1;
	pv.pv_count = (unsigned)strtoul(count, NULL, 10);
	*out = pv;
	return 0;
}

int lvmreport_decode_pv(const char *json, const char *device, struct lvmreport_pv *out,
			struct fault *f)
{
	own_json struct json_object *object = parse(json, f);
	struct json_object *rows = object ? rows_of(object, "pv") : NULL;

	if (!object)
		return -1;
	for (size_t i = 0; rows && i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		if (strcmp(text_of(row, "pv_name"), device) == 0)
			return decode_pv(row, out, f);
	}
	return fault_set(f, ENOENT, "looking for the volume group: lvm sees none");
}

/* --- Logical volumes --- */

/*
 * By the first character of lv_attr (lvs(8)), which says what kind of volume it is. Anything but plain
 * extents and their snapshots keeps metadata that its driver writes as soon as it runs.
 */
static const struct {
	char kind;
	const char *why;
} kinds[] = {
	{'-', NULL},
	{'o', NULL},
	{'s', NULL},
	{'O', "a snapshot is being merged into it"},
	{'S', "it is being merged"},
	{'V', "thin volumes cannot be brought up without writing"},
	{'t', "thin pools cannot be brought up without writing"},
	{'C', "cached volumes cannot be brought up without writing"},
	{'r', "RAID volumes of LVM cannot be brought up without writing"},
	{'R', "RAID volumes of LVM cannot be brought up without writing"},
	{'m', "mirrors of LVM cannot be brought up without writing"},
	{'M', "mirrors of LVM cannot be brought up without writing"},
	{'d', "VDO pools cannot be brought up without writing"},
	{'v', "virtual volumes are not supported"},
	{'g', "volumes with integrity data cannot be brought up without writing"},
	{'p', "it is being moved"},
	{'c', "it is being converted"},
};

static const char *why_not_volume(const char *attr)
{
	enum { HEALTH = 8 };

	if (strlen(attr) > HEALTH && attr[HEALTH] == 'p')
		return "a physical volume that it needs is missing";
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == *attr)
			return kinds[i].why;
	return "its kind is not known";
}

static int decode_lv(struct json_object *row, struct lvmreport_lv *out, struct fault *f)
{
	out->why = why_not_volume(text_of(row, "lv_attr"));
	if (copy_uuid(text_of(row, "lv_uuid"), out->uuid, f) < 0)
		return -1;
	return copy_name(text_of(row, "lv_name"), out->name, f);
}

int lvmreport_decode_lvs(const char *json, struct lvmreport_lvs *out, struct fault *f)
{
	own_json struct json_object *object = parse(json, f);
	struct json_object *rows = object ? rows_of(object, "lv") : NULL;
	own_mem struct lvmreport_lv *items = NULL;
	size_t count;

	if (!object)
		return -1;
	if (!rows)
		return fault_set(f, EBADMSG, "reading lvm's report");
	count = json_object_array_length(rows);
	if (count > LVMREPORT_LVS_MAX)
		return fault_set(f, E2BIG, "reading lvm's report: more than %d volumes",
				 LVMREPORT_LVS_MAX);
	items = calloc(count ? count : 1, sizeof(*items));
	if (!items)
		return fault_set(f, ENOMEM, "reading lvm's report");
	for (size_t i = 0; i < count; i++)
		if (decode_lv(json_object_array_get_idx(rows, i), &items[i], f) < 0)
			return -1;
	*out = (struct lvmreport_lvs){take_ptr(items), count};
	return 0;
}

void lvmreport_lvs_done(struct lvmreport_lvs *lvs)
{
	free(lvs->items);
	*lvs = (struct lvmreport_lvs){0};
}
