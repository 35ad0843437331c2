/*
 * What every fuzz target shares. A target has two properties: no sanitizer speaks,
 * and what it says of the input holds twice (a round trip, another way of parting
 * the bytes, a second opinion). `must` ends the run where the second one breaks.
 */
#ifndef STATUTE_FUZZ_H
#define STATUTE_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(condition) \
	do { \
		if (!(condition)) \
			fuzz_fail(__FILE__, __LINE__, #condition); \
	} while (0)

__attribute__((noreturn)) static inline void fuzz_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/* The input as text, in memory of its exact size: AddressSanitizer sees one byte too far. */
static inline struct str fuzz_text(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1);

	must(copy);
	memcpy(copy, data, size);
	return str_of(copy, size);
}

static inline void fuzz_free(struct str text)
{
	free((void *)(uintptr_t)text.at);
}

/* Takes one byte off the front to choose by; 0 where there is none. */
static inline unsigned fuzz_choice(const uint8_t **data, size_t *size)
{
	if (!*size)
		return 0;
	(*size)--;
	return *(*data)++;
}

/* Cuts the input at its first line end: two texts in one. */
static inline struct str fuzz_cut(struct str *rest)
{
	return str_cut(rest, '\n');
}

#endif
