/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One JSON object a line; the contract is docs/formats/ndjson.md. */
#include "scanner/report/report.h"

#include <inttypes.h>
#include <string.h>

#include "scanner/base/escape.h"
#include "scanner/base/json.h"

static void put_line(struct report *report, struct buf *line)
{
	buf_addc(line, '\n');
	/* A line without its end would pass for a whole one of less. */
	if (line->failed)
		report->broken = true;
	else
		fwrite(line->data, 1, line->len, report->out);
}

static void add_time(struct buf *out, const char *key, time_t when)
{
	struct tm tm;
	char text[32];

	gmtime_r(&when, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_text(out, key, text);
}

/* --- run --- */

static void add_keyring(struct buf *out, const struct keyring *ring)
{
	for (size_t i = 0; i < keyring_count(ring); i++) {
		const struct keyring_key *key = keyring_at(ring, i);
		own_buf struct buf id = {0};

		keyring_key_id_text(key, &id);
		json_open(out, NULL, '{');
		json_text(out, "keyring", keyring_name(ring));
		json_buf(out, "id", &id);
		json_text(out, "subject", key->subject);
		json_text(out, "file", key->file);
		if (key->x509) {
			add_time(out, "not_before", key->not_before);
			add_time(out, "not_after", key->not_after);
		}
		json_hex(out, "sha256", key->sha256, sizeof(key->sha256));
		json_bool(out, "revoked", key->revoked);
		json_text(out, "refused", key->refused);
		json_close(out, '}');
	}
}

static void add_kernel(struct buf *out, const struct kernel_profile *profile)
{
	own_buf struct buf words = {0};
	char version[32];

	snprintf(version, sizeof(version), "%u.%u", profile->major, profile->minor);
	profile_describe(profile, &words);
	json_open(out, "kernel", '{');
	json_text(out, "version", version);
	json_text(out, "ima_hash", profile->default_hash->name);
	json_buf(out, "profile", &words);
	json_close(out, '}');
}

static void add_sandbox(struct buf *out, const struct report_run *run)
{
	json_open(out, "sandbox", '{');
	json_bool(out, "active", run->sandboxed);
	json_number(out, "landlock", (uint64_t)run->sandbox.landlock_abi);
	json_bool(out, "no_new_privs", run->sandbox.no_new_privs);
	json_bool(out, "capabilities_cut", run->sandbox.capabilities_cut);
	json_close(out, '}');
}

static int begin(struct report *report)
{
	const struct report_run *run = report->run;
	const struct inspect_rules *rules = run->rules;
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "run");
	json_text(&line, "tool", "ima-scan");
	json_text(&line, "version", run->version);
	json_text(&line, "commit", run->commit);
	json_path(&line, "target", "target_hex", run->target);
	json_text(&line, "policy", rules->policy ? rules->policy->name : NULL);
	json_text(&line, "hooks", run->hooks_all ? "all" : "likely");
	add_kernel(&line, rules->profile);
	json_open(&line, "keys", '[');
	add_keyring(&line, rules->ima);
	add_keyring(&line, rules->evm);
	add_keyring(&line, rules->platform);
	json_close(&line, ']');
	json_number(&line, "revocations", blacklist_count(rules->blacklist));
	add_sandbox(&line, run);
	if (run->notes.count) {
		json_open(&line, "notes", '[');
		for (size_t i = 0; i < run->notes.count; i++)
			json_text(&line, NULL, run->notes.text[i]);
		json_close(&line, ']');
	}
	json_number(&line, "jobs", run->jobs);
	add_time(&line, "started", run->started);
	json_close(&line, '}');
	put_line(report, &line);
	return 0;
}

/* --- file --- */

static void add_keyid(struct buf *out, const struct imaxattr *label)
{
	char text[20];

	if (label->version == 1)
		snprintf(text, sizeof(text), "%016" PRIx64, label->keyid_v1);
	else
		snprintf(text, sizeof(text), "%08" PRIx32, label->keyid);
	json_text(out, "keyid", text);
}

/* Is a key of the label's id among those given, whatever the signature is worth? */
static bool is_known(const struct imaxattr *label, const struct keyring *ring)
{
	if (label->version == 1)
		return keyring_find_v1(ring, label->keyid_v1, NULL, 0) > 0;
	return keyring_find(ring, label->keyid, NULL, 0) > 0;
}

static void add_key(struct buf *out, const struct imaxattr *label, const struct keyring *ring)
{
	if (!label->has_keyid)
		return;
	add_keyid(out, label);
	json_open(out, "key", '{');
	add_keyid(out, label);
	json_bool(out, "known", is_known(label, ring));
	json_close(out, '}');
}

static void add_label(struct buf *out, const struct imaxattr *label, const struct keyring *ring)
{
	json_text(out, "type", imaxattr_type_name(label));
	json_text(out, "hash", label->algo ? label->algo->name : NULL);
	add_key(out, label, ring);
	if (label->digest)
		json_hex(out, "digest", label->digest, label->digest_size);
	else
		json_null(out, "digest");
}

static const char *result_name(enum verify_result result)
{
	static const char *const names[] = {
		[VERIFY_NOT_TRIED] = NULL,
		[VERIFY_OK] = "good",
		[VERIFY_BAD] = "bad",
		[VERIFY_NO_KEY] = "unknown-key",
		[VERIFY_REVOKED] = "revoked-key",
		[VERIFY_UNSUPPORTED_ALGO] = "unsupported-algorithm",
		[VERIFY_UNSUPPORTED_VERSION] = "unsupported-version",
		[VERIFY_NO_KEYRING] = "no-keyring",
		[VERIFY_AMBIGUOUS] = "ambiguous-key",
		[VERIFY_CANNOT] = "library-lacks-algorithm",
		[VERIFY_NO_MEMORY] = "no-memory",
	};

	return names[result];
}

static void add_ima(struct buf *out, const struct facts *facts, const struct keyring *ring)
{
	const struct verdict_input *input = &facts->input;

	if (facts->ima.type == IMAXATTR_ABSENT) {
		json_null(out, "ima");
		return;
	}
	json_open(out, "ima", '{');
	add_label(out, &facts->ima, ring);
	if (input->sig_data.result != VERIFY_NOT_TRIED)
		json_text(out, "signature", result_name(input->sig_data.result));
	if (input->sig_verity.result != VERIFY_NOT_TRIED)
		json_text(out, "verity_signature", result_name(input->sig_verity.result));
	json_close(out, '}');
}

static void add_evm(struct buf *out, const struct facts *facts, const struct keyring *ring)
{
	if (facts->evm.type == IMAXATTR_ABSENT && !facts->input.evm_judged) {
		json_null(out, "evm");
		return;
	}
	json_open(out, "evm", '{');
	add_label(out, &facts->evm, ring);
	json_text(out, "verdict",
		  facts->input.evm_judged ? evm_status_name(facts->input.evm.status) : NULL);
	if (facts->input.evm_judged && facts->input.evm.why)
		json_text(out, "cause", facts->input.evm.why);
	json_close(out, '}');
}

static void add_digest(struct buf *out, const char *key, const struct collected *collected)
{
	own_buf struct buf text = {0};

	if (collected->state != DIGEST_DONE) {
		json_null(out, key);
		return;
	}
	buf_printf(&text, "%s:", collected->digest.algo->name);
	buf_hex(&text, collected->digest.value, collected->digest.size_bytes);
	json_buf(out, key, &text);
}

static void add_verdict(struct buf *out, const struct verdict *verdict)
{
	json_text(out, "verdict", verdict_name(verdict->kind));
	json_text(out, "cause", verdict->cause);
}

static void add_hooks(struct buf *out, const struct facts *facts)
{
	own_buf struct buf words = {0};

	json_open(out, "hooks", '[');
	for (size_t i = 0; i < facts->hook_count; i++) {
		const struct facts_hook *hook = &facts->hooks[i];

		json_open(out, NULL, '{');
		json_text(out, "func", policy_func_name(hook->access.func));
		if (hook->access.name_mask) {
			buf_clear(&words);
			policy_mask_text(hook->access.mask, &words);
			json_buf(out, "mask", &words);
		}
		if (hook->access.name_subject) {
			buf_clear(&words);
			policy_subject_text(hook->access.subject, &words);
			json_buf(out, "subject", &words);
		}
		if (hook->rule)
			json_number(out, "rule", hook->rule->line);
		else
			json_null(out, "rule");
		add_verdict(out, &hook->verdict);
		if (hook->access.by_execve)
			json_text(out, "mapped_by", "execve");
		buf_clear(&words);
		policy_options_text(hook->added, &words);
		if (words.len)
			json_buf(out, "added", &words);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void add_oddities(struct buf *out, unsigned oddities)
{
	if (!oddities)
		return;
	json_open(out, "hygiene", '[');
	for (unsigned bit = 0; bit < FACTS_ODDITY_COUNT; bit++)
		if (oddities >> bit & 1)
			json_text(out, NULL, facts_oddity_name(bit));
	json_close(out, ']');
}

static void add_links(struct buf *out, const struct facts *facts)
{
	bool utf8 = true;

	if (!facts->link_count)
		return;
	json_open(out, "links", '[');
	for (size_t i = 0; i < facts->link_count; i++) {
		json_text(out, NULL, facts->links[i]);
		utf8 = utf8 && escape_is_utf8(facts->links[i], strlen(facts->links[i]));
	}
	json_close(out, ']');
	if (utf8)
		return;
	json_open(out, "links_hex", '[');
	for (size_t i = 0; i < facts->link_count; i++)
		json_hex(out, NULL, facts->links[i], strlen(facts->links[i]));
	json_close(out, ']');
}

static void render(const struct report *report, const struct facts *facts, struct buf *out)
{
	const struct verdict_input *input = &facts->input;
	char mode[16];

	snprintf(mode, sizeof(mode), "%07o", facts->inode.mode);
	json_open(out, NULL, '{');
	json_text(out, "record", "file");
	json_path(out, "path", "path_hex", facts->path);
	add_links(out, facts);
	json_text(out, "mode", mode);
	json_number(out, "uid", facts->inode.uid);
	json_number(out, "gid", facts->inode.gid);
	json_number(out, "size", facts->inode.size_bytes);
	json_number(out, "ino", facts->inode.ino);
	json_number(out, "nlink", facts->inode.nlink);
	json_bool(out, "governed", facts->governed);
	add_verdict(out, &facts->verdict);
	add_ima(out, facts, report->run->rules->ima);
	add_evm(out, facts, report->run->rules->evm);
	if (input->has_modsig)
		json_text(out, "modsig", result_name(input->modsig.result));
	if (facts->modsig_signer.len)
		json_buf(out, "modsig_signer", &facts->modsig_signer);
	add_digest(out, "digest", &input->data);
	if (input->verity.state == DIGEST_DONE)
		add_digest(out, "verity_digest", &input->verity);
	add_hooks(out, facts);
	add_oddities(out, facts->oddities);
	json_close(out, '}');
}

static void put_fault(struct report *report, const char *path, const struct fault *fault)
{
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "fault");
	json_path(&line, "path", "path_hex", path);
	json_number(&line, "errno", (uint64_t)(unsigned)fault->os);
	json_text(&line, "text", fault->text);
	json_close(&line, '}');
	put_line(report, &line);
}

static void put_stray(struct report *report, const struct record *record)
{
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "stray_label");
	json_path(&line, "path", "path_hex", record->path);
	json_open(&line, "hygiene", '[');
	json_text(&line, NULL, "wrong-type");
	json_close(&line, ']');
	json_close(&line, '}');
	put_line(report, &line);
}

static void record(struct report *report, const struct record *record)
{
	if (record->kind == RECORD_FILE) {
		fwrite(buf_text(&record->text), 1, record->text.len, report->out);
		fputc('\n', report->out);
	} else if (record->kind == RECORD_STRAY) {
		put_stray(report, record);
	}
	if (record->fault)
		put_fault(report, record->path, record->fault);
}

/* --- summary --- */

static void add_filesystems(struct buf *out, struct fsinfo_table *table)
{
	const struct fsinfo *fs;

	json_open(out, "filesystems", '[');
	for (size_t i = 0; (fs = fsinfo_at(table, i)); i++) {
		char magic[24];

		snprintf(magic, sizeof(magic), "0x%" PRIx64, fs->magic);
		json_open(out, NULL, '{');
		json_text(out, "type", fs->name[0] ? fs->name : NULL);
		json_text(out, "magic", magic);
		if (fs->has_uuid)
			json_hex(out, "uuid", fs->uuid, sizeof(fs->uuid));
		else
			json_null(out, "uuid");
		json_bool(out, "read_only", fs->read_only);
		json_close(out, '}');
	}
	json_close(out, ']');
}

/* One cause can go with several verdicts: its first entry speaks for all. */
static void add_cause_count(struct buf *out, const struct tally *tally, size_t first)
{
	const char *cause = tally->causes[first].cause;
	uint64_t count = 0;

	for (size_t i = 0; i < tally->cause_count; i++) {
		if (strcmp(tally->causes[i].cause, cause) != 0)
			continue;
		if (i < first)
			return;
		count += tally->causes[i].count;
	}
	if (cause[0])
		json_number(out, cause, count);
}

static void add_counts(struct buf *out, const struct tally *tally)
{
	json_open(out, "verdicts", '{');
	for (int kind = 0; kind < VERDICT_KIND_COUNT; kind++)
		json_number(out, verdict_name((enum verdict_kind)kind), tally->by_kind[kind]);
	json_close(out, '}');
	json_open(out, "causes", '{');
	for (size_t i = 0; i < tally->cause_count; i++)
		add_cause_count(out, tally, i);
	json_close(out, '}');
	json_open(out, "hygiene", '{');
	for (unsigned bit = 0; bit < FACTS_ODDITY_COUNT; bit++)
		if (tally->oddities[bit])
			json_number(out, facts_oddity_name(bit), tally->oddities[bit]);
	json_close(out, '}');
}

static void add_keys(struct buf *out, const struct tally *tally)
{
	json_open(out, "keys", '[');
	for (size_t i = 0; i < tally->key_count; i++) {
		own_buf struct buf id = {0};

		keyring_key_id_text(tally->keys[i].key, &id);
		json_open(out, NULL, '{');
		json_text(out, "keyring", tally->keys[i].keyring);
		json_buf(out, "id", &id);
		json_text(out, "subject", tally->keys[i].key->subject);
		json_number(out, "files", tally->keys[i].files);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_open(out, "unknown_keys", '[');
	for (size_t i = 0; i < tally->unknown_key_count; i++) {
		char id[12];

		snprintf(id, sizeof(id), "%08" PRIx32, tally->unknown_keys[i].keyid);
		json_open(out, NULL, '{');
		json_text(out, "id", id);
		json_number(out, "files", tally->unknown_keys[i].files);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void end(struct report *report, const struct tally *tally, int status)
{
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "summary");
	json_number(&line, "files", tally->files);
	json_number(&line, "governed", tally->governed);
	json_number(&line, "labelled", tally->labelled);
	json_number(&line, "verified", tally->verified);
	add_counts(&line, tally);
	add_keys(&line, tally);
	add_filesystems(&line, report->run->rules->filesystems);
	json_number(&line, "directories", tally->dirs);
	json_number(&line, "hard_linked", tally->links);
	json_number(&line, "excluded", tally->excluded);
	json_number(&line, "other_filesystems", tally->other_filesystems);
	json_number(&line, "pseudo_filesystems", tally->pseudo);
	json_number(&line, "mount_loops", tally->loops);
	json_number(&line, "stray_labels", tally->strays);
	json_number(&line, "bytes", tally->bytes_read);
	buf_printf(&line, ",\"seconds\":%.3f", tally->seconds);
	json_number(&line, "faults", tally->faults);
	json_bool(&line, "interrupted", tally->interrupted);
	json_number(&line, "status", (uint64_t)(unsigned)status);
	json_close(&line, '}');
	put_line(report, &line);
}

static void close_nothing(struct report *report)
{
	(void)report;
}

const struct report_format report_ndjson = {
	.name = "ndjson",
	.meaning = "one JSON object a line",
	.begin = begin,
	.render = render,
	.record = record,
	.end = end,
	.close = close_nothing,
};
