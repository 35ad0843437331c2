/*
 * The styles: how an array or an object is written in a path, a query, a header
 * or a cookie (OpenAPI 3.1.1, section 4.8.12.6; RFC 6570). See reading.h.
 *
 * Texts are cut before they are decoded, so that an encoded delimiter is data.
 */
#include "openapi/reading.h"

/* What separates the parts of one text. */
struct cutter {
	struct str rest;
	enum parameter_style style;
	char delimiter;
};

/* The length of the delimiter at `at`, or 0: a space and a pipe also come encoded. */
static size_t delimiter_at(const struct cutter *cutter, size_t at)
{
	struct str rest = str_sub(cutter->rest, at, cutter->rest.len);
	char c = rest.at[0];

	if (cutter->style == STYLE_SPACE) {
		if (c == ' ' || c == '+')
			return 1;
		return str_starts(rest, S("%20")) ? 3 : 0;
	}
	if (cutter->style == STYLE_PIPE && (str_starts(rest, S("%7C")) || str_starts(rest, S("%7c"))))
		return 3;
	return c == cutter->delimiter ? 1 : 0;
}

static bool next_part(struct cutter *cutter, struct str *ret_part)
{
	size_t len = 0, delimiter = 0;

	if (!cutter->rest.at)
		return false;
	while (len < cutter->rest.len && !(delimiter = delimiter_at(cutter, len)))
		len++;
	*ret_part = str_sub(cutter->rest, 0, len);
	cutter->rest = delimiter ? str_sub(cutter->rest, len + delimiter, cutter->rest.len)
	                         : (struct str){ 0 };
	if (delimiter && !cutter->rest.at)
		cutter->rest = S("");
	return true;
}

static struct cutter cut_by(const struct reading *r, struct str text)
{
	static const char delimiters[] = {
		[STYLE_SIMPLE] = ',', [STYLE_LABEL] = ',', [STYLE_MATRIX] = ',',      [STYLE_FORM] = ',',
		[STYLE_SPACE] = ' ',  [STYLE_PIPE] = '|',  [STYLE_DEEP_OBJECT] = ',',
	};
	const struct parameter *p = r->parameter;
	struct cutter cutter = { .rest = text, .style = p->style, .delimiter = delimiters[p->style] };

	if (p->explodes && p->style == STYLE_LABEL)
		cutter.delimiter = '.';
	if (p->explodes && p->style == STYLE_MATRIX)
		cutter.delimiter = ';';
	return cutter;
}

static struct str trimmed(const struct reading *r, struct str part)
{
	return r->parameter->in == IN_HEADER ? str_trim(part) : part;
}

/* "name=value" of a matrix: the value, which ends where another name begins; false where it is another name. */
static bool cut_name(const struct reading *r, struct str *part)
{
	struct str whole = *part, rest = str_cut(&whole, ';'), name = str_cut(&rest, '=');

	if (!str_eq(name, r->parameter->name))
		return false;
	*part = rest.at ? rest : S("");
	return true;
}

/*
 * The text behind what the style begins with: '.', or ';' (and "name=" where `is_named`).
 * False where it does not begin so, or where there is not exactly one text.
 */
static bool one_text(const struct reading *r, bool is_named, struct str *ret_text)
{
	struct str text;

	if (r->count != 1)
		return false;
	text = r->values[0].at ? r->values[0] : S("");
	if (r->parameter->style == STYLE_LABEL || r->parameter->style == STYLE_MATRIX) {
		if (!text.len || text.at[0] != (r->parameter->style == STYLE_LABEL ? '.' : ';'))
			return false;
		text = text.len > 1 ? str_sub(text, 1, text.len) : S("");
	}
	if (is_named && r->parameter->style == STYLE_MATRIX && !cut_name(r, &text))
		return false;
	*ret_text = text;
	return true;
}

bool reading_text(const struct reading *reading, struct str *ret_raw)
{
	return one_text(reading, true, ret_raw);
}

/* Are the items of an array texts of their own (a=1&a=2)? */
static bool has_own_texts(const struct parameter *p)
{
	return p->explodes && (p->in == IN_QUERY || p->in == IN_COOKIE);
}

static int append(struct reading *r, struct json *array, struct typed items, struct str raw, bool guesses)
{
	int result = json_append(array, reading_scalar(r, items, raw, guesses));

	if (result < 0)
		r->failure = result;
	return result;
}

/* Every text is an item; one empty text is the empty array. */
static struct json *array_of_texts(struct reading *r, struct typed items, bool guesses)
{
	struct json *array = reading_new(r, JSON_ARRAY);

	if (!array || (r->count == 1 && !r->values[0].len))
		return array;
	for (size_t i = 0; i < r->count; i++)
		if (append(r, array, items, r->values[i], guesses) < 0)
			return NULL;
	return array;
}

struct json *reading_array(struct reading *reading, struct typed typed, bool guesses)
{
	struct typed items = typed_items(typed.schema);
	bool is_matrix = reading->parameter->style == STYLE_MATRIX && reading->parameter->explodes;
	struct cutter cutter;
	struct json *array;
	struct str text;

	if (has_own_texts(reading->parameter))
		return reading->count ? array_of_texts(reading, items, guesses) : NULL;
	if (!one_text(reading, !is_matrix, &text) || !(array = reading_new(reading, JSON_ARRAY)))
		return NULL;
	if (!trimmed(reading, text).len)
		return array;
	cutter = cut_by(reading, text);
	while (next_part(&cutter, &text)) {
		text = trimmed(reading, text);
		if (is_matrix && !cut_name(reading, &text))
			return NULL;
		if (append(reading, array, items, text, guesses) < 0)
			return NULL;
	}
	return array;
}

/* Objects. */

static int put_member(struct reading *r, struct json *object, const struct schema *schema, struct str name,
                      struct str raw, bool guesses)
{
	struct json *old = json_get(object, name), *value;
	struct typed typed = typed_member(schema, name);
	bool is_array = typed_is_only(typed, SCHEMA_TYPE_ARRAY);
	int result;

	if (!str_is_utf8(name)) {
		r->is_not_utf8 = true;
		return 0;
	}
	if (old && !is_array) {
		r->is_duplicate = true;
		return 0;
	}
	value = is_array ? reading_new(r, JSON_ARRAY) : reading_scalar(r, typed, raw, guesses);
	result = old ? 0 : json_set(r->arena, object, name, value);
	if (result == 0 && is_array)
		result = append(r, old ? old : value, typed_items(typed.schema), raw, guesses);
	if (result < 0)
		r->failure = result;
	return result;
}

/* An object whose members are texts of their own. */
static struct json *object_of_members(struct reading *r, const struct schema *schema,
                                      struct text_pair **members, size_t count, bool guesses)
{
	struct json *object = reading_new(r, JSON_OBJECT);

	for (size_t i = 0; object && i < count; i++)
		if (put_member(r, object, schema, members[i]->name, members[i]->value, guesses) < 0)
			return NULL;
	return object;
}

/* "R=100,G=200" where exploded, else "R,100,G,200"; NULL where a part has no value. */
static struct json *object_of_text(struct reading *r, const struct schema *schema, struct str text,
                                   bool guesses)
{
	struct cutter cutter = cut_by(r, text);
	struct json *object = reading_new(r, JSON_OBJECT);
	struct str name, value;

	if (!object || !trimmed(r, text).len)
		return object;
	while (next_part(&cutter, &name)) {
		if (r->parameter->explodes) {
			value = name;
			name = str_cut(&value, '=');
			if (!value.at)
				return NULL;
		} else if (!next_part(&cutter, &value)) {
			return NULL;
		}
		name = reading_decode(r, trimmed(r, name));
		if (put_member(r, object, schema, name, trimmed(r, value), guesses) < 0)
			return NULL;
	}
	return object;
}

struct json *reading_object(struct reading *reading, struct typed typed, bool guesses)
{
	struct text_pair **members;
	struct str text;
	size_t count;

	if (has_own_texts(reading->parameter)) {
		count = reading_exploded_members(reading, typed, &members);
		return count ? object_of_members(reading, typed.schema, members, count, guesses) : NULL;
	}
	if (!one_text(reading, !reading->parameter->explodes, &text))
		return NULL;
	return object_of_text(reading, typed.schema, text, guesses);
}

/* Is it the name of another parameter of the same place, or a key within one? */
static bool is_taken(const struct reading *r, struct str name)
{
	struct str head = str_sub(name, 0, str_find(name, '['));

	for (size_t i = 0; i < r->operation->parameter_count; i++) {
		const struct parameter *p = &r->operation->parameters[i];

		if (p == r->parameter || p->in != r->parameter->in)
			continue;
		if (str_eq(p->name, name) || (p->style == STYLE_DEEP_OBJECT && str_eq(p->name, head)))
			return true;
	}
	return false;
}

/* Does the schema say that members may come which it does not declare? */
static bool is_open(const struct schema *schema)
{
	const struct schema_member *members;
	const struct json *additional = schema ? json_get(schema_node(schema), S("additionalProperties"))
	                                       : NULL;

	if (additional)
		return !json_is(additional, JSON_FALSE);
	return schema && schema_members(schema, &members) == 0;
}

size_t reading_exploded_members(struct reading *reading, struct typed typed, struct text_pair ***ret_members)
{
	const struct schema *schema = typed.schema;
	bool takes_any = typed_is_only(typed, SCHEMA_TYPE_OBJECT) && is_open(schema);
	struct text_pair **members = arena_array(reading->arena, reading->pairs->count, sizeof(*members));
	size_t count = 0;

	if (!members) {
		reading->failure = STATUTE_ENOMEM;
		return 0;
	}
	for (size_t i = 0; schema && i < reading->pairs->count; i++) {
		struct text_pair *pair = &reading->pairs->list[i];

		if (!schema_member(schema, pair->name) && !takes_any)
			continue;
		if (is_taken(reading, pair->name))
			continue;
		pair->is_used = true;
		members[count++] = pair;
	}
	*ret_members = members;
	return count;
}
