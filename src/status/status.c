/* The vocabulary: status.def as a table, see <statute/status.h>. RFC 9110 section 15. */
#include <statute/status.h>

#include <stdlib.h>
#include <string.h>

static const struct statute_status table[] = {
#define STATUS(number, phrase_, registration_, content_, cacheable, client_, section_, headers_, \
               meaning_, use_, avoid_, contract_) \
	{ \
		.code = number, \
		.phrase = phrase_, \
		.class_of = (enum statute_status_class)((number) / 100), \
		.registration = STATUTE_##registration_, \
		.content = STATUTE_CONTENT_##content_, \
		.headers = headers_, \
		.is_cacheable = cacheable, \
		.client = STATUTE_CLIENT_##client_, \
		.section = section_, \
		.meaning = meaning_, \
		.use = use_, \
		.avoid = avoid_, \
		.contract = contract_, \
	},
#include "status/status.def"
#undef STATUS
};

enum { STATUS_COUNT = sizeof(table) / sizeof(table[0]) };

static const struct statute_misuse misuses[] = {
#define M(codes, question, answers, why) { codes, question, answers, why },
#include "status/misuse.def"
#undef M
};

static const char *const actions[] = {
#define A(NAME, text) text,
#include <statute/client_action.def>
#undef A
};

/* Where each code stands in the table. */
enum {
#define STATUS(number, phrase, registration, content, cacheable, client, section, headers, meaning, use, \
               avoid, contract) \
	AT_##number,
#include "status/status.def"
#undef STATUS
};

const struct statute_status *statute_status_find(int code)
{
	switch (code) {
#define STATUS(number, phrase, registration, content, cacheable, client, section, headers, meaning, use, \
               avoid, contract) \
	case number: \
		return &table[AT_##number];
#include "status/status.def"
#undef STATUS
	default: return NULL;
	}
}

const struct statute_status *statute_status_class_fallback(int code)
{
	const struct statute_status *status = statute_status_find(code);

	if (status || code < 100 || code > 599)
		return status;
	return statute_status_find(code / 100 * 100);
}

const struct statute_status *statute_status_at(size_t index)
{
	return index < STATUS_COUNT ? &table[index] : NULL;
}

const char *statute_status_class_name(enum statute_status_class class_of)
{
	switch (class_of) {
	case STATUTE_CLASS_INTERIM:
		return "Interim";
	case STATUTE_CLASS_SUCCESS:
		return "Success";
	case STATUTE_CLASS_REDIRECT:
		return "Redirect";
	case STATUTE_CLASS_CLIENT_ERROR:
		return "Client error";
	case STATUTE_CLASS_SERVER_ERROR:
		return "Server error";
	}
	return "";
}

const char *statute_client_action_text(enum statute_client_action action)
{
	return (size_t)action < STATUTE_CLIENT_ACTION_COUNT ? actions[action] : "";
}

const struct statute_misuse *statute_misuse_at(size_t index)
{
	return index < sizeof(misuses) / sizeof(misuses[0]) ? &misuses[index] : NULL;
}

bool statute_misuse_concerns(const struct statute_misuse *misuse, int code)
{
	const char *at = misuse->codes;
	char *end;

	while (*at) {
		if (strtol(at, &end, 10) == code)
			return true;
		at = end + strspn(end, " ");
	}
	return false;
}
