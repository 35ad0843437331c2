/*
 * multipart/form-data (RFC 7578, with the framing of RFC 2046 section 5.1.1), as it comes: whatever
 * pieces the bytes come in, the events are the same, and no content of a part is kept.
 *
 *	PREAMBLE ─> HEAD ─> (PART) ─> CONTENT ─> (PART_END) ─┬─> HEAD …
 *	                                                     └─> (END), and what follows is nothing
 *
 * The parser is strict where it is unclear what a part is: a head without a name, a name twice, a
 * bare line feed in a head. A transport encoding is refused, as RFC 7578 section 4.7 has it.
 *
 * One owner at a time; allocates nothing.
 */
#ifndef STATUTE_MESSAGE_MULTIPART_H
#define STATUTE_MESSAGE_MULTIPART_H

#include "base/str.h"

enum {
	MULTIPART_BOUNDARY_MAX = 70, /* RFC 2046 section 5.1.1 */
	MULTIPART_HEAD_MAX = 4096,   /* bytes of the head of one part */
	MULTIPART_PARTS_MAX = 64
};

enum multipart_event {
	MULTIPART_MORE,     /* all of the input was used */
	MULTIPART_PART,     /* a part begins: `name`, `filename`, `type` */
	MULTIPART_CONTENT,  /* a piece of its content */
	MULTIPART_PART_END,
	MULTIPART_END,      /* the last part ended; what still comes is nothing */
	MULTIPART_MALFORMED /* nothing more is read */
};

enum multipart_state {
	MULTIPART_AT_PREAMBLE, MULTIPART_AT_DELIMITER_END, MULTIPART_AT_HEAD, MULTIPART_AT_CONTENT,
	MULTIPART_AT_EPILOGUE, MULTIPART_AT_ERROR
};

struct multipart {
	char delimiter[MULTIPART_BOUNDARY_MAX + 4]; /* "\r\n--boundary" */
	size_t delimiter_len;
	enum multipart_state state;
	size_t matched;              /* bytes of the delimiter that came last */
	char end[2];                 /* what stands behind a delimiter, */
	size_t end_len;              /* as far as it came */
	bool has_padding;            /* blanks behind it */
	char head[MULTIPART_HEAD_MAX];
	size_t head_len;
	char values[2][MULTIPART_HEAD_MAX]; /* `name` and `filename`, unquoted */
	size_t parts;

	/* Of the part that began last, until the next one begins. */
	struct str name;
	struct str filename;         /* at is NULL where the part is no file */
	struct str type;             /* Content-Type as it was sent; at is NULL where there is none */
};

/* The `boundary` of a Content-Type, unquoted. False where it is none. */
bool multipart_init(struct multipart *multipart, struct str boundary);
/* The next event of `input`: *ret_used bytes of it are done with, and *ret_piece is the CONTENT. */
enum multipart_event multipart_next(struct multipart *multipart, struct str input, size_t *ret_used,
                                    struct str *ret_piece);
/* Has the closing delimiter come? */
static inline bool multipart_is_whole(const struct multipart *multipart)
{
	return multipart->state == MULTIPART_AT_EPILOGUE;
}

#endif
