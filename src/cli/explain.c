/* What `statute explain` prints for people: see explain.h. */
#include "cli/explain.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/text.h"

static void part(const char *heading, const char *text)
{
	text_heading(heading);
	text_wrapped(2, text);
}

static const char *content_text(enum statute_content content)
{
	switch (content) {
	case STATUTE_CONTENT_REQUIRED: return "content that says what happened";
	case STATUTE_CONTENT_FORBIDDEN: return "no content";
	case STATUTE_CONTENT_EMPTY: return "content of length 0";
	case STATUTE_CONTENT_ALLOWED: break;
	}
	return "content or none";
}

static void obligations(const struct statute_status *status)
{
	const char *at = status->headers;

	text_heading("A response has");
	printf("  %s\n", content_text(status->content));
	while (*at) {
		size_t len = strcspn(at, " ");

		fputs("  the field ", stdout);
		for (size_t i = 0; i < len; i++)
			if (at[i] == '|')
				fputs(" or ", stdout);
			else
				putchar(i == 0 || at[i - 1] == '-' || at[i - 1] == '|'
				                ? toupper((unsigned char)at[i])
				                : at[i]);
		putchar('\n');
		at += len + (at[len] == ' ');
	}
	if (*status->contract)
		text_wrapped(2, status->contract);
}

static void codes_under(int status)
{
	const struct statute_error_code *code;
	bool is_first = true;

	for (size_t i = 0; (code = statute_error_code_at(i)); i++) {
		if (code->status != status && code->also != status)
			continue;
		if (is_first)
			text_heading("Error codes");
		is_first = false;
		printf("  %-30s %s\n", code->code, code->message);
	}
}

static void confusions(int status)
{
	const struct statute_misuse *misuse;
	bool is_first = true;

	for (size_t i = 0; (misuse = statute_misuse_at(i)); i++) {
		if (!statute_misuse_concerns(misuse, status))
			continue;
		if (is_first)
			text_heading("Often confused");
		is_first = false;
		text_wrapped(2, misuse->question);
		text_wrapped(4, misuse->answers);
		text_wrapped(4, misuse->why);
	}
}

static const char *registration_text(enum statute_registration registration)
{
	switch (registration) {
	case STATUTE_REGISTERED_TEMPORARY: return ", registered for a time";
	case STATUTE_REGISTERED_OBSOLETE: return ", no longer in use";
	case STATUTE_REGISTERED_RESERVED: return ", reserved";
	case STATUTE_REGISTERED: break;
	}
	return "";
}

void explain_status(int code, const struct statute_status *status)
{
	if (code != status->code)
		printf("%d is not registered. Clients understand it as the first of its class:\n\n", code);
	printf("%d %s\n%s, %s%s\n\n", status->code, status->phrase,
	       statute_status_class_name(status->class_of), status->section,
	       registration_text(status->registration));
	text_wrapped(2, status->meaning);
	part("When to use it", status->use);
	part("When not, and what instead", status->avoid);
	obligations(status);
	part("What a client does", statute_client_action_text(status->client));
	part("Caching", status->is_cacheable
	                        ? "A cache may keep it where nothing says otherwise."
	                        : "A cache keeps it only where Cache-Control or Expires allows it.");
	codes_under(status->code);
	confusions(status->code);
}

void explain_code(const char *name, const struct statute_error_code *code, size_t member_len)
{
	const struct statute_status *status = statute_status_find(code->status);

	printf("%s\nAn error code of %d %s", name, code->status, status->phrase);
	if (code->also)
		printf(", or %d where the owner chose so", code->also);
	fputs("\n\n", stdout);
	text_wrapped(2, code->message);
	text_wrapped(2, code->meaning);
	if (member_len) {
		printf("\nA case of %s, for the member ", code->code);
		for (size_t i = 0; i < member_len; i++)
			putchar(tolower((unsigned char)name[i]));
		putchar('\n');
	}
	if (*code->hint)
		part("What to do", code->hint);
	part("What a client does", statute_client_action_text(status->client));
	printf("\nMore: statute explain %d\n", code->status);
}

void explain_validation(const struct statute_validation_code *code)
{
	printf("%s\nA code of an error in validationErrors\n\n", code->code);
	text_wrapped(2, code->meaning);
	printf("\nMore: statute explain VALIDATION_FAILED\n");
}

void explain_all(void)
{
	const struct statute_status *status;
	enum statute_status_class last = 0;

	for (size_t i = 0; (status = statute_status_at(i)); i++) {
		if (status->class_of != last)
			printf("%s%dxx %s\n", last ? "\n" : "", (int)status->class_of,
			       statute_status_class_name(status->class_of));
		last = status->class_of;
		printf("  %d %-32s%s\n", status->code, status->phrase,
		       status->registration == STATUTE_REGISTERED ? status->meaning : status->use);
	}
	printf("\nMore: statute explain CODE\n");
}
