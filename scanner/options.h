/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_OPTIONS_H
#define SCANNER_OPTIONS_H

#include <stdbool.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"
#include "scanner/base/optable.h"

enum options_command {
	OPTIONS_SCAN,
	OPTIONS_EXPLAIN,
	OPTIONS_LINT_POLICY,
	OPTIONS_LIST_KEYS,
	OPTIONS_HELP,
	OPTIONS_VERSION,
};

/* The command line, taken apart. Const once parsed; texts are those of argv. */
struct options {
	enum options_command command;
	const char *target, *explain_path, *lint_policy;
	bool list_keys, help, version_asked; /* what `command` was made of */
	struct optable_list keys, evm_keys, platform_keys, revoked, excludes;
	const char *evm_hmac_key, *policy;
	const char *hooks; /* as given */
	bool hooks_all;
	const char *kernel_config, *kernel_version, *cmdline, *evm, *ima_hash;
	const char *format, *output, *color;
	const char *jobs_text; /* as given */
	unsigned jobs;	       /* 0: as many as suit */
	bool one_file_system, live, no_sandbox, no_readahead, verbose, quiet, null_paths;
	const char *files0_from;
};

/* A fault says in one sentence what is wrong with the command line. */
int options_parse(int argc, char **argv, struct options *out, struct fault *f) FAULT_MUST_USE;
void options_done(struct options *options);

/* The text of --help, made of the same table that parses. */
void options_help(struct buf *out);

#endif
