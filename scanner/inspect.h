/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_INSPECT_H
#define SCANNER_INSPECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "scanner/base/fault.h"
#include "scanner/blacklist.h"
#include "scanner/facts.h"
#include "scanner/fsinfo.h"
#include "scanner/hooks.h"
#include "scanner/keyring.h"
#include "scanner/policy/policy.h"
#include "scanner/profile.h"

/* Everything by which files are judged. Const and shared by all workers; borrows what it points to.
 */
struct inspect_rules {
	const struct kernel_profile *profile;
	const struct policy *policy; /* NULL: labels only */
	const struct hooks *hooks;
	const struct keyring *ima, *evm, *platform;
	const struct evm_hmac_key *hmac_key;
	const struct blacklist *blacklist;
	struct fsinfo_table *filesystems;
	int64_t now_s;
	const atomic_bool *stop;
};

/* Which files a pass is about. */
enum inspect_phase {
	INSPECT_URGENT, /* those the policy may govern, as far as name, mode and owner tell */
	INSPECT_REST,	/* all others */
	INSPECT_EVERY,
};

enum inspect_result {
	INSPECT_DONE,	    /* *out is filled */
	INSPECT_OTHER_PASS, /* belongs to the other phase */
	INSPECT_HARD_LINK,  /* has further names: inode facts are filled, nothing else was done */
	INSPECT_NOT_REGULAR,
	INSPECT_FAILED, /* is of this phase and could not be opened: *f says why */
	INSPECT_UNSEEN, /* *f says why; of which phase it would have been is not known */
};

/* One per worker thread. */
struct inspector;

struct inspector *inspector_new(const struct inspect_rules *rules); /* NULL: no memory */
void inspector_free(struct inspector *in);

/* How a file is named. Borrows everything. */
struct inspect_name {
	const char *entry;	  /* in its directory */
	const char *path;	  /* below the root */
	const char *const *links; /* further paths of the same inode */
	size_t link_count;
};

/*
 * Looks at one file in the open directory dir_fd. Opens it only when it is a regular file of this
 * phase. With `defer_links` an inode with several names is not looked at but said to be one.
 * Failures of parts (an attribute, the content) are in the facts: INSPECT_FAILED and
 * INSPECT_UNSEEN are for a file about which nothing can be said.
 */
enum inspect_result inspector_look(struct inspector *in, int dir_fd,
				   const struct inspect_name *name, enum inspect_phase phase,
				   bool defer_links, struct facts *out, struct fault *f);

/*
 * The same in three steps, for who does each of them with several files in turn. What *out borrows
 * of the name must be there (or be there anew) in each step.
 *
 * The first opens the file: *out_fd is set with INSPECT_DONE only, and the caller's to close. The
 * second reads its labels, and tells whether its whole content will be read for certain: that is
 * given to the third, which reads it and judges. Attributes much larger than they have any reason to be are
 * not kept in between: the third step reads them again.
 */
enum inspect_result inspector_open(struct inspector *in, int dir_fd,
				   const struct inspect_name *name, enum inspect_phase phase,
				   bool defer_links, struct facts *out, int *out_fd,
				   struct fault *f);
bool inspector_read_labels(struct inspector *in, int fd, struct facts *facts);
void inspector_finish(struct inspector *in, int fd, bool whole, struct facts *facts);

/* Does a directory entry that is no regular file carry a label nonetheless? */
bool inspector_has_stray_label(int dir_fd, const char *name);

/*
 * For facts that are kept to be used again: gives back what one file's large attributes took. Nothing of them may
 * be used any more.
 */
void inspector_trim_facts(struct facts *facts);
void inspector_release_facts(struct facts *facts);

#endif
