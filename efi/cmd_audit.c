/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ima-efi audit`: can this machine be started around IMA? With --scan, ima-scan's report after it. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "efi/auditreport.h"
#include "efi/command.h"
#include "scanner/base/own.h"

static int write_ndjson(const struct efioptions *o, const struct audit *audit, int status,
			FILE *out, struct fault *f)
{
	own_buf struct buf text = {0}, line = {0};

	if (command_write_run(o, out, f) < 0)
		return -1;
	auditreport_ndjson(audit, &text);
	if (command_write_text(out, &text, f) < 0 ||
	    command_write_remarks(&audit->remarks, out, f) < 0)
		return -1;
	command_begin_summary(&line);
	auditreport_counts(audit, &line);
	return command_write_summary(&line, status, out, f);
}

static int write_text(const struct efioptions *o, const struct audit *audit, int status, FILE *out,
		      struct fault *f)
{
	const struct auditreport_style style = {
		.color = command_wants_color(o, out), .verbose = o->verbose, .quiet = o->quiet};
	own_buf struct buf text = {0};

	if (o->quiet && status == COMMAND_GOOD)
		return 0;
	auditreport_text(audit, o->argument, &style, &text);
	command_text_remarks(&audit->remarks, &text);
	return command_write_text(out, &text, f);
}

static int report(const struct efioptions *o, FILE *out, struct fault *f)
{
	const struct audit_request request = {.target = o->argument,
					      .esps = o->esps.items,
					      .esp_count = o->esps.count,
					      .efivars = o->efivars,
					      .keys = o->keys.items,
					      .key_count = o->keys.count,
					      .now = time(NULL)};
	struct audit audit;
	int status = COMMAND_GOOD, result;

	if (audit_run(&request, &audit, f) < 0)
		return f->os == ENOMEM ? COMMAND_INTERNAL : COMMAND_USAGE;
	if (posture_weak(&audit.posture))
		status |= COMMAND_WEAK;
	if (posture_undecided(&audit.posture))
		status |= COMMAND_UNDECIDED;
	if (command_is_ndjson(o))
		result = write_ndjson(o, &audit, status, out, f);
	else
		result = write_text(o, &audit, status, out, f);
	audit_done(&audit);
	return result < 0 ? COMMAND_INTERNAL : status;
}

/* --- ima-scan beside us --- */

/* The file "ima-scan" in this program's own directory. PATH is not asked: what it finds may be anything. */
static int find_scanner(char path[PATH_MAX], struct fault *f)
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof("ima-scan"));
	char *slash;

	if (n < 0)
		return fault_set(f, errno, "looking for ima-scan beside this program");
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return fault_set(f, 0, "looking for ima-scan beside this program: no directory");
	strcpy(slash + 1, "ima-scan");
	if (access(path, X_OK) < 0)
		return fault_set(f, errno, "--scan wants ima-scan beside this program: %s", path);
	return 0;
}

/* What the operator gave after "--", our format before it, the target behind it. */
static char **make_arguments(const struct efioptions *o, struct fault *f)
{
	char **args = calloc((size_t)o->rest_count + 5, sizeof(*args));
	size_t n = 0;

	if (!args) {
		fault_set(f, ENOMEM, "running ima-scan");
		return NULL;
	}
	args[n++] = (char *)"ima-scan";
	if (command_is_ndjson(o)) {
		args[n++] = (char *)"--format";
		args[n++] = (char *)"ndjson";
	}
	for (int i = 0; i < o->rest_count; i++)
		args[n++] = o->rest[i];
	args[n] = (char *)o->argument;
	return args;
}

static int run_scanner(const char *path, char **args, int output, struct fault *f)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		return fault_set(f, errno, "running ima-scan");
	if (child == 0) {
		if (output != STDOUT_FILENO && dup2(output, STDOUT_FILENO) < 0)
			_exit(COMMAND_INTERNAL);
		execv(path, args);
		_exit(COMMAND_INTERNAL);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return fault_set(f, errno, "waiting for ima-scan");
	if (!WIFEXITED(status))
		return fault_set(f, 0, "ima-scan was ended by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

/* Its status, or -1. */
static int scan(const struct efioptions *o, FILE *out, struct fault *f)
{
	char path[PATH_MAX];
	own_mem char **args = NULL;

	if (find_scanner(path, f) < 0 || !(args = make_arguments(o, f)))
		return -1;
	if (fflush(out) != 0)
		return fault_set(f, errno, "writing the report");
	return run_scanner(path, args, fileno(out), f);
}

/* Bits are added; what is no bits (usage, internal error, interrupted) takes the place of both. */
static int add_status(int ours, int theirs)
{
	return theirs >= COMMAND_USAGE ? theirs : ours | theirs;
}

int cmd_audit_run(const struct efioptions *o, FILE *out, struct fault *f)
{
	int status, scanned;

	if (!o->scan && o->rest_count) {
		fault_set(f, 0, "words after \"--\" are for ima-scan: say --scan");
		return COMMAND_USAGE;
	}
	status = report(o, out, f);
	if (!o->scan || status >= COMMAND_USAGE)
		return status;
	scanned = scan(o, out, f);
	if (scanned >= COMMAND_USAGE)
		fault_set(f, 0, "ima-scan ended with status %d", scanned);
	return scanned < 0 ? COMMAND_INTERNAL : add_status(status, scanned);
}
