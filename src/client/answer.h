/* Responses as they come in over HTTP/1.1 (RFC 9112), read from the other side. Pure. */
#ifndef STATUTE_CLIENT_ANSWER_H
#define STATUTE_CLIENT_ANSWER_H

#include "base/buf.h"

struct answer {
	int status;
	struct str location; /* as it came; borrows the text */
	int64_t max_age_s;   /* of Cache-Control; 0 of no-store and no-cache; -1: it says nothing */
};

enum answer_state {
	ANSWER_MORE,   /* so far nothing is wrong with it */
	ANSWER_WHOLE,
	ANSWER_BROKEN
};

enum { ANSWER_HEAD_MAX = 64 * 1024 };

/*
 * Looks at all that has come; `is_end`: the other side said that no more will. ANSWER_WHOLE fills
 * *ret_answer and appends its content to `content`; interim responses are passed over. It is BROKEN too
 * where content would fail for its maximum: content->failed tells.
 */
enum answer_state answer_read(struct str text, bool is_end, struct buf *content, struct answer *ret_answer);

#endif
