/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The work behind key slots (LUKS2 On-Disk Format Specification 1.1, "Keyslots object", "Digests object"; LUKS1 On-Disk Format
 * Specification 1.2.3, "PHDR layout"). libcryptsetup's interface does not tell what a digest asks for.
 */
#include "rescue/lukscost.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/base/bytes.h"

/* --- What it comes to --- */

static uint64_t product(uint64_t a, uint64_t b)
{
	uint64_t result;

	return __builtin_mul_overflow(a, b, &result) ? UINT64_MAX : result;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	uint64_t result;

	return __builtin_add_overflow(a, b, &result) ? UINT64_MAX : result;
}

/* PBKDF2 does all its rounds for each block of the hash that the key has (RFC 8018, 5.2). */
static uint64_t blocks_of(uint64_t key_bytes, const char *hash)
{
	static const struct {
		const char *hash;
		uint64_t bytes;
	} sizes[] = {
		{"sha224", 28}, {"sha256", 32}, {"sha384", 48}, {"sha512", 64}, {"whirlpool", 64},
	};
	uint64_t bytes = 20; /* sha1, ripemd160; what is not known is no larger */

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (strcmp(sizes[i].hash, hash) == 0)
			bytes = sizes[i].bytes;
	return key_bytes / bytes + (key_bytes % bytes != 0);
}

static uint64_t ms_of_pbkdf2(uint64_t rounds, uint64_t key_bytes, const char *hash)
{
	return product(rounds, blocks_of(key_bytes, hash)) / LUKSCOST_ROUNDS_PER_MS;
}

static int compare_slots(const void *a, const void *b)
{
	const struct lukscost_slot *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms < y->ms ? -1 : 1;
	return x->number - y->number;
}

/* Each slot that is tried gives a key, right or wrong, which the digest is asked about. */
static void add_digest(struct lukscost *cost, uint64_t rounds)
{
	for (size_t i = 0; i < cost->count; i++)
		cost->slots[i].ms = sum(cost->slots[i].ms, rounds / LUKSCOST_ROUNDS_PER_MS);
	qsort(cost->slots, cost->count, sizeof(cost->slots[0]), compare_slots);
}

/* --- LUKS2 --- */

/* As libcryptsetup takes it: 32 bits without a sign. */
static bool find_number(struct json_object *in, const char *key, uint64_t *out)
{
	struct json_object *value;
	int64_t number;

	if (!json_object_object_get_ex(in, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return false;
	number = json_object_get_int64(value);
	*out = number < 0 || number > UINT32_MAX ? UINT32_MAX : (uint64_t)number;
	return true;
}

static const char *find_text(struct json_object *in, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(in, key, &value) &&
			       json_object_is_type(value, json_type_string)
		       ? json_object_get_string(value)
		       : "";
}

static bool read_pbkdf2(struct json_object *kdf, struct lukscost_slot *out)
{
	if (!find_number(kdf, "iterations", &out->rounds))
		return false;
	out->ms = ms_of_pbkdf2(out->rounds, out->key_bytes, find_text(kdf, "hash"));
	return true;
}

static bool read_argon2(struct json_object *kdf, struct lukscost_slot *out)
{
	out->argon = true;
	if (!find_number(kdf, "time", &out->rounds) ||
	    !find_number(kdf, "memory", &out->memory_kib) ||
	    !find_number(kdf, "cpus", &out->threads))
		return false;
	/* Each pass begins threads anew: with little memory, that is what costs. */
	out->ms = sum(product(out->rounds, out->memory_kib) / LUKSCOST_KIB_PER_MS,
		      product(product(out->rounds, out->threads), LUKSCOST_THREAD_US) / 1000);
	return true;
}

static const struct {
	const char *name;
	bool (*read)(struct json_object *kdf, struct lukscost_slot *out);
} kinds[] = {
	{"pbkdf2", read_pbkdf2},
	{"argon2i", read_argon2},
	{"argon2id", read_argon2},
};

static bool read_kdf(struct json_object *kdf, struct lukscost_slot *out)
{
	const char *name = find_text(kdf, "type");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].read(kdf, out);
	return false;
}

/*
 * libcryptsetup takes "01" for a number, and then asks for the slot "1": what was counted for the one would be spent on the other.
 * Slots above the last can be had by a token.
 */
static bool read_number(const char *name, int *out)
{
	for (int number = 0; number < LUKSCOST_SLOTS_MAX; number++) {
		char text[16];

		snprintf(text, sizeof(text), "%d", number);
		if (strcmp(text, name) == 0) {
			*out = number;
			return true;
		}
	}
	return false;
}

/* The key that is derived is that of the area, where the volume's lies encrypted. */
static bool read_slot(struct json_object *object, struct lukscost_slot *out)
{
	struct json_object *area, *kdf;

	return json_object_object_get_ex(object, "area", &area) &&
	       json_object_object_get_ex(object, "kdf", &kdf) &&
	       find_number(area, "key_size", &out->key_bytes) && read_kdf(kdf, out);
}

/* The costliest: which one belongs to a slot a header may say as it likes. */
static uint64_t read_digests(struct json_object *digests)
{
	uint64_t most = 0;

	json_object_object_foreach(digests, name, digest)
	{
		uint64_t rounds = 0;

		(void)name;
		if (find_number(digest, "iterations", &rounds) && rounds > most)
			most = rounds;
	}
	return most;
}

static int read_header(struct json_object *root, struct lukscost *out, struct fault *f)
{
	struct json_object *slots, *digests;

	if (!json_object_object_get_ex(root, "keyslots", &slots) ||
	    !json_object_object_get_ex(root, "digests", &digests) ||
	    !json_object_is_type(slots, json_type_object) ||
	    !json_object_is_type(digests, json_type_object))
		return fault_set(f, EBADMSG, "reading what key slots ask for");
	json_object_object_foreach(slots, name, object)
	{
		struct lukscost_slot slot = {0};

		if (!read_number(name, &slot.number))
			return fault_set(f, EBADMSG,
					 "reading what key slots ask for: a name that is no slot's "
					 "number");
		if (read_slot(object, &slot) && out->count < LUKSCOST_SLOTS_MAX)
			out->slots[out->count++] = slot;
	}
	add_digest(out, read_digests(digests));
	return 0;
}

int lukscost_decode_luks2(const char *json, struct lukscost *out, struct fault *f)
{
	struct json_object *root = json_tokener_parse(json);
	struct lukscost cost = {0};
	int result = read_header(root, &cost, f);

	json_object_put(root);
	if (result == 0)
		*out = cost;
	return result;
}

/* --- LUKS1, big-endian --- */

enum {
	HASH_AT = 72,
	KEY_BYTES_AT = 108,
	DIGEST_ROUNDS_AT = 164,
	SLOTS_AT = 208,
	SLOT_BYTES = 48,
	SLOTS = 8,
	TEXT_BYTES = 32,
	SLOT_ACTIVE = 0x00ac71f3,
};

static uint32_t u32_at(const uint8_t *header, size_t at)
{
	struct bytes b = bytes_of(header + at, 4);

	return bytes_u32be(&b);
}

int lukscost_decode_luks1(const void *data, size_t size, struct lukscost *out, struct fault *f)
{
	static const uint8_t magic[] = {'L', 'U', 'K', 'S', 0xba, 0xbe, 0, 1};
	const uint8_t *header = data;
	struct lukscost cost = {0};
	char hash[TEXT_BYTES + 1] = "";

	if (size < LUKSCOST_LUKS1_BYTES || memcmp(header, magic, sizeof(magic)) != 0)
		return fault_set(f, EBADMSG, "reading what key slots ask for");
	memcpy(hash, header + HASH_AT, TEXT_BYTES);
	for (int i = 0; i < SLOTS; i++) {
		const size_t at = SLOTS_AT + (size_t)i * SLOT_BYTES;
		struct lukscost_slot slot = {.number = i,
					     .rounds = u32_at(header, at + 4),
					     .key_bytes = u32_at(header, KEY_BYTES_AT)};

		if (u32_at(header, at) != SLOT_ACTIVE)
			continue;
		slot.ms = ms_of_pbkdf2(slot.rounds, slot.key_bytes, hash);
		cost.slots[cost.count++] = slot;
	}
	add_digest(&cost, u32_at(header, DIGEST_ROUNDS_AT));
	*out = cost;
	return 0;
}

/* --- Judging --- */

const struct lukscost_slot *lukscost_find(const struct lukscost *cost, int number)
{
	for (size_t i = cost->count; i-- > 0;)
		if (cost->slots[i].number == number)
			return &cost->slots[i];
	return NULL;
}

static int refuse_time(const struct lukscost_slot *slot, uint64_t spent_ms, struct fault *f)
{
	const uint64_t seconds = sum(slot->ms, spent_ms) / 1000;

	return fault_set(f, 0,
			 "unlocking: key slot %d asks for %" PRIu64 " %s, some %" PRIu64
			 " s of work%s, and %d s are the bound",
			 slot->number, slot->rounds,
			 slot->argon ? "passes of argon2" : "rounds of PBKDF2", seconds,
			 spent_ms ? " with those before it" : " with the check of its key",
			 LUKSCOST_SECONDS_MAX);
}

int lukscost_check(const struct lukscost_slot *slot, uint64_t spent_ms, uint64_t available_kib,
		   struct fault *f)
{
	/* The memory is taken at once, and a machine that lacks it would end us rather than tell us. */
	if (slot->memory_kib > available_kib)
		return fault_set(f, 0,
				 "unlocking: key slot %d wants %" PRIu64
				 " MiB of memory, and %" PRIu64 " MiB are available",
				 slot->number, slot->memory_kib / 1024, available_kib / 1024);
	if (slot->threads > LUKSCOST_THREADS_MAX || slot->key_bytes > LUKSCOST_KEY_BYTES_MAX)
		return fault_set(f, 0,
				 "unlocking: key slot %d asks for %" PRIu64
				 " threads and a key of %" PRIu64 " bytes, which is too much",
				 slot->number, slot->threads, slot->key_bytes);
	return sum(slot->ms, spent_ms) / 1000 >= LUKSCOST_SECONDS_MAX
		       ? refuse_time(slot, spent_ms, f)
		       : 0;
}
