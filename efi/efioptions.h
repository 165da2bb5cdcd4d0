/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_EFIOPTIONS_H
#define EFI_EFIOPTIONS_H

#include <stdbool.h>

#include "scanner/base/buf.h"
#include "scanner/base/cmdtable.h"
#include "scanner/base/fault.h"
#include "scanner/base/optable.h"

struct command;

/* The command line of ima-efi, taken apart. Const once parsed; texts are those of argv. */
struct efioptions {
	const struct command *command; /* NULL with help or version_asked */
	const char *argument;	       /* of the command; NULL: none given */
	const char *efivars;	       /* NULL: not given */
	struct optable_list esps, keys;
	const char *format, *output, *color;
	bool quiet, verbose, scan, help, version_asked;
	char **rest; /* after "--": options of ima-scan, for --scan */
	int rest_count;
	const char *version, *commit; /* of the program; the main file fills them in */
};

/* The rows of `commands` are each a struct command. A fault says in one sentence what is wrong. */
int efioptions_parse(int argc, char **argv, const struct cmdtable *commands, struct efioptions *out,
		     struct fault *f) FAULT_MUST_USE;
void efioptions_done(struct efioptions *options);

/* The text of --help, made of the tables that parse. */
void efioptions_help(const struct cmdtable *commands, struct buf *out);

#endif
