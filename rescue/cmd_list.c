/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ima-rescue list`: a tree of volumes, and the installed systems in them. */
#include <string.h>
#include <unistd.h>

#include "efi/command.h"
#include "rescue/interrupt.h"
#include "rescue/ledger.h"
#include "rescue/listreport.h"
#include "rescue/machine.h"
#include "rescue/rescue_command.h"
#include "scanner/base/program.h"

static int write_text(const struct listreport *report, FILE *out, struct fault *f)
{
	own_buf struct buf text = {0};

	listreport_text(report, &text);
	return command_write_text(out, &text, f);
}

static int report(const struct rescueoptions *o, struct machine *m, FILE *out, struct fault *f)
{
	struct listreport report;
	int status, result;

	if (listreport_init(o, m, &report, f) < 0)
		return RESCUE_INTERNAL;
	report.color = program_wants_color(o->color, out);
	status = m->remarks.count || m->remarks.dropped ? RESCUE_INCOMPLETE : RESCUE_GOOD;
	result = o->format && strcmp(o->format, "ndjson") == 0
			 ? listreport_ndjson(&report, status, out, f)
			 : write_text(&report, out, f);
	listreport_done(&report);
	return result < 0 ? RESCUE_INTERNAL : status;
}

static int look_and_report(const struct rescueoptions *o, struct ledger *ledger, FILE *out,
			   struct fault *f)
{
	struct machine machine;
	int status;

	if (machine_look(o, o->words, false, ledger, &machine, f) < 0)
		return RESCUE_INTERNAL;
	status = report(o, &machine, out, f);
	machine_done(&machine);
	return status;
}

/* What was made for a look, devices set read-only and unlocked volumes, is undone after it. */
int cmd_list_run(const struct rescueoptions *o, FILE *out, struct fault *f)
{
	struct ledger ledger;
	int status;

	/* Not for root only: the disks are named to anyone, with remarks on what could not be read. */
	if (geteuid() != 0)
		return look_and_report(o, NULL, out, f);
	interrupt_hold();
	cmd_undo_left();
	if (ledger_begin(LEDGER_BASE, NULL, "list", &ledger, f) < 0)
		return RESCUE_INTERNAL;
	status = look_and_report(o, &ledger, out, f);
	status = cmd_undo_end(&ledger, status, f);
	ledger_done(&ledger);
	return interrupt_status(status);
}
