/*
 * Content codings of a request. Second opinion: each library's own function over the whole bytes at
 * once, in memory that is large enough. What decodes there decodes here, in pieces of any size, to the
 * same text; what does not does not here; and neither the result nor the memory passes its bound.
 */
#include <brotli/decode.h>
#include <zlib.h>

#include "fuzz/fuzz.h"
#include "message/coding.h"

enum { ROOM = 256 << 10, RESULT_MAX = 128 << 10, INPUT_MAX = 8 << 10 };

static unsigned char room[ROOM];

/* Of gzip: member after member. False: malformed, or cut short, or more than there is room for. */
static bool inflates(struct str text, int window, size_t *ret_len)
{
	size_t len = 0, at = 0;
	int r;

	do {
		z_stream z = { 0 };

		must(inflateInit2(&z, window) == Z_OK);
		z.next_in = (unsigned char *)(uintptr_t)text.at + at;
		z.avail_in = (unsigned)(text.len - at);
		z.next_out = room + len;
		z.avail_out = (unsigned)(ROOM - len);
		r = inflate(&z, Z_FINISH);
		len = ROOM - z.avail_out;
		at = text.len - z.avail_in;
		inflateEnd(&z);
	} while (r == Z_STREAM_END && at < text.len && window > 15);
	*ret_len = len;
	return r == Z_STREAM_END && at == text.len;
}

static bool unbrotlies(struct str text, size_t *ret_len)
{
	BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	const uint8_t *next = (const uint8_t *)text.at;
	size_t left = text.len, free = ROOM;
	uint8_t *to = room;
	BrotliDecoderResult r;

	must(state);
	r = BrotliDecoderDecompressStream(state, &left, &next, &free, &to, ret_len);
	BrotliDecoderDestroyInstance(state);
	return r == BROTLI_DECODER_RESULT_SUCCESS && !left;
}

static bool decodes_plainly(enum coding coding, struct str text, size_t *ret_len)
{
	if (coding == CODING_BR)
		return unbrotlies(text, ret_len);
	return inflates(text, coding == CODING_GZIP ? 31 : 15, ret_len);
}

static enum decoded decode(struct decoder *decoder, struct str text, size_t step)
{
	enum decoded decoded = DECODED;

	for (size_t i = 0; decoded == DECODED && i < text.len; i += step)
		decoded = decoder_add(decoder, str_sub(text, i, step));
	return decoded;
}

static void compare(enum coding coding, struct str text, enum decoded decoded, bool has_ended, struct str result)
{
	size_t len;

	if (decoded == DECODED_TOO_LARGE)
		return;
	must((decoded == DECODED && has_ended) == decodes_plainly(coding, text, &len));
	if (decoded != DECODED || !has_ended)
		return;
	must(len == result.len && (!len || memcmp(room, result.at, len) == 0));
	must(len <= 64 << 10 || len / 100 <= text.len);
}

static void one(const enum coding *codings, size_t count, struct str text, size_t step)
{
	struct decoder *decoder;
	struct arena arena;
	struct buf into;
	enum decoded decoded;

	arena_init(&arena, 4096, 64 << 20);
	buf_init(&into, &arena, RESULT_MAX);
	must(decoder_new(&arena, codings, count, &into, &decoder) == 0);
	decoded = decode(decoder, text, step);
	must(decoded != DECODED_NO_MEMORY && !arena.failed && into.len <= RESULT_MAX);
	if (count == 1)
		compare(codings[0], text, decoded, decoder_has_ended(decoder), buf_str(&into));
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned choice = fuzz_choice(&data, &size), step = fuzz_choice(&data, &size);
	const enum coding codings[CODINGS_MAX] = { CODING_GZIP + choice % 3, CODING_GZIP + choice / 3 % 3 };
	struct str text;

	if (!size || size > INPUT_MAX)
		return 0;
	text = fuzz_text(data, size);
	one(codings, choice & 0x80 ? 2 : 1, text, step % 64 + 1);
	one(codings, 1, text, text.len);
	fuzz_free(text);
	return 0;
}
