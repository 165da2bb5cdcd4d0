/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/base/queue.c with threads. */
#include "scanner/base/queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "tests/suites.h"

enum { ITEMS = 20000, THREADS = 8, BIG = 1 << 30 };

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

START_TEST(queue_keeps_its_order_and_ends)
{
	struct queue *q = queue_new(4, BIG);
	char items[4];

	for (int i = 0; i < 4; i++)
		ck_assert(queue_push(q, &items[i], 0));
	queue_close(q);
	ck_assert(!queue_push(q, &items[0], 0));
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_eq(queue_pop(q), &items[i]);
	ck_assert_ptr_null(queue_pop(q));
	ck_assert_ptr_null(queue_pop(q));
	queue_free(q);
	queue_free(NULL);
}
END_TEST

struct crowd {
	struct queue *queue;
	atomic_size_t sum, taken;
	atomic_bool refused;
};

static void *take_all(void *context)
{
	struct crowd *crowd = context;
	void *item;

	while ((item = queue_pop(crowd->queue))) {
		atomic_fetch_add(&crowd->sum, (size_t)item);
		atomic_fetch_add(&crowd->taken, 1);
	}
	return NULL;
}

START_TEST(queue_gives_each_item_once)
{
	struct crowd crowd = {.queue = queue_new(3, BIG)};
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, take_all, &crowd);
	for (size_t i = 1; i <= ITEMS; i++)
		ck_assert(queue_push(crowd.queue, (void *)i, 0));
	queue_close(crowd.queue);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(crowd.taken, ITEMS);
	ck_assert_uint_eq(crowd.sum, (size_t)ITEMS * (ITEMS + 1) / 2);
	queue_free(crowd.queue);
}
END_TEST

static void *push_two(void *context)
{
	struct crowd *crowd = context;

	queue_push(crowd->queue, crowd, 0);
	atomic_fetch_add(&crowd->taken, 1);
	atomic_store(&crowd->refused, !queue_push(crowd->queue, crowd, 0));
	return NULL;
}

/* Whoever waits for room is sent away, with its item. */
START_TEST(closing_wakes_who_waits_for_room)
{
	struct crowd crowd = {.queue = queue_new(1, BIG)};
	pthread_t thread;

	pthread_create(&thread, NULL, push_two, &crowd);
	/* The first one is in it, however late the thread began. */
	while (atomic_load(&crowd.taken) == 0)
		pause_ms(1);
	pause_ms(20);
	queue_close(crowd.queue);
	pthread_join(thread, NULL);
	ck_assert(crowd.refused);
	ck_assert_ptr_eq(queue_pop(crowd.queue), &crowd);
	queue_free(crowd.queue);
}
END_TEST

struct push {
	struct queue *queue;
	size_t bytes;
	atomic_bool done;
};

static void *push_one(void *context)
{
	struct push *push = context;

	queue_push(push->queue, push, push->bytes);
	atomic_store(&push->done, true);
	return NULL;
}

/* Rows: what is pushed while 6 of 10 bytes are inside, or taken and not released. */
static const struct {
	size_t bytes;
	bool waits;
} push_cases[] = {{4, false}, {5, true}, {100, true}, {0, false}};

START_TEST(queue_waits_for_bytes_to_be_released)
{
	struct queue *q = queue_new(4, 10);
	struct push push = {.queue = q, .bytes = push_cases[_i].bytes};
	char first;
	pthread_t thread;

	ck_assert(queue_push(q, &first, 6));
	ck_assert_ptr_eq(queue_pop(q), &first);
	pthread_create(&thread, NULL, push_one, &push);
	if (push_cases[_i].waits) {
		pause_ms(50);
		ck_assert(!atomic_load(&push.done));
	} else {
		/* However late it runs; one that waits would never end. */
		pthread_join(thread, NULL);
	}
	queue_release(q, 6);
	ck_assert_ptr_eq(queue_pop(q), &push);
	if (push_cases[_i].waits)
		pthread_join(thread, NULL);
	queue_free(q);
}
END_TEST

/* Rows: window and bytes_max, from comfortable to a single item at a time. */
static const struct {
	size_t window, bytes_max, bytes;
} reorder_cases[] = {{64, BIG, 1}, {1, BIG, 1}, {64, 10, 4}, {64, 0, 1}, {64, 1, BIG}, {2, 3, 2}};

struct line {
	struct reorder *reorder;
	struct queue *queue;
	size_t bytes;
};

static void *put_all(void *context)
{
	struct line *line = context;
	void *item;

	while ((item = queue_pop(line->queue)))
		reorder_put(line->reorder, (size_t)item - 1, item, line->bytes);
	return NULL;
}

static void *feed(void *context)
{
	struct line *line = context;

	for (size_t i = 1; i <= ITEMS; i++)
		queue_push(line->queue, (void *)i, 0);
	queue_close(line->queue);
	reorder_end(line->reorder, ITEMS);
	return NULL;
}

START_TEST(reorder_gives_back_the_order)
{
	struct line line = {
		reorder_new(reorder_cases[_i].window, reorder_cases[_i].bytes_max),
		queue_new(16, BIG),
		reorder_cases[_i].bytes,
	};
	pthread_t threads[THREADS], feeder;
	size_t expected = 1;
	void *item;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, put_all, &line);
	pthread_create(&feeder, NULL, feed, &line);
	while ((item = reorder_take(line.reorder)))
		ck_assert_uint_eq((size_t)item, expected++);
	ck_assert_uint_eq(expected, ITEMS + 1);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pthread_join(feeder, NULL);
	queue_free(line.queue);
	reorder_free(line.reorder);
	reorder_free(NULL);
}
END_TEST

struct put {
	struct reorder *reorder;
	uint64_t seq;
	size_t bytes;
	atomic_bool done;
};

static void *put_one(void *context)
{
	struct put *put = context;

	reorder_put(put->reorder, put->seq, put, put->bytes);
	atomic_store(&put->done, true);
	return NULL;
}

/* Rows: what is put while number 0 is missing and number 1 of 6 bytes is inside. */
static const struct {
	uint64_t seq;
	size_t bytes;
	bool waits;
} room_cases[] = {{2, 4, false}, {2, 5, true}, {3, 0, false}, {4, 1, true}, {0, 100, false}};

START_TEST(reorder_waits_for_room)
{
	struct reorder *reorder = reorder_new(4, 10);
	struct put put = {reorder, room_cases[_i].seq, room_cases[_i].bytes, false};
	char zero, one;
	pthread_t thread;

	reorder_put(reorder, 1, &one, 6);
	pthread_create(&thread, NULL, put_one, &put);
	/* One that is not to wait ends by itself; check's time limit is for one that does. */
	if (room_cases[_i].waits) {
		pause_ms(50);
		ck_assert(!atomic_load(&put.done));
	} else {
		pthread_join(thread, NULL);
	}
	if (put.seq != 0)
		reorder_put(reorder, 0, &zero, 1);
	ck_assert_ptr_eq(reorder_take(reorder), put.seq ? (void *)&zero : (void *)&put);
	ck_assert_ptr_eq(reorder_take(reorder), &one);
	if (room_cases[_i].waits)
		pthread_join(thread, NULL);
	reorder_free(reorder);
}
END_TEST

struct parts {
	struct reorder *reorder;
	char items[3];
	atomic_int put;
};

/* Number 1 in three parts. */
static void *put_parts(void *context)
{
	struct parts *parts = context;

	for (int i = 0; i < 2; i++) {
		reorder_put_part(parts->reorder, 1, &parts->items[i], BIG);
		atomic_fetch_add(&parts->put, 1);
	}
	reorder_put(parts->reorder, 1, &parts->items[2], BIG);
	atomic_fetch_add(&parts->put, 1);
	return NULL;
}

START_TEST(reorder_takes_parts_in_their_turn_one_at_a_time)
{
	struct parts parts = {.reorder = reorder_new(4, 10)};
	pthread_t thread;
	char zero, two;

	pthread_create(&thread, NULL, put_parts, &parts);
	reorder_put(parts.reorder, 2, &two, 1);
	pause_ms(50);
	ck_assert_int_eq(atomic_load(&parts.put), 0);
	reorder_put(parts.reorder, 0, &zero, 1);
	ck_assert_ptr_eq(reorder_take(parts.reorder), &zero);
	while (atomic_load(&parts.put) == 0)
		pause_ms(1);
	pause_ms(50);
	ck_assert_int_eq(atomic_load(&parts.put), 1);
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_eq(reorder_take(parts.reorder), &parts.items[i]);
	ck_assert_ptr_eq(reorder_take(parts.reorder), &two);
	pthread_join(thread, NULL);
	reorder_end(parts.reorder, 3);
	ck_assert_ptr_null(reorder_take(parts.reorder));
	reorder_free(parts.reorder);
}
END_TEST

START_TEST(reorder_of_nothing_ends)
{
	struct reorder *reorder = reorder_new(4, 10);

	reorder_end(reorder, 0);
	ck_assert_ptr_null(reorder_take(reorder));
	reorder_free(reorder);
}
END_TEST

Suite *queue_suite(void)
{
	Suite *suite = suite_create("queue");
	TCase *tcase = tcase_create("queue");

	tcase_add_test(tcase, queue_keeps_its_order_and_ends);
	tcase_add_test(tcase, queue_gives_each_item_once);
	tcase_add_test(tcase, closing_wakes_who_waits_for_room);
	tcase_add_loop_test(tcase, reorder_gives_back_the_order, 0,
			    sizeof(reorder_cases) / sizeof(reorder_cases[0]));
	tcase_add_loop_test(tcase, reorder_waits_for_room, 0,
			    sizeof(room_cases) / sizeof(room_cases[0]));
	tcase_add_test(tcase, reorder_takes_parts_in_their_turn_one_at_a_time);
	tcase_add_loop_test(tcase, queue_waits_for_bytes_to_be_released, 0,
			    sizeof(push_cases) / sizeof(push_cases[0]));
	tcase_add_test(tcase, reorder_of_nothing_ends);
	suite_add_tcase(suite, tcase);
	return suite;
}
