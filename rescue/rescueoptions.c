/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of ima-rescue: its options and its commands. */
#include "rescue/rescueoptions.h"

#include <stddef.h>
#include <string.h>

#include "rescue/rescue_command.h"

#define AT(field) offsetof(struct rescueoptions, field)

static const char *const formats[] = {"text", "ndjson", NULL};
static const char *const colors[] = {"auto", "always", "never", NULL};

static const char *const image_formats[] = {"auto", "raw", "qcow2", NULL};

static const struct optable_row rows[] = {
	{"image", 0, "FILE", "look at this disk image, not at the disks (repeatable)", OPTABLE_LIST,
	 AT(images), NULL},
	{"image-format", 0, "auto|raw|qcow2",
	 "what images are (default auto: by their first bytes)", OPTABLE_TEXT, AT(image_format),
	 image_formats},
	{"unlock", 0, NULL, "ask for a passphrase, and try it on every LUKS volume", OPTABLE_FLAG,
	 AT(unlock), NULL},
	{"key-file", 0, "FILE",
	 "what opens LUKS volumes, instead of a passphrase (-: standard input)", OPTABLE_TEXT,
	 AT(key_file), NULL},
	{"header", 0, "FILE", "a detached LUKS header", OPTABLE_TEXT, AT(header), NULL},
	{"token", 0, NULL, "try the tokens that LUKS volumes name", OPTABLE_FLAG, AT(token), NULL},
	{"costly", 0, NULL, "try LUKS key slots that ask for too much time or memory, too",
	 OPTABLE_FLAG, AT(costly), NULL},
	{"assemble", 0, NULL, "bring up md arrays and LVM, read-only (by mdadm and lvm2)",
	 OPTABLE_FLAG, AT(assemble), NULL},
	{"replay", 0, NULL, "replay dirty journals into memory, to see what was written last",
	 OPTABLE_FLAG, AT(replay), NULL},
	{"at", 0, "DIR", "where to put the tree (default: below /run/ima-rescue)", OPTABLE_TEXT,
	 AT(at), NULL},
	{"beneath", 0, NULL, "show what is hidden beneath mount points, beside the tree",
	 OPTABLE_FLAG, AT(beneath), NULL},
	{"to", 0, "DIR", "where collect puts the copies: a directory of its own", OPTABLE_TEXT,
	 AT(to), NULL},
	{"format", 0, "text|ndjson", "how to report", OPTABLE_TEXT, AT(format), formats},
	{"verbose", 'v', NULL, "say more: identifiers, what was left out", OPTABLE_FLAG,
	 AT(verbose), NULL},
	{"color", 0, "auto|always|never", "colours in text reports", OPTABLE_TEXT, AT(color),
	 colors},
	{"help", 'h', NULL, "this text", OPTABLE_STOP, AT(help), NULL},
	{"version", 0, NULL, "version and commit", OPTABLE_STOP, AT(version_asked), NULL},
	{0},
};

int rescueoptions_parse(int argc, char **argv, const struct cmdtable *commands,
			struct rescueoptions *out, struct fault *f)
{
	const struct cmdtable_row *row;
	int first;

	*out = (struct rescueoptions){0};
	if (optable_parse(argc, argv, rows, out, &first, f) < 0)
		return -1;
	if (out->help || out->version_asked)
		return 0;
	row = cmdtable_find(commands, first < argc ? argv[first] : NULL, f);
	if (!row)
		return -1;
	out->command = (const struct rescue_command *)row;
	out->words = argv + first + 1;
	out->word_count = argc - first - 1;
	return cmdtable_check(row, out->word_count, out->words, f);
}

void rescueoptions_done(struct rescueoptions *options)
{
	optable_done(rows, options);
}

void rescueoptions_help(const struct cmdtable *commands, struct buf *out)
{
	buf_puts(
		out,
		"Usage: ima-rescue COMMAND [options] [ARGUMENT…]\n\n"
		"Finds the systems installed on a machine's disks and shows them as evidence: not a\n"
		"byte of them is changed.\n\nCommands:\n");
	cmdtable_help(commands, out);
	buf_puts(out, "\nOptions:\n");
	optable_help(rows, out);
	buf_puts(
		out,
		"\nExit status: 0 all was done, 2 something could not be read, unlocked or "
		"found;\n64 usage, 70 internal error, 128+N stopped by signal N. See ima-rescue(8).\n");
}
