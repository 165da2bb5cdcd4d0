/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_RESCUEOPTIONS_H
#define RESCUE_RESCUEOPTIONS_H

#include <stdbool.h>

#include "scanner/base/buf.h"
#include "scanner/base/cmdtable.h"
#include "scanner/base/fault.h"
#include "scanner/base/optable.h"

struct rescue_command;

/* The command line of ima-rescue, taken apart. Const once parsed; texts are those of argv. */
struct rescueoptions {
	const struct rescue_command *command; /* NULL with help or version_asked */
	char **words;			      /* after the command, ended by NULL */
	int word_count;
	struct optable_list images;
	const char *format, *color, *at, *to, *image_format;
	const char *key_file, *header;
	bool unlock, token; /* of LUKS volumes: ask for a passphrase, try tokens */
	bool costly;	    /* key slots, whatever they ask for */
	bool assemble;	    /* md arrays and LVM */
	bool beneath;	    /* show what is hidden beneath mount points too */
	bool replay;	    /* journals, into memory */
	bool verbose, help, version_asked;
	const char *version, *commit; /* of the program; the main file fills them in */
};

/* The rows of `commands` are each a struct rescue_command. A fault says in one sentence what is wrong. */
int rescueoptions_parse(int argc, char **argv, const struct cmdtable *commands,
			struct rescueoptions *out, struct fault *f) FAULT_MUST_USE;
void rescueoptions_done(struct rescueoptions *options);
void rescueoptions_help(const struct cmdtable *commands, struct buf *out);

#endif
