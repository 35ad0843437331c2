/* One walk through the graph, explained; see decide.h. */
#include <string.h>

#include <statute/status.h>

#include "cli/command.h"
#include "cli/decide.h"
#include "cli/text.h"

struct walk {
	const struct statute_facts *given;
	bool is_json, is_first;
};

/* Names as people write them on the command line. */
static void print_fact(enum statute_fact fact)
{
	for (const char *at = statute_fact_info(fact)->name; *at; at++)
		putchar(*at == '_' ? '-' : *at);
}

static void step_text(void *arg, uint8_t at, bool answer)
{
	const struct walk *walk = arg;
	const struct statute_node *node = statute_graph_node(at);
	bool is_given = statute_fact_known(walk->given, node->fact);

	printf("%-5s %-60s %-4s ", node->id, node->question, node->is_effect ? "done" : answer ? "yes" : "no");
	if (is_given)
		print_fact(node->fact);
	puts(!is_given ? "(default)" : answer ? "=yes" : "=no");
}

static void step_json(void *arg, uint8_t at, bool answer)
{
	struct walk *walk = arg;
	const struct statute_node *node = statute_graph_node(at);

	fputs(walk->is_first ? "{" : ",{", stdout);
	walk->is_first = false;
	text_json_member("node", node->id);
	putchar(',');
	text_json_member("question", node->question);
	putchar(',');
	text_json_member("fact", statute_fact_info(node->fact)->name);
	printf(",\"answer\":%s,", answer ? "true" : "false");
	text_json_member("source", statute_fact_known(walk->given, node->fact) ? "given" : "default");
	putchar('}');
}

static const char *phrase_of(int status)
{
	const struct statute_status *row = statute_status_class_fallback(status);

	return row ? row->phrase : "";
}

static void edge_text(const char *answer, const struct statute_edge *edge)
{
	if (edge->to == STATUTE_NODE_END)
		printf("  %s ends with %d %s\n", answer, edge->status, edge->code);
	else
		printf("  %s goes on: %s %s\n", answer, statute_graph_node(edge->to)->id,
		       statute_graph_node(edge->to)->question);
}

/* What stopped the walk, and what each answer would lead to. */
static void stopped_text(const struct statute_facts *facts, const struct statute_verdict *stop)
{
	const struct statute_node *node = statute_graph_node(stop->node);
	struct statute_verdict verdicts[STATUTE_VERDICTS_MAX];
	size_t count = statute_graph_reachable(facts, verdicts);

	printf("%-5s %-60s ?\n\nThis decides next: ", node->id, node->question);
	print_fact(stop->fact);
	printf(" (%s)\n", statute_fact_info(stop->fact)->text);
	edge_text("yes", &node->yes);
	edge_text("no ", &node->no);
	printf("\n%zu %s still possible:\n", count, count == 1 ? "answer is" : "answers are");
	for (size_t i = 0; i < count; i++)
		printf("  %d %s (%s)\n", verdicts[i].status, verdicts[i].code,
		       statute_graph_node(verdicts[i].node)->id);
}

static void verdict_text(const struct statute_verdict *verdict)
{
	if (verdict->status)
		printf("\n%d %s\n%s, decided at %s\n", verdict->status, phrase_of(verdict->status), verdict->code,
		       statute_graph_node(verdict->node)->id);
	else
		printf("\n%s, decided at %s: the graph has no status for it\n", verdict->code,
		       statute_graph_node(verdict->node)->id);
}

int decide_walk(const struct statute_facts *given)
{
	struct walk walk = { .given = given };
	struct statute_facts facts = *given;
	struct statute_verdict verdict;

	statute_facts_assume(&facts);
	if (statute_graph_trace(&facts, step_text, &walk, &verdict) == STATUTE_WALK_NEEDS_FACT) {
		stopped_text(&facts, &verdict);
		return EXIT_FAILED;
	}
	verdict_text(&verdict);
	return EXIT_OK;
}

static void stopped_json(const struct statute_facts *facts, const struct statute_verdict *stop)
{
	struct statute_verdict verdicts[STATUTE_VERDICTS_MAX];
	size_t count = statute_graph_reachable(facts, verdicts);

	fputs("],\"needs\":{", stdout);
	text_json_member("node", statute_graph_node(stop->node)->id);
	putchar(',');
	text_json_member("fact", statute_fact_info(stop->fact)->name);
	fputs("},\"possible\":[", stdout);
	for (size_t i = 0; i < count; i++) {
		printf("%s{\"status\":%d,", i ? "," : "", verdicts[i].status);
		text_json_member("code", verdicts[i].code);
		putchar(',');
		text_json_member("node", statute_graph_node(verdicts[i].node)->id);
		putchar('}');
	}
	puts("]}");
}

int decide_walk_json(const struct statute_facts *given)
{
	struct walk walk = { .given = given, .is_first = true };
	struct statute_facts facts = *given;
	struct statute_verdict verdict;

	statute_facts_assume(&facts);
	fputs("{\"steps\":[", stdout);
	if (statute_graph_trace(&facts, step_json, &walk, &verdict) == STATUTE_WALK_NEEDS_FACT) {
		stopped_json(&facts, &verdict);
		return EXIT_FAILED;
	}
	printf("],\"verdict\":{\"status\":%d,", verdict.status);
	text_json_member("phrase", phrase_of(verdict.status));
	putchar(',');
	text_json_member("code", verdict.code);
	putchar(',');
	text_json_member("node", statute_graph_node(verdict.node)->id);
	puts("}}");
	return EXIT_OK;
}
