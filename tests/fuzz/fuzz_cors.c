/*
 * Origins against what a document allows. Second opinion: patterns. The first line is what is
 * allowed, the second one an origin, the third one names of fields.
 */
#include "access/cors.h"
#include "fuzz/pattern.h"

#define SCHEME "[a-z][a-z0-9+.-]*+://"
#define LABEL "[a-z0-9_-]++"
#define NAME LABEL "(?:\\." LABEL ")*+"
#define PORT "(?::[1-9][0-9]{0,4}+)?+"

static struct pattern origin_rule = { .text = SCHEME "(?:" NAME "|\\[[0-9a-f:.]{2,}+\\])" PORT "$" };
static struct pattern star_rule = { .text = "(" SCHEME ")\\*((?:\\." LABEL "){2,}+" PORT ")$" };
static struct pattern labels = { .text = NAME "$" };

static bool matches_plainly(struct str allowed, struct str origin)
{
	struct str head, tail;

	if (!pattern_match(&star_rule, allowed, 0))
		return str_eq(allowed, origin);
	head = pattern_group(&star_rule, 1);
	tail = pattern_group(&star_rule, 2);
	return origin.len > head.len + tail.len && str_starts(origin, head) && str_ends(origin, tail) &&
	       pattern_match(&labels, str_sub(origin, head.len, origin.len - head.len - tail.len), 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text, rest, allowed, origin, names;
	struct cors_origin read;
	struct cors cors = { .origins = &read, .origin_count = 1, .headers = &names, .header_count = 1 };
	struct arena arena;
	struct buf buf;

	if (size > 10000)
		return 0;
	text = rest = fuzz_text(data, size);
	allowed = fuzz_cut(&rest);
	origin = fuzz_cut(&rest);
	names = rest;
	if (cors_is_origin(allowed))
		must(pattern_match(&origin_rule, allowed, 0));
	if (cors_origin_read(allowed, &read)) {
		must(str_eq(allowed, S("null")) || pattern_match(&star_rule, allowed, 0) ||
		     cors_is_origin(allowed));
		must(cors_allows(&cors, origin) == matches_plainly(allowed, origin));
		must(read.tail.at || cors_allows(&cors, allowed));
	}
	arena_init(&arena, 4096, 1 << 20);
	buf_init(&buf, &arena, 1 << 16);
	cors.allows_any_header = true;
	cors_add_headers(&cors, names, &buf);
	must(!buf.failed && buf.len <= 2 * names.len);
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
