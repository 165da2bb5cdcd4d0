/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_TRUSTANCHOR_H
#define EFI_TRUSTANCHOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "scanner/base/fault.h"
#include "scanner/hashalgo.h"

/*
 * A certificate that ends a chain: of a key database, of shim, or given by the operator. As firmware
 * uses it: alone, whatever its purpose, its dates and its place in the chain are.
 */
struct trustanchor;

/* NULL: no certificate (trailing bytes are passed over, as firmware does), or no memory. */
struct trustanchor *trustanchor_new(const uint8_t *der, size_t size);
void trustanchor_free(struct trustanchor *anchor);

/* Would shim use it? It wants a DER length of two bytes that is exact, and no module-signing key. */
bool trustanchor_for_shim(const struct trustanchor *anchor);
/* Shim reads only the first certificate of a list. */
void trustanchor_hide_from_shim(struct trustanchor *anchor);
/* Trusts this certificate and nothing else. Borrowed. */
X509_STORE *trustanchor_store(const struct trustanchor *anchor);
/* The same as shim trusts it: whatever its extensions say. Borrowed. */
X509_STORE *trustanchor_shim_store(const struct trustanchor *anchor);
/* Not every firmware verifies by anything else. */
bool trustanchor_is_rsa(const struct trustanchor *anchor);
bool trustanchor_key_is_rsa(const X509 *x509);
/* "CN=…", of any bytes, never NULL. Borrowed. */
const char *trustanchor_subject(const struct trustanchor *anchor);
/* The same for a sentence: the common name where there is one. */
const char *trustanchor_name(const struct trustanchor *anchor);
/* The hash of its signed part. */
bool trustanchor_tbs(const struct trustanchor *anchor, enum hashalgo_id algo, struct digest *out);
/* The same of any certificate. */
bool trustanchor_tbs_of(X509 *x509, enum hashalgo_id algo, struct digest *out);

/* RFC 4514 text of any bytes, cut behind TRUSTANCHOR_NAME_MAX; the caller frees it. NULL: no memory. */
char *trustanchor_name_text(const X509_NAME *name);
/* The same of the common name alone, where there is one. */
char *trustanchor_short_name(const X509_NAME *name);

/* A growing list of them. */
struct trustanchor_list {
	struct trustanchor **items;
	size_t count;
};

/* Takes the anchor, also when it fails (ENOMEM). */
int trustanchor_add(struct trustanchor_list *list, struct trustanchor *anchor,
		    struct fault *f) FAULT_MUST_USE;
/* Every certificate of a file, PEM or DER, of at most TRUSTANCHOR_FILE_MAX bytes. None is a fault. */
int trustanchor_load(struct trustanchor_list *list, const char *path,
		     struct fault *f) FAULT_MUST_USE;
void trustanchor_list_done(struct trustanchor_list *list);

enum {
	TRUSTANCHOR_FILE_MAX = 4 << 20, /* a bundle of all public CAs is 250 KB */
	TRUSTANCHOR_NAME_MAX = 1024,	/* real names have some 100 bytes; a message repeats one */
};

#endif
