#include "unit/test.h"

#include <brotli/encode.h>
#include <zlib.h>

#include "message/encode.h"

enum { ROOM = 1 << 20 };

struct coded {
	unsigned char at[ROOM];
	size_t len;
};

static struct coded made, twice;

/* gzip where `window` is 31, the format of zlib where it is 15, without a wrapper where it is -15. */
static struct str deflated(struct coded *into, struct str text, int window)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (unsigned char *)(uintptr_t)text.at;
	z.avail_in = (unsigned)text.len;
	z.next_out = into->at;
	z.avail_out = ROOM;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	into->len = ROOM - z.avail_out;
	deflateEnd(&z);
	return str_of((const char *)into->at, into->len);
}

static struct str brotlied(struct coded *into, struct str text)
{
	into->len = ROOM;
	assert_true(BrotliEncoderCompress(9, 22, BROTLI_MODE_GENERIC, text.len, (const uint8_t *)text.at, &into->len,
	                                  into->at));
	return str_of((const char *)into->at, into->len);
}

struct decoding {
	struct arena arena;
	struct buf into;
	struct decoder *decoder;
};

static void begin(struct decoding *d, const char *field, size_t max)
{
	enum coding codings[CODINGS_MAX];
	size_t count;

	arena_init(&d->arena, 4096, 64 << 20);
	buf_init(&d->into, &d->arena, max);
	assert_true(codings_read(str_from(field), codings, &count));
	assert_int_equal(decoder_new(&d->arena, codings, count, &d->into, &d->decoder), 0);
}

static enum decoded decode(struct decoding *d, struct str content, size_t step)
{
	enum decoded decoded = DECODED;

	for (size_t i = 0; decoded == DECODED && i < content.len; i += step)
		decoded = decoder_add(d->decoder, str_sub(content, i, step));
	return decoded;
}

static enum decoded outcome(const char *field, struct str content, size_t max, bool *ret_has_ended)
{
	struct decoding d;
	enum decoded decoded;

	begin(&d, field, max);
	decoded = decode(&d, content, content.len ? content.len : 1);
	*ret_has_ended = decoder_has_ended(d.decoder);
	assert_true(d.into.len <= max);
	arena_done(&d.arena);
	return decoded;
}

static void assert_decodes(const char *field, struct str content, const char *text)
{
	static const size_t steps[] = { 1, 2, 7, ROOM };

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct decoding d;

		begin(&d, field, 1 << 16);
		assert_int_equal(decode(&d, content, steps[i]), DECODED);
		assert_true(decoder_has_ended(d.decoder));
		assert_str(buf_str(&d.into), text);
		arena_done(&d.arena);
	}
}

#define TEXT "{\"name\": \"Ada\", \"note\": \"Ada, Ada, Ada, Ada\"}"

static void each_coding_is_taken_off_however_it_comes(void **state)
{
	(void)state;
	assert_decodes("gzip", deflated(&made, S(TEXT), 31), TEXT);
	assert_decodes("X-GZIP", deflated(&made, S(TEXT), 31), TEXT);
	assert_decodes("deflate", deflated(&made, S(TEXT), 15), TEXT);
	assert_decodes("br", brotlied(&made, S(TEXT)), TEXT);
	assert_decodes("identity, gzip", deflated(&made, S(TEXT), 31), TEXT);
}

static void the_coding_that_was_put_on_last_comes_off_first(void **state)
{
	(void)state;
	assert_decodes("br, gzip", deflated(&twice, brotlied(&made, S(TEXT)), 31), TEXT);
	assert_decodes("deflate, br", brotlied(&twice, deflated(&made, S(TEXT), 15)), TEXT);
}

static void members_of_gzip_may_follow_one_another(void **state)
{
	char both[256];
	struct str first = deflated(&made, S("{\"a\":"), 31), second = deflated(&twice, S("1}"), 31);

	(void)state;
	memcpy(both, first.at, first.len);
	memcpy(both + first.len, second.at, second.len);
	assert_decodes("gzip", str_of(both, first.len + second.len), "{\"a\":1}");
}

static void what_is_cut_short_has_not_ended(void **state)
{
	struct str whole[] = { deflated(&made, S(TEXT), 31), brotlied(&twice, S(TEXT)) };
	static const char *const fields[] = { "gzip", "br" };
	bool has_ended;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t len = 0; len < whole[i].len; len++) {
			enum decoded decoded = outcome(fields[i], str_sub(whole[i], 0, len), ROOM, &has_ended);

			assert_true(decoded == DECODED && !has_ended);
		}
}

static void what_follows_the_end_is_malformed(void **state)
{
	static const char *const fields[] = { "gzip", "deflate", "br" };
	bool has_ended;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct str whole = i == 2 ? brotlied(&made, S(TEXT)) : deflated(&made, S(TEXT), i ? 15 : 31);

		made.at[whole.len] = 'x';
		made.at[whole.len + 1] = 'y';
		assert_int_equal(outcome(fields[i], str_of(whole.at, whole.len + 2), ROOM, &has_ended),
		                 DECODED_MALFORMED);
	}
}

static void what_is_not_of_its_coding_is_malformed(void **state)
{
	bool has_ended;

	(void)state;
	assert_int_equal(outcome("gzip", S(TEXT), ROOM, &has_ended), DECODED_MALFORMED);
	assert_int_equal(outcome("deflate", S(TEXT), ROOM, &has_ended), DECODED_MALFORMED);
	assert_int_equal(outcome("br", S("\xff\xff\xff\xff"), ROOM, &has_ended), DECODED_MALFORMED);
	assert_int_equal(outcome("deflate", deflated(&made, S(TEXT), -15), ROOM, &has_ended), DECODED_MALFORMED);
	deflated(&made, S(TEXT), 31);
	made.at[made.len - 6] ^= 1; /* of the checksum */
	assert_int_equal(outcome("gzip", str_of((char *)made.at, made.len), ROOM, &has_ended), DECODED_MALFORMED);
}

static struct str spaces(size_t len)
{
	static char text[8 << 20];

	memset(text, ' ', sizeof(text));
	return str_of(text, len);
}

static void the_result_is_held_to_its_maximum(void **state)
{
	bool has_ended;

	(void)state;
	assert_int_equal(outcome("gzip", deflated(&made, spaces(1000), 31), 1000, &has_ended), DECODED);
	assert_true(has_ended);
	assert_int_equal(outcome("gzip", deflated(&made, spaces(1001), 31), 1000, &has_ended), DECODED_TOO_LARGE);
	assert_int_equal(outcome("br", brotlied(&made, spaces(1001)), 1000, &has_ended), DECODED_TOO_LARGE);
	assert_int_equal(outcome("gzip", deflated(&made, S("x"), 31), 1, &has_ended), DECODED_TOO_LARGE);
}

static void what_grows_a_hundredfold_is_too_large(void **state)
{
	bool has_ended;

	(void)state;
	assert_int_equal(outcome("gzip", deflated(&made, spaces(64 << 10), 31), 16 << 20, &has_ended), DECODED);
	assert_int_equal(outcome("gzip", deflated(&made, spaces(1 << 20), 31), 16 << 20, &has_ended),
	                 DECODED_TOO_LARGE);
	assert_int_equal(outcome("br", brotlied(&made, spaces(1 << 20)), 16 << 20, &has_ended), DECODED_TOO_LARGE);
	/* also where only the first of two stages does */
	deflated(&made, spaces(8 << 20), 31);
	assert_int_equal(outcome("gzip, gzip", deflated(&twice, str_of((char *)made.at, made.len), 31), 64 << 20,
	                         &has_ended),
	                 DECODED_TOO_LARGE);
}

static void a_brotli_window_takes_no_more_memory_than_the_result_may(void **state)
{
	struct decoding d;

	(void)state;
	begin(&d, "br", 1000);
	decode(&d, brotlied(&made, spaces(8 << 20)), 16);
	assert_true(d.arena.taken < 2 << 20);
	assert_false(d.arena.failed);
	arena_done(&d.arena);
}

static void codings_that_are_unknown_or_too_many_are_not_read(void **state)
{
	static const char *const bad[] = { "zstd", "compress", "gzip, x", "gzip, gzip, gzip", "gz ip", "*" };
	enum coding codings[CODINGS_MAX] = { CODING_IDENTITY };
	size_t count = 9;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(codings_read(str_from(bad[i]), codings, &count));
	assert_int_equal(count, 9);
	assert_true(codings_read(S("identity"), codings, &count));
	assert_int_equal(count, 0);
	assert_true(codings_read(S(", Deflate ,identity, BR"), codings, &count));
	assert_int_equal(count, 2);
	assert_int_equal(codings[0], CODING_DEFLATE);
	assert_int_equal(codings[1], CODING_BR);
}

static void what_is_encoded_decodes_to_the_same_again_and_again(void **state)
{
	static const enum coding codings[] = { CODING_GZIP, CODING_BR, CODING_GZIP, CODING_GZIP, CODING_BR };
	struct encoder *encoder = encoder_new();

	(void)state;
	assert_non_null(encoder);
	for (size_t i = 0; i < sizeof(codings) / sizeof(*codings); i++) {
		struct buf into;

		buf_init(&into, NULL, ROOM);
		buf_lit(&into, "before");
		assert_int_equal(encoder_run(encoder, codings[i], S(TEXT), &into), 0);
		assert_decodes(codings[i] == CODING_BR ? "br" : "gzip",
		               str_sub(buf_str(&into), 6, into.len), TEXT);
		buf_done(&into);
	}
	encoder_free(encoder);
	encoder_free(NULL);
}

static void content_of_any_length_is_encoded(void **state)
{
	struct encoder *encoder = encoder_new();
	char *text = malloc(3 << 20);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < 3 << 20; i++)
		text[i] = (char)(i * i >> 7);
	for (size_t len = 0; len <= 3 << 20; len = len * 9 + 1) {
		for (enum coding coding = CODING_GZIP; coding <= CODING_BR; coding++) {
			struct buf into;

			buf_init(&into, NULL, 4 << 20);
			if (coding == CODING_DEFLATE) {
				assert_int_equal(encoder_run(encoder, coding, str_of(text, len), &into), STATUTE_EINVAL);
				continue;
			}
			assert_int_equal(encoder_run(encoder, coding, str_of(text, len), &into), 0);
			assert_true(into.len > 0 && into.len < len + len / 16 + 64);
			buf_done(&into);
		}
	}
	free(text);
	encoder_free(encoder);
}

static void content_without_room_is_refused_and_the_next_is_not(void **state)
{
	static const enum coding codings[] = { CODING_GZIP, CODING_BR };
	struct encoder *encoder = encoder_new();

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct buf small, large;

		buf_init(&small, NULL, 16);
		buf_init(&large, NULL, ROOM);
		assert_int_equal(encoder_run(encoder, codings[i], S(TEXT), &small), STATUTE_ENOMEM);
		assert_int_equal(encoder_run(encoder, codings[i], S(TEXT), &large), 0);
		assert_decodes(i ? "br" : "gzip", buf_str(&large), TEXT);
		buf_done(&small);
		buf_done(&large);
	}
	encoder_free(encoder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_coding_is_taken_off_however_it_comes),
		cmocka_unit_test(the_coding_that_was_put_on_last_comes_off_first),
		cmocka_unit_test(members_of_gzip_may_follow_one_another),
		cmocka_unit_test(what_is_cut_short_has_not_ended),
		cmocka_unit_test(what_follows_the_end_is_malformed),
		cmocka_unit_test(what_is_not_of_its_coding_is_malformed),
		cmocka_unit_test(the_result_is_held_to_its_maximum),
		cmocka_unit_test(what_grows_a_hundredfold_is_too_large),
		cmocka_unit_test(a_brotli_window_takes_no_more_memory_than_the_result_may),
		cmocka_unit_test(codings_that_are_unknown_or_too_many_are_not_read),
		cmocka_unit_test(what_is_encoded_decodes_to_the_same_again_and_again),
		cmocka_unit_test(content_of_any_length_is_encoded),
		cmocka_unit_test(content_without_room_is_refused_and_the_next_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
