/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ECDSA signatures in the encoding that the kernel takes: SEQUENCE { r INTEGER, s INTEGER } by its
 * BER decoder (lib/asn1_decoder.c, crypto/ecdsasignature.asn1, crypto/ecdsa.c; Linux 6.12), which
 * is laxer than DER in ways that docs/formats/ima-labels.md lists.
 */
#include "scanner/ecdsasig.h"

#include "scanner/base/bytes.h"

enum {
	TAG_INTEGER = 0x02,
	TAG_SEQUENCE = 0x30,
	TAG_CONSTRUCTED = 0x20,
	LENGTH_INDEFINITE = 0x80,
	LENGTH_BYTES_MAX = 2, /* more are refused, whatever their value */
	KERNEL_BER_MAX = 65535,
	SCALAR_BYTES_MAX = 72, /* P-521, in whole 64-bit words */
};

/* A length in short or long form, minimal or not. The cursor turns bad when it reaches past the
 * end. */
static size_t read_length(struct bytes *b, bool *out_indefinite)
{
	uint8_t first = bytes_u8(b);
	size_t length = 0;
	unsigned n = first & 0x7f;

	*out_indefinite = first == LENGTH_INDEFINITE;
	if (first < 0x80)
		length = first;
	else if (n > LENGTH_BYTES_MAX)
		b->bad = true;
	else
		for (; n > 0; n--)
			length = length << 8 | bytes_u8(b);
	if (length > b->left)
		b->bad = true;
	return length;
}

/*
 * The content of one INTEGER, read as an unsigned number: there are no negative ones here. One zero
 * byte more than the curve's words hold is skipped.
 */
static struct bytes read_scalar(struct bytes *b, size_t curve_bytes)
{
	bool indefinite;
	size_t size;
	struct bytes value;

	if (bytes_u8(b) != TAG_INTEGER)
		b->bad = true;
	size = read_length(b, &indefinite);
	value = bytes_of(bytes_take(b, size), size);
	if (indefinite || size == 0 || size > curve_bytes + 1)
		b->bad = true;
	if (!b->bad && size > curve_bytes && bytes_u8(&value) != 0)
		b->bad = true;
	return value;
}

/*
 * Enters the SEQUENCE: the cursor for its content, which in the indefinite form ends with two zero
 * bytes. The kernel does not look at the bit that tells constructed from primitive, except there.
 */
static struct bytes enter_sequence(struct bytes *outer, bool *out_indefinite)
{
	uint8_t tag = bytes_u8(outer);
	size_t size = read_length(outer, out_indefinite);
	struct bytes content = *out_indefinite ? *outer : bytes_of(outer->at, size);

	if ((tag | TAG_CONSTRUCTED) != TAG_SEQUENCE)
		content.bad = true;
	if (*out_indefinite && tag != TAG_SEQUENCE)
		content.bad = true;
	if (outer->bad)
		content.bad = true;
	return content;
}

static void skip_zeros(struct bytes *value)
{
	while (value->left > 1 && value->at[0] == 0)
		bytes_u8(value);
}

/* Bytes of a DER INTEGER's content: a number with its top bit set gets a zero byte in front. */
static size_t der_size(const struct bytes *value)
{
	return value->left + (value->at[0] >> 7);
}

static void add_header(struct buf *out, char tag, size_t size)
{
	buf_addc(out, tag);
	/* Two of the longest numbers need less than 256 bytes, so one byte of long form is enough.
	 */
	if (size > 0x7f)
		buf_addc(out, (char)0x81);
	buf_addc(out, (char)size);
}

static void add_scalar(struct buf *out, const struct bytes *value)
{
	add_header(out, TAG_INTEGER, der_size(value));
	if (value->at[0] & 0x80)
		buf_addc(out, 0);
	buf_add(out, value->at, value->left);
}

bool ecdsasig_normalise(const uint8_t *sig, size_t size, size_t curve_bytes, struct buf *out_der)
{
	struct bytes outer = bytes_of(sig, size), content, r, s;
	bool indefinite;

	if (size > KERNEL_BER_MAX || curve_bytes > SCALAR_BYTES_MAX)
		return false;
	content = enter_sequence(&outer, &indefinite);
	r = read_scalar(&content, curve_bytes);
	s = read_scalar(&content, curve_bytes);
	if (indefinite && (bytes_u8(&content) != 0 || bytes_u8(&content) != 0))
		return false;
	/* What follows the SEQUENCE is ignored; what follows s in it is not. */
	if (content.bad || (!indefinite && content.left > 0))
		return false;
	skip_zeros(&r);
	skip_zeros(&s);
	buf_clear(out_der);
	add_header(out_der, TAG_SEQUENCE, 4 + der_size(&r) + der_size(&s));
	add_scalar(out_der, &r);
	add_scalar(out_der, &s);
	return !out_der->failed;
}
