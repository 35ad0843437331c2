/*
 * Paths and operations: see model.h.
 *
 * A path item may be a $ref with fields of its own beside it: its own field wins,
 * else the target's counts (OpenAPI 3.1.1, section 4.8.9.1 leaves that open).
 */
#include "openapi/model.h"

#include <stdlib.h>

#include "openapi/template.h"

/* A path item as its own object and the one that its $ref leads to. */
struct item_parts {
	struct place own, target;
};

static struct place pick(const struct item_parts *parts, struct str name)
{
	const struct json *node = json_get(parts->own.node, name);

	if (node)
		return (struct place){ .node = node, .base = parts->own.base };
	return (struct place){ .node = json_get(parts->target.node, name), .base = parts->target.base };
}

/* Parameters. */

struct parameter_list {
	struct parameter *at;
	size_t count;
};

static struct parameter *find_parameter(const struct parameter_list *list, enum parameter_in in,
                                        struct str name)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct parameter *p = &list->at[i];
		bool is_same = p->in == IN_HEADER ? str_eq_nocase(p->name, name) : str_eq(p->name, name);

		if (p->in == in && is_same)
			return &list->at[i];
	}
	return NULL;
}

/* Header parameters of these names are described elsewhere in a document: ignored (section 4.8.12.2.1). */
static bool is_reserved_header(const struct parameter *p)
{
	return p->in == IN_HEADER &&
	       (str_eq_nocase(p->name, S("Accept")) || str_eq_nocase(p->name, S("Content-Type")) ||
	        str_eq_nocase(p->name, S("Authorization")));
}

static bool is_in_template(const struct path_item *path, struct str name)
{
	for (size_t i = 0; i < path->parameter_count; i++)
		if (str_eq(template_parameter(path, i), name))
			return true;
	return false;
}

/* Reads a `parameters` array into `list`, which has room; a later one replaces an earlier of its name. */
static int read_parameters(struct loader *loader, const struct path_item *path, struct place array,
                           struct parameter_list *list)
{
	int r;

	json_each(item, array.node) {
		struct place place = model_follow(loader, item, array.base);
		struct parameter parameter, *old;

		if (!json_get_text(place.node, S("name")).at || !json_get_text(place.node, S("in")).at)
			continue;
		if ((r = model_parameter(loader, place, &parameter)) < 0)
			return r;
		if (is_reserved_header(&parameter))
			continue;
		if (parameter.in == IN_PATH && !is_in_template(path, parameter.name)) {
			issues_warn(&loader->document.issues, item->at, NULL,
			            "the path has no {%.*s}: the parameter is ignored",
			            STR_ARG(parameter.name));
			continue;
		}
		if ((old = find_parameter(list, parameter.in, parameter.name)))
			*old = parameter;
		else
			list->at[list->count++] = parameter;
	}
	return 0;
}

static size_t count_of(const struct json *array)
{
	return json_is(array, JSON_ARRAY) ? array->count : 0;
}

/* The path item's parameters, then those of `own`. */
static int join_parameters(struct loader *loader, const struct path_item *path,
                           const struct parameter_list *shared, struct place own,
                           struct parameter_list *ret_list)
{
	struct parameter_list list = { .count = shared->count };
	size_t room = shared->count + count_of(own.node);
	int r;

	if (!(list.at = arena_array(loader->document.arena, room, sizeof(*list.at))))
		return STATUTE_ENOMEM;
	if (shared->count)
		memcpy(list.at, shared->at, shared->count * sizeof(*list.at));
	if ((r = read_parameters(loader, path, own, &list)) < 0)
		return r;
	*ret_list = list;
	return 0;
}

/* Operations. */

static int read_operation(struct loader *loader, struct path_item *path, struct place place,
                          enum method method, const struct parameter_list *shared)
{
	struct document *document = &loader->document;
	struct operation *op = arena_new(document->arena, struct operation);
	const struct json *node = place.node, *body = json_get(node, S("requestBody"));
	struct place own = { .node = json_get(node, S("parameters")), .base = place.base };
	struct parameter_list list;
	int r;

	if (!op)
		return STATUTE_ENOMEM;
	*op = (struct operation){
		.method = method, .path = path, .node = node, .base = place.base, .at = node->at
	};
	op->id = json_get_text(node, S("operationId"));
	op->summary = json_get_text(node, S("summary"));
	op->is_deprecated = json_is_true(json_get(node, S("deprecated")));
	op->security = json_get(node, S("security"));
	if (!op->security)
		op->security = json_get(document->root, S("security"));
	op->extension = json_get(node, S("x-statute"));
	if ((r = join_parameters(loader, path, shared, own, &list)) < 0)
		return r;
	op->parameters = list.at;
	op->parameter_count = list.count;
	if ((r = model_body(loader, model_follow(loader, body, place.base), &op->body)) < 0)
		return r;
	path->operations[method] = op;
	return model_responses(loader, json_get(node, S("responses")), place.base, op);
}

/* The methods in the order in which the document has them. */
static int read_operations(struct loader *loader, struct path_item *path, const struct item_parts *parts,
                           const struct parameter_list *shared)
{
	static const struct {
		struct str name;
		enum method method;
	} methods[] = {
		{ STR_INIT("get"), METHOD_GET },         { STR_INIT("put"), METHOD_PUT },
		{ STR_INIT("post"), METHOD_POST },       { STR_INIT("delete"), METHOD_DELETE },
		{ STR_INIT("head"), METHOD_HEAD },       { STR_INIT("patch"), METHOD_PATCH },
		{ STR_INIT("options"), METHOD_OPTIONS }, { STR_INIT("trace"), METHOD_TRACE },
	};
	int r;

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		struct place place = pick(parts, methods[i].name);

		if (!json_is(place.node, JSON_OBJECT))
			continue;
		if ((r = read_operation(loader, path, place, methods[i].method, shared)) < 0)
			return r;
	}
	return 0;
}

/* One warning for each {parameter} that some operation does not declare. */
static void warn_undeclared(struct loader *loader, const struct path_item *path)
{
	for (size_t i = 0; i < path->parameter_count; i++) {
		struct str name = template_parameter(path, i);

		for (size_t method = 0; method < METHOD_COUNT; method++) {
			const struct operation *op = path->operations[method];
			struct parameter_list list = { 0 };

			if (!op)
				continue;
			list = (struct parameter_list){ .at = op->parameters, .count = op->parameter_count };
			if (find_parameter(&list, IN_PATH, name))
				continue;
			issues_warn(&loader->document.issues, op->at, "declare it with 'in: path'",
			            "the path parameter '%.*s' of %.*s is not declared: any text will do",
			            STR_ARG(name), STR_ARG(path->template_text));
			break;
		}
	}
}

/* Paths. */

static int read_template(struct loader *loader, const struct json *member, struct path_item *path)
{
	struct issues *issues = &loader->document.issues;
	const char *issue = NULL;
	int r;

	path->template_text = member->name;
	r = template_parse(loader->document.arena, path, &issue);
	if (r == STATUTE_ESYNTAX && str_starts(member->name, S("/"))) /* else reported by the rules */
		issues_add(issues, member->name_at, NULL, "the path '%.*s' is malformed: %s",
		           STR_ARG(member->name), issue);
	else if (r == 0 && (str_find(member->name, '?') < member->name.len ||
	                    str_find(member->name, '#') < member->name.len))
		issues_warn(issues, member->name_at, NULL,
		            "no request can match '%.*s': a path ends before '?' or '#'",
		            STR_ARG(member->name));
	return r;
}

static int read_path(struct loader *loader, const struct json *member, struct str base,
                     struct path_item *path)
{
	struct item_parts parts = { .own = { member, base }, .target = model_follow(loader, member, base) };
	struct parameter_list shared = { 0 };
	struct place array;
	int r;

	path->node = parts.target.node ? parts.target.node : member;
	path->base = parts.target.node ? parts.target.base : base;
	path->extension = pick(&parts, S("x-statute")).node;
	path->at = member->at;
	array = pick(&parts, S("parameters"));
	if ((r = join_parameters(loader, path, &shared, array, &shared)) < 0)
		return r;
	if ((r = read_operations(loader, path, &parts, &shared)) < 0)
		return r;
	warn_undeclared(loader, path);
	return 0;
}

static bool is_path(const struct json *member)
{
	return member->type == JSON_OBJECT && str_starts(member->name, S("/"));
}

static int read_paths(struct loader *loader, const struct json *paths, struct str base)
{
	struct document *document = &loader->document;
	int r;

	document->paths = arena_array(document->arena, paths->count, sizeof(*document->paths));
	if (!document->paths)
		return STATUTE_ENOMEM;
	json_each(member, paths) {
		struct path_item *path;

		if (!is_path(member))
			continue;
		if (!(path = arena_new(document->arena, struct path_item)))
			return STATUTE_ENOMEM;
		if ((r = read_template(loader, member, path)) == STATUTE_ESYNTAX)
			continue;
		if (r < 0 || (r = read_path(loader, member, base, path)) < 0)
			return r;
		path->index = document->path_count;
		document->paths[document->path_count++] = path;
	}
	return 0;
}

static int compare_operations(const void *a, const void *b)
{
	const struct operation *const *left = a, *const *right = b;

	return ((*left)->at > (*right)->at) - ((*left)->at < (*right)->at);
}

/* All operations, path by path, each path's in the order of its text. */
static int list_operations(struct document *document)
{
	size_t count = 0;

	document->operations = arena_array(document->arena, document->path_count * METHOD_COUNT,
	                                   sizeof(*document->operations));
	if (!document->operations)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < document->path_count; i++) {
		size_t from = count;

		for (size_t method = 0; method < METHOD_COUNT; method++)
			if (document->paths[i]->operations[method])
				document->operations[count++] = document->paths[i]->operations[method];
		qsort(document->operations + from, count - from, sizeof(*document->operations),
		      compare_operations);
	}
	for (size_t i = 0; i < count; i++)
		document->operations[i]->index = i;
	document->operation_count = count;
	return 0;
}

/* The path of the first server's URL (RFC 3986 section 3.3), its variables replaced by their defaults. */
static int read_base_path(struct document *document)
{
	const struct json *server = json_item(json_get(document->root, S("servers")), 0);
	const struct json *variables = json_get(server, S("variables"));
	struct str rest = json_get_text(server, S("url")), path;
	struct buf buf;
	size_t scheme;

	buf_init(&buf, document->arena, 1 << 16);
	while (rest.at) {
		buf_add(&buf, str_cut(&rest, '{'));
		if (rest.at)
			buf_add(&buf, json_get_text(json_get(variables, str_cut(&rest, '}')), S("default")));
	}
	if (buf.failed)
		return STATUTE_ENOMEM;
	path = buf_str(&buf);
	path = str_sub(path, 0, str_find(path, '?'));
	path = str_sub(path, 0, str_find(path, '#'));
	scheme = str_find(path, ':');
	if (scheme < str_find(path, '/'))
		path = str_sub(path, scheme + 1, path.len);
	if (str_starts(path, S("//"))) {
		path = str_sub(path, 2, path.len);
		path = str_sub(path, str_find(path, '/'), path.len);
	}
	while (str_ends(path, S("/")))
		path.len--;
	document->base_path = path;
	if (path.len && path.at[0] != '/' &&
	    !(document->base_path = str_printf(document->arena, "/%.*s", STR_ARG(path))).at)
		return STATUTE_ENOMEM;
	return 0;
}

int model_build(struct loader *loader, struct str base)
{
	struct document *document = &loader->document;
	const struct json *info = json_get(document->root, S("info")),
			  *paths = json_get(document->root, S("paths"));
	int r;

	document->title = json_get_text(info, S("title"));
	document->version = json_get_text(info, S("version"));
	document->extension = json_get(document->root, S("x-statute"));
	if ((r = read_base_path(document)) < 0)
		return r;
	if (!json_is(paths, JSON_OBJECT))
		return 0;
	r = read_paths(loader, paths, base);
	return r < 0 ? r : list_operations(document);
}
