/* multipart/form-data: see multipart.h. */
#include "message/multipart.h"

#include "message/media_type.h"
#include "message/syntax.h"

/* RFC 2046: bchars, and no blank at the end. */
static bool is_boundary(struct str text)
{
	if (!text.len || text.len > MULTIPART_BOUNDARY_MAX || text.at[text.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		      (c && strchr("'()+_,-./:=? ", c))))
			return false;
	}
	return true;
}

/* The first delimiter may stand at the very beginning: as if a line had ended before it. */
bool multipart_init(struct multipart *multipart, struct str boundary)
{
	if (!is_boundary(boundary))
		return false;
	memset(multipart, 0, sizeof(*multipart));
	memcpy(multipart->delimiter, "\r\n--", 4);
	memcpy(multipart->delimiter + 4, boundary.at, boundary.len);
	multipart->delimiter_len = boundary.len + 4;
	multipart->matched = 2;
	return true;
}

/* ---- The head of a part --------------------------------------------------- */

/* A parameter of Content-Disposition: a name once, and its value quoted or a token. */
static bool read_parameter(struct multipart *m, struct str name, struct str value)
{
	bool is_filename = str_eq_nocase(name, S("filename"));
	struct str *kept = is_filename ? &m->filename : &m->name;

	if (!is_filename && !str_eq_nocase(name, S("name")))
		return true;
	if (kept->at)
		return false;
	*kept = syntax_unquote(value, m->values[is_filename]);
	return true;
}

/*
 * Browsers write a quote as %22 and leave a backslash as it is (HTML, "multipart/form-data encoding
 * algorithm"); others escape it. Unquoting takes a backslash away, which no name of ours can have anyway.
 */
static bool read_disposition(struct multipart *m, struct str value)
{
	struct str rest = str_sub(value, syntax_token_len(value), value.len), name, text;
	enum syntax_part part;

	if (m->name.at || !str_eq_nocase(str_sub(value, 0, syntax_token_len(value)), S("form-data")))
		return false;
	while ((part = syntax_parameter_next(&rest, false, &name, &text)) == SYNTAX_PART)
		if (!read_parameter(m, name, text))
			return false;
	return part == SYNTAX_END;
}

static bool read_field(struct multipart *m, struct str line)
{
	size_t colon = str_find(line, ':');
	struct str name = str_sub(line, 0, colon), value = str_trim(str_sub(line, colon + 1, line.len));
	struct media_type type;

	if (colon == line.len || !syntax_is_token(name) || (value.len && !syntax_all(value, CHAR_VALUE)))
		return false;
	if (str_eq_nocase(name, S("Content-Disposition")))
		return read_disposition(m, value);
	if (str_eq_nocase(name, S("Content-Transfer-Encoding")))
		return str_eq_nocase(value, S("binary")) || str_eq_nocase(value, S("8bit")) ||
		       str_eq_nocase(value, S("7bit"));
	if (!str_eq_nocase(name, S("Content-Type")))
		return true;
	if (m->type.at || !media_type_parse(value, false, &type))
		return false;
	m->type = value;
	return true;
}

static bool read_head(struct multipart *m)
{
	struct str rest = str_of(m->head, m->head_len);

	m->name = m->filename = m->type = (struct str){ 0 };
	if (m->parts++ == MULTIPART_PARTS_MAX)
		return false;
	while (rest.len) {
		struct str line = str_cut(&rest, '\n');

		if (!line.len || line.at[line.len - 1] != '\r')
			return false;
		line.len--;
		if (line.len && !read_field(m, line))
			return false;
	}
	return m->name.at != NULL;
}

/* ---- Bytes ---------------------------------------------------------------- */

static enum multipart_event broken(struct multipart *m)
{
	m->state = MULTIPART_AT_ERROR;
	return MULTIPART_MALFORMED;
}

enum match { MATCH_MORE, MATCH_FOUND, MATCH_NOT };

/* Goes on with a delimiter that has begun. Its first byte stands nowhere else in it: no other one has begun. */
static enum match go_on_matching(struct multipart *m, struct str input, size_t *used)
{
	while (*used < input.len) {
		if (input.at[*used] != m->delimiter[m->matched])
			return MATCH_NOT;
		++*used;
		if (++m->matched == m->delimiter_len)
			return MATCH_FOUND;
	}
	return MATCH_MORE;
}

/* How many bytes at the front cannot be the beginning of a delimiter. */
static size_t plain_len(struct str input)
{
	size_t at = 0;

	while (at < input.len) {
		const char *next = memchr(input.at + at, '\r', input.len - at);

		if (!next)
			return input.len;
		at = (size_t)(next - input.at);
		if (at + 1 == input.len || next[1] == '\n')
			return at;
		at++;
	}
	return at;
}

static void begin_delimiter_end(struct multipart *m)
{
	m->matched = m->end_len = 0;
	m->has_padding = false;
	m->state = MULTIPART_AT_DELIMITER_END;
}

static enum multipart_event skip_preamble(struct multipart *m, struct str input, size_t *used)
{
	while (*used < input.len) {
		if (!m->matched)
			*used += plain_len(str_sub(input, *used, input.len));
		switch (go_on_matching(m, input, used)) {
		case MATCH_FOUND: begin_delimiter_end(m); return MULTIPART_MORE;
		case MATCH_NOT: m->matched = 0; break;
		case MATCH_MORE: break;
		}
	}
	return MULTIPART_MORE;
}

/* "--" ends it all; else blanks and the end of the line (RFC 2046: transport padding). */
static enum multipart_event read_delimiter_end(struct multipart *m, struct str input, size_t *used)
{
	while (*used < input.len) {
		char c = input.at[(*used)++];

		if (!m->end_len && (c == ' ' || c == '\t')) {
			m->has_padding = true;
			continue;
		}
		m->end[m->end_len++] = c;
		if (m->end_len < 2)
			continue;
		if (memcmp(m->end, "--", 2) == 0 && !m->has_padding) {
			m->state = MULTIPART_AT_EPILOGUE;
			return m->parts ? MULTIPART_END : broken(m);
		}
		if (memcmp(m->end, "\r\n", 2) != 0)
			return broken(m);
		m->state = MULTIPART_AT_HEAD;
		m->head_len = 0;
		break;
	}
	return MULTIPART_MORE;
}

/* A head ends with an empty line, which may be its first. */
static bool is_head_whole(const struct multipart *m)
{
	struct str head = str_of(m->head, m->head_len);

	return str_eq(head, S("\r\n")) || str_ends(head, S("\r\n\r\n"));
}

static enum multipart_event take_head(struct multipart *m, struct str input, size_t *used)
{
	while (*used < input.len) {
		if (m->head_len == MULTIPART_HEAD_MAX)
			return broken(m);
		m->head[m->head_len++] = input.at[(*used)++];
		if (!is_head_whole(m))
			continue;
		if (!read_head(m))
			return broken(m);
		m->state = MULTIPART_AT_CONTENT;
		m->matched = 0;
		return MULTIPART_PART;
	}
	return MULTIPART_MORE;
}

static enum multipart_event take_content(struct multipart *m, struct str input, size_t *used, struct str *piece)
{
	struct str rest = str_sub(input, *used, input.len);
	size_t plain = m->matched ? 0 : plain_len(rest);

	if (plain) {
		*piece = str_sub(rest, 0, plain);
		*used += plain;
		return MULTIPART_CONTENT;
	}
	switch (go_on_matching(m, input, used)) {
	case MATCH_FOUND: begin_delimiter_end(m); return MULTIPART_PART_END;
	case MATCH_MORE: return MULTIPART_MORE;
	case MATCH_NOT: break;
	}
	/* It looked like a delimiter, and was content: what matched of it is known. */
	*piece = str_of(m->delimiter, m->matched);
	m->matched = 0;
	return MULTIPART_CONTENT;
}

enum multipart_event multipart_next(struct multipart *m, struct str input, size_t *ret_used, struct str *ret_piece)
{
	enum multipart_event event = MULTIPART_MORE;

	*ret_used = 0;
	while (event == MULTIPART_MORE && *ret_used < input.len) {
		switch (m->state) {
		case MULTIPART_AT_PREAMBLE: event = skip_preamble(m, input, ret_used); break;
		case MULTIPART_AT_DELIMITER_END: event = read_delimiter_end(m, input, ret_used); break;
		case MULTIPART_AT_HEAD: event = take_head(m, input, ret_used); break;
		case MULTIPART_AT_CONTENT: event = take_content(m, input, ret_used, ret_piece); break;
		case MULTIPART_AT_EPILOGUE: *ret_used = input.len; break;
		case MULTIPART_AT_ERROR: return MULTIPART_MALFORMED;
		}
	}
	return event;
}
