/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_SDBOOTVARS_H
#define EFI_SDBOOTVARS_H

#include <stdbool.h>
#include <stddef.h>

#include "efi/efistore.h"
#include "efi/remark.h"

/*
 * What systemd-boot and systemd's stub told and were told (systemd, "The Boot Loader Interface", and
 * systemd-stub(7)): variables of the GUID 4a67b082-0a4c-41cf-b6c7-440b29bb8c4f, 16-bit texts.
 */
enum sdbootvars_id {
	SDBOOTVARS_INFO,	     /* LoaderInfo: "systemd-boot 252" */
	SDBOOTVARS_FIRMWARE,	     /* LoaderFirmwareInfo */
	SDBOOTVARS_FIRMWARE_TYPE,    /* LoaderFirmwareType: "UEFI 2.70" */
	SDBOOTVARS_IMAGE,	     /* LoaderImageIdentifier: the loader's own file */
	SDBOOTVARS_PARTITION,	     /* LoaderDevicePartUUID: where it came from */
	SDBOOTVARS_SELECTED,	     /* LoaderEntrySelected: what was started this time */
	SDBOOTVARS_DEFAULT,	     /* LoaderEntryDefault: kept in flash, beats loader.conf */
	SDBOOTVARS_ONE_SHOT,	     /* LoaderEntryOneShot: for the next start only */
	SDBOOTVARS_TIMEOUT,	     /* LoaderConfigTimeout: kept in flash, beats loader.conf */
	SDBOOTVARS_TIMEOUT_ONE_SHOT, /* LoaderConfigTimeoutOneShot */
	SDBOOTVARS_STUB,	     /* StubInfo */
	SDBOOTVARS_STUB_IMAGE,	     /* StubImageIdentifier */
	SDBOOTVARS_STUB_PARTITION,   /* StubDevicePartUUID */
	SDBOOTVARS_TEXTS
};

enum { SDBOOTVARS_ENTRIES_MAX = 1024 };

struct sdbootvars {
	bool any;		       /* is there any of the variables */
	char *texts[SDBOOTVARS_TEXTS]; /* NULL: absent, or not readable (a remark says so) */
	char **entries;		       /* LoaderEntries: the menu, ids in its order */
	size_t entry_count;
};

int sdbootvars_read(const struct efistore *store, struct sdbootvars *out,
		    struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
void sdbootvars_done(struct sdbootvars *vars);
/* "LoaderInfo" */
const char *sdbootvars_name(enum sdbootvars_id id);
/* What it means, for people. */
const char *sdbootvars_meaning(enum sdbootvars_id id);

#endif
