/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_QUEUE_H
#define SCANNER_BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Two ways for threads to hand pointers on. These hold the only locks of the pipeline.
 *
 * A queue: first in first out, any number of producers and consumers. Bounded by the number of items
 * inside, and by what all that were pushed and not yet released cost, in bytes as the producer counts
 * them: an item still costs its bytes while a consumer is busy with it.
 */
struct queue;

struct queue *queue_new(size_t capacity, size_t bytes_max); /* NULL: no memory */
void queue_free(struct queue *q);			    /* must be empty and unused */
/*
 * Waits while there is no room; more than bytes_max is let in alone. False: the queue was closed and
 * the item was not taken.
 */
bool queue_push(struct queue *q, void *item, size_t bytes);
/* Waits while empty. NULL: closed and empty. */
void *queue_pop(struct queue *q);
/* A consumer is done with an item that was pushed with so many bytes. */
void queue_release(struct queue *q, size_t bytes);
/* No more pushes; what is in it can still be popped. */
void queue_close(struct queue *q);

/*
 * A reorder window: items come with consecutive numbers (from 0) in any order and leave in order. A
 * producer that is a whole window ahead waits, and so does one whose item would make those that
 * wait inside larger than `bytes_max` together; which bounds memory whatever one slow item costs.
 * The next one to leave is never refused.
 */
struct reorder;

struct reorder *reorder_new(size_t window, size_t bytes_max);
void reorder_free(struct reorder *r);
/* Waits while there is no room for `bytes` more at seq. item must not be NULL. */
void reorder_put(struct reorder *r, uint64_t seq, void *item, size_t bytes);
/*
 * A part of what has the number seq, of which more will come, by the same call or, at last, by
 * reorder_put(). Waits until all before it has left, so that a producer never holds more than a part.
 */
void reorder_put_part(struct reorder *r, uint64_t seq, void *item, size_t bytes);
/* Waits for the next in order. NULL: reorder_end() was called and all below its count have left. */
void *reorder_take(struct reorder *r);
/* There are `count` items in all (numbers 0 … count - 1). */
void reorder_end(struct reorder *r, uint64_t count);

#endif
