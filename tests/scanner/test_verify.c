/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of verify.c and pkverify.c: every result of a signature label, and every bit of one
 * changed. */
#include "scanner/verify.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "scanner/digest.h"
#include "tests/scanner/testkeys.h"
#include "tests/suites.h"

enum { ID_RSA = 0x61616161, ID_P256 = 0x62626262, ID_P384 = 0x63636363, ID_P521 = 0x64646464 };

static EVP_PKEY *rsa, *rsa2, *odd, *p192, *p256, *p384, *p521, *sm2;
static struct kernel_profile profile;
static struct keyring *ring;
static struct verifier *verifier;
static struct digester *digester;
static struct buf sig, bytes;

static void make_keys(void)
{
	rsa = testkeys_new("rsa1024");
	rsa2 = testkeys_new("rsa1024");
	odd = testkeys_new("rsa1100");
	p192 = testkeys_new("P-192");
	p256 = testkeys_new("P-256");
	p384 = testkeys_new("P-384");
	p521 = testkeys_new("P-521");
	sm2 = testkeys_new("SM2");
}

static void free_keys(void)
{
	EVP_PKEY *keys[] = {rsa, rsa2, odd, p192, p256, p384, p521, sm2};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		EVP_PKEY_free(keys[i]);
}

static X509 *certify(EVP_PKEY *key, const char *name, const char *id)
{
	char skid[7] = "\4\4xxxx";

	memcpy(skid + 2, id, 4);
	return testkeys_certify(&(struct testkeys_cert){.key = key,
							.subject = name,
							.signer = rsa,
							.issuer = "The authority",
							.serial = name[0] << 8 | name[1],
							.skid = skid,
							.skid_size = 6});
}

static void use_ring(X509 **x509, size_t count)
{
	verifier_free(verifier);
	keyring_free(ring);
	ring = testkeys_ring(&profile, x509, count);
	verifier = verifier_new(ring, &profile);
}

static void setup(void)
{
	X509 *x509[6];

	ck_assert_int_eq(digest_init(NULL), 0);
	digester = digester_new();
	profile = testkeys_profile();
	profile.sm2 = true;
	x509[0] = certify(rsa, "rsa", "aaaa");
	x509[1] = certify(p256, "p256", "bbbb");
	x509[2] = certify(p384, "p384", "cccc");
	x509[3] = certify(p521, "p521", "dddd");
	x509[4] = certify(odd, "odd", "oooo");
	x509[5] = certify(p192, "p192", "eeee");
	use_ring(x509, 6);
}

static void teardown(void)
{
	verifier_free(verifier);
	keyring_free(ring);
	verifier = NULL;
	ring = NULL;
	digester_free(digester);
	buf_done(&sig);
	buf_done(&bytes);
	digest_exit();
}

static struct digest digest_of(enum hashalgo_id id, const void *data, size_t size)
{
	struct digest digest;

	ck_assert_int_eq(digest_buffer(digester, hashalgo_by_id(id), data, size, &digest, NULL), 0);
	return digest;
}

static enum verify_result check(const void *label, size_t size, const struct digest *digest)
{
	struct imaxattr decoded;

	imaxattr_decode(label, size, &decoded);
	return verifier_check(verifier, &decoded, digest).result;
}

static enum verify_result check_bytes(const struct digest *digest)
{
	return check(bytes.data, bytes.len, digest);
}

/* A label of version 2 in `bytes`. */
static void sign_v2(EVP_PKEY *key, uint32_t keyid, const struct digest *digest)
{
	const char *md = EVP_PKEY_is_a(key, "RSA") ? digest->algo->openssl : NULL;

	testkeys_sign(key, md, digest->value, digest->size_bytes, &sig);
	testkeys_label(3, 2, (uint8_t)digest->algo->id, keyid, &sig, &bytes);
}

/* For each hash: does RSA, does ECDSA verify by it on 6.12 and on 6.1? Streebog is not to be had.
 */
static const struct {
	enum hashalgo_id id;
	bool rsa, rsa61, ecdsa;
} hashes[] = {
	{HASHALGO_MD4, false, false, false},	{HASHALGO_MD5, true, true, false},
	{HASHALGO_SHA1, true, true, true},	{HASHALGO_RMD160, true, true, false},
	{HASHALGO_SHA256, true, true, true},	{HASHALGO_SHA384, true, true, true},
	{HASHALGO_SHA512, true, true, true},	{HASHALGO_SHA224, true, true, true},
	{HASHALGO_WP256, false, false, false},	{HASHALGO_WP384, false, false, false},
	{HASHALGO_WP512, false, false, false},	{HASHALGO_SM3, false, false, false},
	{HASHALGO_SHA3_256, true, false, true}, {HASHALGO_SHA3_384, true, false, true},
	{HASHALGO_SHA3_512, true, false, true},
};

static enum verify_result expect(bool taken)
{
	return taken ? VERIFY_OK : VERIFY_UNSUPPORTED_ALGO;
}

START_TEST(verifies_rsa_by_each_hash)
{
	struct digest digest = digest_of(hashes[_i].id, "content", 7);

	/* libcrypto refuses to sign by some that have no DigestInfo; any bytes will do there. */
	if (hashes[_i].rsa)
		sign_v2(rsa, ID_RSA, &digest);
	else {
		testkeys_sign(rsa, NULL, digest.value, digest.size_bytes, &sig);
		testkeys_label(3, 2, (uint8_t)hashes[_i].id, ID_RSA, &sig, &bytes);
	}
	ck_assert_int_eq(check_bytes(&digest), expect(hashes[_i].rsa));
	if (hashes[_i].rsa) {
		digest.value[0] ^= 1;
		ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD);
		digest.value[0] ^= 1;
	}
	profile.minor = 1;
	ck_assert_int_eq(check_bytes(&digest), expect(hashes[_i].rsa61));
}
END_TEST

START_TEST(verifies_ecdsa_by_each_hash)
{
	EVP_PKEY *keys[] = {p256, p384, p521, p192};
	uint32_t ids[] = {ID_P256, ID_P384, ID_P521, 0x65656565};

	for (unsigned k = 0; k < 4; k++) {
		struct digest digest = digest_of(hashes[_i].id, "content", 7);

		profile.ecdsa = true;
		sign_v2(keys[k], ids[k], &digest);
		ck_assert_int_eq(check_bytes(&digest), expect(hashes[_i].ecdsa));
		if (hashes[_i].ecdsa) {
			digest.value[0] ^= 1;
			ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD);
		}
		profile.ecdsa = false;
		ck_assert_int_eq(check_bytes(&digest), VERIFY_UNSUPPORTED_ALGO);
	}
}
END_TEST

/* Labels of version 2 made from a good one; `at` and `to` change one byte, `cut` and `add` the
 * length. */
static const struct {
	const char *what;
	int at, to, cut, add;
	enum verify_result result;
} malformed[] = {
	{"as signed", 0, 3, 0, 0, VERIFY_OK},
	{"type 05 is verified alike", 0, 5, 0, 0, VERIFY_OK},
	{"version 0", 1, 0, 0, 0, VERIFY_UNSUPPORTED_VERSION},
	{"version 3 outside of files", 1, 3, 0, 0, VERIFY_OK},
	{"version 4", 1, 4, 0, 0, VERIFY_UNSUPPORTED_VERSION},
	{"another algorithm", 2, HASHALGO_SHA512, 0, 0, VERIFY_BAD},
	{"sm3", 2, HASHALGO_SM3, 0, 0, VERIFY_UNSUPPORTED_ALGO},
	{"unknown algorithm", 2, 23, 0, 0, VERIFY_UNSUPPORTED_ALGO},
	{"unknown algorithm and key", 2, 255, 0, 0, VERIFY_UNSUPPORTED_ALGO},
	{"unknown key", 3, 0, 0, 0, VERIFY_NO_KEY},
	{"size too small", 8, 127, 0, 0, VERIFY_BAD},
	{"size too large", 8, 129, 0, 0, VERIFY_BAD},
	{"a byte more", 0, 3, 0, 1, VERIFY_BAD},
	{"a byte more, and said so", 8, 129, 0, 1, VERIFY_BAD},
	{"a byte less", 0, 3, 1, 0, VERIFY_BAD},
	{"a byte less, and said so", 8, 127, 1, 0, VERIFY_BAD},
	{"header alone", 8, 0, 128, 0, VERIFY_BAD},
	{"header cut off", 0, 3, 129, 0, VERIFY_BAD},
	{"type and version", 0, 3, 135, 0, VERIFY_BAD},
	{"type alone", 0, 3, 136, 0, VERIFY_BAD},
};

START_TEST(judges_the_header)
{
	struct digest digest = digest_of(HASHALGO_SHA256, "content", 7);

	sign_v2(rsa, ID_RSA, &digest);
	ck_assert_uint_eq(bytes.len, 9 + 128);
	bytes.data[malformed[_i].at] = (char)malformed[_i].to;
	for (int i = 0; i < malformed[_i].add; i++)
		buf_addc(&bytes, 0);
	ck_assert_msg(check(bytes.data, bytes.len - (size_t)malformed[_i].cut, &digest) ==
			      malformed[_i].result,
		      "%s", malformed[_i].what);
}
END_TEST

/* The end of the issuer's name is an id as well; here all five certificates have it. */
START_TEST(tells_ambiguity)
{
	struct digest digest = digest_of(HASHALGO_SHA256, "content", 7);
	uint32_t issuer = keyring_at(ring, 0)->issuer_id;
	struct imaxattr label;
	X509 *pair[2];

	sign_v2(rsa, issuer, &digest);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_AMBIGUOUS);
	pair[0] = certify(rsa, "one", "xxxx");
	pair[1] = certify(rsa, "two", "xxxx");
	use_ring(pair, 2);
	sign_v2(rsa, 0x78787878, &digest);
	imaxattr_decode((uint8_t *)bytes.data, bytes.len, &label);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_OK);
	ck_assert_ptr_eq(verifier_check(verifier, &label, &digest).key, keyring_at(ring, 0));
	pair[0] = certify(rsa, "one", "xxxx");
	pair[1] = certify(rsa2, "two", "xxxx");
	use_ring(pair, 2);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_AMBIGUOUS);
	digest.value[0] ^= 1; /* bad by either */
	ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD);
}
END_TEST

START_TEST(tells_missing_and_revoked_keys)
{
	struct digest digest = digest_of(HASHALGO_SHA256, "content", 7);
	X509 *same = certify(rsa2, "revoked by id", "aaaa");
	struct keyring *revoked = testkeys_ring(&profile, &same, 1);

	sign_v2(rsa, ID_RSA, &digest);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_OK);
	keyring_revoke(ring, revoked);
	ck_assert(!keyring_at(ring, 0)->revoked); /* another key, of the same id */
	ck_assert_int_eq(check_bytes(&digest), VERIFY_REVOKED);
	use_ring(NULL, 0);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_NO_KEYRING);
	bytes.data[8]++;
	ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD); /* whatever key there may be */
	keyring_free(revoked);
}
END_TEST

/* RSA signatures that are almost PKCS#1 v1.5. */
START_TEST(is_strict_about_rsa)
{
	struct digest digest = digest_of(HASHALGO_SHA256, "content", 7);
	struct digest sha512 = digest_of(HASHALGO_SHA512, "content", 7);

	testkeys_sign(rsa, NULL, digest.value, digest.size_bytes, &sig); /* no DigestInfo */
	testkeys_label(3, 2, HASHALGO_SHA256, ID_RSA, &sig, &bytes);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD);
	testkeys_sign(rsa, "sha512", sha512.value, sha512.size_bytes, &sig);
	testkeys_label(3, 2, HASHALGO_SHA512, ID_RSA, &sig, &bytes);
	ck_assert_int_eq(check_bytes(&sha512), VERIFY_OK);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD);
	/* A modulus of a size the kernel does not know. */
	testkeys_sign(odd, "sha256", digest.value, digest.size_bytes, &sig);
	testkeys_label(3, 2, HASHALGO_SHA256, 0x6f6f6f6f, &sig, &bytes);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD);
}
END_TEST

/* The same signature plus the modulus: the same number to a verifier that reduces it. */
static void add_modulus(EVP_PKEY *key, struct buf *signature)
{
	BIGNUM *n = NULL, *s = BN_bin2bn((uint8_t *)signature->data, (int)signature->len, NULL);
	uint8_t sum[129];

	ck_assert(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n));
	ck_assert(BN_add(s, s, n));
	ck_assert_int_eq(BN_bn2binpad(s, sum, sizeof(sum)), sizeof(sum));
	buf_clear(signature);
	buf_add(signature, sum, sizeof(sum));
	BN_free(n);
	BN_free(s);
}

/* A number as large as the good signature's, in a byte less: libcrypto alone would take it. */
START_TEST(demands_the_whole_length_of_rsa)
{
	struct digest digest;
	unsigned content = 0;

	do {
		digest = digest_of(HASHALGO_SHA256, &content, sizeof(content));
		content++;
		testkeys_sign(rsa, "sha256", digest.value, digest.size_bytes, &sig);
	} while (sig.data[0] != 0);
	testkeys_label(3, 2, HASHALGO_SHA256, ID_RSA, &sig, &bytes);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_OK);
	memmove(sig.data, sig.data + 1, --sig.len);
	testkeys_label(3, 2, HASHALGO_SHA256, ID_RSA, &sig, &bytes);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD);
}
END_TEST

START_TEST(knows_p521_since_6_10)
{
	struct digest digest = digest_of(HASHALGO_SHA512, "content", 7);

	sign_v2(p521, ID_P521, &digest);
	profile.minor = 10;
	ck_assert_int_eq(check_bytes(&digest), VERIFY_OK);
	profile.minor = 9;
	ck_assert_int_eq(check_bytes(&digest), VERIFY_UNSUPPORTED_ALGO);
}
END_TEST

/* A label of version 1 in `bytes`: header, then `bits` and the number. */
static void sign_v1(const struct digest *digest, unsigned bits, bool plus_modulus)
{
	uint8_t header[17] = "\3\1tttt\0\0kkkkkkkk\1";
	struct digest sha1;
	own_buf struct buf message = {0};
	uint64_t id = keyring_at(ring, 0)->keyid_v1;

	for (unsigned i = 0; i < 8; i++)
		header[8 + i] = (uint8_t)(id >> (56 - 8 * i));
	buf_add(&message, digest->value, digest->size_bytes);
	buf_add(&message, header + 1, 16);
	sha1 = digest_of(HASHALGO_SHA1, message.data, message.len);
	testkeys_sign(rsa, NULL, sha1.value, 20, &sig);
	if (plus_modulus)
		add_modulus(rsa, &sig);
	buf_clear(&bytes);
	buf_add(&bytes, header, sizeof(header));
	buf_addc(&bytes, (char)(bits >> 8));
	buf_addc(&bytes, (char)bits);
	buf_add(&bytes, sig.data, sig.len);
}

START_TEST(verifies_v1)
{
	struct digest digest = digest_of(HASHALGO_SHA256, "content", 7);
	struct imaxattr label;
	X509 *same = certify(rsa, "same key", "yyyy");
	struct keyring *revoked;

	sign_v1(&digest, 1024, false);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_OK);
	imaxattr_decode((uint8_t *)bytes.data, bytes.len, &label);
	ck_assert_ptr_eq(verifier_check(verifier, &label, &digest).key, keyring_at(ring, 0));
	buf_puts(&bytes, "what follows is ignored");
	ck_assert_int_eq(check_bytes(&digest), VERIFY_OK);
	bytes.data[7] ^= 1; /* the HASH byte is not looked at, but signed */
	ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD);
	bytes.data[7] ^= 1;
	bytes.data[6] = 1; /* DSA */
	ck_assert_int_eq(check_bytes(&digest), VERIFY_UNSUPPORTED_ALGO);
	bytes.data[6] = 0;
	bytes.data[8] ^= 1;
	ck_assert_int_eq(check_bytes(&digest), VERIFY_NO_KEY);
	bytes.data[8] ^= 1;
	revoked = testkeys_ring(&profile, &same, 1);
	keyring_revoke(ring, revoked);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_REVOKED);
	keyring_free(revoked);
	profile.sig_v1 = false;
	ck_assert_int_eq(check_bytes(&digest), VERIFY_UNSUPPORTED_VERSION);
}
END_TEST

START_TEST(reads_v1_numbers_as_the_kernel)
{
	struct digest digest = digest_of(HASHALGO_SHA256, "content", 7);

	sign_v1(&digest, 1017, false); /* the same number of bytes */
	ck_assert_int_eq(check_bytes(&digest), VERIFY_OK);
	sign_v1(&digest, 1016, false);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD);
	sign_v1(&digest, 1025, false); /* more than there are */
	ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD);
	sign_v1(&digest, 1032, true); /* its remainder is taken */
	ck_assert_int_eq(check_bytes(&digest), VERIFY_OK);
	ck_assert_int_eq(check(bytes.data, 18, &digest), VERIFY_BAD);
	ck_assert_int_eq(check(bytes.data, 19, &digest), VERIFY_BAD);
	use_ring(NULL, 0);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_NO_KEYRING);
}
END_TEST

/* Version 3 signs type, algorithm and digest; of which labels depends on the kernel. */
static const struct {
	uint8_t type, id_type;
	bool sigv3_files;
	enum verify_result result;
} v3[] = {
	{6, 6, false, VERIFY_OK},  {6, 3, false, VERIFY_BAD}, {6, 6, true, VERIFY_OK},
	{3, 3, false, VERIFY_BAD}, {3, 3, true, VERIFY_OK},   {3, 6, true, VERIFY_BAD},
	{5, 5, false, VERIFY_BAD}, {5, 5, true, VERIFY_OK},
};

START_TEST(verifies_v3)
{
	struct digest digest = digest_of(HASHALGO_SHA256, "content", 7), id_hash;
	uint8_t id[2 + 32] = {v3[_i].id_type, HASHALGO_SHA256};

	profile.sigv3_files = v3[_i].sigv3_files;
	memcpy(id + 2, digest.value, 32);
	id_hash = digest_of(HASHALGO_SHA256, id, sizeof(id));
	sign_v2(rsa, ID_RSA, &id_hash);
	bytes.data[0] = (char)v3[_i].type;
	bytes.data[1] = 3;
	ck_assert_int_eq(check_bytes(&digest), v3[_i].result);
	/* The file id is hashed by the collected algorithm, so a header that differs fails by RSA.
	 */
	bytes.data[2] = HASHALGO_SHA512;
	ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD);
	sign_v2(p256, ID_P256, &id_hash);
	bytes.data[0] = (char)v3[_i].type;
	bytes.data[1] = 3;
	bytes.data[2] = HASHALGO_SHA512;
	ck_assert_int_eq(check_bytes(&digest), v3[_i].result);
	bytes.data[2] = HASHALGO_SM3;
	ck_assert_int_eq(check_bytes(&digest), VERIFY_UNSUPPORTED_ALGO);
}
END_TEST

START_TEST(verifies_sm2_where_there_is_any)
{
	X509 *x509 = certify(sm2, "sm2", "ssss");
	struct digest digest = digest_of(HASHALGO_SM3, "content", 7);

	use_ring(&x509, 1);
	ck_assert_ptr_null(keyring_at(ring, 0)->refused);
	sign_v2(sm2, 0x73737373, &digest);
	ck_assert_int_eq(check_bytes(&digest), VERIFY_OK);
	digest.value[0] ^= 1;
	ck_assert_int_eq(check_bytes(&digest), VERIFY_BAD);
	profile.sm2 = false;
	ck_assert_int_eq(check_bytes(&digest), VERIFY_UNSUPPORTED_ALGO);
}
END_TEST

/*
 * Each bit after the type byte of an RSA label. The one that verifies turns version 2 into 3, which
 * a kernel before sigv3_files takes alike here and refuses elsewhere.
 */
START_TEST(catches_every_bit_of_rsa)
{
	struct digest digest = digest_of(HASHALGO_SHA256, "content", 7);

	sign_v2(rsa, ID_RSA, &digest);
	for (size_t bit = 8; bit < bytes.len * 8; bit++) {
		bool lax;

		bytes.data[bit / 8] ^= (char)(1 << bit % 8);
		lax = bit / 8 == 1 && bytes.data[1] == 3;
		ck_assert_msg((check_bytes(&digest) == VERIFY_OK) == lax, "bit %zu", bit);
		bytes.data[bit / 8] ^= (char)(1 << bit % 8);
	}
}
END_TEST

/*
 * ECDSA: the algorithm byte may become another that ECDSA knows, and the SEQUENCE's constructed bit
 * is not looked at. (r and s are chosen to have no leading zero, so that lengths are the shortest.)
 */
START_TEST(catches_every_bit_of_ecdsa)
{
	struct digest digest = digest_of(HASHALGO_SHA256, "content", 7);

	do
		sign_v2(p256, ID_P256, &digest);
	while (bytes.len != 9 + 70);
	for (size_t bit = 8; bit < bytes.len * 8; bit++) {
		bool lax;
		uint8_t now;

		bytes.data[bit / 8] ^= (char)(1 << bit % 8);
		now = (uint8_t)bytes.data[bit / 8];
		lax = (bit / 8 == 1 && now == 3) || (bit / 8 == 9 && now == 0x10) ||
		      (bit / 8 == 2 && (now == HASHALGO_SHA384 || now == HASHALGO_SHA512 ||
					now == HASHALGO_SHA3_256));
		ck_assert_msg((check_bytes(&digest) == VERIFY_OK) == lax, "bit %zu", bit);
		bytes.data[bit / 8] ^= (char)(1 << bit % 8);
	}
}
END_TEST

/* The raw form is for PKCS#7: same rules, no label. */
START_TEST(verifies_raw)
{
	struct digest digest = digest_of(HASHALGO_SHA256, "content", 7);

	testkeys_sign(rsa, "sha256", digest.value, 32, &sig);
	ck_assert_int_eq(
		verifier_raw(verifier, keyring_at(ring, 0), &digest, (uint8_t *)sig.data, sig.len),
		VERIFY_OK);
	ck_assert_int_eq(
		verifier_raw(verifier, keyring_at(ring, 1), &digest, (uint8_t *)sig.data, sig.len),
		VERIFY_BAD);
	buf_addc(&sig, 0);
	ck_assert_int_eq(
		verifier_raw(verifier, keyring_at(ring, 0), &digest, (uint8_t *)sig.data, sig.len),
		VERIFY_BAD);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *verify_suite(void)
{
	Suite *suite = suite_create("verify");
	TCase *tcase = tcase_create("verify");

	tcase_add_unchecked_fixture(tcase, make_keys, free_keys);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, verifies_rsa_by_each_hash, 0, ROWS(hashes));
	tcase_add_loop_test(tcase, verifies_ecdsa_by_each_hash, 0, ROWS(hashes));
	tcase_add_loop_test(tcase, judges_the_header, 0, ROWS(malformed));
	tcase_add_test(tcase, tells_ambiguity);
	tcase_add_test(tcase, tells_missing_and_revoked_keys);
	tcase_add_test(tcase, is_strict_about_rsa);
	tcase_add_test(tcase, demands_the_whole_length_of_rsa);
	tcase_add_test(tcase, knows_p521_since_6_10);
	tcase_add_test(tcase, verifies_v1);
	tcase_add_test(tcase, reads_v1_numbers_as_the_kernel);
	tcase_add_loop_test(tcase, verifies_v3, 0, ROWS(v3));
	tcase_add_test(tcase, verifies_sm2_where_there_is_any);
	tcase_add_test(tcase, catches_every_bit_of_rsa);
	tcase_add_test(tcase, catches_every_bit_of_ecdsa);
	tcase_add_test(tcase, verifies_raw);
	suite_add_tcase(suite, tcase);
	return suite;
}
