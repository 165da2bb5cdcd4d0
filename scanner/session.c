/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From options to everything by which files are judged. */
#include "scanner/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/digest.h"

enum { CONFIG_BYTES_MAX = 4 << 20, POLICY_BYTES_MAX = 1 << 20 };

void session_init(struct session *s)
{
	*s = (struct session){.root_fd = -1};
	profile_init(&s->profile);
	atomic_init(&s->stop, false);
}

void session_done(struct session *s)
{
	hooks_free(s->hooks);
	policy_free(s->policy);
	keyring_free(s->ima);
	keyring_free(s->evm);
	keyring_free(s->platform);
	blacklist_free(s->blacklist);
	evm_hmac_key_free(s->hmac_key);
	fsinfo_close(s->filesystems);
	if (s->root_fd >= 0)
		close(s->root_fd);
}

/* Which EVM keys are in force, when the operator does not say: those that were given. */
static const char *evm_of_keys(const struct options *o)
{
	if (o->evm)
		return o->evm;
	if (o->evm_keys.count && o->evm_hmac_key)
		return "both";
	if (o->evm_keys.count)
		return "x509";
	return o->evm_hmac_key ? "hmac" : "none";
}

static int load_config(struct session *s, const char *path, struct fault *f)
{
	own_mem uint8_t *text = NULL;
	size_t size;

	if (fd_read_file(path, CONFIG_BYTES_MAX, &text, &size, f) < 0 ||
	    profile_set_config(&s->profile, (const char *)text, size, f) < 0)
		return fault_add(f, "kernel configuration %s", path);
	s->has_config = true;
	return 0;
}

int session_load_profile(struct session *s, const struct options *o, struct fault *f)
{
	if (o->kernel_version && profile_set_version(&s->profile, o->kernel_version, f) < 0)
		return -1;
	if (o->kernel_config && load_config(s, o->kernel_config, f) < 0)
		return -1;
	if (o->cmdline && profile_set_cmdline(&s->profile, o->cmdline, f) < 0)
		return -1;
	if (o->ima_hash && profile_set_hash(&s->profile, o->ima_hash, f) < 0)
		return -1;
	return profile_set_evm(&s->profile, evm_of_keys(o), f);
}

static int load_ring(struct session *s, struct keyring **out, const char *name,
		     const struct optable_list *paths, struct fault *f)
{
	*out = keyring_new(name);
	if (!*out)
		return fault_set(f, ENOMEM, "loading keys");
	for (size_t i = 0; i < paths->count; i++)
		if (keyring_load(*out, paths->items[i], &s->profile, f) < 0)
			return fault_add(f, "key %s", paths->items[i]);
	blacklist_apply(s->blacklist, *out);
	return 0;
}

static int load_blacklist(struct session *s, const struct optable_list *paths, struct fault *f)
{
	s->blacklist = blacklist_new();
	if (!s->blacklist)
		return fault_set(f, ENOMEM, "loading revocations");
	for (size_t i = 0; i < paths->count; i++)
		if (blacklist_load(s->blacklist, paths->items[i], f) < 0)
			return fault_add(f, "revocations %s", paths->items[i]);
	return 0;
}

int session_load_keys(struct session *s, const struct options *o, struct fault *f)
{
	if (digest_init(f) < 0 || load_blacklist(s, &o->revoked, f) < 0 ||
	    load_ring(s, &s->ima, ".ima", &o->keys, f) < 0 ||
	    load_ring(s, &s->evm, ".evm", &o->evm_keys, f) < 0 ||
	    load_ring(s, &s->platform, ".platform", &o->platform_keys, f) < 0)
		return -1;
	if (o->evm_hmac_key && evm_hmac_key_load(o->evm_hmac_key, &s->hmac_key, f) < 0)
		return fault_add(f, "EVM HMAC key %s", o->evm_hmac_key);
	return 0;
}

/* Much that one kernel refuses another takes: who gave no configuration may have to. */
static int policy_fault(const struct session *s, const char *name, const struct policy_error *error,
			struct fault *f)
{
	if (error->line)
		return fault_set(
			f, 0,
			"policy %s, line %u, column %u: %s (the kernel refuses the whole "
			"policy%s)",
			name, error->line, error->column, error->reason,
			s->has_config ? ""
				      : "; --kernel-config tells what the target's kernel takes");
	return fault_set(f, 0, "policy %s: %s", name, error->reason);
}

/* A path is a policy's file; a bare word is a name, unless only a file of that name exists. */
int session_load_policy(struct session *s, const char *name, struct fault *f)
{
	struct policy_error error = {0}, file_error = {0};
	own_mem uint8_t *text = NULL;
	size_t size;

	if (!strchr(name, '/')) {
		s->policy = policy_builtin(name, &s->profile, &error);
		if (s->policy) {
			/* A word of ima_policy= that is no rule: it is as good here as on the command line. */
			s->profile.fail_securely |= s->policy->fail_securely;
			return 0;
		}
		if (access(name, F_OK) != 0)
			return fault_set(f, 0, "policy %s, nor a file here; the names are %s",
					 error.reason, policy_builtin_names());
	}
	if (fd_read_file(name, POLICY_BYTES_MAX, &text, &size, f) < 0)
		return fault_add(f, "policy %s", name);
	s->policy = policy_parse(name, (const char *)text, size, &s->profile, &file_error);
	return s->policy ? 0 : policy_fault(s, name, &file_error, f);
}

static bool is_running_root(int fd)
{
	struct stat target, root;

	return fstat(fd, &target) == 0 && stat("/", &root) == 0 && target.st_dev == root.st_dev &&
	       target.st_ino == root.st_ino;
}

static bool is_on_running_filesystem(int fd)
{
	struct stat target, root;

	return fstat(fd, &target) == 0 && stat("/", &root) == 0 && target.st_dev == root.st_dev;
}

int session_open_target(struct session *s, const struct options *o, struct fault *f)
{
	s->root_fd = open(o->target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->root_fd < 0 && errno == ENOTDIR)
		return fault_set(f, 0, "target %s is not a directory: mount it and name where",
				 o->target);
	if (s->root_fd < 0)
		return fault_set(f, errno, "opening the target %s", o->target);
	s->running_root = is_running_root(s->root_fd);
	s->running_filesystem = is_on_running_filesystem(s->root_fd);
	if (s->running_root && !o->live)
		return fault_set(
			f, 0,
			"target %s is the root of the running system, whose answers cannot be trusted: "
			"scan it from other media, or insist with --live",
			o->target);
	s->filesystems = fsinfo_open(o->target, f);
	return s->filesystems ? 0 : -1;
}

void session_notes(const struct session *s, struct notes *out)
{
	const struct notes_run run = {
		.profile = &s->profile,
		.has_policy = s->policy,
		.has_keys = keyring_count(s->ima) || keyring_count(s->evm),
		.running_root = s->running_root,
		.running_filesystem = s->running_filesystem,
	};

	notes_find(&run, out);
}

int session_ready(struct session *s, const struct options *o, struct fault *f)
{
	s->hooks = hooks_new(s->policy, &s->profile, o->hooks_all);
	if (!s->hooks)
		return fault_set(f, ENOMEM, "preparing the scan");
	s->rules = (struct inspect_rules){
		.profile = &s->profile,
		.policy = s->policy,
		.hooks = s->hooks,
		.ima = s->ima,
		.evm = s->evm,
		.platform = s->platform,
		.hmac_key = s->hmac_key,
		.blacklist = s->blacklist,
		.filesystems = s->filesystems,
		.now_s = time(NULL),
		.stop = &s->stop,
	};
	return 0;
}
