/* Resolving a URI reference (RFC 3986 section 5.2): see uri.h. */
#include "message/uri.h"

#include "message/syntax.h"

/* Texts with `at` NULL are absent, which is not the same as empty (section 5.3). */
struct parts {
	struct str scheme, authority, path, query, fragment;
};

static struct str cut_first_of(struct str text, const char *stops)
{
	size_t len = 0;

	while (len < text.len && (!text.at[len] || !strchr(stops, text.at[len])))
		len++;
	return str_sub(text, 0, len);
}

static struct str skip(struct str text, size_t count)
{
	return str_sub(text, count, text.len);
}

static bool is_scheme(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!is_letter && (!i || !(char_is(c, CHAR_DIGIT) || c == '+' || c == '-' || c == '.')))
			return false;
	}
	return text.len > 0;
}

/* The parts of a reference, whatever it holds (appendix B). */
static struct parts split(struct str text)
{
	struct parts parts = { 0 };
	struct str scheme = cut_first_of(text, ":/?#");

	if (scheme.len < text.len && text.at[scheme.len] == ':' && is_scheme(scheme)) {
		parts.scheme = scheme;
		text = skip(text, scheme.len + 1);
	}
	if (str_starts(text, S("//"))) {
		text = skip(text, 2);
		parts.authority = cut_first_of(text, "/?#");
		text = skip(text, parts.authority.len);
	}
	parts.path = cut_first_of(text, "?#");
	text = skip(text, parts.path.len);
	if (text.len && text.at[0] == '?') {
		text = skip(text, 1);
		parts.query = cut_first_of(text, "#");
		text = skip(text, parts.query.len);
	}
	if (text.len)
		parts.fragment = skip(text, 1);
	return parts;
}

/* Drops the last segment and the '/' before it, back to `floor`. */
static void drop_segment(struct buf *buf, size_t floor)
{
	while (buf->len > floor && buf->at[--buf->len] != '/')
		;
}

/* Section 5.2.4, written to the buffer's end. */
static void add_without_dots(struct buf *buf, struct str path)
{
	size_t floor = buf->len;

	while (path.len) {
		size_t len;

		if (str_starts(path, S("../"))) {
			path = skip(path, 3);
		} else if (str_starts(path, S("./"))) {
			path = skip(path, 2);
		} else if (str_starts(path, S("/./"))) {
			path = skip(path, 2);
		} else if (str_eq(path, S("/."))) {
			path = S("/");
		} else if (str_starts(path, S("/../"))) {
			path = skip(path, 3);
			drop_segment(buf, floor);
		} else if (str_eq(path, S("/.."))) {
			path = S("/");
			drop_segment(buf, floor);
		} else if (str_eq(path, S(".")) || str_eq(path, S(".."))) {
			return;
		} else {
			len = 1 + str_find(skip(path, 1), '/');
			buf_add(buf, str_sub(path, 0, len));
			path = skip(path, len);
		}
	}
}

/* The reference's path put in place of the last segment of the base's (section 5.2.3). */
static struct str merge(struct arena *arena, const struct parts *base, struct str path)
{
	struct str kept = base->path;
	struct buf merged;

	while (kept.len && kept.at[kept.len - 1] != '/')
		kept.len--;
	if (base->authority.at && !base->path.len)
		kept = S("/");
	buf_init(&merged, arena, kept.len + path.len);
	buf_reserve(&merged, kept.len + path.len);
	buf_add(&merged, kept);
	buf_add(&merged, path);
	return buf_whole(&merged);
}

static void add_part(struct buf *buf, struct str before, struct str part, struct str after)
{
	if (!part.at)
		return;
	buf_add(buf, before);
	buf_add(buf, part);
	buf_add(buf, after);
}

struct str uri_resolve(struct arena *arena, struct str base, struct str reference)
{
	struct parts from = split(base), to = split(reference);
	bool keeps_path = false;
	struct buf buf;

	if (!to.scheme.at) {
		to.scheme = from.scheme;
		if (!to.authority.at) {
			to.authority = from.authority;
			if (!to.path.len) {
				keeps_path = true;
				to.path = from.path;
				if (!to.query.at)
					to.query = from.query;
			} else if (to.path.at[0] != '/') {
				to.path = merge(arena, &from, to.path);
				if (!to.path.at)
					return (struct str){ 0 };
			}
		}
	}
	buf_init(&buf, arena, base.len + reference.len + sizeof("://?#/"));
	add_part(&buf, S(""), to.scheme, S(":"));
	add_part(&buf, S("//"), to.authority, S(""));
	if (keeps_path)
		buf_add(&buf, to.path);
	else
		add_without_dots(&buf, to.path);
	add_part(&buf, S("?"), to.query, S(""));
	add_part(&buf, S("#"), to.fragment, S(""));
	if (buf.failed)
		return (struct str){ 0 };
	return buf.at ? buf_str(&buf) : S("");
}
