/* URLs that something can be fetched from. */
#include "unit/test.h"

#include "client/url.h"

static void a_url_is_taken_apart(void **state)
{
	struct url url;

	(void)state;
	assert_true(url_read(S("https://issuer.example/.well-known/jwks.json?v=1"), &url));
	assert_true(url.is_tls);
	assert_false(url.has_port);
	assert_int_equal(url.port, 443);
	assert_str(url.host, "issuer.example");
	assert_str(url.authority, "issuer.example");
	assert_str(url.target, "/.well-known/jwks.json?v=1");
	assert_true(url_read(S("HTTP://127.0.0.1:8080"), &url));
	assert_false(url.is_tls);
	assert_true(url.has_port);
	assert_int_equal(url.port, 8080);
	assert_str(url.authority, "127.0.0.1:8080");
	assert_str(url.target, "");
	assert_true(url_read(S("http://[::1]:81?q"), &url));
	assert_str(url.host, "::1");
	assert_str(url.authority, "[::1]:81");
	assert_str(url.target, "?q");
	assert_true(url_read(S("http://localhost/"), &url));
	assert_int_equal(url.port, 80);
}

static void what_is_no_url_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "issuer.example", "ftp://issuer.example/", "https://", "https:///keys", "https://:443/",
		"https://a b/", "https://user@issuer.example/", "https://user:pw@issuer.example/",
		"https://issuer.example/#keys", "https://issuer.example:0/", "https://issuer.example:65536/",
		"https://issuer.example:/", "https://issuer.example:x/", "https://[::1/", "https://[::1]x/",
		"https://[]/", "https://a\r\nHost: b/", "https://a/\r\nX: y", "https://a\\b/", "https://::1/",
		"https://issuer.ex\xc3\xa4mple/", "https://a/%\x7f",
	};
	struct url url;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (url_read(str_from(texts[i]), &url))
			fail_msg("taken for a URL: %s", texts[i]);
}

static void a_url_has_an_end(void **state)
{
	static char text[URL_MAX + 2] = "https://a/";
	struct url url;

	(void)state;
	memset(text + 10, 'x', sizeof(text) - 10);
	assert_true(url_read(str_of(text, URL_MAX), &url));
	assert_false(url_read(str_of(text, URL_MAX + 1), &url));
	memset(text + 8, 'x', sizeof(text) - 8);
	assert_true(url_read(str_of(text, 8 + URL_HOST_MAX), &url));
	assert_false(url_read(str_of(text, 9 + URL_HOST_MAX), &url));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_is_taken_apart),
		cmocka_unit_test(what_is_no_url_is_refused),
		cmocka_unit_test(a_url_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
