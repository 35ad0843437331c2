/*
 * The document as one text for everybody: see publish.h.
 *
 * What a member means depends on where it stands: "default" is data in a schema, a name among
 * responses and a property among properties. So each object is written in a mode.
 */
#include "openapi/publish.h"

#include "base/map.h"
#include "openapi/answers.h"
#include "openapi/complete.h"
#include "openapi/insert.h"
#include "openapi/load.h"

/* What the members of an object are. */
enum mode {
	MODE_FIELDS,    /* fields of OpenAPI or JSON Schema */
	MODE_NAMES,     /* names that the author chose, "x-" among them */
	MODE_RESPONSES, /* the same beside extensions: statuses, paths */
	MODE_DATA,      /* as it is: examples, constants */
};

/* A target in another file, to be written under x-refs. */
struct taken {
	const struct json *node;
	struct str base;
};

struct publisher {
	struct arena *arena;
	const struct loader *loader;
	struct str main; /* URI of the document's own file */
	struct str base; /* of the file that is being written */
	struct buf *buf;
	struct map places; /* the address of what was taken -> its index + 1 */
	struct taken *taken;
	size_t count, cap;
};

/* ---- References ----------------------------------------------------------- */

static bool take(struct publisher *publisher, const struct taken *taken, size_t *ret_index)
{
	struct str key = str_printf(publisher->arena, "%p", (const void *)taken->node);
	void **place;

	if (!key.at || !(place = map_put(&publisher->places, key)))
		return false;
	if (!*place) {
		size_t size = sizeof(*taken), cap = publisher->cap ? 2 * publisher->cap : 16;

		if (publisher->count == publisher->cap) {
			struct taken *more = arena_grow(publisher->arena, publisher->taken,
			                                publisher->cap * size, cap * size);

			if (!more)
				return false;
			publisher->taken = more;
			publisher->cap = cap;
		}
		publisher->taken[publisher->count++] = *taken;
		*place = (void *)(uintptr_t)publisher->count;
	}
	*ret_index = (size_t)(uintptr_t)*place - 1;
	return true;
}

/* What leads nowhere, or to a network, stays as it was written: nobody here can tell better. */
static void write_reference(struct publisher *publisher, struct str reference)
{
	struct reference_target target = { 0 };
	struct str fragment = reference, path = str_cut(&fragment, '#');
	size_t index;

	if (str_eq(publisher->base, publisher->main) && !path.len) {
		json_write_string(publisher->buf, reference);
		return;
	}
	if (reference_find(publisher->loader, publisher->arena, publisher->base, reference, &target) !=
	    REFERENCE_FOUND) {
		json_write_string(publisher->buf,
		                  str_starts(reference, S("http")) ? reference : S("#/x-refs/none"));
		return;
	}
	if (str_eq(target.base, publisher->main)) {
		struct str within = str_printf(publisher->arena, "#%.*s", STR_ARG(fragment));

		publisher->buf->failed |= !within.at;
		json_write_string(publisher->buf, within);
		return;
	}
	if (!take(publisher, &(struct taken){ target.node, target.base }, &index))
		publisher->buf->failed = true;
	else
		buf_printf(publisher->buf, "\"#/x-refs/%zu\"", index);
}

/* ---- Writing -------------------------------------------------------------- */

static bool is_one_of(struct str name, const char *words)
{
	struct str rest = str_from(words);

	while (rest.len) {
		struct str word = str_cut(&rest, ' ');

		if (str_eq(word, name))
			return true;
	}
	return false;
}

/* The mode of what stands under a field. */
static enum mode mode_of_field(const struct json *member)
{
	bool is_object = member->type == JSON_OBJECT;

	if (is_one_of(member->name, "example default const enum value"))
		return MODE_DATA;
	if (str_eq(member->name, S("examples")))
		return is_object ? MODE_NAMES : MODE_DATA;
	if (is_one_of(member->name, "responses paths webhooks pathItems"))
		return MODE_RESPONSES;
	if (is_one_of(member->name,
	              "properties patternProperties $defs definitions dependentSchemas dependentRequired "
	              "schemas headers requestBodies securitySchemes links callbacks variables mapping "
	              "encoding content security scopes"))
		return MODE_NAMES;
	return str_eq(member->name, S("parameters")) && is_object ? MODE_NAMES : MODE_FIELDS;
}

static bool is_extension(const struct json *member, enum mode mode)
{
	return (mode == MODE_FIELDS || mode == MODE_RESPONSES) && str_starts(member->name, S("x-"));
}

static void write_value(struct publisher *publisher, const struct json *node, enum mode mode);

static void write_member(struct publisher *publisher, const struct json *member, enum mode mode)
{
	json_write_string(publisher->buf, member->name);
	buf_add_char(publisher->buf, ':');
	if (mode != MODE_FIELDS)
		write_value(publisher, member, MODE_FIELDS);
	else if (str_eq(member->name, S("$ref")) && member->type == JSON_STRING)
		write_reference(publisher, member->text);
	else
		write_value(publisher, member, mode_of_field(member));
}

static void write_object(struct publisher *publisher, const struct json *node, enum mode mode)
{
	bool is_first = true;

	buf_add_char(publisher->buf, '{');
	json_each(member, node) {
		if (is_extension(member, mode))
			continue;
		if (!is_first)
			buf_add_char(publisher->buf, ',');
		is_first = false;
		write_member(publisher, member, mode);
	}
	buf_add_char(publisher->buf, '}');
}

static void write_array(struct publisher *publisher, const struct json *node, enum mode mode)
{
	buf_add_char(publisher->buf, '[');
	json_each(item, node) {
		if (item != json_first(node))
			buf_add_char(publisher->buf, ',');
		write_value(publisher, item, mode);
	}
	buf_add_char(publisher->buf, ']');
}

/* Documents have at most DOCUMENT_DEPTH_MAX levels. */
static void write_value(struct publisher *publisher, const struct json *node, enum mode mode)
{
	if (mode == MODE_DATA || node->type < JSON_ARRAY)
		json_write(publisher->buf, node);
	else if (node->type == JSON_OBJECT)
		write_object(publisher, node, mode);
	else
		write_array(publisher, node, mode);
}

/* What is taken may take more: the list grows while it is written. */
static void write_taken(struct publisher *publisher)
{
	if (!publisher->count)
		return;
	buf_lit(publisher->buf, ",\"x-refs\":{");
	for (size_t i = 0; i < publisher->count && !publisher->buf->failed; i++) {
		const struct taken taken = publisher->taken[i];

		buf_printf(publisher->buf, "%s\"%zu\":", i ? "," : "", i);
		publisher->base = taken.base;
		write_value(publisher, taken.node, MODE_FIELDS);
	}
	buf_add_char(publisher->buf, '}');
}

/* ---- The whole ------------------------------------------------------------ */

/* The tree with the responses that it lacked; as it was where its text is written so that nothing can be added. */
static int completed(struct arena *arena, const struct document *document, const struct api *api,
                     const struct statute_answers *answers, const struct json **ret_root)
{
	struct json *root = NULL;
	struct str text;
	size_t left;
	int r = complete_document(arena, document, api, answers, &text, &left);

	if (r == 0)
		r = insert_parse(arena, text, &root);
	if (r == STATUTE_ENOMEM)
		return r;
	*ret_root = r == 0 ? root : document->root;
	return 0;
}

static int find_answers(struct answer_finder *finder, const struct document *document, const struct api *api,
                        struct statute_answers **ret_answers)
{
	struct statute_answers *answers;
	int r = answers_init(finder, finder->arena, api);

	if (r < 0)
		return r;
	answers = arena_array(finder->arena, document->operation_count, sizeof(*answers));
	if (!answers)
		return STATUTE_ENOMEM;
	for (size_t i = 0; r == 0 && i < document->operation_count; i++) {
		const struct operation *operation = document->operations[i];

		r = answers_find(finder, api->paths[operation->path->index].operations[operation->method],
		                 &answers[i]);
	}
	*ret_answers = answers;
	return r;
}

int publish_document(struct arena *arena, const struct document *document, const struct api *api,
                     struct buf *buf)
{
	struct publisher publisher = { .arena = arena, .loader = loader_of(document), .buf = buf };
	const struct loaded_file *main_file = loader_of(document)->files.entries[0].value;
	struct statute_answers *answers, anywhere, elsewhere;
	struct answer_finder finder = { .arena = arena };
	const struct json *root;
	int r;

	map_init(&publisher.places, arena);
	publisher.main = publisher.base = main_file->uri;
	if ((r = find_answers(&finder, document, api, &answers)) < 0 ||
	    (r = answers_list(&finder, &finder.anywhere, &anywhere)) < 0 ||
	    (r = answers_list(&finder, &finder.elsewhere, &elsewhere)) < 0 ||
	    (r = completed(arena, document, api, answers, &root)) < 0)
		return r;
	write_object(&publisher, root, MODE_FIELDS);
	if (buf->len)
		buf->len--; /* its brace: two members more */
	write_taken(&publisher);
	buf_lit(buf, ",\"x-served\":");
	publish_served(arena, document, answers, &anywhere, &elsewhere, buf);
	buf_lit(buf, "}\n");
	return buf->failed ? STATUTE_ENOMEM : 0;
}
