/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LVM through lvm(8) of lvm2, 2.03.12 or later (--devices). */
#include "rescue/lvm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rescue/deviceid.h"
#include "rescue/mapping.h"
#include "rescue/tool.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

/* An empty LVM_SYSTEM_DIR: no lvm.conf, no devices file, no archive is looked for. */
static const char *const vars[] = {"LVM_SYSTEM_DIR=", "LVM_SUPPRESS_FD_WARNINGS=1", NULL};
static const struct tool lvm = {.name = "lvm", .package = "lvm2", .vars = vars};

/* lvm.conf(5). Of the group's name there are no characters that mean anything inside quotes. */
static const char configuration[] =
	"devices{use_devicesfile=0 obtain_device_list_from_udev=0 external_device_info_source=\"none\" "
	"hints=\"none\"} "
	"global{event_activation=0 notify_dbus=0 use_lvmpolld=0 use_lvmlockd=0 "
	"thin_check_executable=\"\" cache_check_executable=\"\"} "
	"backup{backup=0 archive=0} log{syslog=0} "
	"activation{udev_sync=0 udev_rules=0 monitoring=0 auto_activation_volume_list=[] "
	"read_only_volume_list=[\"%s\"]}";

/* "none" is the name of no group here: it only reads. */
static const char nothing[] = "none";

enum { DEVICES_MAX = 1024, ARGUMENTS_MAX = 2 * DEVICES_MAX + 32 };

static int run(const char *const *first, const char *const *devices, const char *group,
	       const char *last, const struct ledger *ledger, struct buf *out, struct fault *f)
{
	const char *arguments[ARGUMENTS_MAX];
	own_buf struct buf config = {0};
	size_t n = 0;

	buf_printf(&config, configuration, group);
	if (config.failed)
		return fault_set(f, ENOMEM, "running lvm");
	for (; *first; first++)
		arguments[n++] = *first;
	arguments[n++] = "--nolocking";
	arguments[n++] = "--config";
	arguments[n++] = buf_text(&config);
	for (size_t i = 0; devices[i]; i++) {
		if (i == DEVICES_MAX)
			return fault_set(f, E2BIG, "running lvm");
		arguments[n++] = "--devices";
		arguments[n++] = devices[i];
	}
	if (last)
		arguments[n++] = last;
	arguments[n] = NULL;
	return tool_run(&lvm, arguments, ledger, out, f);
}

/* --- Reading --- */

/* --readonly: without a lock, and without a word to the device mapper; the others show groups that belong
 * to other machines, so that they can be named. */
#define REPORT "--readonly", "--foreign", "--shared", "--reportformat", "json", "-o"

int lvm_read_pv(const char *device, const struct ledger *ledger, struct lvmreport_pv *out,
		struct fault *f)
{
	static const char *const first[] = {"pvs", REPORT, LVMREPORT_PV_FIELDS, NULL};
	const char *const devices[] = {device, NULL};
	own_buf struct buf text = {0};

	if (run(first, devices, nothing, NULL, ledger, &text, f) < 0)
		return -1;
	return lvmreport_decode_pv(buf_text(&text), device, out, f);
}

int lvm_read_lvs(const char *const *devices, const struct ledger *ledger, struct lvmreport_lvs *out,
		 struct fault *f)
{
	static const char *const first[] = {"lvs", REPORT, LVMREPORT_LV_FIELDS, NULL};
	own_buf struct buf text = {0};

	if (run(first, devices, nothing, NULL, ledger, &text, f) < 0)
		return -1;
	return lvmreport_decode_lvs(buf_text(&text), out, f);
}

/* --- Bringing up --- */

static void uuid_of(const char *group, const char *volume, struct buf *out)
{
	buf_printf(out, "LVM-%s%s", group, volume);
}

/* lvm2 makes links in /dev/GROUP: a directory that is there already is somebody else's. */
static bool is_taken(const char *group)
{
	own_buf struct buf path = {0};
	struct stat st;

	buf_printf(&path, "/dev/%s", group);
	return path.failed || lstat(buf_text(&path), &st) == 0 || errno != ENOENT;
}

int lvm_begin(const char *const *devices, const struct lvmreport_pv *group, struct ledger *ledger,
	      struct fault *f)
{
	own_buf struct buf uuid = {0}, entry = {0};

	uuid_of(group->vg_uuid, "", &uuid);
	buf_printf(&entry, "%s %s", group->vg_uuid, group->vg_name);
	if (deviceid_encode_paths(devices, &entry, f) < 0)
		return -1;
	if (uuid.failed || entry.failed)
		return fault_set(f, ENOMEM, "bringing up a volume group");
	if (mapping_has_prefix(buf_text(&uuid)))
		return fault_set(f, EEXIST,
				 "volume group %s, or another copy of it, is set up already",
				 group->vg_name);
	if (is_taken(group->vg_name))
		return fault_set(f, EEXIST, "volume group %s: its name is taken (/dev/%s)",
				 group->vg_name, group->vg_name);
	return ledger_add(ledger, UNDO_GROUP, buf_text(&entry), f);
}

int lvm_activate(const char *const *devices, const struct lvmreport_pv *group,
		 const struct lvmreport_lv *lv, const struct ledger *ledger, unsigned *out_minor,
		 struct fault *f)
{
	static const char *const first[] = {"lvchange", "--yes",  "--activate", "y",
					    "-K",	"--poll", "n",		NULL};
	own_buf struct buf uuid = {0}, name = {0}, mapped = {0};

	uuid_of(group->vg_uuid, lv->uuid, &uuid);
	buf_printf(&name, "%s/%s", group->vg_name, lv->name);
	mapping_lvm_name(group->vg_name, lv->name, &mapped);
	if (uuid.failed || name.failed || mapped.failed)
		return fault_set(f, ENOMEM, "bringing up a logical volume");
	/* Another volume of ours may have brought it up: an origin comes with its snapshots. */
	if (mapping_find(buf_text(&uuid), out_minor, f) == 0)
		return 0;
	if (mapping_has_name(buf_text(&mapped)))
		return fault_set(f, EEXIST, "a mapping called %s, which is not ours",
				 buf_text(&mapped));
	if (run(first, devices, group->vg_name, buf_text(&name), ledger, NULL, f) < 0)
		return -1;
	return mapping_find(buf_text(&uuid), out_minor, f);
}

/* --- Taking down --- */

/* The links that lvm2 made; those that udev keeps go by themselves. */
static void remove_links(const char *group)
{
	own_buf struct buf path = {0};
	own_dir DIR *dir = NULL;
	struct dirent *entry;

	buf_printf(&path, "/dev/%s", group);
	dir = path.failed ? NULL : opendir(buf_text(&path));
	while (dir && (entry = readdir(dir)))
		if (entry->d_type == DT_LNK)
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		(void)rmdir(buf_text(&path));
}

/* The rest of an entry: the devices that it was brought up on. */
static int end_on(const char *uuid, const char *name, const char *devices, struct fault *f)
{
	struct deviceid_list these = {0};
	size_t others = 0;
	int result = deviceid_decode_list(devices, &these, f);

	if (result == 0)
		result = mapping_remove(uuid, &these, &others, f);
	deviceid_list_done(&these);
	if (result < 0)
		return -1;
	if (others) {
		fault_set(f, 0,
			  "volume group %s is left as it is: it was brought up by somebody "
			  "else, on other devices",
			  name);
		return deviceid_leave(f);
	}
	remove_links(name);
	return 0;
}

int lvm_end(const char *entry, struct fault *f)
{
	own_buf struct buf uuid = {0};
	char name[LVMREPORT_NAME_BYTES] = "";
	const size_t n = strcspn(entry, " ");
	const char *devices;

	if (n != LVMREPORT_UUID_BYTES - 1 || sscanf(entry + n, " %127s", name) != 1 ||
	    !lvmreport_is_name(name))
		return fault_set(f, EBADMSG, "taking down a volume group");
	devices = entry + n + 1 + strlen(name);
	if (!*devices) {
		fault_set(f, 0,
			  "volume group %s is left as it is: an older ima-rescue wrote down its "
			  "name only (vgchange -an takes it down)",
			  name);
		return deviceid_leave(f);
	}
	buf_puts(&uuid, "LVM-");
	buf_add(&uuid, entry, n);
	if (uuid.failed)
		return fault_set(f, ENOMEM, "taking down a volume group");
	return end_on(buf_text(&uuid), name, devices, f);
}
