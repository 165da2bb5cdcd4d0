/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands undo before they begin and when they end, and what they say of it. */
#include <string.h>

#include "efi/command.h"
#include "rescue/ledger.h"
#include "rescue/rescue_command.h"
#include "scanner/base/escape.h"

void cmd_undo_tell(const struct remark_list *remarks)
{
	own_buf struct buf text = {0};
	struct fault ignored;

	for (size_t i = 0; i < remarks->count; i++) {
		const struct remark *remark = &remarks->items[i];

		buf_puts(&text, "ima-rescue: ");
		escape_text(&text, remark->path, strlen(remark->path));
		buf_puts(&text, ": ");
		escape_text(&text, remark->fault.text, strlen(remark->fault.text));
		buf_addc(&text, '\n');
	}
	if (remarks->dropped)
		buf_printf(&text, "ima-rescue: and %zu more\n", remarks->dropped);
	(void)!command_write_text(stderr, &text, &ignored);
}

void cmd_undo_left(void)
{
	struct remark_list remarks = {0};

	ledger_clean_up(LEDGER_BASE, &remarks);
	cmd_undo_tell(&remarks);
	remark_list_done(&remarks);
}

int cmd_undo_end(struct ledger *ledger, int status, struct fault *f)
{
	struct remark_list remarks = {0};
	struct fault undoing;

	if (ledger_undo(ledger, &remarks, &undoing) < 0) {
		/* What failed before is told, too. */
		if (*f->text)
			fault_add(f, "not all is undone (%s)", undoing.text);
		else
			*f = undoing;
		status = RESCUE_INTERNAL;
	}
	if (remarks.count && status < RESCUE_USAGE)
		status |= RESCUE_INCOMPLETE;
	cmd_undo_tell(&remarks);
	remark_list_done(&remarks);
	return status;
}
