/*
 * Keys that an issuer publishes: a JSON Web Key Set at a URL, or where its OpenID discovery document
 * says. A thread of its own fetches them, at once and then again before they are too old, and puts
 * them into a keyring; nobody who answers requests ever waits for it.
 *
 *   fetched, after  Cache-Control's max-age, at least 5 minutes, at most a day; an hour where it says nothing
 *   it failed       1 s, 2 s, 4 s … a minute: until then the keys of before go on
 *   a token names   at once, but at most each 30 s
 *   an unknown key
 *   older than 24 h there are no keys until some are fetched
 *
 * A set that is broken counts as failed. Several users share one: it ends with the last.
 */
#ifndef STATUTE_CLIENT_KEY_SOURCE_H
#define STATUTE_CLIENT_KEY_SOURCE_H

#include "access/keyring.h"

struct key_source;

struct key_source_options {
	struct str url;
	bool is_discovery;   /* the URL is of a discovery document */
	struct str issuer;   /* what a discovery document must name as its issuer */
	/* Called on the thread where fetching begins to fail, or fails otherwise, and where it works again (NULL). */
	void (*tell)(void *data, struct str url, const char *problem);
	void *data;          /* outlives the source */
};

/* The texts are copied. One use is the caller's. STATUTE_ENOMEM, also where there is no thread to be had. */
STATUTE_CHECK int key_source_new(const struct key_source_options *options, struct key_source **ret_source);
struct key_source *key_source_ref(struct key_source *source);
/* The last one ends the thread, which takes a moment, and the keyring, which nobody uses any more. Accepts NULL. */
void key_source_unref(struct key_source *source);
bool key_source_is_of(const struct key_source *source, const struct key_source_options *options);

/* Lives as long as the source. */
struct keyring *key_source_keyring(struct key_source *source);
/*
 * A token names a key that the keyring does not have. True: whether the issuer has it is not known at the
 * moment (it is asked, or does not answer), which says nothing about the token. Any thread; does not wait.
 */
bool key_source_miss(struct key_source *source);
/* Why there are no keys, in `arena`; NULL: nothing went wrong yet. */
const char *key_source_problem(struct key_source *source, struct arena *arena);

#endif
