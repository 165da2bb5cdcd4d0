/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program ima-rescue: the table of commands, options, one command, exit status. */
#include <stdio.h>

#include "rescue/rescue_command.h"
#include "rescue/rescueoptions.h"
#include "scanner/base/own.h"
#include "scanner/base/program.h"
#include "version.h"

static const struct rescue_command commands[] = {
	{{"list", "[IMAGE…]", "disks, partitions, layers, and what is installed where", 0, -1},
	 cmd_list_run},
	{{"run", "TARGET -- COMMAND…", "run a command that sees the tree where it says {}", 2, -1},
	 cmd_run_run},
	{{"mount", "TARGET", "attach a system's whole tree, read-only, without a byte changed", 1,
	  1},
	 cmd_mount_run},
	{{"umount", "[NAME]", "take it down again (all of them without a name)", 0, 1},
	 cmd_umount_run},
	{{"collect", "PATH… --to DIR", "copy files out as evidence, with digests", 1, -1},
	 cmd_collect_run},
	{{"status", NULL, "what is attached", 0, 0}, cmd_mount_status_run},
	{{0}, NULL},
};

static const struct cmdtable table = {commands, sizeof(commands[0])};
static const char program[] = "ima-rescue";

static int print_help(void)
{
	own_buf struct buf text = {0};

	rescueoptions_help(&table, &text);
	fputs(buf_text(&text), stdout);
	return RESCUE_GOOD;
}

static int act(struct rescueoptions *o, struct fault *f)
{
	o->version = IMA_SCAN_VERSION;
	o->commit = IMA_SCAN_COMMIT;
	if (o->help)
		return print_help();
	if (o->version_asked) {
		program_print_version(program, o->version, o->commit);
		return RESCUE_GOOD;
	}
	return o->command->run(o, stdout, f);
}

int main(int argc, char **argv)
{
	struct rescueoptions options;
	struct fault fault = {0};
	int status;

	if (rescueoptions_parse(argc, argv, &table, &options, &fault) < 0)
		status = RESCUE_USAGE;
	else
		status = act(&options, &fault);
	rescueoptions_done(&options);
	status = program_flush(status, &fault);
	return *fault.text ? program_complain(program, status, &fault) : status;
}
