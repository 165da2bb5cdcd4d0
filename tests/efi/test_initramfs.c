/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of efi/cpio.c, efi/initstream.c and efi/initramfs.c. */
#include "efi/initramfs.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "efi/cpiolinks.h"
#include "efi/initstream.h"
#include "scanner/base/own.h"
#include "scanner/digest.h"
#include "tests/efi/testcpio.h"
#include "tests/scanner/tree.h"
#include "tests/suites.h"

static struct buf archive, image;
static struct initramfs initramfs;
static struct remark_list remarks;

static void set_up(void)
{
	ck_assert_int_eq(digest_init(NULL), 0);
	tree_open();
}

static void forget(void)
{
	initramfs_done(&initramfs);
	remark_list_done(&remarks);
}

static void tear_down(void)
{
	forget();
	buf_done(&archive);
	buf_done(&image);
	tree_close();
}

static void decode_bytes(const char *data, size_t size)
{
	/* A copy of exactly this size: a sanitizer sees a byte beyond it. */
	own_mem uint8_t *exact = malloc(size ? size : 1);
	struct fault f = {0};

	forget();
	ck_assert_ptr_nonnull(exact);
	memcpy(exact, data, size);
	ck_assert_msg(initramfs_decode("/boot/initrd.img", exact, size, &initramfs, &remarks, &f) ==
			      0,
		      "%s", f.text);
}

static void decode(void)
{
	ck_assert(!image.failed);
	decode_bytes(buf_text(&image), image.len);
}

/* Read to the end, without a remark. */
static void expect_whole(size_t segments, size_t members)
{
	if (remarks.count > 0)
		ck_abort_msg("%s", remarks.items[0].fault.text);
	ck_assert(!initramfs.incomplete);
	ck_assert_uint_eq(initramfs.segment_count, segments);
	ck_assert_uint_eq(initramfs.members, members);
}

/* One remark with these words; what came before it was read. */
static void expect_damage(const char *words, size_t members)
{
	ck_assert(initramfs.incomplete);
	ck_assert_uint_eq(remarks.count, 1);
	ck_assert_str_eq(remarks.items[0].path, "/boot/initrd.img");
	ck_assert_msg(strstr(remarks.items[0].fault.text, words), "%s",
		      remarks.items[0].fault.text);
	ck_assert_uint_eq(initramfs.members, members);
}

static const char policy_text[] = "# ours\nappraise func=BPRM_CHECK appraise_type=imasig\n";

static void policy_archive(const char *name)
{
	buf_clear(&archive);
	testcpio_add(&archive, &(struct testcpio_member){.name = "etc", .mode = S_IFDIR | 0755});
	testcpio_file(&archive, name, 0644, policy_text);
	testcpio_trailer(&archive);
}

static void expect_policy(size_t i, const char *name, unsigned segment)
{
	ck_assert_uint_gt(initramfs.found_count, i);
	ck_assert_int_eq(initramfs.found[i].kind, INITRAMFS_POLICY);
	ck_assert_str_eq(initramfs.found[i].name, name);
	ck_assert_uint_eq(initramfs.found[i].segment, segment);
	ck_assert_uint_eq(initramfs.found[i].text_size, strlen(policy_text));
	ck_assert_str_eq(initramfs.found[i].text, policy_text);
}

/* --- Segments --- */

static const char *const compressions[] = {"none", "gzip", "bzip2", "lzma", "xz", "zstd", "lz4"};

START_TEST(each_compression)
{
	policy_archive("etc/p");
	testcpio_compress(&image, &archive, compressions[_i]);
	decode();
	expect_whole(1, 2);
	expect_policy(0, "etc/p", 0);
	ck_assert_str_eq(initramfs.segments[0].compression, compressions[_i]);
	ck_assert_uint_eq(initramfs.segments[0].members, 2);
}
END_TEST

/* Each compression before each other, with and without zeros between. */
START_TEST(one_after_another)
{
	static const size_t zeros[] = {0, 4, 7, 509};
	char names[sizeof(compressions) / sizeof(compressions[0])][16];
	size_t n = sizeof(compressions) / sizeof(compressions[0]);

	for (size_t i = 0; i < n; i++) {
		size_t k = (i + (size_t)_i) % n;

		snprintf(names[i], sizeof(names[i]), "etc/p%zu", i);
		policy_archive(names[i]);
		/* What is plain begins at a multiple of 4, as boot loaders see to. */
		if (k == 0)
			testcpio_zeros(&image, (4 - image.len % 4) % 4);
		testcpio_compress(&image, &archive, compressions[k]);
		/* Behind what is plain the next begins at a multiple of 4; a legacy lz4 frame has to be
		   ended by zeros. */
		testcpio_zeros(&image, k == 0 ? zeros[_i % 4] & ~(size_t)3 : zeros[_i % 4]);
		testcpio_zeros(&image, strcmp(compressions[k], "lz4") == 0 ? 4 : 0);
	}
	decode();
	expect_whole(n, 2 * n);
	for (size_t i = 0; i < n; i++) {
		expect_policy(i, names[i], (unsigned)i);
		ck_assert_str_eq(initramfs.segments[i].compression,
				 compressions[(i + (size_t)_i) % n]);
	}
}
END_TEST

START_TEST(offsets_of_segments)
{
	policy_archive("etc/a");
	testcpio_compress(&image, &archive, "none");
	testcpio_zeros(&image, 100);
	ck_assert_uint_eq(archive.len % 4, 0);
	testcpio_compress(&image, &archive, "xz");
	decode();
	expect_whole(2, 4);
	ck_assert_uint_eq(initramfs.segments[0].offset, 0);
	ck_assert_uint_eq(initramfs.segments[1].offset, archive.len + 100);
}
END_TEST

/* No trailer, and a compressed stream right behind: the kernel unpacks both. */
START_TEST(without_trailer)
{
	testcpio_file(&image, "etc/a", 0644, policy_text);
	policy_archive("etc/b");
	testcpio_compress(&image, &archive, "gzip");
	decode();
	expect_whole(2, 3);
	expect_policy(0, "etc/a", 0);
	expect_policy(1, "etc/b", 1);
}
END_TEST

/* Members go on after a trailer within one stream, and after zeros within one archive. */
START_TEST(two_archives_in_one_stream)
{
	own_buf struct buf both = {0};

	policy_archive("etc/a");
	buf_add_buf(&both, &archive);
	testcpio_zeros(&both, 512);
	policy_archive("etc/b");
	buf_add_buf(&both, &archive);
	testcpio_compress(&image, &both, "zstd");
	decode();
	expect_whole(1, 4);
	expect_policy(0, "etc/a", 0);
	expect_policy(1, "etc/b", 0);
}
END_TEST

START_TEST(empty_streams)
{
	own_buf struct buf nothing = {0};

	buf_add(&nothing, "", 0);
	testcpio_compress(&image, &nothing, "gzip");
	policy_archive("etc/a");
	testcpio_compress(&image, &archive, "gzip");
	decode();
	/* libarchive takes two gzip members that follow each other as one stream. */
	expect_whole(1, 2);
	buf_clear(&image);
	testcpio_compress(&image, &archive, "xz");
	testcpio_compress(&image, &nothing, "xz");
	testcpio_compress(&image, &archive, "xz");
	decode();
	expect_whole(3, 4);
	/* The kernel wants a member in the first. */
	buf_clear(&image);
	testcpio_compress(&image, &nothing, "xz");
	decode();
	expect_damage("ends inside a member", 0);
}
END_TEST

/* --- Damage --- */

static void expect_damaged_bytes(const char *data, size_t size, const char *words)
{
	decode_bytes(data, size);
	expect_damage(words, 0);
}

START_TEST(nothing)
{
	expect_damaged_bytes("", 0, "holds no archive");
	expect_damaged_bytes("\0\0\0\0", 4, "holds no archive");
	expect_damaged_bytes("x", 1, "neither a cpio member nor a known compression at byte 0");
	expect_damaged_bytes("\x1f", 1, "neither a cpio member");
	expect_damaged_bytes("#!/bin/sh\n", 10, "neither a cpio member");
	expect_damaged_bytes("0707", 4, "ends inside a cpio member");
	expect_damaged_bytes("\x89LZO\0\r\n\x1a\n", 9, "in the segment at byte 0: ");
	ck_assert_str_eq(initramfs.segments[0].compression, "lzo");
}
END_TEST

START_TEST(other_formats)
{
	testcpio_file(&image, "a", 0644, "x");
	testcpio_add(&image, &(struct testcpio_member){.name = "b", .magic = "070702"});
	testcpio_add(&image, &(struct testcpio_member){.name = "c", .magic = "070707"});
	decode();
	expect_damage("old format", 2);
	buf_clear(&image);
	testcpio_add(&image, &(struct testcpio_member){.name = "b", .magic = "070703"});
	decode();
	expect_damage("no cpio member where one has to begin", 0);
}
END_TEST

/* Every beginning of a whole file: read up to there, never more, never without a remark. */
START_TEST(cut_anywhere)
{
	size_t whole;

	policy_archive("etc/p");
	testcpio_compress(&image, &archive, compressions[_i]);
	for (whole = image.len; whole > 1; whole--) {
		decode_bytes(image.data, whole - 1);
		ck_assert_uint_le(initramfs.members, 2);
		/* A plain archive may end after any member, and a checksum at the end is not missed. */
		if (!initramfs.incomplete && (_i == 0 || initramfs.members == 2))
			continue;
		ck_assert_msg(initramfs.incomplete, "%zu of %zu bytes", whole - 1, image.len);
		ck_assert_uint_eq(remarks.count, 1);
	}
}
END_TEST

/* Every byte changed: no crash, no endless reading. */
START_TEST(changed_anywhere)
{
	policy_archive("etc/p");
	testcpio_compress(&image, &archive, compressions[_i]);
	for (size_t i = 0; i < image.len; i++) {
		image.data[i] = (char)(image.data[i] ^ 0x5a);
		decode_bytes(image.data, image.len);
		image.data[i] = (char)(image.data[i] ^ 0x5a);
		ck_assert_uint_le(initramfs.segment_count, 4);
	}
}
END_TEST

START_TEST(padding)
{
	policy_archive("etc/p");
	buf_add_buf(&image, &archive);
	testcpio_zeros(&image, 2);
	buf_add_buf(&image, &archive);
	decode();
	expect_damage("multiple of 4", 2);
	/* The same in a stream; and a stream that ends inside a member. */
	own_buf struct buf outer = {0};
	testcpio_compress(&outer, &image, "gzip");
	decode_bytes(outer.data, outer.len);
	expect_damage("multiple of 4", 2);
	buf_clear(&outer);
	archive.len -= 130;
	testcpio_compress(&outer, &archive, "xz");
	decode_bytes(outer.data, outer.len);
	ck_assert(initramfs.incomplete);
	ck_assert_ptr_nonnull(strstr(remarks.items[0].fault.text, "ends inside a member"));
}
END_TEST

START_TEST(junk_in_a_stream)
{
	policy_archive("etc/p");
	buf_puts(&archive, "GARBAGE!");
	testcpio_compress(&image, &archive, "zstd");
	decode();
	expect_damage("neither members nor zeros", 2);
	/* What was unpacked before stays. */
	expect_policy(0, "etc/p", 0);
}
END_TEST

START_TEST(lying_sizes)
{
	testcpio_file(&image, "a", 0644, "abc");
	memcpy(image.data + 54, "FFFFFFFF", 8);
	decode();
	expect_damage("ends inside", 1);
	/* Of the name: too long, larger than the file. */
	for (unsigned i = 0; i < 2; i++) {
		static const char *const sizes[] = {"00001001", "FFFFFFFF"};

		buf_clear(&image);
		testcpio_file(&image, "a", 0644, "abc");
		memcpy(image.data + 94, sizes[i], 8);
		decode();
		ck_assert(initramfs.incomplete);
		ck_assert_uint_eq(initramfs.members, 0);
	}
}
END_TEST

/* Skipped with its content, as the kernel does. */
START_TEST(no_name)
{
	testcpio_file(&image, "a", 0644, "abc");
	memcpy(image.data + 94, "00000000", 8);
	testcpio_file(&image, "etc/p", 0644, policy_text);
	decode();
	expect_whole(1, 1);
	expect_policy(0, "etc/p", 0);
}
END_TEST

START_TEST(names_without_end)
{
	testcpio_file(&image, "abc", 0644, "");
	image.data[110 + 3] = 'd';
	decode();
	expect_damage("not ended", 0);
}
END_TEST

/* As the kernel reads digits: up to the first that is none. */
START_TEST(odd_digits)
{
	testcpio_file(&image, "etc/p", 0644, policy_text);
	memcpy(image.data + 54, "0x00003", 7);
	snprintf(image.data + 54, 9, "0x%06zx", strlen(policy_text));
	image.data[62] = '0';
	testcpio_trailer(&image);
	decode();
	expect_whole(1, 1);
	expect_policy(0, "etc/p", 0);
}
END_TEST

/* A stream that asks for more memory than we give. */
START_TEST(greedy_streams)
{
	static const struct {
		const char *compression;
		size_t at;
		char value;
	} greedy[] = {{"xz", 16, 0x20}, {"lzma", 4, 0x40}, {"zstd", 5, (char)0xf8}};

	policy_archive("etc/p");
	/* More than a window, so that zstd says one. */
	testcpio_add(&archive, &(struct testcpio_member){.name = "zeros", .size = 300000});
	testcpio_compress(&image, &archive, greedy[_i].compression);
	decode();
	expect_whole(1, 3);
	if (strcmp(greedy[_i].compression, "zstd") == 0)
		ck_assert_int_eq(image.data[4] & 0x20, 0);
	image.data[greedy[_i].at] = greedy[_i].value;
	decode();
	expect_damage("asks for more than 128 MiB", 0);
}
END_TEST

/* --- Limits --- */

START_TEST(many_members)
{
	for (size_t i = 0; i < INITRAMFS_MEMBERS_MAX + 1u; i++)
		testcpio_file(&image, "x", 0644, "");
	decode();
	expect_damage("more than 200000 members", INITRAMFS_MEMBERS_MAX);
}
END_TEST

START_TEST(many_segments)
{
	for (size_t i = 0; i < INITRAMFS_SEGMENTS_MAX + 1u; i++)
		testcpio_trailer(&image);
	decode();
	expect_damage("more than 64 segments", 0);
	ck_assert_uint_eq(initramfs.segment_count, INITRAMFS_SEGMENTS_MAX);
}
END_TEST

START_TEST(many_links)
{
	char name[16];

	for (size_t i = 0; i < CPIOLINKS_MAX + 1u; i++) {
		snprintf(name, sizeof(name), "l%zu", i);
		testcpio_add(&image, &(struct testcpio_member){
					     .name = name, .ino = (uint32_t)i, .links = 2});
	}
	decode();
	expect_damage("hard links", CPIOLINKS_MAX + 1u);
}
END_TEST

START_TEST(many_texts)
{
	own_mem char *text = calloc(1, INITRAMFS_TEXT_MAX + 1);
	size_t n = INITRAMFS_TEXTS_MAX / INITRAMFS_TEXT_MAX;
	char name[16];

	memset(text, '\n', INITRAMFS_TEXT_MAX);
	memcpy(text, "measure uid=0", 13);
	for (size_t i = 0; i <= n; i++) {
		snprintf(name, sizeof(name), "p%zu", i);
		testcpio_file(&archive, name, 0644, text);
	}
	testcpio_compress(&image, &archive, "zstd");
	decode();
	expect_damage("MiB of texts", n + 1);
}
END_TEST

static int stop_counting(void *context, const uint8_t *data, size_t size, struct fault *f)
{
	(void)data;
	(void)f;
	*(uint64_t *)context += size;
	return 0;
}

static int no_member(void *context, const struct cpio_member *member, struct fault *f)
{
	(void)context;
	(void)member;
	(void)f;
	return 0;
}

static int no_segment(void *context, uint64_t offset, const char *compression, struct fault *f)
{
	(void)context;
	(void)offset;
	(void)compression;
	(void)f;
	return 0;
}

static int no_end(void *context, struct fault *f)
{
	(void)context;
	(void)f;
	return 0;
}

/* A bomb ends at the limit, whatever unpacks it. */
START_TEST(bombs)
{
	uint64_t seen = 0;
	struct initstream_reader reader = {
		.cpio = {&seen, no_member, stop_counting, no_end, no_end},
		.segment = no_segment,
		.unpacked_max = 4 << 20,
	};
	struct fault f = {0};

	testcpio_add(&archive, &(struct testcpio_member){.name = "zeros", .size = 8 << 20});
	testcpio_compress(&image, &archive, compressions[_i]);
	ck_assert_int_eq(initstream_read((uint8_t *)image.data, image.len, &reader, &f), -1);
	ck_assert_ptr_nonnull(strstr(f.text, "unpacks to more than 4 MiB"));
	ck_assert_uint_le(seen, 4 << 20);
}
END_TEST

/* --- Members --- */

static const struct initramfs_member *only(const char *name)
{
	const struct initramfs_member *member = initramfs_find(&initramfs, name);

	ck_assert_msg(member, "no %s", name);
	return member;
}

START_TEST(hard_links)
{
	struct testcpio_member first = {.name = "etc/a", .ino = 7, .links = 3};

	/* The content comes with the last name, or with the first. */
	testcpio_add(&image, &first);
	testcpio_add(&image, &(struct testcpio_member){.name = "etc/b", .ino = 7, .links = 3});
	testcpio_add(&image, &(struct testcpio_member){.name = "etc/other", .ino = 8, .links = 2});
	testcpio_add(&image,
		     &(struct testcpio_member){
			     .name = "etc/c", .ino = 7, .links = 3, .content = policy_text});
	testcpio_trailer(&image);
	/* The number means another file behind the trailer. */
	testcpio_add(&image, &(struct testcpio_member){.name = "etc/d", .ino = 7, .links = 3});
	testcpio_trailer(&image);
	decode();
	expect_whole(2, 5);
	ck_assert_uint_eq(initramfs.found_count, 3);
	expect_policy(0, "etc/a", 0);
	expect_policy(1, "etc/b", 0);
	expect_policy(2, "etc/c", 0);
	ck_assert_ptr_null(initramfs_find(&initramfs, "etc/d"));
	ck_assert(initramfs_has(&initramfs, "etc/d"));
}
END_TEST

/* Two contents of one inode: the last holds, for every name. */
START_TEST(hard_links_again)
{
	static const char other[] = "measure func=FILE_CHECK\n";

	testcpio_add(&image,
		     &(struct testcpio_member){
			     .name = "etc/a", .ino = 7, .links = 2, .content = policy_text});
	testcpio_add(&image, &(struct testcpio_member){
				     .name = "etc/b", .ino = 7, .links = 2, .content = other});
	decode();
	expect_whole(1, 2);
	ck_assert_str_eq(only("etc/a")->text, other);
	ck_assert_str_eq(only("etc/b")->text, other);
	ck_assert(initramfs.found[0].replaced);
	ck_assert(!only("etc/a")->replaced);
}
END_TEST

START_TEST(replaced)
{
	static const struct testcpio_member later[] = {
		{.name = "/etc/./p", .content = "measure func=FILE_CHECK\n"},
		{.name = "etc//p", .content = "nothing of interest"},
		{.name = "x/../etc/p"},
		{.name = "etc/p", .mode = S_IFLNK | 0777, .content = "elsewhere"},
	};

	testcpio_file(&image, "etc/p", 0644, policy_text);
	testcpio_trailer(&image);
	testcpio_add(&image, &later[_i]);
	decode();
	expect_whole(2, 2);
	ck_assert(initramfs.found[0].replaced);
	if (_i == 0)
		ck_assert_str_eq(only("etc/p")->text, later[0].content);
	else
		ck_assert_ptr_null(initramfs_find(&initramfs, "etc/p"));
	ck_assert(initramfs_has(&initramfs, "etc/p"));
}
END_TEST

static const struct {
	const char *name, *clean;
} names[] = {
	{"etc/p", "etc/p"},
	{"/etc/p", "etc/p"},
	{"./etc/p", "etc/p"},
	{"//etc///p", "etc/p"},
	{"../../../etc/p", "etc/p"},
	{"/..//./etc/../etc/x/.././p", "etc/p"},
	{"a/b/c/../../../etc/p", "etc/p"},
	{"..p", "..p"},
	{"...", "..."},
	{"etc/p/", "etc/p"},
	{"\xff\x1b[31m\n", "\xff\x1b[31m\n"},
};

START_TEST(odd_names)
{
	testcpio_file(&image, names[_i].name, 0644, policy_text);
	decode();
	expect_whole(1, 1);
	expect_policy(0, names[_i].clean, 0);
}
END_TEST

START_TEST(long_names)
{
	char name[CPIO_PATH_MAX + 2];

	memset(name, 'n', sizeof(name));
	name[CPIO_PATH_MAX - 1] = '\0';
	testcpio_file(&image, name, 0644, policy_text);
	/* A byte more, and the kernel skips it. */
	name[CPIO_PATH_MAX - 1] = 'n';
	name[CPIO_PATH_MAX] = '\0';
	testcpio_file(&image, name, 0644, policy_text);
	testcpio_file(&image, "etc/p", 0644, policy_text);
	decode();
	expect_whole(1, 2);
	ck_assert_uint_eq(initramfs.found_count, 2);
	ck_assert_uint_eq(strlen(initramfs.found[0].name), CPIO_PATH_MAX - 1);
	expect_policy(1, "etc/p", 0);
}
END_TEST

START_TEST(other_types)
{
	static const uint32_t modes[] = {S_IFIFO, S_IFCHR, S_IFBLK, S_IFSOCK, S_IFDIR};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		testcpio_add(&image,
			     &(struct testcpio_member){.name = "n", .mode = modes[i] | 0644});
	/* A directory with content is skipped, and what it hides with it. */
	policy_archive("etc/hidden");
	testcpio_add(&image, &(struct testcpio_member){.name = "d",
						       .mode = S_IFDIR | 0755,
						       .content = archive.data,
						       .size = archive.len});
	testcpio_file(&image, "etc/p", 0644, policy_text);
	decode();
	expect_whole(1, 6);
	ck_assert_uint_eq(initramfs.found_count, 1);
}
END_TEST

/* --- Kinds --- */

#define ELF                                                                                        \
	"\x7f"                                                                                     \
	"ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0"
#define KEY                                                                                        \
	"-----BEGIN PRIVATE KEY-----\n"                                                            \
	"MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"                       \
	"-----END PRIVATE KEY-----\n"

static const struct {
	const char *name;
	unsigned mode;
	const char *content;
	size_t size; /* 0: its length */
	int kind;    /* -1: not of interest */
	bool text;
} files[] = {
	{"etc/ima/ima-policy", 0644, policy_text, 0, INITRAMFS_POLICY, true},
	{"any/where", 0644, "dont_measure fsmagic=0x9fa0\n", 0, INITRAMFS_POLICY, true},
	{"etc/ima/ima-policy", 0644, "measure twice, cut once\n", 0, -1, false},
	{"etc/ima/ima-policy", 0644, "", 0, -1, false},
	{"etc/keys/x509_ima.der", 0644, "\x30\x82\1\2rest", 8, INITRAMFS_CERTIFICATE, false},
	{"etc/keys/ima/a.der", 0644, "\x30\x82\1\2rest", 8, INITRAMFS_CERTIFICATE, false},
	{"etc/keys/ima/a.pem", 0644, "-----BEGIN CERTIFICATE-----\nMIIB\n", 0,
	 INITRAMFS_CERTIFICATE, false},
	{"usr/share/x.der", 0644, "\x30\x82\1\2rest", 8, -1, false},
	{"keys/x509_evm.der", 0644, "\x30\x82\1\2rest", 8, INITRAMFS_CERTIFICATE, false},
	{"etc/keys/evm-key", 0600, "default user:kmk 64 00", 0, INITRAMFS_EVM_KEY, false},
	{"etc/keys/kmk-trusted.blob", 0600, "0102", 0, INITRAMFS_EVM_KEY, false},
	{"etc/keys/evm-trusted.blob", 0600, "0102", 0, INITRAMFS_EVM_KEY, false},
	{"etc/evm-key", 0600, "x", 0, -1, false},
	{"etc/keys/privkey_evm.pem", 0600, KEY, 0, INITRAMFS_PRIVATE_KEY, false},
	{"root/secret", 0600, KEY, 0, INITRAMFS_PRIVATE_KEY, false},
	{"etc/keys/both.pem", 0600, "-----BEGIN CERTIFICATE-----\nMIIB\n" KEY, 0,
	 INITRAMFS_PRIVATE_KEY, false},
	{"etc/dropbear/key", 0600,
	 "-----BEGIN OPENSSH PRIVATE KEY-----\n"
	 "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gt\n",
	 0, -1, false},
	{"scripts/local-top/ima", 0755, "#!/bin/sh\ncat /etc/p >/sys/kernel/security/ima/policy\n",
	 0, INITRAMFS_POLICY_WRITER, true},
	{"lib/dracut/hooks/pre-pivot/62-x.sh", 0755,
	 "D=/sys/kernel/security/ima\ncat /p > \"$D\"/policy\n", 0, INITRAMFS_POLICY_WRITER, true},
	{"init", 0755, "#!/bin/sh\ncat /p > /sys/kernel/security/integrity/ima/policy\n", 0,
	 INITRAMFS_POLICY_WRITER, true},
	{"init", 0755, "#!/bin/sh\nexec switch_root\n", 0, INITRAMFS_INIT, true},
	{"init", 0755, ELF, 20, INITRAMFS_INIT, false},
	{"bin/loader", 0755, ELF "/sys/kernel/security/ima/policy", 51, INITRAMFS_POLICY_WRITER,
	 false},
	{"bin/loader", 0755, ELF "/sys/kernel/security/ima/polic", 50, INITRAMFS_PROGRAM, false},
	{"usr/bin/evmctl", 0755, ELF, 20, INITRAMFS_INTEGRITY_HOOK, false},
	{"usr/lib/dracut/hooks/pre-pivot/61-evm-enable.sh", 0755, "x\n", 0,
	 INITRAMFS_INTEGRITY_HOOK, false},
	{"usr/lib/dracut/hooks/pre-pivot/61-ima-keys-load.sh", 0755, "x\n", 0,
	 INITRAMFS_INTEGRITY_HOOK, false},
	{"bin/busybox", 0755, ELF, 20, INITRAMFS_PROGRAM, false},
	{"bin/script", 0755, "#!/bin/sh\n", 0, INITRAMFS_PROGRAM, false},
	{"lib/libc.so.6", 0644, ELF, 20, -1, false},
	{"bin/data", 0755, "text", 0, -1, false},
	{"lib/modules/a.ko", 0644, ELF, 20, -1, false},
};

START_TEST(kinds)
{
	testcpio_add(&image, &(struct testcpio_member){.name = files[_i].name,
						       .mode = S_IFREG | files[_i].mode,
						       .content = files[_i].content,
						       .size = files[_i].size});
	decode();
	expect_whole(1, 1);
	ck_assert_uint_eq(initramfs.found_count, files[_i].kind >= 0);
	if (files[_i].kind < 0)
		return;
	ck_assert_int_eq(initramfs.found[0].kind, files[_i].kind);
	ck_assert_int_eq(initramfs.found[0].text != NULL, files[_i].text);
	ck_assert_uint_eq(initramfs.found[0].mode, S_IFREG | files[_i].mode);
}
END_TEST

START_TEST(init_as_a_link)
{
	testcpio_add(&image, &(struct testcpio_member){.name = "init",
						       .mode = S_IFLNK | 0777,
						       .content = "usr/lib/systemd/systemd"});
	decode();
	expect_whole(1, 1);
	ck_assert_int_eq(initramfs.found[0].kind, INITRAMFS_INIT);
	ck_assert_str_eq(initramfs.found[0].text, "usr/lib/systemd/systemd");
}
END_TEST

/* A program names the kernel's file where two pieces of the unpacking meet. */
START_TEST(names_across_pieces)
{
	static const char name[] = "/sys/kernel/security/integrity/ima/policy";
	size_t size = 200000;
	own_mem char *program = calloc(1, size);

	for (size_t at = 65536 - 160; at < 65536 + 20; at++) {
		memset(program, 'x', size);
		memcpy(program, ELF, 20);
		memcpy(program + at, name, sizeof(name) - 1);
		buf_clear(&archive);
		buf_clear(&image);
		testcpio_add(&archive, &(struct testcpio_member){.name = "bin/x",
								 .mode = S_IFREG | 0755,
								 .content = program,
								 .size = size});
		testcpio_compress(&image, &archive, "gzip");
		decode();
		expect_whole(1, 1);
		ck_assert_int_eq(initramfs.found[0].kind, INITRAMFS_POLICY_WRITER);
	}
}
END_TEST

START_TEST(digests)
{
	/* sha256 of "abc", FIPS 180-2. */
	static const uint8_t abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
				      0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
				      0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
				      0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};

	testcpio_file(&image, "init", 0755, "abc");
	decode();
	expect_whole(1, 1);
	ck_assert_mem_eq(initramfs.found[0].sha256, abc, sizeof(abc));
}
END_TEST

/* --- Boot configuration --- */

static void add_bootconfig(const char *text, uint32_t size, uint32_t sum, size_t pads)
{
	buf_puts(&image, text);
	for (unsigned i = 0; i < 4; i++)
		buf_addc(&image, (char)(size >> (8 * i)));
	for (unsigned i = 0; i < 4; i++)
		buf_addc(&image, (char)(sum >> (8 * i)));
	buf_puts(&image, "#BOOTCONFIG\n");
	testcpio_zeros(&image, pads);
}

START_TEST(bootconfig)
{
	static const char text[] = "kernel.ima_appraise=off\n";
	uint32_t sum = 0;

	for (const char *c = text; *c; c++)
		sum += (uint8_t)*c;
	policy_archive("etc/p");
	testcpio_compress(&image, &archive, "gzip");
	/* GRUB pads by up to 3 bytes. */
	add_bootconfig(text, sizeof(text) - 1, sum, (size_t)_i);
	decode();
	if (_i < 4) {
		expect_whole(1, 2);
		ck_assert_str_eq(initramfs.bootconfig, text);
		ck_assert_uint_eq(initramfs.bootconfig_size, sizeof(text) - 1);
	} else {
		ck_assert_ptr_null(initramfs.bootconfig);
		ck_assert(initramfs.incomplete);
	}
}
END_TEST

/* What is wrong with it is said, and the archives are read all the same. */
START_TEST(bad_bootconfig)
{
	policy_archive("etc/p");
	testcpio_compress(&image, &archive, "gzip");
	add_bootconfig("kernel.x=1\n", 11, 4711, 0);
	decode();
	ck_assert_ptr_null(initramfs.bootconfig);
	ck_assert_uint_ge(remarks.count, 1);
	ck_assert_ptr_nonnull(strstr(remarks.items[0].fault.text, "checksum"));
	ck_assert_uint_eq(initramfs.members, 2);
}
END_TEST

/* --- Files of a target --- */

static struct targetfs *target;

static void open_target(void)
{
	struct fault f = {0};

	target = targetfs_open(tree_path(), &f);
	ck_assert_msg(target, "%s", f.text);
}

static void read_image(const char *path)
{
	struct fault f = {0};

	forget();
	ck_assert_msg(initramfs_read(target, path, &initramfs, &remarks, &f) == 0, "%s", f.text);
}

START_TEST(compared)
{
	static const struct {
		const char *name;
		enum initramfs_on_root on_root;
	} expected[] = {
		{"bin/same", INITRAMFS_SAME},
		{"usr/bin/merged", INITRAMFS_SAME},
		{"sbin/moved", INITRAMFS_SAME},
		{"bin/differs", INITRAMFS_DIFFERS},
		{"bin/longer", INITRAMFS_DIFFERS},
		{"bin/absent", INITRAMFS_NOT_ON_ROOT},
		{"bin/fifo", INITRAMFS_NOT_ON_ROOT},
		{"bin/out", INITRAMFS_NOT_ON_ROOT},
		{"scripts/local-top/ima", INITRAMFS_SAME},
		{"usr/lib/dracut/hooks/pre-pivot/61-ima-keys-load.sh", INITRAMFS_SAME},
		{"init", INITRAMFS_SAME},
		{"bin/applet", INITRAMFS_SAME},
	};

	tree_mkdir("boot");
	tree_mkdir("bin");
	tree_mkdir("usr");
	tree_mkdir("usr/bin");
	tree_mkdir("usr/lib");
	tree_mkdir("usr/lib/dracut");
	tree_mkdir("usr/lib/dracut/modules.d");
	tree_mkdir("usr/lib/dracut/modules.d/98integrity");
	tree_mkdir("usr/share");
	tree_mkdir("usr/share/initramfs-tools");
	tree_mkdir("etc");
	tree_mkdir("etc/initramfs-tools");
	tree_mkdir("etc/initramfs-tools/scripts");
	tree_mkdir("etc/initramfs-tools/scripts/local-top");
	tree_text("usr/bin/merged", "#!/bin/merged\n");
	tree_text("bin/same", "#!/bin/same\n");
	tree_text("usr/bin/moved", "#!/bin/moved\n");
	tree_text("bin/differs", "#!/bin/DIFFERS\n");
	tree_text("bin/longer", "#!/bin/longer and longer\n");
	tree_text("etc/initramfs-tools/scripts/local-top/ima",
		  "echo /p > /sys/kernel/security/ima/policy\n");
	tree_text("usr/lib/dracut/modules.d/98integrity/ima-keys-load.sh", "#!/bin/keys\n");
	tree_text("usr/share/initramfs-tools/init", "#!/bin/init\n");
	ck_assert_int_eq(mkfifoat(tree_fd, "bin/fifo", 0644), 0);
	ck_assert_int_eq(symlinkat("/../../../../../../../bin/sh", tree_fd, "bin/out"), 0);
	testcpio_file(&image, "bin/same", 0755, "#!/bin/same\n");
	testcpio_file(&image, "usr/bin/merged", 0755, "#!/bin/merged\n");
	testcpio_file(&image, "sbin/moved", 0755, "#!/bin/moved\n");
	testcpio_file(&image, "bin/differs", 0755, "#!/bin/differs\n");
	testcpio_file(&image, "bin/longer", 0755, "#!/bin/longer\n");
	testcpio_file(&image, "bin/absent", 0755, "#!/bin/absent\n");
	testcpio_file(&image, "bin/fifo", 0755, "#!/bin/fifo\n");
	testcpio_file(&image, "bin/out", 0755, "#!/bin/out\n");
	testcpio_file(&image, "scripts/local-top/ima", 0755,
		      "echo /p > /sys/kernel/security/ima/policy\n");
	testcpio_file(&image, "usr/lib/dracut/hooks/pre-pivot/61-ima-keys-load.sh", 0755,
		      "#!/bin/keys\n");
	testcpio_file(&image, "init", 0755, "#!/bin/init\n");
	/* Another name of what the root has. */
	testcpio_file(&image, "bin/applet", 0755, "#!/bin/same\n");
	tree_file("boot/initrd", image.data, image.len, 0600);
	open_target();
	read_image("/boot/initrd");
	expect_whole(1, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		ck_assert_msg(only(expected[i].name)->on_root == expected[i].on_root, "%s: %d",
			      expected[i].name, only(expected[i].name)->on_root);
	targetfs_close(target);
}
END_TEST

START_TEST(unreadable_files)
{
	int fd;

	tree_mkdir("boot");
	ck_assert_int_eq(mkfifoat(tree_fd, "boot/fifo", 0644), 0);
	ck_assert_int_eq(symlinkat("../../../../../../../../etc/passwd", tree_fd, "boot/out"), 0);
	fd = openat(tree_fd, "boot/huge", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ck_assert_int_eq(ftruncate(fd, (off_t)INITRAMFS_FILE_MAX + 1), 0);
	close(fd);
	open_target();
	for (unsigned i = 0; i < 4; i++) {
		static const char *const paths[] = {"/boot/none", "/boot/fifo", "/boot/out",
						    "/boot/huge"};

		read_image(paths[i]);
		ck_assert(initramfs.incomplete);
		ck_assert_str_eq(initramfs.path, paths[i]);
		ck_assert_uint_eq(remarks.count, 1);
		ck_assert_str_eq(remarks.items[0].path, paths[i]);
	}
	targetfs_close(target);
}
END_TEST

/* --- Agreement with others --- */

/* What cpio(1) and the compressors wrote is read, and of one archive libarchive lists the same. */
static size_t listed_by_libarchive(const char *path)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	size_t n = 0;

	archive_read_support_format_cpio(a);
	archive_read_support_filter_none(a);
	ck_assert_int_eq(archive_read_open_filename(a, path, 1 << 16), ARCHIVE_OK);
	while (archive_read_next_header(a, &entry) == ARCHIVE_OK) {
		char clean[4096];

		snprintf(clean, sizeof(clean), "%s", archive_entry_pathname(entry));
		if (archive_entry_filetype(entry) != AE_IFDIR)
			ck_assert_msg(initramfs_has(&initramfs,
						    clean + (strncmp(clean, "./", 2) ? 0 : 2)),
				      "%s", clean);
		n++;
	}
	archive_read_free(a);
	return n;
}

static const char *const tools[] = {
	"cat",	       "gzip -9n",	    "bzip2",
	"lzma",	       "xz --check=crc32",  "xz -T2 --check=sha256 --x86 --lzma2=preset=9e",
	"zstd -q -19", "zstd -q -1 --long", "lz4 -lq",
	"lzop",
};

START_TEST(real_tools)
{
	char command[8192], tool[32];
	own_mem char *plain = NULL;

	snprintf(tool, sizeof(tool), "%s", tools[_i]);
	tool[strcspn(tool, " ")] = '\0';
	snprintf(command, sizeof(command), "command -v cpio %s >/dev/null 2>&1", tool);
	if (tree_skips(system(command) == 0, tool))
		return;
	tree_mkdir("in");
	tree_mkdir("in/etc");
	tree_text("in/etc/p", policy_text);
	tree_file("in/init", "#!/bin/sh\n", 10, 0755);
	ck_assert_int_eq(linkat(tree_fd, "in/init", tree_fd, "in/linked", 0), 0);
	ck_assert_int_eq(symlinkat("etc/p", tree_fd, "in/link"), 0);
	snprintf(command, sizeof(command),
		 "cd '%s/in' && cp /bin/sh shell && find . | LC_ALL=C sort |"
		 " cpio --quiet -o -H newc >../plain && cd .. && %s <plain >packed &&"
		 " cat plain packed plain >all",
		 tree_path(), tools[_i]);
	ck_assert_int_eq(system(command), 0);
	open_target();
	read_image("/packed");
	expect_whole(1, 7);
	ck_assert_str_eq(only("etc/p")->text, policy_text);
	ck_assert_int_eq(only("init")->kind, INITRAMFS_INIT);
	ck_assert_int_eq(only("linked")->kind, INITRAMFS_PROGRAM);
	ck_assert_int_eq(only("shell")->kind, INITRAMFS_PROGRAM);
	ck_assert_int_ge(asprintf(&plain, "%s/plain", tree_path()), 0);
	ck_assert_uint_eq(listed_by_libarchive(plain), 7);
	read_image("/all");
	if (strncmp(tools[_i], "cat", 3) == 0) {
		expect_whole(3, 21);
	} else {
		ck_assert_uint_ge(initramfs.segment_count, 2);
		ck_assert_uint_ge(initramfs.members, 14);
	}
	targetfs_close(target);
}
END_TEST

START_TEST(kind_names)
{
	ck_assert_str_eq(initramfs_kind_name(INITRAMFS_POLICY), "policy");
	ck_assert_str_eq(initramfs_kind_name(INITRAMFS_PROGRAM), "program");
	for (int i = 0; i < INITRAMFS_KINDS; i++)
		ck_assert_ptr_nonnull(initramfs_kind_name((enum initramfs_kind)i));
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *initramfs_suite(void)
{
	Suite *suite = suite_create("initramfs");
	TCase *tcase = tcase_create("initramfs");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, each_compression, 0, COUNT(compressions));
	tcase_add_loop_test(tcase, one_after_another, 0, COUNT(compressions));
	tcase_add_test(tcase, offsets_of_segments);
	tcase_add_test(tcase, without_trailer);
	tcase_add_test(tcase, two_archives_in_one_stream);
	tcase_add_test(tcase, empty_streams);
	tcase_add_test(tcase, nothing);
	tcase_add_test(tcase, other_formats);
	tcase_add_loop_test(tcase, cut_anywhere, 0, COUNT(compressions));
	tcase_add_loop_test(tcase, changed_anywhere, 0, COUNT(compressions));
	tcase_add_test(tcase, padding);
	tcase_add_test(tcase, junk_in_a_stream);
	tcase_add_test(tcase, lying_sizes);
	tcase_add_test(tcase, no_name);
	tcase_add_test(tcase, names_without_end);
	tcase_add_test(tcase, odd_digits);
	tcase_add_loop_test(tcase, greedy_streams, 0, 3);
	tcase_add_test(tcase, many_members);
	tcase_add_test(tcase, many_segments);
	tcase_add_test(tcase, many_links);
	tcase_add_test(tcase, many_texts);
	tcase_add_loop_test(tcase, bombs, 1, COUNT(compressions));
	tcase_add_test(tcase, hard_links);
	tcase_add_test(tcase, hard_links_again);
	tcase_add_loop_test(tcase, replaced, 0, 4);
	tcase_add_loop_test(tcase, odd_names, 0, COUNT(names));
	tcase_add_test(tcase, long_names);
	tcase_add_test(tcase, other_types);
	tcase_add_loop_test(tcase, kinds, 0, COUNT(files));
	tcase_add_test(tcase, init_as_a_link);
	tcase_add_test(tcase, names_across_pieces);
	tcase_add_test(tcase, digests);
	tcase_add_loop_test(tcase, bootconfig, 0, 5);
	tcase_add_test(tcase, bad_bootconfig);
	tcase_add_test(tcase, compared);
	tcase_add_test(tcase, unreadable_files);
	tcase_add_loop_test(tcase, real_tools, 0, COUNT(tools));
	tcase_add_test(tcase, kind_names);
	suite_add_tcase(suite, tcase);
	return suite;
}
