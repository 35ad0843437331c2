/*
 * The tree from libyaml's events: see yaml.h.
 *
 * libyaml knows neither duplicate keys nor what an alias stands for, bounds no
 * depth, and counts its marks in characters: all of that is done here. An alias
 * becomes a node of its own that shares the children of the anchored one, so that
 * it costs nothing; what it stands for is counted all the same, since whoever
 * walks the tree walks it again. YAML 1.2.2; the merge key is of YAML 1.1.
 */
#include "openapi/yaml.h"

#include <yaml.h>

#include "base/map.h"

struct anchor {
	struct json *node; /* NULL until it is complete */
	uint32_t size; /* values in it, itself included */
	uint32_t height; /* 0 for a scalar */
};

/* An array or object that is not closed. */
struct frame {
	struct json *node;
	struct json *merges; /* array of what "<<" named; NULL where nothing */
	struct anchor *anchor;
	struct str key;
	uint32_t key_at;
	uint32_t made; /* builder's `made` when it began */
	uint32_t height; /* of what it holds so far */
	bool has_key, key_is_merge, key_is_duplicate, is_block;
};

struct builder {
	struct arena *arena;
	struct issues *issues;
	struct str text;
	uint32_t base;
	size_t mark_index, mark_byte; /* the last mark that was turned into bytes */
	struct map anchors; /* name → struct anchor, the latest of that name */
	struct frame frames[YAML_DEPTH_MAX];
	size_t depth;
	uint32_t made;
	struct json *root;
	unsigned documents;
	int failure;
};

/* A problem after which nothing more can be read. */
static int stop(struct builder *b, int failure)
{
	return b->failure = failure;
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* The position of a mark: libyaml counts characters, we count bytes. */
static uint32_t position(struct builder *b, yaml_mark_t mark)
{
	while (b->mark_index < mark.index && b->mark_byte < b->text.len) {
		b->mark_byte++;
		while (b->mark_byte < b->text.len && is_continuation(b->text.at[b->mark_byte]))
			b->mark_byte++;
		b->mark_index++;
	}
	while (b->mark_index > mark.index && b->mark_byte > 0) {
		b->mark_byte--;
		while (b->mark_byte > 0 && is_continuation(b->text.at[b->mark_byte]))
			b->mark_byte--;
		b->mark_index--;
	}
	return b->base + (uint32_t)b->mark_byte;
}

static struct str text_of(const yaml_char_t *at)
{
	return str_from((const char *)at);
}

static int count_nodes(struct builder *b, uint32_t count, uint32_t at)
{
	if (count > YAML_NODES_MAX - b->made) {
		issues_add(b->issues, at, NULL,
		           "the file holds more than %d values once its aliases are followed",
		           YAML_NODES_MAX);
		return stop(b, STATUTE_EDOCUMENT);
	}
	b->made += count;
	return 0;
}

static struct json *new_node(struct builder *b, const yaml_event_t *event, enum json_type type)
{
	uint32_t at = position(b, event->start_mark);
	struct json *node;

	if (count_nodes(b, 1, at) < 0)
		return NULL;
	if (!(node = json_new(b->arena, type))) {
		stop(b, STATUTE_ENOMEM);
		return NULL;
	}
	node->at = at;
	node->end = position(b, event->end_mark);
	return node;
}

/* Anchors. */

static struct anchor *begin_anchor(struct builder *b, const yaml_char_t *name)
{
	struct anchor *anchor;
	struct str copy;
	void **place;

	if (!name)
		return NULL;
	anchor = arena_new(b->arena, struct anchor);
	copy = str_dup(b->arena, text_of(name));
	place = anchor && copy.at ? map_put(&b->anchors, copy) : NULL;
	if (!place) {
		stop(b, STATUTE_ENOMEM);
		return NULL;
	}
	*place = anchor;
	return anchor;
}

static void end_anchor(struct anchor *anchor, struct json *node, uint32_t size, uint32_t height)
{
	if (anchor)
		*anchor = (struct anchor){ .node = node, .size = size, .height = height };
}

static const struct anchor *find_anchor(struct builder *b, struct str name, uint32_t at)
{
	const struct anchor *anchor = map_get(&b->anchors, name);

	if (!anchor)
		issues_add(b->issues, at, NULL, "no anchor &%.*s stands before this alias", STR_ARG(name));
	else if (!anchor->node)
		issues_add(b->issues, at, NULL, "the alias *%.*s stands inside what it names", STR_ARG(name));
	return anchor && anchor->node ? anchor : NULL;
}

/* Scalars. */

/* The short name of a tag of YAML itself ("str"), or the tag; {NULL, 0} where there is none. */
static struct str short_tag(const yaml_char_t *tag)
{
	struct str name = text_of(tag), prefix = S("tag:yaml.org,2002:");

	return str_starts(name, prefix) ? str_sub(name, prefix.len, name.len) : name;
}

static struct json *make_scalar(struct builder *b, const yaml_event_t *event)
{
	struct str sent = str_of((const char *)event->data.scalar.value, event->data.scalar.length);
	struct json *node = new_node(b, event, JSON_STRING);
	int r;

	if (!node)
		return NULL;
	if (!(node->text = str_dup(b->arena, sent)).at) {
		stop(b, STATUTE_ENOMEM);
		return NULL;
	}
	r = yaml_resolve(b->arena, node, short_tag(event->data.scalar.tag),
	                 event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE, b->issues);
	if (r < 0) {
		stop(b, r);
		return NULL;
	}
	return node;
}

/* Joining. */

static int begin_member(struct builder *b, struct frame *frame, struct str key, uint32_t at, bool is_merge)
{
	frame->key = key;
	frame->key_at = at;
	frame->has_key = true;
	frame->key_is_merge = is_merge;
	frame->key_is_duplicate = is_merge ? frame->merges != NULL : json_get(frame->node, key) != NULL;
	if (frame->key_is_duplicate)
		issues_add(b->issues, at, NULL, "the key '%.*s' stands twice in this mapping", STR_ARG(key));
	return 0;
}

/* What "<<" names: one mapping or a list of them. */
static int add_merge(struct builder *b, struct frame *frame, struct json *value)
{
	bool is_right = value->type == JSON_OBJECT;

	if (value->type == JSON_ARRAY) {
		is_right = true;
		json_each(item, value)
			is_right = is_right && item->type == JSON_OBJECT;
	}
	if (!is_right) {
		issues_add(b->issues, value->at, "put it in quotes if it is a name",
		           "the merge key '<<' takes a mapping or a list of mappings");
		return 0;
	}
	frame->merges = value;
	return 0;
}

/* Puts a finished node where it belongs. */
static int attach(struct builder *b, struct json *node, uint32_t height)
{
	struct frame *frame = b->depth ? &b->frames[b->depth - 1] : NULL;
	int r = 0;

	if (!frame) {
		b->root = node;
		return 0;
	}
	if (height >= frame->height)
		frame->height = height + 1;
	if (frame->node->type == JSON_ARRAY) {
		r = json_append(frame->node, node);
	} else {
		frame->has_key = false;
		if (frame->key_is_duplicate)
			return 0;
		if (frame->key_is_merge)
			return add_merge(b, frame, node);
		r = json_set(b->arena, frame->node, frame->key, node);
		node->name_at = frame->key_at;
	}
	return r < 0 ? stop(b, r) : 0;
}

static bool wants_key(const struct builder *b)
{
	return b->depth && b->frames[b->depth - 1].node->type == JSON_OBJECT &&
	       !b->frames[b->depth - 1].has_key;
}

static int refuse_key(struct builder *b, uint32_t at)
{
	issues_add(b->issues, at, NULL, "a key must be a scalar, not a mapping or a list");
	return stop(b, STATUTE_EDOCUMENT);
}

/* A node that has the children of `from`, which stay where they are. */
static struct json *share(struct builder *b, const struct json *from)
{
	struct json *node = arena_new(b->arena, struct json);

	if (!node) {
		stop(b, STATUTE_ENOMEM);
		return NULL;
	}
	*node = *from;
	node->next = NULL;
	return node;
}

/* Members that the mapping does not have itself; of several sources the first wins. */
static int merge_members(struct builder *b, struct json *into, const struct json *from, uint32_t at)
{
	int r;

	json_each(member, from) {
		struct json *node;

		if (json_get(into, member->name))
			continue;
		if (count_nodes(b, 1, at) < 0 || !(node = share(b, member)))
			return b->failure;
		if ((r = json_set(b->arena, into, member->name, node)) < 0)
			return stop(b, r);
	}
	return 0;
}

static int merge(struct builder *b, struct frame *frame)
{
	int r = 0;

	if (json_is(frame->merges, JSON_OBJECT))
		return merge_members(b, frame->node, frame->merges, frame->merges->at);
	json_each(source, frame->merges)
		if ((r = merge_members(b, frame->node, source, source->at)) < 0)
			return r;
	return r;
}

/* Events. */

static int on_scalar(struct builder *b, const yaml_event_t *event)
{
	struct anchor *anchor = begin_anchor(b, event->data.scalar.anchor);
	struct str raw = str_of((const char *)event->data.scalar.value, event->data.scalar.length);
	bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !event->data.scalar.tag;
	struct json *node;

	if (b->failure || !(node = make_scalar(b, event)))
		return b->failure;
	end_anchor(anchor, node, 1, 0);
	if (!wants_key(b))
		return attach(b, node, 0);
	raw = node->type == JSON_STRING ? node->text : str_dup(b->arena, raw); /* 200: is the name "200" */
	if (!raw.at)
		return stop(b, STATUTE_ENOMEM);
	return begin_member(b, &b->frames[b->depth - 1], raw, node->at, is_plain && str_eq(raw, S("<<")));
}

static int on_alias(struct builder *b, const yaml_event_t *event)
{
	uint32_t at = position(b, event->start_mark);
	const struct anchor *anchor = find_anchor(b, text_of(event->data.alias.anchor), at);
	struct json *node;

	if (!anchor) {
		static const struct anchor nothing = { .size = 1 };

		anchor = &nothing;
		node = json_new(b->arena, JSON_NULL);
	} else {
		node = share(b, anchor->node);
	}
	if (!node)
		return stop(b, STATUTE_ENOMEM);
	node->at = at;
	node->end = position(b, event->end_mark);
	if (b->depth + anchor->height > YAML_DEPTH_MAX) {
		issues_add(b->issues, at, NULL, "nested more than %d deep", YAML_DEPTH_MAX);
		return stop(b, STATUTE_EDOCUMENT);
	}
	if (wants_key(b))
		return json_is(node, JSON_STRING)
		               ? begin_member(b, &b->frames[b->depth - 1], node->text, at, false)
		               : refuse_key(b, at);
	return count_nodes(b, anchor->size, at) < 0 ? b->failure : attach(b, node, anchor->height);
}

static int open_collection(struct builder *b, const yaml_event_t *event, enum json_type type,
                           const yaml_char_t *anchor_name, const yaml_char_t *tag, bool is_block)
{
	struct str expected = type == JSON_ARRAY ? S("seq") : S("map");
	uint32_t made = b->made;
	struct frame *frame;
	struct json *node;

	if (wants_key(b))
		return refuse_key(b, position(b, event->start_mark));
	if (b->depth == YAML_DEPTH_MAX) {
		issues_add(b->issues, position(b, event->start_mark), NULL, "nested more than %d deep",
		           YAML_DEPTH_MAX);
		return stop(b, STATUTE_EDOCUMENT);
	}
	if (!(node = new_node(b, event, type)))
		return b->failure;
	if (tag && !str_eq(short_tag(tag), expected) && !str_eq(short_tag(tag), S("!")))
		issues_add(b->issues, node->at, NULL, "the tag %.*s does not suit a %s",
		           STR_ARG(short_tag(tag)), type == JSON_ARRAY ? "list" : "mapping");
	frame = &b->frames[b->depth++];
	*frame = (struct frame){ .node = node, .made = made, .is_block = is_block };
	frame->anchor = begin_anchor(b, anchor_name);
	return b->failure;
}

static int close_collection(struct builder *b, const yaml_event_t *event)
{
	struct frame *frame = &b->frames[b->depth - 1];
	struct json *node = frame->node;

	if (frame->merges && merge(b, frame) < 0)
		return b->failure;
	if (!frame->is_block)
		node->end = position(b, event->end_mark);
	else if (node->last) /* a block has no end of its own: libyaml gives the next token */
		node->end = node->last->end;
	end_anchor(frame->anchor, node, b->made - frame->made, frame->height);
	b->depth--;
	return attach(b, node, frame->height);
}

static int begin_document(struct builder *b, const yaml_event_t *event)
{
	if (b->documents++ == 0)
		return 0;
	issues_add(b->issues, position(b, event->start_mark), "keep one document in one file",
	           "a second YAML document begins here");
	return stop(b, STATUTE_EDOCUMENT);
}

static int on_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT: return begin_document(b, event);
	case YAML_SCALAR_EVENT: return on_scalar(b, event);
	case YAML_ALIAS_EVENT: return on_alias(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(b, event, JSON_ARRAY, event->data.sequence_start.anchor,
		                       event->data.sequence_start.tag,
		                       event->data.sequence_start.style != YAML_FLOW_SEQUENCE_STYLE);
	case YAML_MAPPING_START_EVENT:
		return open_collection(b, event, JSON_OBJECT, event->data.mapping_start.anchor,
		                       event->data.mapping_start.tag,
		                       event->data.mapping_start.style != YAML_FLOW_MAPPING_STYLE);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: return close_collection(b, event);
	default: return 0;
	}
}

/* What helps against the commonest complaints, which say little of their cause. */
static const char *remedy_of(const char *problem)
{
	static const struct {
		const char *problem, *remedy;
	} rows[] = {
		{ "mapping values are not allowed in this context",
		  "indent the key as its neighbours are, or put a text with ': ' in quotes" },
		{ "did not find expected key", "indent it as its neighbours are" },
		{ "could not find expected ':'", "a key ends with ': '" },
		{ "found unexpected end of stream", "close it" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].problem, problem) == 0)
			return rows[i].remedy;
	return NULL;
}

/* libyaml's own complaint, at its place. */
static int on_fault(struct builder *b, const yaml_parser_t *parser)
{
	uint32_t at = b->base + (uint32_t)parser->problem_offset;
	const char *remedy, *problem = parser->problem ? parser->problem : "the YAML is malformed";
	size_t byte;

	if (parser->error == YAML_MEMORY_ERROR)
		return STATUTE_ENOMEM;
	if (parser->error != YAML_READER_ERROR)
		at = position(b, parser->problem_mark);
	byte = at - b->base;
	remedy = byte < b->text.len && b->text.at[byte] == '\t' ? "indent with spaces" : remedy_of(problem);
	if (parser->context && parser->context_mark.line != parser->problem_mark.line)
		issues_add(b->issues, at, remedy, "%s %s that begins on line %zu", problem, parser->context,
		           parser->context_mark.line + 1);
	else
		issues_add(b->issues, at, remedy, parser->context ? "%s %s" : "%s", problem, parser->context);
	return STATUTE_EDOCUMENT;
}

static int read_events(struct builder *b, yaml_parser_t *parser)
{
	yaml_event_t event;
	bool is_end = false;

	while (!is_end && !b->failure) {
		if (!yaml_parser_parse(parser, &event))
			return on_fault(b, parser);
		is_end = event.type == YAML_STREAM_END_EVENT;
		on_event(b, &event);
		yaml_event_delete(&event);
	}
	return b->failure;
}

int yaml_parse(struct arena *arena, struct str text, uint32_t base, struct issues *issues,
               struct json **ret_root)
{
	size_t errors = issues->errors;
	struct builder *b = arena_new(arena, struct builder);
	yaml_parser_t parser;
	int r;

	if (!b || !yaml_parser_initialize(&parser))
		return STATUTE_ENOMEM;
	b->arena = arena;
	b->issues = issues;
	b->text = text;
	b->base = base;
	map_init(&b->anchors, arena);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)(text.at ? text.at : ""), text.len);
	r = read_events(b, &parser);
	yaml_parser_delete(&parser);
	if (r < 0)
		return r;
	if (issues->errors > errors)
		return STATUTE_EDOCUMENT;
	if (!b->root) {
		issues_add(issues, base, NULL, "the file is empty");
		return STATUTE_EDOCUMENT;
	}
	*ret_root = b->root;
	return 0;
}
