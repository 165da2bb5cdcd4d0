// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures in security.ima, type 03: RSA and ECDSA, the keys they name, and version 1. */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>

#include "file.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void label_and_done(struct file *f, const struct blob *label)
{
	file_ima(f, label);
	file_done(f);
}

static void good_and_bad(const char *folder, const char *key, enum algo algo)
{
	struct file f = file_new("%s/%s-%s-good", folder, key, algo_name(algo));
	struct blob label = file_signature_label(&f, key, algo), digest;

	label_and_done(&f, &label);
	f = file_new("%s/%s-%s-bad", folder, key, algo_name(algo));
	digest = file_digest(&f, algo);
	digest.bytes[0] ^= 1;
	label = label_signed(signer_load(corpus.keys, key), 3, algo, &digest);
	label_and_done(&f, &label);
}

/* ---- RSA ---------------------------------------------------------------------------------- */

/* A change to a label that was right. */
struct damage {
	const char *name;
	void (*apply)(struct sig_parts *parts);
};

static void flip_first(struct sig_parts *p)
{
	p->signature.bytes[0] ^= 1;
}
static void flip_middle(struct sig_parts *p)
{
	p->signature.bytes[p->signature.size / 2] ^= 8;
}
static void flip_last(struct sig_parts *p)
{
	p->signature.bytes[p->signature.size - 1] ^= 1;
}
static void zero_signature(struct sig_parts *p)
{
	memset(p->signature.bytes, 0, p->signature.size);
}
static void ones_signature(struct sig_parts *p)
{
	memset(p->signature.bytes, 255, p->signature.size);
}
static void lie_plus1(struct sig_parts *p)
{
	p->size_lie = 1;
}
static void lie_minus1(struct sig_parts *p)
{
	p->size_lie = -1;
}
static void lie_zero(struct sig_parts *p)
{
	p->size_lie = -(int)p->signature.size;
}
static void lie_huge(struct sig_parts *p)
{
	p->size_lie = 0xffff - (int)p->signature.size;
}
static void truncate_1(struct sig_parts *p)
{
	p->signature.size -= 1, p->size_lie = 1;
}

static void truncate_half(struct sig_parts *p)
{
	p->size_lie = (int)(p->signature.size - p->signature.size / 2);
	p->signature.size /= 2;
}

static void shorter_honest(struct sig_parts *p)
{
	p->signature.size -= 1;
}
static void longer_honest(struct sig_parts *p)
{
	blob_add_u8(&p->signature, 0);
}
static void trailing_1(struct sig_parts *p)
{
	blob_add_u8(&p->signature, 0), p->size_lie = -1;
}
static void trailing_many(struct sig_parts *p)
{
	blob_add_fill(&p->signature, 7, 99), p->size_lie = -99;
}
static void version_0(struct sig_parts *p)
{
	p->version = 0;
}
static void version_1(struct sig_parts *p)
{
	p->version = 1;
}
static void version_3(struct sig_parts *p)
{
	p->version = 3;
}
static void version_4(struct sig_parts *p)
{
	p->version = 4;
}
static void version_255(struct sig_parts *p)
{
	p->version = 255;
}
static void algo_sha1(struct sig_parts *p)
{
	p->algo = ALGO_SHA1;
}
static void algo_sha512(struct sig_parts *p)
{
	p->algo = ALGO_SHA512;
}
static void algo_tgr(struct sig_parts *p)
{
	p->algo = ALGO_TGR192;
}
static void algo_20(struct sig_parts *p)
{
	p->algo = 20;
}
static void algo_23(struct sig_parts *p)
{
	p->algo = 23;
}
static void algo_255(struct sig_parts *p)
{
	p->algo = 255;
}
static void id_zero(struct sig_parts *p)
{
	memset(p->id, 0, 4);
}
static void id_flipped(struct sig_parts *p)
{
	p->id[3] ^= 1;
}

static void id_reversed(struct sig_parts *p)
{
	uint8_t id[4] = {p->id[3], p->id[2], p->id[1], p->id[0]};

	memcpy(p->id, id, 4);
}

static void leading_zero(struct sig_parts *p)
{
	struct blob b = {0};

	blob_add_u8(&b, 0);
	blob_add_blob(&b, &p->signature);
	p->signature = b;
}

static const struct damage damages[] = {
	{"flip-first", flip_first},
	{"flip-middle", flip_middle},
	{"flip-last", flip_last},
	{"zero-signature", zero_signature},
	{"ones-signature", ones_signature},
	{"size-plus1", lie_plus1},
	{"size-minus1", lie_minus1},
	{"size-zero", lie_zero},
	{"size-ffff", lie_huge},
	{"truncated1", truncate_1},
	{"truncated-half", truncate_half},
	{"shorter-honest", shorter_honest},
	{"longer-honest", longer_honest},
	{"trailing1", trailing_1},
	{"trailing99", trailing_many},
	{"leading-zero", leading_zero},
	{"version0", version_0},
	{"version1", version_1},
	{"version3", version_3},
	{"version4", version_4},
	{"version255", version_255},
	{"algo-sha1", algo_sha1},
	{"algo-sha512", algo_sha512},
	{"algo-tgr192", algo_tgr},
	{"algo-id20", algo_20},
	{"algo-id23", algo_23},
	{"algo-id255", algo_255},
	{"id-zero", id_zero},
	{"id-flipped", id_flipped},
	{"id-reversed", id_reversed},
};

static void damaged(const char *folder, const char *key)
{
	for (size_t i = 0; i < COUNT(damages); i++) {
		struct file f = file_new("%s/%s-%s", folder, key, damages[i].name);
		struct blob digest = file_digest(&f, ALGO_SHA256), label;
		struct sig_parts parts =
			sig_parts_of(signer_load(corpus.keys, key), 3, ALGO_SHA256, &digest);

		damages[i].apply(&parts);
		label = label_signature(&parts);
		label_and_done(&f, &label);
	}
}

/* A good label cut after so many bytes, as a file system or a careless copy may do. */
static void cut_headers(void)
{
	for (size_t size = 1; size <= 12; size++) {
		struct file f = file_new("rsa/cut-to-%zu", size);
		struct blob label = file_signature_label(&f, "rsa2048", ALGO_SHA256);

		label.size = size;
		label_and_done(&f, &label);
	}
}

static void rsa_wraps(void)
{
	static const struct {
		const char *name;
		enum algo said, meant;
		enum wrap wrap;
	} rows[] = {
		{"no-null", ALGO_SHA256, ALGO_SHA256, WRAP_NO_NULL},
		{"bare-digest", ALGO_SHA256, ALGO_SHA256, WRAP_BARE},
		{"pss", ALGO_SHA256, ALGO_SHA256, WRAP_PSS},
		{"oid-of-sha3", ALGO_SHA256, ALGO_SHA3_256, WRAP_DIGESTINFO},
		{"oid-of-sm3", ALGO_SHA256, ALGO_SM3, WRAP_DIGESTINFO},
	};
	const struct signer *s = signer_load(corpus.keys, "rsa2048");

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct file f = file_new("rsa/wrap-%s", rows[i].name);
		struct blob digest = file_digest(&f, ALGO_SHA256), label;
		struct sig_parts parts = sig_parts_of(s, 3, rows[i].said, &digest);

		parts.signature = sign_wrapped(s, rows[i].meant, &digest, rows[i].wrap);
		label = label_signature(&parts);
		label_and_done(&f, &label);
	}
}

/* s + n has the same length as s for about half of all moduli, and verifies if nobody looks. */
static void rsa_plus_modulus(void)
{
	const struct signer *s = signer_load(corpus.keys, "rsa2048");
	struct file f = file_new("rsa/plus-modulus");
	struct blob digest = file_digest(&f, ALGO_SHA256), label;
	struct sig_parts parts = sig_parts_of(s, 3, ALGO_SHA256, &digest);
	BIGNUM *n = NULL, *value = BN_bin2bn(parts.signature.bytes, 256, NULL);

	if (EVP_PKEY_get_bn_param(s->key, "n", &n) != 1 || BN_add(value, value, n) != 1)
		die("s + n");
	parts.signature.size = (size_t)BN_num_bytes(value);
	BN_bn2bin(value, parts.signature.bytes);
	label = label_signature(&parts);
	label_and_done(&f, &label);
	BN_free(n);
	BN_free(value);
}

void cases_rsa(void)
{
	static const enum algo few[] = {ALGO_SHA1, ALGO_SHA256, ALGO_SHA512};

	for (unsigned id = 0; id < ALGO_COUNT; id++)
		if (algo_available(id))
			good_and_bad("rsa", "rsa2048", id);
	for (size_t i = 0; i < COUNT(few); i++) {
		good_and_bad("rsa", "rsa3072", few[i]);
		good_and_bad("rsa", "rsa4096", few[i]);
	}
	good_and_bad("rsa", "rsa1024", ALGO_SHA256);
	damaged("rsa", "rsa2048");
	cut_headers();
	rsa_wraps();
	rsa_plus_modulus();
}

/* ---- which key ---------------------------------------------------------------------------- */

enum which_id { ID_OWN, ID_ISSUER, ID_SHA1, ID_HEAD, ID_FOREIGN };

static void by_id(const char *name, const char *key, enum which_id which)
{
	const struct signer *s = signer_load(corpus.keys, key);
	struct file f = file_new("keys/%s", name);
	struct blob digest = file_digest(&f, ALGO_SHA256), label;
	struct sig_parts parts = sig_parts_of(s, 3, ALGO_SHA256, &digest);

	switch (which) {
	case ID_OWN: break;
	case ID_ISSUER: memcpy(parts.id, s->issuer_id, 4); break;
	case ID_SHA1: memcpy(parts.id, s->sha1_id, 4); break;
	case ID_HEAD: memcpy(parts.id, s->id_head, 4); break;
	case ID_FOREIGN: memcpy(parts.id, signer_load(corpus.keys, "rsa4096")->id, 4); break;
	}
	label = label_signature(&parts);
	label_and_done(&f, &label);
}

void cases_keys(void)
{
	static const char *const plain[] = {"expired",	"future",  "ca",	"leaf",
					    "critical", "broken",  "sha1cert",	"longskid",
					    "oddskid",	"unknown", "revoked",	"lostca",
					    "evmrsa",	"ecleaf",  "ecunknown", "evmec"};
	char name[64];

	for (size_t i = 0; i < COUNT(plain); i++)
		by_id(plain[i], plain[i], ID_OWN);
	by_id("noskid-by-issuer", "noskid", ID_ISSUER);
	by_id("noskid-by-sha1", "noskid", ID_SHA1);
	by_id("ecnoskid-by-issuer", "ecnoskid", ID_ISSUER);
	by_id("ecnoskid-by-sha1", "ecnoskid", ID_SHA1);
	by_id("oddskid-by-sha1", "oddskid", ID_SHA1);
	by_id("longskid-by-head", "longskid", ID_HEAD);
	by_id("longskid-by-sha1", "longskid", ID_SHA1);
	by_id("rsa2048-by-issuer", "rsa2048", ID_ISSUER);
	by_id("rsa2048-by-sha1", "rsa2048", ID_SHA1);
	by_id("rsa2048-by-head", "rsa2048", ID_HEAD);
	by_id("rsa2048-by-foreign-id", "rsa2048", ID_FOREIGN);
	by_id("unknown-by-foreign-id", "unknown", ID_FOREIGN);
	by_id("ec256-by-foreign-id", "ec256", ID_FOREIGN);
	by_id("ec256-by-issuer", "ec256", ID_ISSUER);
	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s-by-issuer", plain[i]);
		by_id(name, plain[i], ID_ISSUER);
	}
	/* "ecleaf" has the same issuer: whose turn it is changes from boot to boot. */
	by_id("leaf-by-issuer-ambiguous", "leaf", ID_ISSUER);
}

/* ---- ECDSA -------------------------------------------------------------------------------- */

/* The parts of SEQUENCE { INTEGER r, INTEGER s }, to be encoded with more or less care. */
struct pair {
	struct blob r, s;
};

static struct blob number(const BIGNUM *n)
{
	struct blob b = {.size = (size_t)BN_num_bytes(n)};

	BN_bn2bin(n, b.bytes);
	return b;
}

static void add_length(struct blob *b, size_t size, unsigned extra)
{
	/* EXTRA: bytes of length more than needed, the long form. */
	if (extra == 0 && size < 128) {
		blob_add_u8(b, (unsigned)size);
	} else if (extra <= 1 && size < 256) {
		blob_add_u8(b, 0x81);
		blob_add_u8(b, (unsigned)size);
	} else {
		blob_add_u8(b, 0x80 + (extra < 2 ? 2 : extra));
		blob_add_fill(b, 0, extra > 2 ? extra - 2 : 0);
		blob_add_u16be(b, (unsigned)size);
	}
}

struct der_style {
	const char *name;
	unsigned r_zeros, s_zeros; /* before the ones that DER asks for */
	bool negative;		   /* without the zero that DER asks for */
	unsigned sequence_extra, integer_extra;
	bool indefinite;
	const char *inside, *after; /* hex */
	bool bare;
	bool r_is_zero, s_is_zero;
	unsigned sequence_tag;
};

static void add_integer(struct blob *b, const struct blob *n, unsigned zeros,
			const struct der_style *d)
{
	bool top = n->size && (n->bytes[0] & 0x80) && !d->negative;

	blob_add_u8(b, 2);
	add_length(b, zeros + top + n->size, d->integer_extra);
	blob_add_fill(b, 0, zeros + top);
	blob_add_blob(b, n);
}

static struct blob der_of(const struct pair *p, const struct der_style *d)
{
	struct blob inner = {0}, b = {0}, extra = blob_from_hex(d->inside ? d->inside : "");
	struct blob after = blob_from_hex(d->after ? d->after : "");
	struct blob zero = blob_from_hex("00");

	if (d->bare) {
		blob_add_blob(&b, &p->r);
		blob_add_blob(&b, &p->s);
		return b;
	}
	add_integer(&inner, d->r_is_zero ? &zero : &p->r, d->r_zeros, d);
	add_integer(&inner, d->s_is_zero ? &zero : &p->s, d->s_zeros, d);
	blob_add_blob(&inner, &extra);
	blob_add_u8(&b, d->sequence_tag ? d->sequence_tag : 0x30);
	if (d->indefinite)
		blob_add_u8(&b, 0x80);
	else
		add_length(&b, inner.size, d->sequence_extra);
	blob_add_blob(&b, &inner);
	if (d->indefinite)
		blob_add_u16be(&b, 0);
	blob_add_blob(&b, &after);
	return b;
}

static const struct der_style styles[] = {
	{.name = "strict"},
	{.name = "long-sequence", .sequence_extra = 1},
	{.name = "long-sequence2", .sequence_extra = 2},
	{.name = "long-sequence3", .sequence_extra = 3},
	{.name = "long-sequence4", .sequence_extra = 4},
	{.name = "long-sequence5", .sequence_extra = 5},
	{.name = "long-integer", .integer_extra = 1},
	{.name = "long-integer2", .integer_extra = 2},
	{.name = "long-integer3", .integer_extra = 3},
	{.name = "long-both", .sequence_extra = 1, .integer_extra = 1},
	{.name = "indefinite", .indefinite = true},
	{.name = "indefinite-trailing", .indefinite = true, .after = "aabbcc"},
	{.name = "r-zero1", .r_zeros = 1},
	{.name = "r-zero2", .r_zeros = 2},
	{.name = "r-zero3", .r_zeros = 3},
	{.name = "s-zero1", .s_zeros = 1},
	{.name = "s-zero2", .s_zeros = 2},
	{.name = "both-zero1", .r_zeros = 1, .s_zeros = 1},
	{.name = "negative", .negative = true},
	{.name = "negative-long", .negative = true, .integer_extra = 1},
	{.name = "trailing1", .after = "00"},
	{.name = "trailing-eoc", .after = "0000"},
	{.name = "trailing-null", .after = "0500"},
	{.name = "trailing5", .after = "3003020105"},
	{.name = "trailing-ff", .after = "ffffffffffffffffffffffffffffffff"},
	{.name = "inside-integer", .inside = "020101"},
	{.name = "inside-null", .inside = "0500"},
	{.name = "bare", .bare = true},
	{.name = "r-null", .r_is_zero = true},
	{.name = "s-null", .s_is_zero = true},
	{.name = "set", .sequence_tag = 0x31},
	{.name = "primitive", .sequence_tag = 0x10},
};

/* Signs until r and s have their top bits as the case needs them: then it is always the same case.
 */
static struct pair sign_pair(const struct signer *s, enum algo algo, const struct blob *digest,
			     bool want_top)
{
	for (int tries = 0; tries < 1000; tries++) {
		struct blob der = sign_digest(s, algo, digest);
		const unsigned char *at = der.bytes;
		ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)der.size);
		struct pair p;

		if (!sig)
			die("ECDSA");
		p = (struct pair){number(ECDSA_SIG_get0_r(sig)), number(ECDSA_SIG_get0_s(sig))};
		ECDSA_SIG_free(sig);
		if (p.r.size == p.s.size && !!(p.r.bytes[0] & 0x80) == want_top &&
		    !!(p.s.bytes[0] & 0x80) == want_top)
			return p;
		/* P-521 never sets the top bit of its first byte. */
		if (tries == 999)
			return p;
	}
	die("no such pair");
}

static void lax(const char *key, const struct der_style *d, bool want_top)
{
	const struct signer *s = signer_load(corpus.keys, key);
	struct file f = file_new("ecdsa/%s-%s-%s", key, want_top ? "top" : "low", d->name);
	struct blob digest = file_digest(&f, ALGO_SHA256), label;
	struct sig_parts parts = sig_parts_of(s, 3, ALGO_SHA256, &digest);
	struct pair p = sign_pair(s, ALGO_SHA256, &digest, want_top);

	parts.signature = der_of(&p, d);
	label = label_signature(&parts);
	label_and_done(&f, &label);
}

/* n - s is as good a signature as s; r + n is the same r, if one does not look. */
static void arithmetic(const char *key, const char *name)
{
	const struct signer *s = signer_load(corpus.keys, key);
	struct file f = file_new("ecdsa/%s-%s", key, name);
	struct blob digest = file_digest(&f, ALGO_SHA256), label;
	struct sig_parts parts = sig_parts_of(s, 3, ALGO_SHA256, &digest);
	struct pair p = sign_pair(s, ALGO_SHA256, &digest, true);
	BIGNUM *n = NULL, *value = BN_new();

	if (EVP_PKEY_get_bn_param(s->key, "order", &n) != 1)
		die("order of the curve");
	if (!strcmp(name, "n-minus-s")) {
		BN_sub(value, n, BN_bin2bn(p.s.bytes, (int)p.s.size, value));
		p.s = number(value);
	} else if (!strcmp(name, "r-plus-n")) {
		BN_add(value, n, BN_bin2bn(p.r.bytes, (int)p.r.size, value));
		p.r = number(value);
	} else {
		p.s = number(n);
	}
	parts.signature = der_of(&p, &styles[0]);
	label = label_signature(&parts);
	label_and_done(&f, &label);
	BN_free(n);
	BN_free(value);
}

void cases_ecdsa(void)
{
	static const char *const keys[] = {"ec256", "ec384", "ec521"};
	static const enum algo algorithms[] = {
		ALGO_MD5,    ALGO_SHA1, ALGO_RMD160,   ALGO_SHA224,   ALGO_SHA256, ALGO_SHA384,
		ALGO_SHA512, ALGO_SM3,	ALGO_SHA3_256, ALGO_SHA3_512, ALGO_WP512};

	for (size_t k = 0; k < COUNT(keys); k++)
		for (size_t a = 0; a < COUNT(algorithms); a++)
			good_and_bad("ecdsa", keys[k], algorithms[a]);
	for (size_t i = 0; i < COUNT(styles); i++) {
		lax("ec256", &styles[i], true);
		lax("ec256", &styles[i], false);
		lax("ec384", &styles[i], true);
		lax("ec521", &styles[i], false);
	}
	for (size_t k = 0; k < 2; k++) {
		arithmetic(keys[k], "n-minus-s");
		arithmetic(keys[k], "r-plus-n");
		arithmetic(keys[k], "s-is-n");
	}
	damaged("ecdsa", "ec256");
}

/* ---- version 1 ---------------------------------------------------------------------------- */

/*
 * Where the number of a v1 signature by a known key is longer than what follows it, the kernel
 * frees an error pointer (digsig_verify_rsa() in lib/digsig.c) and dies of it. Such labels lie in
 * crash/, which the guest leaves alone unless it is told otherwise.
 */
static struct file v1_file(const char *name, const char *key, uint32_t time, unsigned hash,
			   enum algo algo, struct blob *out_label)
{
	struct file f = file_new("%s", name);
	struct blob digest = file_digest(&f, algo);

	*out_label = label_v1(signer_load(corpus.keys, key), 3, time, hash, &digest);
	return f;
}

static void v1(const char *name, const char *key, uint32_t time, unsigned hash, enum algo algo)
{
	struct blob label;
	struct file f = v1_file(name, key, time, hash, algo, &label);

	label_and_done(&f, &label);
}

/* A good one of 2 + 16 + 256 bytes and more, with a byte changed or the length. */
static void v1_damaged(const char *name, size_t at, unsigned value, long grow)
{
	struct blob label;
	struct file f = v1_file(name, "rsa2048", 0, 1, ALGO_SHA256, &label);

	if (at)
		label.bytes[at] ^= (uint8_t)value;
	if (grow < 0)
		label.size -= (size_t)-grow;
	else
		blob_add_fill(&label, 0x77, (size_t)grow);
	label_and_done(&f, &label);
}

void cases_v1(void)
{
	v1("v1/sha256-hash1", "rsa2048", 0, 1, ALGO_SHA256);
	v1("v1/sha256-hash0", "rsa2048", 0, 0, ALGO_SHA256);
	v1("v1/sha256-hash9", "rsa2048", 0, 9, ALGO_SHA256);
	v1("v1/sha1-hash0", "rsa2048", 0, 0, ALGO_SHA1);
	v1("v1/sha512", "rsa2048", 0, 1, ALGO_SHA512);
	v1("v1/timestamp", "rsa2048", 0x5f000002, 1, ALGO_SHA256);
	v1("v1/timestamp-sha512", "rsa2048", 0x06060606, 1, ALGO_SHA512);
	v1("v1/unknown-key", "unknown", 0, 1, ALGO_SHA256);
	v1("v1/evm-key", "evmrsa", 0, 1, ALGO_SHA256);
	v1_damaged("v1/flipped-signature", 100, 1, 0);
	v1_damaged("v1/flipped-keyid", 9, 1, 0);
	v1_damaged("v1/flipped-timestamp", 3, 1, 0);
	v1_damaged("v1/algo-dsa", 6, 1, 0);
	v1_damaged("v1/two-numbers", 16, 3, 0);
	v1_damaged("v1/bits-less", 17, 0x0f, 0);
	v1_damaged("crash/v1-bits-more", 18, 8, 0);
	v1_damaged("v1/trailing1", 0, 0, 1);
	v1_damaged("v1/trailing50", 0, 0, 50);
	v1_damaged("crash/v1-truncated1", 0, 0, -1);
	v1_damaged("crash/v1-truncated-half", 0, 0, -128);
	v1_damaged("crash/v1-header-only", 0, 0, -256);
	v1_damaged("v1/no-bits", 0, 0, -258);
}
