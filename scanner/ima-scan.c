/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program ima-scan: options, set-up, one command, exit status. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "scanner/base/escape.h"
#include "scanner/base/own.h"
#include "scanner/base/program.h"
#include "scanner/base/sandbox.h"
#include "scanner/cryptomem.h"
#include "scanner/digest.h"
#include "scanner/explain.h"
#include "scanner/handover.h"
#include "scanner/options.h"
#include "scanner/base/json.h"
#include "scanner/report/report.h"
#include "scanner/scan.h"
#include "scanner/session.h"
#include "scanner/watch.h"
#include "version.h"

static const char program[] = "ima-scan";

static int complain(int status, const struct fault *fault)
{
	return program_complain(program, status, fault);
}

/* Batches in flight hold a descriptor each. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Everything that judging files of a target needs. */
static int load_all(struct session *s, const struct options *o, struct fault *f)
{
	if (session_load_profile(s, o, f) < 0 || session_load_keys(s, o, f) < 0)
		return -1;
	if (o->policy && session_load_policy(s, o->policy, f) < 0)
		return -1;
	return session_open_target(s, o, f) < 0 ? -1 : session_ready(s, o, f);
}

/* --- Scanning --- */

/* What the scan command has open beside its session. */
struct outputs {
	FILE *report; /* standard output, or a file of ours */
	int list_fd;
	struct links *links;
	struct namestack *names;
};

static void close_outputs(struct outputs *outputs)
{
	cryptomem_set_report(NULL);
	links_close(outputs->links);
	namestack_close(outputs->names);
	if (outputs->list_fd > STDIN_FILENO)
		close(outputs->list_fd);
	if (outputs->report && outputs->report != stdout)
		fclose(outputs->report);
}

static int open_outputs(const struct options *o, int root_fd, struct outputs *out, struct fault *f)
{
	*out = (struct outputs){.report = stdout, .list_fd = -1};
	if (o->output) {
		out->report = fopen(o->output, "we");
		if (!out->report)
			return fault_set(f, errno, "opening the report %s", o->output);
	}
	if (o->files0_from) {
		out->list_fd = strcmp(o->files0_from, "-") == 0
				       ? STDIN_FILENO
				       : open(o->files0_from, O_RDONLY | O_CLOEXEC);
		if (out->list_fd < 0)
			return fault_set(f, errno, "opening the list %s", o->files0_from);
	}
	cryptomem_set_report(out->report);
	out->links = links_open(root_fd, f);
	if (!out->links)
		return -1;
	out->names = namestack_open(root_fd, f);
	return out->names ? 0 : -1;
}

static bool is_rotational(struct session *s)
{
	struct fault ignored;
	struct statx st;
	const struct fsinfo *fs = NULL;

	if (statx(s->root_fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st) == 0)
		fs = fsinfo_get(s->filesystems, makedev(st.stx_dev_major, st.stx_dev_minor),
				s->root_fd, &ignored);
	return fs && fs->rotational;
}

static const struct report_format *format_of(const struct options *o)
{
	if (o->null_paths)
		return &report_paths;
	return report_format_by_name(o->format ? o->format : "text");
}

/* Runs the pipeline with its report open. */
static int scan_and_report(struct scan *scan, struct report *report, bool show_progress)
{
	struct tally tally = {0};
	struct fault fault;
	struct watch *watch;
	int result, status;

	watch = watch_start(scan, show_progress, &fault);
	if (!watch)
		return complain(STATUS_INTERNAL, &fault);
	if (report->format->begin(report) < 0) {
		watch_end(watch);
		fault_set(&fault, ENOMEM, "starting the report");
		return complain(STATUS_INTERNAL, &fault);
	}
	result = scan_run(scan, &tally, &fault);
	watch_end(watch);
	status = result < 0 ? STATUS_INTERNAL : tally_status(&tally);
	report->format->end(report, &tally, status);
	if ((report->broken || tally.broken) && result == 0)
		result = fault_set(&fault, ENOMEM, "writing the report, which is not whole");
	if (fflush(report->out) != 0 || ferror(report->out)) {
		fault_set(&fault, errno, "writing the report");
		result = -1;
	}
	tally_done(&tally);
	return result < 0 ? complain(STATUS_INTERNAL, &fault) : status;
}

static int scan_with(struct session *s, const struct options *o, const struct outputs *outputs)
{
	struct report_run run = {
		.version = IMA_SCAN_VERSION,
		.commit = IMA_SCAN_COMMIT,
		.target = o->target,
		.rules = &s->rules,
		.hooks_all = o->hooks_all,
		.one_file_system = o->one_file_system,
		.files_from_list = outputs->list_fd >= 0,
		.sandboxed = !o->no_sandbox,
		.started = time(NULL),
	};
	struct report report = {
		.format = format_of(o),
		.run = &run,
		.options = {.color = program_wants_color(o->color, outputs->report),
			    .verbose = o->verbose,
			    .quiet = o->quiet},
		.out = outputs->report,
	};
	struct scan scan = {
		.rules = &s->rules,
		.walk = {.root_fd = s->root_fd,
			 .filesystems = s->filesystems,
			 .names = outputs->names,
			 .one_file_system = o->one_file_system,
			 .excludes = o->excludes.items,
			 .exclude_count = o->excludes.count,
			 .stop = &s->stop},
		.links = outputs->links,
		.report = &report,
		.jobs = o->jobs ? o->jobs : scan_default_jobs(is_rotational(s)),
		.readahead = !o->no_readahead,
		.list_fd = outputs->list_fd,
		.stop = &s->stop,
	};
	struct fault fault;
	int status;

	session_notes(s, &run.notes);
	run.jobs = scan.jobs;
	raise_descriptor_limit();
	if (!o->no_sandbox && sandbox_read_only(s->root_fd, &run.sandbox, &fault) < 0)
		return complain(STATUS_INTERNAL, &fault);
	status = scan_and_report(&scan, &report, !o->quiet && isatty(STDERR_FILENO));
	report.format->close(&report);
	return status;
}

static int command_scan(struct session *s, const struct options *o)
{
	struct outputs outputs;
	struct fault fault;
	int status;

	if (load_all(s, o, &fault) < 0)
		return complain(STATUS_USAGE, &fault);
	if (open_outputs(o, s->root_fd, &outputs, &fault) < 0)
		status = complain(STATUS_USAGE, &fault);
	else
		status = scan_with(s, o, &outputs);
	close_outputs(&outputs);
	return status;
}

/* --- The other commands --- */

static int command_explain(struct session *s, const struct options *o)
{
	struct sandbox_state ignored;
	struct notes notes;
	struct fault fault;
	int status;

	if (load_all(s, o, &fault) < 0)
		return complain(STATUS_USAGE, &fault);
	if (!o->no_sandbox && sandbox_read_only(s->root_fd, &ignored, &fault) < 0)
		return complain(STATUS_INTERNAL, &fault);
	session_notes(s, &notes);
	if (explain_file(&s->rules, &notes, s->root_fd, o->explain_path, stdout, &status, &fault) <
	    0) {
		fault_add(&fault, "%s (a path below the target)", o->explain_path);
		return complain(STATUS_UNDECIDED, &fault);
	}
	return status;
}

static void print_json_finding(const struct policy_lint *finding)
{
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "finding");
	json_text(&line, "id", finding->id);
	json_text(&line, "severity", finding->severity);
	json_number(&line, "line", finding->line);
	json_text(&line, "what", finding->what);
	json_text(&line, "why", finding->why);
	json_text(&line, "remedy", finding->remedy);
	json_close(&line, '}');
	puts(buf_text(&line));
}

static void print_finding(void *context, const struct policy_lint *finding)
{
	const struct options *o = context;

	if (o->format && strcmp(o->format, "ndjson") == 0) {
		print_json_finding(finding);
		return;
	}
	if (finding->line)
		printf("line %u: ", finding->line);
	printf("%s (%s): %s\n    why: %s\n    remedy: %s\n", finding->id, finding->severity,
	       finding->what, finding->why, finding->remedy);
}

static int command_lint_policy(struct session *s, const struct options *o)
{
	struct fault fault;
	size_t n;

	if (session_load_profile(s, o, &fault) < 0 ||
	    session_load_policy(s, o->lint_policy, &fault) < 0)
		return complain(STATUS_USAGE, &fault);
	n = policy_lint(s->policy, &s->profile, print_finding, (void *)o);
	if (!o->format || strcmp(o->format, "text") == 0)
		printf("%zu finding%s\n", n, n == 1 ? "" : "s");
	return n ? STATUS_WEAK : STATUS_GOOD;
}

static void print_date(const char *what, time_t when)
{
	struct tm tm;
	char text[32];

	gmtime_r(&when, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	printf("  %s %s", what, text);
}

static void print_key(const struct keyring *ring, const struct keyring_key *key)
{
	own_buf struct buf id = {0}, subject = {0}, file = {0};

	keyring_key_id_text(key, &id);
	escape_text(&subject, key->subject ? key->subject : "",
		    key->subject ? strlen(key->subject) : 0);
	escape_text(&file, key->file, strlen(key->file));
	printf("%-9s %s  %u bits  %s  (%s)\n", keyring_name(ring), buf_text(&id), key->bits,
	       key->x509 ? buf_text(&subject) : "bare public key, for version 1 signatures",
	       buf_text(&file));
	if (key->x509) {
		printf("         ");
		print_date("valid from", key->not_before);
		print_date("to", key->not_after);
		printf("%s%s\n",
		       time(NULL) > key->not_after ? "  (expired; the kernel does not look)" : "",
		       key->revoked ? "  REVOKED" : "");
	}
	if (key->refused)
		printf("           NOT LOADED by this kernel: %s\n", key->refused);
}

static int command_list_keys(struct session *s, const struct options *o)
{
	const struct keyring *rings[3];
	struct fault fault;
	size_t n = 0;

	if (session_load_profile(s, o, &fault) < 0 || session_load_keys(s, o, &fault) < 0)
		return complain(STATUS_USAGE, &fault);
	rings[0] = s->ima;
	rings[1] = s->evm;
	rings[2] = s->platform;
	for (int r = 0; r < 3; r++)
		for (size_t i = 0; i < keyring_count(rings[r]); i++, n++)
			print_key(rings[r], keyring_at(rings[r], i));
	if (!n) {
		fault_set(&fault, 0,
			  "no key given: say which with --key, --evm-key or --platform-key");
		return complain(STATUS_USAGE, &fault);
	}
	return STATUS_GOOD;
}

static int command_help(struct session *s, const struct options *o)
{
	own_buf struct buf text = {0};

	(void)s;
	(void)o;
	options_help(&text);
	fputs(buf_text(&text), stdout);
	return STATUS_GOOD;
}

static int command_version(struct session *s, const struct options *o)
{
	(void)s;
	(void)o;
	program_print_version(program, IMA_SCAN_VERSION, IMA_SCAN_COMMIT);
	return STATUS_GOOD;
}

static int (*const commands[])(struct session *, const struct options *) = {
	[OPTIONS_SCAN] = command_scan,
	[OPTIONS_EXPLAIN] = command_explain,
	[OPTIONS_LINT_POLICY] = command_lint_policy,
	[OPTIONS_LIST_KEYS] = command_list_keys,
	[OPTIONS_HELP] = command_help,
	[OPTIONS_VERSION] = command_version,
};

/* Commands that look at a target: one that is to be mounted first is not for us alone. */
static bool is_for_rescue(const struct options *o)
{
	return (o->command == OPTIONS_SCAN || o->command == OPTIONS_EXPLAIN) && o->target &&
	       handover_wanted(o->target);
}

int main(int argc, char **argv)
{
	struct options options;
	struct session session;
	struct fault fault;
	int status;

	if (cryptomem_end_when_exhausted(&fault) < 0)
		return complain(STATUS_INTERNAL, &fault);
	if (options_parse(argc, argv, &options, &fault) < 0) {
		options_done(&options);
		return complain(STATUS_USAGE, &fault);
	}
	if (is_for_rescue(&options)) {
		status = handover_exec(argc, argv, options.target, &fault);
		options_done(&options);
		return status < 0 ? complain(STATUS_INTERNAL, &fault) : status;
	}
	session_init(&session);
	status = commands[options.command](&session, &options);
	session_done(&session);
	options_done(&options);
	digest_exit();
	if (status >= STATUS_USAGE)
		return status;
	status = program_flush(status, &fault);
	return status < STATUS_USAGE ? status : complain(status, &fault);
}
