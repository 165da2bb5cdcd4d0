/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What evmctl (ima-evm-utils, a test dependency) signs, we verify, by every algorithm and key kind.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/digest.h"
#include "scanner/verify.h"
#include "tests/scanner/testkeys.h"
#include "tests/suites.h"

extern char **environ;

static const char *const kinds[] = {"rsa1024", "rsa2048", "rsa4096", "P-192",
				    "P-256",   "P-384",	  "P-521"};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), FIRST_ECDSA = 3 };

/* Those that evmctl 1.4 signs by. NULL: version 1, by RSA alone. */
static const struct {
	const char *name;
	bool ecdsa; /* the kernel verifies it by ECDSA, too */
} algos[] = {
	{"md5", false},	  {"sha1", true},   {"rmd160", false}, {"sha224", true},
	{"sha256", true}, {"sha384", true}, {"sha512", true},  {NULL, false},
};
enum { ALGOS = sizeof(algos) / sizeof(algos[0]) };

static EVP_PKEY *keys[KINDS];
static char *directory;

static void make_keys(void)
{
	for (unsigned i = 0; i < KINDS; i++)
		keys[i] = testkeys_new(kinds[i]);
}

static void free_keys(void)
{
	for (unsigned i = 0; i < KINDS; i++)
		EVP_PKEY_free(keys[i]);
}

static void setup(void)
{
	ck_assert_int_eq(digest_init(NULL), 0);
	directory = testkeys_mkdir();
	testkeys_write(testkeys_path(directory, "file"), "what is signed\n", 15);
}

static void teardown(void)
{
	testkeys_rmdir(directory);
	digest_exit();
}

/* Signs DIRECTORY/file, so that the label is in DIRECTORY/file.sig. */
static void sign(const char *algo)
{
	char *key = strdup(testkeys_path(directory, "key.pem"));
	char *cert = strdup(testkeys_path(directory, "cert.pem"));
	char *file = strdup(testkeys_path(directory, "file"));
	char *v2[] = {"evmctl",
		      "ima_sign",
		      "-n",
		      "--sigfile",
		      "--key",
		      key,
		      "--keyid-from-cert",
		      cert,
		      "--hashalgo",
		      (char *)algo,
		      file,
		      NULL};
	char *v1[] = {"evmctl", "ima_sign", "-n", "--sigfile", "--rsa", "--key", key, file, NULL};
	posix_spawn_file_actions_t quiet;
	int status = -1;
	pid_t child;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	ck_assert_msg(posix_spawnp(&child, "evmctl", &quiet, NULL, algo ? v2 : v1, environ) == 0,
		      "evmctl (package ima-evm-utils) is needed for this test");
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(status == 0, "evmctl: status %d", status);
	posix_spawn_file_actions_destroy(&quiet);
	free(key);
	free(cert);
	free(file);
}

/* Each kind of key with each algorithm. */
START_TEST(verifies_what_evmctl_signs)
{
	unsigned kind = (unsigned)_i % KINDS, algo = (unsigned)_i / KINDS;
	bool ecdsa = kind >= FIRST_ECDSA;
	struct kernel_profile profile = testkeys_profile();
	X509 *x509 = testkeys_certify(&(struct testkeys_cert){
		.key = keys[kind], .subject = "us", TESTKEYS_SKID("\x0e\x71\x5c\x05")});
	struct digester *digester = digester_new();
	struct keyring *ring;
	struct verifier *verifier;
	struct imaxattr label;
	struct digest digest;
	own_mem uint8_t *data = NULL;
	size_t size;

	if (ecdsa && !algos[algo].name) {
		X509_free(x509);
		digester_free(digester);
		return; /* there is no such thing as version 1 with ECDSA */
	}
	testkeys_add_private(testkeys_path(directory, "key.pem"), keys[kind]);
	testkeys_add_pem(testkeys_path(directory, "cert.pem"), x509);
	ring = testkeys_ring(&profile, &x509, 1);
	verifier = verifier_new(ring, &profile);
	sign(algos[algo].name);
	ck_assert_int_eq(
		fd_read_file(testkeys_path(directory, "file.sig"), 4096, &data, &size, NULL), 0);
	imaxattr_decode(data, size, &label);
	ck_assert_str_eq(imaxattr_type_name(&label),
			 algos[algo].name ? "signature-v2" : "signature-v1");
	ck_assert_uint_eq(label.oddities, 0);
	ck_assert_int_eq(digest_buffer(digester, imaxattr_collect_algo(&label, &profile),
				       "what is signed\n", 15, &digest, NULL),
			 0);
	ck_assert_str_eq(digest.algo->name, algos[algo].name ? algos[algo].name : "sha256");
	ck_assert_msg(verifier_check(verifier, &label, &digest).result ==
			      (ecdsa && !algos[algo].ecdsa ? VERIFY_UNSUPPORTED_ALGO : VERIFY_OK),
		      "%s by %s", algos[algo].name ? algos[algo].name : "version 1", kinds[kind]);
	verifier_free(verifier);
	keyring_free(ring);
	digester_free(digester);
}
END_TEST

Suite *interop_suite(void)
{
	Suite *suite = suite_create("interop");
	TCase *tcase = tcase_create("interop");

	tcase_add_unchecked_fixture(tcase, make_keys, free_keys);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60); /* a sanitised build on a slow machine */
	tcase_add_loop_test(tcase, verifies_what_evmctl_signs, 0, KINDS * ALGOS);
	suite_add_tcase(suite, tcase);
	return suite;
}
