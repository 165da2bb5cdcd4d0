/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_FSKIND_H
#define RESCUE_FSKIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scanner/base/fault.h"

/* The file systems we know, and what each needs to be looked at without a byte changing. */
enum fskind_state {
	FSKIND_CLEAN,
	FSKIND_DIRTY,	  /* there is a journal or log to replay */
	FSKIND_UNCLEAN,	  /* it was not unmounted cleanly, and keeps no journal */
	FSKIND_ELSEWHERE, /* there may be a log to replay, and it is on other devices too */
	FSKIND_REPLAYED,  /* there was one, and an overlay in memory took what it held */
	FSKIND_NOT_KNOWN, /* it keeps no such state, or it could not be read */
};

struct fskind {
	const char *type;    /* libblkid's name */
	const char *driver;  /* the kernel's, as in /proc/filesystems */
	const char *options; /* comma-separated: "ro", and what keeps the driver from replaying */
	/* Reads whether there is something to replay. NULL: it keeps no journal. */
	enum fskind_state (*state)(int fd, uint64_t offset_bytes, uint64_t size_bytes);
	/* By which its driver replays a journal, on a device it may write to (--replay); NULL: it has none. */
	const char *replay_options;
	const char *hint; /* why mounting may fail, where the kernel does not say; NULL */
	bool needs_log;	  /* it cannot be looked at when its log is on another device */
	bool supported;	  /* else it is recognised and named, and left alone: `why` says */
	const char *why;
};

/* NULL: unknown to us. */
const struct fskind *fskind_by_type(const char *type);
size_t fskind_count(void);
const struct fskind *fskind_at(size_t i);
const char *fskind_state_name(enum fskind_state state);
/* What a person has to know of it; NULL: nothing. */
const char *fskind_state_warning(enum fskind_state state);

#endif
