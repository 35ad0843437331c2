/* multipart/form-data: parts, however the bytes come. */
#include "message/multipart.h"
#include "base/buf.h"
#include "unit/test.h"

/* The events of a whole form as one text: "(name|filename|type:content)" a part, "." at its end. */
static struct str events_of(struct arena *arena, struct str boundary, struct str form, size_t step)
{
	struct multipart multipart;
	struct str out = S("");

	assert_true(multipart_init(&multipart, boundary));
	while (form.len) {
		struct str input = str_sub(form, 0, step);
		char *copy = malloc(input.len); /* of its exact size, for the sanitizer */
		size_t done = 0, used;

		memcpy(copy, input.at, input.len);
		for (;;) {
			struct str piece = { 0 };
			enum multipart_event event = multipart_next(&multipart, str_of(copy + done, input.len - done),
			                                            &used, &piece);

			done += used;
			if (event == MULTIPART_MORE)
				break;
			if (event == MULTIPART_PART)
				out = str_printf(arena, "%.*s(%.*s|%.*s|%.*s:", STR_ARG(out), STR_ARG(multipart.name),
				                 STR_ARG(multipart.filename), STR_ARG(multipart.type));
			else if (event == MULTIPART_CONTENT)
				out = str_printf(arena, "%.*s%.*s", STR_ARG(out), STR_ARG(piece));
			else if (event == MULTIPART_PART_END)
				out = str_printf(arena, "%.*s)", STR_ARG(out));
			else if (event == MULTIPART_END)
				out = str_printf(arena, "%.*s.", STR_ARG(out));
			if (event == MULTIPART_MALFORMED) {
				free(copy);
				return str_printf(arena, "%.*s!", STR_ARG(out));
			}
		}
		assert_int_equal(done, input.len);
		free(copy);
		form = str_sub(form, input.len, form.len);
	}
	return out;
}

/* In one piece, byte by byte, and in steps between. */
static void expect(const char *form, const char *events)
{
	for (size_t step = 1; step < 40; step += 2) {
		struct arena arena;

		arena_init(&arena, 1 << 16, 64 << 20);
		assert_str(events_of(&arena, S("XyZ"), str_from(form), step), events);
		assert_str(events_of(&arena, S("XyZ"), str_from(form), 100000), events);
		arena_done(&arena);
	}
}

#define FIELD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n"
#define FILE_(name, filename) "Content-Disposition: form-data; name=\"" name "\"; filename=\"" filename "\"\r\n"

static void parts_have_names_types_and_content(void **state)
{
	(void)state;
	expect("--XyZ\r\n" FIELD("title") "\r\nTea\r\n--XyZ\r\n" FILE_("file", "a b.mp4")
	       "Content-Type: video/mp4; x=1\r\n\r\nab\r\ncd\r\n--XyZ--\r\n",
	       "(title||:Tea)(file|a b.mp4|video/mp4; x=1:ab\r\ncd).");
}

static void a_preamble_and_an_epilogue_are_nothing(void **state)
{
	(void)state;
	expect("hello\r\n--Xy\r\n--XyZ \t\r\n" FIELD("a") "\r\n1\r\n--XyZ--\r\nbye\r\n--XyZ\r\n", "(a||:1).");
	expect("--XyZ\r\n" FIELD("a") "\r\n1\r\n--XyZ--", "(a||:1).");
}

static void what_looks_like_a_delimiter_is_content(void **state)
{
	(void)state;
	expect("--XyZ\r\n" FIELD("a") "\r\n\r\r\n\r\n-\r\n--Xy\r\r\n--Xyz--XyZ\r\n\r\n--XyZ--\r\n",
	       "(a||:\r\r\n\r\n-\r\n--Xy\r\r\n--Xyz--XyZ\r\n).");
	expect("--XyZ\r\n" FIELD("a") "\r\n\r\n--XyZ--\r\n", "(a||:).");
}

static void values_may_be_quoted_or_tokens(void **state)
{
	(void)state;
	expect("--XyZ\r\ncontent-disposition:form-data;NAME=a;filename=\"q\\\"q\"; size=7\r\nX-Other: y\r\n\r\n\r\n--XyZ--",
	       "(a|q\"q|:).");
	expect("--XyZ\r\n" FILE_("file", "") "\r\n\r\n--XyZ--", "(file||:).");
}

static void a_head_that_says_not_clearly_what_the_part_is_ends_it(void **state)
{
	static const char *const heads[] = {
		"", "X: y\r\n", "Content-Disposition: attachment; name=a\r\n", "Content-Disposition: form-data\r\n",
		"Content-Disposition: form-data; filename=b\r\n", "Content-Disposition: form-data; name=a; name=b\r\n",
		FIELD("a") FIELD("b"), "Content-Disposition: form-data; name=\"a\r\n", FIELD("a") " folded\r\n",
		FIELD("a") "Content-Type: text\r\n", FIELD("a") "Content-Type: a/b\r\nContent-Type: a/b\r\n",
		FIELD("a") "Content-Transfer-Encoding: base64\r\n", FIELD("a") "no colon\r\n", FIELD("a") "X : y\r\n",
		FIELD("a") "X: a\nb\r\n", FIELD("a") "X: a\x01" "b\r\n", NULL,
	};

	(void)state;
	for (size_t i = 0; heads[i]; i++) {
		char form[400];

		snprintf(form, sizeof(form), "--XyZ\r\n%s\r\n1\r\n--XyZ--", heads[i]);
		expect(form, "!");
	}
}

static void a_delimiter_ends_as_it_must(void **state)
{
	(void)state;
	expect("--XyZx\r\n", "!");
	expect("--XyZ--", "!"); /* a form without a part */
	expect("--XyZ\r\n" FIELD("a") "\r\n1\r\n--XyZxy", "(a||:1)!");
	expect("--XyZ\r\n" FIELD("a") "\r\n1\r\n--XyZ --", "(a||:1)!");
}

static void a_form_that_stops_is_not_whole(void **state)
{
	struct multipart multipart;
	struct str form = S("--b\r\n" FIELD("a") "\r\n1\r\n--b"), piece;
	size_t used, done = 0;

	(void)state;
	assert_true(multipart_init(&multipart, S("b")));
	while (done < form.len) {
		multipart_next(&multipart, str_sub(form, done, form.len), &used, &piece);
		done += used;
	}
	assert_false(multipart_is_whole(&multipart));
	multipart_next(&multipart, S("--"), &used, &piece);
	assert_true(multipart_is_whole(&multipart));
}

static void boundaries_are_held_to_their_grammar(void **state)
{
	struct multipart multipart;
	char longest[MULTIPART_BOUNDARY_MAX + 2];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	assert_true(multipart_init(&multipart, str_of(longest, MULTIPART_BOUNDARY_MAX)));
	assert_false(multipart_init(&multipart, str_of(longest, MULTIPART_BOUNDARY_MAX + 1)));
	assert_true(multipart_init(&multipart, S("----WebKitFormBoundary7MA4YWxk'()+_,-./:=?")));
	assert_true(multipart_init(&multipart, S("a b")));
	for (const char *const *text = (const char *const[]){ "", "a ", "a\r\n", "a\"", "\xc3\xa9", "a;b", NULL }; *text; text++)
		assert_false(multipart_init(&multipart, str_from(*text)));
	assert_false(multipart_init(&multipart, str_of("a\0b", 3)));
}

static void heads_and_parts_have_a_maximum(void **state)
{
	struct arena arena;
	struct buf buf;

	(void)state;
	arena_init(&arena, 1 << 16, 64 << 20);
	buf_init(&buf, &arena, 1 << 20);
	buf_lit(&buf, "--XyZ\r\n" FIELD("a") "X: ");
	for (int i = 0; i < MULTIPART_HEAD_MAX; i++)
		buf_add_char(&buf, 'x');
	assert_str(events_of(&arena, S("XyZ"), buf_str(&buf), 1000), "!");
	buf_reset(&buf);
	for (int i = 0; i <= MULTIPART_PARTS_MAX; i++)
		buf_lit(&buf, "\r\n--XyZ\r\n" FIELD("a") "\r\n");
	assert_true(str_ends(events_of(&arena, S("XyZ"), buf_str(&buf), 1000), S("!")));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_have_names_types_and_content),
		cmocka_unit_test(a_preamble_and_an_epilogue_are_nothing),
		cmocka_unit_test(what_looks_like_a_delimiter_is_content),
		cmocka_unit_test(values_may_be_quoted_or_tokens),
		cmocka_unit_test(a_head_that_says_not_clearly_what_the_part_is_ends_it),
		cmocka_unit_test(a_delimiter_ends_as_it_must),
		cmocka_unit_test(a_form_that_stops_is_not_whole),
		cmocka_unit_test(boundaries_are_held_to_their_grammar),
		cmocka_unit_test(heads_and_parts_have_a_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
