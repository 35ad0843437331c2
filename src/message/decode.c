/*
 * Taking content codings off: see coding.h. Each coding is a stage that hands what it makes to the next,
 * 16 KiB at a time, so that nothing is ever held twice. A stage's own memory is bounded too: what a
 * brotli stream says of its length is believed only as far as there is room for the result.
 */
#include <brotli/decode.h>
#include <zlib.h>

#include "message/coding.h"
#include "message/syntax.h"

enum {
	CHUNK = 16 * 1024,
	RATIO = 100,            /* JSON seldom shrinks to less than a twentieth */
	RATIO_FREE = 64 * 1024, /* up to which any ratio is good */
	MEMORY_LEAST = 1 << 20,
	MEMORY_SHARE = 4, /* brotli's ring doubles as it grows, and every one of them stays in the arena */
	GZIP_WINDOW = 15 + 16,
	ZLIB_WINDOW = 15,
	INPUT_MAX = 1 << 30 /* that zlib is given at once */
};

struct stage {
	enum coding coding;
	bool has_ended;
	uint64_t made; /* bytes */
	z_stream z;
	BrotliDecoderState *brotli;
};

struct decoder {
	struct arena *arena;
	struct buf *into;
	uint64_t taken; /* bytes that came */
	size_t memory, memory_max;
	bool is_over_memory;
	struct stage stages[CODINGS_MAX]; /* the coding that was put on last is taken off first */
	size_t count;
};

static enum decoded push(struct decoder *decoder, size_t index, struct str piece);

/* ---- Names ---------------------------------------------------------------- */

bool coding_from(struct str name, enum coding *ret_coding)
{
	static const struct {
		struct str name;
		enum coding coding;
	} rows[] = {
		{ STR_INIT("gzip"), CODING_GZIP },       { STR_INIT("x-gzip"), CODING_GZIP },
		{ STR_INIT("deflate"), CODING_DEFLATE }, { STR_INIT("br"), CODING_BR },
		{ STR_INIT("identity"), CODING_IDENTITY },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!str_eq_nocase(name, rows[i].name))
			continue;
		*ret_coding = rows[i].coding;
		return true;
	}
	return false;
}

bool codings_read(struct str field, enum coding ret_codings[CODINGS_MAX], size_t *ret_count)
{
	enum coding codings[CODINGS_MAX], coding;
	struct str member;
	size_t count = 0;

	while ((member = syntax_list_next(&field)).at) {
		if (!coding_from(member, &coding))
			return false;
		if (coding == CODING_IDENTITY)
			continue;
		if (count == CODINGS_MAX)
			return false;
		codings[count++] = coding;
	}
	for (size_t i = 0; i < count; i++)
		ret_codings[i] = codings[i];
	*ret_count = count;
	return true;
}

struct str codings_taken(void)
{
	return S("gzip, deflate, br");
}

/* ---- Memory --------------------------------------------------------------- */

static void *take_memory(void *data, size_t size)
{
	struct decoder *decoder = data;

	if (size > decoder->memory_max - decoder->memory) {
		decoder->is_over_memory = true;
		return NULL;
	}
	decoder->memory += size;
	return arena_alloc(decoder->arena, size);
}

static void *take_array(void *data, unsigned count, unsigned size)
{
	return take_memory(data, (size_t)count * size);
}

/* It ends with the arena. */
static void give_memory(void *data, void *at)
{
	(void)data, (void)at;
}

static int start_stage(struct decoder *decoder, struct stage *stage)
{
	if (stage->coding == CODING_BR) {
		stage->brotli = BrotliDecoderCreateInstance(take_memory, give_memory, decoder);
		return stage->brotli ? 0 : STATUTE_ENOMEM;
	}
	stage->z = (z_stream){ .zalloc = take_array, .zfree = give_memory, .opaque = decoder };
	return inflateInit2(&stage->z, stage->coding == CODING_GZIP ? GZIP_WINDOW : ZLIB_WINDOW) == Z_OK
	               ? 0
	               : STATUTE_ENOMEM;
}

int decoder_new(struct arena *arena, const enum coding *codings, size_t count, struct buf *into,
                struct decoder **ret_decoder)
{
	struct decoder *decoder = arena_new(arena, struct decoder);
	int r = decoder ? 0 : STATUTE_ENOMEM;

	if (!decoder)
		return r;
	decoder->arena = arena;
	decoder->into = into;
	decoder->count = count;
	decoder->memory_max = into->max > (SIZE_MAX - MEMORY_LEAST) / MEMORY_SHARE
	                              ? SIZE_MAX
	                              : into->max * MEMORY_SHARE + MEMORY_LEAST;
	for (size_t i = 0; r == 0 && i < count; i++) {
		decoder->stages[i].coding = codings[count - 1 - i];
		r = start_stage(decoder, &decoder->stages[i]);
	}
	if (r == 0)
		*ret_decoder = decoder;
	return r;
}

/* ---- Bytes ---------------------------------------------------------------- */

static bool is_too_large(const struct decoder *decoder, const struct stage *stage)
{
	if (stage->made > decoder->into->max)
		return true;
	return stage->made > RATIO_FREE && stage->made / RATIO > decoder->taken;
}

/* What a stage made goes to the next one, or into the result. */
static enum decoded emit(struct decoder *decoder, size_t index, struct str made)
{
	struct stage *stage = &decoder->stages[index];

	stage->made += made.len;
	if (is_too_large(decoder, stage))
		return DECODED_TOO_LARGE;
	if (!made.len)
		return DECODED;
	if (index + 1 < decoder->count)
		return push(decoder, index + 1, made);
	buf_add(decoder->into, made);
	return decoder->into->failed ? DECODED_NO_MEMORY : DECODED;
}

/* Why a library says that it cannot go on. */
static enum decoded failure(const struct decoder *decoder, bool is_memory)
{
	if (!is_memory)
		return DECODED_MALFORMED;
	return decoder->is_over_memory ? DECODED_TOO_LARGE : DECODED_NO_MEMORY;
}

/* RFC 1952 section 2.2: members of gzip may follow one another. */
static bool may_begin_again(struct stage *stage)
{
	if (!stage->has_ended)
		return true;
	stage->has_ended = false;
	return stage->coding == CODING_GZIP && inflateReset(&stage->z) == Z_OK;
}

static enum decoded push_deflated(struct decoder *decoder, size_t index, struct str piece)
{
	struct stage *stage = &decoder->stages[index];
	z_stream *z = &stage->z;
	unsigned char made[CHUNK];
	enum decoded decoded = DECODED;

	z->next_in = (unsigned char *)(uintptr_t)piece.at;
	z->avail_in = (unsigned)piece.len;
	z->avail_out = 1;
	while (decoded == DECODED && (z->avail_in || !z->avail_out)) {
		int r;

		if (!may_begin_again(stage))
			return DECODED_MALFORMED;
		z->next_out = made;
		z->avail_out = CHUNK;
		r = inflate(z, Z_NO_FLUSH);
		stage->has_ended = r == Z_STREAM_END;
		if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
			return failure(decoder, r == Z_MEM_ERROR);
		decoded = emit(decoder, index, str_of((const char *)made, CHUNK - z->avail_out));
		if (r != Z_OK && !z->avail_in)
			break;
	}
	return decoded;
}

static bool is_memory_error(BrotliDecoderErrorCode code)
{
	return code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
	       code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
}

static enum decoded push_brotli(struct decoder *decoder, size_t index, struct str piece)
{
	struct stage *stage = &decoder->stages[index];
	const unsigned char *next = (const unsigned char *)piece.at;
	BrotliDecoderResult r = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
	size_t left = piece.len;
	enum decoded decoded = DECODED;

	if (stage->has_ended)
		return DECODED_MALFORMED;
	while (decoded == DECODED && r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
		unsigned char made[CHUNK], *to = made;
		size_t room = CHUNK;

		r = BrotliDecoderDecompressStream(stage->brotli, &left, &next, &room, &to, NULL);
		if (r == BROTLI_DECODER_RESULT_ERROR)
			return failure(decoder, is_memory_error(BrotliDecoderGetErrorCode(stage->brotli)));
		decoded = emit(decoder, index, str_of((const char *)made, CHUNK - room));
	}
	stage->has_ended = r == BROTLI_DECODER_RESULT_SUCCESS;
	return decoded == DECODED && left ? DECODED_MALFORMED : decoded;
}

static enum decoded push(struct decoder *decoder, size_t index, struct str piece)
{
	bool is_brotli = decoder->stages[index].coding == CODING_BR;

	return is_brotli ? push_brotli(decoder, index, piece) : push_deflated(decoder, index, piece);
}

enum decoded decoder_add(struct decoder *decoder, struct str piece)
{
	enum decoded decoded = DECODED;

	while (decoded == DECODED && piece.len) {
		struct str some = str_sub(piece, 0, INPUT_MAX);

		decoder->taken += some.len;
		if (decoder->taken > decoder->into->max)
			return DECODED_TOO_LARGE;
		decoded = push(decoder, 0, some);
		piece = str_sub(piece, some.len, piece.len);
	}
	return decoded;
}

bool decoder_has_ended(const struct decoder *decoder)
{
	for (size_t i = 0; i < decoder->count; i++)
		if (!decoder->stages[i].has_ended)
			return false;
	return true;
}
