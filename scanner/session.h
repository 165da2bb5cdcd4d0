/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_SESSION_H
#define SCANNER_SESSION_H

#include <stdatomic.h>

#include "scanner/base/fault.h"
#include "scanner/inspect.h"
#include "scanner/notes.h"
#include "scanner/options.h"

/* All that a command needs, loaded as the options say, before any file of the target is looked at.
 */
struct session {
	struct kernel_profile profile;
	struct policy *policy; /* NULL: labels only */
	struct keyring *ima, *evm, *platform;
	struct blacklist *blacklist;
	struct evm_hmac_key *hmac_key;
	struct hooks *hooks;
	struct fsinfo_table *filesystems;
	int root_fd;
	bool has_config;		       /* the kernel's configuration was given */
	bool running_root, running_filesystem; /* the target is /, is on the file system of / */
	atomic_bool stop;
	struct inspect_rules rules; /* borrows all of the above */
};

/* Each loads one part; a fault names the file or word at fault. Start from session_init(). */
void session_init(struct session *s);
int session_load_profile(struct session *s, const struct options *o,
			 struct fault *f) FAULT_MUST_USE;
int session_load_keys(struct session *s, const struct options *o, struct fault *f) FAULT_MUST_USE;
int session_load_policy(struct session *s, const char *name, struct fault *f) FAULT_MUST_USE;
/* Opens the target, refusing the running system's / without --live. */
int session_open_target(struct session *s, const struct options *o, struct fault *f) FAULT_MUST_USE;
/* After all of them: fills s->rules. */
int session_ready(struct session *s, const struct options *o, struct fault *f) FAULT_MUST_USE;
/* What limits the worth of a report about this session. */
void session_notes(const struct session *s, struct notes *out);
void session_done(struct session *s);

#endif
