/* The graph as text, as DOT and as SVG; see decide.h. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <statute/status.h>

#include "cli/command.h"
#include "cli/decide.h"
#include "cli/text.h"

extern char **environ;

static void edge_text(const char *answer, const struct statute_edge *edge)
{
	if (edge->to == STATUTE_NODE_END)
		printf("      %s %d %s\n", answer, edge->status, edge->code);
	else
		printf("      %s %s\n", answer, statute_graph_node(edge->to)->id);
}

void decide_graph_text(void)
{
	const struct statute_node *node;
	char block = '\0';

	for (size_t i = 0; (node = statute_graph_node(i)); i++) {
		if (node->id[0] != block)
			printf("%s%c  %s\n\n", block ? "\n" : "", node->id[0],
			       statute_graph_block(node->id[0]));
		block = node->id[0];
		printf("%-5s %s [%s]\n", node->id, node->question, statute_fact_info(node->fact)->name);
		if (!node->is_effect)
			edge_text("yes:", &node->yes);
		edge_text(node->is_effect ? "then" : "no: ", &node->no);
	}
}

static void edge_json(const char *name, const struct statute_edge *edge)
{
	putchar(',');
	text_json(name);
	if (edge->to == STATUTE_NODE_END) {
		printf(":{\"status\":%d,", edge->status);
		text_json_member("code", edge->code);
	} else {
		fputs(":{", stdout);
		text_json_member("node", statute_graph_node(edge->to)->id);
	}
	putchar('}');
}

void decide_graph_json(void)
{
	const struct statute_node *node;

	fputs("{\"nodes\":[", stdout);
	for (size_t i = 0; (node = statute_graph_node(i)); i++) {
		fputs(i ? ",{" : "{", stdout);
		text_json_member("id", node->id);
		putchar(',');
		text_json_member("question", node->question);
		putchar(',');
		text_json_member("fact", statute_fact_info(node->fact)->name);
		printf(",\"isEffect\":%s", node->is_effect ? "true" : "false");
		edge_json("yes", &node->yes);
		edge_json("no", &node->no);
		putchar('}');
	}
	puts("]}");
}

void decide_facts(void)
{
	static const char *const defaults[] = {
		[STATUTE_DEFAULT_ASK] = "?",        [STATUTE_DEFAULT_ASK_NO] = "no",
		[STATUTE_DEFAULT_ASK_YES] = "yes",  [STATUTE_DEFAULT_NO] = "no",
		[STATUTE_DEFAULT_YES] = "yes",      [STATUTE_DEFAULT_ELSE_NO] = "no",
		[STATUTE_DEFAULT_ELSE_YES] = "yes",
	};
	const struct statute_fact_info *info, *last = NULL;

	for (size_t i = 0; (info = statute_fact_info(i)); last = info, i++) {
		if (!last || strcmp(last->group, info->group) != 0)
			printf("%s%s\n", last ? "\n" : "", info->group);
		printf("  %-28s %-4s %s\n", info->name, defaults[info->otherwise], info->text);
	}
}

static void quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static const char *color_of(int status)
{
	static const char *const colors[] = {
		"#dddddd", "#cfe3ff", "#cdeccd", "#fff1b8", "#ffd8b8", "#ffc4c4"
	};

	return colors[status >= 100 && status < 600 ? status / 100 : 0];
}

static void edge_dot(FILE *out, const struct statute_node *node, const char *answer,
                     const struct statute_edge *edge)
{
	if (edge->to != STATUTE_NODE_END) {
		fprintf(out, "  %s -> %s [label=\"%s\"];\n", node->id, statute_graph_node(edge->to)->id,
		        answer);
		return;
	}
	fprintf(out, "  %s_%s [shape=box, style=\"rounded,filled\", fillcolor=\"%s\", label=\"%d %s\"];\n",
	        node->id, *answer ? answer : "end", color_of(edge->status), edge->status, edge->code);
	fprintf(out, "  %s -> %s_%s [label=\"%s\"];\n", node->id, node->id, *answer ? answer : "end", answer);
}

static void cluster_dot(FILE *out, char block)
{
	const struct statute_node *node;

	fprintf(out, "  subgraph cluster_%c {\n    label=\"%c  %s\";\n", block, block,
	        statute_graph_block(block));
	for (size_t i = 0; (node = statute_graph_node(i)); i++) {
		if (node->id[0] != block)
			continue;
		fprintf(out, "    %s [shape=%s, tooltip=\"%s\", label=", node->id,
		        node->is_effect ? "cds" : "box", statute_fact_info(node->fact)->name);
		char label[160];

		snprintf(label, sizeof(label), "%s  %s", node->id, node->question);
		quoted(out, label);
		fputs("];\n", out);
	}
	fputs("  }\n", out);
}

void decide_graph_dot(FILE *out)
{
	const struct statute_node *node;
	char block = '\0';

	fputs("digraph decide {\n  fontname=\"sans-serif\";\n"
	      "  node [fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", "
	      "fontsize=10];\n",
	      out);
	for (size_t i = 0; (node = statute_graph_node(i)); i++) {
		if (node->id[0] != block)
			cluster_dot(out, node->id[0]);
		block = node->id[0];
	}
	for (size_t i = 0; (node = statute_graph_node(i)); i++) {
		if (!node->is_effect)
			edge_dot(out, node, "yes", &node->yes);
		edge_dot(out, node, node->is_effect ? "" : "no", &node->no);
	}
	fputs("}\n", out);
}

/* Starts graphviz with `in` as its stdin. 0 or an errno. */
static int start_dot(const int in[2], pid_t *ret_pid)
{
	static char name[] = "dot", type[] = "-Tsvg";
	char *const argv[] = { name, type, NULL };
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r)
		return r;
	if (!(r = posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO)) &&
	    !(r = posix_spawn_file_actions_addclose(&actions, in[0])) &&
	    !(r = posix_spawn_file_actions_addclose(&actions, in[1])))
		r = posix_spawnp(ret_pid, "dot", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_FAILED;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return EXIT_OK;
	command_error("graphviz failed to draw the graph");
	return EXIT_FAILED;
}

int decide_graph_svg(void)
{
	int in[2], r;
	pid_t pid;
	FILE *to;

	fflush(stdout);
	if (pipe(in) < 0) {
		command_error("no pipe: %s", strerror(errno));
		return EXIT_FAILED;
	}
	r = start_dot(in, &pid);
	(void)signal(SIGPIPE, SIG_IGN); /* where graphviz ends early, its exit code says so */
	close(in[0]);
	to = r ? NULL : fdopen(in[1], "w");
	if (to)
		decide_graph_dot(to);
	if (!to || fclose(to) != 0)
		close(in[1]);
	if (r == ENOENT)
		command_error("--svg needs graphviz: its program \"dot\" is not in PATH (or take --dot)");
	else if (r)
		command_error("cannot start \"dot\": %s", strerror(r));
	return r ? EXIT_FAILED : wait_for(pid);
}
