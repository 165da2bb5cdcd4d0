/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_SECUREBOOT_H
#define EFI_SECUREBOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/efistore.h"
#include "efi/siglist.h"
#include "scanner/base/buf.h"

/* The state of Secure Boot, read from variables (UEFI 2.10, 32.3), and one word for it. */
enum secureboot_word {
	SECUREBOOT_ENFORCING,
	SECUREBOOT_SETUP_MODE, /* no platform key: whoever writes variables decides */
	SECUREBOOT_DISABLED,
	SECUREBOOT_NOT_UEFI,
	SECUREBOOT_CANNOT_TELL, /* something needed was absent, unreadable or contradicts the rest */
};

/* A variable of one byte. */
enum secureboot_flag {
	SECUREBOOT_FLAG_ABSENT,
	SECUREBOOT_FLAG_OFF,
	SECUREBOOT_FLAG_ON,
	SECUREBOOT_FLAG_ODD, /* another value, another size, or unreadable */
};

/* One key database. */
struct secureboot_database {
	const char *name; /* "PK", "KEK", "db", "dbx", "dbt", "dbr", "MokListRT", … */
	const struct efistore_variable *variable; /* NULL: absent, which is not the same as empty */
	struct siglist list;
};

enum secureboot_database_id {
	SECUREBOOT_PK,
	SECUREBOOT_KEK,
	SECUREBOOT_DB,
	SECUREBOOT_DBX,
	SECUREBOOT_DBT,
	SECUREBOOT_DBR,
	SECUREBOOT_MOK,	 /* MokListRT */
	SECUREBOOT_MOKX, /* MokListXRT */
	SECUREBOOT_DATABASES
};

enum { SECUREBOOT_REASONS_MAX = 8, SECUREBOOT_REASON_BYTES = 160 };

struct secureboot {
	enum secureboot_word word;
	char reasons[SECUREBOOT_REASONS_MAX][SECUREBOOT_REASON_BYTES];
	size_t reason_count; /* at least one */
	enum secureboot_flag secure_boot, setup_mode, audit_mode, deployed_mode, vendor_keys;
	/* What shim left. mok_validation_off: MokSBStateRT is 1: shim starts anything. */
	bool shim_ran;
	enum secureboot_flag mok_validation_off, mok_list_trusted;
	const struct efistore_variable *sbat_level; /* SbatLevelRT, text; NULL: absent */
	const struct efistore_variable *hsi_status; /* HSIStatus, text; NULL: absent */
	struct secureboot_database databases[SECUREBOOT_DATABASES];
	bool test_platform_key;		  /* the PK is a known test or leaked one */
	char test_platform_key_name[128]; /* its subject, printable */
};

/* store NULL: there is no UEFI firmware (SECUREBOOT_NOT_UEFI). Borrows the store. */
int secureboot_read(const struct efistore *store, struct secureboot *out,
		    struct fault *f) FAULT_MUST_USE;
/* Not read at all: SECUREBOOT_CANNOT_TELL, for the reason given. */
void secureboot_unknown(struct secureboot *out, const char *why);
void secureboot_done(struct secureboot *state);
/* "enforcing", "setup-mode", "disabled", "not-uefi", "cannot-tell" */
const char *secureboot_word_name(enum secureboot_word word);
/* "absent", "off", "on", "odd" */
const char *secureboot_flag_name(enum secureboot_flag flag);
/* "PK", "KEK", … also of a state that was not read. */
const char *secureboot_database_name(enum secureboot_database_id id);

#endif
