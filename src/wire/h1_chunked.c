/*
 * Chunked content (RFC 9112 section 7.1): see h1.h.
 *
 * The lines between the data are few and short: a table says where each class of
 * byte leads, and what is not in it is refused. Extensions are checked and
 * forgotten; so are trailer fields, since none has a meaning here (section 7.1.2).
 */
#include "wire/h1_parts.h"

#include "message/syntax.h"

/* clang-format off */
enum byte_class {
	OTHER, HEX, TOKEN, SEMICOLON, EQUALS, QUOTE, BACKSLASH, COLON, BLANK, TEXT, CR, LF, CLASS_COUNT
};
/* clang-format on */

static enum byte_class class_of(char c)
{
	switch (c) {
	case ';': return SEMICOLON;
	case '=': return EQUALS;
	case '"': return QUOTE;
	case '\\': return BACKSLASH;
	case ':': return COLON;
	case ' ':
	case '\t': return BLANK;
	case '\r': return CR;
	case '\n': return LF;
	default:
		return char_is(c, CHAR_HEX)     ? HEX
		       : char_is(c, CHAR_TOKEN) ? TOKEN
		       : char_is(c, CHAR_VALUE) ? TEXT
		                                : OTHER;
	}
}

/* Any byte of a field value that is none of `"` and `\`. */
#define PLAIN_TEXT(state) \
	[HEX] = (state), [TOKEN] = (state), [SEMICOLON] = (state), [EQUALS] = (state), [COLON] = (state), \
	[BLANK] = (state), [TEXT] = (state)
#define ANY_TEXT(state) PLAIN_TEXT(state), [QUOTE] = (state), [BACKSLASH] = (state)

/* clang-format off */
static const uint8_t next_state[H1_STATE_COUNT][CLASS_COUNT] = {
	[H1_CHUNK_START] = { [HEX] = H1_CHUNK_SIZE },
	[H1_CHUNK_SIZE] = { [HEX] = H1_CHUNK_SIZE, [SEMICOLON] = H1_EXT_START, [BLANK] = H1_CHUNK_BLANK,
	                    [CR] = H1_CHUNK_LF },
	[H1_CHUNK_BLANK] = { [SEMICOLON] = H1_EXT_START, [BLANK] = H1_CHUNK_BLANK },
	[H1_EXT_START] = { [HEX] = H1_EXT_NAME, [TOKEN] = H1_EXT_NAME, [BLANK] = H1_EXT_START },
	[H1_EXT_NAME] = { [HEX] = H1_EXT_NAME, [TOKEN] = H1_EXT_NAME, [EQUALS] = H1_EXT_VALUE_START,
	                  [SEMICOLON] = H1_EXT_START, [BLANK] = H1_EXT_NAME_BLANK, [CR] = H1_CHUNK_LF },
	[H1_EXT_NAME_BLANK] = { [BLANK] = H1_EXT_NAME_BLANK, [EQUALS] = H1_EXT_VALUE_START,
	                        [SEMICOLON] = H1_EXT_START },
	[H1_EXT_VALUE_START] = { [BLANK] = H1_EXT_VALUE_START, [QUOTE] = H1_EXT_QUOTED, [HEX] = H1_EXT_VALUE,
	                         [TOKEN] = H1_EXT_VALUE },
	[H1_EXT_VALUE] = { [HEX] = H1_EXT_VALUE, [TOKEN] = H1_EXT_VALUE, [SEMICOLON] = H1_EXT_START,
	                   [BLANK] = H1_EXT_VALUE_BLANK, [CR] = H1_CHUNK_LF },
	[H1_EXT_QUOTED] = { PLAIN_TEXT(H1_EXT_QUOTED), [QUOTE] = H1_EXT_VALUE_END, [BACKSLASH] = H1_EXT_ESCAPE },
	[H1_EXT_ESCAPE] = { ANY_TEXT(H1_EXT_QUOTED) },
	[H1_EXT_VALUE_END] = { [SEMICOLON] = H1_EXT_START, [BLANK] = H1_EXT_VALUE_BLANK, [CR] = H1_CHUNK_LF },
	[H1_EXT_VALUE_BLANK] = { [SEMICOLON] = H1_EXT_START, [BLANK] = H1_EXT_VALUE_BLANK },
	[H1_CHUNK_LF] = { [LF] = H1_CHUNK_DATA },
	[H1_CHUNK_DATA_CR] = { [CR] = H1_CHUNK_DATA_LF },
	[H1_CHUNK_DATA_LF] = { [LF] = H1_CHUNK_START },
	[H1_TRAILER] = { [HEX] = H1_TRAILER_NAME, [TOKEN] = H1_TRAILER_NAME, [CR] = H1_LAST_LF },
	[H1_TRAILER_NAME] = { [HEX] = H1_TRAILER_NAME, [TOKEN] = H1_TRAILER_NAME, [COLON] = H1_TRAILER_VALUE },
	[H1_TRAILER_VALUE] = { ANY_TEXT(H1_TRAILER_VALUE), [CR] = H1_TRAILER_LF },
	[H1_TRAILER_LF] = { [LF] = H1_TRAILER },
	[H1_LAST_LF] = { [LF] = H1_END_DUE },
};
/* clang-format on */

static enum h1_refusal fault_of(int state, enum byte_class class)
{
	if (state == H1_CHUNK_DATA_CR || state == H1_CHUNK_DATA_LF)
		return H1_REFUSAL_CHUNK_WITHOUT_END;
	if (state == H1_CHUNK_LF || state == H1_TRAILER_LF || state == H1_LAST_LF)
		return H1_REFUSAL_BARE_CR_IN_CHUNK;
	if (class == LF)
		return H1_REFUSAL_BARE_LF_IN_CHUNK;
	if (state <= H1_CHUNK_BLANK)
		return H1_REFUSAL_BAD_CHUNK_SIZE;
	return state <= H1_EXT_VALUE_BLANK ? H1_REFUSAL_BAD_CHUNK_EXTENSION : H1_REFUSAL_BAD_TRAILER;
}

static bool is_in_trailer(int state)
{
	return state >= H1_TRAILER && state <= H1_LAST_LF;
}

/* Counts one byte of a line against the limits. */
static enum h1_refusal count_byte(struct h1 *h1)
{
	const struct h1_limits *limits = h1->limits;
	bool is_trailer = is_in_trailer(h1->state);

	if (h1->line_len++ == (is_trailer ? limits->trailer_bytes : limits->chunk_line))
		return is_trailer ? H1_REFUSAL_TRAILER_TOO_LARGE : H1_REFUSAL_CHUNK_LINE_TOO_LONG;
	if (h1->state >= H1_EXT_START && h1->state <= H1_EXT_VALUE_BLANK &&
	    h1->extensions++ == limits->chunk_extensions)
		return H1_REFUSAL_TOO_MANY_EXTENSIONS;
	return H1_REFUSAL_NONE;
}

/* The size line is whole: data, or after the last chunk the trailer section. */
static void begin_data(struct h1 *h1)
{
	h1->left = h1->chunk_size;
	h1->chunk_size = 0;
	h1->line_len = 0;
	h1->state = h1->left ? H1_CHUNK_DATA : H1_TRAILER;
}

static enum h1_refusal read_byte(struct h1 *h1, char c)
{
	enum byte_class class = class_of(c);
	int from = h1->state, to = next_state[from][class];
	enum h1_refusal refusal = count_byte(h1);

	if (refusal != H1_REFUSAL_NONE)
		return refusal;
	if (!to)
		return fault_of(from, class);
	if (to == H1_CHUNK_SIZE) {
		if (h1->chunk_size >> 59)
			return H1_REFUSAL_CHUNK_TOO_LARGE; /* past 2^63 - 1 */
		h1->chunk_size = h1->chunk_size << 4 | char_hex(c);
	}
	h1->state = to;
	if (to == H1_CHUNK_DATA)
		begin_data(h1);
	else if (to == H1_CHUNK_START)
		h1->line_len = 0;
	return H1_REFUSAL_NONE;
}

enum h1_event h1_read_chunked(struct h1 *h1, struct str input, size_t *ret_used, struct str *ret_content)
{
	size_t at = 0;

	while (at < input.len && h1->state != H1_CHUNK_DATA && h1->state != H1_END_DUE) {
		enum h1_refusal refusal = read_byte(h1, input.at[at++]);

		if (refusal != H1_REFUSAL_NONE)
			return h1_refuse(h1, refusal);
	}
	if (h1->state == H1_CHUNK_DATA && at < input.len) {
		*ret_content = str_sub(input, at, h1->left < input.len ? (size_t)h1->left : input.len);
		h1->left -= ret_content->len;
		if (!h1->left)
			h1->state = H1_CHUNK_DATA_CR;
		*ret_used = at + ret_content->len;
		return H1_CONTENT;
	}
	*ret_used = at;
	return H1_MORE;
}
