/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of ima-scan: one table for parsing and for --help. */
#include "scanner/options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/policy/policy.h"

#define AT(field) offsetof(struct options, field)

static const char *const hooks[] = {"likely", "all", NULL};
static const char *const formats[] = {"text", "ndjson", NULL};
static const char *const colors[] = {"auto", "always", "never", NULL};

static const struct optable_row rows[] = {
	{"key", 'k', "CERT", "certificates of the .ima keyring: PEM or DER, file or directory",
	 OPTABLE_LIST, AT(keys), NULL},
	{"evm-key", 0, "CERT", "the same for the .evm keyring", OPTABLE_LIST, AT(evm_keys), NULL},
	{"platform-key", 0, "CERT", "the same for the .platform keyring (kexec only)", OPTABLE_LIST,
	 AT(platform_keys), NULL},
	{"evm-hmac-key", 0, "FILE", "the EVM HMAC key, in plain bytes", OPTABLE_TEXT,
	 AT(evm_hmac_key), NULL},
	{"revoked", 0, "FILE", "revoked certificates and hashes (file or directory)", OPTABLE_LIST,
	 AT(revoked), NULL},
	{"policy", 0, "FILE|NAME", "the IMA policy in force; without it: labels only", OPTABLE_TEXT,
	 AT(policy), NULL},
	{"hooks", 0, "likely|all", "judge the accesses that make sense for a file, or all of them",
	 OPTABLE_TEXT, AT(hooks), hooks},
	{"kernel-version", 0, "VERSION", "the target's kernel, as in 6.12", OPTABLE_TEXT,
	 AT(kernel_version), NULL},
	{"kernel-config", 0, "FILE", "its build configuration", OPTABLE_TEXT, AT(kernel_config),
	 NULL},
	{"cmdline", 0, "STRING", "its command line", OPTABLE_TEXT, AT(cmdline), NULL},
	{"evm", 0, "none|x509|hmac|both", "which EVM keys are in force (default: those given)",
	 OPTABLE_TEXT, AT(evm), NULL},
	{"ima-hash", 0, "ALGO", "its default hash, as ima_hash= sets it", OPTABLE_TEXT,
	 AT(ima_hash), NULL},
	{"format", 0, "text|ndjson", "how to report", OPTABLE_TEXT, AT(format), formats},
	{"output", 'o', "FILE", "where to report, instead of standard output", OPTABLE_TEXT,
	 AT(output), NULL},
	{"null", '0', NULL, "print only the paths of what is not good, each ended by a NUL byte",
	 OPTABLE_FLAG, AT(null_paths), NULL},
	{"verbose", 'v', NULL, "list every file", OPTABLE_FLAG, AT(verbose), NULL},
	{"quiet", 'q', NULL, "no heading, no progress; silence when all is good", OPTABLE_FLAG,
	 AT(quiet), NULL},
	{"color", 0, "auto|always|never", "colours in text reports", OPTABLE_TEXT, AT(color),
	 colors},
	{"jobs", 'j', "N", "how many files to read at a time", OPTABLE_TEXT, AT(jobs_text), NULL},
	{"one-file-system", 'x', NULL, "stay on the target's file system", OPTABLE_FLAG,
	 AT(one_file_system), NULL},
	{"exclude", 0, "GLOB", "leave out what the pattern names (\"*\" matches \"/\" too)",
	 OPTABLE_LIST, AT(excludes), NULL},
	{"files0-from", 0, "FILE",
	 "scan only the paths listed there, ended by NUL bytes (-: stdin)", OPTABLE_TEXT,
	 AT(files0_from), NULL},
	{"live", 0, NULL, "allow scanning / of the running system", OPTABLE_FLAG, AT(live), NULL},
	{"no-sandbox", 0, NULL, "keep all privileges (for debugging)", OPTABLE_FLAG, AT(no_sandbox),
	 NULL},
	{"no-readahead", 0, NULL, "read nothing ahead of need, as for a failing disk", OPTABLE_FLAG,
	 AT(no_readahead), NULL},
	{"explain", 0, "PATH", "one file: its label, key, digest, and each rule tried",
	 OPTABLE_TEXT, AT(explain_path), NULL},
	{"lint-policy", 0, "FILE|NAME", "report the weaknesses of a policy", OPTABLE_TEXT,
	 AT(lint_policy), NULL},
	{"list-keys", 0, NULL, "print the keys that were loaded", OPTABLE_FLAG, AT(list_keys),
	 NULL},
	{"help", 'h', NULL, "this text", OPTABLE_STOP, AT(help), NULL},
	{"version", 0, NULL, "version and commit", OPTABLE_STOP, AT(version_asked), NULL},
	{0},
};

/* What is done instead of a scan: --explain, --lint-policy or --list-keys, one of them. */
static int choose_command(struct options *o, struct fault *f)
{
	const struct {
		bool given;
		const char *name;
		enum options_command command;
	} asked[] = {
		{o->explain_path, "explain", OPTIONS_EXPLAIN},
		{o->lint_policy, "lint-policy", OPTIONS_LINT_POLICY},
		{o->list_keys, "list-keys", OPTIONS_LIST_KEYS},
	};
	const char *first = NULL;

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		if (!asked[i].given)
			continue;
		if (first)
			return fault_set(f, 0, "--%s and --%s exclude each other", first,
					 asked[i].name);
		first = asked[i].name;
		o->command = asked[i].command;
	}
	return 0;
}

static int take_jobs(struct options *o, struct fault *f)
{
	const char *text = o->jobs_text;
	unsigned long n;
	char *end;

	if (!text)
		return 0;
	n = strtoul(text, &end, 10);
	/* strtoul(3) takes signs, and wraps a negative number round. */
	if (*end || !isdigit((unsigned char)*text) || n < 1 || n > 256)
		return fault_set(f, 0, "--jobs wants a number from 1 to 256, not \"%s\"", text);
	o->jobs = (unsigned)n;
	return 0;
}

static int take_target(struct options *o, int argc, char **argv, int at, struct fault *f)
{
	if (at < argc)
		o->target = argv[at++];
	if (at < argc)
		return fault_set(f, 0, "one target at a time: \"%s\" is one too many", argv[at]);
	if (!o->target && (o->command == OPTIONS_SCAN || o->command == OPTIONS_EXPLAIN))
		return fault_set(f, 0, "no target given: say which directory to scan");
	return 0;
}

int options_parse(int argc, char **argv, struct options *out, struct fault *f)
{
	int first;

	*out = (struct options){.command = OPTIONS_SCAN};
	if (optable_parse(argc, argv, rows, out, &first, f) < 0)
		return -1;
	if (out->help || out->version_asked) {
		out->command = out->help ? OPTIONS_HELP : OPTIONS_VERSION;
		return 0;
	}
	if (choose_command(out, f) < 0 || take_jobs(out, f) < 0 ||
	    take_target(out, argc, argv, first, f) < 0)
		return -1;
	out->hooks_all = out->hooks && strcmp(out->hooks, "all") == 0;
	if (out->null_paths && out->format && strcmp(out->format, "text") != 0)
		return fault_set(f, 0, "--null and --format %s exclude each other", out->format);
	return 0;
}

void options_done(struct options *options)
{
	optable_done(rows, options);
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
	optable_help(rows, out);
	add_policy_names(out);
	buf_puts(
		out,
		"\nExit status (bits are added): 0 all that was to be verified is good, 1 integrity\n"
		"failures, 2 something could not be decided, 4 weaknesses of the set-up; 64 usage,\n"
		"70 internal error, 130 interrupted. See ima-scan(8).\n");
}
