/*
 * A table from text to pointer, in an arena. The hash is keyed with random
 * bytes of the process (SipHash-1-3), so that names chosen by a client cannot
 * make it slow. Keys are borrowed, not copied. Iterates in insertion order.
 */
#ifndef STATUTE_BASE_MAP_H
#define STATUTE_BASE_MAP_H

#include "base/str.h"

struct map_entry {
	struct str key;
	void *value;
	uint64_t hash;
};

struct map {
	struct arena *arena;
	struct map_entry *entries; /* in insertion order */
	uint32_t *slots;           /* index + 1, 0 where free */
	size_t count, entries_cap, slots_cap;
};

void map_init(struct map *map, struct arena *arena);
/* The value, or NULL. */
void *map_get(const struct map *map, struct str key);
/* The place of the key's value, made with NULL where it was missing; NULL without memory. Valid until the next put. */
void **map_put(struct map *map, struct str key);

/* Keyed hash of bytes, for tables of client-chosen names. */
uint64_t hash_bytes(const void *at, size_t len);
static inline uint64_t hash_str(struct str s) { return hash_bytes(s.at, s.len); }

#endif
