#include "unit/test.h"

#include "message/base64url.h"
#include "message/uri.h"

static void encodings_must_decode_to_utf8_without_nul(void **state)
{
	static const char *const good[] = { "",          "/plain",      "/%C3%BC",      "/\xC3\xBC",
		                            "%e2%82%ac", "\xE2%82\xAC", "%F0%9F%98%80", "/%0D%0A%20%25" };
	static const char *const bad[] = { "%",         "%4",           "%zz",  "/a%4g", "%00",
		                           "%ff",       "%C3",          "%C3/", "%C3%",  "%C0%80",
		                           "%ED%A0%80", "%F4%90%80%80", "\xFF", "a%BC",  "%F8%88%80%80%80" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!uri_is_valid_encoding(str_from(good[i])))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (uri_is_valid_encoding(str_from(bad[i])))
			fail_msg("accepted: %s", bad[i]);
	assert_false(uri_is_valid_encoding(str_of("a\0b", 3)));
	assert_false(uri_is_valid_encoding(str_of("/%41", 3))); /* the escape ends beyond the text */
}

static void decoding_undoes_encoding(void **state)
{
	struct arena arena;
	char all[256];
	struct buf buf;

	(void)state;
	arena_init(&arena, 4096, 1 << 20);
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	buf_init(&buf, &arena, 4096);
	uri_encode(&buf, str_of(all, 256));
	for (size_t i = 0; i < buf.len; i++)
		assert_non_null(strchr("%-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
		                       buf.at[i]));
	assert_true(str_eq(uri_decode(&arena, buf_str(&buf), false), str_of(all, 256)));
	assert_int_equal(buf.len, 66 + 3 * 190);
	arena_done(&arena);
}

static void decoding_leaves_what_is_malformed_and_borrows_what_is_plain(void **state)
{
	struct str plain = S("plain+text");
	struct arena arena;

	(void)state;
	arena_init(&arena, 4096, 1 << 20);
	assert_ptr_equal(uri_decode(&arena, plain, false).at, plain.at);
	assert_str(uri_decode(&arena, plain, true), "plain text");
	assert_str(uri_decode(&arena, S("%41%zz%4%"), false), "A%zz%4%");
	assert_str(uri_decode(&arena, str_of("%42%41", 5), false), "B%4");
	assert_str(uri_decode(&arena, S("%2B+%2b"), true), "+ +");
	arena_done(&arena);
	arena_init(&arena, 256, 0);
	assert_null(uri_decode(&arena, S("%41"), false).at);
	arena_done(&arena);
}

static void a_query_is_cut_into_pairs(void **state)
{
	struct str rest = S("a=1&b&&c=&=d&e=f=g&"), name, value;
	static const char *const expected[][2] = {
		{ "a", "1" }, { "b", NULL }, { "c", "" }, { "", "d" }, { "e", "f=g" }
	};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		assert_true(query_next(&rest, &name, &value));
		assert_str(name, expected[i][0]);
		if (expected[i][1])
			assert_str(value, expected[i][1]);
		assert_int_equal(value.at == NULL, expected[i][1] == NULL);
	}
	assert_false(query_next(&rest, &name, &value));
	assert_false(query_next(&rest, &name, &value));
}

/* RFC 3986 sections 5.4.1 and 5.4.2, base http://a/b/c/d;p?q. */
static const char *const resolved[][2] = {
	{ "g:h", "g:h" },
	{ "g", "http://a/b/c/g" },
	{ "./g", "http://a/b/c/g" },
	{ "g/", "http://a/b/c/g/" },
	{ "/g", "http://a/g" },
	{ "//g", "http://g" },
	{ "?y", "http://a/b/c/d;p?y" },
	{ "g?y", "http://a/b/c/g?y" },
	{ "#s", "http://a/b/c/d;p?q#s" },
	{ "g#s", "http://a/b/c/g#s" },
	{ "g?y#s", "http://a/b/c/g?y#s" },
	{ ";x", "http://a/b/c/;x" },
	{ "g;x", "http://a/b/c/g;x" },
	{ "g;x?y#s", "http://a/b/c/g;x?y#s" },
	{ "", "http://a/b/c/d;p?q" },
	{ ".", "http://a/b/c/" },
	{ "./", "http://a/b/c/" },
	{ "..", "http://a/b/" },
	{ "../", "http://a/b/" },
	{ "../g", "http://a/b/g" },
	{ "../..", "http://a/" },
	{ "../../", "http://a/" },
	{ "../../g", "http://a/g" },
	{ "../../../g", "http://a/g" },
	{ "../../../../g", "http://a/g" },
	{ "/./g", "http://a/g" },
	{ "/../g", "http://a/g" },
	{ "g.", "http://a/b/c/g." },
	{ ".g", "http://a/b/c/.g" },
	{ "g..", "http://a/b/c/g.." },
	{ "..g", "http://a/b/c/..g" },
	{ "./../g", "http://a/b/g" },
	{ "./g/.", "http://a/b/c/g/" },
	{ "g/./h", "http://a/b/c/g/h" },
	{ "g/../h", "http://a/b/c/h" },
	{ "g;x=1/./y", "http://a/b/c/g;x=1/y" },
	{ "g;x=1/../y", "http://a/b/c/y" },
	{ "g?y/./x", "http://a/b/c/g?y/./x" },
	{ "g?y/../x", "http://a/b/c/g?y/../x" },
	{ "g#s/./x", "http://a/b/c/g#s/./x" },
	{ "g#s/../x", "http://a/b/c/g#s/../x" },
	{ "http:g", "http:g" },
};

static void references_resolve_as_in_rfc_3986(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 4096, 1 << 20);
	for (size_t i = 0; i < sizeof(resolved) / sizeof(*resolved); i++) {
		struct str text = uri_resolve(&arena, S("http://a/b/c/d;p?q"), str_from(resolved[i][0]));

		if (!str_eq(text, str_from(resolved[i][1])))
			fail_msg("%s: %.*s, not %s", resolved[i][0], STR_ARG(text), resolved[i][1]);
	}
	assert_str(uri_resolve(&arena, S("http://a"), S("b")), "http://a/b");
	assert_true(str_eq(uri_resolve(&arena, S("http://a"), S("b\0c")), S("http://a/b\0c")));
	assert_str(uri_resolve(&arena, S("http://a?q"), S("#s")), "http://a?q#s");
	assert_str(uri_resolve(&arena, S("/files/api.yaml"), S("../common/x.yaml#/y")), "/common/x.yaml#/y");
	assert_str(uri_resolve(&arena, S("api.yaml"), S("x.yaml")), "x.yaml");
	assert_str(uri_resolve(&arena, S("urn:a:b"), S("#c")), "urn:a:b#c");
	/* a scheme is a letter, then letters, digits, '+', '-' and '.' (section 3.1) */
	assert_str(uri_resolve(&arena, S("http://a/b"), S("z39.50r+x-y:c")), "z39.50r+x-y:c");
	assert_str(uri_resolve(&arena, S("http://a/b"), S("3:c")), "http://a/3:c");
	assert_str(uri_resolve(&arena, S("http://a/b"), S("a_b:c")), "http://a/a_b:c");
	/* without a base path there is nothing to go up to, nor to stay at (section 5.2.4) */
	assert_str(uri_resolve(&arena, S("api.yaml"), S("../x.yaml")), "x.yaml");
	assert_str(uri_resolve(&arena, S("api.yaml"), S("./../y/./x.yaml")), "y/x.yaml");
	assert_str(uri_resolve(&arena, S("api.yaml"), S("..")), "");
	assert_str(uri_resolve(&arena, S("api.yaml"), S(".")), "");
	assert_str(uri_resolve(&arena, S(""), S("")), "");
	assert_non_null(uri_resolve(&arena, S(""), S("")).at);
	arena_done(&arena);
	arena_init(&arena, 256, 0);
	assert_null(uri_resolve(&arena, S("http://a/b"), S("c")).at);
	arena_done(&arena);
}

static void base64url_goes_both_ways(void **state)
{
	/* RFC 4648 section 10, in the alphabet of section 5 and without padding. */
	static const char *const pairs[][2] = { { "", "" },
		                                { "f", "Zg" },
		                                { "fo", "Zm8" },
		                                { "foo", "Zm9v" },
		                                { "foob", "Zm9vYg" },
		                                { "fooba", "Zm9vYmE" },
		                                { "foobar", "Zm9vYmFy" },
		                                { "\xFB\xFF\xFE", "-__-" } };
	struct arena arena;
	struct str bytes;
	struct buf buf;

	(void)state;
	arena_init(&arena, 4096, 1 << 20);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		buf_init(&buf, &arena, 64);
		base64url_encode(&buf, str_from(pairs[i][0]));
		assert_str(buf_str(&buf), pairs[i][1]);
		assert_true(base64url_decode(&arena, str_from(pairs[i][1]), &bytes));
		assert_str(bytes, pairs[i][0]);
	}
	arena_done(&arena);
}

static void base64url_has_one_text_for_the_same_bytes(void **state)
{
	static const char *const bad[] = { "Z",    "Zg==", "Zm8=", "Zh",     "Zm9",  "Zm9vY",
		                           "Zm 8", "Zm+v", "Zm/v", "Zm9v\n", "Z\xFF" };
	struct arena arena;
	struct str bytes;

	(void)state;
	arena_init(&arena, 4096, 1 << 20);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (base64url_decode(&arena, str_from(bad[i]), &bytes))
			fail_msg("accepted: %s", bad[i]);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodings_must_decode_to_utf8_without_nul),
		cmocka_unit_test(decoding_undoes_encoding),
		cmocka_unit_test(decoding_leaves_what_is_malformed_and_borrows_what_is_plain),
		cmocka_unit_test(a_query_is_cut_into_pairs),
		cmocka_unit_test(references_resolve_as_in_rfc_3986),
		cmocka_unit_test(base64url_goes_both_ways),
		cmocka_unit_test(base64url_has_one_text_for_the_same_bytes),
	};

	return cmocka_run_group_tests_name("message/uri", tests, NULL, NULL);
}
