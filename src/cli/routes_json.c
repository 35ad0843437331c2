/* The routes of a document for programs: one object. See routes.h. */
#include <stdio.h>

#include "cli/routes.h"
#include "cli/text.h"

static void print_strings(const char *name, const char *const *texts, size_t count)
{
	printf(",\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		if (i)
			putchar(',');
		text_json(texts[i]);
	}
	putchar(']');
}

static void print_answers(const char *name, const struct statute_answers *answers, bool has_mention)
{
	static const char *const mentions[] = {
		[STATUTE_MENTIONED] = "number",
		[STATUTE_MENTIONED_BY_RANGE] = "range",
		[STATUTE_UNMENTIONED] = "none",
	};
	bool is_first = true;

	printf(",\"%s\":[", name);
	for (size_t i = 0; i < answers->count; i++) {
		const struct statute_answer *answer = &answers->list[i];

		if (answer->mention == STATUTE_IMPOSSIBLE)
			continue;
		printf("%s{\"status\":%d", is_first ? "" : ",", answer->number);
		is_first = false;
		if (has_mention)
			printf(",\"mentioned\":\"%s\"", mentions[answer->mention]);
		print_strings("errors", answer->codes, answer->code_count);
		putchar('}');
	}
	putchar(']');
}

static void print_impossible(const struct statute_answers *answers)
{
	bool is_first = true;

	fputs(",\"impossible\":[", stdout);
	for (size_t i = 0; i < answers->count; i++) {
		if (answers->list[i].mention != STATUTE_IMPOSSIBLE)
			continue;
		if (!is_first)
			putchar(',');
		is_first = false;
		text_json(answers->list[i].status);
	}
	putchar(']');
}

static void print_member(const char *name, const char *text)
{
	if (!text || !text[0])
		return;
	putchar(',');
	text_json_member(name, text);
}

static void print_operation(const struct statute_document *document, size_t index)
{
	const struct statute_route *route = statute_document_route(document, index);
	const struct statute_answers *answers = statute_document_answers(document, index);

	putchar('{');
	text_json_member("method", route->method);
	print_member("path", route->path);
	print_member("operationId", statute_document_operation(document, index)->id);
	print_member("resource", route->resource);
	print_member("action", route->action);
	print_member("notBound", route->why_not);
	printf(",\"needsCredentials\":%s", route->needs_credentials ? "true" : "false");
	print_answers("answers", answers, true);
	print_impossible(answers);
	putchar('}');
}

void routes_json(const struct statute_document *document)
{
	fputs("{\"operations\":[", stdout);
	for (size_t i = 0; statute_document_route(document, i); i++) {
		fputs(i ? ",\n" : "\n", stdout);
		print_operation(document, i);
	}
	fputs("\n]", stdout);
	print_answers("anywhere", statute_document_answers_anywhere(document), false);
	print_answers("elsewhere", statute_document_answers_elsewhere(document), false);
	fputs("}\n", stdout);
}
