/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start scripts: openrc-run(8), init-d-script(5) and insserv(8), runit(8), systemd.unit(5) and systemd.service(5),
 * tmpfiles.d(5), initramfs-tools(7), mkinitcpio(8), mkinitfs(1), gen_init_cpio of the kernel's usr/.
 */
#include "efi/initscript.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "efi/initlines.h"
#include "efi/policyscript.h"
#include "efi/targetfs_walk.h"
#include "scanner/base/bytes.h"
#include "scanner/base/buf.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/base/path.h"
#include "scanner/kconfig.h"

/* What decides whether a script runs. */
enum starting {
	STARTING_SERVICE, /* a service of this name is in a runlevel */
	STARTING_LOCAL,	  /* executable, ends in .start, and the service "local" is in a runlevel */
	STARTING_EXECUTABLE,
	STARTING_DIRECTORY, /* the service that its directory is named after */
	STARTING_ALWAYS,
	STARTING_UNIT,
	STARTING_SOURCE, /* of a future initramfs */
};

struct search {
	const struct targetfs *t;
	struct targetfs_walk walk;
	initscript_fn *found;
	void *context;
	struct remark_list *remarks;
	struct targetfs_names services, units; /* that are started */
	bool runlevels;			       /* there are runlevels to be in */
	struct file_id {
		dev_t dev;
		ino_t ino;
	} * seen;
	size_t seen_count, seen_capacity;
	/* Of the place that is searched. */
	enum starting starting;
	const char *source;
	/* Of the script that is read. */
	const char *where;
	bool enabled, enabled_known;
	bool hit;
	size_t called;
};

/* --- Names of what is started --- */

static int names_add(struct targetfs_names *names, const char *name, struct fault *f)
{
	char **larger = reallocarray(names->names, names->count + 1, sizeof(*larger));

	if (!larger)
		return fault_set(f, ENOMEM, "looking for start scripts");
	names->names = larger;
	larger[names->count] = strdup(name);
	if (!larger[names->count])
		return fault_set(f, ENOMEM, "looking for start scripts");
	names->count++;
	return 0;
}

static bool names_have(const struct targetfs_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->names[i], name) == 0)
			return true;
	return false;
}

static void list(const struct search *s, const char *dir, struct targetfs_names *out)
{
	struct fault f;

	*out = (struct targetfs_names){0};
	if (targetfs_list(s->t, dir, out, &f) < 0) {
		*out = (struct targetfs_names){0};
		if (f.os != ENOENT && f.os != ENOTDIR)
			remark_add(s->remarks, dir, &f);
	}
}

/* "S20ima" is the service ima; other names are taken as they are ("K20ima", which stops it, is none). */
static const char *service_of(const char *name)
{
	bool sysv = name[0] == 'S' && name[1] >= '0' && name[1] <= '9' && name[2] >= '0' &&
		    name[2] <= '9';

	return sysv ? name + 3 : name;
}

/* The names in one directory of a runlevel, or of links to units. */
static int add_started(struct search *s, const char *dir, struct targetfs_names *to,
		       struct fault *f)
{
	struct targetfs_names names;
	int result = 0;

	list(s, dir, &names);
	for (size_t i = 0; result == 0 && i < names.count; i++)
		result = names_add(to, service_of(names.names[i]), f);
	targetfs_names_done(&names);
	return result;
}

/* Directories below `dir` whose names are as `pattern` says, each with `suffix` behind it. */
static int add_started_below(struct search *s, const char *dir, const char *pattern,
			     struct targetfs_names *to, struct fault *f)
{
	struct targetfs_names names;
	int result = 0;

	list(s, dir, &names);
	for (size_t i = 0; result == 0 && i < names.count; i++) {
		own_mem char *path = NULL;

		if (fnmatch(pattern, names.names[i], 0) != 0)
			continue;
		path = targetfs_join(dir, names.names[i]);
		if (!path)
			result = fault_set(f, ENOMEM, "looking for start scripts");
		else
			result = add_started(s, path, to, f);
		if (to == &s->services)
			s->runlevels = true;
	}
	targetfs_names_done(&names);
	return result;
}

static const char *const unit_dirs[] = {
	"/etc/systemd/system",
	"/usr/lib/systemd/system",
	"/lib/systemd/system",
	"/usr/local/lib/systemd/system",
};

static int find_started(struct search *s, struct fault *f)
{
	static const struct {
		const char *dir, *pattern;
	} runlevels[] = {
		{"/etc/runlevels", "*"},  {"/etc", "rc[0-9S].d"},	{"/etc/rc.d", "rc[0-9S].d"},
		{"/etc/init.d", "rc?.d"}, {"/etc/runit/runsvdir", "*"}, {"/etc", "service"},
		{"/var", "service"},
	};

	for (size_t i = 0; i < sizeof(runlevels) / sizeof(runlevels[0]); i++)
		if (add_started_below(s, runlevels[i].dir, runlevels[i].pattern, &s->services, f) <
		    0)
			return -1;
	for (size_t i = 0; i < sizeof(unit_dirs) / sizeof(unit_dirs[0]); i++)
		if (add_started_below(s, unit_dirs[i], "*.wants", &s->units, f) < 0 ||
		    add_started_below(s, unit_dirs[i], "*.requires", &s->units, f) < 0)
			return -1;
	return 0;
}

/* --- One script --- */

static int tell(struct search *s, unsigned line, const char *policy, struct fault *f)
{
	struct initscript_hit hit = {
		.where = s->where,
		.line = line,
		.policy = policy,
		.source = s->source,
		.of_initramfs = s->starting == STARTING_SOURCE,
		.enabled = s->enabled,
		.enabled_known = s->enabled_known,
	};

	s->hit = true;
	return s->found(s->context, &hit, f);
}

static int on_hit(void *context, const struct policyscript_hit *hit, struct fault *f)
{
	return tell(context, hit->line, hit->policy, f);
}

static bool is_seen(const struct search *s, const struct stat *st)
{
	for (size_t i = 0; i < s->seen_count; i++)
		if (s->seen[i].dev == st->st_dev && s->seen[i].ino == st->st_ino)
			return true;
	return false;
}

/* A script by several names is read once. */
static int see(struct search *s, const struct stat *st, struct fault *f)
{
	if (s->seen_count == s->seen_capacity) {
		size_t capacity = s->seen_capacity ? s->seen_capacity * 2 : 64;
		struct file_id *seen = reallocarray(s->seen, capacity, sizeof(*seen));

		if (!seen)
			return fault_set(f, ENOMEM, "looking for start scripts");
		s->seen = seen;
		s->seen_capacity = capacity;
	}
	s->seen[s->seen_count++] = (struct file_id){st->st_dev, st->st_ino};
	return 0;
}

/* The text of a file, or NULL: too large to be a script, or a remark was made. */
static char *read_script(const struct search *s, const char *path, size_t *out_size)
{
	struct fault fault;
	uint8_t *data;

	if (targetfs_read(s->t, path, POLICYSCRIPT_TEXT_MAX, &data, out_size, &fault) == 0)
		return (char *)data;
	if (fault.os != EFBIG && fault.os != ENOENT)
		remark_add(s->remarks, path, &fault);
	return NULL;
}

/* "#!" and a shell, or no "#!" at all. */
static bool is_shell(const char *text, size_t size)
{
	static const char *const shells[] = {"sh",  "bash",	  "dash",      "ash",	  "ksh",
					     "zsh", "openrc-run", "runscript", "busybox", NULL};
	const char *end = memchr(text, '\n', size);

	if (size < 2 || memcmp(text, "#!", 2) != 0)
		return true;
	if (!end)
		end = text + size;
	for (const char *const *shell = shells; *shell; shell++) {
		size_t n = strlen(*shell);
		const char *at = memmem(text, (size_t)(end - text), *shell, n);

		if (at && (at + n == end || strchr(" \t\r", at[n])))
			return true;
	}
	return false;
}

static unsigned line_of(const char *text, const char *at)
{
	unsigned line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/* Programs and other languages: that they name the file is all that is seen. */
static int tell_if_named(struct search *s, const char *text, size_t size, struct fault *f)
{
	const char *at = memmem(text, size, "/ima/policy", 11);

	if (!policyscript_names_file(text, size))
		return 0;
	return tell(s, memchr(text, 0, size) ? 0 : line_of(text, at), NULL, f);
}

static int scan_script(struct search *s, const char *text, size_t size, struct fault *f)
{
	s->hit = false;
	if (memchr(text, 0, size) || !is_shell(text, size))
		return tell_if_named(s, text, size, f);
	return policyscript_scan(text, size, on_hit, s, f);
}

/* A program of the system is not read for its first two bytes' sake alone. */
static bool is_script_file(const struct search *s, const char *path, struct stat *out_st)
{
	struct fault f;
	char head[2];
	own_fd int fd = -1;

	if (!targetfs_stat(s->t, path, out_st) || !S_ISREG(out_st->st_mode) ||
	    out_st->st_size > POLICYSCRIPT_TEXT_MAX)
		return false;
	fd = targetfs_open_file(s->t, path, &f);
	return fd >= 0 && fd_pread_full(fd, head, 2, 0) == 2 && memcmp(head, "#!", 2) == 0;
}

/* What a script calls is looked into too, one step far. */
static int on_command(void *context, unsigned line, const char *path, struct fault *f)
{
	struct search *s = context;
	const char *caller = s->where;
	own_mem char *text = NULL;
	struct stat st;
	size_t size;
	int result;

	(void)line;
	if (s->called == INITSCRIPT_CALLED_MAX || !is_script_file(s, path, &st) || is_seen(s, &st))
		return 0;
	s->called++;
	text = read_script(s, path, &size);
	if (!text)
		return 0;
	s->where = path;
	result = scan_script(s, text, size, f);
	if (result == 0 && s->hit)
		result = see(s, &st, f);
	s->where = caller;
	return result;
}

static int scan_with_called(struct search *s, const char *text, size_t size, struct fault *f)
{
	s->called = 0;
	if (scan_script(s, text, size, f) < 0)
		return -1;
	if (s->starting == STARTING_SOURCE || memchr(text, 0, size))
		return 0;
	return policyscript_commands(text, size, on_command, s, f);
}

/* --- What starts it --- */

static bool has_end(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && strcmp(name + n - m, end) == 0;
}

/* "/etc/sv/ima/run" is the service ima. */
static bool directory_is_started(const struct search *s, const char *path)
{
	own_mem char *copy = strdup(path);
	char *slash = copy ? strrchr(copy, '/') : NULL;

	if (!slash)
		return false;
	*slash = '\0';
	return names_have(&s->services, path_base(copy));
}

/* A unit that nothing wants may still be asked for by another, unless it is made to be installed. What adds to a
 * unit lies in a directory named after it. */
static void unit_is_started(struct search *s, const char *path, const char *text)
{
	const char *drop_in = strstr(path, ".service.d/");
	own_mem char *unit =
		drop_in ? bytes_text(path, (size_t)(drop_in - path) + 8) : strdup(path);

	s->enabled = unit && names_have(&s->units, path_base(unit));
	s->enabled_known = s->enabled || strstr(text, "[Install]") != NULL;
}

static void set_enabled(struct search *s, const char *path, const char *text, mode_t mode)
{
	bool executable = mode & 0111;

	s->enabled_known = s->runlevels;
	switch (s->starting) {
	case STARTING_SERVICE: s->enabled = names_have(&s->services, path_base(path)); break;
	case STARTING_LOCAL:
		s->enabled =
			executable && has_end(path, ".start") && names_have(&s->services, "local");
		break;
	case STARTING_EXECUTABLE:
		s->enabled = executable;
		s->enabled_known = true;
		break;
	case STARTING_DIRECTORY: s->enabled = directory_is_started(s, path); break;
	case STARTING_ALWAYS: s->enabled = s->enabled_known = true; break;
	case STARTING_UNIT: unit_is_started(s, path, text); break;
	case STARTING_SOURCE: s->enabled = s->enabled_known = false; break;
	}
}

static int scan_converted(struct search *s, const char *text, size_t size, initlines_fn *convert,
			  struct fault *f)
{
	own_buf struct buf script = {0};

	convert(text, size, &script);
	if (script.failed)
		return fault_set(f, ENOMEM, "looking for start scripts");
	return scan_with_called(s, buf_text(&script), script.len, f);
}

static int look_at(void *context, const char *path, const struct stat *st, struct fault *f)
{
	struct search *s = context;
	own_mem char *text = NULL;
	size_t size;

	if (st->st_size == 0 || is_seen(s, st) || s->seen_count >= INITSCRIPT_FILES_MAX)
		return 0;
	if (s->starting == STARTING_UNIT && !has_end(path, ".service") &&
	    !strstr(path, ".service.d/"))
		return 0;
	if (see(s, st, f) < 0)
		return -1;
	text = read_script(s, path, &size);
	if (!text)
		return 0;
	s->where = path;
	set_enabled(s, path, text, st->st_mode);
	if (s->starting == STARTING_UNIT)
		return scan_converted(s, text, size, initlines_of_unit, f);
	if (has_end(path, ".conf") && strstr(path, "/tmpfiles.d/"))
		return scan_converted(s, text, size, initlines_of_tmpfiles, f);
	return scan_with_called(s, text, size, f);
}

/* --- Places --- */

static void trouble(void *context, const char *path, const struct fault *fault)
{
	struct search *s = context;

	/* Without an errno it is the depth that we asked for. */
	if (fault->os != 0)
		remark_add(s->remarks, path, fault);
}

static int search_place(struct search *s, const char *path, unsigned depth, struct fault *f)
{
	struct stat st;

	if (!targetfs_stat(s->t, path, &st))
		return 0;
	if (S_ISREG(st.st_mode))
		return look_at(s, path, &st, f);
	if (!S_ISDIR(st.st_mode))
		return 0;
	return targetfs_walk_below(s->t, &s->walk, path, depth, f);
}

static const struct {
	const char *path;
	unsigned depth;
	enum starting starting;
} places[] = {
	{"/etc/init.d", 1, STARTING_SERVICE},
	{"/etc/rc.d/init.d", 1, STARTING_SERVICE},
	{"/usr/local/etc/init.d", 1, STARTING_SERVICE},
	{"/etc/local.d", 1, STARTING_LOCAL},
	{"/etc/rc.local", 1, STARTING_EXECUTABLE},
	{"/etc/rc.d/rc.local", 1, STARTING_EXECUTABLE},
	{"/etc/rc.d", 1, STARTING_EXECUTABLE},
	{"/etc/boot.d", 1, STARTING_EXECUTABLE},
	{"/etc/init.d/rcS", 1, STARTING_ALWAYS},
	{"/etc/runit", 2, STARTING_ALWAYS},
	{"/etc/sv", 3, STARTING_DIRECTORY},
	{"/usr/share/runit/sv", 3, STARTING_DIRECTORY},
	{"/etc/tmpfiles.d", 1, STARTING_ALWAYS},
	{"/usr/lib/tmpfiles.d", 1, STARTING_ALWAYS},
	{"/etc/systemd/system", 1, STARTING_UNIT},
	{"/usr/lib/systemd/system", 1, STARTING_UNIT},
	{"/lib/systemd/system", 1, STARTING_UNIT},
	{"/usr/local/lib/systemd/system", 1, STARTING_UNIT},
	/* Drop-ins, and links to units that lie elsewhere; a unit is named by its own place first. */
	{"/etc/systemd/system", 2, STARTING_UNIT},
	{"/usr/lib/systemd/system", 2, STARTING_UNIT},
	{"/lib/systemd/system", 2, STARTING_UNIT},
	{"/usr/local/lib/systemd/system", 2, STARTING_UNIT},
	{"/etc/initramfs-tools", 6, STARTING_SOURCE},
	{"/usr/share/initramfs-tools", 6, STARTING_SOURCE},
	{"/etc/initcpio", 3, STARTING_SOURCE},
	{"/usr/lib/initcpio", 3, STARTING_SOURCE},
	{"/etc/mkinitfs", 3, STARTING_SOURCE},
	{"/usr/share/mkinitfs", 3, STARTING_SOURCE},
	{"/etc/dracut.conf.d", 1, STARTING_SOURCE},
	{"/usr/local/lib/dracut", 4, STARTING_SOURCE},
	{"/usr/share/genkernel", 4, STARTING_SOURCE},
};

/* A directory that becomes an initramfs as it is. */
static int search_source(struct search *s, const char *path, struct fault *f)
{
	struct stat st;
	int result;

	s->starting = STARTING_SOURCE;
	s->source = targetfs_stat(s->t, path, &st) && S_ISDIR(st.st_mode) ? path : NULL;
	result = search_place(s, path, 8, f);
	s->source = NULL;
	return result;
}

/* gen_init_cpio's list: "file NAME LOCATION MODE UID GID". Its files are looked at one by one. */
static int search_list(struct search *s, const char *path, struct fault *f)
{
	size_t size;
	own_mem char *text = read_script(s, path, &size);
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		char *words[3] = {NULL}, *word;
		size_t n = 0;

		while (n < 3 && (word = strsep(&line, " \t")))
			if (*word)
				words[n++] = word;
		if (n == 3 && strcmp(words[0], "file") == 0 && words[2][0] == '/' &&
		    search_source(s, words[2], f) < 0)
			return -1;
	}
	return 0;
}

/* CONFIG_INITRAMFS_SOURCE of the kernel sources that are there: directories and lists, separated by blanks. */
static int search_config(struct search *s, const char *config, struct fault *f)
{
	enum { CONFIG_BYTES_MAX = 4 << 20 };
	own_buf struct buf value = {0};
	own_mem uint8_t *text = NULL;
	own_mem char *copy = NULL;
	char *rest, *word;
	struct fault fault;
	struct stat st;
	size_t size;

	if (targetfs_read(s->t, config, CONFIG_BYTES_MAX, &text, &size, &fault) < 0) {
		if (fault.os != ENOENT && fault.os != ENOTDIR)
			remark_add(s->remarks, config, &fault);
		return 0;
	}
	if (!kconfig_string(kconfig_of(text, size), "INITRAMFS_SOURCE", &value))
		return 0;
	copy = strdup(buf_text(&value));
	if (!copy)
		return fault_set(f, ENOMEM, "looking for an initramfs' source");
	rest = copy;
	while ((word = strsep(&rest, " \t"))) {
		if (*word != '/' || !targetfs_stat(s->t, word, &st))
			continue;
		if ((S_ISREG(st.st_mode) ? search_list(s, word, f) : search_source(s, word, f)) < 0)
			return -1;
	}
	return 0;
}

static int search_kernel_sources(struct search *s, struct fault *f)
{
	struct targetfs_names names;
	int result = search_source(s, "/usr/src/initramfs", f);

	list(s, "/usr/src", &names);
	for (size_t i = 0; result == 0 && i < names.count; i++) {
		own_mem char *path = NULL;

		if (strncmp(names.names[i], "linux", 5) != 0)
			continue;
		if (asprintf(&path, "/usr/src/%s/.config", names.names[i]) < 0) {
			path = NULL;
			result = fault_set(f, ENOMEM, "looking for an initramfs' source");
		} else {
			result = search_config(s, path, f);
		}
	}
	targetfs_names_done(&names);
	return result;
}

static int search_all(struct search *s, struct fault *f)
{
	if (find_started(s, f) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		s->starting = places[i].starting;
		if (search_place(s, places[i].path, places[i].depth, f) < 0)
			return -1;
	}
	return search_kernel_sources(s, f);
}

int initscript_find(const struct targetfs *t, initscript_fn *found, void *context,
		    struct remark_list *remarks, struct fault *f)
{
	struct search s = {.t = t,
			   .found = found,
			   .context = context,
			   .remarks = remarks,
			   .walk = {.file = look_at, .trouble = trouble, .context = &s}};
	struct fault limit;
	int result = search_all(&s, f);

	if (s.seen_count >= INITSCRIPT_FILES_MAX) {
		fault_set(&limit, 0, "more than %d start scripts: not all were looked at",
			  INITSCRIPT_FILES_MAX);
		remark_add(remarks, "/etc", &limit);
	}
	targetfs_names_done(&s.services);
	targetfs_names_done(&s.units);
	free(s.seen);
	return result;
}
