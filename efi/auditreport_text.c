/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An audit for people: what it comes to first, then why, then everything this machine can start. */
#include "efi/auditreport.h"

#include <stdio.h>
#include <string.h>

#include "efi/command.h"
#include "efi/statusreport.h"
#include "scanner/base/escape.h"

static void add(struct buf *out, const char *text)
{
	escape_text(out, text, strlen(text));
}

static void heading(struct buf *out, const struct auditreport_style *style, const char *text)
{
	buf_addc(out, '\n');
	command_mark_text(out, style->color, COMMAND_HEAD, text, 0);
	buf_addc(out, '\n');
}

/* --- What it comes to --- */

static const char *people_name(enum posture_attacker attacker)
{
	static const char *const names[] = {
		[POSTURE_AUTOMATED_ONLINE] = "an automated attack, online",
		[POSTURE_ROOT_SHELL_ONLINE] = "a shell of root, online",
		[POSTURE_OFFLINE_NO_PHYSICAL] = "somebody at the disk, offline",
		[POSTURE_OFFLINE_PHYSICAL] = "somebody at the machine, offline",
	};

	return names[attacker];
}

static const struct {
	const char *name;
	enum command_mark mark;
} protections[] = {
	[POSTURE_NOT_KNOWN] = {"not known", COMMAND_WARN},
	[POSTURE_NOT_PROTECTED] = {"NOT PROTECTED", COMMAND_BAD},
	[POSTURE_DETECTED] = {"only detected", COMMAND_WARN},
	[POSTURE_PROTECTED] = {"protected", COMMAND_OK},
};

static void add_attackers(const struct posture *posture, const struct auditreport_style *style,
			  struct buf *out)
{
	heading(out, style, "Against");
	for (unsigned i = 0; i < POSTURE_ATTACKERS; i++) {
		const struct posture_row *row = &posture->attackers[i];

		buf_printf(out, "  %-33s ", people_name(i));
		command_mark_text(out, style->color, protections[row->protection].mark,
				  protections[row->protection].name, 14);
		if (row->decided_by)
			buf_printf(out, " %s", row->decided_by);
		buf_puts(out, "\n      ");
		add(out, row->because);
		buf_addc(out, '\n');
	}
}

static void add_notation(const struct posture *posture, const struct auditreport_style *style,
			 struct buf *out)
{
	heading(out, style, "In the numbers of the background (ima-efi(8))");
	buf_puts(out, "  ");
	command_mark_text(out, style->color, COMMAND_HEAD, posture->notation, 0);
	buf_addc(out, '\n');
	for (size_t i = 0; i < sizeof(posture->choices) / sizeof(posture->choices[0]); i++) {
		const struct posture_choice *it = &posture->choices[i];

		buf_printf(out, "  %-12s ", it->choice);
		add(out, it->because);
		buf_addc(out, '\n');
	}
}

/* --- Findings --- */

static enum command_mark mark_of(enum finding_severity severity)
{
	return severity >= FINDING_HIGH	    ? COMMAND_BAD
	       : severity == FINDING_MEDIUM ? COMMAND_WARN
	       : severity == FINDING_INFO   ? COMMAND_DIM
					    : COMMAND_PLAIN;
}

/* Findings of one kind stand together: what differs is what and where. */
static size_t add_kind(const struct finding_list *list, size_t at,
		       const struct auditreport_style *style, struct buf *out)
{
	const struct finding_kind *kind = list->items[at].kind;

	buf_puts(out, "  ");
	command_mark_text(out, style->color, mark_of(kind->severity),
			  finding_severity_name(kind->severity), 9);
	command_mark_text(out, style->color, COMMAND_HEAD, kind->id, 0);
	buf_addc(out, '\n');
	for (; at < list->count && list->items[at].kind == kind; at++) {
		const struct finding *it = &list->items[at];

		buf_puts(out, "           ");
		if (it->where) {
			add(out, it->where);
			buf_puts(out, ": ");
		}
		add(out, it->what);
		buf_addc(out, '\n');
	}
	buf_printf(out, "           why: %s\n           do:  %s\n", kind->why, kind->remedy);
	return at;
}

static void add_findings(const struct posture *posture, const struct auditreport_style *style,
			 struct buf *out)
{
	const struct finding_list *list = &posture->findings;
	size_t counts[FINDING_CRITICAL + 1] = {0};
	const char *comma = " ";

	for (size_t i = 0; i < list->count; i++)
		counts[list->items[i].kind->severity]++;
	buf_addc(out, '\n');
	command_mark_text(out, style->color, COMMAND_HEAD, "Findings:", 0);
	for (int s = FINDING_CRITICAL; s >= FINDING_INFO; s--)
		if (counts[s]) {
			buf_printf(out, "%s%zu %s", comma, counts[s],
				   finding_severity_name((enum finding_severity)s));
			comma = ", ";
		}
	buf_puts(out, list->count ? "\n" : " none\n");
	for (size_t i = 0; i < list->count;)
		i = add_kind(list, i, style, out);
}

/* --- What can be started --- */

static void add_line(struct buf *out, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(out, "      %-8s ", name);
	add(out, text);
	buf_addc(out, '\n');
}

static void add_words(const struct posture_entry *entry, const struct auditreport_style *style,
		      struct buf *out)
{
	static const enum command_mark marks[] = {
		[CMDLINEWORD_INERT] = COMMAND_DIM,
		[CMDLINEWORD_UNKNOWN] = COMMAND_WARN,
		[CMDLINEWORD_EFFECTIVE] = COMMAND_PLAIN,
	};

	for (size_t i = 0; i < entry->words.count; i++) {
		const struct cmdlineword *word = &entry->words.items[i];

		buf_puts(out, "               ");
		command_mark_text(out, style->color,
				  word->findings[0] && word->effect == CMDLINEWORD_EFFECTIVE
					  ? COMMAND_BAD
					  : marks[word->effect],
				  word->word, 0);
		buf_printf(out, " is %s: ", cmdlineword_effect_name(word->effect));
		add(out, word->because);
		buf_addc(out, '\n');
	}
}

static const char *marks_of(const struct bootentry *entry, char text[96])
{
	static const char *const names[] = {"default", "next", "hidden", "disabled", "incomplete"};
	const bool are[] = {entry->is_default, entry->is_next, entry->hidden, entry->disabled,
			    entry->incomplete};
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(are) / sizeof(are[0]); i++)
		if (are[i])
			used += (size_t)snprintf(text + used, 96 - used, ", %s", names[i]);
	return text;
}

/* "IMA: enforce", as far as it starts a kernel at all. */
static void add_mode(const struct posture_entry *entry, const struct auditreport_style *style,
		     struct buf *out)
{
	static const enum command_mark marks[] = {
		[POSTURE_MODE_OFF] = COMMAND_BAD,    [POSTURE_MODE_MEASURE] = COMMAND_WARN,
		[POSTURE_MODE_LOG] = COMMAND_WARN,   [POSTURE_MODE_NOT_KNOWN] = COMMAND_WARN,
		[POSTURE_MODE_ENFORCE] = COMMAND_OK,
	};

	if (!entry->starts_kernel)
		return;
	buf_puts(out, "      IMA      ");
	command_mark_text(out, style->color, marks[entry->mode], posture_mode_name(entry->mode), 0);
	buf_puts(out, ": ");
	add(out, entry->because);
	buf_puts(out, entry->counts || entry->entry->source == BOOTENTRY_KEXEC
			      ? "\n"
			      : " (the firmware would refuse it, or it is disabled)\n");
}

static void add_entry(const struct posture_entry *entry, const struct auditreport_style *style,
		      struct buf *out)
{
	const struct bootentry *said = entry->entry;
	char marks[96];

	buf_puts(out, "  ");
	command_mark_text(out, style->color, COMMAND_HEAD,
			  said->title && *said->title ? said->title : "(no title)", 0);
	buf_printf(out, "  [%s%s]\n", bootentry_source_name(said->source), marks_of(said, marks));
	buf_puts(out, "      said in  ");
	add(out, said->where);
	if (said->line)
		buf_printf(out, ":%u", said->line);
	buf_addc(out, '\n');
	if (said->kernel)
		add_line(out, entry->starts_kernel ? "kernel" : "starts", said->kernel);
	else if (said->kernel_said)
		add_line(out, "missing", said->kernel_said);
	for (size_t i = 0; i < said->initrd_count; i++)
		add_line(out, "initrd", said->initrds[i]);
	if (entry->starts_kernel || said->source == BOOTENTRY_TEMPLATE) {
		add_line(out, entry->sealed ? "sealed" : "words",
			 entry->cmdline && *entry->cmdline ? entry->cmdline : "(none)");
		add_words(entry, style, out);
		add_mode(entry, style, out);
	}
	buf_printf(out, "      editing  %s", bootentry_editing_name(said->editing));
	if (said->editing_why[0]) {
		buf_puts(out, ": ");
		add(out, said->editing_why);
	}
	buf_addc(out, '\n');
}

void auditreport_text(const struct audit *audit, const char *target,
		      const struct auditreport_style *style, struct buf *out)
{
	if (!style->quiet) {
		buf_puts(out, "Audit of ");
		add(out, target);
		buf_printf(out, ", with %zu EFI system partition%s\n",
			   targetfs_esp_count(audit->target),
			   targetfs_esp_count(audit->target) == 1 ? "" : "s");
		statusreport_word(&audit->secureboot, style->color, out);
	}
	add_attackers(&audit->posture, style, out);
	add_notation(&audit->posture, style, out);
	add_findings(&audit->posture, style, out);
	heading(out, style, "What this machine can start");
	for (size_t i = 0; i < audit->posture.entry_count; i++)
		add_entry(&audit->posture.entries[i], style, out);
	if (!audit->posture.entry_count)
		buf_puts(out, "  nothing was found\n");
	if (style->verbose)
		auditreport_details(audit, style, out);
}
