/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_RESCUE_COMMAND_H
#define RESCUE_RESCUE_COMMAND_H

#include <stdio.h>

#include "rescue/rescueoptions.h"

/* What a command ends with; bits are added. From RESCUE_USAGE on, the fault says why. */
enum rescue_status {
	RESCUE_GOOD = 0,
	RESCUE_INCOMPLETE = 2, /* something could not be read, unlocked or found */
	RESCUE_USAGE = 64,
	RESCUE_INTERNAL = 70,
};

/* One of `ima-rescue COMMAND`; each is one file rescue/cmd_NAME.c. */
struct rescue_command {
	struct cmdtable_row row;
	int (*run)(const struct rescueoptions *o, FILE *out, struct fault *f);
};

int cmd_list_run(const struct rescueoptions *o, FILE *out, struct fault *f);
int cmd_collect_run(const struct rescueoptions *o, FILE *out, struct fault *f);
int cmd_run_run(const struct rescueoptions *o, FILE *out, struct fault *f);
int cmd_mount_run(const struct rescueoptions *o, FILE *out, struct fault *f);
int cmd_umount_run(const struct rescueoptions *o, FILE *out, struct fault *f);
int cmd_mount_status_run(const struct rescueoptions *o, FILE *out, struct fault *f);

struct ledger;
struct remark_list;

/* Undoes what crashed commands left, and says on standard error what could not be undone. */
void cmd_undo_left(void);
/* Undoes what a command has made. Returns its exit status, to which it adds what went wrong; *f holds that, or what it held. */
int cmd_undo_end(struct ledger *ledger, int status, struct fault *f);
/* On standard error, one a line. */
void cmd_undo_tell(const struct remark_list *remarks);

#endif
