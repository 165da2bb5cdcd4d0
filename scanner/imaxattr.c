/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes security.ima and security.evm apart (docs/formats/ima-labels.md; the kernel's
 * security/integrity/integrity.h and include/linux/digsig.h, Linux 6.1 to 7.1).
 */
#include "scanner/imaxattr.h"

#include "scanner/base/bytes.h"

enum {
	ALGO_NONE = 0xff,
	HMAC_BYTES = 20,       /* always SHA-1 */
	LEGACY_MD5_BYTES = 16, /* digest bytes of type 01, by which its algorithm is told */
	LEGACY_SHA1_BYTES = 20,
	V2_HEADER_BYTES = 9, /* type, version, algorithm, key id, size */
};

/* What each first byte means, and its names in reports by version (0: none, or an unknown one). */
static const struct {
	enum imaxattr_type type;
	const char *name[4];
} kinds[] = {
	[0] = {IMAXATTR_UNKNOWN, {"unknown"}},
	[1] = {IMAXATTR_DIGEST, {"digest"}},
	[2] = {IMAXATTR_HMAC, {"hmac"}},
	[3] = {IMAXATTR_SIGNATURE, {"signature", "signature-v1", "signature-v2", "signature-v3"}},
	[4] = {IMAXATTR_DIGEST_NG, {"digest-ng"}},
	[5] = {IMAXATTR_PORTABLE, {"portable", "portable-v1", "portable-v2", "portable-v3"}},
	[6] = {IMAXATTR_VERITY_SIGNATURE,
	       {"verity-signature", "verity-signature-v1", "verity-signature-v2",
		"verity-signature-v3"}},
};

/* A digest as long as its algorithm says is unremarkable; the kernel ignores what follows it. */
static void note_digest(struct imaxattr *out, struct bytes *b, size_t expected)
{
	out->digest = b->at;
	out->digest_size = b->left;
	if (b->left < expected)
		out->oddities |= IMAXATTR_SHORT;
	else if (b->left > expected)
		out->oddities |= IMAXATTR_TRAILING;
}

static void decode_legacy(struct imaxattr *out, struct bytes *b)
{
	const struct hashalgo *md5 = hashalgo_by_id(HASHALGO_MD5);
	size_t expected = b->left;

	if (b->left == LEGACY_MD5_BYTES)
		out->algo = md5;
	/* Old kernels stored MD5 in the room of SHA-1. */
	else if (b->left == LEGACY_SHA1_BYTES)
		out->algo = bytes_all_zero(b->at + LEGACY_MD5_BYTES, 4)
				    ? md5
				    : hashalgo_by_id(HASHALGO_SHA1);
	/* Any other length is a digest by the kernel's default algorithm, which nothing here tells.
	 */
	else if (b->left < LEGACY_MD5_BYTES)
		expected = LEGACY_MD5_BYTES;
	else if (b->left > HASHALGO_SIZE_MAX)
		expected = HASHALGO_SIZE_MAX;
	note_digest(out, b, expected);
}

static void decode_ng(struct imaxattr *out, struct bytes *b)
{
	uint8_t number = bytes_u8(b);

	if (b->bad) {
		out->oddities |= IMAXATTR_SHORT;
		return;
	}
	out->algo_byte = number;
	out->algo = hashalgo_by_id(number);
	if (!out->algo)
		out->oddities |= IMAXATTR_UNKNOWN_ALGO;
	note_digest(out, b, out->algo ? out->algo->size_bytes : b->left);
}

static void decode_hmac(struct imaxattr *out, struct bytes *b)
{
	out->algo = hashalgo_by_id(HASHALGO_SHA1);
	note_digest(out, b, HMAC_BYTES);
}

static void note_signature(struct imaxattr *out, struct bytes *b)
{
	if (b->bad || b->left == 0) {
		out->oddities |= IMAXATTR_SHORT;
		return;
	}
	out->sig = b->at;
	out->sig_size = b->left;
}

/* Of versions 2 and 3. */
static void decode_v2(struct imaxattr *out, struct bytes *b)
{
	size_t claimed;

	if (b->left > 0) {
		out->algo_byte = bytes_u8(b);
		out->algo = hashalgo_by_id(out->algo_byte);
		if (!out->algo)
			out->oddities |= IMAXATTR_UNKNOWN_ALGO;
	}
	out->keyid = bytes_u32be(b);
	out->has_keyid = !b->bad;
	claimed = bytes_u16be(b);
	note_signature(out, b);
	if (out->sig && out->sig_size != claimed)
		out->oddities |= IMAXATTR_WRONG_SIZE;
}

/* The numbers of v1 are its own, and the kernel does not look at them: they are for reports. */
static const struct hashalgo *v1_algo(uint8_t number)
{
	static const enum hashalgo_id ids[] = {HASHALGO_SHA1, HASHALGO_SHA256};

	return number < sizeof(ids) / sizeof(ids[0]) ? hashalgo_by_id(ids[number]) : NULL;
}

static void decode_v1(struct imaxattr *out, struct bytes *b)
{
	struct bytes number;
	size_t mpi_bytes;
	uint64_t high;

	bytes_take(b, 4 + 1); /* time stamp, public key algorithm */
	out->algo_byte = bytes_u8(b);
	if (b->bad)
		out->algo_byte = ALGO_NONE;
	else
		out->algo = v1_algo(out->algo_byte);
	high = bytes_u32be(b);
	out->keyid_v1 = high << 32 | bytes_u32be(b);
	out->has_keyid = !b->bad;
	bytes_u8(b); /* how many numbers follow; not looked at either */
	note_signature(out, b);
	if (!out->sig)
		return;
	number = bytes_of(out->sig, out->sig_size);
	mpi_bytes = (bytes_u16be(&number) + 7u) / 8;
	if (number.bad)
		out->oddities |= IMAXATTR_SHORT;
	else if (number.left < mpi_bytes)
		out->oddities |= IMAXATTR_WRONG_SIZE;
	else if (number.left > mpi_bytes)
		out->oddities |= IMAXATTR_TRAILING;
}

static void decode_signature(struct imaxattr *out, struct bytes *b)
{
	uint8_t version = bytes_u8(b);

	if (b->bad) {
		out->oddities |= IMAXATTR_SHORT;
		return;
	}
	out->version = version;
	if (version == 1)
		decode_v1(out, b);
	else if (version == 2 || version == 3)
		decode_v2(out, b);
	else
		out->oddities |= IMAXATTR_UNKNOWN_VERSION;
}

void imaxattr_decode(const uint8_t *data, size_t size, struct imaxattr *out)
{
	struct bytes b;
	uint8_t first;

	*out = (struct imaxattr){.type = IMAXATTR_ABSENT, .algo_byte = ALGO_NONE};
	if (!data)
		return;
	out->type = IMAXATTR_EMPTY;
	out->raw = data;
	out->raw_size = size;
	if (size == 0)
		return;
	b = bytes_of(data, size);
	first = bytes_u8(&b);
	out->type = first < sizeof(kinds) / sizeof(kinds[0]) ? kinds[first].type : IMAXATTR_UNKNOWN;
	if (bytes_all_zero(data + 1, size - 1) && (size > 1 || first == 0))
		out->oddities |= IMAXATTR_ALL_ZERO;
	switch (out->type) {
	case IMAXATTR_DIGEST: decode_legacy(out, &b); break;
	case IMAXATTR_DIGEST_NG: decode_ng(out, &b); break;
	case IMAXATTR_HMAC: decode_hmac(out, &b); break;
	case IMAXATTR_SIGNATURE:
	case IMAXATTR_PORTABLE:
	case IMAXATTR_VERITY_SIGNATURE: decode_signature(out, &b); break;
	case IMAXATTR_ABSENT:
	case IMAXATTR_EMPTY:
	case IMAXATTR_UNKNOWN: break;
	}
}

/* Does the kernel look at the algorithm of this signature label? */
static bool names_algo(const struct imaxattr *label, const struct kernel_profile *profile)
{
	if (label->raw_size <= V2_HEADER_BYTES)
		return false;
	if (label->type == IMAXATTR_VERITY_SIGNATURE)
		return label->version == 3;
	return label->version == 2 || (label->version == 3 && profile->sigv3_files);
}

const struct hashalgo *imaxattr_collect_algo(const struct imaxattr *label,
					     const struct kernel_profile *profile)
{
	const struct hashalgo *algo = NULL;

	switch (label->type) {
	case IMAXATTR_DIGEST: algo = label->algo; break;
	case IMAXATTR_DIGEST_NG:
		algo = hashalgo_of_kernel(label->algo_byte, profile->major, profile->minor);
		break;
	case IMAXATTR_SIGNATURE:
	case IMAXATTR_VERITY_SIGNATURE:
		if (names_algo(label, profile))
			algo = hashalgo_of_kernel(label->algo_byte, profile->major, profile->minor);
		break;
	default: break;
	}
	return algo ? algo : profile->default_hash;
}

const char *imaxattr_type_name(const struct imaxattr *label)
{
	unsigned version = label->version;

	if (label->type == IMAXATTR_ABSENT)
		return "none";
	if (label->type == IMAXATTR_EMPTY)
		return "empty";
	for (unsigned i = 1; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == label->type)
			return kinds[i].name[version <= 3 ? version : 0];
	return kinds[0].name[0];
}
