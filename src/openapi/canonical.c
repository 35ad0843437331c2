/*
 * x-statute: {canonical: slug} on a collection: the one path of an item has its slug in it, and its id leads
 * there (rows G05). What may name an item must be unique, and the path must take it.
 */
#include "openapi/binder.h"

#define EXAMPLE "write canonical: slug, or canonical: {member: slug, permanent: false}"

static void read_switch(struct binder *binder, const struct json *value, bool *ret_is)
{
	if (json_is(value, JSON_TRUE) || json_is(value, JSON_FALSE))
		*ret_is = json_is_true(value);
	else
		bind_issue_type(binder, value, "canonical", "write true or false");
}

int bind_canonical_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	const struct json *name = json_is(value, JSON_OBJECT) ? json_get(value, S("member")) : value;
	struct canonical *canonical = arena_new(binder->arena, struct canonical);

	if (!canonical)
		return STATUTE_ENOMEM;
	*canonical = (struct canonical){ .is_permanent = true, .keeps_method = true, .at = value->at };
	json_each(member, json_is(value, JSON_OBJECT) ? value : NULL) {
		if (str_eq(member->name, S("permanent")))
			read_switch(binder, member, &canonical->is_permanent);
		else if (str_eq(member->name, S("keep-method")))
			read_switch(binder, member, &canonical->keeps_method);
		else if (member != name)
			issues_add(binder->issues, member->name_at, "use member, permanent and keep-method",
			           "x-statute.canonical has no key '%.*s'", STR_ARG(member->name));
	}
	if (!json_is(name, JSON_STRING))
		issues_add(binder->issues, value->at, EXAMPLE, "x-statute.canonical names no member");
	else if (bind_extension_member(binder, resource, name, name->text, &canonical->member))
		resource->canonical = canonical;
	return 0;
}

static bool is_unique(const struct collection *collection, size_t member)
{
	for (size_t i = 0; i < collection->unique_count; i++)
		if (collection->uniques[i].count == 1 && collection->uniques[i].members[0] == member)
			return true;
	return false;
}

static void check_member(struct binder *binder, const struct resource *resource)
{
	const struct collection *collection = &resource->collection;
	const struct store_member *member = &collection->members[resource->canonical->member];

	if (collection->is_singleton || member->type != STORE_TEXT)
		issues_add(binder->issues, resource->canonical->at, "name a text of a collection's items",
		           "x-statute.canonical cannot be '%.*s'", STR_ARG(member->name));
	else if (!is_unique(collection, resource->canonical->member))
		issues_add(binder->issues, resource->canonical->at,
		           str_printf(binder->arena, "add it: unique: [%.*s]", STR_ARG(member->name)).at,
		           "x-statute.canonical is '%.*s', which several items could have", STR_ARG(member->name));
}

/* A parameter that takes numbers alone takes no slug. */
static void check_parameters(struct binder *binder, const struct operation *operation, struct str name)
{
	for (size_t i = 0; i < operation->parameter_count; i++) {
		const struct parameter *parameter = &operation->parameters[i];

		if (parameter->in == IN_PATH && str_eq(parameter->name, name) && parameter->schema &&
		    !(schema_types(parameter->schema) & SCHEMA_TYPE_STRING))
			issues_add(binder->issues, parameter->at, "write schema: {type: string}",
			           "'%.*s' takes no text, and x-statute.canonical has one in its place",
			           STR_ARG(name));
	}
}

static void check_item(struct binder *binder, const struct path_item *item)
{
	struct str name = item->segments[item->segment_count - 1].parameter;

	for (enum method method = METHOD_UNKNOWN; method < METHOD_COUNT; method++) {
		const struct operation *operation = item->operations[method];

		if (!operation)
			continue;
		check_parameters(binder, operation, name);
		if (method == METHOD_PUT && bind_documents(operation, 201))
			issues_add(binder->issues, operation->at, "leave the 201 out, or canonical",
			           "a PUT cannot make an item here: with x-statute.canonical its path does not say "
			           "its id");
	}
}

void bind_canonicals(struct binder *binder)
{
	for (size_t i = 0; i < binder->api->resource_count; i++)
		if (binder->api->resources[i]->canonical)
			check_member(binder, binder->api->resources[i]);
	for (size_t i = 0; i < binder->count; i++) {
		const struct place *place = &binder->places[i];

		if (place->kind == BINDING_ITEM && place->resource->canonical)
			check_item(binder, place->item);
	}
}
