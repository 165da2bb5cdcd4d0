/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a policy reaches the kernel: systemd's src/core/ima-setup.c, dracut's modules.d/98integrity, start scripts
 * (initscript.h), and what initramfs files hold.
 */
#include "efi/delivery.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "efi/initscript.h"
#include "efi/policyscript.h"
#include "efi/shelltext.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"

static const struct {
	const char *name, *seed;
} ways[DELIVERY_WAYS] = {
	[DELIVERY_SYSTEMD] = {"systemd", "5a"},
	/* dracut's hook reads the policy from the root, as a script of the root would. */
	[DELIVERY_DRACUT] = {"dracut", "5a"},
	[DELIVERY_RC_SCRIPT] = {"rc-script", "5a"},
	[DELIVERY_INITRAMFS_FILE] = {"initramfs-file", NULL},
	[DELIVERY_INITRAMFS_EMBEDDED] = {"initramfs-embedded", "5b"},
	[DELIVERY_SOURCE] = {"source", NULL},
};

const char *delivery_way_name(enum delivery_way way)
{
	return way < DELIVERY_WAYS ? ways[way].name : "?";
}

const char *delivery_seed(enum delivery_way way)
{
	return way < DELIVERY_WAYS ? ways[way].seed : NULL;
}

enum { DELIVERIES_MAX = 4096 };

struct search {
	const struct targetfs *t;
	const struct initramfs_list *initramfs;
	struct delivery_list *out;
	struct remark_list *remarks;
	/* The member of an initramfs that is looked at. */
	const struct initramfs *image;
	const struct initramfs_member *writer;
	bool told;
};

/* --- The list --- */

static void item_done(struct delivery *item)
{
	free(item->where);
	free(item->policy_path);
	free(item->policy);
}

void delivery_list_done(struct delivery_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		item_done(&list->items[i]);
	free(list->items);
	*list = (struct delivery_list){0};
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Writing by name, and line by line if that fails, is one way to deliver. */
static bool is_known(const struct search *s, const struct delivery *item)
{
	for (size_t i = 0; i < s->out->count; i++) {
		const struct delivery *other = &s->out->items[i];

		if (other->way == item->way && same_text(other->where, item->where) &&
		    same_text(other->policy_path, item->policy_path))
			return true;
	}
	return false;
}

/* Takes what the item owns, also when it fails. */
static int add(struct search *s, struct delivery *item, struct fault *f)
{
	struct delivery *items;

	if (!item->where) {
		item_done(item);
		return fault_set(f, ENOMEM, "looking for a policy's delivery");
	}
	if (is_known(s, item) || s->out->count == DELIVERIES_MAX) {
		item_done(item);
		return 0;
	}
	items = reallocarray(s->out->items, s->out->count + 1, sizeof(*items));
	if (!items) {
		item_done(item);
		return fault_set(f, ENOMEM, "looking for a policy's delivery");
	}
	s->out->items = items;
	items[s->out->count++] = *item;
	return 0;
}

/* The text of a policy of the root. What is not there is missing; what cannot be read is a remark. */
static void read_policy(struct search *s, struct delivery *item)
{
	struct fault fault;
	uint8_t *data;

	if (targetfs_read(s->t, item->policy_path, INITRAMFS_TEXT_MAX, &data, &item->policy_size,
			  &fault) == 0)
		item->policy = (char *)data;
	else if (fault.os == ENOENT || fault.os == ENOTDIR)
		item->policy_missing = true;
	else
		remark_add(s->remarks, item->policy_path, &fault);
}

/* --- systemd --- */

static const char systemd_policy[] = "/etc/ima/ima-policy";

enum { PIECE_BYTES = 64 * 1024, PROGRAM_MAX = 64 << 20 /* systemd's core has 2 MiB */ };

/* Does a program name the kernel's policy file? */
static bool program_names_file(const struct search *s, const char *path)
{
	own_mem uint8_t *piece = malloc(PIECE_BYTES);
	struct fault fault;
	own_fd int fd = targetfs_open_file(s->t, path, &fault);
	bool found = false;
	ssize_t n;

	if (fd < 0 || !piece) {
		if (fd < 0 && fault.os != ENOENT && fault.os != ENOTDIR)
			remark_add(s->remarks, path, &fault);
		return false;
	}
	for (uint64_t at = 0; !found && at < PROGRAM_MAX;
	     at += PIECE_BYTES - POLICYSCRIPT_NAME_BYTES) {
		n = fd_pread_full(fd, piece, PIECE_BYTES, at);
		if (n < 0) {
			fault_set(&fault, errno, "reading");
			remark_add(s->remarks, path, &fault);
		}
		if (n <= 0)
			break;
		found = policyscript_names_file(piece, (size_t)n);
		if (n < PIECE_BYTES)
			break;
	}
	return found;
}

/* libsystemd-core-VERSION.so below one of the directories it is put into. */
static bool core_names_file(const struct search *s, const char *dir)
{
	struct targetfs_names names = {0};
	struct fault fault;
	bool found = false;

	if (targetfs_list(s->t, dir, &names, &fault) < 0)
		return false;
	for (size_t i = 0; !found && i < names.count; i++) {
		own_mem char *path = NULL;

		if (fnmatch("libsystemd-core-*.so", names.names[i], 0) != 0)
			continue;
		path = targetfs_join(dir, names.names[i]);
		found = path && program_names_file(s, path);
	}
	targetfs_names_done(&names);
	return found;
}

static bool any_core_names_file(const struct search *s)
{
	struct targetfs_names names = {0};
	struct fault fault;
	bool found = core_names_file(s, "/usr/lib/systemd") || core_names_file(s, "/lib/systemd") ||
		     core_names_file(s, "/usr/lib64/systemd");

	/* Debian's: /usr/lib/x86_64-linux-gnu/systemd. */
	if (found || targetfs_list(s->t, "/usr/lib", &names, &fault) < 0)
		return found;
	for (size_t i = 0; !found && i < names.count; i++) {
		own_mem char *dir = NULL;

		if (fnmatch("*-linux-*", names.names[i], 0) != 0)
			continue;
		if (asprintf(&dir, "/usr/lib/%s/systemd", names.names[i]) < 0)
			dir = NULL;
		found = dir && core_names_file(s, dir);
	}
	targetfs_names_done(&names);
	return found;
}

static const char *const systemds[] = {"/usr/lib/systemd/systemd", "/lib/systemd/systemd"};

static bool same_file(const struct search *s, const char *a, const char *b)
{
	struct stat first, second;

	return targetfs_stat(s->t, a, &first) && targetfs_stat(s->t, b, &second) &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* Does systemd start this root, and does it load policies? *out_known: there is a systemd to ask. */
static bool systemd_loads(const struct search *s, bool *out_known)
{
	bool loads = false, is_init = false;

	*out_known = true;
	for (size_t i = 0; i < sizeof(systemds) / sizeof(systemds[0]); i++) {
		is_init = is_init || same_file(s, systemds[i], "/sbin/init") ||
			  same_file(s, systemds[i], "/init");
		loads = loads || program_names_file(s, systemds[i]);
	}
	return is_init && (loads || any_core_names_file(s));
}

/* Without the file systemd delivers nothing, and says nothing. */
static int find_systemd(struct search *s, struct fault *f)
{
	struct delivery item = {.way = DELIVERY_SYSTEMD, .online_root_can_change = true};

	if (!targetfs_has(s->t, systemd_policy))
		return 0;
	item.where = strdup(systemd_policy);
	item.policy_path = strdup(systemd_policy);
	if (!item.where || !item.policy_path) {
		item_done(&item);
		return fault_set(f, ENOMEM, "looking for a policy's delivery");
	}
	item.enabled = systemd_loads(s, &item.enabled_known);
	read_policy(s, &item);
	return add(s, &item, f);
}

/* --- dracut --- */

/* IMAPOLICY of /etc/sysconfig/ima, which the hook of dracut reads from the root too. */
static int dracut_policy_path(const struct search *s, char **out_path, struct fault *f)
{
	own_mem struct shelltext_variables *variables = calloc(1, sizeof(*variables));
	const struct shelltext_variable *policy = NULL;
	own_mem uint8_t *text = NULL;
	struct fault fault;
	size_t size;
	int result = 0;

	if (!variables)
		return fault_set(f, ENOMEM, "looking for a policy's delivery");
	if (targetfs_read(s->t, "/etc/sysconfig/ima", POLICYSCRIPT_TEXT_MAX, &text, &size,
			  &fault) == 0) {
		result = shelltext_assignments((const char *)text, size, variables, f);
		policy = shelltext_get(variables, "IMAPOLICY");
	} else if (fault.os != ENOENT && fault.os != ENOTDIR) {
		remark_add(s->remarks, "/etc/sysconfig/ima", &fault);
	}
	if (result == 0) {
		*out_path = strdup(policy && policy->value[0] == '/' ? policy->value
								     : "/etc/sysconfig/ima-policy");
		if (!*out_path)
			result = fault_set(f, ENOMEM, "looking for a policy's delivery");
	}
	shelltext_variables_done(variables);
	return result;
}

static int note_line(void *context, const struct policyscript_hit *hit, struct fault *f)
{
	unsigned *line = context;

	(void)f;
	if (*line == 0)
		*line = hit->line;
	return 0;
}

/* Takes `where`. */
static int add_dracut(struct search *s, char *where, unsigned line, bool enabled, bool known,
		      struct fault *f)
{
	struct delivery item = {.way = DELIVERY_DRACUT,
				.where = where,
				.line = line,
				.enabled = enabled,
				.enabled_known = known,
				.online_root_can_change = true};

	if (dracut_policy_path(s, &item.policy_path, f) < 0) {
		item_done(&item);
		return -1;
	}
	read_policy(s, &item);
	return add(s, &item, f);
}

/* A policy that waits for a hook which no initramfs has. */
static int find_dracut_policy(struct search *s, struct fault *f)
{
	static const char policy[] = "/etc/sysconfig/ima-policy";
	bool complete = s->initramfs->count > 0;

	for (size_t i = 0; i < s->out->count; i++)
		if (s->out->items[i].way == DELIVERY_DRACUT)
			return 0;
	if (!targetfs_has(s->t, policy))
		return 0;
	for (size_t i = 0; i < s->initramfs->count; i++)
		complete = complete && !s->initramfs->items[i].incomplete;
	return add_dracut(s, strdup(policy), 0, false, complete, f);
}

/* --- Initramfs files --- */

static char *inside(const struct initramfs *image, const char *name)
{
	char *path;

	return asprintf(&path, "%s#%s", image->path, name) < 0 ? NULL : path;
}

static bool copy_text(struct delivery *item, const struct initramfs_member *policy)
{
	if (!policy->text)
		return true;
	item->policy = malloc(policy->text_size + 1);
	if (!item->policy)
		return false;
	memcpy(item->policy, policy->text, policy->text_size + 1);
	item->policy_size = policy->text_size;
	return true;
}

static struct delivery item_of_image(const struct initramfs *image, const char *member)
{
	return (struct delivery){
		.way = image->embedded ? DELIVERY_INITRAMFS_EMBEDDED : DELIVERY_INITRAMFS_FILE,
		.where = inside(image, member),
		.enabled = true,
		.enabled_known = true,
		.online_root_can_change = !image->embedded,
	};
}

/* A policy named by a script inside: looked for there, or on the root when the script says so. */
static int set_policy(struct search *s, struct delivery *item, const char *path, bool of_root,
		      struct fault *f)
{
	const struct initramfs_member *policy = NULL;
	const char *name = path + strspn(path, "/");

	if (!of_root)
		policy = initramfs_find(s->image, name);
	if (of_root) {
		item->online_root_can_change = true;
		item->policy_path = strdup(path);
	} else {
		item->policy_path = inside(s->image, name);
	}
	if (!item->policy_path || (policy && !copy_text(item, policy)))
		return fault_set(f, ENOMEM, "looking for a policy's delivery");
	if (of_root)
		read_policy(s, item);
	else
		item->policy_missing = !s->image->incomplete && !initramfs_has(s->image, name);
	return 0;
}

static int on_writer_hit(void *context, const struct policyscript_hit *hit, struct fault *f)
{
	struct search *s = context;
	struct delivery item = item_of_image(s->image, s->writer->name);

	s->told = true;
	item.line = hit->line;
	if (hit->policy && set_policy(s, &item, hit->policy, hit->of_root, f) < 0) {
		item_done(&item);
		return -1;
	}
	return add(s, &item, f);
}

static bool is_systemd(const char *name)
{
	return fnmatch("*systemd/systemd", name, 0) == 0 ||
	       fnmatch("*libsystemd-core-*.so", name, 0) == 0;
}

/* The one policy inside, if there is just one. */
static const struct initramfs_member *only_policy(const struct initramfs *image)
{
	const struct initramfs_member *only = NULL;

	for (size_t i = 0; i < image->found_count; i++) {
		const struct initramfs_member *member = &image->found[i];

		if (member->kind != INITRAMFS_POLICY || member->replaced)
			continue;
		if (only)
			return NULL;
		only = member;
	}
	return only;
}

/* A program that names the kernel's file. systemd's own policy is known by name; without it, it delivers nothing. */
static int writer_program(struct search *s, struct fault *f)
{
	struct delivery item;
	const struct initramfs_member *policy;
	int result = 0;

	if (is_systemd(s->writer->name) && !initramfs_has(s->image, systemd_policy + 1))
		return 0;
	policy = is_systemd(s->writer->name) ? NULL : only_policy(s->image);
	item = item_of_image(s->image, s->writer->name);
	if (is_systemd(s->writer->name))
		result = set_policy(s, &item, systemd_policy, false, f);
	else if (policy)
		result = set_policy(s, &item, policy->name, false, f);
	if (result < 0) {
		item_done(&item);
		return -1;
	}
	return add(s, &item, f);
}

static int dracut_hook(struct search *s, struct fault *f)
{
	const struct initramfs_member *hook = s->writer;
	unsigned line = 0;

	if (hook->text && policyscript_scan(hook->text, hook->text_size, note_line, &line, f) < 0)
		return -1;
	return add_dracut(s, inside(s->image, hook->name), line, true, true, f);
}

static int find_in_writer(struct search *s, struct fault *f)
{
	const struct initramfs_member *writer = s->writer;

	if (fnmatch("*ima-policy-load.sh", writer->name, 0) == 0 && strstr(writer->name, "hooks"))
		return dracut_hook(s, f);
	s->told = false;
	if (writer->text &&
	    policyscript_scan(writer->text, writer->text_size, on_writer_hit, s, f) < 0)
		return -1;
	return s->told ? 0 : writer_program(s, f);
}

static bool is_delivered(const struct search *s, const char *policy_path)
{
	for (size_t i = 0; i < s->out->count; i++)
		if (same_text(s->out->items[i].policy_path, policy_path))
			return true;
	return false;
}

/* A policy inside that nothing was seen to load. */
static int find_idle_policy(struct search *s, const struct initramfs_member *policy,
			    struct fault *f)
{
	struct delivery item = item_of_image(s->image, policy->name);

	item.enabled = false;
	item.enabled_known = !s->image->incomplete;
	item.policy_path = inside(s->image, policy->name);
	if (!item.policy_path || !copy_text(&item, policy)) {
		item_done(&item);
		return fault_set(f, ENOMEM, "looking for a policy's delivery");
	}
	if (is_delivered(s, item.policy_path)) {
		item_done(&item);
		return 0;
	}
	return add(s, &item, f);
}

static int find_in_image(struct search *s, struct fault *f)
{
	for (size_t i = 0; i < s->image->found_count; i++) {
		s->writer = &s->image->found[i];
		if (s->writer->kind == INITRAMFS_POLICY_WRITER && !s->writer->replaced &&
		    find_in_writer(s, f) < 0)
			return -1;
	}
	for (size_t i = 0; i < s->image->found_count; i++)
		if (s->image->found[i].kind == INITRAMFS_POLICY && !s->image->found[i].replaced &&
		    find_idle_policy(s, &s->image->found[i], f) < 0)
			return -1;
	return 0;
}

/* --- Scripts of the root --- */

/* What a future initramfs is made of has its policy beside the script, or copies the root's. */
static int source_policy(const struct search *s, const struct initscript_hit *hit, char **out,
			 struct fault *f)
{
	own_mem char *below = NULL;

	if (hit->source) {
		below = targetfs_join(hit->source, hit->policy + strspn(hit->policy, "/"));
		if (!below)
			return fault_set(f, ENOMEM, "looking for a policy's delivery");
	}
	*out = below && targetfs_has(s->t, below) ? take_ptr(below) : strdup(hit->policy);
	return *out ? 0 : fault_set(f, ENOMEM, "looking for a policy's delivery");
}

static int on_script_hit(void *context, const struct initscript_hit *hit, struct fault *f)
{
	struct search *s = context;
	struct delivery item = {
		.way = hit->of_initramfs ? DELIVERY_SOURCE : DELIVERY_RC_SCRIPT,
		.where = strdup(hit->where),
		.line = hit->line,
		.enabled = hit->enabled,
		.enabled_known = hit->enabled_known,
		.online_root_can_change = true,
	};

	if (hit->policy) {
		if (source_policy(s, hit, &item.policy_path, f) < 0) {
			item_done(&item);
			return -1;
		}
		read_policy(s, &item);
	}
	return add(s, &item, f);
}

static int find_all(struct search *s, struct fault *f)
{
	if (find_systemd(s, f) < 0)
		return -1;
	for (size_t i = 0; i < s->initramfs->count; i++) {
		s->image = &s->initramfs->items[i];
		if (find_in_image(s, f) < 0)
			return -1;
	}
	if (find_dracut_policy(s, f) < 0)
		return -1;
	return initscript_find(s->t, on_script_hit, s, s->remarks, f);
}

int delivery_find(const struct targetfs *t, const struct initramfs_list *initramfs,
		  struct delivery_list *out, struct remark_list *remarks, struct fault *f)
{
	struct delivery_list found = {0};
	struct search s = {.t = t, .initramfs = initramfs, .out = &found, .remarks = remarks};

	if (find_all(&s, f) < 0) {
		delivery_list_done(&found);
		return -1;
	}
	*out = found;
	return 0;
}
