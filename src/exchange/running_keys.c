/* The keys that are being worked on: see running_keys.h. */
#include "exchange/running_keys.h"

#include <pthread.h>
#include <stdlib.h>

enum { PART_COUNT = 16, LIST_COUNT = 64 };

/* Keys that share a lock. */
struct part {
	pthread_mutex_t lock;
	struct running_key *lists[LIST_COUNT];
};

struct running_keys {
	struct part parts[PART_COUNT];
};

int running_keys_new(struct running_keys **ret_keys)
{
	struct running_keys *keys = calloc(1, sizeof(*keys));

	if (!keys)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < PART_COUNT; i++)
		pthread_mutex_init(&keys->parts[i].lock, NULL);
	*ret_keys = keys;
	return 0;
}

void running_keys_free(struct running_keys *keys)
{
	if (!keys)
		return;
	for (size_t i = 0; i < PART_COUNT; i++)
		pthread_mutex_destroy(&keys->parts[i].lock);
	free(keys);
}

static struct part *part_of(struct running_keys *keys, const struct running_key *key)
{
	return &keys->parts[key->digest[0] % PART_COUNT];
}

static struct running_key **list_of(struct part *part, const struct running_key *key)
{
	return &part->lists[key->digest[1] % LIST_COUNT];
}

bool running_keys_take(struct running_keys *keys, struct running_key *key)
{
	struct part *part = part_of(keys, key);
	struct running_key **list = list_of(part, key), *other;

	pthread_mutex_lock(&part->lock);
	for (other = *list; other; other = other->next)
		if (memcmp(other->digest, key->digest, sizeof(key->digest)) == 0)
			break;
	if (!other) {
		key->next = *list;
		*list = key;
		key->table = keys;
	}
	pthread_mutex_unlock(&part->lock);
	return !other;
}

void running_keys_give(struct running_key *key)
{
	struct running_key **at;
	struct part *part;

	if (!key->table)
		return;
	part = part_of(key->table, key);
	at = list_of(part, key);
	pthread_mutex_lock(&part->lock);
	while (*at != key)
		at = &(*at)->next;
	*at = key->next;
	pthread_mutex_unlock(&part->lock);
	key->table = NULL;
}
