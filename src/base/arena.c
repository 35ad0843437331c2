/*
 * Memory with one end: see arena.h.
 *
 * A list of blocks, each twice the last up to 64 KiB, or as large as the one
 * allocation that asked for it. Under AddressSanitizer what is not handed out
 * is poisoned, so that a read past an allocation is reported.
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <statute/error.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif

#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
enum { GAP = 0 };
#endif

enum { ALIGN = 16, LARGEST_STEP = 64 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t size; /* of `bytes` */
	_Alignas(ALIGN) char bytes[];
};

struct arena_end {
	struct arena_end *next;
	void (*fn)(void *data);
	void *data;
};

void arena_init(struct arena *arena, size_t first, size_t max)
{
	*arena = (struct arena){ .first = first < 256 ? 256 : first, .max = max };
}

static void run_ends(struct arena *arena)
{
	struct arena_end *end = arena->ends;

	arena->ends = NULL;
	for (; end; end = end->next)
		end->fn(end->data);
}

static void use_block(struct arena *arena, struct arena_block *block)
{
	ASAN_POISON_MEMORY_REGION(block->bytes, block->size);
	arena->at = block->bytes;
	arena->limit = block->bytes + block->size;
}

static void free_block(struct arena_block *block)
{
	ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->size);
	free(block);
}

void arena_done(struct arena *arena)
{
	run_ends(arena);
	for (struct arena_block *block = arena->blocks, *next; block; block = next) {
		next = block->next;
		free_block(block);
	}
	arena->blocks = NULL;
	arena->at = arena->limit = NULL;
	arena->taken = 0;
	arena->failed = false;
}

void arena_reset(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	run_ends(arena);
	arena->failed = false;
	if (!block)
		return;
	while (block->next) {
		struct arena_block *next = block->next;

		arena->taken -= block->size;
		free_block(block);
		block = next;
	}
	if (block->size > arena->first) { /* one huge first allocation is not worth keeping */
		free_block(block);
		arena->blocks = NULL;
		arena->at = arena->limit = NULL;
		arena->taken = 0;
		return;
	}
	arena->blocks = block;
	use_block(arena, block);
}

static void *alloc_from_new_block(struct arena *arena, size_t size)
{
	size_t step = arena->blocks ? arena->blocks->size * 2 : arena->first;
	struct arena_block *block;

	if (step > LARGEST_STEP && arena->blocks)
		step = LARGEST_STEP;
	if (step < size)
		step = size;
	if (arena->max - arena->taken < step)
		step = size; /* the last bytes of an arena go to what just fits */
	if (arena->max - arena->taken < step || step > SIZE_MAX / 2)
		return NULL;
	block = malloc(sizeof(*block) + step);
	if (!block)
		return NULL;
	block->size = step;
	block->next = arena->blocks;
	arena->blocks = block;
	arena->taken += step;
	use_block(arena, block);
	arena->at += size;
	return block->bytes;
}

static void *fail(struct arena *arena)
{
	arena->failed = true;
	return NULL;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	char *at = arena->at;
	size_t room = (size_t)(arena->limit - at);
	size_t whole = (size + GAP + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);

	if (whole < size)
		return fail(arena);
	if (whole <= room && at)
		arena->at = at + whole;
	else if (!(at = alloc_from_new_block(arena, whole)))
		return fail(arena);
	ASAN_UNPOISON_MEMORY_REGION(at, size);
	return at;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
	void *at = arena_alloc(arena, size);

	return at ? memset(at, 0, size) : NULL;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return fail(arena);
	return arena_zalloc(arena, count * size);
}

void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t size)
{
	size_t held = (old_size + GAP + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
	size_t whole = (size + GAP + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
	void *copy;

	if (whole < size)
		return fail(arena);
	if (old && (char *)old + held == arena->at && whole <= (size_t)(arena->limit - (char *)old)) {
		arena->at = (char *)old + whole;
		ASAN_POISON_MEMORY_REGION(old, whole);
		ASAN_UNPOISON_MEMORY_REGION(old, size);
		return old;
	}
	copy = arena_alloc(arena, size);
	if (copy && old)
		memcpy(copy, old, old_size < size ? old_size : size);
	return copy;
}

int arena_on_end(struct arena *arena, void (*fn)(void *data), void *data)
{
	struct arena_end *end = arena_new(arena, struct arena_end);

	if (!end)
		return STATUTE_ENOMEM;
	end->fn = fn;
	end->data = data;
	end->next = arena->ends;
	arena->ends = end;
	return 0;
}
