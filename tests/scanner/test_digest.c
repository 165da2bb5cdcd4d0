/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/digest.c against published values of the hash functions' own specifications. */
#include "scanner/digest.h"

#include <errno.h>
#include <string.h>

#include "scanner/base/buf.h"
#include "tests/suites.h"

static struct digester *digester;

static void setup(void)
{
	struct fault f = {0};

	ck_assert_msg(digest_init(&f) == 0, "%s", f.text);
	digester = digester_new();
	ck_assert_ptr_nonnull(digester);
}

static void teardown(void)
{
	digester_free(digester);
	digest_exit();
}

/* Of "abc"; NULL: libcrypto has none. */
static const struct {
	enum hashalgo_id id;
	const char *hex;
} rows[] = {
	{HASHALGO_MD4, "a448017aaf21d8525fc10ae87aa6729d"},
	{HASHALGO_MD5, "900150983cd24fb0d6963f7d28e17f72"},
	{HASHALGO_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
	{HASHALGO_RMD160, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"},
	{HASHALGO_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{HASHALGO_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
			  "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
	{HASHALGO_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
			  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
	{HASHALGO_SHA224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
	{HASHALGO_RMD128, NULL},
	{HASHALGO_RMD256, NULL},
	{HASHALGO_RMD320, NULL},
	{HASHALGO_WP256, "4e2448a4c6f486bb16b6562c73b4020bf3043e3a731bce721ae1b303d97e6d4c"},
	{HASHALGO_WP384, "4e2448a4c6f486bb16b6562c73b4020bf3043e3a731bce72"
			 "1ae1b303d97e6d4c7181eebdb6c57e277d0e34957114cbd6"},
	{HASHALGO_WP512, "4e2448a4c6f486bb16b6562c73b4020bf3043e3a731bce721ae1b303d97e6d4c"
			 "7181eebdb6c57e277d0e34957114cbd6c797fc9d95d8b582d225292076d4eef5"},
	{HASHALGO_TGR128, NULL},
	{HASHALGO_TGR160, NULL},
	{HASHALGO_TGR192, NULL},
	{HASHALGO_SM3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
	{HASHALGO_STREEBOG256, NULL},
	{HASHALGO_STREEBOG512, NULL},
	{HASHALGO_SHA3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
	{HASHALGO_SHA3_384, "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c25"
			    "96da7cf0e49be4b298d88cea927ac7f539f1edf228376d25"},
	{HASHALGO_SHA3_512, "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
			    "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"},
};

START_TEST(hashes)
{
	const struct hashalgo *algo = hashalgo_by_id(rows[_i].id);
	struct digest out = {.size_bytes = 99};
	struct fault f = {0};
	own_buf struct buf hex = {0};

	ck_assert_int_eq((int)_i, (int)rows[_i].id);
	ck_assert_int_eq(digest_available(algo), rows[_i].hex != NULL);
	if (!rows[_i].hex) {
		ck_assert_int_eq(digest_buffer(digester, algo, "abc", 3, &out, &f), -1);
		ck_assert_int_eq(f.os, EINVAL);
		ck_assert_uint_eq(out.size_bytes, 99);
		return;
	}
	ck_assert_int_eq(digest_buffer(digester, algo, "abc", 3, &out, &f), 0);
	ck_assert_ptr_eq(out.algo, algo);
	ck_assert_uint_eq(out.size_bytes, algo->size_bytes);
	buf_hex(&hex, out.value, out.size_bytes);
	ck_assert_str_eq(buf_text(&hex), rows[_i].hex);
}
END_TEST

/* One digester hashes file after file, in pieces, also after one that was given up. */
START_TEST(is_reusable)
{
	const struct hashalgo *sha256 = hashalgo_by_id(HASHALGO_SHA256);
	const struct hashalgo *md5 = hashalgo_by_id(HASHALGO_MD5);
	struct digest whole, pieces;

	ck_assert_int_eq(digest_buffer(digester, sha256, "abcdef", 6, &whole, NULL), 0);
	ck_assert_int_eq(digester_begin(digester, md5, NULL), 0);
	ck_assert_int_eq(digester_update(digester, "given up", 8, NULL), 0);
	ck_assert_int_eq(digester_begin(digester, sha256, NULL), 0);
	ck_assert_int_eq(digester_update(digester, "ab", 2, NULL), 0);
	ck_assert_int_eq(digester_update(digester, "", 0, NULL), 0);
	ck_assert_int_eq(digester_update(digester, "cdef", 4, NULL), 0);
	ck_assert_int_eq(digester_end(digester, &pieces, NULL), 0);
	ck_assert_mem_eq(whole.value, pieces.value, 32);
}
END_TEST

START_TEST(needs_a_start)
{
	struct digest out;
	struct fault f = {0};

	ck_assert_int_eq(digester_update(digester, "a", 1, &f), -1);
	ck_assert_int_eq(digester_end(digester, &out, &f), -1);
	ck_assert_int_eq(digest_buffer(digester, hashalgo_by_id(HASHALGO_SHA1), "", 0, &out, &f),
			 0);
	ck_assert_int_eq(digester_end(digester, &out, &f), -1);
}
END_TEST

/* RFC 2202, cases 2 and 6; and no key at all. */
START_TEST(computes_hmac)
{
	static const char text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t key[80], out[20];
	own_buf struct buf hex = {0};

	ck_assert_int_eq(digest_hmac_sha1((const uint8_t *)"Jefe", 4,
					  "what do ya want for nothing?", 28, out, NULL),
			 0);
	buf_hex(&hex, out, sizeof(out));
	memset(key, 0xaa, sizeof(key));
	ck_assert_int_eq(digest_hmac_sha1(key, sizeof(key), text, sizeof(text) - 1, out, NULL), 0);
	buf_hex(&hex, out, sizeof(out));
	ck_assert_int_eq(digest_hmac_sha1(NULL, 0, "", 0, out, NULL), 0);
	buf_hex(&hex, out, sizeof(out));
	ck_assert_str_eq(buf_text(&hex), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
					 "aa4ae5e15272d00e95705637ce8a3b55ed402112"
					 "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
}
END_TEST

Suite *digest_suite(void)
{
	Suite *suite = suite_create("digest");
	TCase *tcase = tcase_create("digest");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, hashes, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, is_reusable);
	tcase_add_test(tcase, needs_a_start);
	tcase_add_test(tcase, computes_hmac);
	suite_add_tcase(suite, tcase);
	return suite;
}
