/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_PRIVKEY_H
#define EFI_PRIVKEY_H

#include <stdbool.h>
#include <stddef.h>

#include "efi/remark.h"
#include "efi/targetfs.h"
#include "scanner/base/fault.h"

/* Private keys left on a target. What is read is wiped; keys are never kept or shown. */
enum privkey_kind {
	PRIVKEY_PEM, /* PKCS#8 or traditional, unencrypted */
	PRIVKEY_PEM_ENCRYPTED,
	PRIVKEY_DER,
	PRIVKEY_PKCS12,
	PRIVKEY_EVM_HMAC_PLAIN, /* /etc/keys/evm-key-plain and its like: the EVM key itself */
	PRIVKEY_EVM_BLOB, /* sealed or encrypted by the kernel: named, no weakness by itself */
};

struct privkey {
	enum privkey_kind kind;
	char *path; /* targetfs path */
	const char *
		usual; /* what usually lies there: "evmctl's default key", "kernel module signing key",
			      "sbctl", "MOK", …; never NULL */
	bool world_readable;
};

struct privkey_list {
	struct privkey *items;
	size_t count;
};

/*
 * evmctl's default path first (/etc/keys/privkey_evm.pem), then /etc/keys, /etc/efi-keys, /etc/kernel, secure
 * boot and MOK stores, /usr/src/…/certs/signing_key.pem, /lib/modules/R/build/certs, the ESPs, /boot, /root.
 */
int privkey_find(const struct targetfs *t, struct privkey_list *out, struct remark_list *remarks,
		 struct fault *f) FAULT_MUST_USE;
void privkey_list_done(struct privkey_list *list);
const char *privkey_kind_name(enum privkey_kind kind);

#endif
