/* Where a request ends: RFC 9112 sections 6, 7 and 11. Each framing has one right answer. */
#include "unit/wire/drive.h"

#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define NEXT "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"

struct smuggling {
	struct bytes bytes;
	enum h1_refusal refusal; /* NONE: it is one whole request, then NEXT */
	const char *content;
};

#define REFUSED(literal, name) \
	{ \
		BYTES(literal), H1_REFUSAL_##name, NULL \
	}
#define READ(literal, content) \
	{ \
		BYTES(literal NEXT), H1_REFUSAL_NONE, content \
	}

static const struct smuggling lengths[] = {
	READ(POST "\r\n", ""),
	READ(POST "Content-Length: 0\r\n\r\n", ""),
	READ(POST "Content-Length: 5\r\n\r\nhello", "hello"),
	READ(POST "Content-Length:5\r\n\r\nhello", "hello"),
	READ(POST "Content-Length: \t5 \t\r\n\r\nhello", "hello"),
	READ(POST "Content-Length: 005\r\n\r\nhello", "hello"),
	READ(POST "Content-Length: 00000000000000000000000000000000005\r\n\r\nhello", "hello"),
	READ(POST "Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello", "hello"),
	READ(POST "Content_Length: 99\r\nContent-Length: 5\r\n\r\nhello", "hello"),
	READ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "hello"),
	READ("GET / HTTP/1.0\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello", "hello"),
	REFUSED(POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", LENGTHS_DIFFER),
	REFUSED(POST "Content-Length: 6\r\nX: y\r\nContent-Length: 5\r\n\r\n", LENGTHS_DIFFER),
	REFUSED(POST "Content-Length: 0\r\nContent-Length: 5\r\n\r\n", LENGTHS_DIFFER),
	REFUSED(POST "Content-Length: 5\r\nContent-Length:\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: 5, 5\r\n\r\n", LENGTH_LIST),
	REFUSED(POST "Content-Length: 5,6\r\n\r\n", LENGTH_LIST),
	REFUSED(POST "Content-Length: ,5\r\n\r\n", LENGTH_LIST),
	REFUSED(POST "Content-Length: 5,\r\n\r\n", LENGTH_LIST),
	REFUSED(POST "Content-Length:\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: \r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: +5\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: -5\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: -0\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: 0x5\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: 5h\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: 5 5\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: 5.0\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: 5e0\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: 1_0\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: \"5\"\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: 5;a=b\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: five\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: \xD9\xA5\r\n\r\n", BAD_LENGTH), /* ARABIC-INDIC DIGIT FIVE */
	REFUSED(POST "Content-Length: 5\xA0\r\n\r\n", BAD_LENGTH),
	REFUSED(POST "Content-Length: 5\x0B\r\n\r\n", CONTROL_IN_FIELD),
	REFUSED(POST "Content-Length: 9223372036854775808\r\n\r\n", LENGTH_TOO_LARGE),
	REFUSED(POST "Content-Length: 18446744073709551616\r\n\r\n", LENGTH_TOO_LARGE),
	REFUSED(POST "Content-Length: 18446744073709551621\r\n\r\nhello", LENGTH_TOO_LARGE),
	REFUSED(POST "Content-Length: 99999999999999999999999999999999999999\r\n\r\n", LENGTH_TOO_LARGE),
	REFUSED(POST "Content-Length : 5\r\n\r\n", SPACE_BEFORE_COLON),
	REFUSED(POST " Content-Length: 5\r\n\r\n", OBS_FOLD),
	REFUSED(POST "Content-Length:\r\n 5\r\n\r\n", OBS_FOLD),
	REFUSED(POST "Content-\r\nLength: 5\r\n\r\n", NO_COLON),
	REFUSED(POST "X: y\nContent-Length: 5\r\n\r\n", BARE_LF),
	REFUSED(POST "X: y\rContent-Length: 5\r\n\r\n", BARE_CR),
	REFUSED(POST "X: y\r\n\rContent-Length: 5\r\n\r\n", BARE_CR),
	REFUSED(POST "X: y\0\r\nContent-Length: 5\r\n\r\n", NUL_IN_FIELD),
	REFUSED(POST "\xEF\xBB\xBF"
	             "Content-Length: 5\r\n\r\n",
	        BAD_FIELD_NAME),
};

static const struct smuggling codings[] = {
	READ(CHUNKED "0\r\n\r\n", ""),
	READ(POST "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", ""),
	READ(POST "transfer-encoding:\tchunked \r\n\r\n1\r\nx\r\n0\r\n\r\n", "x"),
	READ(POST "Transfer_Encoding: chunked\r\n\r\n", ""), /* another field, which says nothing */
	READ(POST "TE: chunked\r\n\r\n", ""),
	READ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", "x"),
	/* Both fields (section 6.1: may be an attempt at smuggling; refused whichever comes first). */
	REFUSED(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", BOTH_LENGTHS),
	REFUSED(POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", BOTH_LENGTHS),
	REFUSED(POST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", BOTH_LENGTHS),
	REFUSED(POST "Transfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n", BOTH_LENGTHS),
	REFUSED(POST "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n", BOTH_LENGTHS),
	REFUSED(POST "Transfer-Encoding:\r\nContent-Length: 5\r\n\r\n", BOTH_LENGTHS),
	REFUSED(POST "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n", BOTH_LENGTHS),
	/* HTTP/1.0 (section 6.1). */
	REFUSED("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", TE_IN_10),
	REFUSED("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", TE_IN_10),
	/* Section 6.3: where chunked is not the last coding, 400. */
	REFUSED(POST "Transfer-Encoding: gzip\r\n\r\n", CHUNKED_NOT_LAST),
	REFUSED(POST "Transfer-Encoding: identity\r\n\r\n", CHUNKED_NOT_LAST),
	REFUSED(POST "Transfer-Encoding: chunked, gzip\r\n\r\n", CHUNKED_NOT_LAST),
	REFUSED(POST "Transfer-Encoding: chunked, identity\r\n\r\n", CHUNKED_NOT_LAST),
	REFUSED(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n", CHUNKED_NOT_LAST),
	REFUSED(POST "Transfer-Encoding: xchunked\r\n\r\n", CHUNKED_NOT_LAST),
	REFUSED(POST "Transfer-Encoding: chunkedx\r\n\r\n", CHUNKED_NOT_LAST),
	REFUSED(POST "Transfer-Encoding: chunk\r\n\r\n", CHUNKED_NOT_LAST),
	REFUSED(POST "Transfer-Encoding: chunke\r\n\r\n", CHUNKED_NOT_LAST),
	REFUSED(POST "Transfer-Encoding: x;y=\"chunked\"\r\n\r\n", CHUNKED_NOT_LAST),
	REFUSED(POST "Transfer-Encoding: x;y=\", chunked\"\r\n\r\n", CHUNKED_NOT_LAST),
	/* Section 7: applied once, without parameters, each member a token. */
	REFUSED(POST "Transfer-Encoding: chunked, chunked\r\n\r\n", CHUNKED_TWICE),
	REFUSED(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", CHUNKED_TWICE),
	REFUSED(POST "Transfer-Encoding: chunked, gzip, chunked\r\n\r\n", CHUNKED_TWICE),
	REFUSED(POST "Transfer-Encoding: chunked;a=b\r\n\r\n", CHUNKED_PARAMETERS),
	REFUSED(POST "Transfer-Encoding: chunked;\r\n\r\n", CHUNKED_PARAMETERS),
	REFUSED(POST "Transfer-Encoding: chunked ; q=1\r\n\r\n", CHUNKED_PARAMETERS),
	REFUSED(POST "Transfer-Encoding:\r\n\r\n", EMPTY_CODING),
	REFUSED(POST "Transfer-Encoding: \t \r\n\r\n", EMPTY_CODING),
	REFUSED(POST "Transfer-Encoding: ,chunked\r\n\r\n", EMPTY_CODING),
	REFUSED(POST "Transfer-Encoding: chunked,\r\n\r\n", EMPTY_CODING),
	REFUSED(POST "Transfer-Encoding: gzip,,chunked\r\n\r\n", EMPTY_CODING),
	REFUSED(POST "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n\r\n", EMPTY_CODING),
	REFUSED(POST "Transfer-Encoding: \"chunked\"\r\n\r\n", BAD_CODING),
	REFUSED(POST "Transfer-Encoding: chunked chunked\r\n\r\n", BAD_CODING),
	REFUSED(POST "Transfer-Encoding: gzip chunked\r\n\r\n", BAD_CODING),
	REFUSED(POST "Transfer-Encoding: gzip;, chunked\r\n\r\n", BAD_CODING),
	REFUSED(POST "Transfer-Encoding: gzip;q=\"1, chunked\r\n\r\n", BAD_CODING),
	REFUSED(POST "Transfer-Encoding: [chunked]\r\n\r\n", BAD_CODING),
	REFUSED(POST "Transfer-Encoding: chunked/1\r\n\r\n", BAD_CODING),
	REFUSED(POST "Transfer-Encoding: \xA0"
	             "chunked\r\n\r\n",
	        BAD_CODING),
	REFUSED(POST "Transfer-Encoding: chunked\x85\r\n\r\n", BAD_CODING),
	REFUSED(POST "Transfer-Encoding: \x0B"
	             "chunked\r\n\r\n",
	        CONTROL_IN_FIELD),
	REFUSED(POST "Transfer-Encoding: chunked\x0C\r\n\r\n", CONTROL_IN_FIELD),
	REFUSED(POST "Transfer-Encoding: chunked\0\r\n\r\n", NUL_IN_FIELD),
	REFUSED(POST "Transfer-Encoding:\r\n chunked\r\n\r\n", OBS_FOLD),
	REFUSED(POST "Transfer-Encoding\r\n : chunked\r\n\r\n", NO_COLON),
	REFUSED(POST "Transfer-Encoding : chunked\r\n\r\n", SPACE_BEFORE_COLON),
	REFUSED(POST "Transfer-Encoding\t: chunked\r\n\r\n", SPACE_BEFORE_COLON),
	REFUSED(POST " Transfer-Encoding: chunked\r\n\r\n", OBS_FOLD),
	REFUSED(POST "Transfer Encoding: chunked\r\n\r\n", SPACE_BEFORE_COLON),
	REFUSED(POST "\x01Transfer-Encoding: chunked\r\n\r\n", BAD_FIELD_NAME),
	REFUSED(POST "X: y\nTransfer-Encoding: chunked\r\n\r\n", BARE_LF),
	REFUSED(POST "X: y\r\n\nTransfer-Encoding: chunked\r\n\r\n", BARE_LF),
	REFUSED(POST "X: y\rTransfer-Encoding: chunked\r\n\r\n", BARE_CR),
	/* Section 6.1: codings that are not understood, 501. */
	REFUSED(POST "Transfer-Encoding: gzip, chunked\r\n\r\n", UNKNOWN_CODING),
	REFUSED(POST "Transfer-Encoding: gzip;a=b;c = \"d, e\" , chunked\r\n\r\n", UNKNOWN_CODING),
	REFUSED(POST "Transfer-Encoding: identity, chunked\r\n\r\n", UNKNOWN_CODING),
	REFUSED(POST "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", UNKNOWN_CODING),
};

static const struct smuggling chunks[] = {
	READ(CHUNKED "5\r\nhello\r\n0\r\n\r\n", "hello"),
	READ(CHUNKED "5\r\nhello\r\n06\r\n world\r\n000\r\n\r\n", "hello world"),
	READ(CHUNKED "a\r\n0123456789\r\nB\r\n0123456789A\r\n0\r\n\r\n", "01234567890123456789A"),
	READ(CHUNKED "0000000000000000000000005\r\nhello\r\n0\r\n\r\n", "hello"),
	READ(CHUNKED "2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
	READ(CHUNKED "5;name\r\nhello\r\n0;last\r\n\r\n", "hello"),
	READ(CHUNKED "5;name=value;b=\"quoted; \\\" \\\\ \t\xFF\";c\r\nhello\r\n0\r\n\r\n", "hello"),
	READ(CHUNKED "5 ; name = value ; b = \"\" ; c\r\nhello\r\n0\r\n\r\n", "hello"),
	READ(CHUNKED "5\t;\tname\t=\tvalue\r\nhello\r\n0\r\n\r\n", "hello"),
	READ(CHUNKED "0\r\nTrailer: value\r\nOther:\r\n\r\n", ""),
	/* Trailers change nothing of the message (RFC 9110 section 6.5.1). */
	READ(CHUNKED "1\r\nx\r\n0\r\nContent-Length: 50\r\nTransfer-Encoding: gzip\r\nHost: b\r\n\r\n", "x"),
	REFUSED(CHUNKED "\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "\n", BARE_LF_IN_CHUNK),
	REFUSED(CHUNKED ";a\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED " 5\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "+5\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "-5\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "0x5\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "5h\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "5_0\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "5.\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "g\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "5 \r\nhello\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "5 5\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "5\x0B\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "5\0\r\n", BAD_CHUNK_SIZE),
	REFUSED(CHUNKED "\xEF\xBC\x95\r\n", BAD_CHUNK_SIZE), /* FULLWIDTH DIGIT FIVE */
	REFUSED(CHUNKED "8000000000000000\r\n", CHUNK_TOO_LARGE),
	REFUSED(CHUNKED "FFFFFFFFFFFFFFFF\r\n", CHUNK_TOO_LARGE),
	REFUSED(CHUNKED "10000000000000005\r\nhello\r\n", CHUNK_TOO_LARGE),
	REFUSED(CHUNKED "100000000000000000000000000000005\r\nhello\r\n", CHUNK_TOO_LARGE),
	REFUSED(CHUNKED "5\nhello\r\n0\r\n\r\n", BARE_LF_IN_CHUNK),
	REFUSED(CHUNKED "5\rhello\r\n0\r\n\r\n", BARE_CR_IN_CHUNK),
	REFUSED(CHUNKED "5\r\r\nhello\r\n0\r\n\r\n", BARE_CR_IN_CHUNK),
	REFUSED(CHUNKED "5\r\nhello0\r\n\r\n", CHUNK_WITHOUT_END),
	REFUSED(CHUNKED "5\r\nhello\n0\r\n\r\n", CHUNK_WITHOUT_END),
	REFUSED(CHUNKED "5\r\nhello\rX0\r\n\r\n", CHUNK_WITHOUT_END),
	REFUSED(CHUNKED "5\r\nhello!\r\n0\r\n\r\n", CHUNK_WITHOUT_END),
	REFUSED(CHUNKED "5\r\nhello\r\r\n0\r\n\r\n", CHUNK_WITHOUT_END),
	REFUSED(CHUNKED "5\r\nhello\r\n\r\n0\r\n\r\n", BAD_CHUNK_SIZE),
	/* Extensions (section 7.1.1): a line's end hidden in one is none. */
	REFUSED(CHUNKED "5;\r\nhello\r\n", BAD_CHUNK_EXTENSION),
	REFUSED(CHUNKED "5;=\r\n", BAD_CHUNK_EXTENSION),
	REFUSED(CHUNKED "5;a=\r\n", BAD_CHUNK_EXTENSION),
	REFUSED(CHUNKED "5;a b\r\n", BAD_CHUNK_EXTENSION),
	REFUSED(CHUNKED "5;a=b c\r\n", BAD_CHUNK_EXTENSION),
	REFUSED(CHUNKED "5;a \r\n", BAD_CHUNK_EXTENSION),
	REFUSED(CHUNKED "5;a=b \r\n", BAD_CHUNK_EXTENSION),
	REFUSED(CHUNKED "5;a=\"b\r\n", BAD_CHUNK_EXTENSION),
	REFUSED(CHUNKED "5;a=\"b\"c\r\n", BAD_CHUNK_EXTENSION),
	REFUSED(CHUNKED "5;a=\"\x01\"\r\n", BAD_CHUNK_EXTENSION),
	REFUSED(CHUNKED "5;a\0\r\n", BAD_CHUNK_EXTENSION),
	REFUSED(CHUNKED "5;a\nhello\r\n0\r\n\r\n", BARE_LF_IN_CHUNK),
	REFUSED(CHUNKED "5;a=\"\nhello\r\n0\r\n\r\n", BARE_LF_IN_CHUNK),
	REFUSED(CHUNKED "5;a=\"\\\nhello\r\n0\r\n\r\n", BARE_LF_IN_CHUNK),
	REFUSED(CHUNKED "5;a\rX\nhello\r\n0\r\n\r\n", BARE_CR_IN_CHUNK),
	/* The trailer section (section 7.1.2). */
	REFUSED(CHUNKED "0\r\nX : y\r\n\r\n", BAD_TRAILER),
	REFUSED(CHUNKED "0\r\n X: y\r\n\r\n", BAD_TRAILER),
	REFUSED(CHUNKED "0\r\nX: y\r\n folded\r\n\r\n", BAD_TRAILER),
	REFUSED(CHUNKED "0\r\n: y\r\n\r\n", BAD_TRAILER),
	REFUSED(CHUNKED "0\r\nX\r\n\r\n", BAD_TRAILER),
	REFUSED(CHUNKED "0\r\nX: \0\r\n\r\n", BAD_TRAILER),
	REFUSED(CHUNKED "0\r\nGET /admin HTTP/1.1\r\n", BAD_TRAILER),
	REFUSED(CHUNKED "0\r\n\n", BARE_LF_IN_CHUNK),
	REFUSED(CHUNKED "0\r\n\rX", BARE_CR_IN_CHUNK),
	REFUSED(CHUNKED "0\r\nX: y\n\r\n", BARE_LF_IN_CHUNK),
	REFUSED(CHUNKED "0\r\nX: y\rZ\r\n", BARE_CR_IN_CHUNK),
};

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
