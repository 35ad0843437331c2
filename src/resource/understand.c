/*
 * What content means: the facts of block J, with every error at once.
 *
 * POST and PUT bring a whole representation, PATCH a change to one. Members that
 * belong to the path (the id, a parent's id) may be left out; readOnly ones may
 * come back as they were served, since a client that PUTs what it got does not
 * set them. Rules are judged even where the schema is broken, but not over a
 * field that has an error already.
 */
#include "json/pointer.h"
#include "resource/resource.h"

enum { BODY_MAX = 64 << 20 };

int resource_error(struct exchange *x, const struct problem_error *error)
{
	struct problem *problem = &x->problem;
	size_t size = problem->error_count * sizeof(*error);
	struct problem_error *errors = arena_array(&x->arena, problem->error_count + 1, sizeof(*error));

	if (!errors)
		return STATUTE_ENOMEM;
	if (size)
		memcpy(errors, problem->errors, size);
	errors[problem->error_count] = *error;
	if (error->value && error->value->type >= JSON_ARRAY)
		errors[problem->error_count].value = NULL; /* a secret may lie within */
	problem->error_count++;
	problem->errors = errors;
	return 0;
}

/* The member of the representation, or of what this operation takes. */
static const struct schema_member *member_of(const struct exchange *x, struct str name)
{
	const struct schema_member *member = schema_member(x->bound->resource->schema, name);

	return member ? member : schema_member(x->bound->body, name);
}

bool resource_is_read_only(const struct exchange *x, struct str name)
{
	const struct schema_member *member = member_of(x, name);

	return (member && member->is_read_only) || str_eq(name, x->bound->resource->created_member) ||
	       str_eq(name, x->bound->resource->updated_member);
}

/* The id as the body would say it: a number where ids are numbers. */
static struct json *new_id(struct exchange *x, struct str id)
{
	struct json *value;

	if (x->bound->resource->collection.id_kind != STORE_ID_INTEGER)
		return json_new_string(&x->arena, id);
	value = json_new(&x->arena, JSON_NUMBER);
	if (value)
		value->text = id;
	return value;
}

static int differs(struct exchange *x, struct str name, const struct json *value)
{
	struct buf pointer;

	FACT(ID_DIFFERS, true);
	buf_init(&pointer, &x->arena, 1 << 16);
	json_pointer_add(&pointer, name);
	return resource_error(x, &(struct problem_error){
					 .field = name,
					 .pointer = buf_str(&pointer),
					 .code = S("READ_ONLY"),
					 .message = S("Must be the same as in the path"),
					 .value = value,
				 });
}

/*
 * A member that the path settles: it may be missing, else it must agree. One that only
 * Statute writes is taken out, since naming it is not setting it.
 */
static int settle_member(struct exchange *x, struct json *body, struct str name, const struct json *settled)
{
	struct json *value = json_get(body, name);
	int r;

	if (!value)
		return 0;
	r = json_equal(value, settled) ? 0 : differs(x, name, value);
	if (r == 0 && resource_is_read_only(x, name))
		json_remove(body, name);
	return r;
}

static struct json *parent_id(struct exchange *x, const struct binding_scope *scope)
{
	const struct store_member *member = &x->bound->resource->collection.members[scope->member];
	struct json *id = json_new(&x->arena, member->type == STORE_INTEGER ? JSON_NUMBER : JSON_STRING);

	if (id)
		id->text = x->match.values[scope->parameter];
	return id;
}

/* The members that hold the ids of the path's parents; those that a client may send are filled in. */
static int settle_parents(struct exchange *x, struct json *body)
{
	const struct collection *collection = &x->bound->resource->collection;
	int r = 0;

	for (size_t i = 0; i < x->bound->scope_count && r == 0; i++) {
		struct str name = collection->members[x->bound->scopes[i].member].name;
		struct json *id = parent_id(x, &x->bound->scopes[i]);

		if (!id)
			return STATUTE_ENOMEM;
		r = settle_member(x, body, name, id);
		if (r == 0 && !resource_is_read_only(x, name) && !json_get(body, name))
			r = json_set(&x->arena, body, name, id);
	}
	return r;
}

/* The others once the schema, which forbids a client to send them, has seen the body. */
static int fill_parents(struct exchange *x, struct json *body)
{
	const struct collection *collection = &x->bound->resource->collection;
	int r = 0;

	for (size_t i = 0; i < x->bound->scope_count && r == 0; i++) {
		struct str name = collection->members[x->bound->scopes[i].member].name;

		if (!json_get(body, name))
			r = json_set(&x->arena, body, name, parent_id(x, &x->bound->scopes[i]));
	}
	return r;
}

/* Takes out of a PUT what Statute fills in itself, where it is what the client was served. */
static void drop_unchanged(struct exchange *x, struct json *body, const struct json *before)
{
	for (struct json *member = json_first(body), *next; member; member = next) {
		const struct json *was = json_get(before, member->name);

		next = member->next;
		if (resource_is_read_only(x, member->name) && was && json_equal(was, member))
			json_remove(body, member->name);
	}
	if (x->bound->resource->has_links)
		json_remove(body, S("_links"));
}

/*
 * The version number in a body must be the current one; it is not stored as it came. What is no number at all,
 * the schema has a word for.
 */
static void check_version(struct exchange *x, struct json *body)
{
	struct str name = x->bound->resource->version_member;
	const struct json *sent = name.len ? json_get(body, name) : NULL;
	int64_t version;

	if (!json_is(sent, JSON_NUMBER) || !json_number_is_integer(sent->text))
		return;
	if (!json_to_i64(sent, &version) || version != x->target.row.version)
		FACT(BODY_VERSION_STALE, true);
	json_remove(body, name);
}

static int prepare_whole(struct exchange *x, struct change *change, struct json *body)
{
	const struct resource *resource = x->bound->resource;
	struct str id = x->bound->kind == BINDING_ITEM ? resource_item_id(x) : (struct str){ 0 };
	int r;

	if (!json_is(body, JSON_OBJECT))
		return 0;
	if (x->request.method == METHOD_PUT) {
		check_version(x, body);
		drop_unchanged(x, body, change->before);
	}
	if (id.at) {
		struct str name = resource->collection.id_name;
		struct json *value = new_id(x, id);

		if (!value)
			return STATUTE_ENOMEM;
		if ((r = settle_member(x, body, name, value)) < 0)
			return r;
		if (resource->client_makes_id && !json_get(body, name) &&
		    (r = json_set(&x->arena, body, name, value)) < 0)
			return r;
	}
	if ((r = settle_parents(x, body)) < 0)
		return r;
	return resource_fill_owner(x, change, body, false);
}

static bool is_blamed(const struct exchange *x, struct str pointer, struct str code)
{
	for (size_t i = 0; i < x->problem.error_count; i++)
		if (str_eq(x->problem.errors[i].pointer, pointer) && str_eq(x->problem.errors[i].code, code))
			return true;
	return false;
}

int resource_schema_error(struct exchange *x, const struct schema_error *error)
{
	if (is_blamed(x, error->pointer, error->code))
		return 0;
	return resource_error(x, &(struct problem_error){
					 .field = error->field,
					 .pointer = error->pointer,
					 .code = error->code,
					 .message = error->message,
					 .value = error->value,
				 });
}

bool resource_is_unchanged(const struct change *change, const struct schema_error *error, struct json *after)
{
	const struct json *was = json_pointer_get(change->before, error->pointer);

	return was && json_equal(was, json_pointer_get(after, error->pointer));
}

/* READ_ONLY errors alone are a fact of their own; a member that comes back as it was served is none. */
static int validate(struct exchange *x, const struct change *change, struct json *body)
{
	struct schema_errors errors = { 0 };
	const struct schema *schema = x->bound->body;
	int r = schema ? schema_validate(schema, body, SCHEMA_REQUEST, &x->arena, &errors) : 0;

	if (r == STATUTE_ENOMEM)
		return r;
	FACT(SCHEMA_HOLDS, true);
	for (size_t i = 0; i < errors.count; i++) {
		const struct schema_error *error = &errors.list[i];

		if (!str_eq(error->code, S("READ_ONLY")))
			FACT(SCHEMA_HOLDS, false);
		else if (resource_is_unchanged(change, error, body))
			continue;
		else
			FACT(SETS_READ_ONLY, true);
		if ((r = resource_schema_error(x, error)) < 0)
			return r;
	}
	return 0;
}

static bool has_error_at(const struct exchange *x, struct str field)
{
	for (size_t i = 0; i < x->problem.error_count; i++)
		if (field.len && str_eq(x->problem.errors[i].field, field))
			return true;
	return false;
}

static int add_rule_error(struct exchange *x, const struct json *body, size_t index)
{
	const struct resource_rule *rule = &x->bound->resource->rules[index];
	struct buf pointer;

	if (has_error_at(x, rule->field))
		return 0;
	FACT(RULES_HOLD, false);
	buf_init(&pointer, &x->arena, 1 << 16);
	if (rule->field.len)
		json_pointer_add(&pointer, rule->field);
	return resource_error(
		x, &(struct problem_error){
			   .field = rule->field,
			   .pointer = buf_str(&pointer),
			   .code = rule->code,
			   .message = rule->message,
			   .value = resource_is_secret(x, rule->field) ? NULL : json_get(body, rule->field),
		   });
}

static int judge_rules(struct exchange *x, const struct json *body)
{
	const struct collection *collection = &x->bound->resource->collection;
	uint64_t broken = 0;
	struct buf text;
	int r = 0;

	if (!collection->rule_count || !json_is(body, JSON_OBJECT))
		return 0;
	buf_init(&text, &x->arena, BODY_MAX);
	json_write(&text, body);
	if (text.failed)
		return STATUTE_ENOMEM;
	if (!x->is_in_transaction)
		x->session = store_reader_session(x->host->reader);
	switch (store_check_rules(x->session, collection, buf_str(&text), &broken)) {
	case STORE_DONE: break;
	case STORE_NO_MEMORY: return STATUTE_ENOMEM;
	default: return STATUTE_ESTORE;
	}
	for (size_t i = 0; i < collection->rule_count && r == 0; i++)
		if (broken >> i & 1)
			r = add_rule_error(x, body, i);
	return r;
}

static int read_before(struct exchange *x, struct change *change)
{
	int r;

	change->before = change->texts = change->first_texts = NULL;
	if (x->target.row.state != ROW_LIVE || x->request.method == METHOD_POST)
		return 0;
	if ((r = resource_parse(x, x->target.row.body, &change->before)) < 0)
		return r;
	return resource_take_texts(x, change);
}

static int understand_whole(struct exchange *x, struct change *change)
{
	struct json *body = json_copy(&x->arena, x->body);
	int r;

	if (!body)
		return STATUTE_ENOMEM;
	if ((r = prepare_whole(x, change, body)) < 0 || (r = validate(x, change, body)) < 0)
		return r;
	if (!json_is(body, JSON_OBJECT) && statute_fact_is(&x->facts, STATUTE_FACT_SCHEMA_HOLDS)) {
		FACT(SCHEMA_HOLDS, false);
		return resource_error(x, &(struct problem_error){ .code = S("TYPE"),
		                                                  .message = S("Must be an object"),
		                                                  .value = body });
	}
	if (json_is(body, JSON_OBJECT) && x->bound->body &&
	    (r = schema_fill_defaults(x->bound->body, &x->arena, body, true)) < 0)
		return r;
	if (json_is(body, JSON_OBJECT) &&
	    ((r = fill_parents(x, body)) < 0 || (r = resource_fill_owner(x, change, body, true)) < 0))
		return r;
	resource_check_owner(x, change, body);
	if ((r = judge_rules(x, body)) < 0)
		return r;
	change->after = body;
	return resource_take_secrets(x, change);
}

/* A patch may not change what Statute or the path settles. */
static int check_read_only(struct exchange *x, struct change *change)
{
	struct str id_name = x->bound->kind == BINDING_ITEM ? x->bound->resource->collection.id_name
	                                                    : (struct str){ 0 };

	json_each(was, change->before) {
		const struct json *is = json_get(change->after, was->name);
		struct buf pointer;
		int r;

		if (is && json_equal(was, is))
			continue;
		if (id_name.len && str_eq(was->name, id_name)) {
			if ((r = differs(x, was->name, is)) < 0)
				return r;
			continue;
		}
		if (!resource_is_read_only(x, was->name))
			continue;
		FACT(SETS_READ_ONLY, true);
		buf_init(&pointer, &x->arena, 1 << 16);
		json_pointer_add(&pointer, was->name);
		r = resource_error(x, &(struct problem_error){ .field = was->name,
		                                               .pointer = buf_str(&pointer),
		                                               .code = S("READ_ONLY"),
		                                               .message = S("Is read-only"),
		                                               .value = is });
		if (r < 0)
			return r;
	}
	return 0;
}

static int understand_patch(struct exchange *x, struct change *change)
{
	struct str version = x->bound->resource->version_member;
	int r;

	FACT(SCHEMA_HOLDS, true);
	if ((r = resource_apply_patch(x, change)) < 0 || !change->after)
		return r;
	if (version.len && json_get(change->before, version)) {
		check_version(x, change->after);
		json_remove(change->before, version);
	}
	if (x->bound->resource->has_links)
		json_remove(change->after, S("_links"));
	if ((r = check_read_only(x, change)) < 0)
		return r;
	if ((r = resource_validate_patched(x, change)) < 0)
		return r;
	if ((r = settle_parents(x, change->after)) < 0 || (r = fill_parents(x, change->after)) < 0 ||
	    (r = resource_fill_owner(x, change, change->after, true)) < 0)
		return r;
	resource_check_owner(x, change, change->after);
	if ((r = judge_rules(x, change->after)) < 0)
		return r;
	return resource_take_secrets(x, change);
}

int resource_understand(struct exchange *x)
{
	struct change *change = change_of(x);
	int r;

	if (!change)
		return STATUTE_ENOMEM;
	x->problem.errors = NULL;
	x->problem.error_count = 0;
	change->after = NULL;
	if ((r = read_before(x, change)) < 0)
		return r == STATUTE_ENOMEM ? r : STATUTE_ESTORE;
	if (!x->body) /* the content did not parse, or none was announced */
		return 0;
	return x->request.method == METHOD_PATCH ? understand_patch(x, change) : understand_whole(x, change);
}
