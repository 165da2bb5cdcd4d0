/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initramfs inside a kernel (usr/initramfs_data.S of Linux 6.12): where it is, and whether it holds
 * more than the kernel's default. What is in it is read by initramfs.c. */
#include "efi/kernelramfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/unpack.h"
#include "scanner/base/own.h"

/* Documentation/driver-api/early-userspace/buffer-format.rst: "newc", with or without checksums. */
enum {
	HEADER_BYTES = 110,
	MAGIC_BYTES = 6,
	FIELD_BYTES = 8,
	FIELD_FILE_SIZE = 6,
	FIELD_NAME_SIZE = 11,
	NAME_MAX_BYTES = 4096, /* PATH_MAX: the kernel takes no longer ones */
	PADDING_MAX = 1 << 20, /* zeros between an archive and its size */
	WHOLE_TRIES_MAX = 8,   /* archives unpacked: each may cost the limit */
};

static bool is_archive(const uint8_t *at, size_t size)
{
	if (size < HEADER_BYTES || memcmp(at, "07070", 5) != 0 || (at[5] != '1' && at[5] != '2'))
		return false;
	for (size_t i = MAGIC_BYTES; i < HEADER_BYTES; i++)
		if (!((at[i] >= '0' && at[i] <= '9') ||
		      ((at[i] | 0x20) >= 'a' && (at[i] | 0x20) <= 'f')))
			return false;
	return true;
}

static size_t field(const uint8_t *header, unsigned number)
{
	const uint8_t *at = header + MAGIC_BYTES + (size_t)number * FIELD_BYTES;
	size_t value = 0;

	for (int i = 0; i < FIELD_BYTES; i++)
		value = value << 4 |
			(size_t)(at[i] <= '9' ? at[i] - '0' : (at[i] | 0x20) - 'a' + 10);
	return value;
}

static size_t align_up(size_t value, size_t to)
{
	return (value + to - 1) & ~(to - 1);
}

static bool is_default(const char *name)
{
	static const char *const names[] = {".", "dev", "dev/console", "root"};

	if (strncmp(name, "./", 2) == 0)
		name += 2;
	while (*name == '/')
		name++;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return *name == '\0';
}

struct archive_walk {
	size_t end;	/* of what is part of an archive, without padding */
	size_t members; /* beside those of the default */
	bool ended;	/* by a trailer */
	size_t stop;	/* where what makes sense stops */
};

/* One member at `at`. Returns where the next begins, 0 when it makes no sense. */
static size_t walk_member(const uint8_t *data, size_t size, size_t at, struct archive_walk *walk)
{
	size_t name_size, file_size, next;
	const char *name = (const char *)data + at + HEADER_BYTES;

	if (!is_archive(data + at, size - at))
		return 0;
	name_size = field(data + at, FIELD_NAME_SIZE);
	file_size = field(data + at, FIELD_FILE_SIZE);
	if (name_size == 0 || name_size > NAME_MAX_BYTES || name_size > size - at - HEADER_BYTES ||
	    name[name_size - 1] != '\0')
		return 0;
	next = align_up(at + HEADER_BYTES + name_size, 4);
	if (next > size || file_size > size - next)
		return 0;
	next += file_size;
	walk->ended = strcmp(name, "TRAILER!!!") == 0;
	walk->members += !walk->ended && !is_default(name);
	walk->end = next;
	return align_up(next, 4);
}

/* Archives one after another, zeros between them. False: not even the first is whole. */
static bool walk_archives(const uint8_t *data, size_t size, struct archive_walk *walk)
{
	size_t at = 0, whole = 0;

	*walk = (struct archive_walk){0};
	for (unsigned i = 0; i < KERNELRAMFS_MEMBERS_MAX && at < size; i++) {
		size_t next = walk_member(data, size, at, walk);

		if (next == 0)
			break;
		at = next;
		if (!walk->ended)
			continue;
		whole = walk->end;
		while (at < size && at - whole < PADDING_MAX && data[at] == 0)
			at++;
		/* Members begin at multiples of 4. */
		at &= ~(size_t)3;
	}
	walk->stop = at < size ? at : size;
	walk->end = whole;
	return whole > 0;
}

static uint64_t word_le(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static uint64_t word_be(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

static bool is_size_word(const uint8_t *at, size_t start, size_t place)
{
	const uint64_t values[] = {word_le(at, 8), word_le(at, 4), word_be(at, 8), word_be(at, 4)};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (values[i] > 0 && values[i] <= place &&
		    align_up(start + (size_t)values[i], 8) == place)
			return true;
	return false;
}

/* Is what lies from start to end followed by its size, after nothing but zeros? */
static bool size_follows(const uint8_t *data, size_t size, size_t start, size_t end)
{
	size_t place = align_up(end, 8);

	for (; place + 8 <= size && place - end < PADDING_MAX; place += 8) {
		if (is_size_word(data + place, start, place))
			return true;
		if (word_le(data + place, 8) != 0)
			break;
	}
	return false;
}

static int keep(const uint8_t *archive, const struct archive_walk *walk, struct kernelimage *out,
		struct fault *f)
{
	if (walk->members == 0)
		return 0;
	out->initramfs = malloc(walk->end + 1);
	if (!out->initramfs)
		return fault_set(f, ENOMEM, "keeping the initramfs inside the kernel");
	memcpy(out->initramfs, archive, walk->end);
	out->initramfs_size = walk->end;
	out->has_initramfs = true;
	return 0;
}

/* 1: it is there, kept when it is worth it; 0: it is not, and what looked like it is *out_length long. */
static int try_plain(const uint8_t *data, size_t size, size_t at, struct kernelimage *out,
		     size_t *out_length, struct fault *f)
{
	struct archive_walk walk = {0};
	bool whole = walk_archives(data + at, size - at, &walk);

	*out_length = walk.stop;
	if (!whole || !size_follows(data, size, at, at + walk.end))
		return 0;
	return keep(data + at, &walk, out, f) < 0 ? -1 : 1;
}

/* What begins inside of what was looked at already is not looked at again: it would take for ever. */
static int find_plain(const uint8_t *data, size_t size, struct kernelimage *out, struct fault *f)
{
	const uint8_t *at = data, *end = data + size;
	int found = 0;

	while (found == 0 && at < end && (at = memmem(at, (size_t)(end - at), "07070", 5))) {
		size_t length = 0;

		if ((size_t)(at - data) % 4 == 0 && is_archive(at, (size_t)(end - at)))
			found = try_plain(data, size, (size_t)(at - data), out, &length, f);
		at += length > 4 ? length : 4;
	}
	return found;
}

/* --- Compressed --- */

struct search {
	const uint8_t *data;
	size_t size, limit;
	struct kernelimage *out;
	struct fault *trouble;
	int tries, whole_tries;
};

/* Does a stream begin with an archive? Where it ends is looked for only as far as a small one may reach. */
static int peek(const struct search *s, size_t at, bool *out_archive, struct fault *f)
{
	enum { XZ_WINDOW = 1 << 20, WINDOW = 16 << 20 /* a block of any kind */ };
	size_t size = s->size - at, window;
	struct unpack start;

	window = unpack_kind(s->data + at, size) == UNPACK_XZ ? XZ_WINDOW : WINDOW;
	if (unpack_stream(s->data + at, size < window ? size : window, HEADER_BYTES, &start, f) < 0)
		return -1;
	*out_archive = start.size >= HEADER_BYTES && is_archive(start.data, start.size);
	unpack_done(&start);
	return 0;
}

/* 1: it is there, kept when it is worth it; 0: it is not. */
static int try_whole(struct search *s, size_t at, struct fault *f)
{
	struct archive_walk walk;
	struct unpack unpack;
	int result = 0;

	s->whole_tries++;
	if (unpack_stream(s->data + at, s->size - at, s->limit, &unpack, f) < 0)
		return -1;
	if (unpack.end != UNPACK_WHOLE)
		*s->trouble = unpack.why;
	else if (walk_archives(unpack.data, unpack.size, &walk) &&
		 size_follows(s->data, s->size, at, at + unpack.used))
		result = keep(unpack.data, &walk, s->out, f) < 0 ? -1 : 1;
	unpack_done(&unpack);
	return result;
}

static int try_packed(struct search *s, size_t at, struct fault *f)
{
	bool archive = false;

	/* The build puts it at a multiple of 4. */
	if (at % 4 != 0)
		return 0;
	s->tries++;
	if (peek(s, at, &archive, f) < 0)
		return -1;
	return archive ? try_whole(s, at, f) : 0;
}

static int find_packed(struct search *s, struct fault *f)
{
	size_t at = unpack_find(s->data, s->size, 0);
	int found = 0;

	while (found == 0 && at < s->size) {
		if (s->tries >= KERNELRAMFS_TRIES_MAX || s->whole_tries >= WHOLE_TRIES_MAX) {
			fault_set(s->trouble, 0, "more compressed streams inside than are tried");
			break;
		}
		found = try_packed(s, at, f);
		at = unpack_find(s->data, s->size, at + 1);
	}
	return found;
}

int kernelramfs_find(const uint8_t *data, size_t size, size_t limit, struct kernelimage *out,
		     struct fault *trouble, struct fault *f)
{
	struct search s = {.data = data, .size = size, .out = out, .trouble = trouble};
	int found;

	*trouble = (struct fault){0};
	s.limit = limit < KERNELRAMFS_UNPACKED_MAX ? limit : KERNELRAMFS_UNPACKED_MAX;
	found = find_plain(data, size, out, f);
	if (found == 0)
		found = find_packed(&s, f);
	if (found > 0)
		*trouble = (struct fault){0};
	else if (found == 0 && *trouble->text)
		fault_add(trouble, "looking for an initramfs inside");
	return found < 0 ? -1 : 0;
}
