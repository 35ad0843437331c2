/* Keys that can be replaced: see keyring.h. */
#include "access/keyring.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { TEXT_MAX = 1 << 20, ARENA_MAX = 16 << 20, KEYS_DEPTH = 8, KEYS_NODES = 4096 };

struct held_keys {
	struct key_version version; /* first: who holds it knows no more */
	struct arena arena;
	size_t uses;                /* under the lock: the keyring's own, and one each holder */
};

struct keyring {
	pthread_mutex_t lock;
	struct held_keys *now;      /* under the lock; NULL: no keys */
	uint64_t last;              /* under the lock: the number that was given last */
	_Atomic uint64_t number;    /* of `now` */
};

int keyring_new(struct keyring **ret_keyring)
{
	struct keyring *keyring = calloc(1, sizeof(*keyring));

	if (!keyring)
		return STATUTE_ENOMEM;
	if (pthread_mutex_init(&keyring->lock, NULL) != 0) {
		free(keyring);
		return STATUTE_ENOMEM;
	}
	*ret_keyring = keyring;
	return 0;
}

static void free_keys(struct held_keys *keys)
{
	if (!keys)
		return;
	arena_done(&keys->arena);
	free(keys);
}

void keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	free_keys(keyring->now);
	pthread_mutex_destroy(&keyring->lock);
	free(keyring);
}

/* ---- Replacing --------------------------------------------------------------- */

static int refuse(struct str text, size_t at, const char *issue, int err, struct keyring_fault *ret_fault)
{
	ret_fault->issue = issue;
	json_position(text, at, &ret_fault->line, &ret_fault->column);
	return err;
}

static int read_keys(struct held_keys *keys, struct str given, struct keyring_fault *ret_fault)
{
	const struct json_limits limits = { .depth = KEYS_DEPTH, .nodes = KEYS_NODES };
	struct json *root = NULL;
	struct json_fault fault;
	struct jwk_fault broken;
	struct str text;
	int r;

	if (given.len > TEXT_MAX)
		return refuse(given, 0, "more than 1 MiB", STATUTE_EINVAL, ret_fault);
	text = str_dup(&keys->arena, given);
	r = text.at ? json_parse(&keys->arena, text, &limits, &root, &fault) : STATUTE_ENOMEM;
	if (r == STATUTE_ESYNTAX || r == STATUTE_ELIMIT)
		return refuse(text, fault.at, fault.issue, STATUTE_ESYNTAX, ret_fault);
	if (r < 0)
		return r;
	r = jwk_set_read(&keys->arena, root, &keys->version.set, &broken);
	return r == STATUTE_EINVAL ? refuse(text, broken.at, broken.issue, r, ret_fault) : r;
}

/* The version that is to be freed, if it is: nobody holds it. */
static struct held_keys *drop_use(struct held_keys *keys)
{
	return keys && --keys->uses == 0 ? keys : NULL;
}

int keyring_replace(struct keyring *keyring, struct str text, struct keyring_fault *ret_fault)
{
	struct held_keys *keys = calloc(1, sizeof(*keys)), *before;
	int r;

	if (!keys)
		return STATUTE_ENOMEM;
	arena_init(&keys->arena, 4096, ARENA_MAX);
	r = read_keys(keys, text, ret_fault);
	if (r < 0) {
		free_keys(keys);
		return r;
	}
	keys->uses = 1;
	pthread_mutex_lock(&keyring->lock);
	before = drop_use(keyring->now);
	keys->version.number = ++keyring->last;
	keyring->now = keys;
	atomic_store(&keyring->number, keys->version.number);
	pthread_mutex_unlock(&keyring->lock);
	free_keys(before);
	return 0;
}

void keyring_clear(struct keyring *keyring)
{
	struct held_keys *before;

	pthread_mutex_lock(&keyring->lock);
	before = drop_use(keyring->now);
	keyring->now = NULL;
	atomic_store(&keyring->number, 0);
	pthread_mutex_unlock(&keyring->lock);
	free_keys(before);
}

/* ---- Using ------------------------------------------------------------------- */

uint64_t keyring_number(const struct keyring *keyring)
{
	return atomic_load_explicit(&keyring->number, memory_order_acquire);
}

const struct key_version *keyring_hold(struct keyring *keyring)
{
	struct held_keys *keys;

	pthread_mutex_lock(&keyring->lock);
	keys = keyring->now;
	if (keys)
		keys->uses++;
	pthread_mutex_unlock(&keyring->lock);
	return keys ? &keys->version : NULL;
}

void keyring_release(struct keyring *keyring, const struct key_version *version)
{
	struct held_keys *keys = (struct held_keys *)(uintptr_t)version;

	pthread_mutex_lock(&keyring->lock);
	keys = drop_use(keys);
	pthread_mutex_unlock(&keyring->lock);
	free_keys(keys);
}
