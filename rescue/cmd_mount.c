/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ima-rescue mount`, `umount` and `status`: trees that stay until they are taken down. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "efi/command.h"
#include "rescue/attach.h"
#include "rescue/choose.h"
#include "rescue/hiddenreport.h"
#include "rescue/interrupt.h"
#include "rescue/ledger.h"
#include "rescue/machine.h"
#include "rescue/replay.h"
#include "rescue/rescue_command.h"
#include "rescue/unmount.h"
#include "scanner/base/escape.h"
#include "scanner/base/json.h"
#include "scanner/base/own.h"

static bool is_ndjson(const struct rescueoptions *o)
{
	return o->format && strcmp(o->format, "ndjson") == 0;
}

static int status_of(const struct remark_list *remarks)
{
	return remarks->count || remarks->dropped ? RESCUE_INCOMPLETE : RESCUE_GOOD;
}

/* --- Reports --- */

static void say_item(struct buf *text, const struct machine *m, const struct compose_item *item)
{
	const struct volume *v = &m->volumes.items[item->volume];

	buf_puts(text, "  ");
	command_mark_text(text, false, COMMAND_PLAIN, item->dir, 14);
	buf_addc(text, ' ');
	command_mark_text(text, false, COMMAND_PLAIN, v->name, 18);
	buf_printf(text, " %-8s  by %s", v->probe.type, compose_from_name(item->from));
	if (item->line)
		buf_printf(text, " line %u", item->line);
	if (item->subvolume) {
		buf_puts(text, ", subvolume ");
		escape_text(text, item->subvolume, strlen(item->subvolume));
	}
	if (item->inside) {
		buf_puts(text, ", directory ");
		escape_text(text, item->inside, strlen(item->inside));
	}
	if (v->overlay) {
		buf_puts(text, ", ");
		replay_note(v, text);
	}
	buf_addc(text, '\n');
}

static int write_item(const struct machine *m, const struct compose_item *item, FILE *out,
		      struct fault *f)
{
	const struct volume *v = &m->volumes.items[item->volume];
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "mount");
	json_path(&line, "dir", "dir_hex", item->dir);
	json_bytes(&line, "volume", v->name, strlen(v->name));
	json_text(&line, "type", v->probe.type);
	json_text(&line, "by", compose_from_name(item->from));
	json_number(&line, "line", item->line);
	if (item->subvolume)
		json_bytes(&line, "subvolume", item->subvolume, strlen(item->subvolume));
	else
		json_null(&line, "subvolume");
	if (item->inside)
		json_path(&line, "inside", "inside_hex", item->inside);
	else
		json_null(&line, "inside");
	json_bool(&line, "replayed", v->overlay);
	json_close(&line, '}');
	return command_write_line(out, &line, f);
}

static int write_tree_record(const struct ledger *ledger, FILE *out, struct fault *f)
{
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "tree");
	json_number(&line, "number", ledger->number);
	json_path(&line, "at", "at_hex", ledger->at ? ledger->at : "");
	json_path(&line, "target", "target_hex", ledger->target ? ledger->target : "");
	json_bool(&line, "whole", ledger->ready);
	json_close(&line, '}');
	return command_write_line(out, &line, f);
}

static int write_mounted(const struct attach *a, FILE *out, struct fault *f)
{
	if (write_tree_record(a->ledger, out, f) < 0)
		return -1;
	for (size_t i = 0; i < a->plan->count; i++)
		if (write_item(a->machine, &a->plan->items[i], out, f) < 0)
			return -1;
	if (hiddenreport_ndjson(&a->hidden, &a->machine->volumes, out, f) < 0)
		return -1;
	return command_write_remarks(a->remarks, out, f);
}

static int say_mounted(const struct attach *a, FILE *out, struct fault *f)
{
	own_buf struct buf text = {0};

	escape_text(&text, a->ledger->at, strlen(a->ledger->at));
	buf_addc(&text, '\n');
	if (a->beneath)
		buf_puts(&text, "  (the tree is in root, what it hides in beneath)\n");
	for (size_t i = 0; i < a->plan->count; i++)
		say_item(&text, a->machine, &a->plan->items[i]);
	hiddenreport_text(&a->hidden, &a->machine->volumes, &text);
	command_text_remarks(a->remarks, &text);
	return command_write_text(out, &text, f);
}

/* --- mount --- */

/* Taking the tree down unmounts what is at its place and below. */
static int check_no_mount(const char *at, struct fault *f)
{
	bool any = false;

	if (unmount_finds_any(at, &any, f) < 0)
		return -1;
	return any ? fault_set(
			     f, 0,
			     "attaching at %s: it is a mount point, which would be unmounted with "
			     "the tree: name a directory below it",
			     at)
		   : 0;
}

/* What is below a place given by --at must not be somebody else's. */
static int check_empty(const char *at, struct fault *f)
{
	own_dir DIR *dir = opendir(at);
	struct dirent *entry;

	if (!dir)
		return fault_set(f, errno, "opening %s", at);
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return fault_set(f, ENOTEMPTY, "attaching at %s", at);
	return 0;
}

static int mount_plan(const struct rescueoptions *o, struct machine *m, const struct compose *plan,
		      struct ledger *ledger, FILE *out, struct fault *f)
{
	struct attach attach = {.machine = m,
				.plan = plan,
				.ledger = ledger,
				.beneath = o->beneath,
				.remarks = &m->remarks};
	int result = attach_tree(&attach, f);

	/* Asked to stop any later, it is whole and stays. */
	if (result == 0)
		result = interrupt_check(f);
	if (result == 0)
		result = ledger_set_ready(ledger, f);
	if (result == 0)
		result = is_ndjson(o) ? write_mounted(&attach, out, f)
				      : say_mounted(&attach, out, f);
	attach_done(&attach);
	return result < 0 ? RESCUE_INTERNAL : status_of(&m->remarks);
}

static int mount_target(const struct rescueoptions *o, struct machine *m, struct ledger *ledger,
			FILE *out, struct fault *f)
{
	const struct survey_item *root = choose_system(m, o->words[0], f);
	struct compose plan;
	int status;

	if (!root)
		return RESCUE_USAGE;
	if (attach_plan(m, root, &plan, &m->remarks, f) < 0)
		return RESCUE_INTERNAL;
	status = mount_plan(o, m, &plan, ledger, out, f);
	compose_done(&plan);
	return status;
}

static int look_and_mount(const struct rescueoptions *o, struct ledger *ledger, FILE *out,
			  struct fault *f)
{
	struct machine machine;
	int status;

	if (machine_look_for(o, o->words[0], ledger, &machine, f) < 0)
		return RESCUE_INTERNAL;
	status = mount_target(o, &machine, ledger, out, f);
	machine_done(&machine);
	return status;
}

static void give_up(struct ledger *ledger, struct fault *f)
{
	struct remark_list remarks = {0};
	struct fault ignored;

	if (ledger_undo(ledger, &remarks, &ignored) < 0)
		fault_add(f, "%s has to be taken down (ima-rescue umount)", ledger->at);
	cmd_undo_tell(&remarks);
	remark_list_done(&remarks);
}

int cmd_mount_run(const struct rescueoptions *o, FILE *out, struct fault *f)
{
	own_mem char *at = o->at ? realpath(o->at, NULL) : NULL;
	struct ledger ledger;
	int status;

	if (o->at && !at) {
		fault_set(f, errno, "looking at %s", o->at);
		return RESCUE_USAGE;
	}
	if (at && (check_empty(at, f) < 0 || check_no_mount(at, f) < 0))
		return RESCUE_USAGE;
	interrupt_hold();
	cmd_undo_left();
	if (ledger_begin(LEDGER_BASE, at, o->words[0], &ledger, f) < 0)
		return RESCUE_INTERNAL;
	status = look_and_mount(o, &ledger, out, f);
	if (status >= RESCUE_USAGE)
		give_up(&ledger, f);
	ledger_done(&ledger);
	return status >= RESCUE_USAGE ? interrupt_status(status) : status;
}

/* --- umount and status --- */

static bool is_named(const struct ledger *ledger, const char *name)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", ledger->number);
	return !name || strcmp(number, name) == 0 ||
	       (ledger->at && strcmp(ledger->at, name) == 0) ||
	       (ledger->target && strcmp(ledger->target, name) == 0);
}

struct taking {
	size_t meant, left;
	struct remark_list remarks;
};

/* Every tree of this name; all of them without one. One that stays keeps no other from going. */
static void take_down(struct ledger_list *list, const char *name, struct taking *taking)
{
	for (size_t i = 0; i < list->count; i++) {
		struct ledger *ledger = &list->items[i];
		struct fault fault;
		int result;

		if (!is_named(ledger, name))
			continue;
		result = ledger_take(ledger, &fault);
		/* Its number is another tree's by now. */
		if (result == 0 && !is_named(ledger, name))
			continue;
		taking->meant++;
		if (result == 0)
			result = ledger_undo(ledger, &taking->remarks, &fault);
		if (result == 0)
			continue;
		taking->left++;
		remark_add(&taking->remarks, ledger->dir, &fault);
	}
}

static int conclude(const struct rescueoptions *o, const struct taking *taking, const char *name,
		    FILE *out, struct fault *f)
{
	if (name && taking->meant == 0) {
		fault_set(f, ENOENT, "no tree is called %s (ima-rescue status lists them)", name);
		return RESCUE_USAGE;
	}
	if (o->verbose)
		fprintf(out, "%zu taken down\n", taking->meant - taking->left);
	if (taking->left) {
		fault_set(f, 0, "%zu of %zu stay: see above, and ima-rescue status", taking->left,
			  taking->meant);
		return RESCUE_INTERNAL;
	}
	return status_of(&taking->remarks);
}

int cmd_umount_run(const struct rescueoptions *o, FILE *out, struct fault *f)
{
	const char *name = o->word_count ? o->words[0] : NULL;
	struct taking taking = {0};
	struct ledger_list list;
	int status;

	if (ledger_find_all(LEDGER_BASE, &list, f) < 0)
		return RESCUE_INTERNAL;
	take_down(&list, name, &taking);
	ledger_list_done(&list);
	cmd_undo_tell(&taking.remarks);
	status = conclude(o, &taking, name, out, f);
	remark_list_done(&taking.remarks);
	return status;
}

static int say_tree(const struct ledger *ledger, FILE *out, struct fault *f)
{
	own_buf struct buf text = {0};

	buf_printf(&text, "%3u  ", ledger->number);
	escape_text(&text, ledger->target ? ledger->target : "?",
		    strlen(ledger->target ? ledger->target : "?"));
	buf_puts(&text, "  at ");
	escape_text(&text, ledger->at ? ledger->at : "?", strlen(ledger->at ? ledger->at : "?"));
	buf_puts(&text, ledger->ready ? "\n" : "  (not whole: being worked on, or left over)\n");
	return command_write_text(out, &text, f);
}

int cmd_mount_status_run(const struct rescueoptions *o, FILE *out, struct fault *f)
{
	struct ledger_list list;
	int result = 0;

	if (ledger_find_all(LEDGER_BASE, &list, f) < 0)
		return RESCUE_INTERNAL;
	for (size_t i = 0; i < list.count && result == 0; i++)
		result = is_ndjson(o) ? write_tree_record(&list.items[i], out, f)
				      : say_tree(&list.items[i], out, f);
	if (list.count == 0 && !is_ndjson(o))
		fputs("Nothing is mounted by ima-rescue.\n", out);
	ledger_list_done(&list);
	return result < 0 ? RESCUE_INTERNAL : RESCUE_GOOD;
}
