/*
 * The table of rate limits: see limit_table.h.
 *
 * A place is a tag (the key's hash), a word, and the second in which it was counted last. A tag
 * is set once its word is, and taken away before that is cleared; so who finds its tag still
 * there after it read the word has read a word of its own key, and replaces no other by
 * compare-and-swap.
 */
#include "access/limit_table.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/map.h"

enum { GROUP = 8, LINE = 64, TAG_NONE = 0, TAG_MOVING = 1, TAG_FIRST = 2 };

/* Three cache lines: one for the search, one for the count. */
struct group {
	_Alignas(LINE) _Atomic(uint64_t) tags[GROUP];
	_Atomic(uint64_t) words[GROUP];
	_Atomic(uint32_t) counted_s[GROUP];
	atomic_flag is_moving; /* somebody looks for a place here */
};

struct limit_table {
	struct group *groups;
	void *memory; /* that they lie in, at the beginning of a cache line */
	size_t mask;
	_Atomic(uint64_t) forgotten;
};

_Static_assert(sizeof(struct group) == (size_t)GROUP * LIMIT_PLACE_BYTES, "the header says how large it is");

int limit_table_new(size_t places, struct limit_table **ret_table)
{
	struct limit_table *table = calloc(1, sizeof(*table));
	size_t count = places / GROUP;

	if (!table || !(table->memory = calloc(count + 1, sizeof(struct group)))) {
		free(table);
		return STATUTE_ENOMEM;
	}
	table->groups = (struct group *)(((uintptr_t)table->memory + LINE - 1) & ~(uintptr_t)(LINE - 1));
	table->mask = count - 1;
	*ret_table = table;
	return 0;
}

void limit_table_free(struct limit_table *table)
{
	if (!table)
		return;
	free(table->memory);
	free(table);
}

uint64_t limit_table_forgotten(const struct limit_table *table)
{
	return atomic_load_explicit(&table->forgotten, memory_order_relaxed);
}

/* ---- Places --------------------------------------------------------------- */

/* GROUP where it has none. */
static size_t find_place(struct group *group, uint64_t tag)
{
	size_t place = 0;

	while (place < GROUP && atomic_load_explicit(&group->tags[place], memory_order_acquire) != tag)
		place++;
	return place;
}

/* The place to take: a free one, else that which was counted last the longest ago. */
static size_t choose_place(struct group *group, uint32_t now_s)
{
	size_t oldest = find_place(group, TAG_NONE);
	uint32_t age = 0;

	if (oldest < GROUP)
		return oldest;
	oldest = 0;
	for (size_t i = 0; i < GROUP; i++) {
		uint32_t counted_s = atomic_load_explicit(&group->counted_s[i], memory_order_relaxed);

		if (now_s > counted_s && now_s - counted_s > age) {
			age = now_s - counted_s;
			oldest = i;
		}
	}
	return oldest;
}

static void move_in(struct limit_table *table, struct group *group, uint64_t tag, uint32_t now_s)
{
	size_t place = choose_place(group, now_s);

	if (atomic_load_explicit(&group->tags[place], memory_order_relaxed) != TAG_NONE)
		atomic_fetch_add_explicit(&table->forgotten, 1, memory_order_relaxed);
	atomic_store_explicit(&group->tags[place], TAG_MOVING, memory_order_relaxed);
	atomic_store_explicit(&group->words[place], 0, memory_order_release);
	atomic_store_explicit(&group->counted_s[place], now_s, memory_order_relaxed);
	atomic_store_explicit(&group->tags[place], tag, memory_order_release);
}

/*
 * A key that comes for the first time, in several requests at once, must get one place and not two: they
 * look again, one after another. What is done meanwhile is a few loads and stores.
 */
static void make_place(struct limit_table *table, struct group *group, uint64_t tag, uint32_t now_s)
{
	while (atomic_flag_test_and_set_explicit(&group->is_moving, memory_order_acquire))
		sched_yield();
	if (find_place(group, tag) == GROUP)
		move_in(table, group, tag, now_s);
	atomic_flag_clear_explicit(&group->is_moving, memory_order_release);
}

/* ---- Counting ------------------------------------------------------------- */

static uint64_t tag_of(const struct limit_key *key)
{
	uint64_t tag = hash_bytes(key, sizeof(*key));

	return tag < TAG_FIRST ? TAG_FIRST : tag;
}

/* Each key has windows of its own: those of all clients would end at the same moment, and they come back together. */
static uint64_t time_of(uint64_t tag, const struct limit_policy *policy, uint64_t now_ns)
{
	return now_ns + tag % policy->window_ns;
}

/*
 * One try to replace the key's word by one that counts the request, or takes it back (ret_state NULL); false
 * where another thread was faster.
 */
static bool try_count(struct group *group, size_t place, uint64_t tag, const struct limit_policy *policy,
                      uint64_t now_ns, struct limit_state *ret_state)
{
	uint64_t word = atomic_load_explicit(&group->words[place], memory_order_acquire), next;
	uint64_t own_ns = time_of(tag, policy, now_ns);

	if (atomic_load_explicit(&group->tags[place], memory_order_relaxed) != tag)
		return false;
	next = ret_state ? limit_count(policy, word, own_ns, ret_state) : limit_uncount(policy, word, own_ns);
	return next == word || atomic_compare_exchange_strong(&group->words[place], &word, next);
}

void limit_table_count(struct limit_table *table, const struct limit_policy *policy,
                       const struct limit_key *key, uint64_t now_ns, struct limit_state *ret_state)
{
	uint64_t tag = tag_of(key);
	struct group *group = &table->groups[tag & table->mask];
	uint32_t now_s = (uint32_t)(now_ns / LIMIT_NS_PER_S);
	size_t place;

	do
		while ((place = find_place(group, tag)) == GROUP)
			make_place(table, group, tag, now_s);
	while (!try_count(group, place, tag, policy, now_ns, ret_state));
	if (atomic_load_explicit(&group->counted_s[place], memory_order_relaxed) < now_s)
		atomic_store_explicit(&group->counted_s[place], now_s, memory_order_relaxed);
}

void limit_table_uncount(struct limit_table *table, const struct limit_policy *policy,
                         const struct limit_key *key, uint64_t now_ns)
{
	uint64_t tag = tag_of(key);
	struct group *group = &table->groups[tag & table->mask];
	size_t place;

	do
		place = find_place(group, tag);
	while (place < GROUP && !try_count(group, place, tag, policy, now_ns, NULL));
}
