#include "unit/test.h"

#include "access/cors.h"

static bool allows(const char *pattern, const char *origin)
{
	struct cors_origin allowed;
	struct cors cors = { .origins = &allowed, .origin_count = 1 };

	assert_true(cors_origin_read(str_from(pattern), &allowed));
	return cors_allows(&cors, str_from(origin));
}

static void an_origin_is_written_as_browsers_write_it(void **state)
{
	static const char *const good[] = { "https://shop.example", "http://localhost:3000",
		                            "http://127.0.0.1:8080", "http://[::1]:8080",
		                            "capacitor://localhost", "https://a:80",
		                            "http://a:443", "https://xn--mnchen-3ya.example" };
	static const char *const bad[] = { "", "shop.example", "https://", "https:/shop.example",
		                           "https://shop.example/", "https://Shop.example",
		                           "HTTPS://shop.example", "https://shop.example:443",
		                           "http://shop.example:80", "https://shop.example:0",
		                           "https://shop.example:08080", "https://shop.example:65536",
		                           "https://shop.example:", "https://user@shop.example",
		                           "https://shop..example", "https://shop.example.",
		                           "https://[::1", "https://[]", "https://a b", "://a", "1a://b" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!cors_is_origin(str_from(good[i])))
			fail_msg("%s is an origin", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (cors_is_origin(str_from(bad[i])))
			fail_msg("%s is no origin", bad[i]);
}

static void a_pattern_has_one_star_before_a_name_of_two_labels(void **state)
{
	static const char *const bad[] = { "https://*",		      "https://*.com",
		                           "https://*example.com",    "https://a.*.example.com",
		                           "*://a.example.com",       "https://*.*.example.com",
		                           "https://*.example.com/",  "https://*.example.com:*",
		                           "https://*.example.com:443", "*.example.com", "https://*." };
	struct cors_origin ret;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (cors_origin_read(str_from(bad[i]), &ret))
			fail_msg("%s is no pattern", bad[i]);
}

static void a_star_stands_for_whole_labels(void **state)
{
	const char *pattern = "https://*.shop.example";

	(void)state;
	assert_true(allows(pattern, "https://a.shop.example"));
	assert_true(allows(pattern, "https://a.b-1.shop.example"));
	assert_false(allows(pattern, "https://shop.example"));
	assert_false(allows(pattern, "https://.shop.example"));
	assert_false(allows(pattern, "https://ashop.example"));
	assert_false(allows(pattern, "https://a..shop.example"));
	assert_false(allows(pattern, "http://a.shop.example"));
	assert_false(allows(pattern, "https://a.shop.example:8443"));
	assert_false(allows(pattern, "https://a.shop.example.evil.example"));
	assert_false(allows(pattern, "https://evil.example/.shop.example"));
	assert_false(allows(pattern, "https://evil.example:1.shop.example"));
	assert_false(allows(pattern, "https://evil@a.shop.example"));
	assert_true(allows("https://*.shop.example:8443", "https://a.shop.example:8443"));
	assert_false(allows("https://*.shop.example:8443", "https://a.shop.example"));
}

static void an_origin_is_compared_byte_by_byte(void **state)
{
	(void)state;
	assert_true(allows("https://shop.example", "https://shop.example"));
	assert_false(allows("https://shop.example", "https://SHOP.example"));
	assert_false(allows("https://shop.example", "https://shop.example:8443"));
	assert_false(allows("https://shop.example", "https://shop.exampl"));
	assert_true(allows("null", "null"));
	assert_false(allows("https://shop.example", "null"));
}

static void names_of_fields_have_no_case(void **state)
{
	const struct str names[] = { S("If-Match") };
	const struct cors some = { .headers = names, .header_count = 1 };
	const struct cors any = { .allows_any_header = true };
	struct arena arena;
	struct buf buf;

	(void)state;
	assert_true(cors_allows_header(&some, S("if-match")));
	assert_false(cors_allows_header(&some, S("if-matc")));
	assert_true(cors_allows_header(&any, S("x-anything")));
	assert_false(cors_allows_header(&any, S("Authorization")));
	assert_false(cors_allows_header(&any, S("no token")));
	arena_init(&arena, 1024, 1 << 16);
	buf_init(&buf, &arena, 1024);
	cors_add_headers(&some, S("x-a , IF-MATCH,, if-match ,y"), &buf);
	assert_str(buf_str(&buf), "IF-MATCH, if-match");
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_origin_is_written_as_browsers_write_it),
		cmocka_unit_test(a_pattern_has_one_star_before_a_name_of_two_labels),
		cmocka_unit_test(a_star_stands_for_whole_labels),
		cmocka_unit_test(an_origin_is_compared_byte_by_byte),
		cmocka_unit_test(names_of_fields_have_no_case),
	};

	return cmocka_run_group_tests_name("access/cors", tests, NULL, NULL);
}
