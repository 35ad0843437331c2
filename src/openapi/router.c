/*
 * The router: see router.h.
 *
 * A tree with one level a segment. Under each node stand its literal children (a
 * table), those with a parameter between literal text (longest text first), and the
 * one that is all parameter; a match tries them in that order and comes back where
 * one leads nowhere. Each node is reached by one way only, so that a match looks at
 * each at most once, however the path is made; recursion is as deep as the longest
 * template at most.
 */
#include "openapi/router.h"

#include "base/map.h"
#include "message/uri.h"
#include "openapi/template.h"

_Static_assert((int)ROUTER_PARAMETERS_MAX >= (int)TEMPLATE_PARAMETERS_MAX, "a match holds every parameter");

struct node;

/* A child whose segment has literal text around its parameters. */
struct pattern {
	const struct path_segment *segment;
	struct node *node;
	size_t literal_len;
	struct pattern *next; /* with no more literal text than this one */
};

struct node {
	struct map literals; /* text → node */
	struct map folded; /* text in small letters → the first such node */
	struct node *same_folded;
	struct str literal;
	struct pattern *patterns;
	struct node *any;
	struct path_item *path; /* whose template ends here, or NULL */
};

/* A template whose last parameter takes several segments. */
struct rest {
	struct str prefix; /* "/static/" */
	struct path_item *path;
	struct rest *next; /* with no longer a prefix than this one */
};

struct router {
	struct node *root;
	size_t depth; /* segments of the longest template */
	struct rest *rests;
};

/* Segments with literal text. */

static size_t find_text(struct str text, struct str part)
{
	const char *at = memmem(text.at, text.len, part.at, part.len);

	return at ? (size_t)(at - text.at) : text.len;
}

/* Cuts `text` as the segment says, each value as short as it can be; false where it does not fit. */
static bool cut_segment(const struct path_segment *segment, struct str text, struct str *values)
{
	if (!str_starts(text, segment->prefix))
		return false;
	text = str_sub(text, segment->prefix.len, text.len);
	for (; segment->more; segment = segment->more) {
		struct str separator = segment->more->prefix;
		size_t at = 1 + find_text(str_sub(text, 1, text.len), separator);

		if (at >= text.len)
			return false;
		*values++ = str_sub(text, 0, at);
		text = str_sub(text, at + separator.len, text.len);
	}
	if (text.len <= segment->suffix.len || !str_ends(text, segment->suffix))
		return false;
	*values = str_sub(text, 0, text.len - segment->suffix.len);
	return true;
}

static bool has_text(const struct path_segment *segment)
{
	return segment->prefix.len || segment->suffix.len || segment->more;
}

static size_t literal_len(const struct path_segment *segment)
{
	size_t len = 0;

	for (; segment; segment = segment->more)
		len += segment->prefix.len + segment->suffix.len;
	return len;
}

static bool is_same_pattern(const struct path_segment *a, const struct path_segment *b)
{
	for (; a && b; a = a->more, b = b->more)
		if (!str_eq(a->prefix, b->prefix) || !str_eq(a->suffix, b->suffix))
			return false;
	return !a && !b;
}

/* Building. */

static struct node *new_node(struct arena *arena)
{
	struct node *node = arena_new(arena, struct node);

	if (node) {
		map_init(&node->literals, arena);
		map_init(&node->folded, arena);
	}
	return node;
}

/* In `arena`; {NULL, 0} without memory. */
static struct str fold(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len);

	if (!out)
		return (struct str){ 0 };
	for (size_t i = 0; i < text.len; i++)
		out[i] = text.at[i] >= 'A' && text.at[i] <= 'Z' ? (char)(text.at[i] | 0x20) : text.at[i];
	return str_of(out, text.len);
}

static struct node *literal_child(struct arena *arena, struct node *node, struct str literal)
{
	struct str folded = fold(arena, literal);
	void **place = map_put(&node->literals, literal), **folded_place;
	struct node *child;

	if (!place || !folded.at)
		return NULL;
	if (*place)
		return *place;
	child = new_node(arena);
	folded_place = map_put(&node->folded, folded);
	if (!child || !folded_place)
		return NULL;
	child->literal = literal;
	child->same_folded = *folded_place;
	*folded_place = child;
	*place = child;
	return child;
}

static struct node *pattern_child(struct arena *arena, struct node *node, const struct path_segment *segment)
{
	struct pattern **link = &node->patterns, *pattern;
	size_t len = literal_len(segment);

	for (; *link && (*link)->literal_len >= len; link = &(*link)->next)
		if (is_same_pattern((*link)->segment, segment))
			return (*link)->node;
	if (!(pattern = arena_new(arena, struct pattern)) || !(pattern->node = new_node(arena)))
		return NULL;
	pattern->segment = segment;
	pattern->literal_len = len;
	pattern->next = *link;
	*link = pattern;
	return pattern->node;
}

static struct node *child_for(struct arena *arena, struct node *node, const struct path_segment *segment)
{
	if (!segment->parameter.at)
		return literal_child(arena, node, segment->literal);
	if (has_text(segment))
		return pattern_child(arena, node, segment);
	if (!node->any)
		node->any = new_node(arena);
	return node->any;
}

static int add_path(struct router *router, struct document *document, struct path_item *path)
{
	struct node *node = router->root;

	if (str_find(path->template_text, '?') + str_find(path->template_text, '#') <
	    2 * path->template_text.len)
		return 0;
	for (size_t i = 0; i < path->segment_count; i++)
		if (!(node = child_for(document->arena, node, &path->segments[i])))
			return STATUTE_ENOMEM;
	if (path->segment_count > router->depth)
		router->depth = path->segment_count;
	if (node->path) {
		issues_add(&document->issues, path->at, NULL, "%.*s matches the same paths as %.*s",
		           STR_ARG(path->template_text), STR_ARG(node->path->template_text));
		return STATUTE_EDOCUMENT;
	}
	node->path = path;
	return 0;
}

int router_new(struct document *document, struct router **ret_router)
{
	struct router *router = arena_new(document->arena, struct router);
	int result = 0, r;

	if (!router || !(router->root = new_node(document->arena)))
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < document->path_count; i++) {
		if ((r = add_path(router, document, document->paths[i])) == STATUTE_ENOMEM)
			return r;
		if (r < 0)
			result = r;
	}
	if (result == 0)
		*ret_router = router;
	return result;
}

int router_add_rest(struct router *router, struct arena *arena, struct path_item *path)
{
	size_t last = path->segment_count, at = str_find(path->template_text, '{');
	struct rest *rest = arena_new(arena, struct rest), **link = &router->rests;

	if (!rest)
		return STATUTE_ENOMEM;
	if (!last || path->parameter_count != 1 || !path->segments[last - 1].parameter.at ||
	    has_text(&path->segments[last - 1]))
		return STATUTE_EINVAL;
	*rest = (struct rest){ .prefix = str_sub(path->template_text, 0, at), .path = path };
	while (*link && (*link)->prefix.len >= rest->prefix.len)
		link = &(*link)->next;
	rest->next = *link;
	*link = rest;
	return 0;
}

/* Matching. */

struct walk {
	struct str raw[TEMPLATE_SEGMENTS_MAX + 1], text[TEMPLATE_SEGMENTS_MAX + 1]; /* as sent, and decoded */
	size_t count;
	struct arena *arena;
	bool folds; /* literals match in any letter case */
};

static struct path_item *descend(const struct walk *walk, const struct node *node, size_t index);

static struct path_item *descend_folded(const struct walk *walk, const struct node *node, size_t index)
{
	struct str folded = fold(walk->arena, walk->text[index]);
	struct path_item *path = NULL;
	const struct node *child = folded.at ? map_get(&node->folded, folded) : NULL;

	for (; child && !path; child = child->same_folded)
		if (!str_eq(child->literal, walk->text[index]))
			path = descend(walk, child, index + 1);
	return path;
}

static bool fits(const struct path_segment *segment, const struct walk *walk, size_t index)
{
	struct str values[TEMPLATE_PARAMETERS_MAX];

	return cut_segment(segment, walk->raw[index], values) ||
	       cut_segment(segment, walk->text[index], values);
}

static struct path_item *descend(const struct walk *walk, const struct node *node, size_t index)
{
	struct path_item *path = NULL;
	const struct node *child;

	if (index == walk->count)
		return node->path;
	if ((child = map_get(&node->literals, walk->text[index])))
		path = descend(walk, child, index + 1);
	if (!path && walk->folds)
		path = descend_folded(walk, node, index);
	for (const struct pattern *p = node->patterns; p && !path; p = p->next)
		if (fits(p->segment, walk, index))
			path = descend(walk, p->node, index + 1);
	if (!path && node->any && walk->text[index].len)
		path = descend(walk, node->any, index + 1);
	return path;
}

static bool is_dots(struct str text)
{
	return str_eq(text, S(".")) || str_eq(text, S(".."));
}

/* Splits and decodes; false where no template is as long, or for dot segments. */
static bool split(const struct router *router, struct str path, bool skips_empty, struct walk *walk)
{
	struct str rest = str_sub(path, 1, path.len);

	if (!str_starts(path, S("/")))
		return false;
	if (!rest.at)
		rest = S("");
	while (rest.at) {
		struct str raw = str_cut(&rest, '/'), text;

		if (skips_empty && !raw.len)
			continue;
		if (walk->count == router->depth)
			return false;
		text = uri_decode(walk->arena, raw, false);
		if ((raw.len && !text.at) || is_dots(text))
			return false;
		walk->raw[walk->count] = raw;
		walk->text[walk->count++] = text;
	}
	return true;
}

/* The values of one segment; where literal text came encoded, the raw value is made anew. */
static bool take_segment(const struct path_segment *segment, const struct walk *walk, size_t index,
                         struct str *raws, struct str *values)
{
	bool is_raw = cut_segment(segment, walk->raw[index], raws);

	if (!is_raw && !cut_segment(segment, walk->text[index], values))
		return false;
	for (; segment; segment = segment->more, raws++, values++) {
		struct buf buf;

		if (is_raw) {
			*values = uri_decode(walk->arena, *raws, false);
			if (!values->at)
				return false;
			continue;
		}
		buf_init(&buf, walk->arena, 1 << 20);
		uri_encode(&buf, *values);
		if (buf.failed)
			return false;
		*raws = buf_str(&buf);
	}
	return true;
}

static bool take_values(const struct path_item *path, const struct walk *walk, struct route_match *match)
{
	size_t count = 0;

	for (size_t i = 0; i < path->segment_count; i++) {
		const struct path_segment *segment = &path->segments[i];

		if (!segment->parameter.at)
			continue;
		if (!take_segment(segment, walk, i, &match->raw[count], &match->values[count]))
			return false;
		for (; segment; segment = segment->more)
			count++;
	}
	return true;
}

/* What is behind the prefix, "." and ".." and nothing among its segments. */
static bool is_rest(struct str text)
{
	struct str rest = text;

	while (rest.at) {
		struct str segment = str_cut(&rest, '/');

		if (!segment.len || is_dots(segment))
			return false;
	}
	return text.len > 0;
}

static bool match_rest(const struct router *router, struct str path, struct arena *arena,
                       struct route_match *match)
{
	for (const struct rest *rest = router->rests; rest; rest = rest->next) {
		struct str raw = str_sub(path, rest->prefix.len, path.len), value;

		if (!str_starts(path, rest->prefix))
			continue;
		value = uri_decode(arena, raw, false);
		if (!value.at || !is_rest(raw) || !is_rest(value))
			return false;
		match->path = rest->path;
		match->raw[0] = raw;
		match->values[0] = value;
		return true;
	}
	return false;
}

bool router_match(const struct router *router, struct str path, struct arena *arena,
                  struct route_match *ret_match)
{
	/* Two kilobytes, of which split fills what is used: clearing the rest would cost as much as the match. */
	__attribute__((uninitialized)) struct walk walk;
	struct path_item *found;

	walk.arena = arena;
	walk.count = 0;
	walk.folds = false;
	if (!split(router, path, false, &walk) || !(found = descend(&walk, router->root, 0)))
		return match_rest(router, path, arena, ret_match);
	if (!take_values(found, &walk, ret_match))
		return false;
	ret_match->path = found;
	return true;
}

/* Canonical spelling. */

/* Template text as it stands in a path: what RFC 3986 does not allow there is encoded. */
static void add_literal(struct buf *buf, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		                (c && strchr("-._~!$&'()*+,;=:@%", c));

		if (is_plain)
			buf_add_char(buf, c);
		else
			uri_encode(buf, str_sub(text, i, 1));
	}
}

static bool rebuild(const struct path_item *path, const struct walk *walk, struct str *ret_path)
{
	struct str rest = str_sub(path->template_text, 1, path->template_text.len);
	struct buf buf;

	buf_init(&buf, walk->arena, 1 << 20);
	for (size_t i = 0; i < path->segment_count; i++) {
		struct str text = str_cut(&rest, '/');

		buf_add_char(&buf, '/');
		if (path->segments[i].parameter.at)
			buf_add(&buf, walk->raw[i]);
		else
			add_literal(&buf, text);
	}
	*ret_path = buf_str(&buf);
	return !buf.failed;
}

bool router_canonical(const struct router *router, struct str path, struct arena *arena, struct str *ret_path)
{
	struct walk walk = { .arena = arena, .folds = true };
	struct path_item *found;
	struct str canonical;

	if (!split(router, path, true, &walk))
		return false;
	found = descend(&walk, router->root, 0);
	if (!found && walk.count < router->depth) { /* the template itself may end in '/' */
		walk.raw[walk.count] = walk.text[walk.count] = S("");
		walk.count++;
		found = descend(&walk, router->root, 0);
	}
	if (!found || !rebuild(found, &walk, &canonical) || str_eq(canonical, path))
		return false;
	*ret_path = canonical;
	return true;
}
