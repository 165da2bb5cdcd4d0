/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/privkey.c. */
#include "efi/privkey.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "scanner/base/buf.h"
#include "scanner/base/own.h"
#include "tests/scanner/testkeys.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static struct targetfs *target;
static struct privkey_list found;
static struct remark_list remarks;

static void set_up(void)
{
	tree_open();
}

static void tear_down(void)
{
	privkey_list_done(&found);
	remark_list_done(&remarks);
	targetfs_close(target);
	target = NULL;
	tree_close();
}

static void put(const char *path, unsigned mode, const void *data, size_t size)
{
	char dir[256];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
		if (mkdirat(tree_fd, dir, 0755) < 0)
			ck_assert(faccessat(tree_fd, dir, X_OK, 0) == 0);
	}
	tree_file(path, data, size, mode);
}

static void find(void)
{
	struct fault f = {0};

	if (!target)
		target = targetfs_open(tree_path(), &f);
	ck_assert_msg(target, "%s", f.text);
	targetfs_find_esps(target);
	privkey_list_done(&found);
	remark_list_done(&remarks);
	ck_assert_msg(privkey_find(target, &found, &remarks, &f) == 0, "%s", f.text);
}

/* --- Encodings --- */

typedef int encode_fn(BIO *out, EVP_PKEY *key);

static int pem_pkcs8(BIO *out, EVP_PKEY *key)
{
	return PEM_write_bio_PKCS8PrivateKey(out, key, NULL, NULL, 0, NULL, NULL);
}

static int pem_traditional(BIO *out, EVP_PKEY *key)
{
	return PEM_write_bio_PrivateKey_traditional(out, key, NULL, NULL, 0, NULL, NULL);
}

static int pem_encrypted(BIO *out, EVP_PKEY *key)
{
	return PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_256_cbc(), "secret", 6, NULL, NULL);
}

static int pem_traditional_encrypted(BIO *out, EVP_PKEY *key)
{
	return PEM_write_bio_PrivateKey_traditional(out, key, EVP_aes_128_cbc(),
						    (const unsigned char *)"secret", 6, NULL, NULL);
}

static int pem_behind_certificate(BIO *out, EVP_PKEY *key)
{
	X509 *cert = testkeys_certify(&(struct testkeys_cert){.key = key, .subject = "x"});
	int result = PEM_write_bio_X509(out, cert) && pem_pkcs8(out, key);

	X509_free(cert);
	return result;
}

static int pem_crlf(BIO *out, EVP_PKEY *key)
{
	BIO *lines = BIO_new(BIO_s_mem());
	char line[128];
	int n;

	ck_assert(pem_traditional_encrypted(lines, key));
	while ((n = BIO_gets(lines, line, sizeof(line))) > 0)
		BIO_printf(out, "%.*s\r\n", n - 1, line);
	BIO_free(lines);
	return 1;
}

static int der_pkcs8(BIO *out, EVP_PKEY *key)
{
	return i2d_PKCS8PrivateKeyInfo_bio(out, key);
}

static int der_traditional(BIO *out, EVP_PKEY *key)
{
	return i2d_PrivateKey_bio(out, key);
}

static int der_encrypted(BIO *out, EVP_PKEY *key)
{
	return i2d_PKCS8PrivateKey_bio(out, key, EVP_aes_256_cbc(), "secret", 6, NULL, NULL);
}

static int pkcs12(BIO *out, EVP_PKEY *key)
{
	X509 *cert = testkeys_certify(&(struct testkeys_cert){.key = key, .subject = "x"});
	PKCS12 *p12 = PKCS12_create("secret", "x", key, cert, NULL, 0, 0, 0, 0, 0);
	int result = i2d_PKCS12_bio(out, p12);

	PKCS12_free(p12);
	X509_free(cert);
	return result;
}

static int certificate(BIO *out, EVP_PKEY *key)
{
	X509 *cert = testkeys_certify(&(struct testkeys_cert){.key = key, .subject = "x"});
	int result = i2d_X509_bio(out, cert) && PEM_write_bio_X509(out, cert);

	X509_free(cert);
	return result;
}

static int certificate_der(BIO *out, EVP_PKEY *key)
{
	X509 *cert = testkeys_certify(&(struct testkeys_cert){.key = key, .subject = "x"});
	int result = i2d_X509_bio(out, cert);

	X509_free(cert);
	return result;
}

static int public_key(BIO *out, EVP_PKEY *key)
{
	return i2d_PUBKEY_bio(out, key);
}

static int public_pem(BIO *out, EVP_PKEY *key)
{
	return PEM_write_bio_PUBKEY(out, key);
}

/* A DigestInfo has the form of an encrypted key. */
static int digest_info(BIO *out, EVP_PKEY *key)
{
	static const uint8_t info[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
				       0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
	static const uint8_t digest[32];

	(void)key;
	return BIO_write(out, info, sizeof(info)) > 0 && BIO_write(out, digest, 32) > 0;
}

static const struct {
	encode_fn *encode;
	int kind; /* -1: no private key */
} encodings[] = {
	{pem_pkcs8, PRIVKEY_PEM},
	{pem_traditional, PRIVKEY_PEM},
	{pem_encrypted, PRIVKEY_PEM_ENCRYPTED},
	{pem_traditional_encrypted, PRIVKEY_PEM_ENCRYPTED},
	{pem_behind_certificate, PRIVKEY_PEM},
	{pem_crlf, PRIVKEY_PEM_ENCRYPTED},
	{der_pkcs8, PRIVKEY_DER},
	{der_traditional, PRIVKEY_DER},
	{der_encrypted, PRIVKEY_DER_ENCRYPTED},
	{pkcs12, PRIVKEY_PKCS12},
	{certificate, -1},
	{certificate_der, -1},
	{public_key, -1},
	{public_pem, -1},
	{digest_info, -1},
};
static const char *const algorithms[] = {"rsa2048", "P-256", "P-384"};
enum { ENCODINGS = sizeof(encodings) / sizeof(encodings[0]) };

static BIO *encoded(int i, const char *algorithm)
{
	EVP_PKEY *key = testkeys_new(algorithm);
	BIO *out = BIO_new(BIO_s_mem());

	ck_assert(key && out && encodings[i].encode(out, key) > 0);
	EVP_PKEY_free(key);
	return out;
}

START_TEST(each_encoding)
{
	int i = _i % ENCODINGS;
	BIO *bio = encoded(i, algorithms[_i / ENCODINGS]);
	char *data;
	size_t size = (size_t)BIO_get_mem_data(bio, &data);
	own_mem uint8_t *exact = malloc(size);
	enum privkey_kind kind = PRIVKEY_KINDS;

	memcpy(exact, data, size);
	ck_assert_int_eq(privkey_recognise("x", exact, size, &kind), encodings[i].kind >= 0);
	if (encodings[i].kind >= 0)
		ck_assert_int_eq(kind, encodings[i].kind);
	/* Every beginning of it: no crash; and DER that is cut is none. */
	for (size_t n = 0; n < size; n += size / 40 + 1) {
		own_mem uint8_t *part = malloc(n + 1);

		memcpy(part, data, n);
		if (privkey_recognise("x", part, n, &kind))
			ck_assert(encodings[i].kind == PRIVKEY_PEM ||
				  encodings[i].kind == PRIVKEY_PEM_ENCRYPTED);
	}
	BIO_free(bio);
}
END_TEST

START_TEST(bytes_behind)
{
	for (int i = 0; i < ENCODINGS; i++) {
		BIO *bio = encoded(i, "P-256");
		enum privkey_kind kind = PRIVKEY_KINDS;
		char *data;
		long size;

		ck_assert_int_eq(BIO_write(bio, "\n\0more", 6), 6);
		size = BIO_get_mem_data(bio, &data);
		ck_assert_msg(privkey_recognise("x", (uint8_t *)data, (size_t)size, &kind) ==
				      (encodings[i].kind >= 0),
			      "encoding %d", i);
		BIO_free(bio);
	}
}
END_TEST

static const char body[] = "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n";

static const struct {
	const char *before, *after;
	int kind;
} headings[] = {
	{"-----BEGIN PRIVATE KEY-----\n", "", PRIVKEY_PEM},
	{"text before\n-----BEGIN EC PRIVATE KEY-----\n", "", PRIVKEY_PEM},
	{"-----BEGIN OPENSSH PRIVATE KEY-----\n", "", PRIVKEY_OPENSSH},
	{"-----BEGIN TSS2 PRIVATE KEY-----\n", "", PRIVKEY_EVM_BLOB},
	{"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
	 "-----BEGIN EC PRIVATE KEY-----\n",
	 "", PRIVKEY_PEM},
	{"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAABBBBAAAABBBBAAAABBBBAAAABBBB\n"
	 "-----BEGIN PRIVATE KEY-----\n",
	 "", PRIVKEY_PEM},
	{"-----BEGIN PUBLIC KEY-----\n", "", -1},
	{"-----BEGIN PRIVATE KEY-----", " is how it begins, and then ", -1},
	{"-----BEGIN PRIVATE KEY----\n", "", -1},
	{"----BEGIN PRIVATE KEY-----\n", "", -1},
	{"-----BEGIN MY PRIVATE KEY-----\n", "", -1},
	{"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n", "", PRIVKEY_PEM_ENCRYPTED},
	{"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", "", -1},
};

START_TEST(each_heading)
{
	own_buf struct buf text = {0};
	enum privkey_kind kind = PRIVKEY_KINDS;

	/* A sentence goes between heading and body where there is one. */
	buf_printf(&text, "%s%s%s", headings[_i].before, headings[_i].after, body);
	ck_assert_int_eq(privkey_recognise("x", (uint8_t *)text.data, text.len, &kind),
			 headings[_i].kind >= 0);
	if (headings[_i].kind >= 0)
		ck_assert_int_eq(kind, headings[_i].kind);
}
END_TEST

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	const char *name, *data;
	size_t size; /* 0: its length */
	int kind;
} evm_keys[] = {
	{"evm-key-plain",
	 "\1\2\3\4\5\6\7\x80\xff"
	 "abcdefghijklmnopqrstuvw",
	 32, PRIVKEY_EVM_HMAC_PLAIN},
	{"evm-key-plain", "a passphrase of more than 16 characters\n", 0, PRIVKEY_EVM_HMAC_PLAIN},
	{"evm-key-plain", "short", 0, -1},
	{"evm-key-plain", "default user:kmk 64 " HEX64 HEX64, 0, PRIVKEY_EVM_BLOB},
	{"evm-key", "default user:kmk 64 " HEX64 HEX64, 0, PRIVKEY_EVM_BLOB},
	{"evm-key", HEX64 "\n", 0, PRIVKEY_EVM_HMAC_PLAIN},
	{"evm-key", "not a key but a remark about keys", 0, -1},
	{"evm-trusted.blob", HEX64 HEX64 HEX64 HEX64 HEX64, 0, PRIVKEY_EVM_BLOB},
	{"kmk-trusted.blob", HEX64 HEX64 HEX64 HEX64 HEX64, 0, PRIVKEY_EVM_BLOB},
	{"kmk-user.blob",
	 "\1\2\3\4\5\6\7\x80\xff"
	 "abcdefghijklmnopqrstuvw",
	 32, PRIVKEY_EVM_HMAC_PLAIN},
	{"kmk", HEX64, 0, PRIVKEY_EVM_HMAC_PLAIN},
	{"kmk.txt", "how to make such a key", 0, -1},
	{"other", HEX64, 0, -1},
};

START_TEST(evm_key)
{
	size_t size = evm_keys[_i].size ? evm_keys[_i].size : strlen(evm_keys[_i].data);
	enum privkey_kind kind = PRIVKEY_KINDS;

	ck_assert_int_eq(privkey_recognise(evm_keys[_i].name, (const uint8_t *)evm_keys[_i].data,
					   size, &kind),
			 evm_keys[_i].kind >= 0);
	if (evm_keys[_i].kind >= 0)
		ck_assert_int_eq(kind, evm_keys[_i].kind);
}
END_TEST

/* --- Places --- */

#define KEY                                                                                        \
	"-----BEGIN PRIVATE KEY-----\n"                                                            \
	"MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"                       \
	"-----END PRIVATE KEY-----\n"

static void put_key(const char *path, unsigned mode)
{
	put(path, mode, KEY, strlen(KEY));
}

static const struct {
	const char *path, *listed, *usual;
} places[] = {
	{"etc/keys/privkey_evm.pem", "/etc/keys/privkey_evm.pem", "evmctl's default key"},
	{"etc/keys/ima/a.pem", "/etc/keys/ima/a.pem", "IMA and EVM"},
	{"etc/efi-keys/db.key", "/etc/efi-keys/db.key", "Secure Boot"},
	{"etc/kernel/secure-boot.key.pem", "/etc/kernel/secure-boot.key.pem", "ukify"},
	{"var/lib/sbctl/keys/db/db.key", "/var/lib/sbctl/keys/db/db.key", "sbctl"},
	{"usr/share/secureboot/keys/PK/PK.key", "/usr/share/secureboot/keys/PK/PK.key", "sbctl"},
	{"var/lib/shim-signed/mok/MOK.priv", "/var/lib/shim-signed/mok/MOK.priv", "MOK"},
	{"var/lib/dkms/mok.key", "/var/lib/dkms/mok.key", "DKMS's MOK"},
	{"usr/src/linux-6.12/certs/signing_key.pem", "/usr/src/linux-6.12/certs/signing_key.pem",
	 "kernel module signing key"},
	{"usr/lib/modules/6.12/build/certs/signing_key.pem",
	 "/usr/lib/modules/6.12/build/certs/signing_key.pem", "kernel module signing key"},
	{"etc/refind.d/keys/refind_local.key", "/etc/refind.d/keys/refind_local.key", "rEFInd"},
	{"etc/systemd/tpm2-pcr-private-key.pem", "/etc/systemd/tpm2-pcr-private-key.pem", "PCR"},
	{"boot/keys/db.key", "/boot/keys/db.key", "boot partition"},
	{"root/ima.key", "/root/ima.key", "root's home"},
	{"root/.keys/ima.key", "/root/.keys/ima.key", "root's home"},
	{"usr/share/doc/x/examples/key.pem", NULL, NULL},
	{"etc/ssl/private/web.key", NULL, NULL},
	{"home/user/key.pem", NULL, NULL},
	{"usr/src/linux-6.12/drivers/key.pem", NULL, NULL},
};

START_TEST(place)
{
	put_key(places[_i].path, 0600);
	find();
	ck_assert_uint_eq(remarks.count, 0);
	ck_assert_uint_eq(found.count, places[_i].listed != NULL);
	if (!places[_i].listed)
		return;
	ck_assert_str_eq(found.items[0].path, places[_i].listed);
	ck_assert_int_eq(found.items[0].kind, PRIVKEY_PEM);
	ck_assert_msg(strstr(found.items[0].usual, places[_i].usual), "%s", found.items[0].usual);
	ck_assert(!found.items[0].world_readable);
}
END_TEST

START_TEST(nothing)
{
	find();
	ck_assert_uint_eq(found.count, 0);
	ck_assert_uint_eq(remarks.count, 0);
	put("etc/keys/x509_evm.der", 0644, "\x30\x82\1\2", 4);
	put("etc/keys/empty", 0644, "", 0);
	find();
	ck_assert_uint_eq(found.count, 0);
	ck_assert_uint_eq(remarks.count, 0);
}
END_TEST

/* evmctl's key first; a file by several names, or through links, once. */
START_TEST(order_and_names)
{
	put_key("etc/keys/a.pem", 0600);
	put_key("etc/keys/privkey_evm.pem", 0644);
	put_key("usr/src/linux-6.12/certs/signing_key.pem", 0600);
	put("usr/lib/modules/6.12/x", 0644, "", 0);
	ck_assert_int_eq(symlinkat("/usr/src/linux-6.12", tree_fd, "usr/lib/modules/6.12/build"),
			 0);
	ck_assert_int_eq(symlinkat("usr/lib", tree_fd, "lib"), 0);
	ck_assert_int_eq(linkat(tree_fd, "etc/keys/a.pem", tree_fd, "etc/keys/b.pem", 0), 0);
	find();
	ck_assert_uint_eq(found.count, 3);
	ck_assert_str_eq(found.items[0].path, "/etc/keys/privkey_evm.pem");
	ck_assert(found.items[0].world_readable);
	ck_assert_str_eq(found.items[1].path, "/etc/keys/a.pem");
	ck_assert_str_eq(found.items[2].path, "/usr/src/linux-6.12/certs/signing_key.pem");
}
END_TEST

START_TEST(on_an_esp)
{
	struct fault f = {0};
	own_mem char *esp = NULL;

	put_key("esp/EFI/keys/db.key", 0755);
	ck_assert_int_ge(asprintf(&esp, "%s/esp", tree_path()), 0);
	put("root/x", 0644, "", 0);
	target = targetfs_open(tree_path(), &f);
	ck_assert(target && targetfs_add_esp(target, esp, &f) == 0);
	ck_assert_int_eq(privkey_find(target, &found, &remarks, &f), 0);
	ck_assert_uint_eq(found.count, 1);
	ck_assert_str_eq(found.items[0].path, "ESP:/EFI/keys/db.key");
	ck_assert_str_eq(found.items[0].usual, "the EFI system partition");
}
END_TEST

START_TEST(hostile_tree)
{
	int fd;

	put("etc/keys/README", 0644, "", 0);
	ck_assert_int_eq(mkfifoat(tree_fd, "etc/keys/privkey_evm.pem", 0644), 0);
	ck_assert_int_eq(mkfifoat(tree_fd, "etc/keys/fifo.pem", 0644), 0);
	ck_assert_int_eq(symlinkat("/etc/ssh/ssh_host_rsa_key", tree_fd, "etc/keys/out"), 0);
	ck_assert_int_eq(symlinkat("../../../../../../../etc/shadow", tree_fd, "etc/keys/up"), 0);
	ck_assert_int_eq(symlinkat("/", tree_fd, "etc/keys/root"), 0);
	ck_assert_int_eq(symlinkat("loop", tree_fd, "etc/keys/loop"), 0);
	put_key("etc/keys/\x1b[31m\xff\n", 0600);
	put("etc/keys/huge", 0600, KEY, strlen(KEY));
	fd = openat(tree_fd, "etc/keys/huge", O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(ftruncate(fd, (off_t)1 << 40), 0);
	close(fd);
	find();
	ck_assert_uint_eq(found.count, 1);
	ck_assert_str_eq(found.items[0].path, "/etc/keys/\x1b[31m\xff\n");
}
END_TEST

START_TEST(unreadable)
{
	put_key("etc/keys/secret.pem", 0);
	put_key("etc/keys/other.pem", 0644);
	put_key("etc/efi-keys/secret.pem", 0644);
	ck_assert_int_eq(fchmodat(tree_fd, "etc/efi-keys", 0, 0), 0);
	ck_assert_int_eq(fchmod(tree_fd, 0755), 0);
	ck_assert(geteuid() != 0 || seteuid(65534) == 0);
	find();
	ck_assert(getuid() != 0 || seteuid(0) == 0);
	ck_assert_int_eq(fchmodat(tree_fd, "etc/efi-keys", 0755, 0), 0);
	ck_assert_uint_eq(found.count, 1);
	ck_assert_uint_eq(remarks.count, 2);
	ck_assert_str_eq(remarks.items[0].path, "/etc/keys/secret.pem");
	ck_assert_str_eq(remarks.items[1].path, "/etc/efi-keys");
}
END_TEST

START_TEST(many_files)
{
	char name[64];

	put("etc/keys/README", 0644, "", 0);
	for (int i = 0; i < PRIVKEY_FILES_MAX + 1; i++) {
		snprintf(name, sizeof(name), "etc/keys/%d", i);
		tree_file(name, "x", 1, 0644);
	}
	find();
	ck_assert_uint_eq(found.count, 0);
	ck_assert_uint_eq(remarks.count, 1);
	ck_assert_ptr_nonnull(strstr(remarks.items[0].fault.text, "not all were looked at"));
}
END_TEST

START_TEST(names)
{
	for (int i = 0; i < PRIVKEY_KINDS; i++)
		ck_assert_ptr_nonnull(privkey_kind_name((enum privkey_kind)i));
	ck_assert_str_eq(privkey_kind_name(PRIVKEY_EVM_HMAC_PLAIN), "evm-hmac-plain");
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *privkey_suite(void)
{
	Suite *suite = suite_create("privkey");
	TCase *tcase = tcase_create("privkey");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, each_encoding, 0, ENCODINGS * COUNT(algorithms));
	tcase_add_test(tcase, bytes_behind);
	tcase_add_loop_test(tcase, each_heading, 0, COUNT(headings));
	tcase_add_loop_test(tcase, evm_key, 0, COUNT(evm_keys));
	tcase_add_loop_test(tcase, place, 0, COUNT(places));
	tcase_add_test(tcase, nothing);
	tcase_add_test(tcase, order_and_names);
	tcase_add_test(tcase, on_an_esp);
	tcase_add_test(tcase, hostile_tree);
	tcase_add_test(tcase, unreadable);
	tcase_add_test(tcase, many_files);
	tcase_add_test(tcase, names);
	suite_add_tcase(suite, tcase);
	return suite;
}
