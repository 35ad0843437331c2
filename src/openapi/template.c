/* Path templates: see template.h. OpenAPI 3.1.1, section 4.8.8.2. */
#include "openapi/template.h"

#include "message/uri.h"

struct reader {
	struct arena *arena;
	const char *issue;
	int failure;
};

static int refuse(struct reader *r, const char *issue)
{
	r->issue = issue;
	return r->failure = STATUTE_ESYNTAX;
}

static struct str decode(struct reader *r, struct str text)
{
	struct str decoded = uri_decode(r->arena, text, false);

	if (text.len && !decoded.at)
		r->failure = STATUTE_ENOMEM;
	return decoded;
}

/* "v{n}.json": cuts `*text` before the next '{' or at its end into the prefix, and the name after it. */
static int read_parameter(struct reader *r, struct str *text, struct path_segment *segment)
{
	size_t open = str_find(*text, '{'), close;
	struct str prefix = str_sub(*text, 0, open), name;

	if (str_find(prefix, '}') < prefix.len)
		return refuse(r, "a '}' without its '{'");
	segment->prefix = decode(r, prefix);
	*text = str_sub(*text, open + 1, text->len);
	close = str_find(*text, '}');
	name = str_sub(*text, 0, close);
	if (close == text->len)
		return refuse(r, "a '{' without its '}'");
	if (!name.len)
		return refuse(r, "a parameter without a name");
	if (str_find(name, '{') < name.len)
		return refuse(r, "a '{' inside a '{'");
	segment->parameter = name;
	*text = str_sub(*text, close + 1, text->len);
	return r->failure;
}

static int read_segment(struct reader *r, struct str text, struct path_segment *segment, size_t *parameters)
{
	if (str_find(text, '{') == text.len) {
		if (str_find(text, '}') < text.len)
			return refuse(r, "a '}' without its '{'");
		segment->literal = decode(r, text);
		return r->failure;
	}
	while (read_parameter(r, &text, segment) == 0) {
		size_t next = str_find(text, '{');

		if (++*parameters > TEMPLATE_PARAMETERS_MAX)
			return refuse(r, "more than 16 parameters");
		if (next == text.len) {
			if (str_find(text, '}') < text.len)
				return refuse(r, "a '}' without its '{'");
			segment->suffix = decode(r, text);
			return r->failure;
		}
		if (next == 0)
			return refuse(r, "two parameters with nothing between them");
		if (!(segment->more = arena_new(r->arena, struct path_segment)))
			return r->failure = STATUTE_ENOMEM;
		segment = segment->more;
	}
	return r->failure;
}

static int read_segments(struct reader *r, struct path_item *path)
{
	struct str rest = str_sub(path->template_text, 1, path->template_text.len);

	path->segments = arena_array(r->arena, TEMPLATE_SEGMENTS_MAX, sizeof(*path->segments));
	if (!path->segments)
		return r->failure = STATUTE_ENOMEM;
	do {
		struct str text = str_cut(&rest, '/');

		if (path->segment_count == TEMPLATE_SEGMENTS_MAX)
			return refuse(r, "more than 64 segments");
		if (read_segment(r, text, &path->segments[path->segment_count++], &path->parameter_count) < 0)
			return r->failure;
	} while (rest.at);
	return 0;
}

static bool has_repeat(const struct path_item *path)
{
	for (size_t i = 1; i < path->parameter_count; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(template_parameter(path, i), template_parameter(path, k)))
				return true;
	return false;
}

int template_parse(struct arena *arena, struct path_item *path, const char **ret_issue)
{
	struct reader r = { .arena = arena };

	if (!str_starts(path->template_text, S("/")))
		refuse(&r, "it does not begin with '/'");
	else if (read_segments(&r, path) == 0 && has_repeat(path))
		refuse(&r, "a parameter that stands in it twice");
	if (r.issue)
		*ret_issue = r.issue;
	return r.failure;
}

struct str template_parameter(const struct path_item *path, size_t index)
{
	for (size_t i = 0; i < path->segment_count; i++) {
		const struct path_segment *segment = &path->segments[i];

		for (; segment && segment->parameter.at; segment = segment->more)
			if (index-- == 0)
				return segment->parameter;
	}
	return (struct str){ 0 };
}
