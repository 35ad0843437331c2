/*
 * Where a request ends (RFC 9112 sections 6, 7 and 11): each framing has one right
 * answer. Tables of bytes for whoever wants to feed them to something.
 */
#ifndef STATUTE_TEST_FRAMINGS_H
#define STATUTE_TEST_FRAMINGS_H

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

#undef REFUSED
#undef READ

#endif
