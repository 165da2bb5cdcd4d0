/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `ima-efi keys`: every entry of the key databases. */
#include <errno.h>
#include <string.h>

#include "efi/certinfo.h"
#include "efi/command.h"
#include "efi/knowncert.h"
#include "efi/statusreport.h"
#include "scanner/base/json.h"

enum { NAME_COLUMNS = 10 };

/* What writing needs to know and what it finds out. */
struct listing {
	const struct efioptions *options;
	FILE *out;
	bool color;
	time_t now;
	struct remark_list *remarks;
	int status;
};

/* One certificate, with what is known of it. */
struct seen {
	struct certinfo cert;
	bool readable;
	const struct knowncert *known;
	bool is_test;
};

static const char *kind_name(const struct knowncert *known)
{
	static const char *const names[] = {
		[KNOWNCERT_MICROSOFT] = "Microsoft",
		[KNOWNCERT_DISTRIBUTION] = "distribution",
		[KNOWNCERT_TEST] = "test key",
	};

	return names[known->kind];
}

/* Looks at a certificate; what is none is a remark. -1: no memory. */
static int look(const struct siglist_entry *entry, const char *database, struct listing *listing,
		struct seen *out, struct fault *f)
{
	struct fault why = {0};

	*out = (struct seen){0};
	out->readable = certinfo_decode(entry->data, entry->size, &out->cert, &why) == 0;
	if (!out->readable && why.os != EINVAL) {
		*f = why;
		return -1;
	}
	if (!out->readable) {
		why.os = 0;
		fault_add(&why, "the entry at byte %zu", entry->offset);
		remark_add(listing->remarks, database, &why);
	}
	out->known = knowncert_by_sha256(out->cert.sha256);
	out->is_test = (out->known && out->known->kind == KNOWNCERT_TEST) ||
		       (out->cert.subject && knowncert_is_test_subject(out->cert.subject));
	return 0;
}

/* --- Text --- */

static void row(struct buf *text, const char *name, const char *value)
{
	buf_puts(text, "      ");
	command_mark_text(text, false, COMMAND_PLAIN, name, NAME_COLUMNS);
	command_mark_text(text, false, COMMAND_PLAIN, value, 0);
	buf_addc(text, '\n');
}

static void text_owner(const struct siglist_entry *entry, struct buf *text)
{
	const char *name = guid_name(&entry->owner);
	char guid[GUID_TEXT_BYTES];

	guid_text(&entry->owner, guid);
	buf_puts(text, guid);
	if (name)
		buf_printf(text, " (%s)", name);
}

static void text_validity(const struct certinfo *cert, const struct listing *listing,
			  struct buf *text)
{
	char from[32], to[32];

	command_time_text((time_t)cert->not_before, from);
	command_time_text((time_t)cert->not_after, to);
	buf_puts(text, "      ");
	command_mark_text(text, false, COMMAND_PLAIN, "valid", NAME_COLUMNS);
	buf_printf(text, "%.10s to %.10s", from, to);
	if (cert->not_after < (int64_t)listing->now)
		command_mark_text(text, listing->color, COMMAND_WARN, "  expired", 0);
	else if (certinfo_expires_soon(cert, listing->now))
		command_mark_text(text, listing->color, COMMAND_WARN, "  expires soon", 0);
	buf_addc(text, '\n');
}

static void text_known(const struct seen *seen, const struct listing *listing, struct buf *text)
{
	enum command_mark mark = seen->is_test ? COMMAND_BAD : COMMAND_PLAIN;

	if (!seen->known && !seen->is_test)
		return;
	buf_puts(text, "      ");
	command_mark_text(text, false, COMMAND_PLAIN, "known", NAME_COLUMNS);
	if (seen->known) {
		command_mark_text(text, listing->color, mark, kind_name(seen->known), 0);
		buf_puts(text, ": ");
		buf_puts(text, seen->known->name);
	} else {
		command_mark_text(text, listing->color, mark, "its name says it is for tests", 0);
	}
	buf_addc(text, '\n');
	if (seen->known && seen->known->note)
		row(text, "note", seen->known->note);
}

static void text_certificate(const struct siglist_entry *entry, const struct seen *seen,
			     const struct listing *listing, struct buf *text)
{
	own_buf struct buf hex = {0}, owner = {0};

	buf_hex(&hex, seen->cert.sha256, sizeof(seen->cert.sha256));
	text_owner(entry, &owner);
	buf_printf(text, "  x509 at byte %zu\n", entry->offset);
	if (seen->readable) {
		row(text, "subject", seen->cert.subject);
		row(text, "issuer", seen->cert.issuer);
		row(text, "serial", seen->cert.serial);
		row(text, "key", seen->cert.key);
		text_validity(&seen->cert, listing, text);
	} else {
		row(text, "", "no certificate");
	}
	row(text, "sha256", buf_text(&hex));
	row(text, "owner", buf_text(&owner));
	text_known(seen, listing, text);
}

static void text_hash(const struct siglist_entry *entry, struct buf *text)
{
	buf_printf(text, "  %s ", siglist_type_name(entry->type));
	buf_hex(text, entry->data, entry->size);
	buf_puts(text, "  owner ");
	text_owner(entry, text);
	buf_addc(text, '\n');
}

static void text_heading(const struct secureboot_database *database, const struct listing *listing,
			 struct buf *text)
{
	command_mark_text(text, listing->color, COMMAND_HEAD, database->name, 0);
	buf_puts(text, ": ");
	if (!database->variable)
		buf_puts(text, "absent");
	else if (database->variable->unreadable)
		buf_puts(text, "cannot be read");
	else
		statusreport_counts(&database->list, text);
	if (database->list.malformed)
		buf_printf(text, ", then malformed at byte %zu: %s", database->list.malformed_at,
			   database->list.malformed_why);
	buf_addc(text, '\n');
}

/* --- Records --- */

static void json_certificate(const struct seen *seen, const struct listing *listing,
			     struct buf *line)
{
	char time[32];

	if (seen->readable) {
		json_text(line, "subject", seen->cert.subject);
		json_text(line, "issuer", seen->cert.issuer);
		json_text(line, "serial", seen->cert.serial);
		json_text(line, "key", seen->cert.key);
		command_time_text((time_t)seen->cert.not_before, time);
		json_text(line, "not_before", time);
		command_time_text((time_t)seen->cert.not_after, time);
		json_text(line, "not_after", time);
		json_bool(line, "expires_soon", certinfo_expires_soon(&seen->cert, listing->now));
	}
	json_hex(line, "sha256", seen->cert.sha256, sizeof(seen->cert.sha256));
	json_text(line, "known", seen->known ? seen->known->name : NULL);
	json_text(line, "known_kind", seen->known ? kind_name(seen->known) : NULL);
	json_text(line, "note", seen->known ? seen->known->note : NULL);
	json_bool(line, "test_key", seen->is_test);
}

static void json_digest(const struct siglist_entry *entry, struct buf *line)
{
	own_buf struct buf digest = {0};

	buf_printf(&digest, "%s:", siglist_type_name(entry->type));
	buf_hex(&digest, entry->data, entry->size);
	json_buf(line, "digest", &digest);
}

static void json_entry(const char *database, const struct siglist_entry *entry,
		       const struct seen *seen, const struct listing *listing, struct buf *line)
{
	char guid[GUID_TEXT_BYTES];

	json_open(line, NULL, '{');
	json_text(line, "record", "key");
	json_text(line, "database", database);
	json_text(line, "type", siglist_type_name(entry->type));
	guid_text(&entry->type_guid, guid);
	json_text(line, "type_guid", guid);
	guid_text(&entry->owner, guid);
	json_text(line, "owner", guid);
	json_text(line, "owner_name", guid_name(&entry->owner));
	if (seen)
		json_certificate(seen, listing, line);
	else
		json_digest(entry, line);
	json_number(line, "offset", entry->offset);
	json_close(line, '}');
}

/* --- All of it --- */

static int list_certificate(const struct secureboot_database *database,
			    const struct siglist_entry *entry, struct listing *listing,
			    struct buf *out, struct fault *f)
{
	bool revokes =
		strcmp(database->name, "dbx") == 0 || strcmp(database->name, "MokListXRT") == 0;
	struct seen seen;

	if (look(entry, database->name, listing, &seen, f) < 0)
		return -1;
	if (seen.is_test && !revokes)
		listing->status |= COMMAND_WEAK;
	if (command_is_ndjson(listing->options))
		json_entry(database->name, entry, &seen, listing, out);
	else
		text_certificate(entry, &seen, listing, out);
	certinfo_done(&seen.cert);
	return 0;
}

static int list_entry(const struct secureboot_database *database, const struct siglist_entry *entry,
		      struct listing *listing, struct fault *f)
{
	own_buf struct buf out = {0};

	if (entry->type == SIGLIST_X509) {
		if (list_certificate(database, entry, listing, &out, f) < 0)
			return -1;
	} else if (command_is_ndjson(listing->options)) {
		json_entry(database->name, entry, NULL, listing, &out);
	} else if (listing->options->verbose) {
		text_hash(entry, &out);
	}
	if (command_is_ndjson(listing->options))
		return command_write_line(listing->out, &out, f);
	return command_write_text(listing->out, &out, f);
}

/* -q leaves out what is absent. */
static int list_database(const struct secureboot_database *database, struct listing *listing,
			 struct fault *f)
{
	own_buf struct buf text = {0};

	if (!command_is_ndjson(listing->options) &&
	    (database->variable || !listing->options->quiet))
		text_heading(database, listing, &text);
	if (command_write_text(listing->out, &text, f) < 0)
		return -1;
	for (size_t i = 0; i < database->list.count; i++)
		if (list_entry(database, &database->list.entries[i], listing, f) < 0)
			return -1;
	return 0;
}

static int write_end(struct listing *listing, struct fault *f)
{
	own_buf struct buf text = {0};

	if (listing->remarks->count || listing->remarks->dropped)
		listing->status |= COMMAND_UNDECIDED;
	if (!command_is_ndjson(listing->options)) {
		command_text_remarks(listing->remarks, &text);
		return command_write_text(listing->out, &text, f);
	}
	if (command_write_remarks(listing->remarks, listing->out, f) < 0)
		return -1;
	command_begin_summary(&text);
	return command_write_summary(&text, listing->status, listing->out, f);
}

static int write_all(const struct secureboot *state, struct listing *listing, struct fault *f)
{
	own_buf struct buf text = {0};

	if (command_is_ndjson(listing->options) &&
	    command_write_run(listing->options, listing->out, f) < 0)
		return -1;
	statusreport_remarks(state, listing->remarks);
	for (size_t i = 0; i < SECUREBOOT_DATABASES && state->databases[i].name; i++)
		if (list_database(&state->databases[i], listing, f) < 0)
			return -1;
	/* Nothing was there to be read: the word says why. */
	if (!state->databases[0].name) {
		listing->status |= COMMAND_UNDECIDED;
		if (command_is_ndjson(listing->options))
			statusreport_json(state, &text);
		else
			statusreport_word(state, listing->color, &text);
		if (command_is_ndjson(listing->options))
			buf_addc(&text, '\n');
		if (command_write_text(listing->out, &text, f) < 0)
			return -1;
	}
	return write_end(listing, f);
}

int cmd_keys_run(const struct efioptions *o, FILE *out, struct fault *f)
{
	struct remark_list remarks = {0};
	struct listing listing = {
		.options = o,
		.out = out,
		.color = command_wants_color(o, out),
		.now = time(NULL),
		.remarks = &remarks,
	};
	struct efistore *store;
	struct secureboot state;
	int result;

	if (command_open_only(o, &store, &state, f) < 0)
		return COMMAND_USAGE;
	result = write_all(&state, &listing, f);
	remark_list_done(&remarks);
	secureboot_done(&state);
	efistore_close(store);
	return result < 0 ? COMMAND_INTERNAL : listing.status;
}
