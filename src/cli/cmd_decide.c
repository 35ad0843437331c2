/* `statute decide`: the decision graph, or a walk through it with given facts. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/command.h"
#include "cli/decide.h"
#include "cli/near.h"

struct decide_options {
	bool is_json, is_dot, is_svg, lists_facts;
};

static const struct option options[] = {
	{ "facts", 0, OPTION_FLAG, offsetof(struct decide_options, lists_facts), NULL, "list all facts", 0, 0 },
	{ "json", 0, OPTION_FLAG, offsetof(struct decide_options, is_json), NULL, "print JSON", 0, 0 },
	{ "dot", 0, OPTION_FLAG, offsetof(struct decide_options, is_dot), NULL, "the graph for graphviz", 0, 0 },
	{ "svg", 0, OPTION_FLAG, offsetof(struct decide_options, is_svg), NULL,
	  "the graph as a picture (needs graphviz)", 0, 0 },
	OPTION_END,
};

static int unknown_fact(const char *name)
{
	const struct statute_fact_info *info;
	struct near near;

	near_init(&near, str_from(name));
	near_offer(&near, "method");
	for (size_t i = 0; (info = statute_fact_info(i)); i++) {
		near_offer(&near, info->name);
		if (strncmp(info->name, "has_", 4) == 0)
			near_offer(&near, info->name + 4);
	}
	fprintf(stderr, "statute decide: there is no fact \"%s\"", name);
	near_print(&near);
	fputs("\nTry: statute decide --facts\n", stderr);
	return EXIT_USAGE;
}

static bool read_answer(const char *text, bool *ret_answer)
{
	static const char *const yes[] = { "yes", "true", "1" }, *const no[] = { "no", "false", "0" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
			*ret_answer = strcasecmp(text, yes[i]) == 0;
			return true;
		}
	return false;
}

static int take_method(struct statute_facts *facts, const char *method)
{
	char name[16] = "";

	/* cppcheck-suppress arrayIndexOutOfBoundsCond ; method ends with a NUL, where this ends too */
	for (size_t i = 0; i + 1 < sizeof(name) && method[i]; i++)
		name[i] = (char)toupper((unsigned char)method[i]);
	if (statute_facts_set_method(facts, name))
		return EXIT_OK;
	return command_misused(&cmd_decide, "the graph asks for no method \"%s\"; an unknown one is method-known=no",
	                       method);
}

/* "exists=no", "if-match" (yes), "method=PUT", "PUT". */
static int take_fact(struct statute_facts *facts, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	struct statute_facts with = *facts;
	enum statute_fact fact;
	bool answer = true;
	char name[64];

	if (!equals && statute_facts_set_method(&with, word)) {
		*facts = with;
		return EXIT_OK;
	}
	if (len >= sizeof(name))
		return unknown_fact(word);
	memcpy(name, word, len);
	name[len] = '\0';
	if (strcmp(name, "method") == 0)
		return take_method(facts, equals ? equals + 1 : "");
	if (statute_fact_find(name, &fact) < 0)
		return unknown_fact(name);
	if (equals && !read_answer(equals + 1, &answer))
		return command_misused(&cmd_decide, "%s is yes or no, not \"%s\"", name, equals + 1);
	statute_fact_set(facts, fact, answer);
	return EXIT_OK;
}

static bool has_two_methods(const struct statute_facts *facts)
{
	int count = 0;

	for (int i = STATUTE_FACT_IS_GET; i <= STATUTE_FACT_IS_QUERY; i++)
		count += statute_fact_is(facts, (enum statute_fact)i);
	return count > 1;
}

static int print_graph(const struct decide_options *chosen)
{
	if (chosen->is_svg)
		return decide_graph_svg();
	if (chosen->lists_facts)
		decide_facts();
	else if (chosen->is_dot)
		decide_graph_dot(stdout);
	else if (chosen->is_json)
		decide_graph_json();
	else
		decide_graph_text();
	return EXIT_OK;
}

static int run(const void *given, char *const *words, size_t count)
{
	const struct decide_options *chosen = given;
	struct statute_facts facts = { .known = { 0 } };

	if (chosen->is_json + chosen->is_dot + chosen->is_svg + chosen->lists_facts > 1)
		return command_misused(&cmd_decide, "choose one of --facts, --json, --dot and --svg");
	if (count == 0)
		return print_graph(chosen);
	if (chosen->is_dot || chosen->is_svg || chosen->lists_facts)
		return command_misused(&cmd_decide, "facts make a walk, which has no picture");
	for (size_t i = 0; i < count; i++) {
		int code = take_fact(&facts, words[i]);

		if (code != EXIT_OK)
			return code;
	}
	if (has_two_methods(&facts))
		return command_misused(&cmd_decide, "a request has one method");
	return chosen->is_json ? decide_walk_json(&facts) : decide_walk(&facts);
}

const struct command cmd_decide = {
	.name = "decide",
	.summary = "the decision graph, or a walk through it",
	.usage = "[method=METHOD] [FACT=yes|no ...] [options]",
	.help = "Without facts, the whole graph is printed. With facts, each question on the way is\n"
		"printed with its answer, and the status at its end; what is not given is answered\n"
		"as usual, and said to be so.\n\n"
		"  statute decide method=PUT exists=no if-match=yes\n"
		"  statute decide method=GET exists=yes if-none-match=yes if-none-match-holds=no\n",
	.options = options,
	.options_size = sizeof(struct decide_options),
	.run = run,
};
