/*
 * From the fields of a head to a request (RFC 9113 section 8.3): the same request as HTTP/1.1 would have
 * made of it, the same refusals within the same limits, and what makes a request malformed.
 */
#include "unit/test.h"
#include "wire/h2_parts.h"

struct head {
	struct h1_limits limits;
	struct h2 h2;
	struct arena arena;
	struct request request;
	struct h2_stream stream;
};

static int start(void **state)
{
	struct head *head = calloc(1, sizeof(*head));

	if (!head)
		return -1;
	head->limits = h1_limits_default;
	head->h2.limits = &head->limits;
	arena_init(&head->arena, 4096, 1 << 20);
	head->stream.arena = &head->arena;
	head->stream.request = &head->request;
	*state = head;
	return 0;
}

static int end(void **state)
{
	struct head *head = *state;

	arena_done(&head->arena);
	free(head);
	return 0;
}

static bool read_text(struct head *head, struct str name, struct str value)
{
	return h2_read_field(&head->h2, &head->stream, name, value);
}

static bool read_field(struct head *head, const char *name, const char *value)
{
	return read_text(head, str_from(name), str_from(value));
}

static void read_pseudo(struct head *head, const char *method, const char *scheme, const char *path,
                        const char *authority)
{
	assert_true(read_field(head, ":method", method));
	if (scheme)
		assert_true(read_field(head, ":scheme", scheme));
	if (path)
		assert_true(read_field(head, ":path", path));
	if (authority)
		assert_true(read_field(head, ":authority", authority));
}

static bool finish(struct head *head, bool has_content)
{
	return h2_finish_head(&head->h2, &head->stream, has_content);
}

static struct str repeated(struct head *head, char c, size_t len)
{
	char *text = arena_alloc(&head->arena, len);

	assert_non_null(text);
	memset(text, c, len);
	return str_of(text, len);
}

static void the_pseudo_fields_are_method_target_and_host(void **state)
{
	struct head *head = *state;
	struct request *request = &head->request;

	read_pseudo(head, "PATCH", "https", "/a%20b?c=d", "shop.test:8443");
	assert_true(read_field(head, "x-own", "1"));
	assert_true(finish(head, false));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_NONE);
	assert_int_equal(request->method, METHOD_PATCH);
	assert_str(request->method_text, "PATCH");
	assert_str(request->target, "/a%20b?c=d");
	assert_str(request->path, "/a%20b");
	assert_str(request->query, "c=d");
	assert_str(request->authority, "shop.test:8443");
	assert_str(request_field(request, FIELD_HOST), "shop.test:8443");
	assert_int_equal(request->field_count, 2); /* x-own, Host */
	assert_str(request->fields[0].name, "x-own");
	assert_int_equal(request->minor, 1);
	assert_true(request->keeps_alive);
	assert_false(request->has_content);
}

/* Section 8.3.1: a client that came from HTTP/1.1 may send Host and no :authority. */
static void host_stands_in_for_the_authority(void **state)
{
	struct head *head = *state;

	read_pseudo(head, "GET", "http", "/", NULL);
	assert_true(read_field(head, "host", "shop.test"));
	assert_true(finish(head, false));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_NONE);
	assert_str(head->request.authority, "shop.test");
	assert_int_equal(head->request.lines[FIELD_HOST], 1);
}

static void host_and_authority_that_agree_are_one(void **state)
{
	struct head *head = *state;

	read_pseudo(head, "GET", "http", "/", "Shop.test");
	assert_true(read_field(head, "host", "shop.TEST"));
	assert_true(finish(head, false));
	assert_int_equal(head->request.lines[FIELD_HOST], 1);
	assert_int_equal(head->request.field_count, 1);
	assert_str(head->request.authority, "Shop.test");
}

static void host_and_authority_that_differ_are_malformed(void **state)
{
	struct head *head = *state;

	read_pseudo(head, "GET", "http", "/", "shop.test");
	assert_false(read_field(head, "host", "other.test"));
}

static void a_request_without_host_is_refused_as_in_http_1(void **state)
{
	struct head *head = *state;

	read_pseudo(head, "GET", "http", "/", NULL);
	assert_true(finish(head, false));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_HOST_MISSING);
}

static void an_authority_that_is_none_is_refused(void **state)
{
	struct head *head = *state;

	read_pseudo(head, "GET", "http", "/", "a b");
	assert_true(finish(head, false));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_HOST_INVALID);
}

/* Section 8.2.3: crumbs are one field, in their order. */
static void crumbs_are_one_cookie(void **state)
{
	struct head *head = *state;

	read_pseudo(head, "GET", "http", "/", "t");
	assert_true(read_field(head, "cookie", "a=1"));
	assert_true(read_field(head, "x", "y"));
	assert_true(read_field(head, "cookie", "b=2"));
	assert_true(read_field(head, "cookie", "c=3"));
	assert_true(finish(head, false));
	assert_int_equal(head->request.lines[FIELD_COOKIE], 1);
	assert_str(request_field(&head->request, FIELD_COOKIE), "a=1; b=2; c=3");
}

static void one_cookie_stays_as_it_is(void **state)
{
	struct head *head = *state;

	read_pseudo(head, "GET", "http", "/", "t");
	assert_true(read_field(head, "cookie", "a=1; b=2"));
	assert_true(finish(head, false));
	assert_str(request_field(&head->request, FIELD_COOKIE), "a=1; b=2");
}

/* Section 8.3.1. */
static void a_path_begins_with_a_slash_or_is_an_asterisk(void **state)
{
	static const struct {
		const char *method, *path;
		bool is_well_formed;
		enum h1_refusal refusal;
	} rows[] = {
		{ "GET", "/", true, H1_REFUSAL_NONE },
		{ "OPTIONS", "*", true, H1_REFUSAL_NONE },
		{ "GET", "*", true, H1_REFUSAL_ASTERISK_FORM },
		{ "GET", "a", false, H1_REFUSAL_NONE },
		{ "GET", "", false, H1_REFUSAL_NONE },
		{ "GET", "http://t/", false, H1_REFUSAL_NONE },
		{ "GET", "**", false, H1_REFUSAL_NONE },
	};

	end(state);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct head *head;

		assert_int_equal(start(state), 0);
		head = *state;
		read_pseudo(head, rows[i].method, "http", rows[i].path, "t");
		assert_int_equal(finish(head, false), rows[i].is_well_formed);
		assert_int_equal(head->stream.refusal, rows[i].refusal);
		end(state);
	}
	assert_int_equal(start(state), 0);
}

static void connect_has_an_authority_and_no_path(void **state)
{
	struct head *head = *state;

	read_pseudo(head, "CONNECT", NULL, NULL, "t:443");
	assert_true(finish(head, false));
	assert_str(head->request.target, "t:443");
	assert_int_equal(head->stream.refusal, H1_REFUSAL_CONNECT);
}

static void a_scheme_is_http_or_https(void **state)
{
	static const char *const schemes[] = { "http", "HTTPS", "ftp", "", "https:" };

	end(state);
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		struct head *head;

		assert_int_equal(start(state), 0);
		head = *state;
		read_pseudo(head, "GET", schemes[i], "/", "t");
		assert_true(finish(head, false));
		assert_int_equal(head->stream.refusal, i < 2 ? H1_REFUSAL_NONE : H1_REFUSAL_BAD_TARGET_FORM);
		end(state);
	}
	assert_int_equal(start(state), 0);
}

static void a_method_is_a_token_of_some_length_at_most(void **state)
{
	struct head *head = *state;

	assert_true(read_text(head, S(":method"), repeated(head, 'M', head->limits.method_len)));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_NONE);
	assert_int_equal(head->request.method, METHOD_UNKNOWN);
	assert_true(read_text(head, S(":method"), repeated(head, 'M', head->limits.method_len + 1)));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_METHOD_TOO_LONG);
	assert_int_equal(head->request.method_text.len, head->limits.method_len);
	head->stream.refusal = H1_REFUSAL_NONE;
	assert_true(read_field(head, ":method", "GE T"));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_BAD_METHOD);
}

static void a_target_has_some_length_at_most_and_no_other_bytes(void **state)
{
	struct head *head = *state;

	head->limits.target = 10;
	assert_true(read_field(head, ":path", "/123456789"));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_NONE);
	assert_str(head->request.target, "/123456789");
	assert_true(read_field(head, ":path", "/1234567890"));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_TARGET_TOO_LONG);
	head->stream.refusal = H1_REFUSAL_NONE;
	assert_true(read_field(head, ":path", "/a#b"));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_FRAGMENT);
	head->stream.refusal = H1_REFUSAL_NONE;
	assert_true(read_field(head, ":path", "/a b"));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_BAD_TARGET_BYTE);
}

static void a_target_is_looked_at_from_its_first_byte_to_its_last(void **state)
{
	struct head *head = *state;

	head->limits.target = 3;
	assert_true(read_text(head, S(":path"), str_of("/abcdef", 3)));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_NONE);
	assert_str(head->request.target, "/ab");
	assert_true(read_field(head, ":path", " /a"));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_BAD_TARGET_BYTE);
}

static void a_target_that_is_too_long_is_told_so_whatever_comes_after(void **state)
{
	struct head *head = *state;

	head->limits.target = 4;
	assert_true(read_field(head, ":path", "/123456 #"));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_TARGET_TOO_LONG);
}

static void there_are_so_many_fields_and_no_more(void **state)
{
	struct head *head = *state;

	head->limits.header_count = 3;
	read_pseudo(head, "GET", "http", "/", "t");
	assert_true(read_field(head, "a", "1"));
	assert_true(read_field(head, "b", "2"));
	assert_true(finish(head, false)); /* and Host */
	assert_int_equal(head->stream.refusal, H1_REFUSAL_NONE);
	assert_true(read_field(head, "c", "3"));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_TOO_MANY_FIELDS);
	assert_int_equal(head->request.field_count, 3);
}

/* As a line of HTTP/1.1 would be counted: ": " and CR LF with it. */
static void a_field_line_has_some_length_at_most(void **state)
{
	struct head *head = *state;

	head->limits.field_line = 10;
	assert_true(read_field(head, "abc", "123"));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_NONE);
	assert_true(read_field(head, "abd", "1234"));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_FIELD_TOO_LARGE);
	assert_str(head->stream.blamed, "abd");
	assert_true(read_field(head, "abe", "123456789"));
	assert_str(head->stream.blamed, "abd"); /* the first one is to blame */
	assert_int_equal(head->request.field_count, 1);
}

static void all_lines_together_have_some_length_at_most(void **state)
{
	struct head *head = *state;

	head->limits.header_bytes = 22; /* two lines of ten, and the empty one */
	assert_true(read_field(head, "abc", "123"));
	assert_true(read_field(head, "abd", "123"));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_NONE);
	assert_int_equal(head->stream.header_bytes, 20);
	assert_true(read_field(head, "a", ""));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_HEADER_TOO_LARGE);
	assert_int_equal(head->request.field_count, 2);
}

static void the_empty_line_counts_with_them(void **state)
{
	struct head *head = *state;

	head->limits.header_bytes = 11;
	assert_true(read_field(head, "abc", "123")); /* ten, and two */
	assert_int_equal(head->stream.refusal, H1_REFUSAL_HEADER_TOO_LARGE);
}

/* What comes after a refusal is still counted: nobody sends a head without an end. */
static void refused_fields_count_too(void **state)
{
	struct head *head = *state;

	head->stream.refusal = H1_REFUSAL_BAD_METHOD;
	assert_true(read_field(head, "abc", "123"));
	assert_int_equal(head->stream.header_bytes, 10);
	assert_int_equal(head->request.field_count, 0);
}

static void the_first_refusal_stays(void **state)
{
	struct head *head = *state;

	assert_true(read_field(head, ":method", "G T"));
	assert_true(read_field(head, ":path", "/#"));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_BAD_METHOD);
	assert_true(finish(head, false));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_BAD_METHOD);
}

static void content_of_unknown_length_is_content(void **state)
{
	struct head *head = *state;

	read_pseudo(head, "POST", "http", "/", "t");
	assert_true(finish(head, true));
	assert_true(head->request.has_content);
	assert_true(head->request.is_chunked);
}

static void content_of_a_known_length_is_not_chunked(void **state)
{
	struct head *head = *state;

	read_pseudo(head, "POST", "http", "/", "t");
	assert_true(read_field(head, "content-length", "5"));
	assert_true(finish(head, true));
	assert_true(head->request.has_content);
	assert_false(head->request.is_chunked);
	assert_int_equal(head->request.content_length, 5);
}

static void a_length_of_nothing_is_no_content(void **state)
{
	struct head *head = *state;

	read_pseudo(head, "POST", "http", "/", "t");
	assert_true(read_field(head, "content-length", "0"));
	assert_true(finish(head, false));
	assert_false(head->request.has_content);
	assert_false(head->request.is_chunked);
}

static void lengths_that_differ_are_refused(void **state)
{
	struct head *head = *state;

	read_pseudo(head, "POST", "http", "/", "t");
	assert_true(read_field(head, "content-length", "5"));
	assert_true(read_field(head, "content-length", "6"));
	assert_true(finish(head, true));
	assert_int_equal(head->stream.refusal, H1_REFUSAL_LENGTHS_DIFFER);
}

/* RFC 9110 section 10.1.1: only where content is to come. */
static void a_client_that_waits_for_100_has_content_to_send(void **state)
{
	static const struct {
		const char *expect;
		bool has_content, expects;
	} rows[] = {
		{ "100-continue", true, true },   { "100-CONTINUE", true, true }, { "x, 100-continue", true, true },
		{ "100-continue", false, false }, { "x", true, false },
	};

	end(state);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct head *head;

		assert_int_equal(start(state), 0);
		head = *state;
		read_pseudo(head, "POST", "http", "/", "t");
		assert_true(read_field(head, "expect", rows[i].expect));
		assert_true(finish(head, rows[i].has_content));
		assert_int_equal(head->request.expects_continue, rows[i].expects);
		end(state);
	}
	assert_int_equal(start(state), 0);
}

/* The wire's input is gone after the callback. */
static void texts_are_kept(void **state)
{
	struct head *head = *state;
	char name[] = "x-name", value[] = "value", path[] = "/path";

	assert_true(read_field(head, ":path", path));
	assert_true(read_field(head, name, value));
	memset(name, '?', sizeof(name) - 1);
	memset(value, '?', sizeof(value) - 1);
	memset(path, '?', sizeof(path) - 1);
	assert_str(head->request.target, "/path");
	assert_str(head->request.fields[0].name, "x-name");
	assert_str(head->request.fields[0].value, "value");
}

static void without_memory_a_request_is_refused(void **state)
{
	static const char *const names[] = { ":method", ":path", ":scheme", ":authority", "x", "cookie" };
	static const char long_text[] = "/23456789012345678901234567890123456789012345678901234567890123456789";

	end(state);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct head *head;

		assert_int_equal(start(state), 0);
		head = *state;
		head->limits.method_len = sizeof(long_text);
		arena_done(&head->arena);
		arena_init(&head->arena, 16, 16);
		assert_true(read_field(head, names[i], long_text));
		assert_int_equal(head->stream.refusal, i ? H1_REFUSAL_OUT_OF_MEMORY : H1_REFUSAL_BAD_METHOD);
		end(state);
	}
	assert_int_equal(start(state), 0);
}

static void a_field_is_there_whole_or_refused(void **state)
{
	bool was_there = false;

	end(state);
	for (size_t max = 16; max < 4096; max += 16) {
		struct head *head;

		assert_int_equal(start(state), 0);
		head = *state;
		arena_done(&head->arena);
		arena_init(&head->arena, 16, max);
		assert_true(read_field(head, "x", "1"));
		was_there |= head->request.field_count == 1;
		if (head->request.field_count)
			assert_str(head->request.fields[0].value, "1");
		assert_int_equal(head->stream.refusal,
		                 head->request.field_count ? H1_REFUSAL_NONE : H1_REFUSAL_OUT_OF_MEMORY);
		end(state);
	}
	assert_true(was_there);
	assert_int_equal(start(state), 0);
}

#define HEAD_TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HEAD_TEST(the_pseudo_fields_are_method_target_and_host),
		HEAD_TEST(host_stands_in_for_the_authority),
		HEAD_TEST(host_and_authority_that_agree_are_one),
		HEAD_TEST(host_and_authority_that_differ_are_malformed),
		HEAD_TEST(a_request_without_host_is_refused_as_in_http_1),
		HEAD_TEST(an_authority_that_is_none_is_refused),
		HEAD_TEST(crumbs_are_one_cookie),
		HEAD_TEST(one_cookie_stays_as_it_is),
		HEAD_TEST(a_path_begins_with_a_slash_or_is_an_asterisk),
		HEAD_TEST(connect_has_an_authority_and_no_path),
		HEAD_TEST(a_scheme_is_http_or_https),
		HEAD_TEST(a_method_is_a_token_of_some_length_at_most),
		HEAD_TEST(a_target_has_some_length_at_most_and_no_other_bytes),
		HEAD_TEST(a_target_is_looked_at_from_its_first_byte_to_its_last),
		HEAD_TEST(a_target_that_is_too_long_is_told_so_whatever_comes_after),
		HEAD_TEST(there_are_so_many_fields_and_no_more),
		HEAD_TEST(a_field_line_has_some_length_at_most),
		HEAD_TEST(all_lines_together_have_some_length_at_most),
		HEAD_TEST(the_empty_line_counts_with_them),
		HEAD_TEST(refused_fields_count_too),
		HEAD_TEST(the_first_refusal_stays),
		HEAD_TEST(content_of_unknown_length_is_content),
		HEAD_TEST(content_of_a_known_length_is_not_chunked),
		HEAD_TEST(a_length_of_nothing_is_no_content),
		HEAD_TEST(lengths_that_differ_are_refused),
		HEAD_TEST(a_client_that_waits_for_100_has_content_to_send),
		HEAD_TEST(texts_are_kept),
		HEAD_TEST(without_memory_a_request_is_refused),
		HEAD_TEST(a_field_is_there_whole_or_refused),
	};

	return cmocka_run_group_tests_name("wire/h2_head", tests, NULL, NULL);
}
