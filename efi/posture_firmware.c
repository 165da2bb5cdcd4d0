/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings about the firmware: the state of Secure Boot and what its databases trust. */
#include <string.h>

#include "efi/posture_internal.h"

/* The revocation list of July 2020, the first with the BootHole loaders, has 183 hashes. */
enum { DBX_2020 = 183 };

static int check_word(struct posture_work *work)
{
	static const char *const ids[] = {
		[SECUREBOOT_ENFORCING] = NULL,
		[SECUREBOOT_SETUP_MODE] = "secureboot.setup-mode",
		[SECUREBOOT_DISABLED] = "secureboot.disabled",
		[SECUREBOOT_NOT_UEFI] = "secureboot.not-uefi",
		[SECUREBOOT_CANNOT_TELL] = "secureboot.cannot-tell",
	};
	const struct secureboot *state = work->seen->secureboot;

	if (!ids[state->word])
		return 0;
	return finding_add(&work->out->findings, ids[state->word], NULL, work->f, "%s",
			   state->reason_count ? state->reasons[0] : "no reason is given");
}

/* Does a database hold a certificate whose owner is Microsoft? */
static bool is_microsofts(const struct siglist_entry *entry)
{
	const char *owner = guid_name(&entry->owner);

	return entry->type == SIGLIST_X509 && owner && strcmp(owner, "microsoft-owner") == 0;
}

/* Does the certificate's text hold these bytes? Names in certificates are not compressed. */
static bool mentions(const struct siglist_entry *entry, const char *name)
{
	return memmem(entry->data, entry->size, name, strlen(name)) != NULL;
}

struct trust {
	bool microsoft, third_party, of_2011, of_2023;
};

/*
 * Which of Microsoft's certificates db has. The owner GUID is whatever the enroller wrote, so that the
 * subject decides, and the owner only adds.
 */
static struct trust look_at_db(const struct secureboot *state)
{
	const struct siglist *db = &state->databases[SECUREBOOT_DB].list;
	struct trust trust = {0};

	for (size_t i = 0; i < db->count; i++) {
		const struct siglist_entry *entry = &db->entries[i];
		bool old_ca, new_ca;

		if (entry->type != SIGLIST_X509)
			continue;
		old_ca = mentions(entry, "Microsoft Corporation UEFI CA 2011");
		new_ca = mentions(entry, "Microsoft UEFI CA 2023") ||
			 mentions(entry, "Microsoft Option ROM UEFI CA 2023");
		trust.microsoft = trust.microsoft || is_microsofts(entry) || old_ca || new_ca ||
				  mentions(entry, "Microsoft Windows Production PCA 2011");
		trust.third_party =
			trust.third_party || old_ca || mentions(entry, "Microsoft UEFI CA 2023");
		trust.of_2011 = trust.of_2011 || old_ca ||
				mentions(entry, "Microsoft Windows Production PCA 2011");
		trust.of_2023 = trust.of_2023 || new_ca || mentions(entry, "Windows UEFI CA 2023");
	}
	return trust;
}

static int check_dbx(struct posture_work *work)
{
	const struct secureboot_database *dbx = &work->seen->secureboot->databases[SECUREBOOT_DBX];
	struct finding_list *findings = &work->out->findings;
	size_t hashes = 0;

	for (size_t i = 0; i < dbx->list.count; i++)
		hashes += dbx->list.entries[i].type == SIGLIST_SHA256;
	if (!dbx->variable || !dbx->list.count)
		return finding_add(findings, "secureboot.dbx-absent", "dbx", work->f,
				   dbx->variable ? "dbx is empty" : "there is no dbx");
	if (hashes < DBX_2020)
		return finding_add(findings, "secureboot.dbx-old", "dbx", work->f,
				   "dbx has %zu hashes; the list of July 2020 has %d", hashes,
				   DBX_2020);
	return 0;
}

static int check_databases(struct posture_work *work)
{
	const struct secureboot *state = work->seen->secureboot;
	struct finding_list *findings = &work->out->findings;
	struct trust trust = look_at_db(state);

	if (trust.third_party &&
	    finding_add(findings, "secureboot.third-party-ca", "db", work->f,
			"db trusts Microsoft's certificate for third parties") < 0)
		return -1;
	if (trust.of_2011 && !trust.of_2023 &&
	    finding_add(findings, "secureboot.no-microsoft-2023", "db", work->f,
			"db has Microsoft's certificates of 2011 and none of 2023") < 0)
		return -1;
	/* Without Microsoft's certificates its revocations concern nothing that starts here. */
	return trust.microsoft ? check_dbx(work) : 0;
}

int posture_check_firmware(struct posture_work *work)
{
	const struct secureboot *state = work->seen->secureboot;
	struct finding_list *findings = &work->out->findings;

	if (check_word(work) < 0 || check_databases(work) < 0)
		return -1;
	if (state->audit_mode == SECUREBOOT_FLAG_ON &&
	    finding_add(findings, "secureboot.audit-mode", "AuditMode", work->f,
			"AuditMode is on") < 0)
		return -1;
	if (state->mok_validation_off == SECUREBOOT_FLAG_ON &&
	    finding_add(findings, "secureboot.mok-validation-off", "MokSBStateRT", work->f,
			"shim's validation is switched off") < 0)
		return -1;
	if (state->test_platform_key &&
	    finding_add(findings, "secureboot.test-platform-key", "PK", work->f,
			"the platform key is \"%s\"", state->test_platform_key_name) < 0)
		return -1;
	return 0;
}
