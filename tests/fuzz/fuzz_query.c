/*
 * Queries, read as the parameters of an operation. What was read without an error,
 * written in the style of its parameter and read again is the same. Second opinion: for
 * plain parameters the query is parted and decoded by hand. The first byte chooses an
 * operation of query.yaml.
 */
#include "fuzz/fuzz.h"
#include "message/uri.h"
#include "openapi/parameters.h"

static struct document *document;

static void load_once(void)
{
	static struct arena arena;

	if (document)
		return;
	arena_init(&arena, 1 << 16, 1 << 24);
	must(document_load(&arena, STATUTE_SOURCE_DIR "/tests/fuzz/query.yaml", &document) == 0);
}

static struct parameter_values read_query(struct arena *arena, const struct operation *operation,
                                          struct str query, bool is_strict)
{
	struct request request = { .method = METHOD_GET,
		                   .path = operation->path->template_text,
		                   .query = query };
	struct route_match match = { .path = operation->path };
	struct parameter_values values;

	must(parameters_read(operation, &match, &request, is_strict, arena, &values) == 0);
	return values;
}

/* Writing. */

static struct str text_of(const struct json *scalar)
{
	return scalar->type == JSON_TRUE ? S("true") : scalar->type == JSON_FALSE ? S("false") : scalar->text;
}

static void write_pair(struct buf *out, struct str name, struct str value)
{
	if (out->len)
		buf_add_char(out, '&');
	uri_encode(out, name);
	buf_add_char(out, '=');
	uri_encode(out, value);
}

/* Items, or names and values, in one text. */
static void write_joined(struct buf *out, const struct parameter *p, const struct json *value)
{
	struct str delimiter = p->style == STYLE_SPACE ? S("%20") : p->style == STYLE_PIPE ? S("|") : S(",");

	write_pair(out, p->name, S(""));
	json_each(part, value) {
		if (part != json_first(value))
			buf_add(out, delimiter);
		if (value->type == JSON_OBJECT) {
			uri_encode(out, part->name);
			buf_add(out, delimiter);
		}
		uri_encode(out, text_of(part));
	}
}

static void write_deep(struct buf *out, struct arena *arena, struct str name, const struct json *value)
{
	struct buf longer;
	size_t index = 0;

	if (value->type < JSON_ARRAY) {
		write_pair(out, name, text_of(value));
		return;
	}
	json_each(part, value) {
		buf_init(&longer, arena, 1 << 20);
		buf_add(&longer, name);
		buf_add_char(&longer, '[');
		if (value->type == JSON_ARRAY)
			buf_add_u64(&longer, index++);
		else
			buf_add(&longer, part->name);
		buf_add_char(&longer, ']');
		write_deep(out, arena, buf_str(&longer), part);
	}
}

/* Exploded: each part is a pair of its own. */
static void write_parts(struct buf *out, const struct parameter *p, const struct json *value)
{
	if (value->type == JSON_ARRAY && !value->count)
		write_pair(out, p->name, S(""));
	json_each(part, value) {
		struct str name = value->type == JSON_ARRAY ? p->name : part->name;

		if (part->type == JSON_ARRAY) {
			json_each(item, part)
				write_pair(out, name, text_of(item));
		} else {
			write_pair(out, name, text_of(part));
		}
	}
}

static void write_value(struct buf *out, struct arena *arena, const struct parameter *p,
                        const struct json *value)
{
	struct buf json;

	if (p->is_json) {
		buf_init(&json, arena, 1 << 20);
		json_write(&json, value);
		write_pair(out, p->name, buf_str(&json));
	} else if (p->style == STYLE_DEEP_OBJECT) {
		write_deep(out, arena, p->name, value);
	} else if (value->type < JSON_ARRAY) {
		write_pair(out, p->name, text_of(value));
	} else if (p->explodes) {
		write_parts(out, p, value);
	} else {
		write_joined(out, p, value);
	}
}

/* Can the styles write it? They know no null, and nothing empty within something. */
static bool is_writable(const struct json *value, bool is_inner)
{
	if (value->type == JSON_NULL || (is_inner && value->type >= JSON_ARRAY && !value->count))
		return false;
	json_each(part, value)
		if (!is_writable(part, true))
			return false;
	return true;
}

static void read_again(struct arena *arena, const struct operation *operation,
                       const struct parameter_values *values)
{
	struct parameter_values again;
	struct buf query;

	buf_init(&query, arena, 1 << 20);
	for (size_t i = 0; i < operation->parameter_count; i++) {
		const struct parameter *p = &operation->parameters[i];

		if (!values->values[i])
			continue;
		if (!p->is_json && (!is_writable(values->values[i], p->style == STYLE_DEEP_OBJECT)))
			return;
		write_value(&query, arena, p, values->values[i]);
	}
	must(!query.failed);
	again = read_query(arena, operation, buf_str(&query), false);
	must(again.error_count == 0);
	for (size_t i = 0; i < operation->parameter_count; i++)
		must(values->values[i] ? again.values[i] && json_equal(values->values[i], again.values[i])
		                       : !again.values[i]);
}

/* By hand: the values of `s` and `tags` in /plain. */
static void part_by_hand(struct arena *arena, struct str query, const struct parameter_values *values)
{
	const struct json *text = values->values[0], *tag = json_first(values->values[1]);
	size_t texts = 0, tags = 0;
	struct str lone = { 0 };

	for (struct str rest = query; rest.at;) {
		struct str pair = str_cut(&rest, '&'), value = pair, name = str_cut(&value, '=');

		name = uri_decode(arena, name, true);
		value = uri_decode(arena, value, true);
		if (str_eq(name, S("s"))) {
			texts++;
			must(str_eq(json_text(text), value));
		} else if (str_eq(name, S("tags"))) {
			lone = value;
			if (tags++ || value.len || tag) {
				must(tag && str_eq(json_text(tag), value));
				tag = tag->next;
			}
		}
	}
	must(texts == (text ? 1 : 0) && !tag && (!tags == !values->values[1]) && (!lone.len || tags));
}

static void check_texts(const struct json *value)
{
	must(str_is_utf8(value->name) && (value->type != JSON_STRING || str_is_utf8(value->text)));
	json_each(part, value)
		check_texts(part);
}

static void check(struct arena *arena, const struct operation *operation, struct str query)
{
	struct parameter_values strict = read_query(arena, operation, query, true);
	struct parameter_values values = read_query(arena, operation, query, false);

	must(strict.error_count >= values.error_count);
	for (size_t i = 0; i < values.error_count; i++)
		must(values.errors[i].message.len && values.errors[i].code.len);
	for (size_t i = 0; i < operation->parameter_count; i++)
		if (values.values[i])
			check_texts(values.values[i]);
	if (values.error_count)
		return;
	read_again(arena, operation, &values);
	if (operation == document->operations[0])
		part_by_hand(arena, query, &values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct str query;
	unsigned choice;

	load_once();
	choice = fuzz_choice(&data, &size) % (unsigned)document->operation_count;
	if (size > 8192)
		return 0;
	query = fuzz_text(data, size);
	arena_init(&arena, 4096, 64 << 20);
	check(&arena, document->operations[choice], query);
	arena_done(&arena);
	fuzz_free(query);
	return 0;
}
