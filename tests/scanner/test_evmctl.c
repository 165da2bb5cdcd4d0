/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What evmctl labels, scanner/evm.c verifies, and no change of the real inode goes unnoticed. Needs
 * root, for names below "security.", and evmctl of ima-evm-utils.
 */
#include "scanner/evmdigest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "scanner/digest.h"
#include "tests/scanner/testkeys.h"
#include "tests/suites.h"

/* Told to evmctl, since not every file system tells them. */
#define UUID	   "00112233-4455-6677-8899-aabbccddeeff"
#define GENERATION 4711

static const struct {
	const char *options, *key;
	bool portable;
} kinds[] = {
	{"sign --imahash", "rsa2048", false},
	{"sign --imasig", "rsa2048", false},
	{"sign --imahash -a sha512", "rsa3072", false},
	{"sign --imahash", "P-256", false},
	{"sign --imasig -a sha384", "P-384", false},
	{"sign --imahash --portable", "rsa2048", true},
	{"sign --imasig --portable", "P-256", true},
};

static char *directory;
static struct kernel_profile profile;
static struct keyring *ring;
static struct verifier *verifier;

static void setup(int i)
{
	struct testkeys_cert recipe = {.subject = "evmctl", TESTKEYS_SKID("ABCJ")};
	char command[512];
	X509 *x509;

	ck_assert_int_eq(digest_init(NULL), 0);
	profile = testkeys_profile();
	profile.evm = PROFILE_EVM_X509;
	profile.evm_xattrs = 1u << PROFILE_XATTR_SELINUX | 1u << PROFILE_XATTR_APPARMOR |
			     1u << PROFILE_XATTR_IMA | 1u << PROFILE_XATTR_CAPABILITY;
	profile.evm_fsuuid = true;
	directory = testkeys_mkdir();
	recipe.key = testkeys_new(kinds[i].key);
	x509 = testkeys_certify(&recipe);
	testkeys_add_private(testkeys_path(directory, "key.pem"), recipe.key);
	EVP_PKEY_free(recipe.key);
	ring = testkeys_ring(&profile, &x509, 1);
	verifier = verifier_new(ring, &profile);
	testkeys_write(testkeys_path(directory, "file"), "content\n", 8);
	testkeys_write(testkeys_path(directory, "copy"), "content\n", 8);
	ck_assert_int_eq(chmod(testkeys_path(directory, "file"), 0644), 0);
	snprintf(command, sizeof(command),
		 "evmctl %s --key %s/key.pem --keyid=4142434a %s %s/file >/dev/null 2>&1",
		 kinds[i].options, directory,
		 kinds[i].portable ? "" : "--uuid=" UUID " --generation=4711", directory);
	ck_assert_msg(system(command) == 0, "%s", command);
}

static void teardown(void)
{
	verifier_free(verifier);
	keyring_free(ring);
	testkeys_rmdir(directory);
}

static enum evm_status judge(const char *name)
{
	static const struct evm_fs fs = {
		.has_uuid = true,
		.uuid = {0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc,
			 0xdd, 0xee, 0xff},
	};
	struct inode_facts inode = {.generation = GENERATION, .has_generation = true};
	struct evm_outcome outcome;
	struct attrs attrs = {0};
	struct imaxattr label;
	struct stat st;
	int fd = open(testkeys_path(directory, name), O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(fstat(fd, &st), 0);
	inode.ino = st.st_ino;
	inode.mode = st.st_mode;
	inode.uid = st.st_uid;
	inode.gid = st.st_gid;
	attrs_read(fd, &attrs);
	ck_assert_int_eq(attrs.evm.state, ATTRS_PRESENT);
	imaxattr_decode(attrs.evm.data, attrs.evm.size, &label);
	outcome = evm_judge(verifier, &profile, NULL, &inode, &attrs, &label, &fs);
	attrs_done(&attrs);
	close(fd);
	return outcome.status;
}

static void copy_attribute(const char *name)
{
	uint8_t value[4096];
	ssize_t n = getxattr(testkeys_path(directory, "file"), name, value, sizeof(value));

	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(setxattr(testkeys_path(directory, "copy"), name, value, (size_t)n, 0), 0);
}

START_TEST(agrees_with_evmctl)
{
	static uint8_t caps[20] = {1, 0, 0, 2, 0, 0x20};
	enum evm_status good = kinds[_i].portable ? EVM_STATUS_PASS_IMMUTABLE : EVM_STATUS_PASS;
	enum evm_status bad = kinds[_i].portable ? EVM_STATUS_FAIL_IMMUTABLE : EVM_STATUS_FAIL;
	char file[4096];

	setup(_i);
	snprintf(file, sizeof(file), "%s", testkeys_path(directory, "file"));
	ck_assert_int_eq(judge("file"), good);
	/* Changed, then as it was. */
	ck_assert_int_eq(chmod(file, 0755), 0);
	ck_assert_int_eq(judge("file"), bad);
	ck_assert_int_eq(chmod(file, 0644), 0);
	ck_assert_int_eq(judge("file"), good);
	ck_assert_int_eq(chown(file, 1, 0), 0);
	ck_assert_int_eq(judge("file"), bad);
	ck_assert_int_eq(chown(file, 0, 1), 0);
	ck_assert_int_eq(judge("file"), bad);
	ck_assert_int_eq(chown(file, 0, 0), 0);
	ck_assert_int_eq(judge("file"), good);
	/* A protected attribute more; one that is not protected. */
	ck_assert_int_eq(setxattr(file, "security.capability", caps, sizeof(caps), 0), 0);
	ck_assert_int_eq(judge("file"), bad);
	ck_assert_int_eq(removexattr(file, "security.capability"), 0);
	ck_assert_int_eq(setxattr(file, "user.comment", "x", 1, 0), 0);
	ck_assert_int_eq(judge("file"), good);
	/* Moved to another inode. */
	copy_attribute("security.ima");
	copy_attribute("security.evm");
	ck_assert_int_eq(chmod(testkeys_path(directory, "copy"), 0644), 0);
	ck_assert_int_eq(judge("copy"), kinds[_i].portable ? good : bad);
	teardown();
}
END_TEST

Suite *evmctl_suite(void)
{
	Suite *suite = suite_create("evmctl");
	TCase *tcase = tcase_create("evmctl");

	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(tcase, agrees_with_evmctl, 0, sizeof(kinds) / sizeof(kinds[0]));
	suite_add_tcase(suite, tcase);
	return suite;
}
