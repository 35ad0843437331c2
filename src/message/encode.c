/*
 * Putting a coding on content that is whole: see encode.h. One stream of zlib is kept and used again. brotli
 * has none to be used again, but its memory is kept: a megabyte that the system gives and takes back each
 * time, page by page, costs more than the coding. Its quality 2 makes less of JSON than zlib does.
 */
#include "message/encode.h"

#include <stdlib.h>

#include <brotli/encode.h>
#include <zlib.h>

enum {
	GZIP_LEVEL = 2,
	GZIP_WINDOW = 15 + 16,
	GZIP_MEMORY = 8,
	BROTLI_QUALITY = 2,
	BROTLI_WINDOW = 18, /* 256 KiB: lists are seldom longer, and it is a part of what it takes */
	POOL = 2 << 20,     /* what goes beyond that comes from malloc */
	ALIGNMENT = 16
};

struct encoder {
	z_stream z;
	bool has_stream;
	char *pool; /* for brotli; NULL before its first use */
	size_t pooled;
};

struct encoder *encoder_new(void)
{
	return calloc(1, sizeof(struct encoder));
}

void encoder_free(struct encoder *encoder)
{
	if (encoder && encoder->has_stream)
		deflateEnd(&encoder->z);
	if (encoder)
		free(encoder->pool);
	free(encoder);
}

static void *take_memory(void *data, size_t size)
{
	struct encoder *encoder = data;
	size_t room = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	char *at;

	if (!encoder->pool || size > POOL || room > POOL - encoder->pooled)
		return malloc(size);
	at = encoder->pool + encoder->pooled;
	encoder->pooled += room;
	return at;
}

/* What lies in the pool is given back all at once, when the next content begins. */
static void give_memory(void *data, void *at)
{
	const struct encoder *encoder = data;
	uintptr_t where = (uintptr_t)at, pool = (uintptr_t)encoder->pool;

	if (!encoder->pool || where < pool || where >= pool + POOL)
		free(at);
}

static bool start_stream(struct encoder *encoder)
{
	if (encoder->has_stream)
		return deflateReset(&encoder->z) == Z_OK;
	encoder->has_stream = deflateInit2(&encoder->z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
	                                   Z_DEFAULT_STRATEGY) == Z_OK;
	return encoder->has_stream;
}

static int encode_gzip(struct encoder *encoder, struct str content, struct buf *into)
{
	z_stream *z = &encoder->z;
	size_t room;
	char *at;

	if (!start_stream(encoder))
		return STATUTE_ENOMEM;
	room = deflateBound(z, content.len);
	if (room > UINT_MAX || !(at = buf_reserve(into, room)))
		return STATUTE_ENOMEM;
	z->next_in = (unsigned char *)(uintptr_t)content.at;
	z->avail_in = (unsigned)content.len;
	z->next_out = (unsigned char *)at;
	z->avail_out = (unsigned)room;
	if (deflate(z, Z_FINISH) != Z_STREAM_END)
		return STATUTE_ENOMEM;
	into->len += room - z->avail_out;
	return 0;
}

static bool finish_brotli(BrotliEncoderState *state, struct str content, char *at, size_t *room)
{
	const uint8_t *next = (const uint8_t *)content.at;
	uint8_t *to = (uint8_t *)at;
	size_t left = content.len;

	return BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, BROTLI_QUALITY) &&
	       BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, BROTLI_WINDOW) &&
	       BrotliEncoderSetParameter(state, BROTLI_PARAM_SIZE_HINT,
	                                 content.len < UINT32_MAX ? (uint32_t)content.len : UINT32_MAX) &&
	       BrotliEncoderCompressStream(state, BROTLI_OPERATION_FINISH, &left, &next, room, &to, NULL) &&
	       BrotliEncoderIsFinished(state);
}

static int encode_brotli(struct encoder *encoder, struct str content, struct buf *into)
{
	size_t bound = BrotliEncoderMaxCompressedSize(content.len), room = bound;
	char *at = bound ? buf_reserve(into, bound) : NULL;
	BrotliEncoderState *state;
	bool is_done;

	if (!at)
		return STATUTE_ENOMEM;
	if (!encoder->pool)
		encoder->pool = malloc(POOL);
	encoder->pooled = 0;
	state = BrotliEncoderCreateInstance(take_memory, give_memory, encoder);
	is_done = state && finish_brotli(state, content, at, &room);
	if (state)
		BrotliEncoderDestroyInstance(state);
	if (!is_done)
		return STATUTE_ENOMEM;
	into->len += bound - room;
	return 0;
}

int encoder_run(struct encoder *encoder, enum coding coding, struct str content, struct buf *into)
{
	if (coding == CODING_BR)
		return encode_brotli(encoder, content, into);
	return coding == CODING_GZIP ? encode_gzip(encoder, content, into) : STATUTE_EINVAL;
}
