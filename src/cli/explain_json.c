/* What `statute explain --json` prints: see explain.h. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/explain.h"
#include "cli/text.h"

static void more(const char *name, const char *text)
{
	putchar(',');
	text_json_member(name, text);
}

static const char *content_name(enum statute_content content)
{
	static const char *const names[] = {
		[STATUTE_CONTENT_ALLOWED] = "allowed",
		[STATUTE_CONTENT_REQUIRED] = "required",
		[STATUTE_CONTENT_FORBIDDEN] = "forbidden",
		[STATUTE_CONTENT_EMPTY] = "empty",
	};

	return names[content];
}

/* "a b|c" is [["a"],["b","c"]]: each of the outer, one of the inner. */
static void fields(const char *at)
{
	char name[32];

	fputs(",\"fields\":[", stdout);
	for (bool is_first = true; *at; is_first = false) {
		fputs(is_first ? "[" : ",[", stdout);
		for (char end = '|'; end == '|';) {
			size_t len = strcspn(at, " |");

			snprintf(name, sizeof(name), "%.*s", (int)len, at);
			text_json(name);
			end = at[len];
			at += len + (end != '\0');
			if (end == '|')
				putchar(',');
		}
		putchar(']');
	}
	putchar(']');
}

static void error_codes(int status)
{
	const struct statute_error_code *code;
	bool is_first = true;

	fputs(",\"errors\":[", stdout);
	for (size_t i = 0; (code = statute_error_code_at(i)); i++) {
		if (code->status != status && code->also != status)
			continue;
		if (!is_first)
			putchar(',');
		is_first = false;
		text_json(code->code);
	}
	putchar(']');
}

static void confusions(int status)
{
	const struct statute_misuse *misuse;
	bool is_first = true;

	fputs(",\"confused\":[", stdout);
	for (size_t i = 0; (misuse = statute_misuse_at(i)); i++) {
		if (!statute_misuse_concerns(misuse, status))
			continue;
		fputs(is_first ? "{" : ",{", stdout);
		is_first = false;
		text_json_member("question", misuse->question);
		more("answers", misuse->answers);
		more("why", misuse->why);
		putchar('}');
	}
	putchar(']');
}

static void status_json(int code, const struct statute_status *status)
{
	printf("{\"status\":%d,\"isRegistered\":%s,\"explainedAs\":%d", code,
	       code == status->code ? "true" : "false", status->code);
	more("phrase", status->phrase);
	more("class", statute_status_class_name(status->class_of));
	more("section", status->section);
	more("meaning", status->meaning);
	more("use", status->use);
	more("avoid", status->avoid);
	more("content", content_name(status->content));
	fields(status->headers);
	if (*status->contract)
		more("contract", status->contract);
	more("client", statute_client_action_text(status->client));
	printf(",\"isCacheable\":%s", status->is_cacheable ? "true" : "false");
	error_codes(status->code);
	confusions(status->code);
	putchar('}');
}

void explain_status_json(int code, const struct statute_status *status)
{
	status_json(code, status);
	putchar('\n');
}

void explain_code_json(const char *name, const struct statute_error_code *code, size_t member_len)
{
	putchar('{');
	text_json_member("error", name);
	printf(",\"status\":%d", code->status);
	if (code->also)
		printf(",\"alsoStatus\":%d", code->also);
	more("message", code->message);
	more("meaning", code->meaning);
	if (*code->hint)
		more("hint", code->hint);
	if (member_len) {
		more("family", code->code);
		fputs(",\"member\":\"", stdout);
		for (size_t i = 0; i < member_len; i++)
			putchar(tolower((unsigned char)name[i]));
		putchar('"');
	}
	puts("}");
}

void explain_validation_json(const struct statute_validation_code *code)
{
	putchar('{');
	text_json_member("validationError", code->code);
	more("meaning", code->meaning);
	puts("}");
}

void explain_all_json(void)
{
	const struct statute_status *status;

	fputs("{\"statuses\":[", stdout);
	for (size_t i = 0; (status = statute_status_at(i)); i++) {
		if (i)
			putchar(',');
		status_json(status->code, status);
	}
	puts("]}");
}
