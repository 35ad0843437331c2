/*
 * A growing text with a maximum. It lives in an arena, or (arena NULL) on the
 * heap, where `buf_done` frees it.
 *
 * Appending past the maximum or without memory sets `failed` and keeps what was
 * there; appends after that do nothing, so that one check at the end is enough.
 */
#ifndef STATUTE_BASE_BUF_H
#define STATUTE_BASE_BUF_H

#include "base/str.h"

struct buf {
	char *at;
	size_t len, cap, max;
	struct arena *arena;
	bool failed;
};

void buf_init(struct buf *buf, struct arena *arena, size_t max);
/* Frees a heap buffer; accepts a zeroed one. */
void buf_done(struct buf *buf);
/* Empties it and clears `failed`; keeps its memory. */
void buf_reset(struct buf *buf);
/* What buf_reserve does where the memory that is there does not do. */
char *buf_reserve_more(struct buf *buf, size_t more);
/* Room for `more` bytes beyond `len`; NULL (and failed) where there is none. Add to `len` what was written. */
static inline char *buf_reserve(struct buf *buf, size_t more)
{
	size_t end = buf->max < buf->cap ? buf->max : buf->cap;

	if (buf->failed || !buf->at || buf->len > end || more > end - buf->len)
		return buf_reserve_more(buf, more);
	return buf->at + buf->len;
}
static inline void buf_add(struct buf *buf, struct str s)
{
	char *at;

	if (!s.len || !(at = buf_reserve(buf, s.len)))
		return;
	memcpy(at, s.at, s.len);
	buf->len += s.len;
}
static inline void buf_add_char(struct buf *buf, char c)
{
	char *at = buf_reserve(buf, 1);

	if (at) {
		*at = c;
		buf->len++;
	}
}
void buf_add_u64(struct buf *buf, uint64_t value);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What it holds; valid until the next append. */
static inline struct str buf_str(const struct buf *buf)
{
	return (struct str){ .at = buf->at, .len = buf->len };
}

/* The same, or {NULL, 0} where an append failed: a text is whole or not there. */
static inline struct str buf_whole(const struct buf *buf)
{
	struct str none = { 0 };

	return buf->failed ? none : buf_str(buf);
}

/* A string literal. */
#define buf_lit(buf, literal) buf_add((buf), S(literal))

#endif
