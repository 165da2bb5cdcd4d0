/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a certificate to the key the kernel would know it by (docs/formats/ima-labels.md). */
#include "scanner/certificate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "scanner/base/bytes.h"
#include "scanner/certrules.h"
#include "scanner/cryptofault.h"
#include "scanner/digest.h"

/* The last four bytes, as the kernel compares ids. False: there are not as many. */
static bool tail_id(const struct buf *id, uint32_t *out)
{
	struct bytes b;

	if (id->failed || id->len < 4)
		return false;
	b = bytes_of(id->data + id->len - 4, 4);
	*out = bytes_u32be(&b);
	return true;
}

/* False: no memory. A wrong id would look like a key that is not known. */
static bool read_ids(const X509 *x509, struct keyring_key *key)
{
	own_buf struct buf skid = {0}, issuer = {0};

	certrules_skid(x509, &skid);
	key->has_skid = tail_id(&skid, &key->skid);
	certrules_serial(X509_get0_serialNumber(x509), &issuer);
	certrules_name(X509_get_issuer_name(x509), &issuer);
	key->has_issuer_id = tail_id(&issuer, &key->issuer_id);
	return !skid.failed && !issuer.failed;
}

/* A number as v1 writes it: how many bits, then the bytes. */
static bool add_mpi(struct buf *out, const EVP_PKEY *pkey, const char *name)
{
	BIGNUM *number = NULL;
	uint8_t bytes[2 + 16384 / 8];
	int bits;

	if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1)
		return false;
	bits = BN_num_bits(number);
	if ((size_t)bits > (sizeof(bytes) - 2) * 8) {
		BN_free(number);
		return false;
	}
	bytes[0] = (uint8_t)(bits >> 8);
	bytes[1] = (uint8_t)bits;
	BN_bn2bin(number, bytes + 2);
	buf_add(out, bytes, 2 + (size_t)BN_num_bytes(number));
	BN_free(number);
	return true;
}

static int hash(enum hashalgo_id id, const void *data, size_t size, struct digest *out,
		struct fault *f)
{
	struct digester *digester = digester_new();
	int result;

	if (!digester)
		return fault_set(f, ENOMEM, "identifying a key");
	result = digest_buffer(digester, hashalgo_by_id(id), data, size, out, f);
	digester_free(digester);
	return result;
}

/* The description of a v1 key is made from the last eight bytes of the hash of its description. */
static int read_keyid_v1(struct keyring_key *key, struct fault *f)
{
	static const uint8_t header[] = {1, 0, 0, 0, 0, 0, 2}; /* version, time, RSA, two numbers */
	own_buf struct buf description = {0};
	struct digest sha1;
	struct bytes b;
	uint64_t high;

	if (key->algo != KEYRING_RSA || !key->pkey)
		return 0;
	buf_add(&description, header, sizeof(header));
	if (!add_mpi(&description, key->pkey, OSSL_PKEY_PARAM_RSA_N) ||
	    !add_mpi(&description, key->pkey, OSSL_PKEY_PARAM_RSA_E) || description.failed)
		return cryptofault_set(f, "reading an RSA key");
	if (hash(HASHALGO_SHA1, description.data, description.len, &sha1, f) < 0)
		return -1;
	b = bytes_of(sha1.value + 12, 8);
	high = bytes_u32be(&b);
	key->keyid_v1 = high << 32 | bytes_u32be(&b);
	return 0;
}

static char *name_text(const X509_NAME *name)
{
	/* UTF-8 stays as it is: whoever prints it escapes what must not reach a terminal. */
	unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL, *data;
	long size;

	if (bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0) {
		size = BIO_get_mem_data(bio, &data);
		/* No NUL ends the data,. */
		text = calloc(1, (size_t)(size > 0 ? size : 0) + 1);
		if (text && size > 0)
			memcpy(text, data, (size_t)size);
	}
	BIO_free(bio);
	return text;
}

static char *serial_text(const X509 *x509)
{
	own_buf struct buf raw = {0}, text = {0};

	certrules_serial(X509_get0_serialNumber(x509), &raw);
	buf_hex(&text, buf_text(&raw), raw.len);
	return raw.failed || text.failed ? NULL : strdup(buf_text(&text));
}

static time_t time_of(const ASN1_TIME *time)
{
	struct tm tm;

	return ASN1_TIME_to_tm(time, &tm) ? timegm(&tm) : 0;
}

static int read_fields(X509 *x509, struct keyring_key *key, struct fault *f)
{
	key->pkey = X509_get_pubkey(x509); /* NULL for what libcrypto lacks, which is no failure */
	ERR_clear_error();
	key->algo = certrules_key_algo(x509);
	key->bits = key->pkey ? (unsigned)EVP_PKEY_get_bits(key->pkey) : 0;
	key->subject = name_text(X509_get_subject_name(x509));
	key->issuer = name_text(X509_get_issuer_name(x509));
	key->serial = serial_text(x509);
	key->not_before = time_of(X509_get0_notBefore(x509));
	key->not_after = time_of(X509_get0_notAfter(x509));
	key->ca = X509_check_ca(x509) > 0;
	ERR_clear_error();
	if (!key->subject || !key->issuer || !key->serial || !read_ids(x509, key))
		return fault_set(f, ENOMEM, "reading a certificate");
	return read_keyid_v1(key, f);
}

/* Takes the encoding. */
static int identify(uint8_t *der, int size, struct keyring_key *key, struct fault *f)
{
	struct digest sha256;
	int result = -1;

	if (size <= 0)
		cryptofault_set(f, "encoding a key");
	else
		result = hash(HASHALGO_SHA256, der, (size_t)size, &sha256, f);
	if (result == 0)
		memcpy(key->sha256, sha256.value, sizeof(key->sha256));
	OPENSSL_free(der);
	return result;
}

/* Hands the key out, or undoes it. */
static int finish(struct keyring_key *key, int result, struct keyring_key *out)
{
	if (result < 0)
		certificate_done(key);
	else
		*out = *key;
	return result;
}

int certificate_read(X509 *x509, const char *file, const struct kernel_profile *profile,
		     struct keyring_key *out, struct fault *f)
{
	struct keyring_key key = {.x509 = x509, .file = strdup(file)};
	uint8_t *der = NULL;
	int size;

	if (!key.file)
		return finish(&key, fault_set(f, ENOMEM, "reading a certificate"), out);
	size = i2d_X509(x509, &der);
	if (identify(der, size, &key, f) < 0 || read_fields(x509, &key, f) < 0)
		return finish(&key, -1, out);
	if (certrules_tbs(x509, &key.tbs, f) < 0 ||
	    (profile && certrules_judge(x509, &key, profile, f) < 0))
		return finish(&key, -1, out);
	ERR_clear_error();
	return finish(&key, 0, out);
}

int certificate_read_bare(EVP_PKEY *pkey, const char *file, struct keyring_key *out,
			  struct fault *f)
{
	struct keyring_key key = {.pkey = pkey, .algo = KEYRING_RSA, .file = strdup(file)};
	uint8_t *der = NULL;
	int size;

	key.subject = strdup("");
	key.issuer = strdup("");
	key.serial = strdup("");
	key.bits = (unsigned)EVP_PKEY_get_bits(pkey);
	if (!key.file || !key.subject || !key.issuer || !key.serial)
		return finish(&key, fault_set(f, ENOMEM, "reading a public key"), out);
	size = i2d_PUBKEY(pkey, &der);
	if (identify(der, size, &key, f) < 0 || read_keyid_v1(&key, f) < 0)
		return finish(&key, -1, out);
	return finish(&key, 0, out);
}

void certificate_done(struct keyring_key *key)
{
	EVP_PKEY_free(key->pkey);
	X509_free(key->x509);
	free(key->subject);
	free(key->issuer);
	free(key->serial);
	free(key->file);
	memset(key, 0, sizeof(*key));
}
