/*
 * URIs: percent-encoding, the pairs of a query, resolving. Second opinion: decoding
 * byte by byte, and RFC 3986's own pattern (appendix B) with its dot segments on a
 * stack. What is encoded decodes to itself. Two lines: a reference, and a base for it.
 */
#include "fuzz/pattern.h"
#include "message/uri.h"

static unsigned hex(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
}

static struct pattern escape = { .text = ESCAPE };

static bool decode_plainly(struct buf *out, struct str text, bool plus_is_space)
{
	bool is_whole = true;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (c == '%' && pattern_match(&escape, text, i)) {
			c = (char)(hex(text.at[i + 1]) << 4 | hex(text.at[i + 2]));
			i += 2;
		} else if (c == '%') {
			is_whole = false;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		buf_add_char(out, c);
	}
	return is_whole;
}

static void percent(struct arena *arena, struct str text)
{
	struct buf plain, encoded;
	bool is_whole;

	for (int plus = 0; plus < 2; plus++) {
		buf_init(&plain, arena, 1 << 20);
		is_whole = decode_plainly(&plain, text, plus);
		must(str_eq(uri_decode(arena, text, plus), buf_str(&plain)));
	}
	buf_reset(&plain);
	is_whole = decode_plainly(&plain, text, false);
	must(uri_is_valid_encoding(text) ==
	     (is_whole && str_is_utf8(buf_str(&plain)) && str_find(buf_str(&plain), '\0') == plain.len));
	buf_init(&encoded, arena, 1 << 20);
	uri_encode(&encoded, text);
	must(str_eq(uri_decode(arena, buf_str(&encoded), false), text));
	must(str_eq(uri_decode(arena, buf_str(&encoded), true), text));
	buf_init(&encoded, arena, 1 << 20);
	uri_encode_rest(&encoded, text);
	must(str_eq(uri_decode(arena, buf_str(&encoded), false), uri_decode(arena, text, false)));
}

/* The pairs, and the '&' that part them, are the whole query. */
static void query(struct str text)
{
	struct str rest = text, name, value;
	const char *at = text.at, *end = text.at + text.len;

	while (query_next(&rest, &name, &value)) {
		while (at < end && *at == '&')
			at++;
		must(name.at == at && str_find(name, '=') == name.len && str_find(name, '&') == name.len);
		at += name.len;
		if (value.at) {
			must(*at == '=' && value.at == at + 1 && str_find(value, '&') == value.len);
			at += value.len + 1;
		}
		must(at == end || *at == '&');
	}
	while (at < end && *at == '&')
		at++;
	must(at == end);
}

/* Appendix B, a scheme being one as section 3.1 has it. */
static struct pattern parts = {
	.text = "(?:([A-Za-z][A-Za-z0-9+.\\-]*):)?(?://([^/?#]*))?([^?#]*)(?:\\?([^#]*))?(?:#(.*))?$"
};

struct uri {
	struct str scheme, authority, path, query, fragment;
};

static struct uri split(struct str text)
{
	must(pattern_match(&parts, text, 0));
	return (struct uri){ pattern_group(&parts, 1), pattern_group(&parts, 2), pattern_group(&parts, 3),
		             pattern_group(&parts, 4), pattern_group(&parts, 5) };
}

/* "../" and "./" at the beginning are taken off, one after the other; "." and ".." alone are nothing. */
static struct str without_leading_dots(struct str path)
{
	while (str_starts(path, S("../")) || str_starts(path, S("./")))
		path = str_sub(path, path.at[1] == '.' ? 3 : 2, path.len);
	return str_eq(path, S(".")) || str_eq(path, S("..")) ? S("") : path;
}

/* Segments on a stack, each with the '/' before it, which a first one may lack. */
static void without_dots(struct buf *out, struct str path)
{
	enum { SEGMENTS = 10000 };
	static struct str stack[SEGMENTS];
	struct str rest = without_leading_dots(path);
	bool ends_open = false;
	size_t depth = 0;

	if (rest.len && rest.at[0] != '/')
		stack[depth++] = str_cut(&rest, '/');
	else
		str_cut(&rest, '/');
	while (rest.at) {
		struct str segment = str_cut(&rest, '/');
		bool is_up = str_eq(segment, S(".."));

		must(depth < SEGMENTS);
		ends_open = is_up || str_eq(segment, S("."));
		if (is_up && depth)
			depth--;
		else if (!ends_open)
			stack[depth++] = str_of(segment.at - 1, segment.len + 1);
	}
	for (size_t i = 0; i < depth; i++)
		buf_add(out, stack[i]);
	if (ends_open)
		buf_add_char(out, '/');
}

/* Section 5.2.2 and 5.3, line by line. */
static void resolve_plainly(struct arena *arena, struct buf *out, struct str base_text, struct str text)
{
	struct uri base = split(base_text), r = split(text), t = r;
	struct buf merged;
	size_t keep;

	buf_init(&merged, arena, 1 << 20);
	t.scheme = r.scheme.at ? r.scheme : base.scheme;
	if (!r.scheme.at && !r.authority.at) {
		t.authority = base.authority;
		if (!r.path.len) {
			t.query = r.query.at ? r.query : base.query;
		} else if (r.path.at[0] != '/') {
			for (keep = base.path.len; keep && base.path.at[keep - 1] != '/'; keep--)
				;
			if (base.authority.at && !base.path.len)
				buf_lit(&merged, "/");
			buf_add(&merged, str_sub(base.path, 0, keep));
			buf_add(&merged, r.path);
			t.path = buf_str(&merged);
		}
	}
	if (t.scheme.at)
		buf_printf(out, "%.*s:", STR_ARG(t.scheme));
	if (t.authority.at)
		buf_lit(out, "//"), buf_add(out, t.authority);
	if (!r.scheme.at && !r.authority.at && !r.path.len)
		buf_add(out, base.path);
	else
		without_dots(out, t.path);
	if (t.query.at)
		buf_lit(out, "?"), buf_add(out, t.query);
	if (t.fragment.at)
		buf_lit(out, "#"), buf_add(out, t.fragment);
}

static void resolve(struct arena *arena, struct str base, struct str reference)
{
	struct str resolved = uri_resolve(arena, base, reference);
	struct buf plain;

	buf_init(&plain, arena, 1 << 20);
	resolve_plainly(arena, &plain, base, reference);
	must(resolved.at && str_eq(resolved, buf_str(&plain)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text, base, reference;
	struct arena arena;

	if (size > 5000)
		return 0;
	text = base = fuzz_text(data, size);
	reference = fuzz_cut(&base);
	arena_init(&arena, 4096, 16 << 20);
	percent(&arena, text);
	query(text);
	resolve(&arena, base.len ? base : S("http://a/b/c/d;p?q"), reference);
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
