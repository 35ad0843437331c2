/* The keys of security schemes: see scheme_keys.h. */
#include "server/scheme_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/exchange.h"

enum { FILE_MAX = 1 << 20 };

#define OR_NO_SECURITY "or serve the document with --no-security, to anybody"

/* ---- Files -------------------------------------------------------------------- */

/* The whole file, to be freed; NULL after an issue, or without memory (then `*ret_err` says so). */
static char *read_file(const struct security_scheme *scheme, struct issues *issues, size_t *ret_len, int *ret_err)
{
	const char *path = scheme->keys.at;
	FILE *file = fopen(path, "rbe");
	char *text = file ? malloc(FILE_MAX + 1) : NULL;

	*ret_err = !file || text ? STATUTE_EDOCUMENT : STATUTE_ENOMEM;
	if (!file)
		issues_add(issues, scheme->keys_at, "a path counts from the folder of the document that names it",
		           "the keys of '%.*s', %s, cannot be read: %s", STR_ARG(scheme->name), path, strerror(errno));
	if (!text) {
		if (file)
			fclose(file);
		return NULL;
	}
	*ret_len = fread(text, 1, FILE_MAX + 1, file);
	if (ferror(file)) {
		issues_add(issues, scheme->keys_at, NULL, "the keys of '%.*s', %s, cannot be read: %s",
		           STR_ARG(scheme->name), path, strerror(errno));
		free(text);
		text = NULL;
	}
	fclose(file);
	return text;
}

static int take_text(struct keyring *keyring, const struct security_scheme *scheme, struct str text,
                     struct issues *issues)
{
	struct keyring_fault fault = { 0 };
	int r = keyring_replace(keyring, text, &fault);

	if (r == 0 || r == STATUTE_ENOMEM)
		return r;
	issues_add(issues, scheme->keys_at ? scheme->keys_at : scheme->at,
	           "write a JSON Web Key Set (statute token public prints one)",
	           "%.*s, line %u, column %u: %s",
	           STR_ARG(scheme->keys.len ? scheme->keys : S("the development keys")), fault.line, fault.column,
	           fault.issue);
	return STATUTE_EDOCUMENT;
}

static int take_file(struct keyring *keyring, const struct security_scheme *scheme, struct issues *issues)
{
	size_t len = 0;
	int r;
	char *text = read_file(scheme, issues, &len, &r);

	if (!text)
		return r;
	r = take_text(keyring, scheme, str_of(text, len), issues);
	free(text);
	return r;
}

/* ---- Schemes ------------------------------------------------------------------ */

static int refuse(struct issues *issues, uint32_t at, const char *remedy, const char *issue)
{
	issues_add(issues, at, remedy, "%s", issue);
	return STATUTE_EDOCUMENT;
}

static int open_tokens(const struct security_scheme *scheme, const char *dev_keys, struct issues *issues,
                       struct keyring **ret_keyring)
{
	int r;

	if (scheme->keys_are_remote)
		return refuse(issues, scheme->keys_at, "name a file: keys: keys.json", "keys at a URL are not read");
	if (!scheme->keys.len && !dev_keys) {
		issues_add(issues, scheme->at,
		           "name a key set with x-statute: {keys: keys.json}, or start with --dev, "
		           "which makes a development key, " OR_NO_SECURITY,
		           "'%.*s' has no keys to check tokens with", STR_ARG(scheme->name));
		return STATUTE_EDOCUMENT;
	}
	if ((r = keyring_new(ret_keyring)) < 0)
		return r;
	return scheme->keys.len ? take_file(*ret_keyring, scheme, issues)
	                        : take_text(*ret_keyring, scheme, str_from(dev_keys), issues);
}

static int open_scheme(const struct security_scheme *scheme, const char *dev_keys, struct issues *issues,
                       struct keyring **ret_keyring)
{
	if (scheme->fault.issue)
		return refuse(issues, scheme->fault.at, scheme->fault.remedy, scheme->fault.issue);
	if (!exchange_checks(scheme->kind)) {
		issues_add(issues, scheme->at,
		           "serve the document with --no-security, where something before it checks",
		           "the credentials of '%.*s' cannot be checked here", STR_ARG(scheme->name));
		return STATUTE_EDOCUMENT;
	}
	return scheme->kind == SECURITY_TOKEN ? open_tokens(scheme, dev_keys, issues, ret_keyring) : 0;
}

static void report_operations(const struct api *api, struct issues *issues, int *ret_result)
{
	for (size_t i = 0; i < api->path_count; i++) {
		for (enum method method = METHOD_UNKNOWN; method < METHOD_COUNT; method++) {
			const struct bound_operation *bound = api->paths[i].operations[method];
			const struct security_fault *fault = bound && bound->security ? &bound->security->fault : NULL;

			if (fault && fault->issue)
				*ret_result = refuse(issues, fault->at, fault->remedy, fault->issue);
		}
	}
}

int scheme_keys_open(const struct api *api, const char *dev_keys, struct issues *issues,
                     struct scheme_keys *ret_keys)
{
	int result = 0;

	*ret_keys = (struct scheme_keys){ 0 };
	if (!api->scheme_count)
		return 0;
	ret_keys->list = calloc(api->scheme_count, sizeof(*ret_keys->list));
	if (!ret_keys->list)
		return STATUTE_ENOMEM;
	ret_keys->count = api->scheme_count;
	report_operations(api, issues, &result);
	for (size_t i = 0; i < api->scheme_count; i++) {
		int r = api->schemes[i].is_used ? open_scheme(&api->schemes[i], dev_keys, issues, &ret_keys->list[i])
		                                : 0;

		if (r == STATUTE_ENOMEM)
			return r;
		if (r < 0)
			result = r;
	}
	return result;
}

void scheme_keys_end(struct scheme_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		keyring_free(keys->list[i]);
	free(keys->list);
	*keys = (struct scheme_keys){ 0 };
}
