#include "unit/test.h"

#include "message/message.h"

static void methods_are_case_sensitive_tokens(void **state)
{
	(void)state;
	assert_int_equal(method_from(S("GET")), METHOD_GET);
	assert_int_equal(method_from(S("QUERY")), METHOD_QUERY);
	assert_int_equal(method_from(S("get")), METHOD_UNKNOWN);
	assert_int_equal(method_from(S("GETS")), METHOD_UNKNOWN);
	assert_int_equal(method_from(S("GE")), METHOD_UNKNOWN);
	assert_int_equal(method_from((struct str){ 0 }), METHOD_UNKNOWN);
	for (enum method method = METHOD_UNKNOWN + 1; method < METHOD_COUNT; method++)
		assert_int_equal(method_from(method_name(method)), method);
	assert_str(method_name(METHOD_UNKNOWN), "");
	assert_str(method_name(METHOD_COUNT), "");
}

static void safety_is_that_of_rfc_9110_section_9_2_1(void **state)
{
	(void)state;
	assert_true(method_is_safe(METHOD_GET) && method_is_safe(METHOD_HEAD));
	assert_true(method_is_safe(METHOD_OPTIONS) && method_is_safe(METHOD_TRACE) &&
	            method_is_safe(METHOD_QUERY));
	assert_false(method_is_safe(METHOD_POST) || method_is_safe(METHOD_PUT) ||
	             method_is_safe(METHOD_PATCH));
	assert_false(method_is_safe(METHOD_DELETE) || method_is_safe(METHOD_CONNECT));
	assert_false(method_is_safe(METHOD_UNKNOWN));
}

static void every_known_field_is_found_in_any_case_and_no_other(void **state)
{
	static const char *const names[] = {
		"",
#define F(id, name, is_list) name,
#include "message/field.def"
#undef F
	};
	char name[64];

	(void)state;
	for (int id = 1; id < FIELD_COUNT; id++) {
		size_t len = strlen(names[id]);

		for (int is_upper = 0; is_upper <= 1; is_upper++) {
			for (size_t i = 0; i <= len; i++)
				name[i] = (char)(is_upper && names[id][i] >= 'a' ? names[id][i] - 32
				                                                 : names[id][i]);
			assert_int_equal(field_id_from(str_of(name, len)), id);
		}
		assert_int_equal(field_id_from(str_of(names[id], len - 1)), FIELD_OTHER);
		name[0] = '!';
		assert_int_equal(field_id_from(str_of(name, len)), FIELD_OTHER);
		name[0] = names[id][0];
		name[len - 1] = '!';
		assert_int_equal(field_id_from(str_of(name, len)), FIELD_OTHER);
	}
	assert_int_equal(field_id_from((struct str){ 0 }), FIELD_OTHER);
	assert_int_equal(field_id_from(S("Content_Length")), FIELD_OTHER);
	assert_int_equal(field_id_from(S("Content\rLength")), FIELD_OTHER);
	assert_int_equal(field_id_from(S("x-a-name-that-is-longer-than-all-of-them")), FIELD_OTHER);
}

static void lines_of_a_list_are_joined_in_order(void **state)
{
	struct field fields[] = {
		{ S("Accept"), S("a/b"), FIELD_ACCEPT },
		{ S("Cookie"), S("c=d"), FIELD_COOKIE },
		{ S("accept"), S(""), FIELD_ACCEPT },
		{ S("ACCEPT"), S("e/f"), FIELD_ACCEPT },
	};
	struct request request = { .fields = fields, .field_count = 4 };
	struct arena arena;

	(void)state;
	arena_init(&arena, 256, 4096);
	request.first[FIELD_ACCEPT] = 1;
	request.lines[FIELD_ACCEPT] = 3;
	request.first[FIELD_COOKIE] = 2;
	request.lines[FIELD_COOKIE] = 1;
	assert_str(request_list(&request, FIELD_ACCEPT, &arena), "a/b, , e/f");
	assert_ptr_equal(request_list(&request, FIELD_COOKIE, &arena).at, fields[1].value.at);
	assert_null(request_list(&request, FIELD_HOST, &arena).at);
	arena_done(&arena);
	arena_init(&arena, 256, 0);
	assert_null(request_list(&request, FIELD_ACCEPT, &arena).at);
	arena_done(&arena);
}

static void a_response_refuses_what_would_break_its_lines(void **state)
{
	struct response response = { .status = 200 };

	(void)state;
	assert_true(response_add(&response, S("Location"), S("/a")));
	assert_false(response_add(&response, S("Location"), S("/a\r\nSet-Cookie: b")));
	assert_false(response_add(&response, S("Location"), S("/a\n")));
	assert_false(response_add(&response, S("Location"), S("/a\r")));
	assert_false(response_add(&response, S("Location"), S("/a\0b")));
	assert_false(response_add(&response, S("Location"), S("\n/a")));
	assert_false(response_add(&response, S("Location"), S("\0")));
	assert_false(response_add(&response, S("Loca tion"), S("/a")));
	assert_false(response_add(&response, S("Location:"), S("/a")));
	assert_false(response_add(&response, S(""), S("/a")));
	assert_false(response_set(&response, S("location"), S("/b\n")));
	assert_int_equal(response.field_count, 1);
	assert_str(response_field(&response, S("LOCATION")), "/a");
}

static void a_byte_that_breaks_a_line_is_found_wherever_it_stands(void **state)
{
	static const char breakers[] = { '\r', '\n', '\0' };
	struct response response = { .status = 200 };

	(void)state;
	for (size_t len = 1; len <= 40; len++)
		for (size_t at = 0; at < len; at++)
			for (size_t i = 0; i < sizeof(breakers); i++) {
				char *value = malloc(len);

				memset(value, at % 2 ? 0x0b : 0xff, len);
				value[at] = breakers[i];
				assert_false(response_add(&response, S("X"), str_of(value, len)));
				value[at] = '\x0c';
				assert_true(response_add(&response, S("X"), str_of(value, len)));
				response_clear(&response);
				free(value);
			}
}

static void setting_replaces_and_adding_repeats(void **state)
{
	struct response response = { .status = 200 };

	(void)state;
	assert_null(response_field(&response, S("Vary")).at);
	assert_true(response_set(&response, S("Vary"), S("Accept")));
	assert_true(response_set(&response, S("vary"), S("Origin")));
	assert_int_equal(response.field_count, 1);
	assert_str(response_field(&response, S("Vary")), "Origin");
	assert_true(response_add(&response, S("Vary"), S("Accept")));
	assert_int_equal(response.field_count, 2);
	while (response.field_count < RESPONSE_FIELDS)
		assert_true(response_add(&response, S("X"), S("")));
	assert_false(response_add(&response, S("X"), S("")));
	assert_false(response_set(&response, S("Y"), S("")));
	assert_true(response_set(&response, S("Vary"), S("")));
	assert_int_equal(response.field_count, RESPONSE_FIELDS);
}

/* RFC 9110 section 9.2.2: PUT, DELETE and the safe methods. */
static void idempotence_is_that_of_rfc_9110_section_9_2_2(void **state)
{
	static const struct {
		const char *name;
		bool is_idempotent;
	} methods[] = {
#define M(name, is_safe, is_idempotent) { #name, is_idempotent },
#include "message/method.def"
#undef M
	};
	enum { COUNT = sizeof(methods) / sizeof(methods[0]) };

	(void)state;
	assert_int_equal(COUNT, METHOD_COUNT - 1);
	for (size_t i = 0; i < COUNT; i++) {
		struct str name = str_from(methods[i].name);
		bool is_other = str_eq(name, S("POST")) || str_eq(name, S("PATCH")) || str_eq(name, S("CONNECT"));

		assert_int_equal(methods[i].is_idempotent, !is_other);
	}
}

/* Those whose grammar is a list (#rule), or a dictionary: RFC 9110, 9112, 7240, 9530, and the Fetch standard. */
static void a_field_is_a_list_where_its_grammar_is(void **state)
{
	static const char *const lists[] = {
		"accept", "accept-encoding", "accept-language", "access-control-request-headers", "connection",
		"content-digest", "content-encoding", "content-language", "expect", "if-match", "if-none-match",
		"keep-alive", "prefer", "repr-digest", "te", "trailer", "transfer-encoding", "upgrade", "via",
	};
	static const struct {
		const char *name;
		bool is_list;
	} known[] = {
#define F(id, name, is_list) { name, is_list },
#include "message/field.def"
#undef F
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		bool expected = false;

		for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++)
			expected |= strcmp(known[i].name, lists[k]) == 0;
		if (known[i].is_list != expected)
			fail_msg("%s: %d", known[i].name, known[i].is_list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(methods_are_case_sensitive_tokens),
		cmocka_unit_test(safety_is_that_of_rfc_9110_section_9_2_1),
		cmocka_unit_test(every_known_field_is_found_in_any_case_and_no_other),
		cmocka_unit_test(lines_of_a_list_are_joined_in_order),
		cmocka_unit_test(a_response_refuses_what_would_break_its_lines),
		cmocka_unit_test(a_byte_that_breaks_a_line_is_found_wherever_it_stands),
		cmocka_unit_test(setting_replaces_and_adding_repeats),
		cmocka_unit_test(idempotence_is_that_of_rfc_9110_section_9_2_2),
		cmocka_unit_test(a_field_is_a_list_where_its_grammar_is),
	};

	return cmocka_run_group_tests_name("message/message", tests, NULL, NULL);
}
