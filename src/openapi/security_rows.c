/*
 * Credentials that are checked against rows: API keys and HTTP basic. Which collection, and which of
 * its members, x-statute of the scheme says. See security.h.
 */
#include "openapi/binder.h"

/* Whose rows, while they are looked at. */
struct rows_reader {
	struct binder *binder;
	struct security_scheme *scheme;
	const struct resource *resource;
};

static int check_text(struct binder *binder, struct security_scheme *scheme, const struct json *value)
{
	(void)scheme;
	if (!json_text(value).len)
		issues_add(binder->issues, value->at, NULL, "x-statute.%.*s must be a name",
		           STR_ARG(value->name));
	return 0;
}

static int check_switch(struct binder *binder, struct security_scheme *scheme, const struct json *value)
{
	(void)scheme;
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		issues_add(binder->issues, value->at, NULL, "x-statute.%.*s must be true or false",
		           STR_ARG(value->name));
	return 0;
}

const struct scheme_key security_password_keys[] = {
	{ STR_INIT("collection"), check_text },
	{ STR_INIT("name"), check_text },
	{ STR_INIT("password"), check_text },
	{ STR_INIT("roles"), check_text },
	{ { NULL, 0 }, NULL },
};

const struct scheme_key security_api_key_keys[] = {
	{ STR_INIT("allow-query"), check_switch },
	{ STR_INIT("collection"), check_text },
	{ STR_INIT("expires"), check_text },
	{ STR_INIT("hash"), check_text },
	{ STR_INIT("owner"), check_text },
	{ STR_INIT("roles"), check_text },
	{ { NULL, 0 }, NULL },
};

/* Where the key of x-statute stands, else x-statute itself. */
static uint32_t place_of(const struct rows_reader *reader, struct str key)
{
	const struct json *value = json_get(reader->scheme->extension, key);

	return value ? value->at : reader->scheme->extension->at;
}

/* The member that a key names; `otherwise` where it is not there. */
static struct str name_of(const struct rows_reader *reader, struct str key, struct str otherwise)
{
	struct str name = json_get_text(reader->scheme->extension, key);

	return name.len ? name : otherwise;
}

static bool is_unique(const struct collection *collection, size_t member)
{
	for (size_t i = 0; i < collection->unique_count; i++)
		if (collection->uniques[i].count == 1 && collection->uniques[i].members[0] == member)
			return true;
	return false;
}

/* The member that rows are looked up by: two rows with the same value would be two answers. */
static void find_lookup(struct rows_reader *reader, struct str key, struct str otherwise)
{
	const struct collection *collection = &reader->resource->collection;
	struct str name = name_of(reader, key, otherwise);
	size_t i = 0;

	while (i < collection->member_count && !str_eq(collection->members[i].name, name))
		i++;
	if (i == collection->member_count || collection->members[i].type != STORE_TEXT)
		issues_add(reader->binder->issues, place_of(reader, key),
		           "name a member that is a text and is not writeOnly",
		           "%.*s have no text '%.*s' to be looked up by", STR_ARG(collection->name),
		           STR_ARG(name));
	else if (!is_unique(collection, i))
		issues_add(reader->binder->issues, place_of(reader, key),
		           str_printf(reader->binder->arena,
		                      "say so on its path: x-statute: {unique: [%.*s]}", STR_ARG(name))
		                   .at,
		           "'%.*s' of %.*s is not unique: two rows could have the same", STR_ARG(name),
		           STR_ARG(collection->name));
	else
		reader->scheme->rows.member = i;
}

/* A member that a key names; empty where it names none. */
static struct str find_member(struct rows_reader *reader, struct str key)
{
	struct str name = name_of(reader, key, (struct str){ 0 });

	if (name.len && reader->resource->schema && !schema_member(reader->resource->schema, name))
		issues_add(reader->binder->issues, place_of(reader, key), NULL, "%.*s have no member '%.*s'",
		           STR_ARG(reader->resource->collection.name), STR_ARG(name));
	return name;
}

static void find_password(struct rows_reader *reader)
{
	struct str name = name_of(reader, S("password"), S("password"));

	for (size_t i = 0; i < reader->resource->secret_count; i++)
		if (str_eq(reader->resource->secrets[i]->name, name) &&
		    reader->resource->secrets[i]->is_password) {
			reader->scheme->rows.password = name;
			return;
		}
	issues_add(reader->binder->issues, place_of(reader, S("password")),
	           "declare it so: {type: string, format: password, writeOnly: true}",
	           "%.*s have no password '%.*s', which would be kept as a hash alone",
	           STR_ARG(reader->resource->collection.name), STR_ARG(name));
}

static struct str find_expiry(struct rows_reader *reader)
{
	struct str usual = S("expiresAt");

	if (json_get(reader->scheme->extension, S("expires")))
		return find_member(reader, S("expires"));
	return reader->resource->schema && schema_member(reader->resource->schema, usual) ? usual
	                                                                                  : (struct str){ 0 };
}

static void find_rows(struct rows_reader *reader)
{
	struct security_rows *rows = &reader->scheme->rows;

	rows->resource = reader->resource;
	rows->roles = find_member(reader, S("roles"));
	if (reader->scheme->kind == SECURITY_PASSWORD) {
		find_lookup(reader, S("name"), S("email"));
		find_password(reader);
		return;
	}
	find_lookup(reader, S("hash"), S("hash"));
	rows->owner = find_member(reader, S("owner"));
	rows->expires = find_expiry(reader);
}

/* Without a collection nothing can be checked; that matters where security is not turned off. */
static void miss_collection(struct security_scheme *scheme)
{
	static const struct security_fault faults[SECURITY_KINDS] = {
		[SECURITY_PASSWORD] = { "this scheme has no users to check passwords of",
		                        "write x-statute: {collection: users, name: email, password: "
		                        "password}",
		                        0 },
		[SECURITY_API_KEY] = { "this scheme has no keys to check with",
		                       "write x-statute: {collection: apiKeys, hash: keyHash}", 0 },
	};

	if (scheme->fault.issue)
		return;
	scheme->fault = faults[scheme->kind];
	scheme->fault.at = scheme->at;
}

static void bind_rows(struct binder *binder, struct security_scheme *scheme)
{
	const struct json *name = json_get(scheme->extension, S("collection"));
	struct rows_reader reader = { binder, scheme, NULL };

	if (!json_text(name).len) {
		miss_collection(scheme);
		return;
	}
	reader.resource = map_get(&binder->by_name, json_text(name));
	if (reader.resource && !reader.resource->collection.is_singleton)
		find_rows(&reader);
	else
		issues_add(binder->issues, name->at, NULL, "'%.*s' is no collection of this document",
		           STR_ARG(json_text(name)));
}

int bind_security_rows(struct binder *binder)
{
	struct api *api = binder->api;

	for (size_t i = 0; i < api->scheme_count; i++)
		if (api->schemes[i].kind != SECURITY_TOKEN)
			bind_rows(binder, &api->schemes[i]);
	return 0;
}
