/* Where a request ends: RFC 9112 sections 6, 7 and 11. Each framing has one right answer. */
#include "unit/wire/framings.h"

static void check_all(const struct smuggling *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char part[64];

		if (cases[i].refusal != H1_REFUSAL_NONE) {
			assert_refused(cases[i].bytes, cases[i].refusal);
			continue;
		}
		snprintf(part, sizeof(part), "content %zu %s\nend\nhead GET(1) target=/next",
		         strlen(cases[i].content), cases[i].content);
		assert_accepted(cases[i].bytes, 2, part);
	}
}

static void a_length_has_one_reading_or_none(void **state)
{
	(void)state;
	check_all(lengths, sizeof(lengths) / sizeof(*lengths));
}

static void a_transfer_coding_has_one_reading_or_none(void **state)
{
	(void)state;
	check_all(codings, sizeof(codings) / sizeof(*codings));
}

static void chunks_have_one_reading_or_none(void **state)
{
	(void)state;
	check_all(chunks, sizeof(chunks) / sizeof(*chunks));
}

static void the_field_of_a_bad_framing_is_named(void **state)
{
	static const struct {
		struct bytes bytes;
		const char *said;
	} cases[] = {
		{ BYTES(POST "Content-Length: x\r\n\r\n"),
		  "refused BAD_LENGTH blamed=Content-Length method=POST target=/" },
		{ BYTES(POST "Transfer-Encoding: x\r\n\r\n"),
		  "refused CHUNKED_NOT_LAST blamed=Transfer-Encoding " },
		{ BYTES(POST "Host: b\r\n\r\n"), "refused HOST_TWICE blamed=Host " },
		{ BYTES(POST "X-Trace: \x01\r\n"), "refused CONTROL_IN_FIELD blamed=X-Trace " },
		{ BYTES(POST "X Trace: 1\r\n"), "refused SPACE_BEFORE_COLON blamed= " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct drive drive;

		drive_every_way(&drive, cases[i].bytes, &h1_limits_default);
		assert_in(&drive, cases[i].said);
		drive_done(&drive);
	}
}

static void content_that_breaks_off_is_awaited(void **state)
{
	static const struct bytes cut[] = {
		BYTES(POST "Content-Length: 5\r\n\r\nhell"),
		BYTES(CHUNKED "5\r\nhell"),
		BYTES(CHUNKED "5\r\nhello"),
		BYTES(CHUNKED "5\r\nhello\r\n0\r\n"),
		BYTES(CHUNKED "5\r\nhello\r\n0\r\n\r"),
		BYTES(POST "Content-Length: 9223372036854775807\r\n\r\n"),
		BYTES(CHUNKED "7FFFFFFFFFFFFFFF\r\nx"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cut) / sizeof(*cut); i++) {
		struct drive drive;

		drive_every_way(&drive, cut[i], &h1_limits_default);
		assert_in(&drive, "more idle=0 in_content=1");
		drive_done(&drive);
	}
}

/* CHUNKED and `count` times `unit`, then `after`, under these limits. */
static void drive_repeated(struct drive *drive, const struct h1_limits *limits, const char *before,
                           const char *unit, size_t count, const char *after)
{
	struct buf buf;

	buf_init(&buf, NULL, 1 << 20);
	buf_lit(&buf, CHUNKED);
	buf_add(&buf, str_from(before));
	for (size_t i = 0; i < count; i++)
		buf_add(&buf, str_from(unit));
	buf_add(&buf, str_from(after));
	drive_every_way(drive, (struct bytes){ buf.at, buf.len }, limits);
	buf_done(&buf);
}

static void lines_between_chunks_are_bounded(void **state)
{
	struct h1_limits limits = h1_limits_default;
	struct drive drive;

	(void)state;
	limits.chunk_line = 20;
	limits.chunk_extensions = 28;
	limits.trailer_bytes = 40;
	drive_repeated(&drive, &limits, "", "0", 17, "1\r\nx\r\n0\r\n\r\n");
	assert_in(&drive, "end\n");
	drive_done(&drive);
	drive_repeated(&drive, &limits, "", "0", 18, "1\r\nx\r\n0\r\n\r\n");
	assert_in(&drive, "refused CHUNK_LINE_TOO_LONG");
	drive_done(&drive);
	/* Each "abc\r" behind the semicolon has four bytes. */
	drive_repeated(&drive, &limits, "", "1;abc\r\nx\r\n", 7, "0\r\n\r\n");
	assert_in(&drive, "content 7 xxxxxxx\nend\n");
	drive_done(&drive);
	drive_repeated(&drive, &limits, "", "1;abc\r\nx\r\n", 7, "1;a");
	assert_in(&drive, "refused TOO_MANY_EXTENSIONS");
	drive_done(&drive);
	drive_repeated(&drive, &limits, "0\r\n", "A: 1\r\n", 6, "\r\n");
	assert_in(&drive, "end\n");
	drive_done(&drive);
	drive_repeated(&drive, &limits, "0\r\n", "A: 1\r\n", 7, "\r\n");
	assert_in(&drive, "refused TRAILER_TOO_LARGE");
	drive_done(&drive);
}

static void content_comes_in_pieces_as_it_arrives(void **state)
{
	struct drive drive;

	(void)state;
	drive_init(&drive, &h1_limits_default);
	drive_feed(&drive, CHUNKED "5\r\nhe", strlen(CHUNKED) + 5);
	assert_str(buf_str(&drive.content), "he");
	assert_true(h1_in_content(&drive.h1));
	drive_feed(&drive, "llo\r\n", 5);
	assert_str(buf_str(&drive.content), "hello");
	drive_feed(&drive, "0\r\n\r\n", 5);
	assert_int_equal(drive.requests, 1);
	drive_done(&drive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_length_has_one_reading_or_none),
		cmocka_unit_test(a_transfer_coding_has_one_reading_or_none),
		cmocka_unit_test(chunks_have_one_reading_or_none),
		cmocka_unit_test(the_field_of_a_bad_framing_is_named),
		cmocka_unit_test(content_that_breaks_off_is_awaited),
		cmocka_unit_test(lines_between_chunks_are_bounded),
		cmocka_unit_test(content_comes_in_pieces_as_it_arrives),
	};

	return cmocka_run_group_tests_name("wire/h1_framing", tests, NULL, NULL);
}
