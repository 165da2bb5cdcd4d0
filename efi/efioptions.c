/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of ima-efi: one table of options for parsing and for --help, one of commands. */
#include "efi/efioptions.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "efi/command.h"

/* How an option's argument is kept. */
enum keep { KEEP_FLAG, KEEP_TEXT, KEEP_LIST };

struct row {
	const char *name;
	char letter;
	const char *argument; /* as --help shows it; NULL: takes none */
	const char *help;
	enum keep keep;
	size_t offset; /* in struct efioptions */
};

#define AT(field) offsetof(struct efioptions, field)

static const struct row rows[] = {
	{"efivars", 0, "PATH", "variables of another machine: directory, OVMF store, saved file",
	 KEEP_TEXT, AT(efivars)},
	{"esp", 0, "DIR", "an EFI system partition, mounted or copied (repeatable)", KEEP_LIST,
	 AT(esps)},
	{"key", 'k', "CERT", "a certificate you trust beside the firmware's (repeatable)",
	 KEEP_LIST, AT(keys)},
	{"scan", 0, NULL, "audit: run ima-scan on the target, too; its options after \"--\"",
	 KEEP_FLAG, AT(scan)},
	{"format", 0, "text|ndjson", "how to report", KEEP_TEXT, AT(format)},
	{"output", 'o', "FILE", "where to report, instead of standard output", KEEP_TEXT,
	 AT(output)},
	{"verbose", 'v', NULL, "say more: every hash of a database, every detail", KEEP_FLAG,
	 AT(verbose)},
	{"quiet", 'q', NULL, "no heading; silence when there is nothing to say against it",
	 KEEP_FLAG, AT(quiet)},
	{"color", 0, "auto|always|never", "colours in text reports", KEEP_TEXT, AT(color)},
	{"help", 'h', NULL, "this text", KEEP_FLAG, AT(help)},
	{"version", 0, NULL, "version and commit", KEEP_FLAG, AT(version_asked)},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), FIRST_LONG_ONLY = 256 };

static void make_tables(struct option longs[ROWS + 1], char shorts[3 * ROWS + 2])
{
	char *s = shorts;

	*s++ = ':'; /* tell a missing argument from an unknown option */
	for (size_t i = 0; i < ROWS; i++) {
		longs[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].argument ? required_argument : no_argument,
			.val = FIRST_LONG_ONLY + (int)i,
		};
		if (!rows[i].letter)
			continue;
		*s++ = rows[i].letter;
		if (rows[i].argument)
			*s++ = ':';
	}
	*s = '\0';
	longs[ROWS] = (struct option){0};
}

static const struct row *find_row(int value)
{
	if (value >= FIRST_LONG_ONLY)
		return &rows[value - FIRST_LONG_ONLY];
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].letter == value)
			return &rows[i];
	return NULL;
}

static int keep_list(struct efioptions_list *list, const char *argument, struct fault *f)
{
	const char **more = reallocarray(list->items, list->count + 1, sizeof(*more));

	if (!more)
		return fault_set(f, 0, "out of memory");
	list->items = more;
	list->items[list->count++] = argument;
	return 0;
}

static int keep(const struct row *row, const char *argument, struct efioptions *out,
		struct fault *f)
{
	void *field = (char *)out + row->offset;

	switch (row->keep) {
	case KEEP_FLAG: *(bool *)field = true; return 0;
	case KEEP_TEXT: *(const char **)field = argument; return 0;
	case KEEP_LIST: return keep_list(field, argument, f);
	}
	return 0;
}

/* A letter among several, as in "-qZ", is named by itself; a long option by its word. */
static int refuse(int value, char **argv, struct fault *f)
{
	const char letter[] = {'-', (char)optopt, '\0'};
	const char *word = optopt > 0 && optopt < FIRST_LONG_ONLY ? letter : argv[optind - 1];

	if (value == ':')
		return fault_set(f, 0, "option \"%s\" wants an argument", word);
	return fault_set(f, 0, "unknown or ambiguous option \"%s\"", word);
}

/* One of the words, or a fault that lists them. */
static int check_word(const char *option, const char *value, const char *const *words,
		      struct fault *f)
{
	own_buf struct buf list = {0};

	for (size_t i = 0; words[i]; i++) {
		if (!value || strcmp(value, words[i]) == 0)
			return 0;
		buf_printf(&list, "%s%s", i ? ", " : "", words[i]);
	}
	return fault_set(f, 0, "--%s is one of %s, not \"%s\"", option, buf_text(&list), value);
}

static int find_command(const char *name, const struct command *commands, struct efioptions *out,
			struct fault *f)
{
	own_buf struct buf list = {0};

	for (const struct command *c = commands; c->name; c++) {
		if (name && strcmp(name, c->name) == 0) {
			out->command = c;
			return 0;
		}
		buf_printf(&list, "%s%s", c == commands ? "" : ", ", c->name);
	}
	if (!name)
		return fault_set(f, 0, "no command given: it is one of %s", buf_text(&list));
	return fault_set(f, 0, "no command \"%s\": it is one of %s", name, buf_text(&list));
}

/* What follows "--" is not ours. getopt moves words about, so it is cut off before. */
static int cut_rest(int *argc, char **argv, struct efioptions *out, struct fault *f)
{
	int at = 1;

	while (at < *argc && strcmp(argv[at], "--") != 0)
		at++;
	for (int i = at + 1; i < *argc; i++)
		if (keep_list(&out->rest, argv[i], f) < 0)
			return -1;
	*argc = at;
	return 0;
}

/* The words that are no options: the command and its argument. */
static int take_words(int argc, char **argv, const struct command *commands, struct efioptions *out,
		      struct fault *f)
{
	if (find_command(optind < argc ? argv[optind++] : NULL, commands, out, f) < 0)
		return -1;
	if (out->command->argument && optind < argc)
		out->argument = argv[optind++];
	if (optind < argc)
		return fault_set(f, 0, "\"%s\" is one word too many for the command %s",
				 argv[optind], out->command->name);
	if (out->command->needs_argument && !out->argument)
		return fault_set(f, 0, "the command %s wants %s", out->command->name,
				 out->command->argument);
	return 0;
}

int efioptions_parse(int argc, char **argv, const struct command *commands, struct efioptions *out,
		     struct fault *f)
{
	static const char *const formats[] = {"text", "ndjson", NULL};
	static const char *const colors[] = {"auto", "always", "never", NULL};
	struct option longs[ROWS + 1];
	char shorts[3 * ROWS + 2];
	int value;

	*out = (struct efioptions){0};
	if (cut_rest(&argc, argv, out, f) < 0)
		return -1;
	make_tables(longs, shorts);
	optind = 0; /* glibc: begin anew, whatever was parsed before */
	opterr = 0;
	while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (value == '?' || value == ':')
			return refuse(value, argv, f);
		if (keep(find_row(value), optarg, out, f) < 0)
			return -1;
		/* Help is given whatever else is wrong with the line. */
		if (out->help || out->version_asked)
			return 0;
	}
	if (check_word("format", out->format, formats, f) < 0 ||
	    check_word("color", out->color, colors, f) < 0)
		return -1;
	return take_words(argc, argv, commands, out, f);
}

void efioptions_done(struct efioptions *options)
{
	free(options->esps.items);
	free(options->keys.items);
	free(options->rest.items);
}

void efioptions_help(const struct command *commands, struct buf *out)
{
	buf_puts(
		out,
		"Usage: ima-efi COMMAND [options] [ARGUMENT]\n\n"
		"Says what a machine's firmware and boot chain let happen to it. Writes nothing to either.\n\n"
		"Commands:\n");
	for (const struct command *c = commands; c->name; c++) {
		own_buf struct buf left = {0};

		buf_printf(&left, " %s%s%s", c->name, c->argument ? " " : "",
			   c->argument ? c->argument : "");
		buf_printf(out, "%-25s %s\n", buf_text(&left), c->meaning);
	}
	buf_puts(out, "\nOptions:\n");
	for (size_t i = 0; i < ROWS; i++) {
		own_buf struct buf left = {0};

		if (rows[i].letter)
			buf_printf(&left, " -%c, ", rows[i].letter);
		else
			buf_puts(&left, "     ");
		buf_printf(&left, "--%s%s%s", rows[i].name, rows[i].argument ? " " : "",
			   rows[i].argument ? rows[i].argument : "");
		buf_printf(out, "%-31s %s\n", buf_text(&left), rows[i].help);
	}
	buf_puts(out,
		 "\nExit status (bits are added): 0 nothing to say against it, 2 something could "
		 "not be\ndecided, 4 weaknesses (or, of compare, changes); 64 usage, 70 internal "
		 "error. See\nima-efi(8).\n");
}
