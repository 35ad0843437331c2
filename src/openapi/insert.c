/*
 * Adding members to a text in place: see insert.h.
 *
 * Every node knows the bytes that it was read from. In braces a member goes right
 * behind the one before it; in a block of YAML, on a line of its own after the last
 * line of that one, so that a comment at its end stays with it. What libyaml's marks
 * do not tell (a block that merges others, "? " keys) is not worked out: the result is
 * parsed, and held against what it has to be.
 */
#include "openapi/insert.h"

#include <stdlib.h>

#include "openapi/load.h"
#include "openapi/yaml.h"

enum { RESULT_MAX = 2 * FILE_SIZE_MAX };

/* Text to put in before byte `at`. */
struct patch {
	size_t at;
	uint32_t object; /* where the object begins that it is for */
	unsigned rank;
	size_t order;    /* as they came */
	struct str text;
};

struct inserter {
	struct arena *arena;
	struct str text;
	uint32_t base;
	const struct json *root;
	struct str newline, unit;
	bool is_json;
	struct patch *patches;
	size_t count;
};

/* ---- Places --------------------------------------------------------------- */

/* The byte of a position; past the end where the node stands in no text. */
static size_t byte_at(const struct inserter *in, uint32_t position)
{
	return position >= in->base ? position - in->base : in->text.len;
}

static char char_at(const struct inserter *in, size_t at)
{
	return at < in->text.len ? in->text.at[at] : '\0';
}

static bool is_alias(const struct inserter *in, const struct json *node)
{
	return !in->is_json && char_at(in, byte_at(in, node->at)) == '*';
}

/* Is the member written in the object, and not merged into it? Merged ones stand before it. */
static bool is_own(const struct json *object, const struct json *member)
{
	return member->name_at >= object->at;
}

static const struct json *last_own(const struct json *node)
{
	const struct json *last = NULL;

	json_each(child, node)
		if (node->type == JSON_ARRAY || is_own(node, child))
			last = child;
	return last;
}

/* Behind an anchor or a tag, which stand before what they are of. */
static size_t skip_properties(const struct inserter *in, size_t at)
{
	while (char_at(in, at) == '&' || char_at(in, at) == '!') {
		while (at < in->text.len && !strchr(" \t\r\n", in->text.at[at]))
			at++;
		while (at < in->text.len && strchr(" \t\r\n", in->text.at[at]))
			at++;
	}
	return at;
}

static bool is_in_braces(const struct inserter *in, const struct json *node)
{
	char c = char_at(in, skip_properties(in, byte_at(in, node->at)));

	return c == '{' || c == '[';
}

/* Where a value ends: of a block, its last child does. */
static size_t end_of(const struct inserter *in, const struct json *node)
{
	const struct json *child;

	while (!is_alias(in, node) && !is_in_braces(in, node) && (child = last_own(node)))
		node = child;
	return byte_at(in, node->end > node->name_at ? node->end : node->name_at);
}

/* The blanks before `at`; false where something else stands on its line too. */
static bool indent_of(const struct inserter *in, size_t at, struct str *ret_indent)
{
	size_t begin = at;

	while (begin && (in->text.at[begin - 1] == ' ' || in->text.at[begin - 1] == '\t'))
		begin--;
	if (begin && in->text.at[begin - 1] != '\n')
		return false;
	*ret_indent = str_of(in->text.at + begin, at - begin);
	return true;
}

/* ---- Order ---------------------------------------------------------------- */

/* 404 before 4XX before default before anything else. */
static unsigned rank_of(struct str name)
{
	uint64_t number;

	if (str_eq(name, S("default")))
		return 10000;
	if (name.len == 3 && str_ends(name, S("XX")))
		return (unsigned)(name.at[0] - '0') * 1000 + 999;
	return name.len == 3 && str_to_u64(name, &number) ? (unsigned)number * 10 : 20000;
}

/* The own member that the new one follows; NULL where it is to be the first. */
static const struct json *member_before(const struct json *object, struct str name)
{
	const struct json *before = NULL;

	json_each(member, object) {
		if (!is_own(object, member))
			continue;
		if (rank_of(member->name) > rank_of(name))
			break;
		before = member;
	}
	return before;
}

static const struct json *first_own(const struct json *object)
{
	json_each(member, object)
		if (is_own(object, member))
			return member;
	return NULL;
}

/* ---- One insertion -------------------------------------------------------- */

static int add_patch(struct inserter *in, size_t at, const struct insertion *insertion, const struct buf *buf)
{
	if (buf->failed)
		return STATUTE_ENOMEM;
	in->patches[in->count] = (struct patch){
		.at = at,
		.object = insertion->object->at,
		.rank = rank_of(insertion->name),
		.order = in->count,
		.text = buf_str(buf),
	};
	in->count++;
	return 0;
}

/* Was something added to the object before? What is added comes in its order then. */
static bool has_patch(const struct inserter *in, const struct json *object)
{
	for (size_t i = in->count; i; i--)
		if (in->patches[i - 1].object == object->at)
			return true;
	return false;
}

/* A comma, and what stands between two members here. */
static void separate(const struct inserter *in, const struct insert_layout *layout, struct buf *buf)
{
	buf_add_char(buf, ',');
	if (layout->style == INSERT_LINES) {
		buf_add(buf, in->newline);
		buf_add(buf, layout->indent);
	} else if (layout->style == INSERT_FLOW) {
		buf_add_char(buf, ' ');
	}
}

/* Into braces: behind a member, before the first one, or where there is none. */
static int insert_in_braces(struct inserter *in, const struct insertion *insertion)
{
	const struct json *object = insertion->object, *first = first_own(object);
	const struct json *before = member_before(object, insertion->name);
	struct insert_layout layout = { .newline = in->newline, .unit = in->unit };
	size_t at = skip_properties(in, byte_at(in, object->at)) + 1;
	struct buf buf;

	layout.style = in->is_json ? INSERT_COMPACT : INSERT_FLOW;
	if (first && indent_of(in, byte_at(in, first->name_at), &layout.indent))
		layout.style = INSERT_LINES;
	if (first)
		at = before ? end_of(in, before) : byte_at(in, first->name_at);
	buf_init(&buf, in->arena, RESULT_MAX);
	if (before || (!first && has_patch(in, object)))
		separate(in, &layout, &buf);
	insert_write(&buf, &layout, insertion->name, insertion->value);
	if (first && !before)
		separate(in, &layout, &buf);
	return add_patch(in, at, insertion, &buf);
}

/* Where the line ends that `at` is on: before its line end, if it has one. */
static size_t line_end(const struct inserter *in, size_t at)
{
	while (at < in->text.len && in->text.at[at] != '\n')
		at++;
	return at && at < in->text.len && in->text.at[at - 1] == '\r' ? at - 1 : at;
}

/* Into a block: on a line after that of the member before, or before the first one. */
static int insert_in_block(struct inserter *in, const struct insertion *insertion)
{
	const struct json *object = insertion->object, *first = first_own(object);
	const struct json *before = member_before(object, insertion->name);
	size_t at = first ? byte_at(in, first->name_at) : byte_at(in, object->at);
	struct insert_layout layout = { .style = INSERT_BLOCK, .newline = in->newline, .unit = in->unit };
	bool follows_line = false;
	struct buf buf;

	if (at >= in->text.len || !indent_of(in, at, &layout.indent))
		return STATUTE_EINVAL;
	if (before) {
		at = end_of(in, before);
		follows_line = !(at && in->text.at[at - 1] == '\n'); /* a text of many lines ends behind its last */
		at = follows_line ? line_end(in, at) : at;
	}
	buf_init(&buf, in->arena, RESULT_MAX);
	if (follows_line)
		buf_add(&buf, in->newline);
	if (before)
		buf_add(&buf, layout.indent);
	insert_write(&buf, &layout, insertion->name, insertion->value);
	if (!follows_line)
		buf_add(&buf, in->newline);
	if (!before)
		buf_add(&buf, layout.indent);
	return add_patch(in, at, insertion, &buf);
}

/* ---- Aliases -------------------------------------------------------------- */

/* The object that an alias stands for: the one with the same members that is no alias itself. */
static const struct json *find_owner(const struct inserter *in, const struct json *node,
                                     const struct json *alias)
{
	if (node->type == JSON_OBJECT && node->first && node->first == alias->first && !is_alias(in, node))
		return node;
	json_each(child, node) {
		const struct json *owner = find_owner(in, child, alias);

		if (owner)
			return owner;
	}
	return NULL;
}

static int insert(struct inserter *in, const struct insertion *insertion)
{
	struct insertion real = *insertion;

	if (is_alias(in, real.object))
		real.object = find_owner(in, in->root, real.object);
	if (!real.object)
		return STATUTE_EINVAL;
	return is_in_braces(in, real.object) ? insert_in_braces(in, &real) : insert_in_block(in, &real);
}

/* ---- All of them ---------------------------------------------------------- */

/* Where several blocks end on one line, the inner one begins last and has to be ended first. */
static int compare(const void *a, const void *b)
{
	const struct patch *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->object != y->object)
		return x->object > y->object ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static struct str splice(struct inserter *in, struct str mark)
{
	size_t at = 0;
	struct buf buf;

	qsort(in->patches, in->count, sizeof(*in->patches), compare);
	buf_init(&buf, in->arena, RESULT_MAX);
	buf_add(&buf, mark);
	for (size_t i = 0; i < in->count; i++) {
		const struct patch *patch = &in->patches[i];

		buf_add(&buf, str_sub(in->text, at, patch->at - at));
		buf_add(&buf, patch->text);
		at = patch->at;
	}
	buf_add(&buf, str_sub(in->text, at, in->text.len));
	return buf_whole(&buf);
}

/* The byte order mark that the text may begin with, and that is part of no tree. */
static struct str mark_of(struct str text)
{
	struct str mark = S("\xEF\xBB\xBF");

	return str_starts(text, mark) ? mark : S("");
}

static int parse(struct arena *arena, struct str text, bool is_json, struct json **ret_root)
{
	const struct json_limits limits = { .depth = DOCUMENT_DEPTH_MAX, .nodes = DOCUMENT_NODES_MAX };
	struct json_fault fault;
	struct issues issues;
	int r;

	text = str_sub(text, mark_of(text).len, text.len);
	issues_init(&issues, arena);
	r = is_json ? json_parse(arena, text, &limits, ret_root, &fault) :
	              yaml_parse(arena, text, 1, &issues, ret_root);
	return r == 0 || r == STATUTE_ENOMEM ? r : STATUTE_EINVAL;
}

int insert_parse(struct arena *arena, struct str text, struct json **ret_root)
{
	int r = parse(arena, text, true, ret_root);

	return r == STATUTE_EINVAL ? parse(arena, text, false, ret_root) : r;
}

/* What each level adds: as the first member of the root's first collection has it, else two blanks. */
static struct str find_unit(const struct inserter *in)
{
	struct str outer = S(""), inner;

	json_each(member, in->root) {
		const struct json *first = json_first(member);

		if (member->type != JSON_OBJECT || !first || !indent_of(in, byte_at(in, member->name_at), &outer) ||
		    !indent_of(in, byte_at(in, first->name_at), &inner) || inner.len <= outer.len)
			continue;
		return str_sub(inner, outer.len, inner.len);
	}
	return S("  ");
}

static struct str find_newline(struct str text)
{
	size_t end = str_find(text, '\n');

	return end && end < text.len && text.at[end - 1] == '\r' ? S("\r\n") : S("\n");
}

/* A text that is JSON was read as JSON: the reader tries that first. */
static int find_syntax(struct inserter *in)
{
	struct arena arena;
	struct json *root;
	int r;

	arena_init(&arena, 1 << 16, (size_t)1 << 30);
	r = parse(&arena, in->text, true, &root);
	arena_done(&arena);
	in->is_json = r == 0;
	return r == STATUTE_ENOMEM ? r : 0;
}

static int verify(const struct inserter *in, struct str text, const struct insertion *insertions,
                  size_t count)
{
	struct arena arena;
	struct json *root;
	int r;

	arena_init(&arena, 1 << 16, (size_t)1 << 30);
	r = parse(&arena, text, in->is_json, &root);
	if (r == 0)
		r = insert_check(&arena, in->root, root, insertions, count);
	arena_done(&arena);
	return r;
}

int insert_members(struct arena *arena, const struct source *source, const struct json *root,
                   const struct insertion *insertions, size_t count, struct str *ret_text)
{
	struct inserter in = { .arena = arena, .root = root };
	struct str text, mark = mark_of(source->text);
	int r;

	in.text = str_sub(source->text, mark.len, source->text.len);
	in.base = source->base + (uint32_t)mark.len;
	r = find_syntax(&in);
	in.newline = find_newline(in.text);
	in.unit = find_unit(&in);
	in.patches = arena_array(arena, count, sizeof(*in.patches));
	if (r < 0 || !in.patches)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < count; i++)
		if ((r = insert(&in, &insertions[i])) < 0)
			return r;
	text = splice(&in, mark);
	if (!text.at)
		return STATUTE_ENOMEM;
	if ((r = verify(&in, text, insertions, count)) < 0)
		return r;
	*ret_text = text;
	return 0;
}
