/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ima-efi status`: is Secure Boot enforcing, and why that is the answer. */
#include "efi/command.h"
#include "efi/statusreport.h"

static int write_ndjson(const struct efioptions *o, const struct secureboot *state,
			const struct remark_list *remarks, int status, FILE *out, struct fault *f)
{
	own_buf struct buf line = {0};

	if (command_write_run(o, out, f) < 0)
		return -1;
	statusreport_json(state, &line);
	if (command_write_line(out, &line, f) < 0 || command_write_remarks(remarks, out, f) < 0)
		return -1;
	command_begin_summary(&line);
	return command_write_summary(&line, status, out, f);
}

static int write_text(const struct efioptions *o, const struct secureboot *state,
		      const struct remark_list *remarks, int status, FILE *out, struct fault *f)
{
	bool color = command_wants_color(o, out);
	own_buf struct buf text = {0};

	if (o->quiet && status == COMMAND_GOOD)
		return 0;
	statusreport_word(state, color, &text);
	if (!o->quiet && state->databases[0].name)
		statusreport_details(state, color, &text);
	command_text_remarks(remarks, &text);
	return command_write_text(out, &text, f);
}

int cmd_status_run(const struct efioptions *o, FILE *out, struct fault *f)
{
	struct remark_list remarks = {0};
	struct efistore *store;
	struct secureboot state;
	int status, result;

	if (command_open_only(o, &store, &state, f) < 0)
		return COMMAND_USAGE;
	statusreport_remarks(&state, &remarks);
	status = statusreport_status(&state);
	if (remarks.count || remarks.dropped)
		status |= COMMAND_UNDECIDED;
	if (command_is_ndjson(o))
		result = write_ndjson(o, &state, &remarks, status, out, f);
	else
		result = write_text(o, &state, &remarks, status, out, f);
	remark_list_done(&remarks);
	secureboot_done(&state);
	efistore_close(store);
	return result < 0 ? COMMAND_INTERNAL : status;
}
