/*
 * What a resource is made of: its schema, its id, its scalar members (which become
 * columns), and the members that Statute itself fills in. Read from the schemas
 * that the document uses for it: see binder.h.
 */
#include "openapi/binder.h"

enum { SCHEMAS_MAX = 8 };

struct schemas {
	const struct schema *list[SCHEMAS_MAX];
	size_t count;
};

static void add_schema(struct schemas *schemas, const struct schema *schema)
{
	if (schema && schemas->count < SCHEMAS_MAX)
		schemas->list[schemas->count++] = schema;
}

static const struct operation *operation_of(const struct place *place, enum method method)
{
	return place ? place->item->operations[method] : NULL;
}

/* The schema of one row of a list: of an array's items, or of the one array member's. */
static const struct schema *row_schema(const struct operation *list)
{
	const struct schema *schema = bind_response_schema(list, 200);
	const struct schema *items = schema_items(schema);
	const struct schema_member *members;
	size_t count;

	if (items || !schema)
		return items;
	count = schema_members(schema, &members);
	for (size_t i = 0; i < count; i++)
		if (members[i].types & SCHEMA_TYPE_ARRAY && schema_items(members[i].schema))
			return schema_items(members[i].schema);
	return NULL;
}

/* Representations first, then what clients send: the first one describes the whole resource. */
static void find_schemas(const struct resource_places *places, struct schemas *schemas)
{
	const struct place *one = places->singleton ? places->singleton : places->item;
	const struct operation *post = operation_of(places->collection, METHOD_POST);

	add_schema(schemas, bind_response_schema(operation_of(one, METHOD_GET), 200));
	add_schema(schemas, bind_response_schema(post, 201));
	add_schema(schemas, bind_response_schema(post, 200));
	add_schema(schemas, row_schema(operation_of(places->collection, METHOD_GET)));
	add_schema(schemas, bind_response_schema(operation_of(one, METHOD_PUT), 200));
	add_schema(schemas, bind_body_schema(post));
	add_schema(schemas, bind_body_schema(operation_of(one, METHOD_PUT)));
}

struct str bind_singular(struct arena *arena, struct str plural)
{
	if (str_ends(plural, S("ies")) && plural.len > 4)
		return str_printf(arena, "%.*sy", (int)plural.len - 3, plural.at);
	if (str_ends(plural, S("sses")) || str_ends(plural, S("shes")) || str_ends(plural, S("ches")) ||
	    str_ends(plural, S("xes")))
		return str_sub(plural, 0, plural.len - 2);
	if (str_ends(plural, S("s")) && !str_ends(plural, S("ss")) && plural.len > 1)
		return str_sub(plural, 0, plural.len - 1);
	return plural;
}

bool bind_member_find(const struct resource *resource, struct str name, size_t *ret_member)
{
	const struct collection *collection = &resource->collection;

	if (!collection->is_singleton && str_eq(name, collection->id_name)) {
		*ret_member = STORE_MEMBER_ID;
		return true;
	}
	for (size_t i = 0; i < collection->member_count; i++) {
		if (str_eq(collection->members[i].name, name)) {
			*ret_member = i;
			return true;
		}
	}
	return false;
}

size_t bind_member_add(struct binder *binder, struct resource *resource, struct str name,
                       enum store_type type)
{
	struct collection *collection = &resource->collection;
	size_t count = collection->member_count, member;
	struct store_member *members;

	if (bind_member_find(resource, name, &member))
		return member;
	members = arena_grow(binder->arena, collection->members, count * sizeof(*members),
	                     (count + 1) * sizeof(*members));
	if (!members)
		return SIZE_MAX;
	members[count] = (struct store_member){ .name = name, .type = type };
	collection->members = members;
	collection->member_count = count + 1;
	return count;
}

/* The column type of a scalar member; false for arrays, objects and mixtures. */
static bool column_type(unsigned types, enum store_type *ret_type)
{
	types &= ~SCHEMA_TYPE_NULL;
	if (types == SCHEMA_TYPE_BOOLEAN)
		*ret_type = STORE_BOOLEAN;
	else if (types == SCHEMA_TYPE_INTEGER)
		*ret_type = STORE_INTEGER;
	else if (types && !(types & ~(unsigned)(SCHEMA_TYPE_INTEGER | SCHEMA_TYPE_NUMBER)))
		*ret_type = STORE_REAL;
	else if (types == SCHEMA_TYPE_STRING)
		*ret_type = STORE_TEXT;
	else
		return false;
	return true;
}

static int add_members(struct binder *binder, struct resource *resource, const struct schema *schema)
{
	const struct schema_member *members;
	size_t count = schema_members(schema, &members);
	enum store_type type;

	for (size_t i = 0; i < count; i++) {
		if (!store_member_fits(members[i].name) || !column_type(members[i].types, &type) ||
		    members[i].is_write_only || members[i].is_password)
			continue;
		if (!resource->collection.is_singleton &&
		    str_eq(members[i].name, resource->collection.id_name))
			continue;
		if (bind_member_add(binder, resource, members[i].name, type) == SIZE_MAX)
			return STATUTE_ENOMEM;
	}
	return 0;
}

static const struct schema_member *member_in(const struct schemas *schemas, struct str name)
{
	const struct schema_member *member = NULL;

	for (size_t i = 0; i < schemas->count && !member; i++)
		member = schema_member(schemas->list[i], name);
	return member;
}

/* The member that holds the id: named as the path's parameter, or "id", or "userId", or "user_id". */
static struct str id_name(struct binder *binder, const struct resource *resource,
                          const struct resource_places *places, const struct schemas *schemas)
{
	const struct path_item *item = places->item ? places->item->item : NULL;
	struct str names[4] = {
		item ? item->segments[item->segment_count - 1].parameter : S("id"),
		S("id"),
		str_printf(binder->arena, "%.*sId", STR_ARG(resource->singular)),
		str_printf(binder->arena, "%.*s_id", STR_ARG(resource->singular)),
	};

	for (size_t i = 0; i < 4; i++)
		if (member_in(schemas, names[i]))
			return names[i];
	return S("id");
}

/* The parameter's own schema decides where the representation does not have the id. */
static unsigned parameter_types(const struct resource_places *places, struct str *ret_format)
{
	const struct path_item *item = places->item ? places->item->item : NULL;

	for (enum method method = METHOD_GET; item && method < METHOD_COUNT; method++) {
		const struct operation *operation = item->operations[method];

		for (size_t i = 0; operation && i < operation->parameter_count; i++) {
			const struct parameter *parameter = &operation->parameters[i];

			if (parameter->in != IN_PATH || !parameter->schema ||
			    !str_eq(parameter->name, item->segments[item->segment_count - 1].parameter))
				continue;
			*ret_format = json_get_text(schema_node(parameter->schema), S("format"));
			return schema_types(parameter->schema);
		}
	}
	return SCHEMA_TYPE_STRING;
}

static void find_id(struct binder *binder, struct resource *resource, const struct resource_places *places,
                    const struct schemas *schemas)
{
	struct collection *collection = &resource->collection;
	const struct schema_member *member;
	struct str format = { 0 };
	unsigned types;

	collection->id_name = id_name(binder, resource, places, schemas);
	member = member_in(schemas, collection->id_name);
	types = member ? member->types & ~(unsigned)SCHEMA_TYPE_NULL : parameter_types(places, &format);
	if (member)
		format = member->format;
	if (types == SCHEMA_TYPE_INTEGER || types == SCHEMA_TYPE_NUMBER ||
	    types == (SCHEMA_TYPE_INTEGER | SCHEMA_TYPE_NUMBER))
		collection->id_kind = STORE_ID_INTEGER;
	else if (str_eq(format, S("uuid")))
		collection->id_kind = STORE_ID_UUID;
	else
		collection->id_kind = STORE_ID_TEXT;
	resource->client_makes_id = member && !member->is_read_only;
}

static bool is_time_member(const struct schema_member *member)
{
	return member && member->is_read_only && str_eq(member->format, S("date-time"));
}

static struct str time_member(const struct schemas *schemas, struct str camel, struct str snake)
{
	if (is_time_member(member_in(schemas, camel)))
		return camel;
	return is_time_member(member_in(schemas, snake)) ? snake : (struct str){ 0 };
}

static void find_own_members(struct resource *resource, const struct schemas *schemas)
{
	resource->created_member = time_member(schemas, S("createdAt"), S("created_at"));
	resource->updated_member = time_member(schemas, S("updatedAt"), S("updated_at"));
	resource->has_links = member_in(schemas, S("_links")) != NULL;
	for (size_t i = 0; i < schemas->count; i++) {
		const struct schema_member *members;
		size_t count = schema_members(schemas->list[i], &members);

		for (size_t k = 0; k < count; k++) {
			const struct json *extension = json_get(members[k].node, S("x-statute"));

			if (json_is_true(json_get(extension, S("version"))) &&
			    members[k].types & SCHEMA_TYPE_INTEGER)
				resource->version_member = members[k].name;
		}
	}
}

static bool has_secret(const struct resource *resource, struct str name)
{
	for (size_t i = 0; i < resource->secret_count; i++)
		if (str_eq(resource->secrets[i]->name, name))
			return true;
	return false;
}

/* writeOnly members, and passwords even where the document forgot to say writeOnly. */
static int find_secrets(struct binder *binder, struct resource *resource, const struct schemas *schemas)
{
	for (size_t i = 0; i < schemas->count; i++) {
		const struct schema_member *members;
		size_t count = schema_members(schemas->list[i], &members);

		for (size_t k = 0; k < count; k++) {
			size_t size = resource->secret_count * sizeof(*resource->secrets);
			const struct schema_member **secrets;

			if (!(members[k].is_write_only || members[k].is_password) ||
			    has_secret(resource, members[k].name))
				continue;
			secrets = arena_grow(binder->arena, resource->secrets, size, size + sizeof(*secrets));
			if (!secrets)
				return STATUTE_ENOMEM;
			secrets[resource->secret_count++] = &members[k];
			resource->secrets = secrets;
		}
	}
	return 0;
}

int bind_resource(struct binder *binder, struct resource *resource, const struct resource_places *places)
{
	struct schemas schemas = { 0 };
	int r;

	find_schemas(places, &schemas);
	resource->schema = schemas.count ? schemas.list[0] : NULL;
	if (!resource->collection.is_singleton)
		find_id(binder, resource, places, &schemas);
	find_own_members(resource, &schemas);
	if ((r = bind_languages(binder, resource, places, schemas.list, schemas.count)) < 0)
		return r;
	for (size_t i = 0; i < schemas.count; i++)
		if ((r = add_members(binder, resource, schemas.list[i])) < 0)
			return r;
	return find_secrets(binder, resource, &schemas);
}
