/* SPDX-License-Identifier: GPL-2.0-or-later */
/* X.509 certificates of key databases, for people to read (RFC 5280). */
#include "efi/certinfo.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "scanner/cryptofault.h"
#include "scanner/digest.h"
#include "scanner/base/bytes.h"

enum {
	SERIAL_BYTES_MAX = 64, /* RFC 5280 allows 20 */
	NAME_BYTES_MAX = 2048, /* what is longer is cut: nobody reads it */
	SOON_SECONDS = 183 * 24 * 60 * 60,
};

static int hash(const void *der, size_t size, uint8_t out[32], struct fault *f)
{
	struct digester *digester = digester_new();
	struct digest digest;
	int result;

	if (!digester)
		return fault_set(f, ENOMEM, "hashing a certificate");
	result = digest_buffer(digester, hashalgo_by_id(HASHALGO_SHA256), der, size, &digest, f);
	digester_free(digester);
	if (result == 0)
		memcpy(out, digest.value, 32);
	return result;
}

/* A copy without the NUL bytes that a hostile name may hold. NULL: no memory. */
static char *name_text(const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *text = NULL;
	long size;

	if (!bio)
		return NULL;
	if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
		size = BIO_get_mem_data(bio, &data);
		if (size > NAME_BYTES_MAX)
			size = NAME_BYTES_MAX;
		text = size > 0 ? bytes_text(data, (size_t)size) : strdup("");
	}
	BIO_free(bio);
	return text;
}

static char *serial_text(const ASN1_INTEGER *serial)
{
	BIGNUM *number;
	char *digits, *text = NULL;

	if (ASN1_STRING_length(serial) > SERIAL_BYTES_MAX)
		return strdup("longer than any serial number may be");
	number = ASN1_INTEGER_to_BN(serial, NULL);
	digits = number ? BN_bn2hex(number) : NULL;
	if (digits)
		text = strdup(digits);
	OPENSSL_free(digits);
	BN_free(number);
	return text;
}

static char *key_text(const X509 *x509)
{
	EVP_PKEY *pkey = X509_get0_pubkey(x509);
	const char *type = pkey ? EVP_PKEY_get0_type_name(pkey) : NULL;
	char *text = NULL;

	if (!type)
		return strdup("?");
	if (asprintf(&text, "%s %d", type, EVP_PKEY_get_bits(pkey)) < 0)
		return NULL;
	return text;
}

static int64_t seconds(const ASN1_TIME *time)
{
	struct tm tm;

	/* What is no time is not valid at any. */
	return ASN1_TIME_to_tm(time, &tm) == 1 ? timegm(&tm) : 0;
}

static int read_x509(const X509 *x509, struct certinfo *out, struct fault *f)
{
	out->subject = name_text(X509_get_subject_name(x509));
	out->issuer = name_text(X509_get_issuer_name(x509));
	out->serial = serial_text(X509_get0_serialNumber(x509));
	out->key = key_text(x509);
	out->not_before = seconds(X509_get0_notBefore(x509));
	out->not_after = seconds(X509_get0_notAfter(x509));
	if (!out->subject || !out->issuer || !out->serial || !out->key)
		return cryptofault_set(f, "reading a certificate");
	return 0;
}

int certinfo_decode(const void *der, size_t size, struct certinfo *out, struct fault *f)
{
	const unsigned char *at = der;
	X509 *x509;
	int result;

	*out = (struct certinfo){0};
	if (hash(der, size, out->sha256, f) < 0)
		return -1;
	if (size > LONG_MAX || !(x509 = d2i_X509(NULL, &at, (long)size))) {
		cryptofault_set(f, "no certificate");
		if (f)
			f->os = EINVAL;
		return -1;
	}
	if (at != (const unsigned char *)der + size) {
		fault_set(f, 0, "a certificate with %zu bytes behind it",
			  (size_t)((const unsigned char *)der + size - at));
		if (f)
			f->os = EINVAL;
		X509_free(x509);
		return -1;
	}
	result = read_x509(x509, out, f);
	X509_free(x509);
	return result;
}

void certinfo_done(struct certinfo *cert)
{
	free(cert->subject);
	free(cert->issuer);
	free(cert->serial);
	free(cert->key);
	*cert = (struct certinfo){0};
}

bool certinfo_expires_soon(const struct certinfo *cert, time_t now)
{
	return cert->not_after < (int64_t)now + SOON_SECONDS;
}
