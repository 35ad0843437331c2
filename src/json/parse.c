/*
 * The parser: RFC 8259, strict, in one pass.
 *
 * There is no stack: while an array or object is open nothing can follow it yet,
 * so its `next` holds its parent until it is closed. A node is linked into its
 * parent before its value is read, so that the fault reported is the first in
 * the text.
 */
#include "json/json.h"

#include "json/link.h"
#include "json/scan.h"

struct parser {
	struct json_scan scan;
	struct arena *arena;
	const char *begin, *at;
	struct json *open; /* the innermost array or object that is not closed */
	uint32_t base, depth, nodes; /* what is left of depth and nodes */
	int failure;
};

static int fail(struct parser *p, int failure, const char *at, const char *issue)
{
	json_scan_fail(&p->scan, at, issue);
	return p->failure = failure;
}

/* The end of the text where more was expected. */
static int fail_at_end(struct parser *p)
{
	const char *issue = "the text holds no value";

	if (json_is(p->open, JSON_ARRAY))
		issue = "the text ends inside an array";
	else if (p->open)
		issue = "the text ends inside an object";
	return fail(p, STATUTE_ESYNTAX, p->scan.end, issue);
}

static void skip_space(struct parser *p)
{
	const char *at = p->at, *end = p->scan.end;

	while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
		at++;
	p->at = at;
}

static uint32_t position(const struct parser *p, const char *at)
{
	return p->base + (uint32_t)(at - p->begin);
}

static struct json *new_node(struct parser *p)
{
	struct json *node;

	if (!p->nodes) {
		fail(p, STATUTE_ELIMIT, p->at, "more values than the limit allows");
		return NULL;
	}
	p->nodes--;
	if (!(node = arena_new(p->arena, struct json)))
		p->failure = STATUTE_ENOMEM;
	return node;
}

/* p->at is the opening quote. */
static bool read_string(struct parser *p, struct str *ret_text)
{
	struct json_quoted quoted;
	const char *after = json_scan_string(&p->scan, p->at + 1, &quoted);
	char *out;

	if (!after) {
		p->failure = STATUTE_ESYNTAX;
		return false;
	}
	p->at = after;
	if (quoted.size == quoted.raw.len) {
		*ret_text = quoted.raw;
		return true;
	}
	if (!(out = arena_alloc(p->arena, quoted.size))) {
		p->failure = STATUTE_ENOMEM;
		return false;
	}
	json_unescape(quoted.raw, out);
	*ret_text = str_of(out, quoted.size);
	return true;
}

static int read_colon(struct parser *p)
{
	skip_space(p);
	if (p->at == p->scan.end)
		return fail_at_end(p);
	if (*p->at != ':')
		return fail(p, STATUTE_ESYNTAX, p->at, "expected ':' after a name");
	p->at++;
	return 0;
}

/* A name and its colon; `issue` is for what is no name. */
static struct json *begin_member(struct parser *p, const char *issue)
{
	const char *begin;
	struct json *member;
	int r;

	skip_space(p);
	begin = p->at;
	if (begin == p->scan.end) {
		fail_at_end(p);
		return NULL;
	}
	if (*begin != '"') {
		fail(p, STATUTE_ESYNTAX, begin, issue);
		return NULL;
	}
	if (!(member = new_node(p)) || !read_string(p, &member->name))
		return NULL;
	member->name_at = position(p, begin);
	r = json_member_add(p->arena, p->open, member);
	if (r == STATUTE_EEXIST)
		fail(p, STATUTE_ESYNTAX, begin, "this object has a member of this name already");
	else if (r < 0)
		p->failure = r;
	return r < 0 || read_colon(p) < 0 ? NULL : member;
}

static struct json *begin_item(struct parser *p)
{
	struct json *item = new_node(p);

	if (item)
		json_link(p->open, item);
	return item;
}

/* What begins no value, with a word for the mistakes that people make. */
static int fail_value(struct parser *p)
{
	const char *issue = "expected a value";
	struct str rest = str_of(p->at, (size_t)(p->scan.end - p->at));

	if (p->at == p->begin && str_starts(rest, S("\xEF\xBB\xBF")))
		issue = "a byte order mark before the value";
	else if (*p->at == '\'')
		issue = "expected a value; strings stand in double quotes";
	else if (*p->at == '/')
		issue = "expected a value; JSON has no comments";
	else if (*p->at == '+' || *p->at == '.')
		issue = "expected a value; a number begins with a digit or '-'";
	else if (str_starts(rest, S("NaN")) || str_starts(rest, S("Infinity")))
		issue = "expected a value; JSON has no such number";
	else if (*p->at == ']' || *p->at == '}' || *p->at == ',')
		issue = p->open ? "expected a value before this" : issue;
	return fail(p, STATUTE_ESYNTAX, p->at, issue);
}

static int read_word(struct parser *p, struct json *node, enum json_type type, struct str word,
                     const char *issue)
{
	const char *after = json_scan_word(&p->scan, p->at, word, issue);

	if (!after)
		return p->failure = STATUTE_ESYNTAX;
	node->type = type;
	p->at = after;
	return 0;
}

static int read_number(struct parser *p, struct json *node)
{
	const char *after = json_scan_number(&p->scan, p->at);

	if (!after)
		return p->failure = STATUTE_ESYNTAX;
	node->type = JSON_NUMBER;
	node->text = str_of(p->at, (size_t)(after - p->at));
	p->at = after;
	return 0;
}

static int open_node(struct parser *p, struct json *node, enum json_type type)
{
	if (!p->depth)
		return fail(p, STATUTE_ELIMIT, p->at, "nested more deeply than the limit allows");
	p->depth--;
	p->at++;
	node->type = type;
	node->next = p->open;
	p->open = node;
	return 0;
}

static void close_node(struct parser *p)
{
	struct json *node = p->open;

	p->at++;
	p->depth++;
	p->open = node->next;
	node->next = NULL;
	node->end = position(p, p->at);
}

/* Reads a scalar into `node`, or the opening bracket. */
static int read_value(struct parser *p, struct json *node)
{
	int r;

	skip_space(p);
	if (p->at == p->scan.end)
		return fail_at_end(p);
	node->at = position(p, p->at);
	switch (*p->at) {
	case '{': return open_node(p, node, JSON_OBJECT);
	case '[': return open_node(p, node, JSON_ARRAY);
	case '"':
		node->type = JSON_STRING;
		r = read_string(p, &node->text) ? 0 : p->failure;
		break;
	case 't': r = read_word(p, node, JSON_TRUE, S("true"), "expected 'true'"); break;
	case 'f': r = read_word(p, node, JSON_FALSE, S("false"), "expected 'false'"); break;
	case 'n': r = read_word(p, node, JSON_NULL, S("null"), "expected 'null'"); break;
	default: r = *p->at == '-' || (*p->at >= '0' && *p->at <= '9') ? read_number(p, node) : fail_value(p);
	}
	node->end = position(p, p->at);
	return r;
}

/* The node after an opening bracket or a comma; `issue` is for what is no name in an object. */
static struct json *begin_node(struct parser *p, const char *issue)
{
	return p->open->type == JSON_ARRAY ? begin_item(p) : begin_member(p, issue);
}

/*
 * After an opening bracket (`is_first`) or a value: closes what ends here and
 * begins the node that comes next. NULL on a fault, or where the root is closed.
 */
static struct json *next_node(struct parser *p, bool is_first)
{
	for (;; is_first = false) {
		skip_space(p);
		if (!p->open)
			return NULL;
		if (p->at == p->scan.end) {
			fail_at_end(p);
			return NULL;
		}
		if (*p->at != (p->open->type == JSON_ARRAY ? ']' : '}'))
			break;
		close_node(p);
	}
	if (is_first)
		return begin_node(p, "expected a name in double quotes or '}'");
	if (*p->at == ',') {
		p->at++;
		return begin_node(p, "expected a name in double quotes after ','");
	}
	if (p->open->type == JSON_ARRAY)
		fail(p, STATUTE_ESYNTAX, p->at, "expected ',' or ']' after an item");
	else
		fail(p, STATUTE_ESYNTAX, p->at, "expected ',' or '}' after a member");
	return NULL;
}

static struct json *parse(struct parser *p)
{
	struct json *root = new_node(p), *node = root, *parent;

	while (node) {
		parent = p->open;
		if (read_value(p, node) < 0)
			return NULL;
		node = next_node(p, p->open != parent);
	}
	if (!p->failure && p->at < p->scan.end)
		fail(p, STATUTE_ESYNTAX, p->at, "expected the end of the text");
	return p->failure ? NULL : root;
}

int json_parse(struct arena *arena, struct str text, const struct json_limits *limits, struct json **ret_root,
               struct json_fault *ret_fault)
{
	const char *begin = text.len ? text.at : "";
	struct parser p = {
		.scan.end = begin + text.len,
		.arena = arena,
		.begin = begin,
		.at = begin,
		.base = limits->base,
		.depth = limits->depth < JSON_DEPTH_MAX ? limits->depth : JSON_DEPTH_MAX,
		.nodes = limits->nodes,
	};
	struct json *root = NULL;

	if (text.len > UINT32_MAX - limits->base)
		fail(&p, STATUTE_ELIMIT, begin, "the text is longer than 4 GiB");
	else
		root = parse(&p);
	if (root)
		*ret_root = root;
	else if (p.failure != STATUTE_ENOMEM)
		*ret_fault = (struct json_fault){ .at = (size_t)(p.scan.fault_at - begin),
			                          .issue = p.scan.issue };
	return p.failure;
}

void json_position(struct str text, size_t at, uint32_t *ret_line, uint32_t *ret_column)
{
	struct str before = str_sub(text, 0, at);
	uint32_t line = 1;
	const char *newline;

	while (before.len && (newline = memchr(before.at, '\n', before.len))) {
		before = str_sub(before, (size_t)(newline - before.at) + 1, before.len);
		line++;
	}
	*ret_line = line;
	*ret_column = (uint32_t)str_code_points(before) + 1;
}
