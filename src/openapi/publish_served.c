/* x-served of a published document: what each operation can answer, and why. See publish.h. */
#include <statute/graph.h>
#include <statute/problem.h>
#include <statute/routes.h>
#include <statute/status.h>

#include "base/map.h"
#include "openapi/publish.h"

enum { STATUS_END = 600 };

/* What the answers name, for the words at the end. */
struct named {
	bool statuses[STATUS_END];
	struct map nodes, codes;
};

static void member(struct buf *buf, const char *name, const char *text)
{
	json_write_string(buf, str_from(name));
	buf_add_char(buf, ':');
	json_write_string(buf, str_from(text));
}

static bool note(struct map *map, const char *text)
{
	void **place = map_put(map, str_from(text));

	if (place)
		*place = map;
	return place != NULL;
}

/* ---- Answers -------------------------------------------------------------- */

static void reason(const struct statute_reason *reason, struct named *named, struct buf *buf)
{
	buf->failed |= !note(&named->codes, reason->code);
	buf_add_char(buf, '{');
	member(buf, "code", reason->code);
	buf_lit(buf, ",\"nodes\":[");
	for (size_t i = 0; i < reason->node_count; i++) {
		buf->failed |= !note(&named->nodes, reason->nodes[i]);
		buf_add(buf, i ? S(",") : S(""));
		json_write_string(buf, str_from(reason->nodes[i]));
	}
	buf_lit(buf, "]}");
}

static void answer(const struct statute_answer *answer, struct named *named, struct buf *buf)
{
	static const char *const mentions[] = {
		[STATUTE_MENTIONED] = "number",
		[STATUTE_MENTIONED_BY_RANGE] = "range",
		[STATUTE_UNMENTIONED] = "none",
	};

	named->statuses[answer->number] = true;
	buf_printf(buf, "{\"status\":%d,\"mentioned\":\"%s\",\"reasons\":[", answer->number,
	           mentions[answer->mention]);
	for (size_t i = 0; i < answer->reason_count; i++) {
		buf_add(buf, i ? S(",") : S(""));
		reason(&answer->reasons[i], named, buf);
	}
	buf_lit(buf, "]}");
}

static void answer_list(const struct statute_answers *answers, struct named *named, struct buf *buf)
{
	bool is_first = true;

	buf_add_char(buf, '[');
	for (size_t i = 0; i < answers->count; i++) {
		if (answers->list[i].mention == STATUTE_IMPOSSIBLE)
			continue;
		buf_add(buf, is_first ? S("") : S(","));
		is_first = false;
		answer(&answers->list[i], named, buf);
	}
	buf_add_char(buf, ']');
}

/* ---- Words ---------------------------------------------------------------- */

static void write_statuses(const struct named *named, struct buf *buf)
{
	bool is_first = true;

	buf_lit(buf, ",\"statuses\":{");
	for (int i = 100; i < STATUS_END; i++) {
		const struct statute_status *status = named->statuses[i] ? statute_status_find(i) : NULL;

		if (!status)
			continue;
		buf_printf(buf, "%s\"%d\":{", is_first ? "" : ",", i);
		is_first = false;
		member(buf, "phrase", status->phrase);
		buf_add_char(buf, ',');
		member(buf, "meaning", status->meaning);
		buf_add_char(buf, ',');
		member(buf, "client", statute_client_action_text(status->client));
		buf_add_char(buf, ',');
		member(buf, "section", status->section);
		buf_add_char(buf, ',');
		member(buf, "fields", status->headers);
		buf_add_char(buf, '}');
	}
	buf_add_char(buf, '}');
}

/* The status in which an edge ends. */
static void end_member(struct buf *buf, const char *name, const struct statute_edge *edge)
{
	if (edge->to == STATUTE_NODE_END && edge->status)
		buf_printf(buf, ",\"%s\":%d", name, edge->status);
}

static void write_row(struct buf *buf, const char *id)
{
	uint8_t node;
	bool is_row = statute_graph_find(id, &node) == 0;
	const struct statute_node *row = is_row ? statute_graph_node(node) : NULL;

	json_write_string(buf, str_from(id));
	buf_lit(buf, ":{");
	member(buf, "question", row ? row->question : "Can the request be read?");
	buf_add_char(buf, ',');
	member(buf, "block", statute_graph_block(id[0]));
	if (row) {
		end_member(buf, "yes", &row->yes);
		end_member(buf, "no", &row->no);
	}
	buf_add_char(buf, '}');
}

/* A row of the list that is no row of the graph is the parser's. */
static void write_nodes(const struct named *named, struct buf *buf)
{
	buf_lit(buf, ",\"nodes\":{");
	for (size_t i = 0; i < named->nodes.count; i++) {
		buf_add(buf, i ? S(",") : S(""));
		write_row(buf, named->nodes.entries[i].key.at);
	}
	buf_add_char(buf, '}');
}

static const char *words_of(const char *code)
{
	static const struct {
		const char *code, *text;
	} outcomes[] = {
#define O(NAME, text) { #NAME, text },
#include "graph/outcomes.def"
#undef O
	};
	size_t member_len;
	const struct statute_error_code *error = statute_error_code_explain(code, &member_len);

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (strcmp(outcomes[i].code, code) == 0)
			return outcomes[i].text;
	return error ? error->message : "";
}

static void write_codes(const struct named *named, struct buf *buf)
{
	buf_lit(buf, ",\"codes\":{");
	for (size_t i = 0; i < named->codes.count; i++) {
		const char *code = named->codes.entries[i].key.at;

		buf_add(buf, i ? S(",") : S(""));
		member(buf, code, words_of(code));
	}
	buf_add_char(buf, '}');
}

void publish_served(struct arena *arena, const struct document *document,
                    const struct statute_answers *answers, const struct statute_answers *anywhere,
                    const struct statute_answers *elsewhere, struct buf *buf)
{
	struct named named = { 0 };

	map_init(&named.nodes, arena);
	map_init(&named.codes, arena);
	buf_lit(buf, "{\"basePath\":");
	json_write_string(buf, document->base_path);
	buf_lit(buf, ",\"operations\":{");
	for (size_t i = 0; i < document->operation_count; i++) {
		const struct operation *operation = document->operations[i];

		struct str name = str_printf(arena, "%.*s %.*s", STR_ARG(method_name(operation->method)),
		                             STR_ARG(operation->path->template_text));

		buf->failed |= !name.at;
		buf_add(buf, i ? S(",\n") : S("\n"));
		json_write_string(buf, name);
		buf_add_char(buf, ':');
		answer_list(&answers[i], &named, buf);
	}
	buf_lit(buf, "},\"anywhere\":");
	answer_list(anywhere, &named, buf);
	buf_lit(buf, ",\"elsewhere\":");
	answer_list(elsewhere, &named, buf);
	write_statuses(&named, buf);
	write_nodes(&named, buf);
	write_codes(&named, buf);
	buf_add_char(buf, '}');
}
