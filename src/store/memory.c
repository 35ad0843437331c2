/*
 * SQLite's memory: small blocks are kept by the thread that freed them.
 *
 * Each run of a statement takes a few blocks (a cursor, the row's text) and gives
 * them back; with them kept, a warm read takes nothing from malloc. A block has the
 * size of its class, the next power of two, and malloc beneath it: whoever frees it,
 * on whatever thread, finds its class by its size. SQLite's statistics are off,
 * which cost a lock for each block.
 *
 * Sanitizers want to see every block come and go: there nothing is kept.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "store/engine.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

enum {
	CLASS_FIRST = 5, /* of 32 bytes */
	CLASS_LAST = 12, /* of 4 KiB: less than a page of the database, which is kept for long anyway */
	KEPT_MAX = 16    /* blocks of a class: at most 128 KiB a thread in all */
};

struct kept {
	struct kept *next;
};

struct drawer {
	struct kept *first;
	unsigned count;
};

static _Thread_local struct drawer drawers[CLASS_LAST + 1];
static _Thread_local bool is_known; /* the end of this thread empties its drawers */
static pthread_key_t thread_end;

/* The class whose blocks have at least `size` bytes, perhaps above CLASS_LAST. */
static unsigned class_for(size_t size)
{
	unsigned class = size > 1 ? 64u - (unsigned)__builtin_clzl(size - 1) : 0;

	return class < CLASS_FIRST ? CLASS_FIRST : class;
}

/* The class that a block of `size` bytes can serve: its size may be more than was asked for. */
static unsigned class_of(size_t size)
{
	return 63u - (unsigned)__builtin_clzl(size | 1);
}

static void *take(int size)
{
	unsigned class = class_for((size_t)size);
	struct drawer *drawer = &drawers[class <= CLASS_LAST ? class : 0];
	struct kept *block = drawer->first;

	if (!block)
		return malloc(class <= CLASS_LAST ? (size_t)1 << class : (size_t)size);
	drawer->first = block->next;
	drawer->count--;
	return block;
}

static void empty_drawers(void *data)
{
	(void)data;
	for (size_t i = 0; i <= CLASS_LAST; i++) {
		for (struct kept *block = drawers[i].first, *next; block; block = next) {
			next = block->next;
			free(block);
		}
		drawers[i] = (struct drawer){ 0 };
	}
	is_known = false;
}

static bool keeps(unsigned class)
{
	if (class < CLASS_FIRST || class > CLASS_LAST || drawers[class].count >= KEPT_MAX)
		return false;
	if (!is_known)
		is_known = pthread_setspecific(thread_end, &is_known) == 0;
	return is_known;
}

static void give(void *at)
{
	unsigned class = at ? class_of(malloc_usable_size(at)) : 0;
	struct kept *block = at;

	if (!at || !keeps(class)) {
		free(at);
		return;
	}
	block->next = drawers[class].first;
	drawers[class].first = block;
	drawers[class].count++;
}

static int size_of(void *at)
{
	return (int)malloc_usable_size(at);
}

static void *resize(void *at, int size)
{
	return realloc(at, (size_t)size);
}

static int round_up(int size)
{
	unsigned class = class_for((size_t)size);

	return class <= CLASS_LAST ? 1 << class : (size + 7) & ~7;
}

static int start(void *data)
{
	(void)data;
	return SQLITE_OK;
}

static void stop(void *data)
{
	(void)data;
}

static void set_up(void)
{
	static const sqlite3_mem_methods methods = { take, give, resize, size_of, round_up, start, stop, NULL };

	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (!IS_SANITIZED && pthread_key_create(&thread_end, empty_drawers) == 0)
		sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

void store_set_up_process(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_up);
}
