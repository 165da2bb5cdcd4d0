/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which file system holds an installed system, and which holds a part of one (os-release(5); the
 * distributions' own paths: docs/formats/installed-systems.md).
 */
#include "rescue/installed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "scanner/base/own.h"

/* A mark is a path that has to be there. */
struct mark {
	const char *path, *means;
};

static const struct mark inits[] = {
	{"/usr/lib/systemd/systemd", "systemd"},
	{"/lib/systemd/systemd", "systemd"},
	{"/sbin/openrc-init", "openrc"},
	{"/sbin/openrc", "openrc"},
	{"/usr/bin/openrc", "openrc"},
	{"/sbin/runit-init", "runit"},
	{"/usr/bin/runit-init", "runit"},
	{"/sbin/s6-linux-init", "s6"},
	{"/etc/inittab", "sysvinit"},
	{"/bin/busybox", "busybox"},
};

static const struct mark package_managers[] = {
	{"/var/lib/dpkg/status", "dpkg"},
	{"/var/db/pkg", "portage"},
	{"/var/lib/pacman/local", "pacman"},
	{"/lib/apk/db/installed", "apk"},
	{"/usr/lib/apk/db/installed", "apk"},
	{"/usr/lib/sysimage/rpm", "rpm"},
	{"/var/lib/rpm", "rpm"},
	{"/var/db/xbps", "xbps"},
	{"/nix/var/nix/db", "nix"},
	{"/var/lib/opkg", "opkg"},
};

/* What is written while a system runs, or when it goes down. */
static const char *const traces[] = {
	"/var/lib/systemd/timesync/clock",
	"/var/lib/systemd/random-seed",
	"/var/lib/systemd/linger",
	"/var/lib/misc/openrc-shutdowntime",
	"/var/lib/urandom/random-seed",
	"/var/lib/seedrng",
	"/var/log/wtmp",
	"/var/log/lastlog",
	"/var/log/journal",
	"/var/log/syslog",
	"/var/log/messages",
	"/var/log/dmesg",
	"/var/log/rc.log",
	"/etc/ld.so.cache",
	"/etc/mtab",
	"/etc/resolv.conf",
	"/etc/machine-id",
};

static const char *first_mark(const struct targetfs *t, const struct mark *marks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (targetfs_has(t, marks[i].path))
			return marks[i].means;
	return NULL;
}

static time_t newest_trace(const struct targetfs *t)
{
	time_t newest = 0;
	struct stat st;

	for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++)
		if (targetfs_stat(t, traces[i], &st) && st.st_mtime > newest)
			newest = st.st_mtime;
	return newest;
}

/* --- os-release: NAME=value lines in the shell's quoting --- */

enum { OS_RELEASE_MAX = 64 * 1024 };

/* A value without its quotes; a backslash keeps the character behind it. */
static char *unquote(const char *value, size_t size)
{
	char *out = malloc(size + 1), *to = out, quote = '\0';

	for (size_t i = 0; out && i < size; i++) {
		if (value[i] == '\\' && quote != '\'' && i + 1 < size)
			*to++ = value[++i];
		else if (quote ? value[i] == quote : value[i] == '"' || value[i] == '\'')
			quote = quote ? '\0' : value[i];
		else
			*to++ = value[i];
	}
	if (out)
		*to = '\0';
	return out;
}

static void take_line(struct installed *out, const char *line, size_t size)
{
	struct {
		const char *key;
		char **to;
	} wanted[] = {{"ID=", &out->id},
		      {"PRETTY_NAME=", &out->pretty_name},
		      {"VERSION_ID=", &out->version}};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		size_t n = strlen(wanted[i].key);

		if (size < n || memcmp(line, wanted[i].key, n) != 0)
			continue;
		free(*wanted[i].to);
		*wanted[i].to = unquote(line + n, size - n);
	}
}

static void read_os_release(const struct targetfs *t, struct installed *out,
			    struct remark_list *remarks)
{
	static const char *const places[] = {"/etc/os-release", "/usr/lib/os-release"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		own_mem uint8_t *data = NULL;
		const char *line;
		struct fault fault;
		size_t size;

		if (targetfs_read(t, places[i], OS_RELEASE_MAX, &data, &size, &fault) < 0) {
			if (fault.os != ENOENT)
				remark_add(remarks, places[i], &fault);
			continue;
		}
		for (line = (const char *)data; *line;) {
			size_t n = strcspn(line, "\n");

			take_line(out, line, n);
			line += n + (line[n] == '\n');
		}
		return;
	}
}

static void read_machine_id(const struct targetfs *t, struct installed *out)
{
	own_mem uint8_t *data = NULL;
	struct fault ignored;
	size_t size;

	if (targetfs_read(t, "/etc/machine-id", OS_RELEASE_MAX, &data, &size, &ignored) < 0 ||
	    size < 32 || strspn((const char *)data, "0123456789abcdef") != 32)
		return;
	memcpy(out->machine_id, data, 32);
}

/* --- Labels, in a sample --- */

static void sample_file(const struct targetfs *t, const char *path, struct installed *out)
{
	struct fault ignored;
	own_fd int fd = targetfs_open_file(t, path, &ignored);

	if (fd < 0)
		return;
	out->sampled++;
	if (fgetxattr(fd, "security.ima", NULL, 0) > 0)
		out->labelled++;
}

/* Some programs spread over the directory, so that one package does not speak for all. */
static int sample_dir(const struct targetfs *t, const char *dir, struct installed *out,
		      struct fault *f)
{
	struct targetfs_names names;
	size_t step;

	if (targetfs_list(t, dir, &names, f) < 0)
		return -1;
	step = names.count / INSTALLED_SAMPLE + 1;
	for (size_t i = 0; i < names.count && out->sampled < INSTALLED_SAMPLE; i += step) {
		own_mem char *path = targetfs_join(dir, names.names[i]);

		if (path)
			sample_file(t, path, out);
	}
	targetfs_names_done(&names);
	return 0;
}

static void sample_labels(const struct targetfs *t, struct installed *out,
			  struct remark_list *remarks)
{
	static const char *const dirs[] = {"/usr/bin", "/bin", "/sbin"};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]) && out->sampled == 0; i++) {
		struct fault fault;

		if (sample_dir(t, dirs[i], out, &fault) < 0)
			remark_add(remarks, dirs[i], &fault);
	}
}

/* --- Parts --- */

/* All of these have to be there. */
static const struct {
	enum installed_part part;
	const char *all[3];
} parts[] = {
	{INSTALLED_ROOT, {"/etc", "/usr", "/etc/passwd"}},
	{INSTALLED_ROOT, {"/etc/os-release", "/bin", NULL}},
	{INSTALLED_ESP, {"/EFI", NULL, NULL}},
	{INSTALLED_ESP, {"/efi/boot", NULL, NULL}},
	{INSTALLED_BOOT, {"/grub", NULL, NULL}},
	{INSTALLED_BOOT, {"/grub2", NULL, NULL}},
	{INSTALLED_BOOT, {"/loader/entries", NULL, NULL}},
	{INSTALLED_BOOT, {"/extlinux", NULL, NULL}},
	{INSTALLED_USR, {"/bin", "/lib", "/share"}},
	{INSTALLED_VAR, {"/lib", "/log", "/cache"}},
};

static bool has_all(const struct targetfs *t, const char *const all[3])
{
	for (size_t i = 0; i < 3 && all[i]; i++)
		if (!targetfs_has(t, all[i]))
			return false;
	return true;
}

/* A home is a directory whose subdirectories hold a shell's files. */
static bool looks_like_home(const struct targetfs *t, const struct targetfs_names *names)
{
	static const char *const files[] = {".profile", ".bashrc", ".bash_history", ".config"};

	for (size_t i = 0; i < names->count && i < INSTALLED_SAMPLE; i++)
		for (size_t j = 0; j < sizeof(files) / sizeof(files[0]); j++) {
			own_mem char *dir = targetfs_join("/", names->names[i]);
			own_mem char *path = dir ? targetfs_join(dir, files[j]) : NULL;

			if (path && targetfs_has(t, path))
				return true;
		}
	return false;
}

static bool has_kernel(const struct targetfs_names *names)
{
	static const char *const prefixes[] = {"vmlinuz", "vmlinux", "kernel-", "bzImage", "Image"};

	for (size_t i = 0; i < names->count; i++)
		for (size_t j = 0; j < sizeof(prefixes) / sizeof(prefixes[0]); j++)
			if (strncmp(names->names[i], prefixes[j], strlen(prefixes[j])) == 0)
				return true;
	return false;
}

static enum installed_part part_of(const struct targetfs *t, const struct targetfs_names *top)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (has_all(t, parts[i].all))
			return parts[i].part;
	if (has_kernel(top))
		return INSTALLED_BOOT;
	return looks_like_home(t, top) ? INSTALLED_HOME : INSTALLED_NOTHING;
}

static void describe_root(const struct targetfs *t, struct installed *out,
			  struct remark_list *remarks)
{
	read_os_release(t, out, remarks);
	read_machine_id(t, out);
	out->init = first_mark(t, inits, sizeof(inits) / sizeof(inits[0]));
	out->package_manager = first_mark(t, package_managers,
					  sizeof(package_managers) / sizeof(package_managers[0]));
	out->last_use = newest_trace(t);
}

int installed_look(const struct targetfs *t, struct installed *out, struct remark_list *remarks,
		   struct fault *f)
{
	struct installed seen = {0};
	struct targetfs_names top;

	if (targetfs_list(t, "/", &top, f) < 0)
		return -1;
	seen.part = part_of(t, &top);
	targetfs_names_done(&top);
	if (seen.part == INSTALLED_ROOT) {
		describe_root(t, &seen, remarks);
		sample_labels(t, &seen, remarks);
	}
	*out = seen;
	return 0;
}

void installed_look_for_root(const struct targetfs *t, struct installed *out,
			     struct remark_list *remarks)
{
	static const struct targetfs_names none = {0};
	struct installed seen = {0};

	if (part_of(t, &none) == INSTALLED_ROOT) {
		seen.part = INSTALLED_ROOT;
		describe_root(t, &seen, remarks);
	}
	*out = seen;
}

void installed_done(struct installed *installed)
{
	free(installed->id);
	free(installed->pretty_name);
	free(installed->version);
	*installed = (struct installed){0};
}

const char *installed_part_name(enum installed_part part)
{
	static const char *const names[] = {
		[INSTALLED_NOTHING] = "nothing", [INSTALLED_ROOT] = "root",
		[INSTALLED_BOOT] = "boot",	 [INSTALLED_ESP] = "esp",
		[INSTALLED_USR] = "usr",	 [INSTALLED_VAR] = "var",
		[INSTALLED_HOME] = "home",	 [INSTALLED_SNAPSHOTS] = "snapshots",
	};

	return names[part];
}
