/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report for people: findings grouped by cause, worst first; then a summary. */
#include "scanner/report/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/escape.h"

/*
 * A group shows its first files; all of them are counted. --verbose and ndjson hold every one. A
 * line can be as long as a path, hence the second limit.
 */
enum { GROUP_LINES_MAX = 1000, GROUP_BYTES_MAX = 512 * 1024 };

struct group {
	enum verdict_kind kind;
	const char *cause, *meaning;
	uint64_t count, shown;
	struct buf lines; /* ready to print */
};

struct text_state {
	struct group verdicts[TALLY_CAUSES_MAX];
	size_t verdict_count;
	struct group oddities[FACTS_ODDITY_COUNT];
	struct group faults, strays;
};

static const char *paint(const struct report *report, const char *code)
{
	return report->options.color ? code : "";
}

#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define BOLD   "\033[1m"
#define PLAIN  "\033[0m"

static const char *kind_color(enum verdict_kind kind)
{
	if (verdict_is_good(kind))
		return GREEN;
	return kind == VERDICT_UNDECIDED ? YELLOW : RED;
}

static void add_path(struct buf *out, const char *path)
{
	escape_text(out, path, strlen(path));
}

static void print_buf(struct report *report, const struct buf *text)
{
	report->broken = report->broken || text->failed;
	fputs(buf_text(text), report->out);
}

static void print_escaped(struct report *report, const char *text)
{
	own_buf struct buf escaped = {0};

	escape_text(&escaped, text, strlen(text));
	print_buf(report, &escaped);
}

/* --- The heading --- */

static void print_keyring(struct report *report, const struct keyring *ring)
{
	FILE *out = report->out;

	for (size_t i = 0; i < keyring_count(ring); i++) {
		const struct keyring_key *key = keyring_at(ring, i);
		own_buf struct buf id = {0};

		keyring_key_id_text(key, &id);
		fprintf(out, "  key      %-9s ", keyring_name(ring));
		print_buf(report, &id);
		fputs("  ", out);
		print_escaped(report, key->subject ? key->subject : "(bare public key)");
		if (key->refused)
			fprintf(out, "  NOT LOADED by this kernel: %s", key->refused);
		if (key->revoked)
			fputs("  REVOKED", out);
		fputc('\n', out);
	}
}

static size_t count_appraise_rules(const struct policy *policy)
{
	size_t n = 0;

	for (size_t i = 0; i < policy->count; i++)
		n += policy->rules[i].action == POLICY_APPRAISE;
	return n;
}

static void print_policy(struct report *report)
{
	const struct report_run *run = report->run;
	const struct policy *policy = run->rules->policy;
	FILE *out = report->out;
	size_t n;

	if (!policy) {
		fputs("  policy   no policy given: labels only\n", out);
		return;
	}
	n = count_appraise_rules(policy);
	fputs("  policy   ", out);
	print_escaped(report, policy->name);
	fprintf(out, " (%zu appraise rule%s, %s hooks)\n", n, n == 1 ? "" : "s",
		run->hooks_all ? "all" : "likely");
}

static void print_sandbox(FILE *out, const struct report_run *run)
{
	fputs("  sandbox  ", out);
	if (!run->sandboxed) {
		fputs("none (--no-sandbox)\n", out);
		return;
	}
	if (run->sandbox.landlock_abi)
		fprintf(out, "Landlock %d", run->sandbox.landlock_abi);
	else
		fputs("no Landlock in this kernel", out);
	fprintf(out, "%s%s\n", run->sandbox.no_new_privs ? ", no new privileges" : "",
		run->sandbox.capabilities_cut ? ", capabilities cut" : "");
}

static void print_notes(const struct report *report)
{
	const struct notes *notes = &report->run->notes;

	for (size_t i = 0; i < notes->count; i++)
		fprintf(report->out, "  %sNOTE%s     %s\n", paint(report, YELLOW),
			paint(report, PLAIN), notes->text[i]);
}

static int begin(struct report *report)
{
	const struct report_run *run = report->run;
	own_buf struct buf kernel = {0};

	report->state = calloc(1, sizeof(struct text_state));
	if (!report->state)
		return -1;
	if (report->options.quiet)
		return 0;
	fprintf(report->out, "ima-scan %s: ", run->version);
	print_escaped(report, run->target);
	fputc('\n', report->out);
	print_policy(report);
	profile_describe(run->rules->profile, &kernel);
	fputs("  kernel   ", report->out);
	report->broken = report->broken || kernel.failed;
	print_escaped(report, buf_text(&kernel));
	fputc('\n', report->out);
	print_keyring(report, run->rules->ima);
	print_keyring(report, run->rules->evm);
	print_keyring(report, run->rules->platform);
	if (!keyring_count(run->rules->ima))
		fputs("  key      .ima      none given: signatures cannot be decided (-k CERT)\n",
		      report->out);
	print_sandbox(report->out, run);
	print_notes(report);
	fputc('\n', report->out);
	return 0;
}

/* --- Files --- */

static void add_label_words(struct buf *out, const struct imaxattr *label)
{
	buf_puts(out, imaxattr_type_name(label));
	if (label->algo)
		buf_printf(out, " %s", label->algo->name);
	if (label->has_keyid && label->version != 1)
		buf_printf(out, " key %08" PRIx32, label->keyid);
	else if (label->has_keyid)
		buf_printf(out, " key %016" PRIx64, label->keyid_v1);
}

/* The hooks that share the worst verdict: "BPRM_CHECK, MMAP_CHECK". */
static void add_hook_words(struct buf *out, const struct facts *facts)
{
	unsigned seen = 0;

	for (size_t i = 0; i < facts->hook_count; i++) {
		const struct facts_hook *hook = &facts->hooks[i];

		if (hook->verdict.kind != facts->verdict.kind || seen >> hook->access.func & 1)
			continue;
		buf_printf(out, "%s%s", seen ? "," : "  ", policy_func_name(hook->access.func));
		if (hook->rule && !seen)
			buf_printf(out, "(rule %u)", hook->rule->line);
		seen |= 1U << hook->access.func;
	}
}

static void render(const struct report *report, const struct facts *facts, struct buf *out)
{
	(void)report;
	add_path(out, facts->path);
	for (size_t i = 0; i < facts->link_count; i++) {
		buf_puts(out, i ? ", " : " = ");
		add_path(out, facts->links[i]);
	}
	buf_puts(out, "  ");
	add_label_words(out, &facts->ima);
	if (facts->evm.type != IMAXATTR_ABSENT) {
		buf_puts(out, ", EVM ");
		add_label_words(out, &facts->evm);
	}
	if (facts->input.modsig.result == VERIFY_NO_KEY && facts->modsig_signer.len) {
		buf_puts(out, ", appended signature by a key not given: ");
		escape_text(out, buf_text(&facts->modsig_signer), facts->modsig_signer.len);
	}
	add_hook_words(out, facts);
}

static void add_to_group(struct group *group, const struct buf *text)
{
	group->count++;
	if (group->shown == GROUP_LINES_MAX || group->lines.len > GROUP_BYTES_MAX)
		return;
	group->shown++;
	buf_puts(&group->lines, "  ");
	buf_add_buf(&group->lines, text);
	buf_addc(&group->lines, '\n');
}

static struct group *group_of(struct text_state *state, const struct verdict *verdict)
{
	const char *cause = verdict->cause ? verdict->cause : "";
	struct group *group;

	for (size_t i = 0; i < state->verdict_count; i++)
		if (state->verdicts[i].kind == verdict->kind &&
		    strcmp(state->verdicts[i].cause, cause) == 0)
			return &state->verdicts[i];
	if (state->verdict_count == TALLY_CAUSES_MAX)
		abort();
	group = &state->verdicts[state->verdict_count++];
	group->kind = verdict->kind;
	group->cause = cause;
	group->meaning = verdict_cause_meaning(cause);
	return group;
}

static void print_verbose(struct report *report, const struct record *record)
{
	fprintf(report->out, "%s%-14s%s ", paint(report, kind_color(record->verdict.kind)),
		record->verdict.cause && !verdict_is_good(record->verdict.kind)
			? record->verdict.cause
			: verdict_name(record->verdict.kind),
		paint(report, PLAIN));
	fwrite(buf_text(&record->text), 1, record->text.len, report->out);
	fputs(record->governed ? "\n" : "  (not governed)\n", report->out);
}

static void add_file(struct report *report, const struct record *record)
{
	struct text_state *state = report->state;
	bool counts = report->run->rules->policy ? record->governed : record->labelled;

	if (report->options.verbose)
		print_verbose(report, record);
	if (counts && !verdict_is_good(record->verdict.kind))
		add_to_group(group_of(state, &record->verdict), &record->text);
	for (unsigned bit = 0; bit < FACTS_ODDITY_COUNT; bit++)
		if (record->oddities >> bit & 1)
			add_to_group(&state->oddities[bit], &record->text);
}

static void record(struct report *report, const struct record *record)
{
	struct text_state *state = report->state;
	own_buf struct buf line = {0};

	if (record->kind == RECORD_FILE)
		add_file(report, record);
	add_path(&line, record->path[0] ? record->path : ".");
	if (record->kind == RECORD_STRAY)
		add_to_group(&state->strays, &line);
	if (!record->fault)
		return;
	buf_puts(&line, ": ");
	escape_text(&line, record->fault->text, strlen(record->fault->text));
	add_to_group(&state->faults, &line);
}

/* --- The end --- */

static int worst_first(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	int by_weight = verdict_weight(y->kind) - verdict_weight(x->kind);

	return by_weight ? by_weight : strcmp(x->cause, y->cause);
}

static void print_group(struct report *report, const char *color, const char *heading,
			const char *meaning, const struct group *group)
{
	if (!group->count)
		return;
	report->broken = report->broken || group->lines.failed;
	fprintf(report->out, "%s%s%s%s (%" PRIu64 ")%s%s\n", paint(report, BOLD),
		paint(report, color), heading, paint(report, PLAIN), group->count,
		meaning ? ": " : "", meaning ? meaning : "");
	fwrite(group->lines.data, 1, group->lines.len, report->out);
	if (group->count > group->shown)
		fprintf(report->out, "  ... and %" PRIu64 " more (--verbose lists every file)\n",
			group->count - group->shown);
	fputc('\n', report->out);
}

static void print_groups(struct report *report)
{
	struct text_state *state = report->state;

	qsort(state->verdicts, state->verdict_count, sizeof(state->verdicts[0]), worst_first);
	for (size_t i = 0; i < state->verdict_count; i++) {
		const struct group *group = &state->verdicts[i];
		char heading[96];

		snprintf(heading, sizeof(heading), "%s%s%s", verdict_name(group->kind),
			 group->cause[0] ? ", " : "", group->cause);
		print_group(report, kind_color(group->kind), heading, group->meaning, group);
	}
	print_group(report, RED, "could not be read", NULL, &state->faults);
	for (unsigned bit = 0; bit < FACTS_ODDITY_COUNT; bit++) {
		char heading[64];

		/* It would be most files of many systems; the summary's count is enough. */
		if (bit == __builtin_ctz(FACTS_EVM_NOT_JUDGED) && !report->options.verbose)
			continue;
		snprintf(heading, sizeof(heading), "hygiene, %s", facts_oddity_name(bit));
		print_group(report, YELLOW, heading, facts_oddity_meaning(bit),
			    &state->oddities[bit]);
	}
	print_group(report, YELLOW, "hygiene, wrong-type",
		    "a label on what is not a regular file; the kernel never looks at it",
		    &state->strays);
}

static void print_bytes(FILE *out, uint64_t bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	double amount = (double)bytes;
	size_t unit = 0;

	while (amount >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		amount /= 1024;
		unit++;
	}
	fprintf(out, "%.*f %s", unit ? 1 : 0, amount, units[unit]);
}

static void print_verdict_counts(const struct report *report, const struct tally *tally)
{
	for (int kind = 0; kind < VERDICT_KIND_COUNT; kind++) {
		if (!tally->by_kind[kind])
			continue;
		fprintf(report->out, "  %s%10" PRIu64 " %s%s", paint(report, kind_color(kind)),
			tally->by_kind[kind], verdict_name((enum verdict_kind)kind),
			paint(report, PLAIN));
		for (size_t i = 0, shown = 0; i < tally->cause_count; i++)
			if ((int)tally->causes[i].kind == kind && tally->causes[i].cause[0])
				fprintf(report->out, "%s%" PRIu64 " %s", shown++ ? ", " : ": ",
					tally->causes[i].count, tally->causes[i].cause);
		fputc('\n', report->out);
	}
}

static void print_key_counts(struct report *report, const struct tally *tally)
{
	FILE *out = report->out;

	for (size_t i = 0; i < tally->key_count; i++) {
		const struct keyring_key *key = tally->keys[i].key;
		own_buf struct buf id = {0};

		keyring_key_id_text(key, &id);
		fputs("  key ", out);
		print_buf(report, &id);
		fprintf(out, " signed %" PRIu64 " good %s label%s  ", tally->keys[i].files,
			tally->keys[i].keyring, tally->keys[i].files == 1 ? "" : "s");
		print_escaped(report, key->subject ? key->subject : "");
		fputc('\n', out);
	}
	for (size_t i = 0; i < tally->unknown_key_count; i++)
		fprintf(out, "  key %08" PRIx32 " is not in the keyring: %" PRIu64 " file%s\n",
			tally->unknown_keys[i].keyid, tally->unknown_keys[i].files,
			tally->unknown_keys[i].files == 1 ? "" : "s");
}

static void print_left_out(FILE *out, const struct tally *tally)
{
	const struct {
		uint64_t count;
		const char *what;
	} rows[] = {
		{tally->excluded, "excluded by --exclude"},
		{tally->other_filesystems, "not entered: another file system (-x)"},
		{tally->pseudo, "not entered: file systems of the running kernel"},
		{tally->loops, "not entered: mounted inside itself"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].count)
			fprintf(out, "  %10" PRIu64 " %s\n", rows[i].count, rows[i].what);
}

static const char *conclusion(const struct tally *tally, int status)
{
	if (tally->interrupted)
		return "INTERRUPTED: this report is partial";
	if (status == STATUS_GOOD)
		return tally->has_policy
			       ? "GOOD: everything that was to be verified was verified and is good"
			       : "GOOD: every label that is there was verified and is good";
	if ((status & STATUS_FAILURES) && (status & STATUS_UNDECIDED))
		return "NOT GOOD: integrity failures, and something could not be decided";
	if (status & STATUS_FAILURES)
		return "NOT GOOD: integrity failures";
	if (!tally->verified)
		return "NOT DECIDED: nothing was verified";
	return "NOT DECIDED: something could not be decided";
}

static void end(struct report *report, const struct tally *tally, int status)
{
	FILE *out = report->out;
	uint64_t judged = tally->has_policy ? tally->governed : tally->labelled;

	if (report->options.verbose)
		fputc('\n', out);
	print_groups(report);
	if (report->options.quiet && status == STATUS_GOOD)
		return;
	fprintf(out, "%sSummary%s\n", paint(report, BOLD), paint(report, PLAIN));
	fprintf(out, "  %10" PRIu64 " files seen, %" PRIu64 " %s; ", tally->files, judged,
		tally->has_policy ? "governed by the policy" : "with a label");
	print_bytes(out, tally->bytes_read);
	fprintf(out, " read in %.1f s\n", tally->seconds);
	print_verdict_counts(report, tally);
	if (!tally->has_policy && tally->files > tally->labelled)
		fprintf(out,
			"  %10" PRIu64 " without a label; only a policy tells which need one\n",
			tally->files - tally->labelled);
	if (tally->faults)
		fprintf(out, "  %s%10" PRIu64 " could not be read%s\n", paint(report, RED),
			tally->faults, paint(report, PLAIN));
	print_left_out(out, tally);
	print_key_counts(report, tally);
	/* Here too: the heading may be far above, and --quiet has none. */
	print_notes(report);
	fprintf(out, "%s%s%s (status %d)\n", paint(report, status ? RED : GREEN),
		conclusion(tally, status), paint(report, PLAIN), status);
}

static void close_state(struct report *report)
{
	struct text_state *state = report->state;

	if (!state)
		return;
	for (size_t i = 0; i < state->verdict_count; i++)
		buf_done(&state->verdicts[i].lines);
	for (size_t i = 0; i < FACTS_ODDITY_COUNT; i++)
		buf_done(&state->oddities[i].lines);
	buf_done(&state->faults.lines);
	buf_done(&state->strays.lines);
	free(state);
}

const struct report_format report_text = {
	.name = "text",
	.meaning = "for people: findings by cause, then a summary",
	.begin = begin,
	.render = render,
	.record = record,
	.end = end,
	.close = close_state,
};
