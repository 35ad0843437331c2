/*
 * `statute serve --dev` with a document whose security names no keys: a development key of its
 * own, in a file beside the database, and a request to try for each role.
 */
#ifndef STATUTE_CLI_DEV_KEYS_H
#define STATUTE_CLI_DEV_KEYS_H

#include <statute/routes.h>
#include <statute/token.h>

struct dev_keys {
	struct statute_keys *keys; /* NULL: the document needs none */
	struct statute_security security;
	char *path;
};

/*
 * Reads `database`.dev-keys.json, or makes it, readable by its owner alone, where the document needs it.
 * EXIT_OK, or the exit code after a message. To be ended in any case.
 */
int dev_keys_open(struct statute_document *document, const char *database, struct dev_keys *ret_keys);
/* A `curl` line for each role, with a token that holds for twelve hours. Nothing where there are no keys. */
void dev_keys_print(struct dev_keys *keys, const struct statute_document *document, const char *url);
void dev_keys_end(struct dev_keys *keys);

#endif
