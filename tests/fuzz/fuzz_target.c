/*
 * Where requests are sent on to, by the redirects of target.yaml and to the canonical spelling of their path.
 * Second opinion: what a client makes of Location, by uri_resolve. No path and no query leads to another host,
 * climbs out of a segment, or leaves bytes that a field or a URI cannot hold; and what the document says of
 * the query, it means. A path, and a query behind the first '?'.
 */
#include "fuzz/fuzz.h"
#include "message/uri.h"
#include "openapi/bind.h"

static const struct api *api;

static void load_once(void)
{
	static struct arena arena;
	struct document *document;
	struct api *bound;

	if (api)
		return;
	arena_init(&arena, 1 << 16, 1 << 24);
	must(document_load(&arena, STATUTE_SOURCE_DIR "/tests/fuzz/target.yaml", &document) == 0);
	must(bind_document(document, &bound) == 0);
	api = bound;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* RFC 3986 section 2 */
static void check_bytes(struct str url)
{
	for (size_t i = 0; i < url.len; i++) {
		char c = url.at[i];

		must(c > ' ' && c < 0x7F && !strchr("\"<>\\^`{|}", c));
		must(c != '%' || (url.len - i > 2 && is_hex(url.at[i + 1]) && is_hex(url.at[i + 2])));
	}
}

/* A client stays on the host that the document named, and takes away no segment. */
static void check_place(struct arena *arena, struct str url)
{
	struct str base = S("https://shop.example/here/now?x=1");
	struct str resolved = uri_resolve(arena, base, url);

	must(resolved.at);
	if (!str_starts(url, S("/"))) {
		must(str_starts(url, S("https://new.example/")) && str_eq(resolved, url));
		return;
	}
	must(!str_starts(url, S("//")));
	must(str_starts(resolved, S("https://shop.example/")));
	must(str_eq(str_sub(resolved, sizeof("https://shop.example") - 1, resolved.len), url));
}

/* Of "/v2/…?lang=en&p=…#top": both as the document has them, and once. */
static void check_query(struct arena *arena, struct str url, struct str part)
{
	struct str rest = str_sub(url, 0, str_find(url, '#')), name, value;
	size_t at = 0;

	must(str_ends(url, S("#top")));
	(void)str_cut(&rest, '?');
	while (query_next(&rest, &name, &value)) {
		must(at > 1 || str_eq(name, at ? S("p") : S("lang")));
		must(at || str_eq(value, S("en")));
		must(at != 1 || str_eq(uri_decode(arena, value, true), part));
		must(at < 2 || !(str_eq(name, S("p")) || str_eq(name, S("lang"))));
		at++;
	}
	must(at >= 2);
}

static void redirect(struct arena *arena, struct str path, struct str query)
{
	struct route_match match;
	const struct redirect *moved;
	struct buf url;

	if (!router_match(api->router, path, arena, &match))
		return;
	moved = api->paths[match.path->index].operations[METHOD_GET]->special.said;
	buf_init(&url, arena, 1 << 24);
	must(target_write(&moved->to, &(struct target_values){ .match = &match, .query = query }, &url) && !url.failed);
	check_bytes(buf_str(&url));
	check_place(arena, buf_str(&url));
	if (moved->to.query.count)
		check_query(arena, buf_str(&url), match.values[1]);
}

/* It is canonical, and leads where the first one was meant to. */
static void canonical(struct arena *arena, struct str path)
{
	struct str found, again;
	struct route_match match;
	struct buf url;

	if (router_match(api->router, path, arena, &match) || !router_canonical(api->router, path, arena, &found))
		return;
	must(router_match(api->router, found, arena, &match));
	must(!router_canonical(api->router, found, arena, &again));
	buf_init(&url, arena, 1 << 24);
	uri_encode_rest(&url, found);
	check_bytes(buf_str(&url));
	check_place(arena, buf_str(&url));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_of((const char *)data, size), rest = text, path = str_cut(&rest, '?');
	struct arena arena;

	load_once();
	if (size > 4096 || !str_starts(path, S("/")) || memchr(text.at, '#', text.len)) /* no request has a fragment */
		return 0;
	arena_init(&arena, 1 << 14, 1 << 26);
	redirect(&arena, path, rest);
	canonical(&arena, path);
	arena_done(&arena);
	return 0;
}
