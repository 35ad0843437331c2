#include "unit/test.h"

#include <statute/status.h>

/* A response is written as "200 +content; name: value; name: value", with HEAD or POST where it answers one. */
struct response {
	char text[256];
	char value[64];
};

static const char *lookup(void *data, const char *name)
{
	struct response *response = data;
	char begin[48];
	const char *at;

	snprintf(begin, sizeof(begin), "; %s:", name);
	at = strstr(response->text, begin);
	if (!at)
		return NULL;
	at += strlen(begin);
	at += strspn(at, " ");
	snprintf(response->value, sizeof(response->value), "%.*s", (int)strcspn(at, ";"), at);
	return response->value;
}

static const char *broken(const char *text)
{
	struct response response;
	struct statute_status_facts facts = {
		.has_content = strstr(text, "+content") != NULL,
		.is_head = strstr(text, " HEAD") != NULL,
		.is_post = strstr(text, " POST") != NULL,
	};
	const char *what = "";
	int r;

	snprintf(response.text, sizeof(response.text), "%s", text);
	r = statute_status_check(atoi(text), &facts, lookup, &response, &what);
	assert_true((r == 0) == (what[0] == '\0'));
	assert_true(r == 0 || r == STATUTE_EINVAL);
	return r ? what : NULL;
}

static void a_response_that_keeps_its_contract_passes(void **state)
{
	static const char *const good[] = {
		"100",
		"101; upgrade: websocket; connection: Upgrade",
		"200 +content",
		"200",
		"201 POST; location: /a/1",
		"201",
		"202; location: /jobs/1; retry-after: 2",
		"204",
		"205",
		"206 +content; content-range: bytes 0-1/2",
		"206 +content; content-type: multipart/byteranges, boundary=x",
		"301; location: /",
		"302; location: /",
		"303; location: /",
		"304; etag: \"a\"",
		"307; location: /",
		"308; location: /",
		"400 +content",
		"401 +content; www-authenticate: Bearer",
		"404 +content",
		"404 HEAD",
		"405 +content; allow: ",
		"407 +content; proxy-authenticate: Basic",
		"408 +content; connection: close",
		"415 +content; accept-patch: application/merge-patch+json",
		"415 +content; accept: application/json",
		"416 +content; content-range: bytes */10",
		"426 +content; upgrade: websocket; connection: keep-alive, Upgrade",
		"429 +content; retry-after: 1",
		"451 +content; link: <https://a.example>, rel=\"blocked-by\"",
		"503 +content; retry-after: 1",
		"599 +content",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (broken(good[i]))
			fail_msg("%s: %s", good[i], broken(good[i]));
}

static void a_response_that_breaks_its_contract_is_found(void **state)
{
	static const char *const bad[] = {
		"100 +content",
		"100; content-length: 0",
		"103; content-length: 2",
		"101; connection: upgrade",
		"101; upgrade: websocket; connection: close",
		"201 POST +content",
		"202; location: /a",
		"202; retry-after: 1",
		"204 +content",
		"204; content-length: 0",
		"205 +content",
		"206 +content",
		"206; content-range: bytes 0-1/2",
		"206 +content; content-type: multipart/byteranges, boundary=x; content-range: bytes 0-1/2",
		"301",
		"302",
		"303",
		"307",
		"308",
		"304 +content",
		"304; content-type: text/html",
		"304; content-length: 0",
		"306 +content",
		"418 +content",
		"400",
		"401 +content",
		"404",
		"404 HEAD +content",
		"405 +content",
		"407 +content",
		"408 +content",
		"408 +content; connection: keep-alive",
		"415 +content",
		"416 +content",
		"426 +content; upgrade: websocket",
		"429 +content",
		"451 +content",
		"451 +content; link: </>, rel=next",
		"503 +content",
		"99 +content",
		"600 +content",
		"599",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!broken(bad[i]))
			fail_msg("%s: passed", bad[i]);
}

static void what_is_broken_is_said(void **state)
{
	(void)state;
	assert_string_equal(broken("405 +content"), "405 needs allow");
	assert_string_equal(broken("204 +content"), "the status has no content");
	assert_string_equal(broken("205 +content"), "the content of the status is empty");
	assert_string_equal(broken("404"), "the status needs content");
	assert_string_equal(broken("404 HEAD +content"), "an answer to HEAD has no content");
	assert_string_equal(broken("102; content-length: 0"), "an interim response has no content-length");
	assert_string_equal(broken("204; content-length: 0"), "204 has no content-length");
	assert_string_equal(broken("206 +content"), "206 needs content-range");
	assert_string_equal(broken("306 +content"), "the status is reserved");
	assert_string_equal(broken("600"), "the status is not within 100 to 599");
	assert_string_equal(broken("408 +content"), "408 needs connection");
	assert_string_equal(broken("408 +content; connection: keep-alive"), "408 needs connection: close");
	assert_string_equal(broken("201 POST"), "201 after POST needs location");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_response_that_keeps_its_contract_passes),
		cmocka_unit_test(a_response_that_breaks_its_contract_is_found),
		cmocka_unit_test(what_is_broken_is_said),
	};

	return cmocka_run_group_tests_name("status/check", tests, NULL, NULL);
}
