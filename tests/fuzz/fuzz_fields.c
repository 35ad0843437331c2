/*
 * Field values and URIs: dates, entity tags, Accept, Prefer, media types, queries,
 * percent-encoding, base64url. The first byte chooses which; what can be written
 * again reads the same.
 */
#include "fuzz/fuzz.h"
#include "message/base64url.h"
#include "message/date.h"
#include "message/etag.h"
#include "message/media_type.h"
#include "message/negotiate.h"
#include "message/prefer.h"
#include "message/uri.h"

static void date(struct str text)
{
	char out[HTTP_DATE_LEN];
	int64_t seconds, again;

	if (!http_date_parse(text, 1767225600, &seconds))
		return;
	http_date_format(out, seconds);
	must(http_date_parse(str_of(out, sizeof(out)), 1767225600, &again) && again == seconds);
}

static void etag(struct str text)
{
	enum etag_match strong = etag_list_match(text, S("\"a\""), true);
	enum etag_match weak = etag_list_match(text, S("\"a\""), false);

	must(strong != ETAG_MATCHES || weak == ETAG_MATCHES);
	must((strong == ETAG_MALFORMED) == (weak == ETAG_MALFORMED));
	etag_is_any(text);
}

static void accept(struct str text)
{
	static const struct str offers[] = { STR_INIT("application/json"), STR_INIT("text/html") };
	int chosen = accept_choose(text, offers, 2);

	must(chosen >= -1 && chosen < 2);
	must(chosen < 0 || accept_quality(text, offers[chosen]) > 0);
	must(accept_quality(text, offers[0]) <= 1000);
	accept_coding_quality(text, S("gzip"));
	accept_language_choose(text, offers, 2);
	prefer_parse(text);
}

static void media_type(struct str text)
{
	struct media_type type;
	char *scratch = malloc(text.len + 1);

	must(scratch);
	if (media_type_parse(text, false, &type)) {
		must(type.type.len && type.subtype.len);
		media_type_parameter(&type, S("charset"), scratch);
		media_type_covers(&type, &type);
		type.parameters = (struct str){ 0 }; /* one parameter named twice covers nothing */
		must(media_type_covers(&type, &type));
	}
	free(scratch);
}

static void uri(struct str text)
{
	struct str rest = text, name, value, decoded;
	struct arena arena;
	struct buf buf;

	arena_init(&arena, 1024, 16 << 20);
	uri_is_valid_encoding(text);
	decoded = uri_decode(&arena, text, false);
	buf_init(&buf, &arena, 4 << 20);
	uri_encode(&buf, decoded);
	must(!buf.failed && str_eq(uri_decode(&arena, buf_str(&buf), false), decoded));
	while (query_next(&rest, &name, &value))
		must(name.len <= text.len && value.len <= text.len);
	uri_resolve(&arena, S("http://a/b/c/d;p?q"), text);
	arena_done(&arena);
}

static void base64(struct str text)
{
	struct str bytes;
	struct arena arena;
	struct buf buf;

	arena_init(&arena, 1024, 16 << 20);
	if (base64url_decode(&arena, text, &bytes)) {
		buf_init(&buf, &arena, 4 << 20);
		base64url_encode(&buf, bytes);
		must(str_eq(buf_str(&buf), text));
	}
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const targets[])(struct str text) = { date, etag, accept, media_type, uri, base64 };
	struct str text;

	if (!size || size > 20000)
		return 0;
	text = fuzz_text(data + 1, size - 1);
	targets[data[0] % (sizeof(targets) / sizeof(targets[0]))](text);
	fuzz_free(text);
	return 0;
}
