/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Revoked certificates and hashes: what a kernel keeps in .ima_blacklist and .blacklist. */
#include "scanner/blacklist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/path.h"
#include "scanner/certificate.h"
#include "scanner/digest.h"
#include "scanner/keyfile.h"

enum {
	KIND_BINARY = 1,
	KIND_TBS = 2,
	HASH_BYTES_MIN = 16, /* MD5: shorter digits are a mistake rather than a hash */
};

struct hash {
	uint8_t size, kinds;
	uint8_t value[HASHALGO_SIZE_MAX];
};

struct blacklist {
	struct keyring *certificates;
	struct hash *hashes;
	size_t count, room;
};

struct blacklist *blacklist_new(void)
{
	struct blacklist *list = calloc(1, sizeof(*list));

	if (!list)
		return NULL;
	list->certificates = keyring_new(".blacklist");
	if (!list->certificates) {
		free(list);
		return NULL;
	}
	return list;
}

void blacklist_free(struct blacklist *list)
{
	if (!list)
		return;
	keyring_free(list->certificates);
	free(list->hashes);
	free(list);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Reads "[bin:|tbs:]DIGITS". */
static bool parse_hash(const char *text, size_t size, struct hash *out)
{
	struct hash hash = {.kinds = KIND_BINARY | KIND_TBS};

	if (size >= 4 && (memcmp(text, "bin:", 4) == 0 || memcmp(text, "tbs:", 4) == 0)) {
		hash.kinds = text[0] == 'b' ? KIND_BINARY : KIND_TBS;
		text += 4;
		size -= 4;
	}
	if (size % 2 || size < 2 * HASH_BYTES_MIN || size > 2 * HASHALGO_SIZE_MAX)
		return false;
	hash.size = (uint8_t)(size / 2);
	for (size_t i = 0; i < size; i++) {
		int value = digit(text[i]);

		if (value < 0)
			return false;
		hash.value[i / 2] = (uint8_t)(hash.value[i / 2] << 4 | value);
	}
	*out = hash;
	return true;
}

static int add_hash(struct blacklist *list, const struct hash *hash, struct fault *f)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 64;
		struct hash *hashes = reallocarray(list->hashes, room, sizeof(*hashes));

		if (!hashes)
			return fault_set(f, ENOMEM, "adding a hash");
		list->hashes = hashes;
		list->room = room;
	}
	list->hashes[list->count++] = *hash;
	return 0;
}

/* The line without its comment and the blanks around it. */
static size_t trim(const char **line, size_t size)
{
	const char *comment = memchr(*line, '#', size);

	if (comment)
		size = (size_t)(comment - *line);
	while (size > 0 && memchr(" \t\r", **line, 3)) {
		++*line;
		size--;
	}
	while (size > 0 && memchr(" \t\r", (*line)[size - 1], 3))
		size--;
	return size;
}

static int load_text(struct blacklist *list, const char *text, size_t size, struct fault *f)
{
	const char *end = text + size;

	for (unsigned number = 1; text < end; number++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text)), *line = text;
		size_t length = trim(&line, (size_t)((newline ? newline : end) - text));
		struct hash hash;

		text = newline ? newline + 1 : end;
		if (length == 0)
			continue;
		if (!parse_hash(line, length, &hash))
			return fault_set(f, 0, "line %u is neither a hash nor a certificate",
					 number);
		if (add_hash(list, &hash, f) < 0)
			return -1;
	}
	return 0;
}

static int count_item(void *context, const char *file, X509 *x509, EVP_PKEY *pkey, struct fault *f)
{
	(void)context;
	(void)file;
	(void)f;
	certificate_done(&(struct keyring_key){.x509 = x509, .pkey = pkey});
	return 0;
}

static int load_file(void *context, const char *file, bool named, const uint8_t *data, size_t size,
		     struct fault *f)
{
	struct blacklist *list = context;
	size_t certificates = 0;
	int result = keyfile_decode(file, data, size, count_item, NULL, &certificates, f);

	if (result == 0 && certificates > 0)
		result = keyring_load(list->certificates, file, NULL, f);
	else if (result == 0)
		result = load_text(list, (const char *)data, size, f);
	/* What revokes must not be passed over in silence, so every file has to be understood. */
	if (result < 0 && !named)
		return fault_add(f, "%s", path_base(file));
	return result;
}

int blacklist_load(struct blacklist *list, const char *path, struct fault *f)
{
	if (digest_init(f) < 0)
		return -1;
	return keyfile_each(path, load_file, list, f);
}

void blacklist_apply(const struct blacklist *list, struct keyring *ring)
{
	keyring_revoke(ring, list->certificates);
	for (size_t i = 0; i < list->count; i++)
		if (list->hashes[i].kinds & KIND_TBS)
			keyring_refuse_tbs(ring, list->hashes[i].value, list->hashes[i].size);
}

bool blacklist_has_binary(const struct blacklist *list, const uint8_t *digest, size_t size)
{
	if (!list)
		return false;
	for (size_t i = 0; i < list->count; i++)
		if ((list->hashes[i].kinds & KIND_BINARY) && list->hashes[i].size == size &&
		    memcmp(list->hashes[i].value, digest, size) == 0)
			return true;
	return false;
}

size_t blacklist_count(const struct blacklist *list)
{
	return keyring_count(list->certificates) + list->count;
}
