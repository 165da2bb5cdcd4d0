// SPDX-License-Identifier: GPL-2.0-or-later
/* Digests in security.ima, types 01 and 04: every algorithm, every length that could matter. */
#include <string.h>

#include "file.h"

static void label_and_done(struct file *f, const struct blob *label)
{
	file_ima(f, label);
	file_done(f);
}

static void ng(const char *name, unsigned id, const struct file *source, enum algo algo, int cut,
	       unsigned extra)
{
	struct file f = file_new("digest/%s", name);
	struct blob digest = file_digest(source ? source : &f, algo), label;

	digest.size -= (size_t)cut;
	label = label_digest(id, &digest);
	blob_add_fill(&label, 0xa5, extra);
	label_and_done(&f, &label);
}

static void each_algorithm(void)
{
	char name[128];

	for (unsigned id = 0; id < ALGO_COUNT; id++) {
		struct blob label, digest = {0};
		struct file f;

		if (algo_available(id)) {
			snprintf(name, sizeof(name), "ng-%s-good", algo_name(id));
			ng(name, id, NULL, id, 0, 0);
			snprintf(name, sizeof(name), "ng-%s-trailing", algo_name(id));
			ng(name, id, NULL, id, 0, 7);
			snprintf(name, sizeof(name), "ng-%s-short", algo_name(id));
			ng(name, id, NULL, id, 1, 0);
		}
		f = file_new("digest/ng-%s-bad", algo_name(id));
		if (algo_available(id))
			digest = file_digest(&f, id);
		else
			blob_add_fill(&digest, 0x5a, algo_size(id));
		digest.bytes[digest.size - 1] ^= 1;
		label = label_digest(id, &digest);
		label_and_done(&f, &label);
		/* Where the kernel has no name for the id, it takes its default algorithm. */
		f = file_new("digest/ng-%s-holds-sha256", algo_name(id));
		digest = file_digest(&f, ALGO_SHA256);
		label = label_digest(id, &digest);
		label_and_done(&f, &label);
	}
}

static void unknown_ids(void)
{
	static const unsigned ids[] = {23, 24, 31, 99, 127, 128, 200, 255};
	char name[128];

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		snprintf(name, sizeof(name), "id%u-sha256", ids[i]);
		ng(name, ids[i], NULL, ALGO_SHA256, 0, 0);
		snprintf(name, sizeof(name), "id%u-sha1", ids[i]);
		ng(name, ids[i], NULL, ALGO_SHA1, 0, 0);
		snprintf(name, sizeof(name), "id%u-sha512", ids[i]);
		ng(name, ids[i], NULL, ALGO_SHA512, 0, 0);
	}
}

/* Type 01: the length alone tells the algorithm. */
static void legacy(const char *name, enum algo algo, unsigned zeros, int cut, bool wrong)
{
	struct file f = file_new("digest/legacy-%s", name);
	struct blob digest = file_digest(&f, algo), label = {0};

	digest.bytes[3] ^= wrong ? 0x10 : 0;
	digest.size -= (size_t)cut;
	blob_add_u8(&label, 1);
	blob_add_blob(&label, &digest);
	blob_add_fill(&label, 0, zeros);
	label_and_done(&f, &label);
}

static void each_legacy(void)
{
	legacy("sha1-good", ALGO_SHA1, 0, 0, false);
	legacy("sha1-bad", ALGO_SHA1, 0, 0, true);
	legacy("sha1-trailing1", ALGO_SHA1, 1, 0, false);
	legacy("sha1-trailing12", ALGO_SHA1, 12, 0, false);
	legacy("sha1-short", ALGO_SHA1, 0, 1, false);
	legacy("sha1-cut-zeros", ALGO_SHA1, 4, 4, false);
	legacy("md5-good", ALGO_MD5, 0, 0, false);
	legacy("md5-bad", ALGO_MD5, 0, 0, true);
	legacy("md5-zeros-good", ALGO_MD5, 4, 0, false);
	legacy("md5-zeros-bad", ALGO_MD5, 4, 0, true);
	legacy("md5-zeros3", ALGO_MD5, 3, 0, false);
	legacy("md5-zeros5", ALGO_MD5, 5, 0, false);
	legacy("md5-short", ALGO_MD5, 0, 1, false);
	legacy("md4", ALGO_MD4, 0, 0, false);
	legacy("rmd160", ALGO_RMD160, 0, 0, false);
	legacy("sha224", ALGO_SHA224, 0, 0, false);
	legacy("sha256-good", ALGO_SHA256, 0, 0, false);
	legacy("sha256-bad", ALGO_SHA256, 0, 0, true);
	legacy("sha256-short", ALGO_SHA256, 0, 1, false);
	legacy("sha256-trailing", ALGO_SHA256, 9, 0, false);
	legacy("sha384", ALGO_SHA384, 0, 0, false);
	legacy("sha512", ALGO_SHA512, 0, 0, false);
	legacy("sha512-short", ALGO_SHA512, 0, 1, false);
}

/* The example message of RFC 6986, sections 10.1.1 and 10.1.2, as OpenSSL has no Streebog. */
static void streebog(void)
{
	static const char message[] =
		"012345678901234567890123456789012345678901234567890123456789012";
	static const struct {
		const char *name;
		unsigned id;
		const char *hex;
	} rows[] = {
		{"digest/ng-streebog256-good", ALGO_STREEBOG256,
		 "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"},
		{"digest/ng-streebog512-good", ALGO_STREEBOG512,
		 "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa"
		 "00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct file f = file_with(rows[i].name, message, strlen(message));
		struct blob digest = blob_from_hex(rows[i].hex);
		struct blob label = label_digest(rows[i].id, &digest);

		label_and_done(&f, &label);
	}
}

static void foreign(void)
{
	struct file other = file_new("digest/nolabel-other"), f;
	struct blob digest = algo_digest(ALGO_SHA256, "", 0), label;

	ng("of-another-file", ALGO_SHA256, &other, ALGO_SHA256, 0, 0);
	f = file_new("digest/of-nothing");
	label = label_digest(ALGO_SHA256, &digest);
	label_and_done(&f, &label);
	ng("sha1-called-sha256", ALGO_SHA256, NULL, ALGO_SHA1, 0, 0);
	ng("sha512-called-sha256", ALGO_SHA256, NULL, ALGO_SHA512, 0, 0);
	ng("sha256-called-sha1", ALGO_SHA1, NULL, ALGO_SHA256, 0, 0);
	ng("sha224-called-sha256", ALGO_SHA256, NULL, ALGO_SHA224, 0, 0);
	ng("sha256-trailing1000", ALGO_SHA256, NULL, ALGO_SHA256, 0, 1000);
	file_done(&other);
	f = file_new("digest/digest-as-hex");
	digest = file_digest(&f, ALGO_SHA256);
	label = (struct blob){0};
	blob_add_u8(&label, 4);
	blob_add_u8(&label, 4);
	for (size_t i = 0; i < digest.size; i++) {
		char pair[3];

		snprintf(pair, sizeof(pair), "%02x", digest.bytes[i]);
		blob_add(&label, pair, 2);
	}
	label_and_done(&f, &label);
}

void cases_digest(void)
{
	each_algorithm();
	unknown_ids();
	each_legacy();
	streebog();
	foreign();
}

/* Every type byte that means something, and some that do not, at lengths around each header. */
void cases_malformed(void)
{
	static const unsigned types[] = {0, 1, 2,    3,	   4,	 5,    6,   7,
					 8, 9, 0x10, 0x30, 0x7f, 0x80, 0xff};
	static const size_t lengths[] = {1, 2, 3, 8, 9, 10, 21, 22, 34};
	struct file f = file_new("malformed/no-label");

	file_done(&f);
	f = file_new("malformed/zero-bytes");
	label_and_done(&f, &(struct blob){0});
	for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
		for (size_t l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++) {
			struct blob label = {0}, digest;

			f = file_new("malformed/type-%02x-length-%zu", types[t], lengths[l]);
			digest = file_digest(&f, ALGO_SHA256);
			blob_add_u8(&label, types[t]);
			blob_add_u8(&label, types[t] == 4 ? 4 : 2);
			blob_add_blob(&label, &digest);
			label.size = lengths[l];
			label_and_done(&f, &label);
		}
	}
}
