/* A keyed table from text to pointer: see map.h. SipHash-1-3 after Aumasson and Bernstein. */
#include "base/map.h"

#include <pthread.h>

#include "base/arena.h"
#include "base/random.h"

static uint64_t hash_key[2];

static void make_key(void)
{
	random_fill(hash_key, sizeof(hash_key));
}

struct sip {
	uint64_t a, b, c, d;
};

static uint64_t rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static void sip_round(struct sip *s)
{
	s->a += s->b;
	s->b = rotate(s->b, 13) ^ s->a;
	s->a = rotate(s->a, 32);
	s->c += s->d;
	s->d = rotate(s->d, 16) ^ s->c;
	s->a += s->d;
	s->d = rotate(s->d, 21) ^ s->a;
	s->c += s->b;
	s->b = rotate(s->b, 17) ^ s->c;
	s->c = rotate(s->c, 32);
}

uint64_t hash_bytes(const void *at, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const unsigned char *in = at;
	size_t left = len;
	uint64_t word;

	pthread_once(&once, make_key);
	struct sip s = {
		.a = hash_key[0] ^ UINT64_C(0x736f6d6570736575),
		.b = hash_key[1] ^ UINT64_C(0x646f72616e646f6d),
		.c = hash_key[0] ^ UINT64_C(0x6c7967656e657261),
		.d = hash_key[1] ^ UINT64_C(0x7465646279746573),
	};
	for (; left >= 8; left -= 8, in += 8) {
		memcpy(&word, in, 8);
		s.d ^= word;
		sip_round(&s);
		s.a ^= word;
	}
	word = 0;
	if (left)
		memcpy(&word, in, left);
	word |= (uint64_t)len << 56;
	s.d ^= word;
	sip_round(&s);
	s.a ^= word;
	s.c ^= 0xFF;
	sip_round(&s);
	sip_round(&s);
	sip_round(&s);
	return s.a ^ s.b ^ s.c ^ s.d;
}

void map_init(struct map *map, struct arena *arena)
{
	*map = (struct map){ .arena = arena };
}

/* The slot that holds the key, or the free one where it would go. */
static size_t slot_of(const struct map *map, struct str key, uint64_t hash)
{
	size_t mask = map->slots_cap - 1;
	size_t slot = (size_t)hash & mask;

	while (map->slots[slot]) {
		const struct map_entry *entry = &map->entries[map->slots[slot] - 1];

		if (entry->hash == hash && str_eq(entry->key, key))
			break;
		slot = (slot + 1) & mask;
	}
	return slot;
}

void *map_get(const struct map *map, struct str key)
{
	size_t slot;

	if (!map->count)
		return NULL;
	slot = slot_of(map, key, hash_str(key));
	return map->slots[slot] ? map->entries[map->slots[slot] - 1].value : NULL;
}

static bool grow_slots(struct map *map)
{
	size_t cap = map->slots_cap ? map->slots_cap * 2 : 16;
	uint32_t *slots = arena_array(map->arena, cap, sizeof(*slots));

	if (!slots)
		return false;
	map->slots = slots;
	map->slots_cap = cap;
	for (size_t i = 0; i < map->count; i++)
		map->slots[slot_of(map, map->entries[i].key, map->entries[i].hash)] = (uint32_t)(i + 1);
	return true;
}

static bool grow_entries(struct map *map)
{
	size_t cap = map->entries_cap ? map->entries_cap * 2 : 8;
	struct map_entry *entries = arena_grow(map->arena, map->entries, map->entries_cap * sizeof(*entries),
	                                       cap * sizeof(*entries));

	if (!entries)
		return false;
	map->entries = entries;
	map->entries_cap = cap;
	return true;
}

void **map_put(struct map *map, struct str key)
{
	uint64_t hash = hash_str(key);
	size_t slot;

	if (map->count && map->slots[slot = slot_of(map, key, hash)])
		return &map->entries[map->slots[slot] - 1].value;
	if (map->count * 4 >= map->slots_cap * 3 && !grow_slots(map))
		return NULL;
	if (map->count == UINT32_MAX || (map->count == map->entries_cap && !grow_entries(map)))
		return NULL;
	slot = slot_of(map, key, hash);
	map->entries[map->count] = (struct map_entry){ .key = key, .hash = hash };
	map->slots[slot] = (uint32_t)++map->count;
	return &map->entries[map->slots[slot] - 1].value;
}
