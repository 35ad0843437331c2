/* The keys of security schemes: see scheme_keys.h. */
#include "server/scheme_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/url.h"
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

/* ---- Keys at a URL -------------------------------------------------------------- */

static bool is_this_machine(struct str host)
{
	return str_eq_nocase(host, S("localhost")) || str_starts(host, S("127.")) || str_eq(host, S("::1"));
}

static int check_url(const struct security_scheme *scheme, struct str text, uint32_t at, struct issues *issues)
{
	struct url url;

	if (!url_read(text, &url))
		return refuse(issues, at, "write https://issuer.example/.well-known/jwks.json",
		              "the keys are at what is no URL of https");
	if (!url.is_tls && !is_this_machine(url.host))
		return refuse(issues, at, "write https://, " OR_NO_SECURITY,
		              "keys that come in the clear may be anybody's: http:// is for this machine alone");
	if (!scheme->keys.len && !scheme->issuer.len && !scheme->discovered.len)
		return refuse(issues, at, "name it with x-statute: {issuer: https://issuer.example}",
		              "who the issuer is does not follow from a discovery URL that does not end in "
		              "/.well-known/openid-configuration");
	return 0;
}

static struct key_source *find_source(const struct scheme_keys *keys, const struct key_source_options *wanted)
{
	for (size_t i = 0; keys && i < keys->count; i++)
		if (keys->sources[i] && key_source_is_of(keys->sources[i], wanted))
			return keys->sources[i];
	return NULL;
}

/* Two schemes with the keys of one issuer share them, and so do two generations. */
static int open_source(struct scheme_keys *keys, const struct security_scheme *scheme,
                       const struct scheme_keys_options *options, struct issues *issues)
{
	const struct key_source_options wanted = {
		.url = scheme->keys.len ? scheme->keys : scheme->discovery,
		.is_discovery = !scheme->keys.len,
		.issuer = scheme->issuer.len ? scheme->issuer : scheme->discovered,
		.tell = options->tell,
		.data = options->data,
	};
	struct key_source **source = &keys->sources[scheme->index], *same;
	int r = check_url(scheme, wanted.url, scheme->keys.len ? scheme->keys_at : scheme->at, issues);

	if (r < 0)
		return r;
	same = find_source(keys, &wanted);
	if (!same)
		same = find_source(options->before, &wanted);
	if (same)
		*source = key_source_ref(same);
	else if ((r = key_source_new(&wanted, source)) < 0)
		return r;
	keys->list[scheme->index] = key_source_keyring(*source);
	return 0;
}

/* ---- All schemes ---------------------------------------------------------------- */

static int open_tokens(struct scheme_keys *keys, const struct security_scheme *scheme,
                       const struct scheme_keys_options *options, struct issues *issues)
{
	struct keyring **keyring = &keys->list[scheme->index];
	bool is_discovered = !scheme->keys.len && !options->dev_keys && scheme->discovery.len;
	int r;

	if (scheme->keys_are_remote || is_discovered)
		return open_source(keys, scheme, options, issues);
	if (!scheme->keys.len && !options->dev_keys) {
		issues_add(issues, scheme->at,
		           "name a key set with x-statute: {keys: keys.json}, or start with --dev, "
		           "which makes a development key, " OR_NO_SECURITY,
		           "'%.*s' has no keys to check tokens with", STR_ARG(scheme->name));
		return STATUTE_EDOCUMENT;
	}
	if ((r = keyring_new(keyring)) < 0)
		return r;
	return scheme->keys.len ? take_file(*keyring, scheme, issues)
	                        : take_text(*keyring, scheme, str_from(options->dev_keys), issues);
}

static int open_scheme(struct scheme_keys *keys, const struct security_scheme *scheme,
                       const struct scheme_keys_options *options, struct issues *issues)
{
	if (scheme->fault.issue)
		return refuse(issues, scheme->fault.at, scheme->fault.remedy, scheme->fault.issue);
	return scheme->kind == SECURITY_TOKEN ? open_tokens(keys, scheme, options, issues) : 0;
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

static int allocate(struct scheme_keys *keys, size_t count)
{
	keys->list = calloc(count, sizeof(*keys->list));
	keys->sources = calloc(count, sizeof(*keys->sources));
	if (!keys->list || !keys->sources)
		return STATUTE_ENOMEM;
	keys->count = count;
	return 0;
}

int scheme_keys_open(const struct api *api, const struct scheme_keys_options *options, struct issues *issues,
                     struct scheme_keys *ret_keys)
{
	int result = 0;

	*ret_keys = (struct scheme_keys){ 0 };
	if (!api->scheme_count)
		return 0;
	if (allocate(ret_keys, api->scheme_count) < 0)
		return STATUTE_ENOMEM;
	report_operations(api, issues, &result);
	for (size_t i = 0; i < api->scheme_count; i++) {
		int r = api->schemes[i].is_used ? open_scheme(ret_keys, &api->schemes[i], options, issues) : 0;

		if (r == STATUTE_ENOMEM)
			return r;
		if (r < 0)
			result = r;
	}
	return result;
}

void scheme_keys_end(struct scheme_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (keys->sources[i])
			key_source_unref(keys->sources[i]);
		else
			keyring_free(keys->list[i]);
	}
	free(keys->list);
	free(keys->sources);
	*keys = (struct scheme_keys){ 0 };
}
