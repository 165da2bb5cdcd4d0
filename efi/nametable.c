/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names by their hashes, with open addressing. */
#include "efi/nametable.h"

#include <errno.h>
#include <stdlib.h>

/* FNV-1a. A collision makes a missing name seem present, no more. */
static uint64_t hash_of(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 0x100000001b3;
	return hash ? hash : 1;
}

static struct nametable_slot *slot_of(const struct nametable *table, uint64_t hash)
{
	size_t i = (size_t)(hash ^ hash >> 32) & (table->capacity - 1);

	while (table->slots[i].hash && table->slots[i].hash != hash)
		i = (i + 1) & (table->capacity - 1);
	return &table->slots[i];
}

static int grow(struct nametable *table, struct fault *f)
{
	struct nametable larger = {.capacity = table->capacity ? table->capacity * 2 : 1024,
				   .count = table->count};

	if (table->count * 2 < table->capacity)
		return 0;
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		return fault_set(f, ENOMEM, "remembering names");
	for (size_t i = 0; i < table->capacity; i++)
		if (table->slots[i].hash)
			*slot_of(&larger, table->slots[i].hash) = table->slots[i];
	free(table->slots);
	*table = larger;
	return 0;
}

struct nametable_slot *nametable_add(struct nametable *table, const char *name, struct fault *f)
{
	uint64_t hash = hash_of(name);
	struct nametable_slot *slot;

	if (grow(table, f) < 0)
		return NULL;
	slot = slot_of(table, hash);
	if (!slot->hash) {
		slot->hash = hash;
		table->count++;
	}
	return slot;
}

const struct nametable_slot *nametable_find(const struct nametable *table, const char *name)
{
	const struct nametable_slot *slot = table->capacity ? slot_of(table, hash_of(name)) : NULL;

	return slot && slot->hash ? slot : NULL;
}

void nametable_done(struct nametable *table)
{
	free(table->slots);
	*table = (struct nametable){0};
}
