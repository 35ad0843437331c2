/* From nodes to programs: see schema.h and compiler.h. */
#include <stdio.h>

#include "schema/compiler.h"
#include "schema/regex.h"

static schema_reader *const readers[] = {
	read_type,       read_constants,    read_number,    read_string,       read_array,       read_object,
	read_references, read_combinations, read_condition, read_dependencies, read_unevaluated,
};

void *compiler_alloc(struct compiler *c, size_t count, size_t size)
{
	void *at = arena_array(c->set->arena, count, size);

	if (!at)
		c->failure = STATUTE_ENOMEM;
	return at;
}

struct rule *compiler_rule(struct compiler *c, struct schema *schema, enum keyword keyword, unsigned applies,
                           rule_check *check)
{
	struct rule *rule = &c->rules[c->rule_count++];

	*rule = (struct rule){ .check = check, .owner = schema, .applies = applies };
	rule->keyword = keyword_rows[keyword].name.at;
	return rule;
}

static void enqueue(struct compiler *c, struct schema *schema)
{
	if (c->last)
		c->last->next = schema;
	else
		c->first = schema;
	c->last = schema;
	if (!c->at)
		c->at = schema;
}

/* The first use of a resource settles its dialect and needs every $dynamicAnchor in it. */
static void use_resource(struct compiler *c, struct schema_resource *resource)
{
	int r;

	if (resource->is_in_use)
		return;
	resource->is_in_use = true;
	if ((r = registry_read_dialect(c->set, resource, c->issues)) < 0) {
		c->failure = r;
		return;
	}
	for (size_t i = 0; i < resource->anchors.count; i++) {
		struct anchor *anchor = resource->anchors.entries[i].value;

		if (anchor->is_dynamic)
			anchor->schema = compiler_schema(c, anchor->node, resource, anchor->location);
	}
}

struct schema *compiler_schema(struct compiler *c, const struct json *node, struct schema_resource *resource,
                               struct str location)
{
	struct schema *schema = map_get(&c->set->schemas, registry_key(&node));
	void **place;
	int r;

	if (schema)
		return schema;
	if (!(schema = compiler_alloc(c, 1, sizeof(*schema))))
		return NULL;
	schema->node = node;
	schema->location = location;
	schema->round = c->round;
	if (!(place = map_put(&c->set->schemas, registry_key(&schema->node)))) {
		c->failure = STATUTE_ENOMEM;
		return NULL;
	}
	*place = schema;
	if ((r = registry_adopt(c->set, node, resource, location, &resource)) < 0) {
		c->failure = r;
		return NULL;
	}
	schema->resource = resource;
	enqueue(c, schema);
	/* Recursion ends with the resources: each is put in use once, and its anchors stand in it. */
	use_resource(c, resource);
	return schema;
}

/* The schema at `node`, which stands under the keyword of `parent`, or there under `name`. */
static struct schema *below(struct compiler *c, const struct json *node, const struct schema *parent,
                            enum keyword keyword, struct str name)
{
	struct schema *schema = map_get(&c->set->schemas, registry_key(&node));
	struct str location;

	if (schema)
		return schema;
	location = registry_location(c->set, parent->location, keyword_rows[keyword].name, name);
	if (location.at)
		return compiler_schema(c, node, c->resource, location);
	c->failure = STATUTE_ENOMEM;
	return NULL;
}

const struct schema *compiler_child(struct compiler *c, const struct schema *schema, enum keyword keyword)
{
	const struct json *node = c->values[keyword];

	if (!node)
		return NULL;
	return below(c, node, schema, keyword, (struct str){ 0 });
}

const struct schema *compiler_grandchild(struct compiler *c, const struct schema *schema,
                                         enum keyword keyword, const struct json *node, struct str name)
{
	return below(c, node, schema, keyword, name.at ? name : S(""));
}

struct schema_list compiler_list(struct compiler *c, const struct schema *schema, enum keyword keyword)
{
	const struct json *value = c->values[keyword];
	struct schema_list list = { 0 };
	char index[24];

	if (!value || !(list.list = compiler_alloc(c, value->count, sizeof(*list.list))))
		return (struct schema_list){ 0 };
	json_each(item, value) {
		int len = snprintf(index, sizeof(index), "%zu", list.count);
		const struct schema *one = compiler_grandchild(c, schema, keyword, item,
		                                               str_of(index, (size_t)len));

		if (!one)
			return (struct schema_list){ 0 };
		list.list[list.count++] = one;
	}
	return list;
}

struct names compiler_names(struct compiler *c, const struct json *list)
{
	struct str *names = compiler_alloc(c, list->count, sizeof(*names));
	struct names result = { .list = names };

	if (names)
		json_each(item, list)
			names[result.count++] = item->text;
	return result;
}

const struct pattern *compiler_pattern(struct compiler *c, struct str text, uint32_t at)
{
	struct pattern *pattern = map_get(&c->set->patterns, text);
	struct regex_fault fault;
	void **place;
	int r;

	if (pattern)
		return pattern;
	r = pattern_new(c->set->arena, text, &pattern, &fault);
	if (r == STATUTE_ENOMEM) {
		c->failure = r;
	} else if (r < 0) {
		issues_add(c->issues, at, NULL, "the pattern '%.*s' %s: %s (at character %zu)", STR_ARG(text),
		           r == STATUTE_EUNSUPPORTED ? "is not supported"
		                                     : "is not a regular expression of ECMA-262",
		           fault.issue, str_code_points(str_sub(text, 0, fault.at)) + 1);
	} else if (!(place = map_put(&c->set->patterns, text))) {
		c->failure = STATUTE_ENOMEM;
	} else {
		*place = pattern;
	}
	return r == 0 ? pattern : NULL;
}

bool compiler_count(const struct compiler *c, enum keyword keyword, uint64_t *ret_count)
{
	const struct json *value = c->values[keyword];
	int64_t count;

	if (!value)
		return false;
	*ret_count = json_to_i64(value, &count) ? (uint64_t)count : UINT64_MAX;
	return true;
}

bool compiler_asserts_format(const struct compiler *c)
{
	return c->set->asserts_format || c->resource->vocabularies & 1u << VOCABULARY_FORMAT_ASSERTION;
}

/*
 * A flag where a limit belongs is how OpenAPI 3.0 has it, and JSON Schema once had
 * it: documents of 3.1 that were not changed everywhere are common. Read as it was meant.
 */
static bool is_old_flag(struct compiler *c, enum keyword keyword, const struct json *value)
{
	bool is_minimum = keyword == KEYWORD_EXCLUSIVE_MINIMUM,
	     is_maximum = keyword == KEYWORD_EXCLUSIVE_MAXIMUM;

	if (c->set->dialect != SCHEMA_OPENAPI_3_1 || !(is_minimum || is_maximum) ||
	    !(value->type == JSON_TRUE || value->type == JSON_FALSE))
		return false;
	issues_warn(c->issues, value->at, "give the limit itself",
	            "'%.*s' is no flag since OpenAPI 3.1; read as in 3.0",
	            STR_ARG(keyword_rows[keyword].name));
	c->values[is_minimum ? KEYWORD_MINIMUM_IS_EXCLUSIVE : KEYWORD_MAXIMUM_IS_EXCLUSIVE] = value;
	return true;
}

static void gather(struct compiler *c, const struct schema *schema)
{
	bool is_old = c->set->dialect == SCHEMA_OPENAPI_3_0;
	bool only_ref = is_old && json_is(json_get(schema->node, S("$ref")), JSON_STRING);

	memset(c->values, 0, sizeof(c->values));
	for (size_t i = 0; i < KEYWORD_COUNT; i++) {
		const struct keyword_row *row = &keyword_rows[i];
		const struct json *value;

		if (!(row->dialects & (is_old ? DIALECT_OLD : DIALECT_NEW)) ||
		    (only_ref && i != KEYWORD_REF) || !(c->resource->vocabularies & 1u << row->vocabulary))
			continue;
		value = json_get(schema->node, row->name);
		if (value && !is_old_flag(c, (enum keyword)i, value) && shape_check(c, row, value))
			c->values[i] = value;
	}
}

static void read_annotations(struct compiler *c, struct schema *schema)
{
	schema->format = json_text(c->values[KEYWORD_FORMAT]);
	schema->default_value = c->values[KEYWORD_DEFAULT];
	schema->is_read_only = json_is_true(c->values[KEYWORD_READ_ONLY]);
	schema->is_write_only = json_is_true(c->values[KEYWORD_WRITE_ONLY]);
	schema->is_password = str_eq(schema->format, S("password"));
}

static void read_object_schema(struct compiler *c, struct schema *schema)
{
	struct rule rules[KEYWORD_COUNT], *copy;

	c->resource = (struct schema_resource *)(uintptr_t)schema->resource;
	c->rules = rules;
	c->rule_count = 0;
	gather(c, schema);
	advise_on_keywords(c, schema);
	read_annotations(c, schema);
	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers) && !c->failure; i++)
		readers[i](c, schema);
	if (c->failure || !(copy = compiler_alloc(c, c->rule_count, sizeof(*copy))))
		return;
	if (c->rule_count)
		memcpy(copy, rules, c->rule_count * sizeof(*copy));
	schema->rules = copy;
	schema->rule_count = (uint32_t)c->rule_count;
}

static void read_schema(struct compiler *c, struct schema *schema)
{
	schema->accepts = ON_ANY;
	schema->types = SCHEMA_TYPE_ANY;
	schema->target = schema;
	if (schema->node->type == JSON_OBJECT)
		read_object_schema(c, schema);
	else if (schema->node->type == JSON_FALSE)
		schema->is_false = true;
	else if (schema->node->type != JSON_TRUE)
		issues_add(c->issues, schema->node->at, NULL, "a schema must be an object, true or false");
}

/* Where a schema is nothing but a $ref within one resource, a walk need not stop there. */
static void shorten(struct schema *schema)
{
	const struct schema *to;

	if (schema->target == schema || schema->resource->root == schema->node)
		return;
	to = schema->rules[0].schema;
	if (to->resource == schema->resource)
		schema->alias = to;
}

static void finish(struct compiler *c)
{
	for (struct schema *schema = c->first; schema && !c->failure; schema = schema->next)
		facts_find(c, schema);
	for (struct schema *schema = c->first; schema && !c->failure; schema = schema->next) {
		members_find(c, schema);
		shorten(schema);
	}
	for (const struct schema *schema = c->first; schema && !c->failure; schema = schema->next)
		advise_on_default(c, schema);
}

static int compile(struct compiler *c, const struct json *node, const struct target *target,
                   const struct schema **ret_schema)
{
	size_t errors = c->issues->errors;
	struct schema *schema = compiler_schema(c, node, target->resource, target->location);

	for (; c->at && !c->failure; c->at = c->at->next)
		read_schema(c, c->at);
	if (!c->failure && c->issues->errors == errors)
		finish(c);
	if (c->failure)
		return c->failure;
	c->round->has_failed = c->issues->errors != errors;
	if (schema->round->has_failed)
		return STATUTE_EDOCUMENT;
	*ret_schema = schema;
	return 0;
}

int schema_compile(struct schema_set *set, struct str base, const struct json *node, struct issues *issues,
                   const struct schema **ret_schema)
{
	struct compiler c = { .set = set, .issues = issues };
	struct target target;
	int r = set->failure;

	if (r < 0)
		return r;
	c.round = arena_new(set->arena, struct compile_round);
	r = c.round ? registry_place(set, base, node, &target) : STATUTE_ENOMEM;
	if (r == STATUTE_ENOTFOUND) {
		issues_add(issues, node->at, NULL, "no document is known as '%.*s'", STR_ARG(base));
		return STATUTE_EDOCUMENT;
	}
	if (r == 0)
		r = compile(&c, node, &target, ret_schema);
	if (r < 0 && r != STATUTE_EDOCUMENT)
		set->failure = r;
	return r;
}
