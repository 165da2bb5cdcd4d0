/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Well-known certificates. Each thumbprint was computed from the certificate itself: Microsoft's from its
 * repository secureboot_objects, the AMI test keys from CERT/CC's repository PKfail (VU#455367,
 * CVE-2024-8105), Debian's and the snake oil key from the variable stores of Debian's ovmf 2022.11.
 */
#include "efi/knowncert.h"

#include <string.h>

static const char expires_june[] =
	"expires in June 2026: firmware does not look at the date and goes on "
	"starting what it signed, but new boot loaders are signed with the 2023 certificate";
static const char expires_october[] =
	"expires in October 2026: firmware does not look at the date and goes on "
	"starting what it signed, but new Windows loaders are signed with the 2023 certificate";
static const char kek_expires[] =
	"expires in June 2026: updates of db and dbx that are signed later need the "
	"2023 certificate in KEK";
static const char pkfail[] =
	"AMI's test key (PKfail, CVE-2024-8105): its private half was published, so anybody can "
	"replace KEK, db and dbx";
static const char snakeoil[] =
	"comes with its private key in Debian's package ovmf: for tests only";

static const struct knowncert known[] = {
	{"48e99b991f57fc52f76149599bff0a58c47154229b9f8d603ac40d3500248507", KNOWNCERT_MICROSOFT,
	 "Microsoft Corporation UEFI CA 2011", expires_june},
	{"e8e95f0733a55e8bad7be0a1413ee23c51fcea64b3c8fa6a786935fddcc71961", KNOWNCERT_MICROSOFT,
	 "Microsoft Windows Production PCA 2011", expires_october},
	{"a1117f516a32cefcba3f2d1ace10a87972fd6bbe8fe0d0b996e09e65d802a503", KNOWNCERT_MICROSOFT,
	 "Microsoft Corporation KEK CA 2011", kek_expires},
	{"f6124e34125bee3fe6d79a574eaa7b91c0e7bd9d929c1a321178efd611dad901", KNOWNCERT_MICROSOFT,
	 "Microsoft UEFI CA 2023", NULL},
	{"e5be3e64c6e66a281457ecdece0d6d0787577aad2a3a0144262c10c14ba8d8f1", KNOWNCERT_MICROSOFT,
	 "Microsoft Option ROM UEFI CA 2023", NULL},
	{"076f1fea90ac29155ebf77c17682f75f1fdd1be196da302dc8461e350a9ae330", KNOWNCERT_MICROSOFT,
	 "Windows UEFI CA 2023", NULL},
	{"3cd3f0309edae228767a976dd40d9f4affc4fbd5218f2e8cc3c9dd97e8ac6f9d", KNOWNCERT_MICROSOFT,
	 "Microsoft Corporation KEK 2K CA 2023", NULL},
	{"2f569e8edaf9657dc4951c29598725255c7f821472db71374211fe44d082546f", KNOWNCERT_MICROSOFT,
	 "Windows OEM Devices PK", NULL},
	{"5fb05ed84c5170d542ed6a7b7487dd57b8faedb02f7e107b0409e1d22cac4169", KNOWNCERT_DISTRIBUTION,
	 "Debian UEFI Secure Boot (PK/KEK key)", NULL},
	{"01adaf2c334e76a6479516daf618381898323d8f5e7a57bed12bad7ab229209d", KNOWNCERT_TEST,
	 "AMI test platform key of 2017", pkfail},
	{"d7ddc0ac61513b51601e76673826cd44187b5ff85f6c29eacdf8d1e37c52388a", KNOWNCERT_TEST,
	 "AMI test platform key, valid to 2025", pkfail},
	{"cca4e3f3170230030dc3e33d1e3fa7d1383de8b3367430892e93cbccde034ce0", KNOWNCERT_TEST,
	 "AMI test platform key, valid to March 2017", pkfail},
	{"617f9a3582de92b19a14bf45cd7041950f365b1e49bac2633fd02bb106902c8d", KNOWNCERT_TEST,
	 "AMI test platform key, valid to April 2017", pkfail},
	{"282e8130b7070f107aaecc25d3992ca4440270860b09088792a5075fab0d13f8", KNOWNCERT_TEST,
	 "Debian's snake oil key", snakeoil},
};

enum { COUNT = sizeof(known) / sizeof(known[0]) };

static bool is_hex_of(const char *text, const uint8_t sha256[32])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 32; i++)
		if (text[2 * i] != digits[sha256[i] >> 4] ||
		    text[2 * i + 1] != digits[sha256[i] & 15])
			return false;
	return true;
}

const struct knowncert *knowncert_by_sha256(const uint8_t sha256[32])
{
	for (size_t i = 0; i < COUNT; i++)
		if (is_hex_of(known[i].sha256, sha256))
			return &known[i];
	return NULL;
}

size_t knowncert_count(void)
{
	return COUNT;
}

const struct knowncert *knowncert_at(size_t i)
{
	return i < COUNT ? &known[i] : NULL;
}

bool knowncert_is_test_subject(const char *subject)
{
	return strcasestr(subject, "DO NOT TRUST") || strcasestr(subject, "DO NOT SHIP");
}
