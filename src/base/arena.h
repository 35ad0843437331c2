/*
 * Memory with one end: many allocations, freed together.
 *
 * Three lifetimes use it: the process, the connection and the request. Nothing
 * in an arena is freed alone. Each arena has a maximum; past it, and when the
 * system has no memory, `arena_alloc` returns NULL and the caller returns
 * STATUTE_ENOMEM. The arena remembers that it did (`failed`), so that one look at
 * the end tells whether anything that was made in it may be incomplete.
 * `arena_reset` keeps the first block, so that a warm arena calls malloc no more. Not thread-safe: one owner at a time.
 */
#ifndef STATUTE_BASE_ARENA_H
#define STATUTE_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;
struct arena_end;

struct arena {
	char *at, *limit;           /* free bytes of the newest block */
	struct arena_block *blocks; /* newest first */
	struct arena_end *ends;     /* what arena_on_end was told, newest first */
	size_t first;               /* bytes of the first block */
	size_t taken, max;          /* bytes of all blocks, and their bound */
	bool failed;                /* an allocation got NULL since the last reset */
};

/* Allocates nothing yet. `first` is the size of the block that resets keep; `max` bounds all. */
void arena_init(struct arena *arena, size_t first, size_t max);
/* Runs the ends, frees everything. Accepts a zeroed arena; may be called again. */
void arena_done(struct arena *arena);
/* Runs the ends, frees all but the first block; what was allocated is gone. */
void arena_reset(struct arena *arena);

/* Aligned to 16 bytes, not zeroed; NULL past the maximum or without memory. `size` 0 is a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);
/* Zeroed. */
void *arena_zalloc(struct arena *arena, size_t size);
/* `count` elements of `size`, zeroed; NULL on overflow too. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/*
 * Makes room for `size` bytes where `old` (of `old_size`, or NULL) was: in place
 * where it was the newest allocation, else a copy. NULL leaves `old` intact.
 */
void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t size);
/* Calls fn(data) when the arena is reset or done, newest first. Returns 0 or STATUTE_ENOMEM; then fn never runs. */
int arena_on_end(struct arena *arena, void (*fn)(void *data), void *data);

/* One element of `type`, zeroed. */
#define arena_new(arena, type) ((type *)arena_zalloc((arena), sizeof(type)))

#endif
