/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpio members as the kernel unpacks them (init/initramfs.c of Linux 6.1): docs/formats/initramfs.md. */
#include "efi/cpio.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scanner/base/bytes.h"

enum {
	HEADER_BYTES = 110,
	FIELDS = 13,
	FIELD_DIGITS = 8,
	/* A padded name and a link's target, each at most CPIO_PATH_MAX. */
	HELD_BYTES = 2 * (CPIO_PATH_MAX + 4),
};

enum state {
	STATE_START,   /* at a header */
	STATE_NAME,    /* collecting the name, and of a link its target */
	STATE_CONTENT, /* of a regular file */
	STATE_SKIP,    /* up to the next header */
	STATE_RESET,   /* a member is whole; zeros may follow */
};

struct cpio {
	const struct cpio_reader *reader;
	enum state state;
	bool trailer; /* the last member was one, or there was none yet */
	uint64_t offset, next_header;
	uint32_t content_left, name_size;
	uint64_t name_padded;
	struct cpio_member member;
	size_t held, wanted;
	char buffer[HELD_BYTES + 1];
};

struct cpio *cpio_new(const struct cpio_reader *reader)
{
	struct cpio *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->reader = reader;
	c->trailer = true;
	cpio_start(c);
	return c;
}

void cpio_free(struct cpio *c)
{
	free(c);
}

static void collect(struct cpio *c, enum state state, size_t size)
{
	c->state = state;
	c->held = 0;
	c->wanted = size;
}

void cpio_start(struct cpio *c)
{
	collect(c, STATE_START, HEADER_BYTES);
}

void cpio_skip_zeros(struct cpio *c)
{
	c->state = STATE_RESET;
}

bool cpio_at_boundary(const struct cpio *c)
{
	return c->state == STATE_RESET;
}

bool cpio_is_unused(const struct cpio *c)
{
	return c->state == STATE_START && c->held == 0 && c->trailer;
}

bool cpio_after_trailer(const struct cpio *c)
{
	return c->trailer;
}

uint64_t cpio_offset(const struct cpio *c)
{
	return c->offset;
}

void cpio_set_offset(struct cpio *c, uint64_t offset)
{
	c->offset = offset;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* As simple_strtoul(…, 16) does: "0x" is skipped, what is no digit ends the number. */
static uint32_t field(const char *text)
{
	uint32_t value = 0;
	size_t i = 0;

	if (text[0] == '0' && (text[1] | 0x20) == 'x' && digit(text[2]) >= 0)
		i = 2;
	for (; i < FIELD_DIGITS && digit(text[i]) >= 0; i++)
		value = value << 4 | (uint32_t)digit(text[i]);
	return value;
}

/* Header and padded name are a multiple of 4 together. */
static uint64_t padded_name(uint64_t size)
{
	return ((size + 1) & ~(uint64_t)3) + 2;
}

static int check_magic(const char *header, struct fault *f)
{
	if (memcmp(header, "070701", 6) == 0 || memcmp(header, "070702", 6) == 0)
		return 0;
	if (memcmp(header, "070707", 6) == 0)
		return fault_set(f, 0,
				 "a cpio archive of the old format, which the kernel refuses");
	return fault_set(f, 0, "no cpio member where one has to begin");
}

/* The kernel unpacks no content but that of files, and reads no longer names. */
static bool is_unpacked(const struct cpio *c)
{
	if (c->name_size == 0 || c->name_size > CPIO_PATH_MAX)
		return false;
	if (S_ISLNK(c->member.mode))
		return c->member.size <= CPIO_PATH_MAX;
	return S_ISREG(c->member.mode) || c->member.size == 0;
}

static int on_header(struct cpio *c, struct fault *f)
{
	uint32_t fields[FIELDS];

	if (check_magic(c->buffer, f) < 0)
		return -1;
	for (size_t i = 0; i < FIELDS; i++)
		fields[i] = field(c->buffer + 6 + i * FIELD_DIGITS);
	c->member = (struct cpio_member){.ino = fields[0],
					 .mode = (uint16_t)fields[1],
					 .links = fields[4],
					 .size = fields[6],
					 .major = fields[7],
					 .minor = fields[8]};
	c->name_size = fields[11];
	c->name_padded = padded_name(c->name_size);
	c->trailer = false;
	c->next_header = (c->offset + c->name_padded + c->member.size + 3) & ~(uint64_t)3;
	c->state = STATE_SKIP;
	if (is_unpacked(c))
		collect(c, STATE_NAME,
			(size_t)c->name_padded + (S_ISLNK(c->member.mode) ? c->member.size : 0));
	return 0;
}

static int on_name(struct cpio *c, struct fault *f)
{
	const struct cpio_reader *reader = c->reader;

	c->state = STATE_SKIP;
	if (c->buffer[c->name_size - 1] != 0)
		return fault_set(f, 0, "the name of a cpio member is not ended");
	if (strcmp(c->buffer, "TRAILER!!!") == 0 && !S_ISLNK(c->member.mode)) {
		c->trailer = true;
		return reader->trailer(reader->context, f);
	}
	c->buffer[c->wanted] = 0;
	c->member.name = c->buffer;
	c->member.link = S_ISLNK(c->member.mode) ? c->buffer + c->name_padded : NULL;
	if (reader->begin(reader->context, &c->member, f) < 0)
		return -1;
	if (!S_ISREG(c->member.mode) || c->member.size == 0)
		return reader->end(reader->context, f);
	c->content_left = c->member.size;
	c->state = STATE_CONTENT;
	return 0;
}

static const uint8_t *eat(struct cpio *c, struct bytes *in, size_t n)
{
	c->offset += n;
	return bytes_take(in, n);
}

/* Fills the buffer; at the last byte the next step is done. */
static int collect_some(struct cpio *c, struct bytes *in, struct fault *f)
{
	size_t n = c->wanted - c->held < in->left ? c->wanted - c->held : in->left;

	memcpy(c->buffer + c->held, eat(c, in, n), n);
	c->held += n;
	if (c->held < c->wanted)
		return 0;
	return c->state == STATE_START ? on_header(c, f) : on_name(c, f);
}

static int pass_content(struct cpio *c, struct bytes *in, struct fault *f)
{
	size_t n = c->content_left < in->left ? c->content_left : in->left;

	if (c->reader->content(c->reader->context, eat(c, in, n), n, f) < 0)
		return -1;
	c->content_left -= (uint32_t)n;
	if (c->content_left > 0)
		return 0;
	c->state = STATE_SKIP;
	return c->reader->end(c->reader->context, f);
}

static void skip(struct cpio *c, struct bytes *in)
{
	uint64_t wanted = c->next_header > c->offset ? c->next_header - c->offset : 0;

	eat(c, in, wanted < in->left ? (size_t)wanted : in->left);
	if (c->offset >= c->next_header)
		c->state = STATE_RESET;
}

static int skip_zeros(struct cpio *c, struct bytes *in, struct fault *f)
{
	while (in->left > 0 && *in->at == 0)
		eat(c, in, 1);
	if (in->left > 0 && c->offset % 4 != 0)
		return fault_set(f, 0, "a cpio member does not begin at a multiple of 4 bytes");
	return 0;
}

static int step(struct cpio *c, struct bytes *in, struct fault *f)
{
	switch (c->state) {
	case STATE_START:
	case STATE_NAME: return collect_some(c, in, f);
	case STATE_CONTENT: return pass_content(c, in, f);
	case STATE_SKIP: skip(c, in); return 0;
	case STATE_RESET: return 0;
	}
	return 0;
}

int cpio_feed(struct cpio *c, const uint8_t *data, size_t size, size_t *out_used, struct fault *f)
{
	struct bytes in = bytes_of(data, size);

	/* A member whose padding ends with the bytes is whole. */
	while (c->state != STATE_RESET &&
	       (in.left > 0 || (c->state == STATE_SKIP && c->offset >= c->next_header)))
		if (step(c, &in, f) < 0)
			return -1;
	if (c->state == STATE_RESET && skip_zeros(c, &in, f) < 0)
		return -1;
	*out_used = size - in.left;
	return 0;
}
