/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings about private keys left on a target. */
#include <string.h>

#include "efi/posture_internal.h"

static bool is_on_esp(const char *path)
{
	return strncmp(path, "ESP", 3) == 0;
}

static bool signs_modules(const struct privkey *key)
{
	return posture_text_ends(key->path, "signing_key.pem") ||
	       strstr(key->usual, "kernel module");
}

static const char *id_of(const struct privkey *key)
{
	switch (key->kind) {
	case PRIVKEY_KINDS:
	case PRIVKEY_OPENSSH: /* no key of that form signs files or kernels */
	case PRIVKEY_EVM_BLOB: return NULL;
	case PRIVKEY_EVM_HMAC_PLAIN: return "key.evm-plain";
	case PRIVKEY_PEM_ENCRYPTED:
	case PRIVKEY_DER_ENCRYPTED:
	case PRIVKEY_PKCS12: return "key.private-encrypted";
	case PRIVKEY_PEM:
	case PRIVKEY_DER: break;
	}
	if (is_on_esp(key->path))
		return "key.private-on-esp";
	return signs_modules(key) ? "key.module-signing-key-left" : "key.private-on-target";
}

int posture_check_keys(struct posture_work *work)
{
	const struct privkey_list *list = work->seen->private_keys;

	for (size_t i = 0; i < list->count; i++) {
		const struct privkey *key = &list->items[i];
		const char *id = id_of(key);

		if (id && finding_add(&work->out->findings, id, key->path, work->f, "%s (%s)%s",
				      key->usual, privkey_kind_name(key->kind),
				      key->world_readable ? ", readable by everybody" : "") < 0)
			return -1;
	}
	return 0;
}
