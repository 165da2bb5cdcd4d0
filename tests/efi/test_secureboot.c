/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/secureboot.c, certinfo.c and knowncert.c: the word in every state, absence above all. */
#include "efi/secureboot.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "efi/certinfo.h"
#include "efi/knowncert.h"
#include "scanner/digest.h"
#include "tests/efi/efivars.h"
#include "tests/scanner/testkeys.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static void set_up(void)
{
	struct fault f;

	tree_open();
	ck_assert_int_eq(digest_init(&f), 0);
}

/* -1: absent; 2: odd. */
struct given {
	int secure_boot, setup_mode, audit_mode;
	bool pk, pk_malformed, pk_empty;
};

static void put_flag(const char *name, int value)
{
	if (value >= 0)
		efivars_put_byte("vars", name, (uint8_t)value);
}

static struct efistore *make(const struct given *given)
{
	own_buf struct buf pk = {0};

	tree_mkdir("vars");
	put_flag("SecureBoot", given->secure_boot);
	put_flag("SetupMode", given->setup_mode);
	put_flag("AuditMode", given->audit_mode);
	efivars_put("vars", &guid_global, "Timeout", 7, "\0\0", 2);
	if (!given->pk)
		return efivars_open("vars");
	efivars_certificate(&pk, "PK");
	if (given->pk_malformed)
		pk.data[16]++;
	efivars_put("vars", &guid_global, "PK", EFIVARS_KEYS, pk.data,
		    given->pk_empty ? 0 : pk.len);
	return efivars_open("vars");
}

static void read_state(const struct efistore *store, struct secureboot *out)
{
	struct fault f = {0};

	ck_assert_msg(secureboot_read(store, out, &f) == 0, "%s", f.text);
	ck_assert_uint_ge(out->reason_count, 1);
}

static bool has_reason(const struct secureboot *state, const char *words)
{
	for (size_t i = 0; i < state->reason_count; i++)
		if (strstr(state->reasons[i], words))
			return true;
	return false;
}

/* Every state of the two variables, with and without what must go with them. */
static const struct {
	struct given given;
	enum secureboot_word word;
	const char *reason;
} states[] = {
	{{1, 0, -1, true, 0, 0}, SECUREBOOT_ENFORCING, "there is a platform key"},
	{{1, 0, 0, true, 0, 0}, SECUREBOOT_ENFORCING, "there is a platform key"},
	{{1, 0, -1, false, 0, 0}, SECUREBOOT_CANNOT_TELL, "PK is absent"},
	{{1, 0, -1, true, true, 0}, SECUREBOOT_CANNOT_TELL, "PK is malformed"},
	{{1, 0, -1, true, 0, true}, SECUREBOOT_CANNOT_TELL, "PK holds no key"},
	{{1, 0, 1, true, 0, 0}, SECUREBOOT_CANNOT_TELL, "AuditMode"},
	{{0, 0, -1, true, 0, 0}, SECUREBOOT_DISABLED, "SecureBoot is 0"},
	{{0, 0, -1, false, 0, 0}, SECUREBOOT_DISABLED, "SecureBoot is 0"},
	{{0, 1, -1, false, 0, 0}, SECUREBOOT_SETUP_MODE, "SetupMode is 1"},
	{{0, 1, -1, true, 0, 0}, SECUREBOOT_SETUP_MODE, "counts from the next start"},
	{{1, 1, -1, true, 0, 0}, SECUREBOOT_CANNOT_TELL, "which excludes it"},
	{{-1, 0, -1, true, 0, 0}, SECUREBOOT_CANNOT_TELL, "SecureBoot is absent"},
	{{-1, 1, -1, false, 0, 0}, SECUREBOOT_CANNOT_TELL, "SecureBoot is absent"},
	{{1, -1, -1, true, 0, 0}, SECUREBOOT_CANNOT_TELL, "SetupMode is absent"},
	{{0, -1, -1, true, 0, 0}, SECUREBOOT_CANNOT_TELL, "SetupMode is absent"},
	{{-1, -1, -1, true, 0, 0}, SECUREBOOT_CANNOT_TELL, "SetupMode is absent"},
	{{2, 0, -1, true, 0, 0}, SECUREBOOT_CANNOT_TELL, "neither 0 nor 1"},
	{{1, 2, -1, true, 0, 0}, SECUREBOOT_CANNOT_TELL, "neither 0 nor 1"},
};

START_TEST(word)
{
	struct efistore *store = make(&states[_i].given);
	struct secureboot state;

	read_state(store, &state);
	ck_assert_msg(state.word == states[_i].word, "%s: %s", secureboot_word_name(state.word),
		      state.reasons[0]);
	ck_assert_msg(has_reason(&state, states[_i].reason), "%s", state.reasons[0]);
	ck_assert_int_eq(state.audit_mode,
			 states[_i].given.audit_mode < 0
				 ? SECUREBOOT_FLAG_ABSENT
				 : (enum secureboot_flag)(SECUREBOOT_FLAG_OFF +
							  states[_i].given.audit_mode));
	ck_assert_int_eq(state.deployed_mode, SECUREBOOT_FLAG_ABSENT);
	ck_assert_int_eq(state.vendor_keys, SECUREBOOT_FLAG_ABSENT);
	ck_assert(!state.shim_ran);
	ck_assert_ptr_null(state.databases[SECUREBOOT_DBX].variable);
	secureboot_done(&state);
	efistore_close(store);
}
END_TEST

START_TEST(no_firmware)
{
	struct secureboot state;
	struct fault f;

	ck_assert_int_eq(secureboot_read(NULL, &state, &f), 0);
	ck_assert_int_eq(state.word, SECUREBOOT_NOT_UEFI);
	secureboot_done(&state);
	secureboot_unknown(&state, "because");
	ck_assert_int_eq(state.word, SECUREBOOT_CANNOT_TELL);
	ck_assert_str_eq(state.reasons[0], "because");
	secureboot_done(&state);
}
END_TEST

START_TEST(two_bytes_are_odd)
{
	struct given given = {-1, 0, -1, true, 0, 0};
	struct efistore *store = make(&given);
	struct secureboot state;

	efistore_close(store);
	efivars_put("vars", &guid_global, "SecureBoot", 6, "\1\0", 2);
	store = efivars_open("vars");
	read_state(store, &state);
	ck_assert_int_eq(state.secure_boot, SECUREBOOT_FLAG_ODD);
	ck_assert_int_eq(state.word, SECUREBOOT_CANNOT_TELL);
	secureboot_done(&state);
	efistore_close(store);
}
END_TEST

START_TEST(databases)
{
	static const uint8_t hash[32] = {1};
	struct given given = {1, 0, 0, true, 0, 0};
	own_buf struct buf db = {0}, dbx = {0}, mok = {0};
	struct efistore *store = make(&given);
	struct secureboot state;

	efistore_close(store);
	efivars_certificate(&db, "db one");
	efivars_certificate(&db, "db two");
	efivars_list(&dbx, EFIVARS_SHA256, hash, 32, 1);
	buf_addc(&dbx, 'x');
	efivars_certificate(&mok, "mok");
	efivars_put_buf("vars", &guid_security_database, "db", EFIVARS_KEYS, &db);
	efivars_put_buf("vars", &guid_security_database, "dbx", EFIVARS_KEYS, &dbx);
	/* Of another GUID: somebody else's. */
	efivars_put_buf("vars", &guid_global, "dbt", EFIVARS_KEYS, &db);
	efivars_put_buf("vars", &guid_shim, "MokListRT", EFIVARS_VOLATILE, &mok);
	store = efivars_open("vars");
	read_state(store, &state);
	ck_assert_int_eq(state.word, SECUREBOOT_ENFORCING);
	ck_assert_uint_eq(state.databases[SECUREBOOT_PK].list.count, 1);
	ck_assert_uint_eq(state.databases[SECUREBOOT_DB].list.count, 2);
	ck_assert_uint_eq(state.databases[SECUREBOOT_DBX].list.count, 1);
	ck_assert(state.databases[SECUREBOOT_DBX].list.malformed);
	ck_assert_uint_eq(state.databases[SECUREBOOT_DBX].list.malformed_at, 28 + 48);
	ck_assert_ptr_null(state.databases[SECUREBOOT_DBT].variable);
	ck_assert_uint_eq(state.databases[SECUREBOOT_MOK].list.count, 1);
	ck_assert(state.shim_ran);
	ck_assert_str_eq(state.databases[SECUREBOOT_MOKX].name, "MokListXRT");
	secureboot_done(&state);
	efistore_close(store);
}
END_TEST

START_TEST(shim)
{
	struct given given = {1, 0, 0, true, 0, 0};
	struct efistore *store = make(&given);
	struct secureboot state;

	efistore_close(store);
	efivars_put("vars", &guid_shim, "MokSBStateRT", EFIVARS_VOLATILE, "\1", 1);
	efivars_put("vars", &guid_shim, "MokListTrustedRT", EFIVARS_VOLATILE, "\1", 1);
	efivars_put("vars", &guid_shim, "SbatLevelRT", EFIVARS_VOLATILE, "sbat,1,2021\n", 12);
	efivars_put("vars", &guid_shim, "HSIStatus", EFIVARS_VOLATILE, "heap-is-executable: 0\n",
		    22);
	store = efivars_open("vars");
	read_state(store, &state);
	ck_assert(state.shim_ran);
	/* The word is the firmware's; that shim undoes it is said beside it. */
	ck_assert_int_eq(state.word, SECUREBOOT_ENFORCING);
	ck_assert_int_eq(state.mok_validation_off, SECUREBOOT_FLAG_ON);
	ck_assert(has_reason(&state, "told not to verify"));
	ck_assert_int_eq(state.mok_list_trusted, SECUREBOOT_FLAG_ON);
	ck_assert_uint_eq(state.sbat_level->size, 12);
	ck_assert_uint_eq(state.hsi_status->size, 22);
	secureboot_done(&state);
	efistore_close(store);
}
END_TEST

/* What was written into flash under the names of shim's volatile variables is not shim's. */
START_TEST(planted)
{
	struct given given = {1, 0, 0, true, 0, 0};
	struct efistore *store = make(&given);
	own_buf struct buf mok = {0};
	struct secureboot state;

	efistore_close(store);
	efivars_certificate(&mok, "planted");
	efivars_put_buf("vars", &guid_shim, "MokListRT", EFIVARS_KEPT, &mok);
	efivars_put("vars", &guid_shim, "MokSBStateRT", EFIVARS_KEPT, "\0", 1);
	store = efivars_open("vars");
	read_state(store, &state);
	ck_assert(!state.shim_ran);
	ck_assert_int_eq(state.mok_validation_off, SECUREBOOT_FLAG_ODD);
	ck_assert(has_reason(&state, "MokListRT is kept in flash"));
	secureboot_done(&state);
	efistore_close(store);
}
END_TEST

/* --- Stores --- */

static const struct {
	int enable; /* -1: absent */
	bool pk;
	enum secureboot_word word;
	const char *reason;
} stores[] = {
	{1, true, SECUREBOOT_ENFORCING, "SecureBootEnable is 1"},
	{0, true, SECUREBOOT_DISABLED, "SecureBootEnable is 0"},
	{-1, true, SECUREBOOT_CANNOT_TELL, "SecureBootEnable is absent"},
	{7, true, SECUREBOOT_CANNOT_TELL, "SecureBootEnable is unreadable"},
	{1, false, SECUREBOOT_SETUP_MODE, "no platform key"},
	{-1, false, SECUREBOOT_SETUP_MODE, "no platform key"},
};

START_TEST(of_a_store)
{
	struct guid enable = efivars_guid("f0a30bc7-af08-4556-99c4-001009c93a44");
	static struct efivars_image image;
	own_buf struct buf pk = {0};
	struct secureboot state;
	struct efistore *store;
	struct fault f = {0};
	char path[4200];
	uint8_t value = (uint8_t)stores[_i].enable;

	efivars_image(&image);
	efivars_certificate(&pk, "PK");
	if (stores[_i].pk)
		efivars_image_add(&image, &guid_global, "PK", 0x27, 0x3f, pk.data, pk.len);
	if (stores[_i].enable >= 0)
		efivars_image_add(&image, &enable, "SecureBootEnable", 3, 0x3f, &value, 1);
	tree_file("store.fd", image.bytes, sizeof(image.bytes), 0644);
	snprintf(path, sizeof(path), "%s/store.fd", tree_path());
	store = efistore_open(path, &f);
	ck_assert_msg(store != NULL, "%s", f.text);
	read_state(store, &state);
	ck_assert_msg(state.word == stores[_i].word, "%s", state.reasons[0]);
	ck_assert(has_reason(&state, stores[_i].reason));
	ck_assert(has_reason(&state, "at its next start"));
	secureboot_done(&state);
	efistore_close(store);
}
END_TEST

/* What shim keeps for itself stands for what it will show; what the system could write is not shim's. */
START_TEST(shim_of_a_store)
{
	static struct efivars_image image;
	own_buf struct buf mok = {0};
	struct secureboot state;
	struct efistore *store;
	struct fault f = {0};
	char path[4200];

	efivars_image(&image);
	efivars_certificate(&mok, "MOK");
	efivars_image_add(&image, &guid_shim, "MokList", 3, 0x3f, mok.data, mok.len);
	efivars_image_add(&image, &guid_shim, "MokListX", 7, 0x3f, mok.data, mok.len);
	efivars_image_add(&image, &guid_shim, "MokSBState", 3, 0x3f, "\1", 1);
	efivars_image_add(&image, &guid_shim, "SbatLevel", 3, 0x3f, "sbat,1,2025", 11);
	tree_file("store.fd", image.bytes, sizeof(image.bytes), 0644);
	snprintf(path, sizeof(path), "%s/store.fd", tree_path());
	store = efistore_open(path, &f);
	ck_assert_msg(store != NULL, "%s", f.text);
	read_state(store, &state);
	ck_assert_uint_eq(state.databases[SECUREBOOT_MOK].list.count, 1);
	ck_assert_ptr_null(state.databases[SECUREBOOT_MOKX].variable);
	ck_assert_int_eq(state.mok_validation_off, SECUREBOOT_FLAG_ON);
	ck_assert_ptr_nonnull(state.sbat_level);
	ck_assert(!state.shim_ran);
	ck_assert(!has_reason(&state, "kept in flash"));
	secureboot_done(&state);
	efistore_close(store);
}
END_TEST

/* --- Test keys --- */

static const struct {
	const char *name;
	bool test;
} platform_keys[] = {
	{"DO NOT TRUST - AMI Test PK", true},	{"DO NOT SHIP - PK", true}, {"do not ship", true},
	{"Example Corporation PK 2024", false}, {"DO NOT", false},
};

START_TEST(platform_key)
{
	struct given given = {1, 0, 0, false, 0, 0};
	struct efistore *store = make(&given);
	own_buf struct buf pk = {0};
	struct secureboot state;

	efistore_close(store);
	efivars_certificate(&pk, platform_keys[_i].name);
	efivars_put_buf("vars", &guid_global, "PK", EFIVARS_KEYS, &pk);
	store = efivars_open("vars");
	read_state(store, &state);
	ck_assert_int_eq(state.test_platform_key, platform_keys[_i].test);
	ck_assert_int_eq(has_reason(&state, "test key"), platform_keys[_i].test);
	if (platform_keys[_i].test)
		ck_assert(strstr(state.test_platform_key_name, platform_keys[_i].name) != NULL);
	secureboot_done(&state);
	efistore_close(store);
}
END_TEST

START_TEST(known_table)
{
	for (size_t i = 0; i < knowncert_count(); i++) {
		const struct knowncert *known = knowncert_at(i);

		ck_assert_uint_eq(strlen(known->sha256), 64);
		ck_assert_uint_eq(strspn(known->sha256, "0123456789abcdef"), 64);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(known->sha256, knowncert_at(j)->sha256);
	}
	ck_assert_ptr_null(knowncert_at(knowncert_count()));
}
END_TEST

/* The thumbprints of the table against certificates that are on this machine. */
static const struct {
	const char *store;
	enum secureboot_database_id database;
	size_t entry;
	enum knowncert_kind kind;
	const char *name, *subject, *serial;
} shipped[] = {
	{"ms", SECUREBOOT_PK, 0, KNOWNCERT_DISTRIBUTION, "Debian UEFI Secure Boot (PK/KEK key)",
	 "O = Debian", NULL},
	{"ms", SECUREBOOT_KEK, 1, KNOWNCERT_MICROSOFT, "Microsoft Corporation KEK CA 2011",
	 "CN = Microsoft Corporation KEK CA 2011", "610AD188000000000003"},
	{"ms", SECUREBOOT_DB, 0, KNOWNCERT_MICROSOFT, "Microsoft Windows Production PCA 2011",
	 "CN = Microsoft Windows Production PCA 2011", "61077656000000000008"},
	{"ms", SECUREBOOT_DB, 1, KNOWNCERT_MICROSOFT, "Microsoft Corporation UEFI CA 2011",
	 "CN = Microsoft Corporation UEFI CA 2011", "6108D3C4000000000004"},
	{"snakeoil", SECUREBOOT_PK, 0, KNOWNCERT_TEST, "Debian's snake oil key", "O = SnakeOil",
	 NULL},
};

START_TEST(known_on_this_machine)
{
	const struct siglist_entry *entry;
	const struct knowncert *known;
	struct secureboot state;
	struct efistore *store;
	struct certinfo cert;
	struct fault f = {0};
	char path[80];

	snprintf(path, sizeof(path), "/usr/share/OVMF/OVMF_VARS_4M.%s.fd", shipped[_i].store);
	if (tree_skips(access(path, R_OK) == 0, path))
		return;
	store = efistore_open(path, &f);
	ck_assert_msg(store != NULL, "%s", f.text);
	read_state(store, &state);
	ck_assert_int_eq(state.word, SECUREBOOT_ENFORCING);
	ck_assert_uint_gt(state.databases[shipped[_i].database].list.count, shipped[_i].entry);
	entry = &state.databases[shipped[_i].database].list.entries[shipped[_i].entry];
	ck_assert_int_eq(certinfo_decode(entry->data, entry->size, &cert, &f), 0);
	known = knowncert_by_sha256(cert.sha256);
	ck_assert_ptr_nonnull(known);
	ck_assert_int_eq(known->kind, shipped[_i].kind);
	ck_assert_str_eq(known->name, shipped[_i].name);
	ck_assert(strstr(cert.subject, shipped[_i].subject) != NULL);
	if (shipped[_i].serial)
		ck_assert_str_eq(cert.serial, shipped[_i].serial);
	ck_assert_int_eq(state.test_platform_key, strcmp(shipped[_i].store, "snakeoil") == 0);
	certinfo_done(&cert);
	secureboot_done(&state);
	efistore_close(store);
}
END_TEST

/* --- Certificates --- */

START_TEST(certificate)
{
	struct testkeys_cert recipe = {.key = testkeys_new("rsa2048"),
				       .subject = "one \xc3\xa4",
				       .serial = 0x1234,
				       .not_before = "20200102030405Z",
				       .not_after = "20300102030405Z"};
	X509 *x509 = testkeys_certify(&recipe);
	unsigned char *der = NULL;
	size_t size = (size_t)i2d_X509(x509, &der);
	own_buf struct buf longer = {0};
	struct certinfo cert;
	struct fault f;

	ck_assert_int_eq(certinfo_decode(der, size, &cert, &f), 0);
	ck_assert_str_eq(cert.subject, "CN = one \xc3\xa4");
	ck_assert_str_eq(cert.serial, "1234");
	ck_assert_str_eq(cert.key, "RSA 2048");
	ck_assert_int_eq(cert.not_before, 1577934245);
	ck_assert_int_eq(cert.not_after, 1893553445);
	ck_assert(!certinfo_expires_soon(&cert, 1577934245));
	ck_assert(certinfo_expires_soon(&cert, 1893553445 - 86400));
	ck_assert(certinfo_expires_soon(&cert, 1893553445 + 1));
	certinfo_done(&cert);
	/* Cut anywhere, or with something behind it, it is none. */
	for (size_t n = 0; n < size; n++) {
		ck_assert_int_eq(certinfo_decode(der, n, &cert, &f), -1);
		ck_assert_int_eq(f.os, EINVAL);
		certinfo_done(&cert);
	}
	buf_add(&longer, der, size);
	buf_addc(&longer, 0);
	ck_assert_int_eq(certinfo_decode(longer.data, longer.len, &cert, &f), -1);
	ck_assert_int_eq(f.os, EINVAL);
	certinfo_done(&cert);
	OPENSSL_free(der);
	X509_free(x509);
	EVP_PKEY_free(recipe.key);
}
END_TEST

Suite *secureboot_suite(void)
{
	Suite *suite = suite_create("secureboot");
	TCase *tcase = tcase_create("secureboot");

	tcase_add_checked_fixture(tcase, set_up, tree_close);
	tcase_add_loop_test(tcase, word, 0, (int)(sizeof(states) / sizeof(states[0])));
	tcase_add_test(tcase, no_firmware);
	tcase_add_test(tcase, two_bytes_are_odd);
	tcase_add_test(tcase, databases);
	tcase_add_test(tcase, shim);
	tcase_add_test(tcase, planted);
	tcase_add_loop_test(tcase, of_a_store, 0, (int)(sizeof(stores) / sizeof(stores[0])));
	tcase_add_test(tcase, shim_of_a_store);
	tcase_add_loop_test(tcase, platform_key, 0,
			    (int)(sizeof(platform_keys) / sizeof(platform_keys[0])));
	tcase_add_test(tcase, known_table);
	tcase_add_loop_test(tcase, known_on_this_machine, 0,
			    (int)(sizeof(shipped) / sizeof(shipped[0])));
	tcase_add_test(tcase, certificate);
	suite_add_tcase(suite, tcase);
	return suite;
}
