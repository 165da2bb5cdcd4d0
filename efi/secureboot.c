/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of Secure Boot (UEFI 2.10, 32.3), what shim left of its own (its README and MokVars.txt), and
 * one word for it. What is absent never counts in favour.
 */
#include "efi/secureboot.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "efi/certinfo.h"
#include "efi/knowncert.h"

enum { ATTRIBUTE_NON_VOLATILE = 1, ATTRIBUTE_RUNTIME = 4 };

static const struct {
	const char *name;
	const struct guid *guid;
} databases[SECUREBOOT_DATABASES] = {
	[SECUREBOOT_PK] = {"PK", &guid_global},
	[SECUREBOOT_KEK] = {"KEK", &guid_global},
	[SECUREBOOT_DB] = {"db", &guid_security_database},
	[SECUREBOOT_DBX] = {"dbx", &guid_security_database},
	[SECUREBOOT_DBT] = {"dbt", &guid_security_database},
	[SECUREBOOT_DBR] = {"dbr", &guid_security_database},
	[SECUREBOOT_MOK] = {"MokListRT", &guid_shim},
	[SECUREBOOT_MOKX] = {"MokListXRT", &guid_shim},
};

/* What edk2 keeps of its set-up screen: f0a30bc7-af08-4556-99c4-001009c93a44. */
static const struct guid edk2_enable = {{0xc7, 0x0b, 0xa3, 0xf0, 0x08, 0xaf, 0x56, 0x45, 0x99, 0xc4,
					 0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44}};

static void because(struct secureboot *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void because(struct secureboot *state, const char *format, ...)
{
	va_list args;

	if (state->reason_count >= SECUREBOOT_REASONS_MAX)
		return;
	va_start(args, format);
	vsnprintf(state->reasons[state->reason_count++], SECUREBOOT_REASON_BYTES, format, args);
	va_end(args);
}

/* --- Reading --- */

/* What shim keeps in flash for itself, and shows under another name once it ran (shim's MokVars.txt). */
static const struct {
	const char *shown, *kept;
} mirrored[] = {
	{"MokListRT", "MokList"},	{"MokListXRT", "MokListX"},
	{"MokSBStateRT", "MokSBState"}, {"MokListTrustedRT", "MokListTrusted"},
	{"SbatLevelRT", "SbatLevel"},
};

/*
 * The variable that counts under this name. A variable store holds nothing volatile, so there it is what
 * shim will show at the next start. What the running system could have written is not shim's.
 */
static const struct efistore_variable *find(const struct efistore *store, const struct guid *guid,
					    const char *name)
{
	const struct efistore_variable *variable = efistore_find(store, guid, name);

	if (variable || efistore_kind(store) != EFISTORE_VARSTORE || !guid_equal(guid, &guid_shim))
		return variable;
	for (size_t i = 0; i < sizeof(mirrored) / sizeof(mirrored[0]); i++)
		if (strcmp(name, mirrored[i].shown) == 0)
			variable = efistore_find(store, guid, mirrored[i].kept);
	return variable && !(variable->attributes & ATTRIBUTE_RUNTIME) ? variable : NULL;
}

static enum secureboot_flag flag_of(const struct efistore_variable *variable)
{
	if (!variable)
		return SECUREBOOT_FLAG_ABSENT;
	if (variable->unreadable || variable->size != 1 || variable->data[0] > 1)
		return SECUREBOOT_FLAG_ODD;
	return variable->data[0] ? SECUREBOOT_FLAG_ON : SECUREBOOT_FLAG_OFF;
}

static enum secureboot_flag global_flag(const struct efistore *store, const char *name)
{
	return flag_of(efistore_find(store, &guid_global, name));
}

static int read_databases(const struct efistore *store, struct secureboot *state, struct fault *f)
{
	for (size_t i = 0; i < SECUREBOOT_DATABASES; i++) {
		struct secureboot_database *database = &state->databases[i];

		database->name = databases[i].name;
		database->variable = find(store, databases[i].guid, databases[i].name);
		if (!database->variable || database->variable->unreadable)
			continue;
		if (siglist_decode(database->variable->data, database->variable->size,
				   &database->list, f) < 0)
			return -1;
	}
	return 0;
}

/*
 * What shim makes anew at each start is volatile; the same name kept in flash was put there by somebody,
 * unless the running system cannot see it: that is what shim keeps for itself.
 */
static bool is_planted(const struct efistore_variable *variable)
{
	return variable && variable->attributes & ATTRIBUTE_NON_VOLATILE &&
	       variable->attributes & ATTRIBUTE_RUNTIME;
}

static const struct efistore_variable *shim_variable(const struct efistore *store, const char *name,
						     struct secureboot *state)
{
	const struct efistore_variable *variable = find(store, &guid_shim, name);

	if (variable && !(variable->attributes & ATTRIBUTE_NON_VOLATILE))
		state->shim_ran = true;
	return variable;
}

static void read_shim(const struct efistore *store, struct secureboot *state)
{
	const struct efistore_variable *validation = shim_variable(store, "MokSBStateRT", state);
	const struct efistore_variable *trusted = shim_variable(store, "MokListTrustedRT", state);

	(void)shim_variable(store, "MokListRT", state);
	(void)shim_variable(store, "MokListXRT", state);
	state->sbat_level = shim_variable(store, "SbatLevelRT", state);
	state->hsi_status = shim_variable(store, "HSIStatus", state);
	state->mok_validation_off =
		is_planted(validation) ? SECUREBOOT_FLAG_ODD : flag_of(validation);
	state->mok_list_trusted = is_planted(trusted) ? SECUREBOOT_FLAG_ODD : flag_of(trusted);
}

/* Is one of the platform keys known to everybody? */
static int look_for_test_key(struct secureboot *state, struct fault *f)
{
	const struct siglist *list = &state->databases[SECUREBOOT_PK].list;

	for (size_t i = 0; i < list->count && !state->test_platform_key; i++) {
		const struct siglist_entry *entry = &list->entries[i];
		const struct knowncert *known;
		struct certinfo cert;
		struct fault why = {0};

		if (entry->type != SIGLIST_X509)
			continue;
		if (certinfo_decode(entry->data, entry->size, &cert, &why) < 0 &&
		    why.os != EINVAL) {
			certinfo_done(&cert);
			*f = why;
			return -1;
		}
		known = knowncert_by_sha256(cert.sha256);
		if ((known && known->kind == KNOWNCERT_TEST) ||
		    (cert.subject && knowncert_is_test_subject(cert.subject))) {
			state->test_platform_key = true;
			snprintf(state->test_platform_key_name,
				 sizeof(state->test_platform_key_name), "%s",
				 cert.subject ? cert.subject : known->name);
		}
		certinfo_done(&cert);
	}
	return 0;
}

/* --- Judging --- */

static const char *flag_trouble(enum secureboot_flag flag)
{
	return flag == SECUREBOOT_FLAG_ABSENT ? "is absent" : "is unreadable, or neither 0 nor 1";
}

static bool is_known(enum secureboot_flag flag)
{
	return flag == SECUREBOOT_FLAG_ON || flag == SECUREBOOT_FLAG_OFF;
}

/* Absent, unreadable, malformed or without entries: why there is no platform key to speak of. NULL: there is. */
static const char *pk_trouble(const struct secureboot *state)
{
	const struct secureboot_database *pk = &state->databases[SECUREBOOT_PK];

	if (!pk->variable)
		return "is absent";
	if (pk->variable->unreadable)
		return "cannot be read";
	if (pk->list.malformed)
		return "is malformed";
	return pk->list.count ? NULL : "holds no key";
}

static void judge_enforcing(struct secureboot *state)
{
	const char *trouble = pk_trouble(state);

	if (trouble) {
		state->word = SECUREBOOT_CANNOT_TELL;
		because(state, "SecureBoot is 1 and SetupMode 0, yet the platform key PK %s",
			trouble);
		return;
	}
	if (state->audit_mode == SECUREBOOT_FLAG_ON) {
		state->word = SECUREBOOT_CANNOT_TELL;
		because(state, "SecureBoot is 1, yet AuditMode is 1, in which nothing is refused");
		return;
	}
	state->word = SECUREBOOT_ENFORCING;
	because(state, "SecureBoot is 1, SetupMode is 0, and there is a platform key");
}

static void judge_setup(struct secureboot *state)
{
	if (state->secure_boot == SECUREBOOT_FLAG_ON) {
		state->word = SECUREBOOT_CANNOT_TELL;
		because(state, "SecureBoot is 1 and SetupMode is 1 too, which excludes it");
		return;
	}
	state->word = SECUREBOOT_SETUP_MODE;
	because(state, "SetupMode is 1: there is no platform key, and whoever can write variables "
		       "enrolls his own");
	if (state->databases[SECUREBOOT_PK].list.count)
		because(state, "a platform key is there all the same: it counts from the next "
			       "start on");
}

static void judge_flags(struct secureboot *state)
{
	if (!is_known(state->secure_boot) || !is_known(state->setup_mode)) {
		state->word = SECUREBOOT_CANNOT_TELL;
		if (!is_known(state->secure_boot))
			because(state, "the variable SecureBoot %s",
				flag_trouble(state->secure_boot));
		if (!is_known(state->setup_mode))
			because(state, "the variable SetupMode %s",
				flag_trouble(state->setup_mode));
	} else if (state->setup_mode == SECUREBOOT_FLAG_ON) {
		judge_setup(state);
	} else if (state->secure_boot == SECUREBOOT_FLAG_ON) {
		judge_enforcing(state);
	} else {
		state->word = SECUREBOOT_DISABLED;
		because(state, "SecureBoot is 0: the firmware starts anything");
	}
}

/* A variable store has none of the volatile variables: it says what the next start will make of it. */
static void judge_store(const struct efistore *store, struct secureboot *state)
{
	enum secureboot_flag enable =
		flag_of(efistore_find(store, &edk2_enable, "SecureBootEnable"));
	const char *trouble = pk_trouble(state);

	if (!state->databases[SECUREBOOT_PK].variable) {
		state->word = SECUREBOOT_SETUP_MODE;
		because(state, "the store has no platform key PK");
	} else if (trouble) {
		state->word = SECUREBOOT_CANNOT_TELL;
		because(state, "the platform key PK %s", trouble);
	} else if (enable == SECUREBOOT_FLAG_OFF) {
		state->word = SECUREBOOT_DISABLED;
		because(state, "SecureBootEnable is 0, though there is a platform key");
	} else if (enable == SECUREBOOT_FLAG_ON) {
		state->word = SECUREBOOT_ENFORCING;
		because(state, "there is a platform key, and SecureBootEnable is 1");
	} else {
		state->word = SECUREBOOT_CANNOT_TELL;
		because(state,
			"there is a platform key, but SecureBootEnable %s (edk2 will turn "
			"Secure Boot on at its next start)",
			flag_trouble(enable));
	}
	because(state, "a variable store tells what a firmware with Secure Boot built in makes of "
		       "it at its next start");
}

/* What qualifies the word, whatever it is. */
static void add_qualifications(const struct efistore *store, struct secureboot *state)
{
	if (state->mok_validation_off == SECUREBOOT_FLAG_ON)
		because(state,
			"shim was told not to verify (MokSBStateRT is 1): it starts anything, and "
			"Linux takes Secure Boot as off");
	if (state->mok_validation_off == SECUREBOOT_FLAG_ODD)
		because(state, "MokSBStateRT is not as shim makes it");
	for (size_t i = SECUREBOOT_MOK; i <= SECUREBOOT_MOKX; i++)
		if (is_planted(state->databases[i].variable))
			because(state,
				"%s is kept in flash, and shim's own is not: somebody made it",
				state->databases[i].name);
	if (state->test_platform_key)
		because(state, "the platform key is a test key that others have too");
	if (efistore_find(store, &guid_shim, "MokListRT1"))
		because(state, "shim's list goes on in MokListRT1, which is not looked at");
}

int secureboot_read(const struct efistore *store, struct secureboot *out, struct fault *f)
{
	struct secureboot state = {0};

	if (!store) {
		state.word = SECUREBOOT_NOT_UEFI;
		because(&state, "this machine was not started by UEFI firmware");
		*out = state;
		return 0;
	}
	state.secure_boot = global_flag(store, "SecureBoot");
	state.setup_mode = global_flag(store, "SetupMode");
	state.audit_mode = global_flag(store, "AuditMode");
	state.deployed_mode = global_flag(store, "DeployedMode");
	state.vendor_keys = global_flag(store, "VendorKeys");
	read_shim(store, &state);
	if (read_databases(store, &state, f) < 0 || look_for_test_key(&state, f) < 0) {
		secureboot_done(&state);
		return -1;
	}
	if (efistore_kind(store) == EFISTORE_VARSTORE &&
	    state.secure_boot == SECUREBOOT_FLAG_ABSENT)
		judge_store(store, &state);
	else
		judge_flags(&state);
	add_qualifications(store, &state);
	*out = state;
	return 0;
}

void secureboot_unknown(struct secureboot *out, const char *why)
{
	*out = (struct secureboot){.word = SECUREBOOT_CANNOT_TELL};
	because(out, "%s", why);
}

void secureboot_done(struct secureboot *state)
{
	for (size_t i = 0; i < SECUREBOOT_DATABASES; i++)
		siglist_done(&state->databases[i].list);
}

const char *secureboot_word_name(enum secureboot_word word)
{
	static const char *const words[] = {
		[SECUREBOOT_ENFORCING] = "enforcing",	  [SECUREBOOT_SETUP_MODE] = "setup-mode",
		[SECUREBOOT_DISABLED] = "disabled",	  [SECUREBOOT_NOT_UEFI] = "not-uefi",
		[SECUREBOOT_CANNOT_TELL] = "cannot-tell",
	};

	return words[word];
}

const char *secureboot_flag_name(enum secureboot_flag flag)
{
	static const char *const words[] = {
		[SECUREBOOT_FLAG_ABSENT] = "absent",
		[SECUREBOOT_FLAG_OFF] = "off",
		[SECUREBOOT_FLAG_ON] = "on",
		[SECUREBOOT_FLAG_ODD] = "odd",
	};

	return words[flag];
}

const char *secureboot_database_name(enum secureboot_database_id id)
{
	return databases[id].name;
}
