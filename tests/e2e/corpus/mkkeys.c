// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the keys of the bench: mkkeys FOLDER. ima/, evm/ and ima-revoked/ hold certificates (DER)
 * for the kernel's keyrings, ima-v1/ and evm-v1/ the payloads of version 1 keys, unloaded/
 * certificates that nobody gets, private/ the private keys, and the folder itself the HMAC key
 * (evm-hmac.bin as it is; kmk and evm-key.blob for the guest).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "label.h"

#define DAY 86400L

enum quirk {
	Q_NONE = 0,
	Q_EXPIRED = 1,
	Q_FUTURE = 2,
	Q_NO_SKID = 4,
	Q_ODD_SKID = 8, /* not the usual hash of the key */
	Q_LONG_SKID = 16,
	Q_CA = 32,
	Q_LEAF = 64,	  /* issued by "lostca", which nobody loads */
	Q_CRITICAL = 128, /* an extension that must be understood, and is not */
	Q_BROKEN = 256,	  /* self-signed, with a signature that does not hold */
	Q_SHA1 = 512,
	Q_V1 = 1024, /* also as version 1 key */
};

static const struct recipe {
	const char *name;
	const char *folder;
	const char *type; /* "RSA", "ED25519" or the name of a curve */
	unsigned bits;
	unsigned quirks;
} recipes[] = {
	{"lostca", "unloaded", "RSA", 2048, Q_CA},
	{"unknown", "unloaded", "RSA", 2048, Q_NONE},
	{"ecunknown", "unloaded", "P-256", 0, Q_NONE},
	{"rsa1024", "ima", "RSA", 1024, Q_NONE},
	{"rsa2048", "ima", "RSA", 2048, Q_V1},
	{"rsa3072", "ima", "RSA", 3072, Q_NONE},
	{"rsa4096", "ima", "RSA", 4096, Q_NONE},
	{"ec256", "ima", "P-256", 0, Q_NONE},
	{"ec384", "ima", "P-384", 0, Q_NONE},
	{"ec521", "ima", "P-521", 0, Q_NONE},
	{"ed25519", "ima", "ED25519", 0, Q_NONE},
	{"expired", "ima", "RSA", 2048, Q_EXPIRED},
	{"future", "ima", "RSA", 2048, Q_FUTURE},
	{"noskid", "ima", "RSA", 2048, Q_NO_SKID},
	{"oddskid", "ima", "RSA", 2048, Q_ODD_SKID},
	{"longskid", "ima", "RSA", 2048, Q_LONG_SKID},
	{"ca", "ima", "RSA", 2048, Q_CA},
	{"leaf", "ima", "RSA", 2048, Q_LEAF},
	{"critical", "ima", "RSA", 2048, Q_CRITICAL},
	{"broken", "ima", "RSA", 2048, Q_BROKEN},
	{"sha1cert", "ima", "RSA", 2048, Q_SHA1},
	{"ecleaf", "ima", "P-256", 0, Q_LEAF},
	{"ecnoskid", "ima", "P-256", 0, Q_NO_SKID},
	{"revoked", "ima-revoked", "RSA", 2048, Q_NONE},
	{"evmrsa", "evm", "RSA", 2048, Q_V1},
	{"evmec", "evm", "P-256", 0, Q_NONE},
	{"evmnoskid", "evm", "RSA", 2048, Q_NO_SKID},
	{"evmexpired", "evm", "RSA", 2048, Q_EXPIRED},
};

static const char *folder;

static FILE *create(const char *below, const char *name, const char *suffix)
{
	char path[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s%s", folder, *below ? "/" : "", below);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s%s%s%s", folder, below, *below ? "/" : "", name, suffix);
	f = fopen(path, "we");
	if (!f)
		die("%s", path);
	return f;
}

static void save(const char *below, const char *name, const char *suffix, const struct blob *b)
{
	FILE *f = create(below, name, suffix);

	if (fwrite(b->bytes, 1, b->size, f) != b->size || fclose(f))
		die("writing %s%s", name, suffix);
}

static EVP_PKEY *key_make(const struct recipe *r)
{
	EVP_PKEY *key;

	if (!strcmp(r->type, "RSA"))
		key = EVP_RSA_gen(r->bits);
	else if (!strcmp(r->type, "ED25519"))
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else
		key = EVP_EC_gen(r->type);
	if (!key)
		die("making key %s", r->name);
	return key;
}

static void extension_add(X509 *x, X509V3_CTX *context, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, context, nid, value);

	if (!e || X509_add_ext(x, e, -1) != 1)
		die("extension %s", value);
	X509_EXTENSION_free(e);
}

static void critical_extension_add(X509 *x)
{
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	ASN1_OBJECT *name = OBJ_txt2obj("1.3.6.1.4.1.55555.1.2.3", 1);
	X509_EXTENSION *e;

	ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x05\x00", 2);
	e = X509_EXTENSION_create_by_OBJ(NULL, name, 1, value);
	if (!e || X509_add_ext(x, e, -1) != 1)
		die("critical extension");
	X509_EXTENSION_free(e);
	ASN1_OBJECT_free(name);
	ASN1_OCTET_STRING_free(value);
}

static void extensions_add(X509 *x, X509 *issuer, unsigned quirks)
{
	X509V3_CTX context;

	X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
	extension_add(x, &context, NID_basic_constraints,
		      quirks & Q_CA ? "critical,CA:TRUE" : "critical,CA:FALSE");
	extension_add(x, &context, NID_key_usage,
		      quirks & Q_CA ? "critical,keyCertSign" : "digitalSignature");
	if (quirks & Q_ODD_SKID)
		extension_add(x, &context, NID_subject_key_identifier,
			      "0102030405060708090a0b0c0d0e0f");
	else if (quirks & Q_LONG_SKID)
		extension_add(x, &context, NID_subject_key_identifier,
			      "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
			      "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f");
	else if (!(quirks & Q_NO_SKID))
		extension_add(x, &context, NID_subject_key_identifier, "hash");
	if (!(quirks & (Q_NO_SKID | Q_ODD_SKID | Q_LONG_SKID)))
		extension_add(x, &context, NID_authority_key_identifier, "keyid:always");
	if (quirks & Q_CRITICAL)
		critical_extension_add(x);
}

static X509 *certificate_make(const struct recipe *r, EVP_PKEY *key, EVP_PKEY *ca_key, X509 *ca)
{
	const EVP_MD *md = r->quirks & Q_SHA1 ? EVP_sha1() : EVP_sha256();
	X509_NAME *name = X509_NAME_new();
	long from = -DAY, to = 3650 * DAY;
	char common[64];
	X509 *x = X509_new();
	time_t now = time(NULL);

	if (r->quirks & Q_EXPIRED)
		from = -800 * DAY, to = -400 * DAY;
	if (r->quirks & Q_FUTURE)
		from = 3000 * DAY;
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)"ima-scan bench",
				   -1, -1, 0);
	/* The last four bytes of the issuer's name are a key id: they must not be those of another.
	 */
	snprintf(common, sizeof(common), "%s %04zu", r->name, (size_t)(r - recipes));
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)common, -1, -1,
				   0);
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), 0x1000 + (uint64_t)(r - recipes));
	X509_time_adj_ex(X509_getm_notBefore(x), 0, from, &now);
	X509_time_adj_ex(X509_getm_notAfter(x), 0, to, &now);
	X509_set_subject_name(x, name);
	X509_set_issuer_name(x, ca ? X509_get_subject_name(ca) : name);
	X509_set_pubkey(x, key);
	extensions_add(x, ca ? ca : x, r->quirks);
	if (EVP_PKEY_is_a(key, "ED25519"))
		md = NULL;
	if (!X509_sign(x, ca ? ca_key : key, md))
		die("signing certificate %s", r->name);
	X509_NAME_free(name);
	return x;
}

static void certificate_save(const struct recipe *r, X509 *x)
{
	unsigned char *der = NULL;
	int size = i2d_X509(x, &der);
	struct blob b;

	if (size < 0)
		die("certificate %s", r->name);
	b = blob_of(der, (size_t)size);
	if (r->quirks & Q_BROKEN)
		b.bytes[b.size - 7] ^= 0x55;
	save(r->folder, r->name, ".der", &b);
	OPENSSL_free(der);
}

static void v1_save(const struct recipe *r, EVP_PKEY *key)
{
	struct blob public = v1_public(key);
	char below[32], name[32];
	uint64_t number = 0;
	uint8_t id[8];

	/* The kernel prints the id as a number, so without leading zeros (lib/digsig.c). */
	v1_keyid(key, id);
	for (int i = 0; i < 8; i++)
		number = number << 8 | id[i];
	snprintf(name, sizeof(name), "%llX", (unsigned long long)number);
	snprintf(below, sizeof(below), "%s-v1", r->folder);
	save(below, name, "", &public);
}

static void keys_make(void)
{
	EVP_PKEY *ca_key = NULL;
	X509 *ca = NULL;

	for (size_t i = 0; i < sizeof(recipes) / sizeof(recipes[0]); i++) {
		const struct recipe *r = &recipes[i];
		bool leaf = r->quirks & Q_LEAF;
		EVP_PKEY *key = key_make(r);
		X509 *x = certificate_make(r, key, leaf ? ca_key : NULL, leaf ? ca : NULL);
		FILE *f = create("private", r->name, ".pem");

		if (PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) != 1 || fclose(f))
			die("private key %s", r->name);
		certificate_save(r, x);
		if (r->quirks & Q_V1)
			v1_save(r, key);
		if (!i) {
			ca_key = key;
			ca = x;
		}
	}
}

/* ---- the HMAC key: security/keys/encrypted-keys/encrypted.c, format "default" ------------- */

static struct blob derived_key(const char *label, const struct blob *kmk)
{
	struct blob b = blob_of(label, strlen(label) + 1);

	blob_add_blob(&b, kmk);
	/* The kernel hashes as many bytes for the shorter label as for the longer one. */
	blob_add_fill(&b, 0, strlen("AUTH_KEY") - strlen(label));
	return algo_digest(ALGO_SHA256, b.bytes, b.size);
}

static struct blob random_blob(size_t size)
{
	struct blob b = {.size = size};

	if (RAND_bytes(b.bytes, (int)size) != 1)
		die("random bytes");
	return b;
}

static void encrypt(const struct blob *key, const struct blob *iv, const struct blob *plain,
		    struct blob *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t bytes[256];
	int size;

	if (!c || EVP_EncryptInit_ex(c, EVP_aes_256_cbc(), NULL, key->bytes, iv->bytes) != 1 ||
	    EVP_CIPHER_CTX_set_padding(c, 0) != 1 ||
	    EVP_EncryptUpdate(c, bytes, &size, plain->bytes, (int)plain->size) != 1)
		die("AES");
	*out = blob_of(bytes, (size_t)size);
	EVP_CIPHER_CTX_free(c);
}

static void hmac_key_make(void)
{
	struct blob kmk = random_blob(32), key = random_blob(64), iv = random_blob(16);
	struct blob encryption_key = derived_key("ENC_KEY", &kmk);
	struct blob authentication_key = derived_key("AUTH_KEY", &kmk);
	struct blob cipher, sealed = iv,
			    covered = blob_of("default\0user:kmk\0"
					      "64",
					      20);
	uint8_t mac[EVP_MAX_MD_SIZE];
	FILE *f;

	encrypt(&encryption_key, &iv, &key, &cipher);
	blob_add_u8(&sealed, 0);
	blob_add_blob(&sealed, &cipher);
	blob_add_blob(&covered, &sealed);
	if (!HMAC(EVP_sha256(), authentication_key.bytes, 32, covered.bytes, covered.size, mac,
		  NULL))
		die("HMAC");
	blob_add(&sealed, mac, 32);
	save("", "evm-hmac", ".bin", &key);
	save("", "kmk", "", &kmk);
	f = create("", "evm-key", ".blob");
	fprintf(f, "load default user:kmk 64 ");
	for (size_t i = 0; i < sealed.size; i++)
		fprintf(f, "%02x", sealed.bytes[i]);
	if (fclose(f))
		die("evm-key.blob");
}

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: mkkeys FOLDER");
	folder = argv[1];
	keys_make();
	hmac_key_make();
	return 0;
}
