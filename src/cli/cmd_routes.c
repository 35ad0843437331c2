/* `statute routes`: what each operation is bound to, and every status that it can answer. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/routes.h"

struct routes_options {
	bool is_json, writes;
};

static const struct option options[] = {
	{ "json", 0, OPTION_FLAG, offsetof(struct routes_options, is_json), NULL, "print JSON", 0, 0 },
	{ "write", 0, OPTION_FLAG, offsetof(struct routes_options, writes), NULL,
	  "print the document with the missing responses", 0, 0 },
	OPTION_END,
};

static int print_completed(struct statute_document *document, const char *path)
{
	const char *text;
	size_t len, left;
	int r = statute_document_complete(document, &text, &len, &left);

	if (r == STATUTE_EINVAL)
		command_error("%s is written in a way that nothing can be added to it in place", path);
	else if (r < 0)
		command_error("%s", statute_err_text(r));
	if (r < 0)
		return EXIT_FAILED;
	(void)fwrite(text, 1, len, stdout); /* main asks whether all was written */
	if (!left)
		return EXIT_OK;
	command_error("operations that stand in other files, and are not completed here: %zu", left);
	return EXIT_FAILED;
}

static int print(const struct routes_options *chosen, struct statute_document *document, const char *path)
{
	if (chosen->writes)
		return print_completed(document, path);
	(chosen->is_json ? routes_json : routes_text)(document);
	return EXIT_OK;
}

static int load_and_print(const struct routes_options *chosen, const char *path)
{
	struct statute_document *document = NULL;
	int r = statute_document_load(path, &document), code = EXIT_USAGE;

	if (r == 0)
		r = statute_document_find_answers(document);
	if (document)
		fputs(statute_document_problems(document), stderr);
	if (r == 0) {
		code = print(chosen, document, path);
	} else if (r == STATUTE_ENOMEM) {
		command_error("%s", statute_err_text(r));
		code = EXIT_FAILED;
	}
	statute_document_free(document);
	return code;
}

static int run(const void *given, char *const *words, size_t count)
{
	const struct routes_options *chosen = given;

	if (chosen->is_json && chosen->writes)
		return command_misused(&cmd_routes, "choose one of --json and --write");
	if (count != 1)
		return command_misused(&cmd_routes, count ? "one DOCUMENT at a time" : "which DOCUMENT?");
	return load_and_print(chosen, words[0]);
}

const struct command cmd_routes = {
	.name = "routes",
	.summary = "how each operation is bound, and every status that it can answer",
	.usage = "DOCUMENT [options]",
	.help = "Each operation stands with what it is bound to and with every status that it can\n"
		"answer, found in the decision graph, and the error codes that come with it.\n"
		"  +  can come, and the document does not mention it\n"
		"  *  can come, and the document covers it with a range such as 4XX, or default\n"
		"  -  stands in the document, and cannot come\n"
		"With --write the document itself is printed, in its own format and with its comments,\n"
		"completed with a response for each +; only the file that is named is completed.\n"
		"What can be answered on any path stands at the end, once. HEAD that follows a GET,\n"
		"and OPTIONS, are not listed where the document does not declare them.\n",
	.options = options,
	.options_size = sizeof(struct routes_options),
	.run = run,
};
