/* A growing text with a maximum: see buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

void buf_init(struct buf *buf, struct arena *arena, size_t max)
{
	*buf = (struct buf){ .arena = arena, .max = max };
}

void buf_done(struct buf *buf)
{
	if (!buf->arena)
		free(buf->at);
	*buf = (struct buf){ .max = buf->max, .arena = buf->arena };
}

void buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

static bool grow(struct buf *buf, size_t need)
{
	size_t cap = buf->cap ? buf->cap : 256;
	char *at;

	if (need > buf->max)
		return false;
	while (cap < need)
		cap = cap > buf->max / 2 ? buf->max : cap * 2;
	at = buf->arena ? arena_grow(buf->arena, buf->at, buf->cap, cap) : realloc(buf->at, cap);
	if (!at)
		return false;
	buf->at = at;
	buf->cap = cap;
	return true;
}

char *buf_reserve_more(struct buf *buf, size_t more)
{
	if (buf->failed || more > buf->max - buf->len ||
	    ((buf->cap - buf->len < more || !buf->at) && !grow(buf, buf->len + more))) {
		buf->failed = true;
		return NULL;
	}
	return buf->at ? buf->at + buf->len : NULL;
}

void buf_add_u64(struct buf *buf, uint64_t value)
{
	char digits[STR_DIGITS_MAX];

	buf_add(buf, str_of(digits, str_put_u64(digits, value)));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	char *at;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0) {
		buf->failed = true;
		return;
	}
	if (!(at = buf_reserve(buf, (size_t)len + 1)))
		return;
	va_start(args, format);
	vsnprintf(at, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}
