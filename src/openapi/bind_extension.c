/*
 * x-statute: what OpenAPI has no word for, read from a document's root and from
 * the paths of a resource. Every key is checked, and a key that is not known is an
 * error that names the nearest known one: a rule that is silently ignored is a
 * rule that does not hold.
 */
#include "openapi/binder.h"

struct key {
	struct str name;
	int (*read)(struct binder *binder, struct resource *resource, const struct json *value);
};

static void issue_type(struct binder *binder, const struct json *value, const char *key, const char *remedy)
{
	issues_add(binder->issues, value->at, remedy, "x-statute.%s is %s %s", key,
	           value->type == JSON_ARRAY || value->type == JSON_OBJECT ? "an" : "a",
	           json_type_name(value->type));
}

static int read_collection(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (!json_is(value, JSON_STRING) || !value->text.len)
		issue_type(binder, value, "collection", "name the collection: collection: users");
	return 0; /* bind.c has read it already */
}

static int add_unique(struct binder *binder, struct resource *resource, const struct json *entry)
{
	struct collection *collection = &resource->collection;
	size_t size = collection->unique_count * sizeof(*collection->uniques);
	size_t count = entry->type == JSON_ARRAY ? entry->count : 1;
	size_t *members = arena_array(binder->arena, count, sizeof(*members));
	struct store_unique *uniques = arena_grow(binder->arena, collection->uniques, size,
	                                          size + sizeof(*uniques));
	const struct json *name = entry->type == JSON_ARRAY ? entry->first : entry;

	if (!members || !uniques)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < count; i++, name = name->next) {
		if (!json_is(name, JSON_STRING)) {
			issue_type(binder, name, "unique",
			           "list member names: unique: [email, [first, second]]");
			return 0;
		}
		if (!bind_extension_member(binder, resource, name, name->text, &members[i]))
			return 0;
	}
	collection->uniques = uniques;
	uniques[collection->unique_count++] =
		(struct store_unique){ .members = members, .count = count, .at = entry->at };
	return 0;
}

static int read_unique(struct binder *binder, struct resource *resource, const struct json *value)
{
	int r;

	if (!json_is(value, JSON_ARRAY)) {
		issue_type(binder, value, "unique", "list member names: unique: [email, [first, second]]");
		return 0;
	}
	json_each(entry, value) {
		if (json_is(entry, JSON_ARRAY) && !entry->count) {
			issues_add(binder->issues, entry->at, NULL,
			           "an empty list of members cannot be unique");
			continue;
		}
		if ((r = add_unique(binder, resource, entry)) < 0)
			return r;
	}
	return 0;
}

static int read_references(struct binder *binder, struct resource *resource, const struct json *value)
{
	struct collection *collection = &resource->collection;
	struct store_reference *references;

	if (!json_is(value, JSON_OBJECT)) {
		issue_type(binder, value, "references",
		           "map members to collections: references: {userId: users}");
		return 0;
	}
	if (value->count > STORE_REFERENCES_MAX) {
		issues_add(binder->issues, value->at, NULL, "%u references are too many: 64 at most",
		           value->count);
		return 0;
	}
	references = arena_array(binder->arena, value->count, sizeof(*references));
	if (!references)
		return STATUTE_ENOMEM;
	collection->references = references;
	json_each(entry, value) {
		struct store_reference *reference = &references[collection->reference_count];
		struct resource *target = map_get(&binder->by_name, json_text(entry));

		if (!target || target->collection.is_singleton) {
			bind_issue_collection(binder, entry);
			continue;
		}
		if (!bind_extension_member(binder, resource, entry, entry->name, &reference->member))
			continue;
		reference->target = &target->collection;
		reference->at = entry->at;
		collection->members[reference->member].is_indexed = true;
		collection->reference_count++;
	}
	return 0;
}

static bool is_error_code(struct str code)
{
	if (!code.len || !(code.at[0] >= 'A' && code.at[0] <= 'Z'))
		return false;
	for (size_t i = 0; i < code.len; i++) {
		char c = code.at[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	return true;
}

static void read_rule(struct binder *binder, struct resource *resource, const struct json *entry)
{
	struct collection *collection = &resource->collection;
	struct resource_rule *rule = &resource->rules[collection->rule_count];
	const struct json *check = json_get(entry, S("check")), *code = json_get(entry, S("code"));

	if (!json_is(check, JSON_STRING) || !check->text.len) {
		issues_add(binder->issues, entry->at, "write rules: [{check: \"discount <= subtotal\"}]",
		           "a rule needs a `check`, an SQL expression over the members");
		return;
	}
	if (code && !is_error_code(json_text(code))) {
		issues_add(binder->issues, code->at,
		           "use capitals, digits and '_': DISCOUNT_EXCEEDS_SUBTOTAL",
		           "'%.*s' is no error code", STR_ARG(json_text(code)));
		return;
	}
	json_each(member, entry) {
		if (!str_eq(member->name, S("check")) && !str_eq(member->name, S("code")) &&
		    !str_eq(member->name, S("message")) && !str_eq(member->name, S("field")))
			issues_add(binder->issues, member->name_at, "use check, code, message and field",
			           "'%.*s' is no key of a rule", STR_ARG(member->name));
	}
	*rule = (struct resource_rule){
		.code = code ? json_text(code) : S("RULE_BROKEN"),
		.message = json_get_text(entry, S("message")),
		.field = json_get_text(entry, S("field")),
	};
	if (!rule->message.at)
		rule->message = str_printf(binder->arena, "Must meet: %.*s", STR_ARG(check->text));
	collection->rules[collection->rule_count++] = (struct store_rule){ .check = check->text,
		                                                           .at = check->at };
}

static int read_rules(struct binder *binder, struct resource *resource, const struct json *value)
{
	struct collection *collection = &resource->collection;

	if (!json_is(value, JSON_ARRAY)) {
		issue_type(binder, value, "rules", "write rules: [{check: \"discount <= subtotal\"}]");
		return 0;
	}
	if (value->count > 64) {
		issues_add(binder->issues, value->at, NULL, "%u rules are too many: 64 at most",
		           value->count);
		return 0;
	}
	resource->rules = arena_array(binder->arena, value->count, sizeof(*resource->rules));
	collection->rules = arena_array(binder->arena, value->count, sizeof(*collection->rules));
	if (!resource->rules || !collection->rules)
		return STATUTE_ENOMEM;
	json_each(entry, value)
		read_rule(binder, resource, entry);
	return 0;
}

/* {pending: [paid, cancelled]}: lists of texts by text. */
static bool transitions_fit(struct binder *binder, const struct json *member)
{
	bool fits = json_is(member, JSON_OBJECT);

	json_each(from, member) {
		fits = fits && json_is(from, JSON_ARRAY);
		json_each(to, from)
			fits = fits && json_is(to, JSON_STRING);
	}
	if (!fits)
		issues_add(binder->issues, member->at,
		           "write transitions: {status: {pending: [paid, cancelled]}}",
		           "the transitions of '%.*s' are no lists of values by value",
		           STR_ARG(member->name));
	return fits;
}

static int read_transitions(struct binder *binder, struct resource *resource, const struct json *value)
{
	size_t member;

	if (!json_is(value, JSON_OBJECT)) {
		issue_type(binder, value, "transitions",
		           "write transitions: {status: {pending: [paid, cancelled]}}");
		return 0;
	}
	resource->transitions = arena_array(binder->arena, value->count, sizeof(*resource->transitions));
	if (!resource->transitions)
		return STATUTE_ENOMEM;
	json_each(entry, value) {
		if (!bind_extension_member(binder, resource, entry, entry->name, &member) ||
		    !transitions_fit(binder, entry))
			continue;
		resource->transitions[resource->transition_count++] =
			(struct resource_transition){ .member = entry->name, .allowed = entry };
	}
	return 0;
}

static int read_on_delete(struct binder *binder, struct resource *resource, const struct json *value)
{
	if (!str_eq(json_text(value), S("gone")))
		issues_add(binder->issues, value->at, "write on-delete: gone, or leave it out",
		           "x-statute.on-delete can only be 'gone'");
	resource->collection.keeps_tombstones = true;
	return 0;
}

static int read_require_match(struct binder *binder, struct resource *resource, const struct json *value)
{
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		issue_type(binder, value, "require-match", "write require-match: true");
	resource->requires_match = json_is_true(value);
	return 0;
}

static int read_schema_status(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (!json_is(value, JSON_NUMBER) || !(str_eq(value->text, S("400")) || str_eq(value->text, S("422"))))
		issues_add(binder->issues, value->at, "write schema-status: 400, or leave it out",
		           "x-statute.schema-status can only be 400 or 422");
	else
		binder->api->schema_errors_are_400 = str_eq(value->text, S("400"));
	return 0;
}

static int read_query(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (!str_eq(json_text(value), S("strict")) && !str_eq(json_text(value), S("lenient")))
		issues_add(binder->issues, value->at, "write query: strict, or leave it out",
		           "x-statute.query can only be 'strict' or 'lenient'");
	binder->api->is_strict_query = str_eq(json_text(value), S("strict"));
	return 0;
}

static int read_require_tls(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		issue_type(binder, value, "require-tls", "write require-tls: true");
	binder->api->requires_tls = json_is_true(value);
	return 0;
}

static int read_maintenance(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	bind_maintenance(binder, value);
	return 0;
}

/* As a path item names it: "delete". */
static bool is_method(struct str name)
{
	for (enum method method = METHOD_UNKNOWN + 1; method < METHOD_COUNT; method++)
		if (str_eq_nocase(method_name(method), name))
			return true;
	return false;
}

/* Roles are of each operation: security.c has read them by the time that operations are bound. */
static int read_roles(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (!json_is(value, JSON_OBJECT)) /* a list was or will be looked at with each operation */
		return 0;
	json_each(roles, value) {
		if (!is_method(roles->name))
			issues_add(binder->issues, roles->name_at, "write roles: {delete: [admin]}",
			           "x-statute.roles has no method '%.*s'", STR_ARG(roles->name));
	}
	return 0;
}

static int read_conceal(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		issue_type(binder, value, "conceal", "write conceal: true");
	return 0;
}

static int read_cors(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	return bind_cors(binder, value, &binder->api->cors);
}

static int read_limit(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	return bind_limit(binder, value, S("/"), S("default"), &binder->api->limits);
}

/* A key of the path or the operation and not of what is bound to it: read with that. */
static int read_with_path(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)binder, (void)resource, (void)value;
	return 0;
}

/* Once every resource has its members (owner.c). */
static int read_with_owner(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)binder, (void)resource, (void)value;
	return 0;
}

static const struct key operation_keys[] = {
	{ STR_INIT("conceal"), read_conceal },
	{ STR_INIT("idempotency"), bind_idempotency_check },
	{ STR_INIT("limit"), read_with_path },
	{ STR_INIT("roles"), read_with_path },
	{ { NULL, 0 }, NULL },
};

static int read_singleton(struct binder *binder, struct resource *resource, const struct json *value)
{
	if (!json_is_true(value) || (resource && !resource->collection.is_singleton))
		issues_add(binder->issues, value->at, "write singleton: true on a lone path with GET",
		           "x-statute.singleton can only be true, on a path without parameters or items");
	return 0;
}

static const struct key root_keys[] = {
	{ STR_INIT("cors"), read_cors },
	{ STR_INIT("idempotency"), bind_idempotency_check },
	{ STR_INIT("limit"), read_limit },
	{ STR_INIT("maintenance"), read_maintenance },
	{ STR_INIT("query"), read_query },
	{ STR_INIT("require-tls"), read_require_tls },
	{ STR_INIT("schema-status"), read_schema_status },
	{ { NULL, 0 }, NULL },
};

static const struct key resource_keys[] = {
	{ STR_INIT("collection"), read_collection },
	{ STR_INIT("conceal"), read_conceal },
	{ STR_INIT("cors"), read_with_path },
	{ STR_INIT("idempotency"), bind_idempotency_check },
	{ STR_INIT("limit"), read_with_path },
	{ STR_INIT("on-delete"), read_on_delete },
	{ STR_INIT("owner"), read_with_owner },
	{ STR_INIT("references"), read_references },
	{ STR_INIT("require-match"), read_require_match },
	{ STR_INIT("roles"), read_roles },
	{ STR_INIT("rules"), read_rules },
	{ STR_INIT("singleton"), read_singleton },
	{ STR_INIT("transitions"), read_transitions },
	{ STR_INIT("unique"), read_unique },
	{ { NULL, 0 }, NULL },
};

static const struct key *key_of(const struct key *keys, struct str name)
{
	while (keys->read && !str_eq(keys->name, name))
		keys++;
	return keys;
}

static void issue_key(struct binder *binder, const struct key *keys, const struct json *member)
{
	struct buf known;
	struct str nearest = { 0 };
	size_t best = 4;

	buf_init(&known, binder->arena, 4096);
	buf_lit(&known, "the keys here are");
	for (const struct key *key = keys; key->read; key++) {
		size_t distance = str_distance(member->name, key->name);

		if (distance < best) {
			best = distance;
			nearest = key->name;
		}
		buf_printf(&known, "%s %.*s", key == keys ? "" : ",", STR_ARG(key->name));
	}
	buf_add_char(&known, '\0');
	issues_add(binder->issues, member->name_at,
	           nearest.at ? str_printf(binder->arena, "did you mean '%.*s'?", STR_ARG(nearest)).at
	                      : known.at,
	           "x-statute has no key '%.*s' here", STR_ARG(member->name));
}

static int read_keys(struct binder *binder, struct resource *resource, const struct key *keys,
                     const struct json *extension)
{
	int r;

	if (!json_is(extension, JSON_OBJECT)) {
		issues_add(binder->issues, extension->at, NULL, "x-statute must be an object");
		return 0;
	}
	json_each(member, extension) {
		const struct key *key = key_of(keys, member->name);

		if (!key->read)
			issue_key(binder, keys, member);
		else if ((r = key->read(binder, resource, member)) < 0)
			return r;
	}
	return 0;
}

int bind_root_extension(struct binder *binder)
{
	const struct json *extension = binder->document->extension;

	return extension ? read_keys(binder, NULL, root_keys, extension) : 0;
}

int bind_operation_extension(struct binder *binder, const struct operation *operation)
{
	return operation->extension ? read_keys(binder, NULL, operation_keys, operation->extension) : 0;
}

/* What says nothing of a resource may stand on any path. */
static bool has_path_keys_alone(const struct json *extension)
{
	json_each(member, extension)
		if (key_of(resource_keys, member->name)->read != read_with_path)
			return false;
	return json_first(extension) != NULL;
}

int bind_extension(struct binder *binder, struct resource *resource, const struct json *extension)
{
	if (!extension)
		return 0;
	if (!resource && !has_path_keys_alone(extension)) {
		issues_add(binder->issues, extension->at,
		           "give the path an item path below it, or name its collection",
		           "x-statute stands on a path that is bound to nothing");
		return 0;
	}
	return read_keys(binder, resource, resource_keys, extension);
}

struct str bind_extension_collection(const struct path_item *item)
{
	struct str name = json_get_text(item->extension, S("collection"));

	return name.len ? name : (struct str){ 0 };
}
