/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_PRIVKEY_H
#define EFI_PRIVKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/remark.h"
#include "efi/targetfs.h"
#include "scanner/base/fault.h"

/* Private keys left on a target. What is read is wiped; keys are never kept or shown. */
enum privkey_kind {
	PRIVKEY_PEM, /* PKCS#8 or traditional, unencrypted */
	PRIVKEY_PEM_ENCRYPTED,
	PRIVKEY_DER,
	PRIVKEY_DER_ENCRYPTED, /* PKCS#8 */
	PRIVKEY_PKCS12,	       /* encrypted by its nature, if only with an empty passphrase */
	PRIVKEY_OPENSSH,       /* of ssh-keygen, with or without a passphrase */
	PRIVKEY_EVM_HMAC_PLAIN, /* /etc/keys/evm-key-plain and its like: the EVM key itself, or the plain
				   master key it is sealed with */
	PRIVKEY_EVM_BLOB, /* sealed or encrypted by the kernel: named, no weakness by itself */
	PRIVKEY_KINDS
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

enum {
	PRIVKEY_FILE_MAX = 256 * 1024, /* keys with their chains have a few KiB; larger is none */
	PRIVKEY_FILES_MAX = 20000, /* looked at in all; a kernel's source tree has no such place */
};

/*
 * evmctl's default path first (/etc/keys/privkey_evm.pem), then /etc/keys, /etc/efi-keys, /etc/kernel, secure
 * boot and MOK stores, /usr/src/…/certs/signing_key.pem, /lib/modules/R/build/certs, the ESPs, /boot, /root.
 * A file is listed once, under the first of its names.
 */
int privkey_find(const struct targetfs *t, struct privkey_list *out, struct remark_list *remarks,
		 struct fault *f) FAULT_MUST_USE;
void privkey_list_done(struct privkey_list *list);
/* "pem", "pem-encrypted", "der", … */
const char *privkey_kind_name(enum privkey_kind kind);

/*
 * What key these bytes hold, if any. `name` (the last component of the path) tells EVM keys, which have
 * no form of their own. Text files are searched whole: a key may follow a certificate.
 */
bool privkey_recognise(const char *name, const uint8_t *data, size_t size,
		       enum privkey_kind *out_kind);

#endif
