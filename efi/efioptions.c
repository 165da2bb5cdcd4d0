/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of ima-efi: its options and its commands. */
#include "efi/efioptions.h"

#include <stddef.h>
#include <string.h>

#include "efi/command.h"

#define AT(field) offsetof(struct efioptions, field)

static const char *const formats[] = {"text", "ndjson", NULL};
static const char *const colors[] = {"auto", "always", "never", NULL};

static const struct optable_row rows[] = {
	{"efivars", 0, "PATH", "variables of another machine: directory, OVMF store, saved file",
	 OPTABLE_TEXT, AT(efivars), NULL},
	{"esp", 0, "DIR", "an EFI system partition, mounted or copied (repeatable)", OPTABLE_LIST,
	 AT(esps), NULL},
	{"key", 'k', "CERT", "a certificate you trust beside the firmware's (repeatable)",
	 OPTABLE_LIST, AT(keys), NULL},
	{"scan", 0, NULL, "audit: run ima-scan on the target, too; its options after \"--\"",
	 OPTABLE_FLAG, AT(scan), NULL},
	{"format", 0, "text|ndjson", "how to report", OPTABLE_TEXT, AT(format), formats},
	{"output", 'o', "FILE", "where to report, instead of standard output", OPTABLE_TEXT,
	 AT(output), NULL},
	{"verbose", 'v', NULL, "say more: every hash of a database, every detail", OPTABLE_FLAG,
	 AT(verbose), NULL},
	{"quiet", 'q', NULL, "no heading; silence when there is nothing to say against it",
	 OPTABLE_FLAG, AT(quiet), NULL},
	{"color", 0, "auto|always|never", "colours in text reports", OPTABLE_TEXT, AT(color),
	 colors},
	{"help", 'h', NULL, "this text", OPTABLE_STOP, AT(help), NULL},
	{"version", 0, NULL, "version and commit", OPTABLE_STOP, AT(version_asked), NULL},
	{0},
};

/* What follows "--" is not ours. getopt moves words about, so it is cut off before. */
static int cut_rest(int argc, char **argv, struct efioptions *out)
{
	int at = 1;

	while (at < argc && strcmp(argv[at], "--") != 0)
		at++;
	if (at < argc) {
		out->rest = argv + at + 1;
		out->rest_count = argc - at - 1;
	}
	return at;
}

/* The words that are no options: the command and its argument. */
static int take_words(int argc, char **argv, int at, const struct cmdtable *commands,
		      struct efioptions *out, struct fault *f)
{
	const struct cmdtable_row *row = cmdtable_find(commands, at < argc ? argv[at] : NULL, f);

	if (!row || cmdtable_check(row, argc - at - 1, argv + at + 1, f) < 0)
		return -1;
	out->command = (const struct command *)row;
	out->argument = at + 1 < argc ? argv[at + 1] : NULL;
	return 0;
}

int efioptions_parse(int argc, char **argv, const struct cmdtable *commands, struct efioptions *out,
		     struct fault *f)
{
	int first;

	*out = (struct efioptions){0};
	argc = cut_rest(argc, argv, out);
	if (optable_parse(argc, argv, rows, out, &first, f) < 0)
		return -1;
	if (out->help || out->version_asked)
		return 0;
	return take_words(argc, argv, first, commands, out, f);
}

void efioptions_done(struct efioptions *options)
{
	optable_done(rows, options);
}

void efioptions_help(const struct cmdtable *commands, struct buf *out)
{
	buf_puts(
		out,
		"Usage: ima-efi COMMAND [options] [ARGUMENT]\n\n"
		"Says what a machine's firmware and boot chain let happen to it. Writes nothing to either.\n\n"
		"Commands:\n");
	cmdtable_help(commands, out);
	buf_puts(out, "\nOptions:\n");
	optable_help(rows, out);
	buf_puts(out,
		 "\nExit status (bits are added): 0 nothing to say against it, 2 something could "
		 "not be\ndecided, 4 weaknesses (or, of compare, changes); 64 usage, 70 internal "
		 "error. See\nima-efi(8).\n");
}
