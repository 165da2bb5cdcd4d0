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
#include "rescue/choose.h"
#include "rescue/hiddenreport.h"
#include "rescue/interrupt.h"
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

/* What it ended with; when it was ended by what we were sent, that. */
static int status_of(const char *name, int status, int signal, struct fault *f)
{
	if (signal)
		return SIGNALLED + signal;
	if (WIFSIGNALED(status))
		return SIGNALLED + WTERMSIG(status);
	if (WEXITSTATUS(status) == EXEC_FAILED)
		return fault_set(f, 0, "%s could not be started", name);
	return WEXITSTATUS(status);
}

/* Ctrl-C is for the command; we stay to take the tree down. */
static int run_command(char **words, struct fault *f)
{
	int status = 0, signal = 0;
	pid_t child;

	if (interrupt_check(f) < 0)
		return -1;
	child = fork();
	if (child == 0) {
		interrupt_release();
		execvp(words[0], words);
		_exit(EXEC_FAILED);
	}
	if (child < 0)
		return fault_set(f, errno, "starting %s", words[0]);
	if (interrupt_await_child(child, &status, &signal, f) < 0)
		return -1;
	return status_of(words[0], status, signal, f);
}

static void say_replayed(const struct attach *a, struct buf *text)
{
	for (size_t i = 0; i < a->plan->count; i++) {
		const struct compose_item *item = &a->plan->items[i];
		const struct volume *v = &a->machine->volumes.items[item->volume];

		if (!v->overlay)
			continue;
		escape_text(text, item->dir, strlen(item->dir));
		buf_puts(text, ": ");
		replay_note(v, text);
		buf_addc(text, '\n');
	}
}

/* What the tree is not, lacks or hides is told beside the command's own report. */
static void tell(const struct attach *attach)
{
	own_buf struct buf text = {0};
	struct fault ignored;

	say_replayed(attach, &text);
	hiddenreport_text(&attach->hidden, &attach->machine->volumes, &text);
	command_text_remarks(attach->remarks, &text);
	(void)!command_write_text(stderr, &text, &ignored);
}

static int run_in_tree(const struct rescueoptions *o, struct machine *m, const struct compose *plan,
		       struct ledger *ledger, struct fault *f)
{
	own_mem char **words = words_for(o, ledger->at);
	struct attach attach = {.machine = m,
				.plan = plan,
				.ledger = ledger,
				.beneath = o->beneath,
				.remarks = &m->remarks};
	int result;

	if (!words)
		return fault_set(f, ENOMEM, "starting the command");
	if (enter_namespace(f) < 0)
		return -1;
	result = attach_tree(&attach, f);
	if (result == 0)
		tell(&attach);
	attach_done(&attach);
	return result < 0 ? -1 : run_command(words, f);
}

static int run_target(const struct rescueoptions *o, struct machine *m, struct ledger *ledger,
		      struct fault *f)
{
	const struct survey_item *root = choose_system(m, o->words[0], f);
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
	int status;

	(void)out;
	interrupt_hold();
	cmd_undo_left();
	if (ledger_begin(LEDGER_BASE, NULL, o->words[0], &ledger, f) < 0)
		return RESCUE_INTERNAL;
	status = look_and_run(o, &ledger, f);
	status = cmd_undo_end(&ledger, status, f);
	ledger_done(&ledger);
	return status == RESCUE_INTERNAL ? interrupt_status(status) : status;
}
