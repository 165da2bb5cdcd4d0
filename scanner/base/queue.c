/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bounded queue and a reorder window, on one mutex each. */
#include "scanner/base/queue.h"

#include <pthread.h>
#include <stdlib.h>

struct queue {
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t not_full, not_empty;
	size_t capacity, first, count;
	size_t bytes, bytes_max; /* of the items inside, and of those taken and not yet released */
	bool closed;
	void *items[];
};

struct queue *queue_new(size_t capacity, size_t bytes_max)
{
	struct queue *q = calloc(1, sizeof(*q) + capacity * sizeof(q->items[0]));

	if (!q)
		return NULL;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->not_full, NULL);
	pthread_cond_init(&q->not_empty, NULL);
	q->capacity = capacity;
	q->bytes_max = bytes_max;
	return q;
}

void queue_free(struct queue *q)
{
	if (!q)
		return;
	pthread_cond_destroy(&q->not_empty);
	pthread_cond_destroy(&q->not_full);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

/* An item that alone is more than all may be together has its turn when nothing else is about. */
static bool queue_has_room(const struct queue *q, size_t bytes)
{
	if (q->count == q->capacity)
		return false;
	return q->bytes == 0 || (q->bytes < q->bytes_max && bytes <= q->bytes_max - q->bytes);
}

bool queue_push(struct queue *q, void *item, size_t bytes)
{
	bool taken;

	pthread_mutex_lock(&q->lock);
	while (!queue_has_room(q, bytes) && !q->closed)
		pthread_cond_wait(&q->not_full, &q->lock);
	taken = !q->closed;
	if (taken) {
		q->bytes += bytes;
		q->items[(q->first + q->count++) % q->capacity] = item;
		pthread_cond_signal(&q->not_empty);
	}
	pthread_mutex_unlock(&q->lock);
	return taken;
}

void *queue_pop(struct queue *q)
{
	void *item = NULL;

	pthread_mutex_lock(&q->lock);
	while (q->count == 0 && !q->closed)
		pthread_cond_wait(&q->not_empty, &q->lock);
	if (q->count) {
		item = q->items[q->first];
		q->first = (q->first + 1) % q->capacity;
		q->count--;
		pthread_cond_signal(&q->not_full);
	}
	pthread_mutex_unlock(&q->lock);
	return item;
}

void queue_release(struct queue *q, size_t bytes)
{
	pthread_mutex_lock(&q->lock);
	q->bytes -= bytes;
	/* Every waiting producer may be the one that fits now. */
	pthread_cond_broadcast(&q->not_full);
	pthread_mutex_unlock(&q->lock);
}

void queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->not_full);
	pthread_cond_broadcast(&q->not_empty);
	pthread_mutex_unlock(&q->lock);
}

struct slot {
	void *item;
	size_t bytes;
	bool more; /* of the same number is to come */
};

struct reorder {
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t moved, arrived;
	uint64_t next, end; /* numbers: the next to leave; how many there are in all */
	size_t window;
	size_t bytes, bytes_max; /* of the items inside */
	struct slot slots[];
};

struct reorder *reorder_new(size_t window, size_t bytes_max)
{
	struct reorder *r = calloc(1, sizeof(*r) + window * sizeof(r->slots[0]));

	if (!r)
		return NULL;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->moved, NULL);
	pthread_cond_init(&r->arrived, NULL);
	r->window = window;
	r->bytes_max = bytes_max;
	r->end = UINT64_MAX;
	return r;
}

void reorder_free(struct reorder *r)
{
	if (!r)
		return;
	pthread_cond_destroy(&r->arrived);
	pthread_cond_destroy(&r->moved);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static bool has_room(const struct reorder *r, uint64_t seq, size_t bytes)
{
	/* It may have left a part of it here that was not taken yet. */
	if (seq == r->next)
		return !r->slots[seq % r->window].item;
	return seq - r->next < r->window && r->bytes < r->bytes_max &&
	       bytes <= r->bytes_max - r->bytes;
}

static void put(struct reorder *r, uint64_t seq, struct slot slot)
{
	pthread_mutex_lock(&r->lock);
	while (slot.more ? seq != r->next || r->slots[seq % r->window].item
			 : !has_room(r, seq, slot.bytes))
		pthread_cond_wait(&r->moved, &r->lock);
	r->slots[seq % r->window] = slot;
	r->bytes += slot.bytes;
	if (seq == r->next)
		pthread_cond_signal(&r->arrived);
	pthread_mutex_unlock(&r->lock);
}

void reorder_put(struct reorder *r, uint64_t seq, void *item, size_t bytes)
{
	put(r, seq, (struct slot){.item = item, .bytes = bytes});
}

void reorder_put_part(struct reorder *r, uint64_t seq, void *item, size_t bytes)
{
	put(r, seq, (struct slot){.item = item, .bytes = bytes, .more = true});
}

void *reorder_take(struct reorder *r)
{
	struct slot *slot;
	void *item = NULL;

	pthread_mutex_lock(&r->lock);
	slot = &r->slots[r->next % r->window];
	while (!slot->item && r->next != r->end)
		pthread_cond_wait(&r->arrived, &r->lock);
	if (slot->item) {
		item = slot->item;
		slot->item = NULL;
		r->bytes -= slot->bytes;
		r->next += !slot->more;
		/* Every waiting producer may be the one that fits now. */
		pthread_cond_broadcast(&r->moved);
	}
	pthread_mutex_unlock(&r->lock);
	return item;
}

void reorder_end(struct reorder *r, uint64_t count)
{
	pthread_mutex_lock(&r->lock);
	r->end = count;
	pthread_cond_signal(&r->arrived);
	pthread_mutex_unlock(&r->lock);
}
