/*
 * The allocations that can be made to fail: those of the C library, which every library of
 * the process makes, and the pieces of arenas (through the linker's --wrap).
 */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "faults.h"

/* Under AddressSanitizer its own, else those of glibc. */
extern void *__interceptor_malloc(size_t size) __attribute__((weak));
extern void *__interceptor_calloc(size_t count, size_t size) __attribute__((weak));
extern void *__interceptor_realloc(void *old, size_t size) __attribute__((weak));
extern int __interceptor_posix_memalign(void **ret, size_t alignment, size_t size) __attribute__((weak));
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

__attribute__((visibility("default"))) void *malloc(size_t size)
{
	if (fault_is_due(FAULT_MEMORY))
		return NULL;
	return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size)
{
	if (fault_is_due(FAULT_MEMORY))
		return NULL;
	return __interceptor_calloc ? __interceptor_calloc(count, size) : __libc_calloc(count, size);
}

__attribute__((visibility("default"))) void *realloc(void *old, size_t size)
{
	if (fault_is_due(FAULT_MEMORY))
		return NULL;
	return __interceptor_realloc ? __interceptor_realloc(old, size) : __libc_realloc(old, size);
}

__attribute__((visibility("default"))) int posix_memalign(void **ret, size_t alignment, size_t size)
{
	if (fault_is_due(FAULT_MEMORY))
		return ENOMEM;
	if (__interceptor_posix_memalign)
		return __interceptor_posix_memalign(ret, alignment, size);
	*ret = __libc_memalign(alignment, size);
	return *ret ? 0 : ENOMEM;
}

void *__real_arena_alloc(struct arena *arena, size_t size);
void *__real_arena_zalloc(struct arena *arena, size_t size);
void *__real_arena_array(struct arena *arena, size_t count, size_t size);
void *__real_arena_grow(struct arena *arena, void *old, size_t old_size, size_t size);
void *__wrap_arena_alloc(struct arena *arena, size_t size);
void *__wrap_arena_zalloc(struct arena *arena, size_t size);
void *__wrap_arena_array(struct arena *arena, size_t count, size_t size);
void *__wrap_arena_grow(struct arena *arena, void *old, size_t old_size, size_t size);

static bool fails(struct arena *arena)
{
	bool is_due = fault_is_due(FAULT_PIECE);

	arena->failed = arena->failed || is_due;
	return is_due;
}

void *__wrap_arena_alloc(struct arena *arena, size_t size)
{
	return fails(arena) ? NULL : __real_arena_alloc(arena, size);
}

void *__wrap_arena_zalloc(struct arena *arena, size_t size)
{
	return fails(arena) ? NULL : __real_arena_zalloc(arena, size);
}

void *__wrap_arena_array(struct arena *arena, size_t count, size_t size)
{
	return fails(arena) ? NULL : __real_arena_array(arena, count, size);
}

void *__wrap_arena_grow(struct arena *arena, void *old, size_t old_size, size_t size)
{
	return fails(arena) ? NULL : __real_arena_grow(arena, old, old_size, size);
}
