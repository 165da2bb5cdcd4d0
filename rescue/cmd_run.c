/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `ima-rescue run TARGET -- COMMAND…`: a command that sees the target's tree, in a mount namespace of its
 * own, so that the tree is gone with it whatever happens.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "efi/command.h"
#include "rescue/attach.h"
#include "rescue/ledger.h"
#include "rescue/machine.h"
#include "rescue/replay.h"
#include "rescue/rescue_command.h"
#include "scanner/base/escape.h"
#include "scanner/base/own.h"

enum { EXEC_FAILED = 127, SIGNALLED = 128, BITS_END = 64 };

static int enter_namespace(struct fault *f)
{
	if (unshare(CLONE_NEWNS) < 0)
		return fault_set(f, errno, "making a mount namespace");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fault_set(f, errno, "making the mount namespace private");
	return 0;
}

/* The command's words, with the tree's place for each "{}". NULL: no memory. */
static char **words_for(const struct rescueoptions *o, char *at)
{
	char **words = calloc((size_t)o->word_count, sizeof(*words));

	for (int i = 1; words && i < o->word_count; i++)
		words[i - 1] = strcmp(o->words[i], "{}") == 0 ? at : o->words[i];
	return words;
}

/* Ctrl-C is for the command; we stay to take the tree down. */
static int run_command(char **words, struct fault *f)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
	int status = 0;
	pid_t child;

	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	child = fork();
	if (child == 0) {
		sigaction(SIGINT, &interrupt, NULL);
		sigaction(SIGQUIT, &quit, NULL);
		execvp(words[0], words);
		_exit(EXEC_FAILED);
	}
	if (child < 0)
		return fault_set(f, errno, "starting %s", words[0]);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return fault_set(f, errno, "waiting for %s", words[0]);
	if (WIFSIGNALED(status))
		return SIGNALLED + WTERMSIG(status);
	if (WEXITSTATUS(status) == EXEC_FAILED)
		return fault_set(f, 0, "%s could not be started", words[0]);
	return WEXITSTATUS(status);
}

static void say_replayed(const struct machine *m, const struct compose *plan, struct buf *text)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct volume *v = &m->volumes.items[plan->items[i].volume];

		if (!v->overlay)
			continue;
		escape_text(text, plan->items[i].dir, strlen(plan->items[i].dir));
		buf_puts(text, ": ");
		replay_note(v, text);
		buf_addc(text, '\n');
	}
}

/* What the tree is not or lacks is told beside the command's own report. */
static void tell_remarks(const struct machine *machine, const struct compose *plan)
{
	own_buf struct buf text = {0};
	struct fault ignored;

	say_replayed(machine, plan, &text);
	command_text_remarks(&machine->remarks, &text);
	(void)!command_write_text(stderr, &text, &ignored);
}

static int run_in_tree(const struct rescueoptions *o, struct machine *m, const struct compose *plan,
		       struct ledger *ledger, struct fault *f)
{
	own_mem char **words = words_for(o, ledger->at);

	if (!words)
		return fault_set(f, ENOMEM, "starting the command");
	if (enter_namespace(f) < 0 || attach_tree(m, plan, ledger, &m->remarks, f) < 0)
		return -1;
	tell_remarks(m, plan);
	return run_command(words, f);
}

static int run_target(const struct rescueoptions *o, struct machine *m, struct ledger *ledger,
		      struct fault *f)
{
	const struct survey_item *root = attach_choose(m, o->words[0], f);
	struct compose plan;
	int status;

	if (!root)
		return RESCUE_USAGE;
	if (attach_plan(m, root, &plan, &m->remarks, f) < 0)
		return RESCUE_INTERNAL;
	status = run_in_tree(o, m, &plan, ledger, f);
	compose_done(&plan);
	if (status < 0)
		return RESCUE_INTERNAL;
	if (status < BITS_END && (m->remarks.count || m->remarks.dropped))
		status |= RESCUE_INCOMPLETE;
	return status;
}

static int look_and_run(const struct rescueoptions *o, struct ledger *ledger, struct fault *f)
{
	struct machine machine;
	int status;

	if (machine_look_for(o, o->words[0], ledger, &machine, f) < 0)
		return RESCUE_INTERNAL;
	status = run_target(o, &machine, ledger, f);
	machine_done(&machine);
	return status;
}

int cmd_run_run(const struct rescueoptions *o, FILE *out, struct fault *f)
{
	struct ledger ledger;
	struct fault undoing;
	int status;

	(void)out;
	ledger_clean_up(LEDGER_BASE);
	if (ledger_begin(LEDGER_BASE, NULL, o->words[0], &ledger, f) < 0)
		return RESCUE_INTERNAL;
	status = look_and_run(o, &ledger, f);
	if (ledger_undo(&ledger, &undoing) < 0 && !*f->text) {
		*f = undoing;
		status = RESCUE_INTERNAL;
	}
	ledger_done(&ledger);
	return status;
}
