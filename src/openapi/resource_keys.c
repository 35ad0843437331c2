/*
 * The keys of x-statute that say what a collection or a singleton is: its name, what is unique in it,
 * what it refers to, its rules. Each mistake is told at its place; see binder.h.
 */
#include "openapi/binder.h"

int bind_collection_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (!json_is(value, JSON_STRING) || !value->text.len)
		bind_issue_type(binder, value, "collection", "name the collection: collection: users");
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
			bind_issue_type(binder, name, "unique",
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

int bind_unique_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	int r;

	if (!json_is(value, JSON_ARRAY)) {
		bind_issue_type(binder, value, "unique", "list member names: unique: [email, [first, second]]");
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

int bind_references_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	struct collection *collection = &resource->collection;
	struct store_reference *references;

	if (!json_is(value, JSON_OBJECT)) {
		bind_issue_type(binder, value, "references",
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

int bind_rules_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	struct collection *collection = &resource->collection;

	if (!json_is(value, JSON_ARRAY)) {
		bind_issue_type(binder, value, "rules", "write rules: [{check: \"discount <= subtotal\"}]");
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

int bind_transitions_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	size_t member;

	if (!json_is(value, JSON_OBJECT)) {
		bind_issue_type(binder, value, "transitions",
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

int bind_on_delete_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	if (!str_eq(json_text(value), S("gone")))
		issues_add(binder->issues, value->at, "write on-delete: gone, or leave it out",
		           "x-statute.on-delete can only be 'gone'");
	resource->collection.keeps_tombstones = true;
	return 0;
}

int bind_require_match_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		bind_issue_type(binder, value, "require-match", "write require-match: true");
	resource->requires_match = json_is_true(value);
	return 0;
}
