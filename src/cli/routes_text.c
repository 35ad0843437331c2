/* The routes of a document for people: a block an operation, a line a status. See routes.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/routes.h"

enum { COLUMNS = 100, CODES_AT = 7 };

static const struct {
	char mark;
	const char *color;
	const char *text;
} marks[] = {
	[STATUTE_MENTIONED] = { ' ', "", "" },
	[STATUTE_MENTIONED_BY_RANGE] = { '*', "", "can come; the document covers it with a range or default" },
	[STATUTE_UNMENTIONED] = { '+', "\033[33m", "can come; not in the document" },
	[STATUTE_IMPOSSIBLE] = { '-', "\033[31m", "in the document; cannot come" },
};

struct page {
	bool has_colors;
	size_t counts[sizeof(marks) / sizeof(marks[0])];
};

static void begin_color(const struct page *page, const char *color)
{
	if (page->has_colors && color[0])
		fputs(color, stdout);
}

static void end_color(const struct page *page, const char *color)
{
	if (page->has_colors && color[0])
		fputs("\033[0m", stdout);
}

/* Words with commas between them, aligned where a line is full. */
static void print_codes(const char *const *codes, size_t count)
{
	int column = CODES_AT;

	for (size_t i = 0; i < count; i++) {
		int len = (int)strlen(codes[i]) + (i + 1 < count);

		if (i && column + 1 + len > COLUMNS)
			column = printf("\n%*s", CODES_AT, "") - 1;
		else
			column += printf("%s", i ? " " : "");
		column += printf("%s%s", codes[i], i + 1 < count ? "," : "");
	}
}

static void print_answer(struct page *page, const struct statute_answer *answer)
{
	const char *color = marks[answer->mention].color;

	page->counts[answer->mention]++;
	begin_color(page, color);
	printf("%c %s", marks[answer->mention].mark, answer->status);
	end_color(page, color);
	if (answer->code_count)
		printf("%*s", CODES_AT - 2 - (int)strlen(answer->status), "");
	print_codes(answer->codes, answer->code_count);
	putchar('\n');
}

/* What cannot come has nothing to tell but its number: all of it on one line. */
static void print_impossible(struct page *page, const struct statute_answers *answers)
{
	const char *color = marks[STATUTE_IMPOSSIBLE].color;
	bool is_first = true;

	for (size_t i = 0; i < answers->count; i++) {
		if (answers->list[i].mention != STATUTE_IMPOSSIBLE)
			continue;
		if (is_first) {
			begin_color(page, color);
			putchar('-');
		}
		is_first = false;
		page->counts[STATUTE_IMPOSSIBLE]++;
		printf(" %s", answers->list[i].status);
	}
	if (!is_first) {
		end_color(page, color);
		putchar('\n');
	}
}

static void print_answers(struct page *page, const struct statute_answers *answers)
{
	for (size_t i = 0; i < answers->count; i++)
		if (answers->list[i].mention != STATUTE_IMPOSSIBLE)
			print_answer(page, &answers->list[i]);
	print_impossible(page, answers);
}

static void print_route(const struct page *page, const struct statute_route *route)
{
	static const char bold[] = "\033[1m";

	begin_color(page, bold);
	printf("%s %s", route->method, route->path);
	end_color(page, bold);
	if (route->why_not)
		printf("  not bound: %s", route->why_not);
	else
		printf("  %s (%s)", route->resource, route->action);
	fputs(route->needs_credentials ? "  [credentials]\n" : "\n", stdout);
}

static void print_legend(const struct page *page)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (marks[i].text[0] && page->counts[i])
			printf("%c  %s (%zu)\n", marks[i].mark, marks[i].text, page->counts[i]);
}

static size_t count_credentials(const struct statute_document *document)
{
	const struct statute_route *route;
	size_t count = 0;

	for (size_t i = 0; (route = statute_document_route(document, i)); i++)
		count += route->needs_credentials;
	return count;
}

void routes_text(const struct statute_document *document)
{
	struct page page = { .has_colors = isatty(STDOUT_FILENO) }, none = page;
	const struct statute_route *route;
	size_t credentials = count_credentials(document);

	for (size_t i = 0; (route = statute_document_route(document, i)); i++) {
		print_route(&page, route);
		print_answers(&page, statute_document_answers(document, i));
		putchar('\n');
	}
	puts("On any path, before the operation is known:");
	print_answers(&none, statute_document_answers_anywhere(document));
	puts("\nWhere the document has no such path or method:");
	print_answers(&none, statute_document_answers_elsewhere(document));
	if (credentials || page.counts[STATUTE_MENTIONED_BY_RANGE] || page.counts[STATUTE_UNMENTIONED] ||
	    page.counts[STATUTE_IMPOSSIBLE])
		putchar('\n');
	print_legend(&page);
	if (credentials)
		printf("[credentials]  demanded (%zu)\n", credentials);
}
