/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --explain: the reasoning behind one file's verdict. */
#include "scanner/explain.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/escape.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/content.h"
#include "scanner/judge.h"
#include "scanner/tally.h"

static void print_escaped(FILE *out, const void *data, size_t size)
{
	own_buf struct buf text = {0};

	escape_text(&text, data, size);
	fputs(buf_text(&text), out);
}

static void print_hex(FILE *out, const uint8_t *data, size_t size)
{
	enum { SHOWN_MAX = 80 };
	own_buf struct buf text = {0};

	buf_hex(&text, data, size < SHOWN_MAX ? size : SHOWN_MAX);
	fprintf(out, "%s%s", buf_text(&text), size > SHOWN_MAX ? "..." : "");
}

static void print_key(FILE *out, const struct keyring_key *key)
{
	own_buf struct buf id = {0};

	if (!key)
		return;
	keyring_key_id_text(key, &id);
	fprintf(out, "    key          %s  ", buf_text(&id));
	if (key->subject)
		print_escaped(out, key->subject, strlen(key->subject));
	fputs("  from ", out);
	print_escaped(out, key->file, strlen(key->file));
	fputc('\n', out);
}

static void print_label(FILE *out, const char *name, const struct imaxattr *label,
			const struct attrs_value *value)
{
	fprintf(out, "%s: %s", name, imaxattr_type_name(label));
	if (value->state == ATTRS_UNSUPPORTED)
		fputs(" (this file system keeps no such attributes)", out);
	if (value->state == ATTRS_UNREADABLE)
		fprintf(out, " (unreadable: %s)", strerror(value->os));
	fputc('\n', out);
	if (value->state != ATTRS_PRESENT)
		return;
	fprintf(out, "    bytes        %zu: ", label->raw_size);
	print_hex(out, label->raw, label->raw_size);
	fputc('\n', out);
	if (label->algo)
		fprintf(out, "    hash         %s\n", label->algo->name);
	if (label->digest) {
		fputs("    digest       ", out);
		print_hex(out, label->digest, label->digest_size);
		fputc('\n', out);
	}
	if (label->has_keyid && label->version == 1)
		fprintf(out, "    key id       %016" PRIx64 "\n", label->keyid_v1);
	else if (label->has_keyid)
		fprintf(out, "    key id       %08" PRIx32 "\n", label->keyid);
	if (label->sig)
		fprintf(out, "    signature    %zu bytes\n", label->sig_size);
}

static const char *result_words(enum verify_result result)
{
	static const char *const words[] = {
		[VERIFY_NOT_TRIED] = "not tried",
		[VERIFY_OK] = "good",
		[VERIFY_BAD] = "does not match",
		[VERIFY_NO_KEY] = "no key of this id was given",
		[VERIFY_REVOKED] = "its key is revoked",
		[VERIFY_UNSUPPORTED_ALGO] = "this kernel cannot verify it, and refuses",
		[VERIFY_UNSUPPORTED_VERSION] = "no such version",
		[VERIFY_NO_KEYRING] = "no key was given at all: cannot be decided",
		[VERIFY_AMBIGUOUS] = "several keys have this id, and they disagree",
		[VERIFY_CANNOT] = "libcrypto cannot verify it: cannot be decided",
		[VERIFY_NO_MEMORY] = "memory ran out: cannot be decided",
	};

	return words[result];
}

static void print_outcome(FILE *out, const char *over, const struct verify_outcome *outcome)
{
	if (outcome->result == VERIFY_NOT_TRIED)
		return;
	fprintf(out, "    over %-7s %s\n", over, result_words(outcome->result));
	print_key(out, outcome->key);
}

static void print_collected(FILE *out, const char *name, const struct collected *collected)
{
	static const char *const states[] = {
		[DIGEST_NOT_ASKED] = NULL,
		[DIGEST_DONE] = "",
		[DIGEST_KERNEL_LACKS] = "this kernel lacks the algorithm, so it refuses",
		[DIGEST_LIBRARY_LACKS] = "libcrypto lacks the algorithm: cannot be decided",
		[DIGEST_UNREADABLE] = "the content could not be read",
		[DIGEST_NO_VERITY] = "not an fs-verity file",
		[DIGEST_UNKNOWN] = "its fs-verity parameters cannot be read here",
	};

	if (!states[collected->state])
		return;
	fprintf(out, "%s: ", name);
	if (collected->state == DIGEST_DONE) {
		fprintf(out, "%s:", collected->digest.algo->name);
		print_hex(out, collected->digest.value, collected->digest.size_bytes);
	} else {
		fprintf(out, "%s (%s)", states[collected->state],
			collected->digest.algo ? collected->digest.algo->name : "no algorithm");
	}
	fputc('\n', out);
}

static void print_inode(FILE *out, const struct facts *facts)
{
	fputs("file: ", out);
	print_escaped(out, facts->path, strlen(facts->path));
	fprintf(out,
		"\n    mode %07o, uid %u, gid %u, %" PRIu64 " bytes, inode %" PRIu64
		", %u link%s%s%s\n",
		facts->inode.mode, facts->inode.uid, facts->inode.gid, facts->inode.size_bytes,
		facts->inode.ino, facts->inode.nlink, facts->inode.nlink == 1 ? "" : "s",
		facts->inode.immutable ? ", immutable" : "",
		facts->inode.verity ? ", fs-verity" : "");
	fprintf(out, "    on %s (magic 0x%" PRIx64 ")%s%s%s\n",
		facts->fs->name[0] ? facts->fs->name : "a file system of unknown name",
		facts->fs->magic, facts->kinds & CONTENT_ELF ? "; ELF" : "",
		facts->kinds & CONTENT_SCRIPT ? "; script" : "",
		facts->place & CONTENT_AT_MODULE ? "; kernel module" : "");
}

static void print_evm(FILE *out, const struct facts *facts)
{
	const struct evm_outcome *evm = &facts->input.evm;

	print_label(out, "security.evm", &facts->evm, &facts->attrs.evm);
	if (!facts->input.evm_judged) {
		fputs("    EVM is not in force in this profile: ignored\n", out);
		return;
	}
	fprintf(out, "    status       %s%s%s\n", evm_status_name(evm->status),
		evm->why ? ": " : "", evm->why ? evm->why : "");
	if (evm->key_unknown)
		fprintf(out, "                 %s\n", result_words(VERIFY_NO_KEY));
	print_key(out, evm->key);
}

/* --- Rules --- */

/* The rules that did not apply one after the other for one reason, not yet printed. */
struct rule_run {
	FILE *out;
	const struct policy_rule *first, *last;
	size_t count;
	const char *why;
};

static void print_one_rule(FILE *out, const struct policy_rule *rule, const char *applied,
			   const char *why)
{
	fprintf(out, "    line %-4u ", rule->line);
	print_escaped(out, rule->text, strlen(rule->text));
	fprintf(out, "\n              %s%s\n", applied, why ? why : "");
}

static void end_rule_run(struct rule_run *run)
{
	if (run->count == 1)
		print_one_rule(run->out, run->first, "does not apply: ", run->why);
	else if (run->count)
		fprintf(run->out, "    lines %u to %u\n              %zu rules do not apply: %s\n",
			run->first->line, run->last->line, run->count, run->why);
	run->count = 0;
}

static void print_rule(void *context, const struct policy_rule *rule, enum policy_trace applied,
		       const char *why)
{
	struct rule_run *run = context;

	if (run->count && (applied != POLICY_DOES_NOT_APPLY || strcmp(why, run->why) != 0))
		end_rule_run(run);
	if (applied != POLICY_DOES_NOT_APPLY) {
		print_one_rule(run->out, rule,
			       applied != POLICY_APPLIES ? "may apply: "
			       : why			 ? "applies: "
							 : "applies",
			       why);
		return;
	}
	if (!run->count++)
		run->first = rule;
	run->last = rule;
	run->why = why;
}

static bool is_same_access(const struct hooks_case *a, const struct hooks_case *b)
{
	return a->func == b->func && a->mask == b->mask && a->subject == b->subject &&
	       a->by_execve == b->by_execve;
}

static void print_hook(FILE *out, const struct facts_hook *hook)
{
	own_buf struct buf added = {0};

	policy_options_text(hook->added, &added);
	if (added.len)
		fprintf(out, "    other rules, or accesses before, add: %s\n", buf_text(&added));
	fprintf(out, "    => %s%s%s\n", verdict_name(hook->verdict.kind),
		hook->verdict.cause ? ", " : "", hook->verdict.cause ? hook->verdict.cause : "");
}

static void print_hooks(FILE *out, const struct inspect_rules *rules, const struct facts *facts,
			struct hooks_case *cases)
{
	struct policy_object object = judge_object(facts);
	size_t n = hooks_for(rules->hooks, facts->inode.mode, facts->place, facts->kinds,
			     facts->kinds_known, cases);

	for (size_t i = 0; i < n; i++) {
		own_buf struct buf words = {0};
		struct rule_run run = {.out = out};

		buf_puts(&words, policy_func_name(cases[i].func));
		buf_puts(&words, ", ");
		policy_mask_text(cases[i].mask, &words);
		buf_puts(&words, ", by ");
		policy_subject_text(cases[i].subject, &words);
		if (cases[i].by_execve)
			buf_puts(&words, ", mapped by execve");
		fprintf(out, "\naccess: %s\n", buf_text(&words));
		policy_match(rules->policy, cases[i].subject, &object, cases[i].func, cases[i].mask,
			     print_rule, &run);
		end_rule_run(&run);
		for (size_t h = 0; h < facts->hook_count; h++) {
			const struct facts_hook *hook = &facts->hooks[h];

			if (is_same_access(&hook->access, &cases[i]))
				print_hook(out, hook);
		}
	}
	if (!n)
		fputs("\nno access by which the kernel would judge such a file is likely (--hooks all "
		      "tries every one)\n",
		      out);
}

static void print_verdict(FILE *out, const struct facts *facts)
{
	const char *meaning = facts->verdict.cause ? verdict_cause_meaning(facts->verdict.cause)
						   : verdict_meaning(facts->verdict.kind);

	fprintf(out, "\nverdict: %s%s%s%s\n", verdict_name(facts->verdict.kind),
		facts->verdict.cause ? ", " : "", facts->verdict.cause ? facts->verdict.cause : "",
		facts->governed ? "" : " (by its label alone: no rule governs it)");
	if (meaning)
		fprintf(out, "    %s\n", meaning);
	for (unsigned bit = 0; bit < FACTS_ODDITY_COUNT; bit++)
		if (facts->oddities >> bit & 1)
			fprintf(out, "hygiene: %s: %s\n", facts_oddity_name(bit),
				facts_oddity_meaning(bit));
	if (facts->has_fault) {
		fputs("fault: ", out);
		print_escaped(out, facts->fault.text, strlen(facts->fault.text));
		fputc('\n', out);
	}
}

static void print_modsig(FILE *out, const struct facts *facts)
{
	if (!facts->input.has_modsig)
		return;
	fprintf(out, "appended signature: %s\n", result_words(facts->input.modsig.result));
	if (facts->modsig_signer.len) {
		fputs("    signer       ", out);
		print_escaped(out, buf_text(&facts->modsig_signer), facts->modsig_signer.len);
		fputc('\n', out);
	}
	print_key(out, facts->input.modsig.key);
}

static void print_notes(FILE *out, const struct notes *notes)
{
	for (size_t i = 0; i < notes->count; i++)
		fprintf(out, "note: %s\n", notes->text[i]);
}

static void explain(FILE *out, const struct inspect_rules *rules, const struct facts *facts,
		    struct hooks_case *cases)
{
	print_inode(out, facts);
	print_label(out, "security.ima", &facts->ima, ATTRS_IMA(&facts->attrs));
	print_outcome(out, "data", &facts->input.sig_data);
	print_outcome(out, "verity", &facts->input.sig_verity);
	print_evm(out, facts);
	print_collected(out, "digest", &facts->input.data);
	print_collected(out, "fs-verity digest", &facts->input.verity);
	print_modsig(out, facts);
	if (rules->policy)
		print_hooks(out, rules, facts, cases);
	else
		fputs("\nno policy given: labels only\n", out);
	print_verdict(out, facts);
}

static int status_of(const struct facts *facts)
{
	int status = STATUS_GOOD;

	if (facts->verdict.kind == VERDICT_UNDECIDED || facts->has_fault ||
	    (facts->oddities & FACTS_UNKNOWN_KEY))
		status |= STATUS_UNDECIDED;
	if (facts->verdict.kind != VERDICT_UNDECIDED && !verdict_is_good(facts->verdict.kind))
		status |= STATUS_FAILURES;
	return status;
}

/* Looks at the file and explains what was found. */
static int look(const struct inspect_rules *rules, const struct notes *notes, struct inspector *in,
		struct hooks_case *cases, int dir_fd, const struct inspect_name *name, FILE *out,
		int *out_status, struct fault *f)
{
	struct facts facts = {0};
	int result = 0;

	switch (inspector_look(in, dir_fd, name, INSPECT_EVERY, false, &facts, f)) {
	case INSPECT_DONE:
		explain(out, rules, &facts, cases);
		print_notes(out, notes);
		*out_status = status_of(&facts);
		break;
	case INSPECT_NOT_REGULAR:
		result = fault_set(f, 0, "not a regular file: IMA does not look at it");
		break;
	case INSPECT_FAILED:
	case INSPECT_UNSEEN:
	case INSPECT_OTHER_PASS:
	case INSPECT_HARD_LINK: result = -1; break;
	}
	inspector_release_facts(&facts);
	return result;
}

int explain_file(const struct inspect_rules *rules, const struct notes *notes, int root_fd,
		 const char *path, FILE *out, int *out_status, struct fault *f)
{
	const char *below = path + strspn(path, "/"), *slash = strrchr(below, '/');
	struct inspect_name name = {.entry = slash ? slash + 1 : below, .path = below};
	own_mem char *dir = slash ? strndup(below, (size_t)(slash - below)) : strdup("");
	own_mem struct hooks_case *cases = calloc(hooks_max(rules->hooks) + 1, sizeof(*cases));
	struct inspector *in = inspector_new(rules);
	own_fd int fd = -1;
	int result = -1;

	if (!dir || !cases || !in)
		fault_set(f, ENOMEM, "preparing");
	else if ((fd = fd_open_beneath(root_fd, dir, O_RDONLY | O_DIRECTORY, f)) >= 0)
		result = look(rules, notes, in, cases, fd, &name, out, out_status, f);
	inspector_free(in);
	return result;
}
