/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of Secure Boot as text and as a record (docs/formats/ndjson.md). */
#include "efi/statusreport.h"

#include <string.h>

#include "efi/command.h"
#include "scanner/base/escape.h"
#include "scanner/base/json.h"

enum { NAME_COLUMNS = 18 };

/* The variables of one byte, in the order of a report. */
static const struct {
	const char *name;
	size_t offset;
	enum secureboot_flag good, bad; /* equal: neither says anything */
} flags[] = {
	{"SecureBoot", offsetof(struct secureboot, secure_boot), SECUREBOOT_FLAG_ON,
	 SECUREBOOT_FLAG_OFF},
	{"SetupMode", offsetof(struct secureboot, setup_mode), SECUREBOOT_FLAG_OFF,
	 SECUREBOOT_FLAG_ON},
	{"AuditMode", offsetof(struct secureboot, audit_mode), SECUREBOOT_FLAG_OFF,
	 SECUREBOOT_FLAG_ON},
	{"DeployedMode", offsetof(struct secureboot, deployed_mode), SECUREBOOT_FLAG_ON,
	 SECUREBOOT_FLAG_ODD},
	{"VendorKeys", offsetof(struct secureboot, vendor_keys), SECUREBOOT_FLAG_ODD,
	 SECUREBOOT_FLAG_ODD},
};

enum { FLAGS = sizeof(flags) / sizeof(flags[0]) };

static enum secureboot_flag flag_at(const struct secureboot *state, size_t i)
{
	return *(const enum secureboot_flag *)((const char *)state + flags[i].offset);
}

/* --- Counting --- */

struct counts {
	size_t certificates, hashes, others;
};

static struct counts count(const struct siglist *list)
{
	struct counts counts = {0};

	for (size_t i = 0; i < list->count; i++) {
		enum siglist_type type = list->entries[i].type;

		if (type == SIGLIST_X509)
			counts.certificates++;
		else if (type >= SIGLIST_SHA1 && type <= SIGLIST_X509_SHA512)
			counts.hashes++;
		else
			counts.others++;
	}
	return counts;
}

static void add_count(struct buf *text, bool *any, size_t n, const char *one, const char *many)
{
	if (!n)
		return;
	buf_printf(text, "%s%zu %s", *any ? ", " : "", n, n == 1 ? one : many);
	*any = true;
}

void statusreport_counts(const struct siglist *list, struct buf *text)
{
	struct counts counts = count(list);
	bool any = false;

	add_count(text, &any, counts.certificates, "certificate", "certificates");
	add_count(text, &any, counts.hashes, "hash", "hashes");
	add_count(text, &any, counts.others, "entry of another kind", "entries of other kinds");
	if (!any)
		buf_puts(text, "empty");
}

/* --- Text --- */

static enum command_mark mark_of(enum secureboot_word word)
{
	static const enum command_mark marks[] = {
		[SECUREBOOT_ENFORCING] = COMMAND_OK,	 [SECUREBOOT_SETUP_MODE] = COMMAND_BAD,
		[SECUREBOOT_DISABLED] = COMMAND_BAD,	 [SECUREBOOT_NOT_UEFI] = COMMAND_BAD,
		[SECUREBOOT_CANNOT_TELL] = COMMAND_WARN,
	};

	return marks[word];
}

static const char *words_of(enum secureboot_word word)
{
	static const char *const words[] = {
		[SECUREBOOT_ENFORCING] = "enforcing",	  [SECUREBOOT_SETUP_MODE] = "setup mode",
		[SECUREBOOT_DISABLED] = "disabled",	  [SECUREBOOT_NOT_UEFI] = "not UEFI",
		[SECUREBOOT_CANNOT_TELL] = "cannot tell",
	};

	return words[word];
}

void statusreport_word(const struct secureboot *state, bool color, struct buf *text)
{
	command_mark_text(text, color, COMMAND_HEAD, "Secure Boot:", 0);
	buf_addc(text, ' ');
	command_mark_text(text, color, mark_of(state->word), words_of(state->word), 0);
	buf_addc(text, '\n');
	for (size_t i = 0; i < state->reason_count; i++) {
		buf_puts(text, i ? "     and " : " because ");
		command_mark_text(text, false, COMMAND_PLAIN, state->reasons[i], 0);
		buf_addc(text, '\n');
	}
}

static void begin_row(struct buf *text, const char *name)
{
	buf_puts(text, "  ");
	command_mark_text(text, false, COMMAND_PLAIN, name, NAME_COLUMNS);
}

static void text_flags(const struct secureboot *state, bool color, struct buf *text)
{
	buf_addc(text, '\n');
	command_mark_text(text, color, COMMAND_HEAD, "Variables", 0);
	buf_addc(text, '\n');
	for (size_t i = 0; i < FLAGS; i++) {
		enum secureboot_flag flag = flag_at(state, i);
		enum command_mark mark = COMMAND_PLAIN;

		if (flags[i].good != flags[i].bad && flag == flags[i].good)
			mark = COMMAND_OK;
		else if (flags[i].good != flags[i].bad && flag == flags[i].bad)
			mark = COMMAND_BAD;
		else if (flag == SECUREBOOT_FLAG_ODD)
			mark = COMMAND_WARN;
		begin_row(text, flags[i].name);
		command_mark_text(text, color, mark, secureboot_flag_name(flag), 0);
		buf_addc(text, '\n');
	}
}

static void text_databases(const struct secureboot *state, bool color, struct buf *text)
{
	buf_addc(text, '\n');
	command_mark_text(text, color, COMMAND_HEAD, "Keys", 0);
	buf_addc(text, '\n');
	for (size_t i = 0; i < SECUREBOOT_DATABASES; i++) {
		const struct secureboot_database *database = &state->databases[i];

		begin_row(text, secureboot_database_name((enum secureboot_database_id)i));
		if (!database->variable)
			buf_puts(text, "absent");
		else if (database->variable->unreadable)
			command_mark_text(text, color, COMMAND_WARN, "cannot be read", 0);
		else
			statusreport_counts(&database->list, text);
		if (database->list.malformed) {
			buf_puts(text, ", ");
			command_mark_text(text, color, COMMAND_WARN, "then malformed", 0);
		}
		buf_addc(text, '\n');
	}
	if (!state->test_platform_key)
		return;
	begin_row(text, "");
	command_mark_text(text, color, COMMAND_BAD, "PK is a test key: ", 0);
	command_mark_text(text, color, COMMAND_BAD, state->test_platform_key_name, 0);
	buf_addc(text, '\n');
}

/* A variable that holds text of several lines, each on a line of its own. */
static void text_lines(const struct efistore_variable *v, const char *name, struct buf *text)
{
	const char *at = (const char *)v->data, *end = at + v->size;

	while (at < end && *at) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t length = stop ? (size_t)(stop - at) : strnlen(at, (size_t)(end - at));

		begin_row(text, name);
		escape_text(text, at, length);
		buf_addc(text, '\n');
		at += length + 1;
		name = "";
	}
}

static void text_shim(const struct secureboot *state, bool color, struct buf *text)
{
	bool off = state->mok_validation_off == SECUREBOOT_FLAG_ON;
	bool odd = state->mok_validation_off == SECUREBOOT_FLAG_ODD;

	buf_addc(text, '\n');
	command_mark_text(text, color, COMMAND_HEAD, "shim", 0);
	buf_puts(text, state->shim_ran ? "\n" : ": no sign that it ran\n");
	if (state->shim_ran || off || odd) {
		begin_row(text, "validation");
		command_mark_text(text, color,
				  off	? COMMAND_BAD
				  : odd ? COMMAND_WARN
					: COMMAND_PLAIN,
				  off	? "OFF: it starts anything"
				  : odd ? "odd"
					: "not turned off",
				  0);
		buf_addc(text, '\n');
	}
	if (state->sbat_level && !state->sbat_level->unreadable)
		text_lines(state->sbat_level, "SBAT level", text);
	if (state->hsi_status && !state->hsi_status->unreadable)
		text_lines(state->hsi_status, "HSIStatus", text);
}

void statusreport_details(const struct secureboot *state, bool color, struct buf *text)
{
	text_flags(state, color, text);
	text_databases(state, color, text);
	text_shim(state, color, text);
}

/* --- The record --- */

static void json_database(const struct secureboot_database *database, const char *name,
			  struct buf *line)
{
	struct counts counts = count(&database->list);

	json_open(line, NULL, '{');
	json_text(line, "name", name);
	json_bool(line, "present", database->variable != NULL);
	if (database->variable) {
		json_number(line, "bytes", database->variable->size);
		json_bool(line, "readable", !database->variable->unreadable);
	}
	json_number(line, "certificates", counts.certificates);
	json_number(line, "hashes", counts.hashes);
	json_number(line, "others", counts.others);
	if (database->list.malformed) {
		json_number(line, "malformed_at", database->list.malformed_at);
		json_text(line, "malformed_why", database->list.malformed_why);
	}
	json_close(line, '}');
}

static void json_variable(struct buf *line, const char *key, const struct efistore_variable *v)
{
	if (v && !v->unreadable)
		json_bytes(line, key, v->data, strnlen((const char *)v->data, v->size));
	else
		json_null(line, key);
}

static void json_shim(const struct secureboot *state, struct buf *line)
{
	json_open(line, "shim", '{');
	json_bool(line, "ran", state->shim_ran);
	json_text(line, "MokSBStateRT", secureboot_flag_name(state->mok_validation_off));
	json_text(line, "MokListTrustedRT", secureboot_flag_name(state->mok_list_trusted));
	json_variable(line, "SbatLevelRT", state->sbat_level);
	json_variable(line, "HSIStatus", state->hsi_status);
	json_close(line, '}');
}

void statusreport_json(const struct secureboot *state, struct buf *line)
{
	json_open(line, NULL, '{');
	json_text(line, "record", "secureboot");
	json_text(line, "state", secureboot_word_name(state->word));
	json_open(line, "reasons", '[');
	for (size_t i = 0; i < state->reason_count; i++)
		json_text(line, NULL, state->reasons[i]);
	json_close(line, ']');
	for (size_t i = 0; i < FLAGS; i++)
		json_text(line, flags[i].name, secureboot_flag_name(flag_at(state, i)));
	json_text(line, "test_platform_key",
		  state->test_platform_key ? state->test_platform_key_name : NULL);
	json_shim(state, line);
	json_open(line, "databases", '[');
	for (size_t i = 0; i < SECUREBOOT_DATABASES; i++)
		json_database(&state->databases[i],
			      secureboot_database_name((enum secureboot_database_id)i), line);
	json_close(line, ']');
	json_close(line, '}');
}

/* --- Status --- */

void statusreport_remarks(const struct secureboot *state, struct remark_list *remarks)
{
	for (size_t i = 0; i < SECUREBOOT_DATABASES; i++) {
		const struct secureboot_database *database = &state->databases[i];
		struct fault fault;

		if (database->variable && database->variable->unreadable)
			fault_set(&fault, database->variable->unreadable, "reading the variable");
		else if (database->list.malformed)
			fault_set(&fault, 0, "malformed at byte %zu: %s",
				  database->list.malformed_at, database->list.malformed_why);
		else
			continue;
		remark_add(remarks, secureboot_database_name((enum secureboot_database_id)i),
			   &fault);
	}
}

int statusreport_status(const struct secureboot *state)
{
	int status = COMMAND_GOOD;

	if (state->word == SECUREBOOT_CANNOT_TELL)
		status |= COMMAND_UNDECIDED;
	else if (state->word != SECUREBOOT_ENFORCING)
		status |= COMMAND_WEAK;
	if (state->test_platform_key || state->mok_validation_off == SECUREBOOT_FLAG_ON)
		status |= COMMAND_WEAK;
	if (state->mok_validation_off == SECUREBOOT_FLAG_ODD)
		status |= COMMAND_UNDECIDED;
	return status;
}
