/* `statute explain`: what a status code or an error code means, requires and tells clients. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/ask_admin.h"
#include "cli/command.h"
#include "cli/explain.h"
#include "cli/near.h"

struct explain_options {
	const char *admin; /* NULL: ADMIN_DEFAULT */
	bool is_json;
};

static const struct option options[] = {
	{ "json", 0, OPTION_FLAG, offsetof(struct explain_options, is_json), NULL, "print JSON", 0, 0 },
	{ "admin", 0, OPTION_TEXT, offsetof(struct explain_options, admin), "URL",
	  "the server's admin listener (" ADMIN_DEFAULT ")", 0, 0 },
	OPTION_END,
};

/* "404", and nothing else. */
static bool is_number(const char *word)
{
	return strlen(word) <= 4 && word[0] && word[strspn(word, "0123456789")] == '\0';
}

static int explain_number(const char *word, bool is_json)
{
	int code = (int)strtol(word, NULL, 10);
	const struct statute_status *status = statute_status_class_fallback(code);

	if (!status)
		return command_misused(&cmd_explain, "%s is no status code: they go from 100 to 599", word);
	if (is_json)
		explain_status_json(code, status);
	else
		explain_status(code, status);
	return EXIT_OK;
}

/* "conflict", "not-found", "Not Found". */
static const struct statute_status *find_phrase(const char *word)
{
	const struct statute_status *status;

	for (size_t i = 0; (status = statute_status_at(i)); i++) {
		size_t len = strlen(status->phrase), k = 0;

		while (k < len && (tolower((unsigned char)word[k]) == tolower((unsigned char)status->phrase[k]) ||
		                   (status->phrase[k] == ' ' && (word[k] == '-' || word[k] == '_'))))
			k++;
		if (k == len && word[k] == '\0')
			return status;
	}
	return NULL;
}

static int unknown(const char *word)
{
	const struct statute_error_code *code;
	const struct statute_validation_code *validation;
	const struct statute_status *status;
	struct near near;

	near_init(&near, str_from(word));
	for (size_t i = 0; (code = statute_error_code_at(i)); i++)
		near_offer(&near, code->code);
	for (size_t i = 0; (validation = statute_validation_code_at(i)); i++)
		near_offer(&near, validation->code);
	for (size_t i = 0; (status = statute_status_at(i)); i++)
		near_offer(&near, status->phrase);
	fprintf(stderr, "statute explain: nothing is known of \"%s\"", word);
	near_print(&near);
	fputs("\nTry: statute explain\n", stderr);
	return EXIT_USAGE;
}

static int explain_word(const char *word, bool is_json)
{
	char name[128];
	size_t len = strlen(word), member_len;
	const struct statute_error_code *code;
	const struct statute_validation_code *validation;
	const struct statute_status *status;

	if (len >= sizeof(name))
		return unknown(word);
	for (size_t i = 0; i <= len; i++)
		name[i] = (char)(word[i] == '-' ? '_' : toupper((unsigned char)word[i]));
	if ((code = statute_error_code_explain(name, &member_len)))
		(is_json ? explain_code_json : explain_code)(name, code, member_len);
	else if ((validation = statute_validation_code_find(name)))
		(is_json ? explain_validation_json : explain_validation)(validation);
	else if ((status = find_phrase(word)))
		(is_json ? explain_status_json : explain_status)(status->code, status);
	else
		return unknown(word);
	return EXIT_OK;
}

/* A client may have chosen another id than ours: one is meant where a server is named. */
static bool is_request(const char *word, const struct explain_options *chosen)
{
	return chosen->admin || strncmp(word, "req_", 4) == 0;
}

static int explain_asked(const char *id, const struct explain_options *chosen)
{
	const char *admin = chosen->admin ? chosen->admin : ADMIN_DEFAULT;

	if (!ask_admin_is_url(str_from(admin)))
		return command_misused(&cmd_explain, "--admin takes a URL, such as " ADMIN_DEFAULT ", not \"%s\"",
		                       admin);
	return explain_request(id, admin, chosen->is_json);
}

static int run(const void *given, char *const *words, size_t count)
{
	const struct explain_options *chosen = given;

	if (count > 1)
		return command_misused(&cmd_explain, "one code at a time, please");
	if (count == 0 && chosen->admin)
		return command_misused(&cmd_explain, "--admin goes with the id of a request");
	if (count == 0) {
		(chosen->is_json ? explain_all_json : explain_all)();
		return EXIT_OK;
	}
	if (is_request(words[0], chosen))
		return explain_asked(words[0], chosen);
	return is_number(words[0]) ? explain_number(words[0], chosen->is_json)
	                           : explain_word(words[0], chosen->is_json);
}

const struct command cmd_explain = {
	.name = "explain",
	.summary = "what a code means and obliges to, or why a request got its status",
	.usage = "[CODE | ID] [options]",
	.help = "CODE is a status (409), a phrase (conflict) or an error code (EMAIL_ALREADY_EXISTS).\n"
		"Without it, all status codes are listed.\n\n"
		"ID is that of one of the last 1,000 requests, as X-Request-Id, error bodies and the log\n"
		"have it (req_...): the running server is asked for the questions that it went through,\n"
		"their answers and the facts behind them.\n\n"
		"  statute explain req_0Vbsoql2apvnbvCXRfBo0y\n",
	.options = options,
	.options_size = sizeof(struct explain_options),
	.run = run,
};
