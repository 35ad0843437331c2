/* The declared members of an object schema, seen through $ref and allOf: see schema.h. */
#include "schema/combination.h"
#include "schema/compiler.h"

enum { MEMBERS_MAX = 10000, CHAIN_MAX = 256, VISITS_MAX = 10000 };

static void find(struct compiler *c, struct schema *schema, unsigned depth);

/* The members of one schema while they are found: pointers into `list` would move. */
struct collection {
	struct compiler *compiler;
	struct schema_member *list;
	size_t count, cap;
	struct map by_name; /* index + 1 */
	size_t visits;      /* of schemas, for `required` */
};

/* A number is INTEGER too where types are compared, and NUMBER alone where they are told. */
static unsigned common_types(unsigned a, unsigned b)
{
	a |= a & SCHEMA_TYPE_NUMBER ? SCHEMA_TYPE_INTEGER : 0;
	b |= b & SCHEMA_TYPE_NUMBER ? SCHEMA_TYPE_INTEGER : 0;
	return types_to_tell(a & b);
}

static struct schema_member *find_member(const struct collection *found, struct str name)
{
	uintptr_t index;

	if (found->count <= SCHEMA_FEW_NAMES) {
		for (size_t i = 0; i < found->count; i++)
			if (str_eq(found->list[i].name, name))
				return &found->list[i];
		return NULL;
	}
	index = (uintptr_t)map_get(&found->by_name, name);
	return index ? &found->list[index - 1] : NULL;
}

/* Two schemas that declare one member both hold for it. */
static void merge(struct schema_member *into, const struct schema_member *from)
{
	into->types = common_types(into->types, from->types);
	into->is_required |= from->is_required;
	into->is_read_only |= from->is_read_only;
	into->is_write_only |= from->is_write_only;
	into->is_password |= from->is_password;
	if (!into->format.len)
		into->format = from->format;
	if (!into->default_value)
		into->default_value = from->default_value;
}

/* Names are indexed from the moment when there are many. */
static bool index_names(struct collection *found)
{
	size_t from = found->count == SCHEMA_FEW_NAMES + 1 ? 0 : found->count - 1;

	for (size_t i = from; found->count > SCHEMA_FEW_NAMES && i < found->count; i++) {
		void **place = map_put(&found->by_name, found->list[i].name);

		if (!place)
			return false;
		*place = (void *)(uintptr_t)(i + 1);
	}
	return true;
}

static bool grow(struct collection *found)
{
	size_t cap = found->cap ? found->cap * 2 : 4;
	struct schema_member *list = arena_grow(found->compiler->set->arena, found->list,
	                                        found->cap * sizeof(*list), cap * sizeof(*list));

	if (!list)
		return false;
	found->list = list;
	found->cap = cap;
	return true;
}

static void append(struct collection *found, const struct schema_member *member)
{
	if (found->count == found->cap && !grow(found)) {
		found->compiler->failure = STATUTE_ENOMEM;
		return;
	}
	found->list[found->count++] = *member;
	if (!index_names(found))
		found->compiler->failure = STATUTE_ENOMEM;
}

static void add(struct collection *found, const struct schema_member *member)
{
	struct schema_member *known = find_member(found, member->name);

	if (known)
		merge(known, member);
	else if (found->count < MEMBERS_MAX && !found->compiler->failure)
		append(found, member);
}

static void add_property(struct collection *found, const struct property *property)
{
	const struct schema *schema = property->schema;
	struct schema_member member = {
		.name = property->name,
		.schema = schema,
		.node = schema->target->node,
		.types = types_to_tell(schema->types),
		.format = schema->format,
		.default_value = schema->default_value,
		.is_read_only = schema->is_read_only,
		.is_write_only = schema->is_write_only,
		.is_password = schema->is_password,
	};

	add(found, &member);
}

static void add_all_of(struct collection *found, const struct schema *other, unsigned depth)
{
	find(found->compiler, (struct schema *)(uintptr_t)other, depth + 1);
	for (size_t i = 0; i < other->member_count; i++)
		add(found, &other->members[i]);
}

/* What the keyword `name` of the schema brings; other keywords bring no members. */
static void add_keyword(struct collection *found, const struct schema *schema, struct str name,
                        unsigned depth)
{
	for (uint32_t i = 0; i < schema->rule_count; i++) {
		const struct rule *rule = &schema->rules[i];
		enum combination combination = combination_of(rule);

		if (!str_eq(str_from(rule->keyword), name))
			continue;
		if (combination == COMBINATION_REF)
			add_all_of(found, rule->schema, depth);
		for (size_t k = 0; combination == COMBINATION_ALL && k < rule->schemas.count; k++)
			add_all_of(found, rule->schemas.list[k], depth);
	}
	if (schema->own_members && str_eq(name, S("properties")))
		for (size_t i = 0; i < schema->own_members->count; i++)
			add_property(found, &schema->own_members->properties[i]);
}

/* `required` may stand in another schema of an allOf than the member itself. */
static void mark_required(struct collection *found, const struct schema *schema, unsigned depth)
{
	if (found->visits++ > VISITS_MAX || depth > CHAIN_MAX)
		return;
	for (size_t i = 0; i < schema->required.count; i++) {
		struct schema_member *member = find_member(found, schema->required.list[i]);

		if (member)
			member->is_required = true;
	}
	for (uint32_t i = 0; i < schema->rule_count; i++) {
		const struct rule *rule = &schema->rules[i];

		if (combination_of(rule) == COMBINATION_REF)
			mark_required(found, rule->schema, depth + 1);
		for (size_t k = 0; combination_of(rule) == COMBINATION_ALL && k < rule->schemas.count; k++)
			mark_required(found, rule->schemas.list[k], depth + 1);
	}
}

static void find(struct compiler *c, struct schema *schema, unsigned depth)
{
	struct collection found = { .compiler = c };
	const struct schema *only = schema->target != schema ? schema->rules[0].schema : NULL;

	if (schema->knows_members || depth > CHAIN_MAX || c->failure)
		return;
	schema->knows_members = true;
	if (only) { /* nothing but a $ref: the same list */
		find(c, (struct schema *)(uintptr_t)only, depth + 1);
		schema->members = only->members;
		schema->member_count = only->member_count;
		schema->members_by_name = only->members_by_name;
		return;
	}
	map_init(&found.by_name, c->set->arena);
	found.cap = schema->own_members ? schema->own_members->count : 0;
	if (found.cap && !(found.list = compiler_alloc(c, found.cap, sizeof(*found.list))))
		return;
	json_each(keyword, schema->node)
		add_keyword(&found, schema, keyword->name, depth);
	if (found.count)
		mark_required(&found, schema, 0);
	schema->members = found.list;
	schema->member_count = found.count;
	schema->members_by_name = found.by_name;
}

void members_find(struct compiler *c, struct schema *schema)
{
	find(c, schema, 0);
}

size_t schema_members(const struct schema *schema, const struct schema_member **ret_members)
{
	*ret_members = schema ? schema->members : NULL;
	return schema ? schema->member_count : 0;
}

const struct schema_member *schema_member(const struct schema *schema, struct str name)
{
	uintptr_t index;

	if (!schema)
		return NULL;
	if (schema->member_count > SCHEMA_FEW_NAMES) {
		index = (uintptr_t)map_get(&schema->members_by_name, name);
		return index ? &schema->members[index - 1] : NULL;
	}
	for (size_t i = 0; i < schema->member_count; i++)
		if (str_eq(schema->members[i].name, name))
			return &schema->members[i];
	return NULL;
}
