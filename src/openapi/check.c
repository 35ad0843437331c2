/*
 * The walk over the objects of a document: see check.h.
 *
 * It goes down the tree, never through a $ref: those are kept and followed
 * afterwards, each target checked once as what it is referred to. Recursion is
 * bounded by the depth of the tree, which its parser bounds.
 */
#include "openapi/check.h"

#include <stdio.h>

enum shape { ONE, LIST, MAP };
enum kind { KIND_ANY, KIND_TEXT, KIND_BOOL, KIND_SCHEMA, KIND_OBJECT, KIND_REF };
enum { REQUIRED = 1u << 0, SINCE_3_1 = 1u << 1, REQUIRED_BEFORE_3_1 = 1u << 2, PLAIN = 1u << 3 };

struct object_field {
	struct str name;
	enum shape shape;
	enum kind kind;
	enum object_id object;
	unsigned flags;
};

struct object {
	const char *title;
	void (*rule)(struct checker *checker, const struct json *node);
	const struct object_field *fields; /* ended by one without a name */
};

/* clang-format off */
static const struct object objects[OBJECT_COUNT] = {
#define OBJECT(id, title, rule) [OBJECT_##id] = { title, rule, (const struct object_field[]){
#define FIELD(name, shape, kind, object, flags) { STR_INIT(name), shape, KIND_##kind, OBJECT_##object, flags },
#define END { .name = { 0 } } } },
#include "openapi/objects.def"
#undef OBJECT
#undef FIELD
#undef END
	[OBJECT_SCHEMA] = { .title = "Schema Object" },
};
/* clang-format on */

enum { SCRATCH_MAX = 256 * 1024 * 1024 };

void checker_init(struct checker *checker, struct loader *loader, const struct json *root, struct str base)
{
	*checker = (struct checker){
		.loader = loader,
		.issues = &loader->document.issues,
		.base = base,
		.root = root,
		.minor = loader->document.minor,
	};
	arena_init(&checker->scratch, 1 << 16, SCRATCH_MAX);
	map_init(&checker->marks, &checker->scratch);
	map_init(&checker->operation_ids, &checker->scratch);
}

void checker_done(struct checker *checker)
{
	arena_done(&checker->scratch);
}

void *checker_room(struct checker *checker, void *list, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 64;
	void *grown;

	if (count < *cap)
		return list;
	if (!(grown = arena_grow(&checker->scratch, list, *cap * size, more * size))) {
		checker->failure = STATUTE_ENOMEM;
		return NULL;
	}
	*cap = more;
	return grown;
}

/* Marks: what a node was checked as. */

struct mark {
	const struct json *node; /* its bytes are the key */
	enum object_id object;
};

static struct str mark_key(const struct json *const *node)
{
	return str_of((const char *)node, sizeof(*node));
}

static enum object_id mark_of(const struct checker *c, const struct json *node)
{
	const struct mark *mark = map_get(&c->marks, mark_key(&node));

	return mark ? mark->object : OBJECT_NONE;
}

static void set_mark(struct checker *c, const struct json *node, enum object_id object)
{
	struct mark *mark = arena_new(&c->scratch, struct mark);
	void **place = NULL;

	if (mark) {
		*mark = (struct mark){ .node = node, .object = object };
		place = map_put(&c->marks, mark_key(&mark->node));
	}
	if (place)
		*place = mark;
	else
		c->failure = STATUTE_ENOMEM;
}

static void keep_schema(struct checker *c, const struct json *node)
{
	struct schema_place *list = checker_room(c, c->schemas, c->schema_count, &c->schema_cap,
	                                         sizeof(*list));

	if (!list)
		return;
	c->schemas = list;
	list[c->schema_count++] = (struct schema_place){ .node = node, .base = c->base };
	set_mark(c, node, OBJECT_SCHEMA);
}

static void keep_reference(struct checker *c, const struct json *node, enum object_id object)
{
	struct reference_place *list = checker_room(c, c->references, c->reference_count, &c->reference_cap,
	                                            sizeof(*list));

	if (!list)
		return;
	c->references = list;
	list[c->reference_count++] =
		(struct reference_place){ .node = node, .base = c->base, .object = object };
	set_mark(c, node, object);
}

/* Values. */

/* "a string", as a sentence needs it. */
static const char *with_article(enum json_type type)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",        [JSON_FALSE] = "a boolean", [JSON_TRUE] = "a boolean",
		[JSON_NUMBER] = "a number",  [JSON_STRING] = "a string", [JSON_ARRAY] = "an array",
		[JSON_OBJECT] = "an object",
	};

	return names[type];
}

static bool must_be(struct checker *c, const struct json *node, enum json_type type, struct str name)
{
	const char *remedy = NULL;

	if (node->type == type || (type == JSON_TRUE && node->type == JSON_FALSE))
		return true;
	if (type == JSON_STRING && node->type < JSON_STRING)
		remedy = "put it in quotes";
	if (name.len)
		issues_add(c->issues, node->at, remedy, "'%.*s' must be %s, not %s", STR_ARG(name),
		           with_article(type), with_article(node->type));
	else
		issues_add(c->issues, node->at, remedy, "this must be %s, not %s", with_article(type),
		           with_article(node->type));
	return false;
}

static void check_object(struct checker *c, const struct json *node, enum object_id id, struct str name);

static void check_schema(struct checker *c, const struct json *node, struct str name)
{
	bool is_boolean = node->type == JSON_TRUE || node->type == JSON_FALSE;

	if (node->type == JSON_OBJECT || (is_boolean && c->minor >= 1))
		keep_schema(c, node);
	else
		issues_add(c->issues, node->at, NULL, "the schema '%.*s' must be an object%s, not %s",
		           STR_ARG(name), c->minor >= 1 ? " or a boolean" : "", with_article(node->type));
}

/* A Reference Object has no other fields that count (OpenAPI 3.1.1, section 4.8.23.1). */
static void check_reference(struct checker *c, const struct json *node, enum object_id id)
{
	const struct json *reference = json_get(node, S("$ref"));

	if (!must_be(c, reference, JSON_STRING, S("$ref")))
		return;
	json_each(member, node) {
		struct str name = member->name;
		bool is_known = str_eq(name, S("$ref")) || str_starts(name, S("x-")) ||
		                (c->minor >= 1 &&
		                 (str_eq(name, S("summary")) || str_eq(name, S("description"))));

		if (!is_known)
			issues_warn(c->issues, member->name_at, NULL, "'%.*s' is ignored beside $ref",
			            STR_ARG(name));
	}
	keep_reference(c, node, id);
}

static void check_one(struct checker *c, const struct json *node, const struct object_field *field,
                      struct str name)
{
	switch (field->kind) {
	case KIND_TEXT: must_be(c, node, JSON_STRING, name); break;
	case KIND_BOOL: must_be(c, node, JSON_TRUE, name); break;
	case KIND_SCHEMA: check_schema(c, node, name); break;
	case KIND_REF:
		if (json_get(node, S("$ref")) && field->object != OBJECT_PATH_ITEM)
			check_reference(c, node, field->object);
		else
			check_object(c, node, field->object, name);
		break;
	case KIND_OBJECT: check_object(c, node, field->object, name); break;
	case KIND_ANY: break;
	}
}

static void check_field(struct checker *c, const struct json *node, const struct object_field *field)
{
	if (field->shape == ONE) {
		check_one(c, node, field, node->name);
	} else if (must_be(c, node, field->shape == LIST ? JSON_ARRAY : JSON_OBJECT, node->name)) {
		json_each(item, node)
			check_one(c, item, field, item->name);
	}
}

/* Objects. */

static const struct object_field *find_field(const struct object *object, struct str name)
{
	const struct object_field *field;

	for (field = object->fields; field->name.len; field++) {
		if (str_eq(field->name, name))
			return field;
		if (str_eq(field->name, S("*")) && ((field->flags & PLAIN) || !str_starts(name, S("x-"))))
			return field;
	}
	return NULL;
}

/* The field that a misspelt name may have meant, or NULL. */
static const struct object_field *similar_field(const struct object *object, struct str name)
{
	const struct object_field *best = NULL;
	size_t least = name.len > 4 ? 3 : 2; /* edits that are too many */

	if (name.len > 64)
		return NULL;
	for (const struct object_field *field = object->fields; field->name.len; field++) {
		size_t distance = str_eq_nocase(field->name, name) ? 0 : str_distance(field->name, name);

		if (distance < least) {
			least = distance;
			best = field;
		}
	}
	return best;
}

static void report_unknown(struct checker *c, const struct object *object, const struct json *member)
{
	const struct object_field *similar = similar_field(object, member->name);
	char remedy[128] = "a name of your own begins with 'x-'";

	if (similar)
		snprintf(remedy, sizeof(remedy), "did you mean '%.*s'?", STR_ARG(similar->name));
	issues_add(c->issues, member->name_at, remedy, "'%.*s' is not a field of the %s",
	           STR_ARG(member->name), object->title);
}

static void check_member(struct checker *c, const struct object *object, const struct json *member,
                         unsigned *unknown_fields)
{
	const struct object_field *field = find_field(object, member->name);

	if (!field && str_starts(member->name, S("x-")))
		return;
	if (!field) {
		++*unknown_fields;
		report_unknown(c, object, member);
	} else if ((field->flags & SINCE_3_1) && c->minor < 1) {
		issues_warn(c->issues, member->name_at, NULL,
		            "'%.*s' came with OpenAPI 3.1 and is ignored here", STR_ARG(member->name));
	} else {
		check_field(c, member, field);
	}
}

static void check_required(struct checker *c, const struct object *object, const struct json *node)
{
	for (const struct object_field *field = object->fields; field->name.len; field++) {
		bool is_required = (field->flags & REQUIRED) ||
		                   ((field->flags & REQUIRED_BEFORE_3_1) && c->minor < 1);

		if (is_required && !json_get(node, field->name))
			issues_add(c->issues, node->at, NULL, "the %s lacks '%.*s'", object->title,
			           STR_ARG(field->name));
	}
}

static void check_object(struct checker *c, const struct json *node, enum object_id id, struct str name)
{
	const struct object *object = &objects[id];
	unsigned unknown_fields = 0;

	if (c->failure || !must_be(c, node, JSON_OBJECT, name))
		return;
	set_mark(c, node, id);
	json_each(member, node)
		check_member(c, object, member, &unknown_fields);
	check_required(c, object, node);
	c->unknown_fields = unknown_fields;
	object->rule(c, node);
	if (id == OBJECT_PATH_ITEM && reference_of(node).at)
		keep_reference(c, node, id);
}

/* References. */

static const char *article(const char *title)
{
	return strchr("AEIOU", title[0]) ? "an" : "a";
}

/* What a reference leads to is checked as the object that it stands for. */
static void check_target(struct checker *c, const struct reference_place *place,
                         const struct reference_target *target)
{
	const struct json *reference = json_get(place->node, S("$ref"));
	enum object_id known = mark_of(c, target->node);

	if (known != OBJECT_NONE && known != place->object) {
		issues_add(c->issues, reference->at, NULL, "'%.*s' is %s %s, not %s %s",
		           STR_ARG(reference->text), article(objects[known].title), objects[known].title,
		           article(objects[place->object].title), objects[place->object].title);
		return;
	}
	if (known != OBJECT_NONE) {
		if (reference_is_circular(c->loader, place->base, place->node))
			issues_add(c->issues, reference->at, NULL, "'%.*s' leads back to itself",
			           STR_ARG(reference->text));
		return;
	}
	c->base = target->base;
	if (reference_of(target->node).at && place->object != OBJECT_PATH_ITEM)
		check_reference(c, target->node, place->object);
	else
		check_object(c, target->node, place->object, (struct str){ 0 });
}

/* Can no operation be served right without such an object? A scheme that is not known fails closed. */
static bool is_needed(enum object_id object)
{
	return object != OBJECT_EXAMPLE && object != OBJECT_LINK && object != OBJECT_CALLBACK &&
	       object != OBJECT_SECURITY_SCHEME;
}

static void follow_references(struct checker *c)
{
	for (size_t i = 0; i < c->reference_count && !c->failure; i++) {
		struct reference_place place = c->references[i]; /* the list may move */
		struct reference_target target;
		const struct json *reference = json_get(place.node, S("$ref"));
		int r = reference_resolve(c->loader, place.base, reference, is_needed(place.object), &target);

		if (r < 0)
			c->failure = r;
		else if (target.node)
			check_target(c, &place, &target);
	}
}

static void check_links(struct checker *c)
{
	for (size_t i = 0; i < c->link_count; i++) {
		const struct json *name = c->links[i].name;

		if (!map_get(&c->operation_ids, name->text))
			issues_warn(c->issues, name->at, NULL, "no operation has the operationId '%.*s'",
			            STR_ARG(name->text));
	}
}

int checker_run(struct checker *checker)
{
	check_object(checker, checker->root, OBJECT_ROOT, (struct str){ 0 });
	follow_references(checker);
	check_links(checker);
	return checker->failure;
}
