#include "unit/test.h"

#include <statute/status.h>

/* The IANA registry of HTTP status codes, typed from the registry, not from status.def. */
static const struct {
	int code;
	const char *phrase;
} registry[] = {
	{ 100, "Continue" },
	{ 101, "Switching Protocols" },
	{ 102, "Processing" },
	{ 103, "Early Hints" },
	{ 104, "Upload Resumption Supported" },
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 203, "Non-Authoritative Information" },
	{ 204, "No Content" },
	{ 205, "Reset Content" },
	{ 206, "Partial Content" },
	{ 207, "Multi-Status" },
	{ 208, "Already Reported" },
	{ 226, "IM Used" },
	{ 300, "Multiple Choices" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 305, "Use Proxy" },
	{ 306, "(Unused)" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 402, "Payment Required" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 407, "Proxy Authentication Required" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 411, "Length Required" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 417, "Expectation Failed" },
	{ 418, "(Unused)" },
	{ 421, "Misdirected Request" },
	{ 422, "Unprocessable Content" },
	{ 423, "Locked" },
	{ 424, "Failed Dependency" },
	{ 425, "Too Early" },
	{ 426, "Upgrade Required" },
	{ 428, "Precondition Required" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 451, "Unavailable For Legal Reasons" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" },
	{ 506, "Variant Also Negotiates" },
	{ 507, "Insufficient Storage" },
	{ 508, "Loop Detected" },
	{ 510, "Not Extended" },
	{ 511, "Network Authentication Required" },
};
enum { REGISTERED = sizeof(registry) / sizeof(registry[0]) };

static void every_registered_code_has_its_phrase(void **state)
{
	(void)state;
	for (size_t i = 0; i < REGISTERED; i++) {
		const struct statute_status *status = statute_status_find(registry[i].code);

		assert_non_null(status);
		assert_int_equal(status->code, registry[i].code);
		assert_string_equal(status->phrase, registry[i].phrase);
		assert_int_equal(status->class_of, registry[i].code / 100);
	}
}

static void no_code_is_there_that_is_not_registered(void **state)
{
	size_t found = 0;

	(void)state;
	for (int code = -1; code < 1100; code++)
		found += statute_status_find(code) != NULL;
	assert_int_equal(found, REGISTERED);
	assert_null(statute_status_at(REGISTERED));
	for (size_t i = 1; i < REGISTERED; i++)
		assert_true(statute_status_at(i - 1)->code < statute_status_at(i)->code);
}

static void every_code_is_explained(void **state)
{
	const struct statute_status *status;

	(void)state;
	for (size_t i = 0; (status = statute_status_at(i)); i++) {
		assert_true(strlen(status->meaning) > 10);
		assert_true(strlen(status->use) > 5);
		assert_true(strlen(status->avoid) > 5);
		assert_true(strlen(status->section) > 5);
		assert_true(strlen(statute_client_action_text(status->client)) > 5);
	}
}

/* RFC 9110 section 15.1 */
static void heuristically_cacheable_codes_are_those_of_the_rfc(void **state)
{
	static const int cacheable[] = { 200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 451, 501 };
	const struct statute_status *status;

	(void)state;
	for (size_t i = 0; (status = statute_status_at(i)); i++) {
		bool expected = false;

		for (size_t k = 0; k < sizeof(cacheable) / sizeof(cacheable[0]); k++)
			expected |= cacheable[k] == status->code;
		assert_int_equal(status->is_cacheable, expected);
	}
}

/* RFC 9110 section 15 */
static void an_unknown_code_is_understood_as_its_class(void **state)
{
	(void)state;
	assert_int_equal(statute_status_class_fallback(599)->code, 500);
	assert_int_equal(statute_status_class_fallback(471)->code, 400);
	assert_int_equal(statute_status_class_fallback(299)->code, 200);
	assert_int_equal(statute_status_class_fallback(404)->code, 404);
	assert_null(statute_status_class_fallback(600));
	assert_null(statute_status_class_fallback(99));
}

static void classes_have_names(void **state)
{
	(void)state;
	assert_string_equal(statute_status_class_name(STATUTE_CLASS_INTERIM), "Interim");
	assert_string_equal(statute_status_class_name(STATUTE_CLASS_SUCCESS), "Success");
	assert_string_equal(statute_status_class_name(STATUTE_CLASS_REDIRECT), "Redirect");
	assert_string_equal(statute_status_class_name(STATUTE_CLASS_CLIENT_ERROR), "Client error");
	assert_string_equal(statute_status_class_name(STATUTE_CLASS_SERVER_ERROR), "Server error");
	assert_string_equal(statute_status_class_name((enum statute_status_class)9), "");
	assert_string_equal(statute_client_action_text(STATUTE_CLIENT_ACTION_COUNT), "");
	assert_null(statute_misuse_at(1000));
}

static void confused_codes_are_told_apart(void **state)
{
	static const int confused[] = { 200, 301, 302, 307, 308, 400, 401, 403, 404, 405, 409, 410, 412, 422, 429,
	                                500, 502, 503, 504 };
	const struct statute_misuse *misuse;

	(void)state;
	for (size_t k = 0; k < sizeof(confused) / sizeof(confused[0]); k++) {
		bool is_there = false;

		for (size_t i = 0; (misuse = statute_misuse_at(i)); i++)
			is_there |= statute_misuse_concerns(misuse, confused[k]);
		assert_true(is_there);
	}
	misuse = statute_misuse_at(0);
	assert_true(statute_misuse_concerns(misuse, 401));
	assert_true(statute_misuse_concerns(misuse, 403));
	assert_false(statute_misuse_concerns(misuse, 40));
	assert_false(statute_misuse_concerns(misuse, 404));
}

static void every_code_of_a_misuse_is_registered(void **state)
{
	const struct statute_misuse *misuse;

	(void)state;
	for (size_t i = 0; (misuse = statute_misuse_at(i)); i++) {
		char *at = (char *)(uintptr_t)misuse->codes;

		do
			assert_non_null(statute_status_find((int)strtol(at, &at, 10)));
		while (*at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_registered_code_has_its_phrase),
		cmocka_unit_test(no_code_is_there_that_is_not_registered),
		cmocka_unit_test(every_code_is_explained),
		cmocka_unit_test(heuristically_cacheable_codes_are_those_of_the_rfc),
		cmocka_unit_test(an_unknown_code_is_understood_as_its_class),
		cmocka_unit_test(classes_have_names),
		cmocka_unit_test(confused_codes_are_told_apart),
		cmocka_unit_test(every_code_of_a_misuse_is_registered),
	};

	return cmocka_run_group_tests_name("status/status", tests, NULL, NULL);
}
