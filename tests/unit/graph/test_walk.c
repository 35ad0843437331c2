/* The tables of tests/walk, each row a request and what must come of it. */
#include "unit/test.h"

#include <glob.h>

#include <statute/graph.h>

enum { CELLS = 5, TEXT_MAX = 512, NAME_SIZE = 120 };

struct tally {
	size_t cases, failed;
	const char *request;              /* the name of the one that is walked */
	char taken_by[256][2][NAME_SIZE]; /* the first request that takes the edge; empty: none */
};

static void note(void *arg, uint8_t node, bool answer)
{
	struct tally *tally = arg;
	char *name = tally->taken_by[node][answer];

	if (!name[0])
		snprintf(name, NAME_SIZE, "%s", tally->request);
}

static bool take_word(struct statute_facts *facts, const char *word)
{
	struct statute_facts with = *facts;
	char name[64];
	enum statute_fact fact;
	bool answer = true;

	if (statute_facts_set_method(&with, word)) {
		*facts = with;
		return true;
	}
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	if (strchr(word, '='))
		answer = strcmp(strchr(word, '=') + 1, "no") != 0;
	if (statute_fact_find(name, &fact) < 0)
		return false;
	statute_fact_set(facts, fact, answer);
	return true;
}

/* "`GET exists`" */
static void take_facts(struct statute_facts *facts, const char *cell, const char *where)
{
	char words[TEXT_MAX], *save = NULL;

	snprintf(words, sizeof(words), "%s", cell);
	for (char *word = strtok_r(words, " `", &save); word; word = strtok_r(NULL, " `", &save))
		if (!take_word(facts, word))
			fail_msg("%s: there is no fact %s", where, word);
}

/* Splits "| a | b | … |" in place; how many cells there were. */
static size_t split(char *line, char *cells[CELLS])
{
	size_t count = 0;

	for (char *at = line + 1; count < CELLS; count++) {
		char *end = strstr(at, " |");

		if (!end)
			break;
		*end = '\0';
		cells[count] = at + strspn(at, " ");
		at = end + 2;
	}
	return count;
}

static void check_row(char *const cells[CELLS], const struct statute_facts *given, struct tally *tally)
{
	struct statute_facts facts = *given;
	struct statute_verdict verdict = { 0 };
	uint8_t node = STATUTE_NODE_FIRST;

	tally->cases++;
	tally->request = cells[0];
	take_facts(&facts, cells[1], cells[0]);
	statute_facts_assume(&facts);
	(void)statute_graph_trace(&facts, note, tally, &verdict);
	if (statute_graph_walk(&facts, &node, &verdict) != STATUTE_WALK_DONE) {
		print_error("%s: stops at %s\n", cells[0], statute_graph_node(node)->id);
		tally->failed++;
	} else if (verdict.status != atoi(cells[3]) || strcmp(verdict.code, cells[4]) != 0 ||
	           strcmp(statute_graph_node(node)->id, cells[2]) != 0) {
		print_error("%s: %s %d %s, not %s %s %s\n", cells[0], statute_graph_node(node)->id, verdict.status,
		            verdict.code, cells[2], cells[3], cells[4]);
		tally->failed++;
	}
}

static void check_line(char *line, struct statute_facts *given, struct tally *tally)
{
	char *cells[CELLS];

	line[strcspn(line, "\n")] = '\0';
	if (line[0] == '#' || strncmp(line, "Given:", 6) == 0)
		*given = (struct statute_facts){ .known = { 0 } };
	if (strncmp(line, "Given:", 6) == 0)
		take_facts(given, line + 6, line);
	if (line[0] != '|' || line[1] == '-' || strncmp(line, "| request |", 11) == 0)
		return;
	if (split(line, cells) != CELLS)
		fail_msg("not five cells: %s", line);
	check_row(cells, given, tally);
}

/*
 * Lists each edge with a request that takes it. A row that no table asks both ways is a
 * row that nobody compared with an RFC; each that is missing is named.
 */
static void assert_every_edge_is_taken(const struct tally *tally)
{
	const struct statute_node *node;
	size_t missing = 0;

	for (size_t i = 0; (node = statute_graph_node(i)); i++)
		for (int answer = 1; answer >= node->is_effect; answer--) {
			const char *name = tally->taken_by[i][answer];

			print_message("%s %s: %s\n", node->id, answer ? "yes" : "no", name);
			if (name[0])
				continue;
			print_error("no request of tests/walk takes %s %s\n", node->id, answer ? "yes" : "no");
			missing++;
		}
	assert_int_equal(missing, 0);
}

static void every_request_ends_as_the_rfcs_say_and_every_edge_is_among_them(void **state)
{
	struct statute_facts given = { .known = { 0 } };
	static struct tally tally;
	char line[1024];
	glob_t files;

	(void)state;
	assert_int_equal(glob(STATUTE_SOURCE_DIR "/tests/walk/*.md", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *file = fopen(files.gl_pathv[i], "r");

		assert_non_null(file);
		while (fgets(line, sizeof(line), file))
			check_line(line, &given, &tally);
		fclose(file);
	}
	globfree(&files);
	print_message("%zu requests\n", tally.cases);
	assert_int_equal(tally.failed, 0);
	assert_true(tally.cases >= 200);
	assert_every_edge_is_taken(&tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_request_ends_as_the_rfcs_say_and_every_edge_is_among_them),
	};

	return cmocka_run_group_tests_name("graph/walk", tests, NULL, NULL);
}
