/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program ima-efi: the table of commands, options, one command, exit status. */
#include <errno.h>
#include <stdio.h>

#include "efi/command.h"
#include "efi/efioptions.h"
#include "scanner/base/own.h"
#include "scanner/base/program.h"
#include "scanner/cryptomem.h"
#include "scanner/digest.h"
#include "version.h"

static const struct command commands[] = {
	{{"status", NULL, "is Secure Boot enforcing, and why that is the answer", 0, 0},
	 cmd_status_run},
	{{"keys", NULL, "the key databases: certificates, hashes, what is revoked", 0, 0},
	 cmd_keys_run},
	{{"boot", NULL, "what the firmware and systemd-boot start, in which order", 0, 0},
	 cmd_boot_run},
	{{"audit", "TARGET", "can this system be started around IMA, and by what", 1, 1},
	 cmd_audit_run},
	{{"save", "FILE", "write every variable to a file, for a later compare", 1, 1},
	 cmd_save_run},
	{{"compare", "FILE", "what changed since FILE was saved", 1, 1}, cmd_compare_run},
	{{0}, NULL},
};

static const struct cmdtable table = {commands, sizeof(commands[0])};
static const char program[] = "ima-efi";

static int print_help(void)
{
	own_buf struct buf text = {0};

	efioptions_help(&table, &text);
	fputs(buf_text(&text), stdout);
	return COMMAND_GOOD;
}

/* Runs the command with its report open. */
static int run(const struct efioptions *o, struct fault *f)
{
	own_file FILE *file = NULL;
	FILE *out = stdout;
	int status;

	if (o->output) {
		file = fopen(o->output, "we");
		if (!file) {
			fault_set(f, errno, "opening the report %s", o->output);
			return COMMAND_USAGE;
		}
		out = file;
	}
	status = o->command->run(o, out, f);
	if ((fflush(out) != 0 || ferror(out)) && status < COMMAND_USAGE) {
		fault_set(f, errno, "writing the report");
		return COMMAND_INTERNAL;
	}
	return status;
}

static int act(struct efioptions *o, struct fault *f)
{
	o->version = IMA_SCAN_VERSION;
	o->commit = IMA_SCAN_COMMIT;
	if (o->help)
		return print_help();
	if (o->version_asked) {
		program_print_version(program, o->version, o->commit);
		return COMMAND_GOOD;
	}
	if (digest_init(f) < 0)
		return COMMAND_INTERNAL;
	return run(o, f);
}

int main(int argc, char **argv)
{
	struct efioptions options = {0};
	struct fault fault = {0};
	int status;

	if (cryptomem_end_when_exhausted(&fault) < 0)
		return program_complain(program, COMMAND_INTERNAL, &fault);
	if (efioptions_parse(argc, argv, &table, &options, &fault) < 0)
		status = COMMAND_USAGE;
	else
		status = act(&options, &fault);
	efioptions_done(&options);
	digest_exit();
	status = program_flush(status, &fault);
	return status >= COMMAND_USAGE ? program_complain(program, status, &fault) : status;
}
