/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads certificates and public keys from files and directories of the operator. */
#include "scanner/keyfile.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/base/path.h"
#include "scanner/cryptofault.h"

/* A system's whole bundle of authorities has some 250 KiB. */
enum { FILE_BYTES_MAX = 16 * 1024 * 1024 };

/* One decoder per kind of PEM block; at most one of the outputs is set. */
typedef void decode_fn(const uint8_t *der, long size, X509 **out_x509, EVP_PKEY **out_pkey);

static void decode_x509(const uint8_t *der, long size, X509 **out_x509, EVP_PKEY **out_pkey)
{
	(void)out_pkey;
	*out_x509 = d2i_X509(NULL, &der, size);
}

static void decode_x509_aux(const uint8_t *der, long size, X509 **out_x509, EVP_PKEY **out_pkey)
{
	(void)out_pkey;
	*out_x509 = d2i_X509_AUX(NULL, &der, size);
}

static void decode_pubkey(const uint8_t *der, long size, X509 **out_x509, EVP_PKEY **out_pkey)
{
	(void)out_x509;
	*out_pkey = d2i_PUBKEY(NULL, &der, size);
}

static void decode_rsa(const uint8_t *der, long size, X509 **out_x509, EVP_PKEY **out_pkey)
{
	(void)out_x509;
	*out_pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &der, size);
}

static const struct {
	const char *name;
	decode_fn *decode;
} blocks[] = {
	{PEM_STRING_X509, decode_x509},
	{PEM_STRING_X509_OLD, decode_x509},
	{PEM_STRING_X509_TRUSTED, decode_x509_aux},
	{PEM_STRING_PUBLIC, decode_pubkey},
	{PEM_STRING_RSA_PUBLIC, decode_rsa},
};

static int refuse_private(const char *file, struct fault *f)
{
	return fault_set(f, 0, "%s holds a private key, which does not belong here",
			 path_base(file));
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

/* Where the items of one file go. */
struct sink {
	const char *file;
	keyfile_item_fn *item;
	void *context;
	size_t count;
};

/* Hands one decoded item over. What is not usable without a certificate is passed over. */
static int deliver(struct sink *sink, X509 *x509, EVP_PKEY *pkey, struct fault *f)
{
	ERR_clear_error();
	if (pkey && !EVP_PKEY_is_a(pkey, "RSA")) {
		EVP_PKEY_free(pkey);
		return 0;
	}
	sink->count++;
	return sink->item(sink->context, sink->file, x509, pkey, f);
}

static int decode_block(struct sink *sink, const char *name, const uint8_t *der, long size,
			struct fault *f)
{
	X509 *x509 = NULL;
	EVP_PKEY *pkey = NULL;

	if (ends_with(name, PEM_STRING_PKCS8INF))
		return refuse_private(sink->file, f);
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		if (strcmp(name, blocks[i].name) != 0)
			continue;
		blocks[i].decode(der, size, &x509, &pkey);
		if (!x509 && !pkey)
			return cryptofault_set(f, "reading the %s in %s", name,
					       path_base(sink->file));
		return deliver(sink, x509, pkey, f);
	}
	return 0;
}

static int decode_pem(struct sink *sink, const uint8_t *data, size_t size, struct fault *f)
{
	BIO *bio = BIO_new_mem_buf(data, (int)size);
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long der_size = 0;
	int result = 0;

	if (!bio)
		return fault_set(f, ENOMEM, "reading certificates");
	while (result == 0 && PEM_read_bio(bio, &name, &header, &der, &der_size) == 1) {
		result = decode_block(sink, name, der, der_size, f);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)der_size);
	}
	/* A block that is cut short or not base64 must not look like the end of the file. */
	if (result == 0 && ERR_peek_last_error() &&
	    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		result = cryptofault_set(f, "reading the PEM text of %s", path_base(sink->file));
	ERR_clear_error();
	BIO_free(bio);
	return result;
}

static bool is_private_der(const uint8_t *data, size_t size)
{
	EVP_PKEY *pkey = d2i_AutoPrivateKey(NULL, &data, (long)size);

	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return pkey != NULL;
}

static int decode_der(struct sink *sink, const uint8_t *data, size_t size, struct fault *f)
{
	const uint8_t *at = data, *end = data + size;
	EVP_PKEY *pkey = NULL;

	while (at < end) {
		X509 *x509 = d2i_X509(NULL, &at, end - at);

		if (!x509)
			break;
		if (deliver(sink, x509, NULL, f) < 0)
			return -1;
	}
	ERR_clear_error();
	if (sink->count > 0)
		return 0;
	at = data;
	pkey = d2i_PUBKEY(NULL, &at, (long)size);
	if (pkey)
		return deliver(sink, NULL, pkey, f);
	ERR_clear_error();
	return is_private_der(data, size) ? refuse_private(sink->file, f) : 0;
}

int keyfile_decode(const char *file, const uint8_t *data, size_t size, keyfile_item_fn *item,
		   void *context, size_t *out_count, struct fault *f)
{
	struct sink sink = {.file = file, .item = item, .context = context};
	bool pem = size > 0 && memmem(data, size, "-----BEGIN ", 11) != NULL;

	*out_count = 0;
	if (size > FILE_BYTES_MAX)
		return fault_set(f, EFBIG, "reading certificates");
	if ((pem ? decode_pem : decode_der)(&sink, data, size, f) < 0)
		return -1;
	*out_count = sink.count;
	return 0;
}

static int read_one(const char *file, bool named, keyfile_fn *each, void *context, struct fault *f)
{
	own_mem uint8_t *data = NULL;
	size_t size = 0;
	int result;

	if (fd_read_file(file, FILE_BYTES_MAX, &data, &size, f) < 0)
		return named ? -1 : fault_add(f, "%s", path_base(file));
	result = each(context, file, named, data, size, f);
	OPENSSL_cleanse(data, size);
	return result;
}

static int skip_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* By bytes, so that the order is the same in every locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_directory(const char *path, keyfile_fn *each, void *context, struct fault *f)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, skip_dots, by_name), result = 0;

	if (count < 0)
		return fault_set(f, errno, "listing the directory");
	for (int i = 0; i < count; i++) {
		char file[PATH_MAX];
		struct stat st;
		int n = snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);

		if (result == 0 && n >= (int)sizeof(file))
			result = fault_set(f, ENAMETOOLONG, "reading %s", entries[i]->d_name);
		else if (result == 0 && stat(file, &st) == 0 && S_ISREG(st.st_mode))
			result = read_one(file, false, each, context, f);
		free(entries[i]);
	}
	free(entries);
	return result;
}

int keyfile_each(const char *path, keyfile_fn *each, void *context, struct fault *f)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return fault_set(f, errno, "opening it");
	if (S_ISDIR(st.st_mode))
		return read_directory(path, each, context, f);
	return read_one(path, true, each, context, f);
}
