/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/unpack.c and efi/lzop.c: streams made by the programs that kernels are built with. */
#include "efi/unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/lzop.h"
#include "tests/efi/kernelfake.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

enum { LIMIT = 1 << 20 };

static struct unpack unpack_of(const struct buf *stream, size_t limit)
{
	struct unpack unpack;
	struct fault f = {0};

	ck_assert_int_eq(
		unpack_stream((const uint8_t *)buf_text(stream), stream->len, limit, &unpack, &f),
		0);
	return unpack;
}

/* Text that compresses, and some that does not. */
static void make_content(struct buf *out)
{
	uint32_t state = 7;

	for (int i = 0; i < 20000; i++)
		buf_printf(out, "line %d\n", i);
	for (int i = 0; i < 50000; i++) {
		state = state * 1664525 + 1013904223;
		buf_addc(out, (char)(state >> 24));
	}
}

START_TEST(whole)
{
	const struct kernelfake_tool *tool = &kernelfake_tools[_i];
	own_buf struct buf content = {0}, stream = {0};
	struct unpack unpack;
	size_t length;

	make_content(&content);
	kernelfake_run(tool->command, &content, &stream);
	length = stream.len;
	/* What the kernel's build appends, and what happens to follow. */
	for (int i = 0; i < 3; i++) {
		unpack = unpack_of(&stream, LIMIT);
		ck_assert_str_eq(unpack_name(unpack.kind), tool->name);
		ck_assert_msg(unpack.end == UNPACK_WHOLE, "%s: %s", tool->name, unpack.why.text);
		ck_assert_uint_eq(unpack.size, content.len);
		ck_assert_int_eq(memcmp(unpack.data, content.data, content.len), 0);
		ck_assert_int_eq(unpack.data[unpack.size], '\0');
		ck_assert_uint_eq(unpack.used, length);
		unpack_done(&unpack);
		if (i == 0)
			kernelfake_le(&stream, content.len, 4);
		else
			buf_puts(&stream, "something else that follows the stream");
	}
}
END_TEST

START_TEST(empty_content)
{
	const struct kernelfake_tool *tool = &kernelfake_tools[_i];
	own_buf struct buf content = {0}, stream = {0};
	struct unpack unpack;

	kernelfake_run(tool->command, &content, &stream);
	kernelfake_le(&stream, 0, 4);
	unpack = unpack_of(&stream, LIMIT);
	ck_assert_str_eq(unpack_name(unpack.kind), tool->name);
	ck_assert_uint_eq(unpack.size, 0);
	unpack_done(&unpack);
}
END_TEST

/* At every length: what comes out is a beginning of the content, and the end is told. */
START_TEST(cut_off)
{
	const struct kernelfake_tool *tool = &kernelfake_tools[_i];
	own_buf struct buf content = {0}, stream = {0};

	make_content(&content);
	kernelfake_run(tool->command, &content, &stream);
	for (size_t size = 0; size < stream.len; size += size < 64 ? 1 : stream.len / 37) {
		own_buf struct buf cut = {0};
		struct unpack unpack;

		buf_add(&cut, stream.data, size);
		unpack = unpack_of(&cut, LIMIT);
		/* A legacy lz4 frame has no end of its own: between two blocks it is whole. */
		if (strcmp(tool->name, "lz4") != 0)
			ck_assert_msg(unpack.end == UNPACK_DAMAGED, "%s cut to %zu", tool->name,
				      size);
		ck_assert_uint_le(unpack.size, content.len);
		if (unpack.size > 0)
			ck_assert_int_eq(memcmp(unpack.data, content.data, unpack.size), 0);
		if (unpack.end != UNPACK_WHOLE)
			ck_assert_str_ne(unpack.why.text, "");
		unpack_done(&unpack);
	}
}
END_TEST

START_TEST(bombs)
{
	const struct kernelfake_tool *tool = &kernelfake_tools[_i];
	own_buf struct buf content = {0}, stream = {0};
	struct unpack unpack;

	for (int i = 0; i < 8 << 20; i++)
		buf_addc(&content, 'b');
	kernelfake_run(tool->command, &content, &stream);
	ck_assert_uint_lt(stream.len, 64 << 10);
	unpack = unpack_of(&stream, LIMIT);
	ck_assert_int_eq(unpack.end, UNPACK_TOO_LARGE);
	ck_assert_int_eq(unpack.why.os, EFBIG);
	ck_assert_uint_eq(unpack.size, LIMIT);
	unpack_done(&unpack);
	/* Exactly as long as allowed. */
	unpack = unpack_of(&stream, content.len);
	ck_assert_int_eq(unpack.end, UNPACK_WHOLE);
	ck_assert_uint_eq(unpack.size, content.len);
	unpack_done(&unpack);
	unpack = unpack_of(&stream, content.len - 1);
	ck_assert_int_eq(unpack.end, UNPACK_TOO_LARGE);
	unpack_done(&unpack);
}
END_TEST

/* A stream may ask for memory that it never fills. */
START_TEST(dictionaries)
{
	static const struct {
		const char *command;
		enum unpack_end end;
	} rows[] = {
		{"xz --lzma2=dict=256MiB", UNPACK_WHOLE},
		{"xz --lzma2=dict=257MiB", UNPACK_TOO_LARGE},
		{"xz --x86 --lzma2=dict=1GiB", UNPACK_TOO_LARGE},
		{"lzma --lzma1=dict=256MiB", UNPACK_WHOLE},
		{"lzma --lzma1=dict=512MiB", UNPACK_TOO_LARGE},
	};
	own_buf struct buf content = {0}, stream = {0};
	struct unpack unpack;

	buf_puts(&content, "content");
	kernelfake_run(rows[_i].command, &content, &stream);
	unpack = unpack_of(&stream, LIMIT);
	ck_assert_msg(unpack.end == rows[_i].end, "%s: %s", rows[_i].command, unpack.why.text);
	ck_assert_int_eq(unpack.why.os, unpack.end == UNPACK_WHOLE ? 0 : EFBIG);
	unpack_done(&unpack);
}
END_TEST

/* What is inside stays as it is. */
START_TEST(one_layer_only)
{
	own_buf struct buf content = {0}, inner = {0}, outer = {0};
	struct unpack unpack;

	make_content(&content);
	kernelfake_run("gzip -n", &content, &inner);
	kernelfake_run("gzip -n", &inner, &outer);
	unpack = unpack_of(&outer, LIMIT);
	ck_assert_int_eq(unpack.end, UNPACK_WHOLE);
	ck_assert_uint_eq(unpack.size, inner.len);
	ck_assert_int_eq(memcmp(unpack.data, inner.data, inner.len), 0);
	unpack_done(&unpack);
}
END_TEST

START_TEST(finding)
{
	own_buf struct buf content = {0}, stream = {0}, image = {0};
	const uint8_t *data;

	buf_puts(&content, "content");
	kernelfake_run(kernelfake_tools[_i].command, &content, &stream);
	buf_puts(&image, "\x1f\x8b]BZh9 \xfd\x89L\x28\xb5 no streams ");
	data = (const uint8_t *)buf_text(&image);
	ck_assert_uint_eq(unpack_find(data, image.len, 0), image.len);
	content.len = image.len;
	buf_add_buf(&image, &stream);
	data = (const uint8_t *)buf_text(&image);
	ck_assert_uint_eq(unpack_find(data, image.len, 0), content.len);
	ck_assert_uint_eq(unpack_find(data, image.len, content.len), content.len);
	ck_assert_uint_eq(unpack_find(data, image.len, content.len + 1), image.len);
	ck_assert_uint_eq(unpack_find(data, 0, 0), 0);
}
END_TEST

START_TEST(no_stream)
{
	own_buf struct buf text = {0};
	struct unpack unpack;

	buf_puts(&text, "no stream");
	unpack = unpack_of(&text, LIMIT);
	ck_assert_int_eq(unpack.kind, UNPACK_NONE);
	ck_assert_int_eq(unpack.end, UNPACK_DAMAGED);
	ck_assert_ptr_null(unpack.data);
	ck_assert_str_eq(unpack_name(unpack.kind), "none");
}
END_TEST

/* --- lzop's blocks --- */

#define LZOP_HEADER                                                                                \
	"\x89LZO\0\r\n\x1a\n\x10\x40\x20\xa0\x09\x40\x01\x09\0\0\0\0\0\0\x81\xa4\0\0\0\0\0\0\0\0"  \
	"\x03"                                                                                     \
	"abc"                                                                                      \
	"cksm"

static const struct {
	const char *name, *blocks, *content;
	size_t size;
	enum unpack_end end;
} lzop_blocks[] = {
	{"none", "\0\0\0\0", "", 4, UNPACK_WHOLE},
	{"stored", "\0\0\0\3\0\0\0\3xyz\0\0\0\0", "xyz", 15, UNPACK_WHOLE},
	{"without an end", "\0\0\0\3\0\0\0\3xyz", "xyz", 11, UNPACK_DAMAGED},
	{"packed longer", "\0\0\0\3\0\0\0\4xyzz\0\0\0\0", "", 16, UNPACK_DAMAGED},
	{"packed empty", "\0\0\0\3\0\0\0\0\0\0\0\0", "", 12, UNPACK_DAMAGED},
	{"beyond the end", "\0\0\0\3\0\0\0\3xy", "", 10, UNPACK_DAMAGED},
	{"longer than lzop's", "\x7f\xff\xff\xff\0\0\0\3xyz\0\0\0\0", "", 15, UNPACK_DAMAGED},
	{"longer than all", "\xff\xff\xff\xff\xff\xff\xff\xffxyz\0\0\0\0", "", 15, UNPACK_DAMAGED},
	{"longer than it unpacks to", "\0\x20\0\0\0\0\0\3xyz\0\0\0\0", "", 15, UNPACK_DAMAGED},
	{"no lzo", "\0\0\0\x09\0\0\0\3xyz\0\0\0\0", "", 15, UNPACK_DAMAGED},
};

START_TEST(lzop)
{
	own_buf struct buf stream = {0};
	struct unpack unpack;

	buf_add(&stream, LZOP_HEADER, sizeof(LZOP_HEADER) - 1);
	buf_add(&stream, lzop_blocks[_i].blocks, lzop_blocks[_i].size);
	unpack = unpack_of(&stream, LIMIT);
	ck_assert_int_eq(unpack.kind, UNPACK_LZO);
	ck_assert_msg(unpack.end == lzop_blocks[_i].end, "%s", lzop_blocks[_i].name);
	ck_assert_uint_eq(unpack.size, strlen(lzop_blocks[_i].content));
	if (unpack.size > 0)
		ck_assert_int_eq(memcmp(unpack.data, lzop_blocks[_i].content, unpack.size), 0);
	unpack_done(&unpack);
}
END_TEST

Suite *unpack_suite(void)
{
	Suite *suite = suite_create("unpack");
	TCase *tcase = tcase_create("unpack");

	tcase_add_checked_fixture(tcase, tree_open, tree_close);
	tcase_add_loop_test(tcase, whole, 0, KERNELFAKE_TOOLS);
	tcase_add_loop_test(tcase, empty_content, 0, KERNELFAKE_TOOLS);
	tcase_add_loop_test(tcase, cut_off, 0, KERNELFAKE_TOOLS);
	tcase_add_loop_test(tcase, bombs, 0, KERNELFAKE_TOOLS);
	tcase_add_loop_test(tcase, finding, 0, KERNELFAKE_TOOLS);
	tcase_add_loop_test(tcase, dictionaries, 0, 5);
	tcase_add_test(tcase, one_layer_only);
	tcase_add_test(tcase, no_stream);
	tcase_add_loop_test(tcase, lzop, 0, sizeof(lzop_blocks) / sizeof(lzop_blocks[0]));
	suite_add_tcase(suite, tcase);
	return suite;
}
