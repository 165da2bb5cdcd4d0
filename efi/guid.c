/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EFI GUIDs and the names of those we know: UEFI 2.10 (appendix A, 3.3, 7.4, 32.4), shim, systemd, edk2. */
#include "efi/guid.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* In the order in which the canonical text shows them: three little-endian numbers, then bytes. */
#define GUID(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                                              \
	{                                                                                          \
		{                                                                                  \
			(a) & 0xff, (a) >> 8 & 0xff, (a) >> 16 & 0xff, (a) >> 24 & 0xff, (b)&0xff, \
				(b) >> 8 & 0xff, (c)&0xff, (c) >> 8 & 0xff, d0, d1, d2, d3, d4,    \
				d5, d6, d7                                                         \
		}                                                                                  \
	}

#define GLOBAL	  GUID(0x8be4df61, 0x93ca, 0x11d2, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c)
#define DATABASE  GUID(0xd719b2cb, 0x3d3a, 0x4596, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f)
#define SHIM	  GUID(0x605dab50, 0xe046, 0x4300, 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23)
#define SDLOADER  GUID(0x4a67b082, 0x0a4c, 0x41cf, 0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f)
#define MICROSOFT GUID(0x77fa9abd, 0x0359, 0x4d32, 0xbd, 0x60, 0x28, 0xf4, 0xe7, 0x8f, 0x78, 0x4b)
#define CERT_X509 GUID(0xa5c059a1, 0x94e4, 0x4aa7, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72)
/* edk2, SecurityPkg.dec: what its set-up screen stores. */
#define SB_ENABLE GUID(0xf0a30bc7, 0xaf08, 0x4556, 0x99, 0xc4, 0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44)
#define SB_CUSTOM GUID(0xc076ec0c, 0x7028, 0x4399, 0xa0, 0x72, 0x71, 0xee, 0x5c, 0x44, 0x8b, 0x9f)

const struct guid guid_global = GLOBAL;
const struct guid guid_security_database = DATABASE;
const struct guid guid_shim = SHIM;
const struct guid guid_systemd_loader = SDLOADER;

static const struct {
	struct guid guid;
	const char *name;
} names[] = {
	{GLOBAL, "global"},
	{DATABASE, "security-database"},
	{SHIM, "shim"},
	{SDLOADER, "systemd-boot"},
	{MICROSOFT, "microsoft-owner"},
	{CERT_X509, "cert-x509"},
	{SB_ENABLE, "secure-boot-enable"},
	{SB_CUSTOM, "secure-boot-mode"},
};

bool guid_equal(const struct guid *a, const struct guid *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* The byte that stands at each place of the text. */
static const unsigned char order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

static bool dash_before(size_t i)
{
	return i == 4 || i == 6 || i == 8 || i == 10;
}

void guid_text(const struct guid *guid, char out[GUID_TEXT_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	char *p = out;

	for (size_t i = 0; i < sizeof(order); i++) {
		if (dash_before(i))
			*p++ = '-';
		*p++ = digits[guid->bytes[order[i]] >> 4];
		*p++ = digits[guid->bytes[order[i]] & 15];
	}
	*p = '\0';
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool guid_from_text(const char *text, struct guid *out)
{
	struct guid guid;

	for (size_t i = 0; i < sizeof(order); i++) {
		int high, low;

		if (dash_before(i) && *text++ != '-')
			return false;
		high = digit(text[0]);
		low = high < 0 ? -1 : digit(text[1]);
		if (low < 0)
			return false;
		guid.bytes[order[i]] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	if (*text)
		return false;
	*out = guid;
	return true;
}

const char *guid_name(const struct guid *guid)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (guid_equal(guid, &names[i].guid))
			return names[i].name;
	return NULL;
}
