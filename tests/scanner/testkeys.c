/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys, certificates and signatures for tests, so that no binary needs to be kept in the tree. */
#include "tests/scanner/testkeys.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

EVP_PKEY *testkeys_new(const char *kind)
{
	EVP_PKEY *key;

	if (strncmp(kind, "rsa", 3) == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)atoi(kind + 3));
	else if (strcmp(kind, "ed25519") == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else if (strcmp(kind, "SM2") == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
	else
		key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind);
	ck_assert_msg(key != NULL, "making a %s key", kind);
	return key;
}

static void set_name(X509_NAME *name, const char *text)
{
	ck_assert(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)text,
					     -1, -1, 0));
}

static void add_extension(X509 *x509, int nid, const char *value, size_t size)
{
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	if (value) {
		ck_assert(ASN1_OCTET_STRING_set(octets, (const unsigned char *)value, (int)size));
		extension = X509_EXTENSION_create_by_NID(NULL, nid, 0, octets);
		ck_assert(X509_add_ext(x509, extension, -1));
		X509_EXTENSION_free(extension);
	}
	ASN1_OCTET_STRING_free(octets);
}

static void set_time(ASN1_TIME *time, const char *text, bool generalized)
{
	ck_assert(ASN1_TIME_set_string_X509(time, text));
	if (generalized) {
		ASN1_GENERALIZEDTIME *other = ASN1_TIME_to_generalizedtime(time, NULL);

		ck_assert_ptr_nonnull(other);
		ck_assert(ASN1_STRING_copy(time, other));
		ASN1_GENERALIZEDTIME_free(other);
	}
}

X509 *testkeys_certify(const struct testkeys_cert *recipe)
{
	X509 *x509 = X509_new();
	const ASN1_BIT_STRING *signature;
	EVP_PKEY *signer = recipe->signer ? recipe->signer : recipe->key;
	bool ed25519 = EVP_PKEY_is_a(signer, "ED25519");

	ck_assert(X509_set_version(x509, X509_VERSION_3));
	ck_assert(
		ASN1_INTEGER_set(X509_get_serialNumber(x509), recipe->serial ? recipe->serial : 1));
	set_time(X509_getm_notBefore(x509),
		 recipe->not_before ? recipe->not_before : "20200101000000Z",
		 recipe->generalized_time);
	set_time(X509_getm_notAfter(x509),
		 recipe->not_after ? recipe->not_after : "20400101000000Z",
		 recipe->generalized_time);
	set_name(X509_get_subject_name(x509), recipe->subject);
	set_name(X509_get_issuer_name(x509), recipe->issuer ? recipe->issuer : recipe->subject);
	ck_assert(X509_set_pubkey(x509, recipe->key));
	add_extension(x509, NID_subject_key_identifier, recipe->skid, recipe->skid_size);
	add_extension(x509, NID_authority_key_identifier, recipe->akid, recipe->akid_size);
	add_extension(x509, NID_key_usage, recipe->usage, recipe->usage_size);
	ck_assert(X509_sign(x509, signer,
			    ed25519 ? NULL
				    : EVP_get_digestbyname(recipe->md ? recipe->md : "sha256")));
	if (recipe->break_signature) {
		X509_get0_signature(&signature, NULL, x509);
		signature->data[signature->length - 1] ^= 1;
	}
	if (recipe->two_algorithms) {
		const X509_ALGOR *outer;

		X509_get0_signature(NULL, &outer, x509);
		ck_assert(X509_ALGOR_set0((X509_ALGOR *)outer,
					  OBJ_nid2obj(NID_sha512WithRSAEncryption), V_ASN1_NULL,
					  NULL));
	}
	return x509;
}

char *testkeys_mkdir(void)
{
	const char *tmp = getenv("TMPDIR");
	char *directory = NULL;

	ck_assert_int_gt(asprintf(&directory, "%s/ima-scan-test-XXXXXX", tmp ? tmp : "/tmp"), 0);
	ck_assert_ptr_nonnull(mkdtemp(directory));
	return directory;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void testkeys_rmdir(char *directory)
{
	ck_assert_int_eq(nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(directory);
}

const char *testkeys_path(const char *directory, const char *name)
{
	static char path[4][4096];
	static unsigned next;
	char *out = path[next++ % 4];

	snprintf(out, sizeof(path[0]), "%s/%s", directory, name);
	return out;
}

static FILE *open_file(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);

	ck_assert_msg(file != NULL, "opening %s", path);
	return file;
}

void testkeys_write(const char *path, const void *data, size_t size)
{
	FILE *file = open_file(path, "w");

	ck_assert_uint_eq(fwrite(data, 1, size, file), size);
	fclose(file);
}

void testkeys_write_der(const char *path, X509 *x509)
{
	FILE *file = open_file(path, "w");

	ck_assert(i2d_X509_fp(file, x509));
	fclose(file);
}

void testkeys_add_pem(const char *path, X509 *x509)
{
	FILE *file = open_file(path, "a");

	ck_assert(PEM_write_X509(file, x509));
	fclose(file);
}

void testkeys_add_public(const char *path, EVP_PKEY *key)
{
	FILE *file = open_file(path, "a");

	ck_assert(PEM_write_PUBKEY(file, key));
	fclose(file);
}

void testkeys_add_private(const char *path, EVP_PKEY *key)
{
	FILE *file = open_file(path, "a");

	ck_assert(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL));
	fclose(file);
}

struct kernel_profile testkeys_profile(void)
{
	struct kernel_profile profile = {
		.major = 6,
		.minor = 12,
		.default_hash = hashalgo_by_id(HASHALGO_SHA256),
		.sig_v1 = true,
		.ecdsa = true,
	};

	memset(profile.hash, PROFILE_BUILTIN, sizeof(profile.hash));
	return profile;
}

struct keyring *testkeys_ring(const struct kernel_profile *profile, X509 **x509, size_t count)
{
	struct keyring *ring = keyring_new(".ima");
	char *directory = testkeys_mkdir();
	struct fault f = {0};

	for (size_t i = 0; i < count; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%zu.der", i);
		testkeys_write_der(testkeys_path(directory, name), x509[i]);
		X509_free(x509[i]);
	}
	ck_assert_msg(keyring_load(ring, directory, profile, &f) == 0, "%s", f.text);
	testkeys_rmdir(directory);
	return ring;
}

void testkeys_sign(EVP_PKEY *key, const char *md, const void *digest, size_t size, struct buf *out)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	unsigned char sig[1024];
	size_t sig_size = sizeof(sig);

	ck_assert(EVP_PKEY_sign_init(context) == 1);
	if (EVP_PKEY_is_a(key, "RSA")) {
		ck_assert(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1);
		if (md)
			ck_assert(EVP_PKEY_CTX_set_signature_md(context,
								EVP_get_digestbyname(md)) == 1);
	}
	ck_assert_int_eq(EVP_PKEY_sign(context, sig, &sig_size, digest, size), 1);
	EVP_PKEY_CTX_free(context);
	buf_clear(out);
	buf_add(out, sig, sig_size);
}

void testkeys_label(uint8_t type, uint8_t version, uint8_t algo, uint32_t keyid,
		    const struct buf *sig, struct buf *out)
{
	const uint8_t header[] = {
		type,
		version,
		algo,
		(uint8_t)(keyid >> 24),
		(uint8_t)(keyid >> 16),
		(uint8_t)(keyid >> 8),
		(uint8_t)keyid,
		(uint8_t)(sig->len >> 8),
		(uint8_t)sig->len,
	};

	buf_clear(out);
	buf_add(out, header, sizeof(header));
	buf_add(out, sig->data, sig->len);
}
