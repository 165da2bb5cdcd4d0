/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates that end a chain, each in an X509_STORE of its own with the flags that edk2 sets
 * (CryptoPkg/Library/BaseCryptLib/Pk/CryptPkcs7VerifyCommon.c).
 */
#include "efi/trustanchor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "scanner/base/bytes.h"
#include "scanner/base/own.h"
#include "scanner/digest.h"

struct trustanchor {
	X509 *x509;
	X509_STORE *store;
	X509_STORE *shim_store;
	char *subject, *name;
	bool for_shim;
};

/* Shim looks at the first four bytes before it hands a certificate on. */
static bool two_byte_length(const uint8_t *der, size_t size)
{
	return size >= 4 && der[0] == 0x30 && der[1] == 0x82 &&
	       (size_t)(der[2] << 8 | der[3]) == size - 4;
}

static bool for_modules(X509 *x509)
{
	EXTENDED_KEY_USAGE *purposes = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
	char text[64];
	bool found = false;

	for (int i = 0; i < sk_ASN1_OBJECT_num(purposes); i++)
		found |=
			OBJ_obj2txt(text, sizeof(text), sk_ASN1_OBJECT_value(purposes, i), 1) > 0 &&
			strcmp(text, "1.3.6.1.4.1.2312.16.1.2") == 0;
	EXTENDED_KEY_USAGE_free(purposes);
	return found;
}

static size_t name_size(long size)
{
	return size <= 0 ? 0 : size < TRUSTANCHOR_NAME_MAX ? (size_t)size : TRUSTANCHOR_NAME_MAX;
}

char *trustanchor_name_text(const X509_NAME *name)
{
	/* UTF-8 stays as it is: whoever prints it escapes what must not reach a terminal. */
	unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text, *copy = NULL;
	long size;

	if (bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0) {
		size = BIO_get_mem_data(bio, &text);
		copy = bytes_text(size > 0 ? text : "", name_size(size));
	}
	BIO_free(bio);
	return copy;
}

char *trustanchor_short_name(const X509_NAME *name)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *utf8 = NULL;
	int size = at < 0 ? -1
			  : ASN1_STRING_to_UTF8(
				    &utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	char *copy = size > 0 ? bytes_text((const char *)utf8, name_size(size))
			      : trustanchor_name_text(name);

	OPENSSL_free(utf8);
	return copy;
}

/* Partial chains, because firmware takes an intermediate or the signer itself; no dates; and any
 * purpose, since code signing is none of those libcrypto would look for here. */
static X509_STORE *store_of(X509 *x509, X509_STORE_CTX_verify_cb by_shim)
{
	X509_STORE *store = X509_STORE_new();

	if (store && X509_STORE_add_cert(store, x509) == 1 &&
	    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME) ==
		    1 &&
	    X509_STORE_set_purpose(store, X509_PURPOSE_ANY) == 1) {
		if (by_shim)
			X509_STORE_set_verify_cb(store, by_shim);
		return store;
	}
	X509_STORE_free(store);
	return NULL;
}

/* Shim has an older libcrypto, which looks at the extensions of every certificate but the trusted one. */
static int pass_extensions_of_anchor(int good, X509_STORE_CTX *context)
{
	X509_STORE *store = X509_STORE_CTX_get0_store(context);
	X509_OBJECT *anchor = sk_X509_OBJECT_value(X509_STORE_get0_objects(store), 0);
	X509 *current = X509_STORE_CTX_get_current_cert(context);

	switch (X509_STORE_CTX_get_error(context)) {
	case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
	case X509_V_ERR_INVALID_CA:
	case X509_V_ERR_PATH_LENGTH_EXCEEDED:
	case X509_V_ERR_INVALID_PURPOSE:
		return good || (anchor && current && X509_OBJECT_get0_X509(anchor) &&
				X509_cmp(current, X509_OBJECT_get0_X509(anchor)) == 0);
	default: return good;
	}
}

/* Takes the certificate. */
static struct trustanchor *anchor_of(X509 *x509)
{
	struct trustanchor *anchor = x509 ? calloc(1, sizeof(*anchor)) : NULL;

	if (!anchor) {
		X509_free(x509);
		return NULL;
	}
	anchor->x509 = x509;
	anchor->store = store_of(x509, NULL);
	anchor->shim_store = store_of(x509, pass_extensions_of_anchor);
	anchor->subject = trustanchor_name_text(X509_get_subject_name(x509));
	anchor->name = trustanchor_short_name(X509_get_subject_name(x509));
	anchor->for_shim = !for_modules(x509);
	ERR_clear_error();
	if (anchor->store && anchor->shim_store && anchor->subject && anchor->name)
		return anchor;
	trustanchor_free(anchor);
	return NULL;
}

struct trustanchor *trustanchor_new(const uint8_t *der, size_t size)
{
	const unsigned char *at = der;
	X509 *x509 = size <= LONG_MAX ? d2i_X509(NULL, &at, (long)size) : NULL;
	struct trustanchor *anchor = anchor_of(x509);

	ERR_clear_error();
	if (anchor)
		anchor->for_shim &= two_byte_length(der, size);
	return anchor;
}

void trustanchor_free(struct trustanchor *anchor)
{
	if (!anchor)
		return;
	X509_STORE_free(anchor->store);
	X509_STORE_free(anchor->shim_store);
	X509_free(anchor->x509);
	free(anchor->subject);
	free(anchor->name);
	free(anchor);
}

bool trustanchor_for_shim(const struct trustanchor *anchor)
{
	return anchor->for_shim;
}

void trustanchor_hide_from_shim(struct trustanchor *anchor)
{
	anchor->for_shim = false;
}

X509_STORE *trustanchor_store(const struct trustanchor *anchor)
{
	return anchor->store;
}

X509_STORE *trustanchor_shim_store(const struct trustanchor *anchor)
{
	return anchor->shim_store;
}

bool trustanchor_is_rsa(const struct trustanchor *anchor)
{
	return trustanchor_key_is_rsa(anchor->x509);
}

bool trustanchor_key_is_rsa(const X509 *x509)
{
	const EVP_PKEY *key = X509_get0_pubkey(x509);

	ERR_clear_error();
	return key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
}

const char *trustanchor_subject(const struct trustanchor *anchor)
{
	return anchor->subject;
}

/* Where the signed part lies in a certificate: the first element of the outer SEQUENCE. */
static bool find_tbs(const unsigned char *der, long der_size, struct bytes *out)
{
	const unsigned char *inner = der, *content;
	long size, left;
	int tag, class;

	if (ASN1_get_object(&inner, &size, &tag, &class, der_size) & 0x81)
		return false;
	content = inner;
	left = size;
	if (ASN1_get_object(&content, &size, &tag, &class, left) & 0x81)
		return false;
	*out = bytes_of(inner, (size_t)(content - inner + size));
	return true;
}

bool trustanchor_tbs_of(X509 *x509, enum hashalgo_id algo, struct digest *out)
{
	struct digester *digester = digester_new();
	unsigned char *der = NULL;
	int size = i2d_X509(x509, &der);
	struct bytes tbs;
	bool done = digester && size > 0 && find_tbs(der, size, &tbs) &&
		    digest_buffer(digester, hashalgo_by_id(algo), tbs.at, tbs.left, out, NULL) == 0;

	OPENSSL_free(der);
	digester_free(digester);
	ERR_clear_error();
	return done;
}

const char *trustanchor_name(const struct trustanchor *anchor)
{
	return anchor->name;
}

bool trustanchor_tbs(const struct trustanchor *anchor, enum hashalgo_id algo, struct digest *out)
{
	return trustanchor_tbs_of(anchor->x509, algo, out);
}

/* --- Lists --- */

int trustanchor_add(struct trustanchor_list *list, struct trustanchor *anchor, struct fault *f)
{
	struct trustanchor **items =
		anchor ? reallocarray(list->items, list->count + 1, sizeof(*items)) : NULL;

	if (!items) {
		trustanchor_free(anchor);
		return fault_set(f, ENOMEM, "a certificate");
	}
	list->items = items;
	items[list->count++] = anchor;
	return 0;
}

void trustanchor_list_done(struct trustanchor_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		trustanchor_free(list->items[i]);
	free(list->items);
	*list = (struct trustanchor_list){0};
}

static int read_file(const char *path, uint8_t **out_data, size_t *out_size, struct fault *f)
{
	own_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	own_mem uint8_t *data = NULL;
	struct stat st;
	size_t done = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fault_set(f, errno, "opening the certificate");
	if (!S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > TRUSTANCHOR_FILE_MAX)
		return fault_set(f, S_ISDIR(st.st_mode) ? EISDIR : 0,
				 "no file that could hold certificates");
	data = malloc((size_t)st.st_size);
	if (!data)
		return fault_set(f, ENOMEM, "reading the certificate");
	while (done < (size_t)st.st_size) {
		ssize_t n = read(fd, data + done, (size_t)st.st_size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set(f, errno, "reading the certificate");
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*out_size = done;
	*out_data = take_ptr(data);
	return 0;
}

static int load_pem(struct trustanchor_list *list, BIO *bio, struct fault *f)
{
	X509 *x509;

	while ((x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
		if (trustanchor_add(list, anchor_of(x509), f) < 0)
			return -1;
	ERR_clear_error();
	return 0;
}

int trustanchor_load(struct trustanchor_list *list, const char *path, struct fault *f)
{
	own_mem uint8_t *data = NULL;
	size_t size = 0, before = list->count;
	struct trustanchor *der;
	BIO *bio;
	int result;

	if (read_file(path, &data, &size, f) < 0)
		return -1;
	der = trustanchor_new(data, size);
	if (der)
		return trustanchor_add(list, der, f);
	bio = BIO_new_mem_buf(data, (int)size);
	if (!bio)
		return fault_set(f, ENOMEM, "reading the certificate");
	result = load_pem(list, bio, f);
	BIO_free(bio);
	if (result == 0 && list->count == before)
		return fault_set(f, 0, "it holds no certificate");
	return result;
}
