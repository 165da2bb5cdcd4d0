/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Landlock, no_new_privs and capabilities (linux/landlock.h, prctl(2), capabilities(7)). */
#include "scanner/base/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scanner/base/own.h"

/* Rights newer than the headers this may be built with; the numbers are ABI. */
#define ACCESS_FS_TRUNCATE  (1ULL << 14) /* Landlock ABI 3 */
#define ACCESS_FS_IOCTL_DEV (1ULL << 15) /* Landlock ABI 5 */

/* Every file system right each ABI version knows: what is handled and not granted is refused. */
static const uint64_t handled_by_abi[] = {
	0,
	(1ULL << 13) - 1,					       /* 1: Linux 5.13 */
	(1ULL << 14) - 1,					       /* 2: refer */
	((1ULL << 14) - 1) | ACCESS_FS_TRUNCATE,		       /* 3 */
	((1ULL << 14) - 1) | ACCESS_FS_TRUNCATE,		       /* 4: network only */
	((1ULL << 14) - 1) | ACCESS_FS_TRUNCATE | ACCESS_FS_IOCTL_DEV, /* 5 */
};

enum { READING = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR };

/* Nothing that is not `free` is allowed, but reading below root_fd. */
static int landlock(int root_fd, uint64_t free_rights, int *out_abi, struct fault *f)
{
	struct landlock_ruleset_attr ruleset = {0};
	struct landlock_path_beneath_attr below = {
		.allowed_access = READING,
		.parent_fd = root_fd,
	};
	size_t newest = sizeof(handled_by_abi) / sizeof(handled_by_abi[0]) - 1;
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	own_fd int set = -1;

	*out_abi = 0;
	if (abi <= 0)
		return 0; /* not in this kernel, or not switched on */
	ruleset.handled_access_fs =
		handled_by_abi[(size_t)abi < newest ? (size_t)abi : newest] & ~free_rights;
	set = (int)syscall(SYS_landlock_create_ruleset, &ruleset, sizeof(ruleset), 0);
	if (set < 0)
		return fault_set(f, errno, "Landlock: creating a rule set");
	if (root_fd >= 0 &&
	    syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &below, 0))
		return fault_set(f, errno, "Landlock: allowing the target");
	if (syscall(SYS_landlock_restrict_self, set, 0))
		return fault_set(f, errno, "Landlock: closing");
	*out_abi = (int)abi;
	return 0;
}

static int cut_capabilities(bool *out_cut, struct fault *f)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct now[2];
	static const uint32_t keep = 1U << CAP_DAC_READ_SEARCH | 1U << CAP_FOWNER;

	if (syscall(SYS_capget, &header, now))
		return fault_set(f, errno, "reading capabilities");
	now[0].effective = now[0].permitted &= keep;
	now[1].effective = now[1].permitted = 0;
	now[0].inheritable = now[1].inheritable = 0;
	if (syscall(SYS_capset, &header, now))
		return fault_set(f, errno, "giving up capabilities");
	*out_cut = true;
	return 0;
}

int sandbox_read_only(int root_fd, struct sandbox_state *out, struct fault *f)
{
	*out = (struct sandbox_state){0};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fault_set(f, errno, "giving up new privileges");
	out->no_new_privs = true;
	if (landlock(root_fd, 0, &out->landlock_abi, f) < 0)
		return -1;
	return cut_capabilities(&out->capabilities_cut, f);
}

int sandbox_no_writing(struct fault *f)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	static const uint32_t keep = 1U << CAP_DAC_READ_SEARCH;
	struct __user_cap_data_struct cut[2] = {
		{.effective = keep, .permitted = keep, .inheritable = keep}};
	int abi;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fault_set(f, errno, "giving up new privileges");
	if (landlock(-1, READING | LANDLOCK_ACCESS_FS_EXECUTE | ACCESS_FS_IOCTL_DEV, &abi, f) < 0)
		return -1;
	if (syscall(SYS_capset, &header, cut) ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0))
		return fault_set(f, errno, "giving up capabilities");
	return 0;
}
