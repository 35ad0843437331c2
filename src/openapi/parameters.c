/*
 * The parameters of a request: see parameters.h.
 *
 * Texts become values in the first way that the schema accepts, and what none
 * accepts goes on as a string, so that the schema itself says what is wrong.
 */
#include "openapi/parameters.h"

#include "base/map.h"
#include "message/uri.h"
#include "openapi/reading.h"
#include "openapi/template.h"

enum { ERRORS_MAX = 200, JSON_TEXT_DEPTH = 32, JSON_TEXT_NODES = 10000 };

struct reader {
	const struct operation *operation;
	const struct route_match *match;
	const struct request *request;
	struct arena *arena;
	struct text_pairs query, cookies;
	struct parameter_values *values;
	size_t error_cap;
	bool has_too_many; /* pairs: those past the maximum were not read */
};

/* Errors. */

static const char *const place_names[] = {
	[IN_PATH] = "path",
	[IN_QUERY] = "query",
	[IN_HEADER] = "header",
	[IN_COOKIE] = "cookie",
};

static int add_error(struct reader *r, const struct parameter_error *error)
{
	struct parameter_values *values = r->values;
	size_t cap = r->error_cap ? r->error_cap * 2 : 8;
	struct parameter_error *list;

	if (values->error_count == ERRORS_MAX)
		return 0;
	if (values->error_count == r->error_cap) {
		list = arena_grow(r->arena, values->errors, r->error_cap * sizeof(*list),
		                  cap * sizeof(*list));
		if (!list)
			return STATUTE_ENOMEM;
		values->errors = list;
		r->error_cap = cap;
	}
	values->errors[values->error_count++] = *error;
	return 0;
}

/* `value` may be NULL. */
static int fail(struct reader *r, const struct parameter *p, struct str code, struct str message,
                const struct json *value)
{
	const struct parameter_error error = {
		.in = place_names[p->in],
		.name = p->name,
		.code = code,
		.message = message,
		.value = value,
	};

	if (p->in == IN_PATH)
		r->values->path_is_valid = false;
	return message.at ? add_error(r, &error) : STATUTE_ENOMEM;
}

/* "filter.color", "ids[0]": the parameter and the place within its value. */
static struct str full_name(struct arena *arena, struct str name, struct str field)
{
	if (!field.len)
		return name;
	return str_printf(arena, "%.*s%s%.*s", STR_ARG(name), field.at[0] == '[' ? "" : ".", STR_ARG(field));
}

static int validate(struct reader *r, const struct parameter *p, const struct json *value)
{
	struct schema_errors errors = { 0 };
	int result = p->schema ? schema_validate(p->schema, value, SCHEMA_NEUTRAL, r->arena, &errors) : 0;

	if (result == STATUTE_ENOMEM)
		return result;
	for (size_t i = 0; i < errors.count; i++) {
		const struct schema_error *e = &errors.list[i];
		struct parameter named = *p;

		named.name = full_name(r->arena, p->name, e->field);
		if (!named.name.at)
			return STATUTE_ENOMEM;
		if ((result = fail(r, &named, e->code, e->message, e->value)) < 0)
			return result;
	}
	return 0;
}

/* The texts of a request. */

static int add_pair(struct reader *r, struct text_pairs *pairs, struct str name, struct str value)
{
	size_t cap = pairs->cap ? pairs->cap * 2 : 8;

	if (pairs->count == READING_PAIRS_MAX) {
		r->has_too_many = true;
		return 0;
	}
	if (name.len && !name.at)
		return STATUTE_ENOMEM;
	if (pairs->count == pairs->cap) {
		struct text_pair *list = arena_grow(r->arena, pairs->list, pairs->cap * sizeof(*list),
		                                    cap * sizeof(*list));

		if (!list)
			return STATUTE_ENOMEM;
		pairs->list = list;
		pairs->cap = cap;
	}
	pairs->list[pairs->count++] = (struct text_pair){ .name = name, .value = value };
	return 0;
}

static int read_query(struct reader *r)
{
	struct str rest = r->request->query, name, value;
	int result = 0;

	while (result == 0 && query_next(&rest, &name, &value))
		result = add_pair(r, &r->query, uri_decode(r->arena, name, true), value);
	return result;
}

/* Cookie: a=1; b=2 (RFC 6265 section 4.2.1), of every line. */
static int read_cookies(struct reader *r)
{
	int result = 0;

	for (size_t i = 0; i < r->request->field_count; i++) {
		struct str rest = r->request->fields[i].value;

		if (!str_eq_nocase(r->request->fields[i].name, S("Cookie")))
			continue;
		while (result == 0 && rest.at) {
			struct str value = str_trim(str_cut(&rest, ';')), name = str_cut(&value, '=');

			if (name.len)
				result = add_pair(r, &r->cookies, name, value);
		}
	}
	return result;
}

/* All values of a name; marks them used. */
static int values_of_pairs(struct reader *r, struct text_pairs *pairs, struct str name,
                           struct reading *reading)
{
	size_t count = 0;

	reading->pairs = pairs;
	for (size_t i = 0; i < pairs->count; i++)
		count += str_eq(pairs->list[i].name, name);
	if (!count)
		return 0;
	if (!(reading->values = arena_array(r->arena, count, sizeof(*reading->values))))
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < pairs->count; i++) {
		struct text_pair *pair = &pairs->list[i];

		if (!str_eq(pair->name, name))
			continue;
		pair->is_used = true;
		reading->values[reading->count++] = pair->value.at ? pair->value : S("");
	}
	return 0;
}

/* The lines of a header field, joined as RFC 9110 section 5.3 joins them. */
static int value_of_header(struct reader *r, struct str name, struct reading *reading)
{
	struct buf joined;
	size_t lines = 0;

	buf_init(&joined, r->arena, 1 << 20);
	for (size_t i = 0; i < r->request->field_count; i++) {
		if (!str_eq_nocase(r->request->fields[i].name, name))
			continue;
		if (lines++)
			buf_lit(&joined, ", ");
		buf_add(&joined, r->request->fields[i].value);
	}
	if (!lines)
		return 0;
	if (joined.failed || !(reading->values = arena_new(r->arena, struct str)))
		return STATUTE_ENOMEM;
	reading->values[0] = joined.len ? buf_str(&joined) : S("");
	reading->count = 1;
	return 0;
}

static int value_of_path(struct reader *r, struct str name, struct reading *reading)
{
	const struct path_item *path = r->match->path;

	for (size_t i = 0; i < path->parameter_count; i++) {
		if (!str_eq(template_parameter(path, i), name))
			continue;
		if (!(reading->values = arena_new(r->arena, struct str)))
			return STATUTE_ENOMEM;
		reading->values[0] = r->match->raw[i];
		reading->count = 1;
	}
	return 0;
}

static int find_texts(struct reader *r, const struct parameter *p, struct reading *reading)
{
	switch (p->in) {
	case IN_PATH: return value_of_path(r, p->name, reading);
	case IN_HEADER: return value_of_header(r, p->name, reading);
	case IN_COOKIE: return values_of_pairs(r, &r->cookies, p->name, reading);
	default: return values_of_pairs(r, &r->query, p->name, reading);
	}
}

/* Values. */

enum { CANDIDATES_MAX = 6 };

struct candidates {
	struct json *list[CANDIDATES_MAX];
	size_t count;
};

static void offer(struct candidates *candidates, struct json *value)
{
	if (value)
		candidates->list[candidates->count++] = value;
}

static void offer_scalar(struct reading *reading, struct typed typed, struct candidates *candidates)
{
	struct str raw;

	if (reading_text(reading, &raw))
		offer(candidates, reading_scalar(reading, typed, raw, false));
}

/* Everything that the texts may mean, the likeliest first. */
static void find_candidates(struct reading *reading, struct typed typed, struct candidates *candidates)
{
	unsigned containers = SCHEMA_TYPE_ARRAY | SCHEMA_TYPE_OBJECT;
	bool may_be_array = (typed.types & SCHEMA_TYPE_ARRAY) != 0,
	     may_be_object = (typed.types & SCHEMA_TYPE_OBJECT) != 0;

	if (!typed_is_only(typed, containers))
		offer_scalar(reading, typed, candidates);
	if (may_be_array)
		offer(candidates, reading_array(reading, typed, false));
	if (may_be_object)
		offer(candidates, reading_object(reading, typed, false));
	if (may_be_array && candidates->count > 1)
		offer(candidates, reading_array(reading, typed, true));
	if (may_be_object && candidates->count > 1)
		offer(candidates, reading_object(reading, typed, true));
	if (!candidates->count &&
	    reading->count == 1) /* not of its style: validation says what it should be */
		offer(candidates, reading_scalar(reading, (struct typed){ .types = SCHEMA_TYPE_STRING },
		                                 reading->values[0], false));
}

static struct json *choose(const struct candidates *candidates, const struct schema *schema,
                           struct arena *arena)
{
	for (size_t i = 0; candidates->count > 1 && schema && i < candidates->count; i++)
		if (schema_validate(schema, candidates->list[i], SCHEMA_NEUTRAL, arena, NULL) == 0)
			return candidates->list[i];
	return candidates->count ? candidates->list[0] : NULL;
}

/* `?flag`: true for a boolean, "" for a string, null for everything else; not validated. */
static struct json *empty_value(struct arena *arena, struct typed typed)
{
	if (typed.types & SCHEMA_TYPE_STRING)
		return json_new_string(arena, S(""));
	return json_new(arena, typed.types & SCHEMA_TYPE_BOOLEAN ? JSON_TRUE : JSON_NULL);
}

/* Is one text allowed only, and several came? */
static bool is_repeated(const struct reading *reading, struct typed typed)
{
	const struct parameter *p = reading->parameter;
	bool takes_many = (typed.types & SCHEMA_TYPE_ARRAY) && p->explodes && !p->is_json;

	return reading->count > 1 && !takes_many;
}

static int parse_content(struct reader *r, const struct parameter *p, struct reading *reading,
                         struct json **ret_value)
{
	const struct json_limits limits = { .depth = JSON_TEXT_DEPTH, .nodes = JSON_TEXT_NODES };
	struct str text = reading_decode(reading, reading->values[0]);
	struct json_fault fault;
	int result;

	if (reading->failure || reading->is_not_utf8)
		return reading->failure;
	result = json_parse(r->arena, text, &limits, ret_value, &fault);
	if (result == 0 || result == STATUTE_ENOMEM)
		return result;
	return fail(r, p, S("FORMAT"),
	            str_printf(r->arena, "Must be JSON: %s at character %zu", fault.issue, fault.at + 1),
	            json_new_string(r->arena, text));
}

/* The value, NULL where there is none or an error was added. *ret_is_checked: it needs no validation. */
static int read_value(struct reader *r, const struct parameter *p, struct reading *reading,
                      struct json **ret_value, bool *ret_is_checked)
{
	struct typed typed = typed_schema(p->schema);
	struct candidates candidates = { .count = 0 };

	if (p->style == STYLE_DEEP_OBJECT && p->in == IN_QUERY && (*ret_value = reading_deep(reading, typed)))
		return reading->failure;
	if (is_repeated(reading, typed))
		return fail(r, p, S("DUPLICATE"), S("Must be given once only"), NULL);
	if (reading->count == 1 && p->allows_empty && !reading->values[0].len) {
		*ret_is_checked = true;
		return (*ret_value = empty_value(r->arena, typed)) ? 0 : STATUTE_ENOMEM;
	}
	if (p->is_json)
		return reading->count ? parse_content(r, p, reading, ret_value) : 0;
	find_candidates(reading, typed, &candidates);
	*ret_value = choose(&candidates, p->schema, r->arena);
	return reading->failure;
}

static int use_default(struct reader *r, const struct parameter *p, struct json **ret_value)
{
	const struct json *value = p->schema ? json_get(schema_node(p->schema), S("default")) : NULL;

	if (p->is_required)
		return fail(r, p, S("REQUIRED"), S("Is required"), NULL);
	if (!value)
		return 0;
	return (*ret_value = json_copy(r->arena, value)) ? 0 : STATUTE_ENOMEM;
}

static int read_parameter(struct reader *r, const struct parameter *p, struct json **ret_value)
{
	struct reading reading = { .arena = r->arena, .operation = r->operation, .parameter = p };
	size_t errors = r->values->error_count;
	bool is_checked = false;
	struct json *value = NULL;
	int result;

	if (parameter_is_idempotency_key(p, r->operation->method))
		return 0;
	if ((result = find_texts(r, p, &reading)) < 0 ||
	    (result = read_value(r, p, &reading, &value, &is_checked)) < 0)
		return result;
	if (reading.is_not_utf8)
		return fail(r, p, S("FORMAT"), S("Must be text in UTF-8"), NULL);
	if (reading.is_duplicate)
		return fail(r, p, S("DUPLICATE"), S("Has a member that is given more than once"), NULL);
	if (r->values->error_count > errors)
		return 0;
	if (!value)
		return use_default(r, p, ret_value);
	*ret_value = value;
	if (!is_checked && (result = validate(r, p, value)) < 0)
		return result;
	if (value->type == JSON_OBJECT && p->schema)
		return schema_fill_defaults(p->schema, r->arena, value, false);
	return 0;
}

/* Strict mode: each name that no parameter took, once. */
static int refuse_unknown(struct reader *r)
{
	struct map seen;
	int result = 0;

	map_init(&seen, r->arena);
	for (size_t i = 0; i < r->query.count && result == 0; i++) {
		const struct text_pair *pair = &r->query.list[i];
		struct parameter unknown = { .name = pair->name, .in = IN_QUERY };
		void **place;

		if (pair->is_used || !str_is_utf8(pair->name))
			continue;
		if (!(place = map_put(&seen, pair->name)))
			return STATUTE_ENOMEM;
		if (!*place)
			result = fail(r, &unknown, S("UNKNOWN_PARAMETER"),
			              S("Is not a parameter of this operation"), NULL);
		*place = r;
	}
	return result;
}

bool parameter_is_idempotency_key(const struct parameter *parameter, enum method method)
{
	return parameter->in == IN_HEADER && (method == METHOD_POST || method == METHOD_PATCH) &&
	       str_eq_nocase(parameter->name, S("Idempotency-Key"));
}

static int read_all(struct reader *r, bool is_strict)
{
	const struct operation *operation = r->operation;
	struct parameter_values *values = r->values;
	int result;

	values->values = arena_array(r->arena, operation->parameter_count, sizeof(*values->values));
	if (!values->values)
		return STATUTE_ENOMEM;
	if ((result = read_query(r)) < 0 || (result = read_cookies(r)) < 0)
		return result;
	for (size_t i = 0; i < operation->parameter_count; i++)
		if ((result = read_parameter(r, &operation->parameters[i], &values->values[i])) < 0)
			return result;
	if (r->has_too_many) {
		struct parameter whole = { .name = S(""), .in = IN_QUERY };

		if ((result = fail(r, &whole, S("MAX_ITEMS"), S("Must be at most 1000 names and values"),
		                   NULL)) < 0)
			return result;
	}
	return is_strict ? refuse_unknown(r) : 0;
}

int parameters_read(const struct operation *operation, const struct route_match *match,
                    const struct request *request, bool is_strict, struct arena *arena,
                    struct parameter_values *ret_values)
{
	struct parameter_values values = { .path_is_valid = true };
	struct reader reader = {
		.operation = operation,
		.match = match,
		.request = request,
		.arena = arena,
		.values = &values,
	};
	int r = read_all(&reader, is_strict);

	if (r == 0)
		*ret_values = values;
	return r;
}
