/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of ima-scan: one table for parsing and for --help. */
#include "scanner/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/policy/policy.h"

/* How an option's argument is kept. */
enum keep { KEEP_FLAG, KEEP_TEXT, KEEP_LIST, KEEP_COMMAND, KEEP_HOOKS, KEEP_JOBS };

struct option_row {
	const char *name;
	char letter;
	const char *argument; /* as --help shows it; NULL: takes none */
	const char *help;     /* NULL: not shown */
	enum keep keep;
	size_t offset; /* in struct options */
	enum options_command command;
};

#define AT(field) offsetof(struct options, field)

static const struct option_row rows[] = {
	{"key", 'k', "CERT", "certificates of the .ima keyring: PEM or DER, file or directory",
	 KEEP_LIST, AT(keys), 0},
	{"evm-key", 0, "CERT", "the same for the .evm keyring", KEEP_LIST, AT(evm_keys), 0},
	{"platform-key", 0, "CERT", "the same for the .platform keyring (kexec only)", KEEP_LIST,
	 AT(platform_keys), 0},
	{"evm-hmac-key", 0, "FILE", "the EVM HMAC key, in plain bytes", KEEP_TEXT, AT(evm_hmac_key),
	 0},
	{"revoked", 0, "FILE", "revoked certificates and hashes (file or directory)", KEEP_LIST,
	 AT(revoked), 0},
	{"policy", 0, "FILE|NAME", "the IMA policy in force; without it: labels only", KEEP_TEXT,
	 AT(policy), 0},
	{"hooks", 0, "likely|all", "judge the accesses that make sense for a file, or all of them",
	 KEEP_HOOKS, AT(hooks_all), 0},
	{"kernel-version", 0, "VERSION", "the target's kernel, as in 6.12", KEEP_TEXT,
	 AT(kernel_version), 0},
	{"kernel-config", 0, "FILE", "its build configuration", KEEP_TEXT, AT(kernel_config), 0},
	{"cmdline", 0, "STRING", "its command line", KEEP_TEXT, AT(cmdline), 0},
	{"evm", 0, "none|x509|hmac|both", "which EVM keys are in force (default: those given)",
	 KEEP_TEXT, AT(evm), 0},
	{"ima-hash", 0, "ALGO", "its default hash, as ima_hash= sets it", KEEP_TEXT, AT(ima_hash),
	 0},
	{"format", 0, "text|ndjson", "how to report", KEEP_TEXT, AT(format), 0},
	{"output", 'o', "FILE", "where to report, instead of standard output", KEEP_TEXT,
	 AT(output), 0},
	{"null", '0', NULL, "print only the paths of what is not good, each ended by a NUL byte",
	 KEEP_FLAG, AT(null_paths), 0},
	{"verbose", 'v', NULL, "list every file", KEEP_FLAG, AT(verbose), 0},
	{"quiet", 'q', NULL, "no heading, no progress; silence when all is good", KEEP_FLAG,
	 AT(quiet), 0},
	{"color", 0, "auto|always|never", "colours in text reports", KEEP_TEXT, AT(color), 0},
	{"jobs", 'j', "N", "how many files to read at a time", KEEP_JOBS, AT(jobs), 0},
	{"one-file-system", 'x', NULL, "stay on the target's file system", KEEP_FLAG,
	 AT(one_file_system), 0},
	{"exclude", 0, "GLOB", "leave out what the pattern names (\"*\" matches \"/\" too)",
	 KEEP_LIST, AT(excludes), 0},
	{"files0-from", 0, "FILE",
	 "scan only the paths listed there, ended by NUL bytes (-: stdin)", KEEP_TEXT,
	 AT(files0_from), 0},
	{"live", 0, NULL, "allow scanning / of the running system", KEEP_FLAG, AT(live), 0},
	{"no-sandbox", 0, NULL, "keep all privileges (for debugging)", KEEP_FLAG, AT(no_sandbox),
	 0},
	{"no-readahead", 0, NULL, "read nothing ahead of need, as for a failing disk", KEEP_FLAG,
	 AT(no_readahead), 0},
	{"explain", 0, "PATH", "one file: its label, key, digest, and each rule tried",
	 KEEP_COMMAND, AT(explain_path), OPTIONS_EXPLAIN},
	{"lint-policy", 0, "FILE|NAME", "report the weaknesses of a policy", KEEP_COMMAND,
	 AT(lint_policy), OPTIONS_LINT_POLICY},
	{"list-keys", 0, NULL, "print the keys that were loaded", KEEP_COMMAND, 0,
	 OPTIONS_LIST_KEYS},
	{"help", 'h', NULL, "this text", KEEP_COMMAND, 0, OPTIONS_HELP},
	{"version", 0, NULL, "version and commit", KEEP_COMMAND, 0, OPTIONS_VERSION},
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

static const struct option_row *find_row(int value)
{
	if (value >= FIRST_LONG_ONLY)
		return &rows[value - FIRST_LONG_ONLY];
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].letter == value)
			return &rows[i];
	return NULL;
}

static int keep_list(struct options_list *list, const char *argument, struct fault *f)
{
	const char **more = reallocarray(list->items, list->count + 1, sizeof(*more));

	if (!more)
		return fault_set(f, 0, "out of memory");
	list->items = more;
	list->items[list->count++] = argument;
	return 0;
}

static int keep_jobs(unsigned *jobs, const char *argument, struct fault *f)
{
	char *end;
	unsigned long n = strtoul(argument, &end, 10);

	if (*end || end == argument || n < 1 || n > 256)
		return fault_set(f, 0, "--jobs wants a number from 1 to 256, not \"%s\"", argument);
	*jobs = (unsigned)n;
	return 0;
}

static int keep_hooks(bool *all, const char *argument, struct fault *f)
{
	*all = strcmp(argument, "all") == 0;
	if (!*all && strcmp(argument, "likely") != 0)
		return fault_set(f, 0, "--hooks is \"likely\" or \"all\", not \"%s\"", argument);
	return 0;
}

static int keep(const struct option_row *row, const char *argument, struct options *out,
		struct fault *f)
{
	void *field = (char *)out + row->offset;

	switch (row->keep) {
	case KEEP_FLAG: *(bool *)field = true; return 0;
	case KEEP_TEXT: *(const char **)field = argument; return 0;
	case KEEP_LIST: return keep_list(field, argument, f);
	case KEEP_HOOKS: return keep_hooks(field, argument, f);
	case KEEP_JOBS: return keep_jobs(field, argument, f);
	case KEEP_COMMAND:
		if (row->argument)
			*(const char **)field = argument;
		out->command = row->command;
		return 0;
	}
	return 0;
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

static int check(const struct options *o, struct fault *f)
{
	static const char *const formats[] = {"text", "ndjson", NULL};
	static const char *const colors[] = {"auto", "always", "never", NULL};
	bool wants_target = o->command == OPTIONS_SCAN || o->command == OPTIONS_EXPLAIN;

	if (check_word("format", o->format, formats, f) < 0 ||
	    check_word("color", o->color, colors, f) < 0)
		return -1;
	if (wants_target && !o->target)
		return fault_set(f, 0, "no target given: say which directory to scan");
	if (o->null_paths && o->format && strcmp(o->format, "text") != 0)
		return fault_set(f, 0, "--null and --format %s exclude each other", o->format);
	return 0;
}

/* A letter among several, as in "-xZ", is named by itself; a long option by its word. */
static int refuse(int value, char **argv, struct fault *f)
{
	const char letter[] = {'-', (char)optopt, '\0'};
	const char *word = optopt > 0 && optopt < FIRST_LONG_ONLY ? letter : argv[optind - 1];

	if (value == ':')
		return fault_set(f, 0, "option \"%s\" wants an argument", word);
	return fault_set(f, 0, "unknown or ambiguous option \"%s\"", word);
}

int options_parse(int argc, char **argv, struct options *out, struct fault *f)
{
	struct option longs[ROWS + 1];
	char shorts[3 * ROWS + 2];
	int value;

	*out = (struct options){.command = OPTIONS_SCAN};
	make_tables(longs, shorts);
	optind = 0; /* glibc: begin anew, whatever was parsed before */
	opterr = 0;
	while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct option_row *row;

		if (value == '?' || value == ':')
			return refuse(value, argv, f);
		row = find_row(value);
		if (keep(row, optarg, out, f) < 0)
			return -1;
		/* Help is given whatever else is wrong with the line. */
		if (out->command == OPTIONS_HELP)
			return 0;
	}
	if (optind < argc)
		out->target = argv[optind++];
	if (optind < argc)
		return fault_set(f, 0, "one target at a time: \"%s\" is one too many",
				 argv[optind]);
	return check(out, f);
}

void options_done(struct options *options)
{
	free(options->keys.items);
	free(options->evm_keys.items);
	free(options->platform_keys.items);
	free(options->revoked.items);
	free(options->excludes.items);
}

/* In two lines, broken where the seed's choices end and the kernel's words begin. */
static void add_policy_names(struct buf *out)
{
	const char *names = policy_builtin_names(), *words = strstr(names, " or ");

	buf_printf(out, "\nPolicies by name: %.*s\n%s.\n",
		   words ? (int)(words - names) : (int)strlen(names), names,
		   words ? words + 1 : "");
}

void options_help(struct buf *out)
{
	buf_puts(
		out,
		"Usage: ima-scan [options] TARGET\n"
		"       ima-scan --explain PATH [options] TARGET\n"
		"       ima-scan --lint-policy FILE|NAME\n"
		"       ima-scan --list-keys -k CERT...\n\n"
		"Says of every file below TARGET, the mounted root of a system that is switched off,\n"
		"what IMA/EVM appraisal in its kernel would decide. Writes nothing to it.\n\n"
		"Options:\n");
	for (size_t i = 0; i < ROWS; i++) {
		own_buf struct buf left = {0};

		if (rows[i].letter)
			buf_printf(&left, " -%c, ", rows[i].letter);
		else
			buf_puts(&left, "     ");
		buf_printf(&left, "--%s%s%s", rows[i].name, rows[i].argument ? " " : "",
			   rows[i].argument ? rows[i].argument : "");
		if (left.len > 33)
			buf_printf(out, "%s\n%-33s %s\n", buf_text(&left), "", rows[i].help);
		else
			buf_printf(out, "%-33s %s\n", buf_text(&left), rows[i].help);
	}
	add_policy_names(out);
	buf_puts(
		out,
		"\nExit status (bits are added): 0 all that was to be verified is good, 1 integrity\n"
		"failures, 2 something could not be decided, 4 weaknesses of the set-up; 64 usage,\n"
		"70 internal error, 130 interrupted. See ima-scan(8).\n");
}
