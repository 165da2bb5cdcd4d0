// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fs-verity files and type 06 labels. The host may not know fs-verity, so the list of what to
 * enable goes to a file for the guest; libfsverity says what the digests will be.
 */
#include <stdlib.h>
#include <string.h>

#include <libfsverity.h>

#include "file.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What the signature is made over, and what the header says. */
struct verity_case {
	const char *name;
	const char *key;
	enum algo tree;	  /* algorithm of fs-verity */
	const char *salt; /* hex, "-" for none */
	size_t size;	  /* of the content, 0: the usual */
	unsigned type, version;
	enum algo header; /* ALGO_COUNT: that of the tree */
	unsigned id_type; /* type byte inside the hashed file id */
	bool bare;	  /* signed over the digest itself */
	bool data;	  /* over the hash of the content instead of the verity digest */
	bool off;	  /* fs-verity not enabled */
	bool flip;
	bool padded; /* file id of 66 bytes, with the unused ones zero */
};

static const struct verity_case cases[] = {
	{.name = "rsa-sha256", .key = "rsa2048", .tree = ALGO_SHA256},
	{.name = "rsa-sha512", .key = "rsa2048", .tree = ALGO_SHA512},
	{.name = "rsa4096-sha256", .key = "rsa4096", .tree = ALGO_SHA256},
	{.name = "ec256-sha256", .key = "ec256", .tree = ALGO_SHA256},
	{.name = "ec384-sha512", .key = "ec384", .tree = ALGO_SHA512},
	{.name = "salt",
	 .key = "rsa2048",
	 .tree = ALGO_SHA256,
	 .salt = "00112233445566778899aabbccddeeff"},
	{.name = "salt-sha512", .key = "rsa2048", .tree = ALGO_SHA512, .salt = "a1b2"},
	{.name = "large", .key = "rsa2048", .tree = ALGO_SHA256, .size = 1 << 20},
	{.name = "unknown-key", .key = "unknown", .tree = ALGO_SHA256},
	{.name = "evm-key", .key = "evmrsa", .tree = ALGO_SHA256},
	{.name = "flipped", .key = "rsa2048", .tree = ALGO_SHA256, .flip = true},
	{.name = "version1", .key = "rsa2048", .tree = ALGO_SHA256, .version = 1},
	{.name = "version2", .key = "rsa2048", .tree = ALGO_SHA256, .version = 2},
	{.name = "version4", .key = "rsa2048", .tree = ALGO_SHA256, .version = 4},
	{.name = "type03-version3", .key = "rsa2048", .tree = ALGO_SHA256, .type = 3},
	{.name = "type03-version2", .key = "rsa2048", .tree = ALGO_SHA256, .type = 3, .version = 2},
	{.name = "type05", .key = "rsa2048", .tree = ALGO_SHA256, .type = 5},
	{.name = "bare-digest", .key = "rsa2048", .tree = ALGO_SHA256, .bare = true},
	{.name = "id-type03", .key = "rsa2048", .tree = ALGO_SHA256, .id_type = 3},
	{.name = "id-padded", .key = "rsa2048", .tree = ALGO_SHA256, .padded = true},
	{.name = "header-sha512", .key = "rsa2048", .tree = ALGO_SHA256, .header = ALGO_SHA512},
	{.name = "header-sha1", .key = "rsa2048", .tree = ALGO_SHA256, .header = ALGO_SHA1},
	{.name = "ec-header-sha512", .key = "ec256", .tree = ALGO_SHA256, .header = ALGO_SHA512},
	{.name = "ec-header-sha1", .key = "ec256", .tree = ALGO_SHA256, .header = ALGO_SHA1},
	{.name = "ec-header-sm3", .key = "ec256", .tree = ALGO_SHA256, .header = ALGO_SM3},
	{.name = "verity-off", .key = "rsa2048", .tree = ALGO_SHA256, .off = true},
	{.name = "data-file-id", .key = "rsa2048", .tree = ALGO_SHA256, .data = true},
	{.name = "data-file-id-off",
	 .key = "rsa2048",
	 .tree = ALGO_SHA256,
	 .data = true,
	 .off = true},
	{.name = "data-file-id-ec-off",
	 .key = "ec256",
	 .tree = ALGO_SHA256,
	 .data = true,
	 .off = true},
	{.name = "data-file-id-sha512-off",
	 .key = "rsa2048",
	 .tree = ALGO_SHA512,
	 .data = true,
	 .off = true},
	{.name = "data-bad-off",
	 .key = "rsa2048",
	 .tree = ALGO_SHA256,
	 .data = true,
	 .off = true,
	 .flip = true},
	{.name = "data-version2-off",
	 .key = "rsa2048",
	 .tree = ALGO_SHA256,
	 .data = true,
	 .off = true,
	 .version = 2},
};

static int read_memory(void *cookie, void *buffer, size_t count)
{
	const char **at = cookie;

	memcpy(buffer, *at, count);
	*at += count;
	return 0;
}

static struct blob verity_digest(const struct file *f, enum algo tree, const struct blob *salt)
{
	struct libfsverity_merkle_tree_params params = {
		.version = 1,
		.hash_algorithm =
			tree == ALGO_SHA512 ? FS_VERITY_HASH_ALG_SHA512 : FS_VERITY_HASH_ALG_SHA256,
		.file_size = f->size,
		.block_size = 4096,
		.salt_size = (uint32_t)salt->size,
		.salt = salt->size ? salt->bytes : NULL,
	};
	struct libfsverity_digest *d = NULL;
	const char *at = f->bytes;
	struct blob b;

	if (libfsverity_compute_digest(&at, read_memory, &params, &d))
		die("fs-verity digest of %s", f->path);
	b = blob_of(d->digest, d->digest_size);
	free(d);
	return b;
}

static void enable(const struct file *f, enum algo tree, const char *salt)
{
	fprintf(corpus.verity, "%s\t%d\t4096\t%s\n", f->path,
		tree == ALGO_SHA512 ? FS_VERITY_HASH_ALG_SHA512 : FS_VERITY_HASH_ALG_SHA256, salt);
}

static struct file verity_file(const char *name, size_t size)
{
	struct file f;
	char *bytes, path[256];

	if (!size)
		return file_new("verity/%s", name);
	snprintf(path, sizeof(path), "verity/%s", name);
	bytes = calloc(1, size);
	if (!bytes)
		die("memory");
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)(i * 2654435761u >> 13);
	memcpy(bytes, corpus.elf, corpus.elf_size);
	f = file_with(path, bytes, size);
	free(bytes);
	return f;
}

static struct blob verity_label(const struct verity_case *c, const struct blob *digest)
{
	enum algo header = c->header ? c->header : c->tree;
	struct blob id = {0}, signed_digest;
	struct sig_parts parts;

	blob_add_u8(&id, c->id_type ? c->id_type : 6);
	blob_add_u8(&id, c->tree);
	blob_add_blob(&id, digest);
	if (c->padded)
		blob_add_fill(&id, 0, 64 - digest->size);
	/* The kernel hashes the file id with the algorithm of the verity digest. */
	signed_digest = c->bare ? *digest : algo_digest(c->tree, id.bytes, id.size);
	parts = sig_parts_of(signer_load(corpus.keys, c->key), c->type ? c->type : 6, c->tree,
			     &signed_digest);
	parts.algo = header;
	parts.version = c->version ? c->version : 3;
	if (c->flip)
		parts.signature.bytes[parts.signature.size / 2] ^= 1;
	return label_signature(&parts);
}

static void verity_case_make(const struct verity_case *c)
{
	const char *salt_hex = c->salt ? c->salt : "-";
	struct blob salt = blob_from_hex(c->salt ? c->salt : ""), digest, label;
	struct file f = verity_file(c->name, c->size);

	digest = c->data ? file_digest(&f, c->tree) : verity_digest(&f, c->tree, &salt);
	label = verity_label(c, &digest);
	file_ima(&f, &label);
	if (!c->off)
		enable(&f, c->tree, salt_hex);
	file_done(&f);
}

/* Labels of the other types on files that have fs-verity. */
static void other_labels(void)
{
	struct blob label, digest;
	struct file f = file_new("verity/no-label");

	enable(&f, ALGO_SHA256, "-");
	file_done(&f);
	f = file_new("verity/digest-ng-data");
	label = file_digest_label(&f);
	file_ima(&f, &label);
	enable(&f, ALGO_SHA256, "-");
	file_done(&f);
	f = file_new("verity/v2-data");
	label = file_signature_label(&f, "rsa2048", ALGO_SHA256);
	file_ima(&f, &label);
	enable(&f, ALGO_SHA256, "-");
	file_done(&f);
	f = file_new("verity/digest-ng-verity");
	digest = verity_digest(&f, ALGO_SHA256, &(struct blob){0});
	label = label_digest(ALGO_SHA256, &digest);
	file_ima(&f, &label);
	enable(&f, ALGO_SHA256, "-");
	file_done(&f);
}

static void empty_file(void)
{
	static const struct verity_case c = {
		.name = "empty", .key = "rsa2048", .tree = ALGO_SHA256};
	struct file f = file_with("verity/empty", "", 0);
	struct blob digest = verity_digest(&f, c.tree, &(struct blob){0});
	struct blob label = verity_label(&c, &digest);

	file_ima(&f, &label);
	enable(&f, c.tree, "-");
	file_done(&f);
}

void cases_verity(void)
{
	for (size_t i = 0; i < COUNT(cases); i++)
		verity_case_make(&cases[i]);
	other_labels();
	empty_file();
}
