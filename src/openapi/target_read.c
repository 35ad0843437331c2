/*
 * Reading where a client is sent from a document: see target.h. What would be sent wrong is an issue at
 * its place: a name that nothing here has, a host that a request could choose, a segment that a request
 * could turn into "..".
 */
#include "openapi/binder.h"
#include "openapi/template.h"

#define EXAMPLE "name a path, /orders, or a URL, https://shop.example/orders"

bool target_is_reference(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] <= ' ' || text.at[i] == 0x7F || text.at[i] == '<' || text.at[i] == '>' ||
		    text.at[i] == '"' || text.at[i] == '\\')
			return false;
	if (str_starts(text, S("/")))
		return !str_starts(text, S("//")); /* that would name a host, and looks as if it did not */
	return (str_starts(text, S("https://")) && text.len > 8 && text.at[8] != '/') ||
	       (str_starts(text, S("http://")) && text.len > 7 && text.at[7] != '/');
}

/* One target while it is read. */
struct reading {
	struct binder *binder;
	const struct path_item *path;
	const struct resource *resource; /* whose row is at hand; NULL: none */
	const struct json *value;
	const char *key; /* "redirect.to" */
};

static bool find_parameter(const struct path_item *path, struct str name, size_t *ret_index)
{
	struct str parameter;

	for (size_t i = 0; (parameter = template_parameter(path, i)).at; i++) {
		if (str_eq(parameter, name)) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

static bool is_id_name(const struct resource *resource, struct str name)
{
	const struct path_item *item = resource->item;

	return str_eq(name, resource->collection.id_name) ||
	       (item && str_eq(name, item->segments[item->segment_count - 1].parameter));
}

/* A member of any row: one that may be missing cannot stand in a path. */
static bool is_sure_member(const struct resource *resource, struct str name)
{
	const struct schema_member *member = schema_member(resource->schema, name);
	size_t index;

	return member && member->is_required && bind_member_find(resource, name, &index);
}

static bool find_value(const struct reading *reading, struct str name, struct target_piece *piece)
{
	if (find_parameter(reading->path, name, &piece->parameter))
		piece->source = TARGET_PARAMETER;
	else if (reading->resource && !reading->resource->collection.is_singleton &&
	         is_id_name(reading->resource, name))
		piece->source = TARGET_ID;
	else if (reading->resource && is_sure_member(reading->resource, name))
		piece->source = TARGET_MEMBER;
	else
		return false;
	piece->member = name;
	return true;
}

/* The names that could stand there, for a remedy. */
static const char *known_names(const struct reading *reading)
{
	struct str parameter;
	struct buf buf;

	buf_init(&buf, reading->binder->arena, 1 << 12);
	for (size_t i = 0; (parameter = template_parameter(reading->path, i)).at; i++)
		buf_printf(&buf, "%s{%.*s}", buf.len ? ", " : "", STR_ARG(parameter));
	if (reading->resource && !reading->resource->collection.is_singleton)
		buf_printf(&buf, "%s{%.*s}", buf.len ? ", " : "",
		           STR_ARG(reading->resource->collection.id_name));
	if (!buf.len)
		return "the path has no parameters: leave the braces out";
	return str_printf(reading->binder->arena, "%.*s can stand there", STR_ARG(buf_str(&buf))).at;
}

static void issue_name(const struct reading *reading, struct str name)
{
	const char *what = reading->resource ? "parameter of the path, and no id or required member of a row"
	                                     : "parameter of the path";

	issues_add(reading->binder->issues, reading->value->at, known_names(reading),
	           "'{%.*s}' in x-statute.%s is no %s", STR_ARG(name), reading->key, what);
}

static int add_piece(const struct reading *reading, struct target_part *part, const struct target_piece *piece)
{
	size_t size = part->count * sizeof(*piece);
	struct target_piece *pieces = arena_grow(reading->binder->arena, part->pieces, size, size + sizeof(*piece));

	if (!pieces)
		return STATUTE_ENOMEM;
	pieces[part->count++] = *piece;
	part->pieces = pieces;
	return 0;
}

static int read_part(const struct reading *reading, struct str text, struct target_part *part)
{
	while (text.len) {
		size_t open = str_find(text, '{'), end = open + str_find(str_sub(text, open, text.len), '}');
		struct target_piece piece = { .text = str_sub(text, 0, open) };
		struct str name = str_sub(text, open + 1, end - open - 1);
		int r;

		if (open < text.len && !find_value(reading, name, &piece)) {
			issue_name(reading, name);
			return 0;
		}
		if ((r = add_piece(reading, part, &piece)) < 0)
			return r;
		text = str_sub(text, open == text.len ? open : end + 1, text.len);
	}
	return 0;
}

/* Is the parameter a whole segment of the path? Then it is neither empty nor dots. */
static bool is_whole(const struct path_item *path, struct str name)
{
	for (size_t i = 0; i < path->segment_count; i++) {
		const struct path_segment *segment = &path->segments[i];

		if (str_eq(segment->parameter, name))
			return !segment->prefix.len && !segment->suffix.len && !segment->more;
	}
	return true;
}

/* RFC 3986 section 5.2.4: a segment of dots is taken away, and with ".." the one before it. */
static bool may_be_dots(const struct reading *reading, struct str segment)
{
	bool has_value = false, is_alone = str_starts(segment, S("{")) && str_find(segment, '}') + 1 == segment.len;

	if (is_alone)
		return !is_whole(reading->path, str_sub(segment, 1, segment.len - 2));
	for (size_t i = 0; i < segment.len; i++) {
		if (segment.at[i] == '{') {
			i += str_find(str_sub(segment, i, segment.len), '}');
			has_value = true;
		} else if (segment.at[i] != '.') {
			return false;
		}
	}
	return has_value;
}

static bool check_segments(const struct reading *reading, struct str path)
{
	struct str rest = path;

	while (rest.at) {
		struct str segment = str_cut(&rest, '/');

		if (!may_be_dots(reading, segment))
			continue;
		issues_add(reading->binder->issues, reading->value->at,
		           "give it a segment of its own, or a text beside it",
		           "a request could turn '%.*s' in x-statute.%s into a segment of dots", STR_ARG(segment),
		           reading->key);
		return false;
	}
	return true;
}

static bool has_fitting_braces(struct str text)
{
	bool is_open = false;

	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] != '{' && text.at[i] != '}')
			continue;
		if (is_open == (text.at[i] == '{') || (is_open && text.at[i - 1] == '{'))
			return false;
		is_open = !is_open;
	}
	return !is_open;
}

/* The length of a URL's scheme and host; 0 of a path. */
static size_t host_end(struct str text)
{
	size_t at = str_find(text, ':') + 3;

	if (str_starts(text, S("/")))
		return 0;
	while (at < text.len && text.at[at] != '/' && text.at[at] != '?' && text.at[at] != '#')
		at++;
	return at;
}

static bool has_brace(struct str text)
{
	return str_find(text, '{') < text.len;
}

static void issue(const struct reading *reading, const char *remedy, const char *what)
{
	issues_add(reading->binder->issues, reading->value->at, remedy, "x-statute.%s %s", reading->key, what);
}

static int read_reference(const struct reading *reading, struct target *target)
{
	struct str rest = target->text, path, query;
	size_t fragment = str_find(rest, '#');
	int r;

	target->fragment = str_sub(rest, fragment, rest.len);
	rest = str_sub(rest, 0, fragment);
	path = str_cut(&rest, '?');
	query = rest;
	target->is_path = str_starts(path, S("/"));
	target->own_query = query;
	if (!has_fitting_braces(path) || !has_fitting_braces(query))
		issue(reading, "write a name between '{' and '}'", "has braces that do not fit together");
	else if (has_brace(str_sub(path, 0, host_end(path))))
		issue(reading, "write the host out", "lets a request choose the host");
	else if (has_brace(target->fragment))
		issue(reading, "put the name into the path or the query", "has a name behind its '#'");
	else if (check_segments(reading, str_sub(path, host_end(path), path.len)) &&
	         ((r = read_part(reading, path, &target->path)) < 0 ||
	          (r = read_part(reading, query, &target->query)) < 0))
		return r;
	return 0;
}

int target_read(struct binder *binder, const struct path_item *path, const struct resource *resource,
                const struct json *value, const char *key, struct target *ret_target)
{
	struct target target = { .text = json_text(value) };
	const struct reading reading = {
		.binder = binder, .path = path, .resource = resource, .value = value, .key = key
	};
	int r;

	if (!json_is(value, JSON_STRING) || !target_is_reference(value->text)) {
		issue(&reading, EXAMPLE, "is no path and no URL");
		return 0;
	}
	if ((r = read_reference(&reading, &target)) < 0)
		return r;
	*ret_target = target;
	return 0;
}
