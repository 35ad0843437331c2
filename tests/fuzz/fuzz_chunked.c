/*
 * Chunked content. Second opinion: a plain decoder over the whole bytes, each line by
 * the grammar of RFC 9112 section 7.1. Both find the same content and the same end, or
 * both find none; and what was decoded and is written as chunks again reads the same.
 */
#include "fuzz/pattern.h"
#include "wire/h1.h"

#define HEAD "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

static struct pattern size_line = { .text = "([0-9A-Fa-f]++)((?:" OWS ";" OWS TCHAR "++(?:" OWS "=" OWS
	                                    "(?:" TCHAR "++|" QUOTED "))?)*+)\\r\\n" };
static struct pattern trailer_line = { .text = TCHAR "++:" FIELD_BYTE "*+\\r\\n" };
static struct pattern empty_line = { .text = "\\r\\n" };

static const struct h1_limits *limits_of(unsigned choice)
{
	static struct h1_limits small;

	small = h1_limits_default;
	small.chunk_line = 24;
	small.chunk_extensions = 40;
	small.trailer_bytes = 32;
	return choice & 1 ? &small : &h1_limits_default;
}

/* False past 2^63 - 1. */
static bool reads_size(struct str digits, uint64_t *ret_size)
{
	uint64_t size = 0;

	for (size_t i = 0; i < digits.len; i++) {
		char c = digits.at[i];

		if (__builtin_mul_overflow(size, 16, &size))
			return false;
		size += (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	*ret_size = size;
	return size <= INT64_MAX;
}

/* Bytes behind the first ';' of an extension, up to and with the CR. */
static size_t extension_len(struct str extensions)
{
	return extensions.len ? extensions.len - str_find(extensions, ';') : 0;
}

static bool reads_trailer(struct str text, size_t at, size_t max, size_t *ret_end)
{
	size_t first = at;

	while (pattern_match(&trailer_line, text, at))
		at = pattern_end(&trailer_line);
	if (!pattern_match(&empty_line, text, at) || at + 2 - first > max)
		return false;
	*ret_end = at + 2;
	return true;
}

/* The plain decoder: true where a whole content stands there. */
static bool decode(struct str text, const struct h1_limits *limits, struct buf *content, size_t *ret_end)
{
	size_t at = 0, extensions = 0;
	uint64_t size;

	for (;;) {
		if (!pattern_match(&size_line, text, at) || pattern_end(&size_line) - at > limits->chunk_line)
			return false;
		extensions += extension_len(pattern_group(&size_line, 2));
		if (extensions > limits->chunk_extensions || !reads_size(pattern_group(&size_line, 1), &size))
			return false;
		at = pattern_end(&size_line);
		if (!size)
			return reads_trailer(text, at, limits->trailer_bytes, ret_end);
		if (size > text.len - at || !pattern_match(&empty_line, text, at + size))
			return false;
		buf_add(content, str_sub(text, at, size));
		at += size + 2;
	}
}

/* The parser's way, in pieces of `piece` bytes. True at the end of the content. */
static bool parse(struct str text, const struct h1_limits *limits, size_t piece, struct buf *content,
                  size_t *ret_end)
{
	size_t used, at = 0, offered = 0;
	enum h1_event event = H1_MORE;
	struct request request;
	struct arena arena;
	struct str part;
	struct h1 h1;

	arena_init(&arena, 4096, 1 << 20);
	h1_init(&h1, limits);
	must(h1_parse(&h1, S(HEAD), &arena, &request, &used, &part) == H1_HEAD && request.is_chunked);
	while (event != H1_END && event != H1_REFUSED && offered <= text.len) {
		event = h1_parse(&h1, str_sub(text, at, offered - at), &arena, &request, &used, &part);
		at += used;
		if (event == H1_CONTENT)
			buf_add(content, part);
		else if (event == H1_MORE && offered == text.len)
			break;
		else if (event == H1_MORE)
			offered = text.len - offered < piece ? text.len : offered + piece;
	}
	arena_done(&arena);
	*ret_end = at;
	return event == H1_END;
}

static void write_again(struct str content, size_t piece)
{
	struct request request = { .method = METHOD_GET, .minor = 1 };
	struct buf chunks, again;
	size_t end;

	buf_init(&chunks, NULL, 1 << 24);
	buf_init(&again, NULL, 1 << 24);
	for (size_t at = 0; at < content.len; at += piece)
		h1_write_chunk(&chunks, &request, str_sub(content, at, piece));
	h1_write_last_chunk(&chunks, &request);
	must(parse(buf_str(&chunks), &h1_limits_default, chunks.len, &again, &end) && end == chunks.len);
	must(str_eq(buf_str(&again), content));
	buf_done(&chunks);
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned choice = fuzz_choice(&data, &size);
	const struct h1_limits *limits = limits_of(choice);
	struct buf plain, parsed;
	size_t plain_end, end;
	struct str text;

	if (size > 20000)
		return 0;
	text = fuzz_text(data, size);
	buf_init(&plain, NULL, 1 << 20);
	buf_init(&parsed, NULL, 1 << 20);
	if (decode(text, limits, &plain, &plain_end)) {
		must(parse(text, limits, 1 + (choice >> 1), &parsed, &end));
		must(end == plain_end && str_eq(buf_str(&parsed), buf_str(&plain)));
		write_again(buf_str(&plain), 1 + (choice >> 1));
	} else {
		must(!parse(text, limits, 1 + (choice >> 1), &parsed, &end));
	}
	buf_done(&plain);
	buf_done(&parsed);
	fuzz_free(text);
	return 0;
}
