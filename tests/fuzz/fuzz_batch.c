/*
 * The content of batches, up to where its parts would be done. Second opinion: each part, written as a
 * request of HTTP/1.1, is one to the parser of that, and the same: its target, its fields, its content.
 */
#include "fuzz/fuzz.h"
#include "resource/batch.h"
#include "wire/h1.h"

enum { HEAD_MAX = 1 << 20, SAME_MAX = 6000 };

static struct api *api;

static void load_once(void)
{
	static struct arena arena;
	struct document *document;

	if (api)
		return;
	arena_init(&arena, 1 << 16, 1 << 24);
	must(document_load(&arena, STATUTE_SOURCE_DIR "/tests/fuzz/batch.yaml", &document) == 0);
	must(bind_document(document, &api) == 0);
}

static void write_request(struct buf *buf, const struct request *request)
{
	buf_printf(buf, "%.*s %.*s HTTP/1.1\r\nHost: t\r\n", STR_ARG(request->method_text), STR_ARG(request->target));
	for (size_t i = 0; i < request->field_count; i++)
		buf_printf(buf, "%.*s: %.*s\r\n", STR_ARG(request->fields[i].name), STR_ARG(request->fields[i].value));
	if (request->has_content)
		buf_printf(buf, "Content-Length: %zu\r\n", request->content.len);
	buf_lit(buf, "\r\n");
	buf_add(buf, request->content);
}

static void must_be_same(const struct request *a, const struct request *b)
{
	must(a->method == b->method && str_eq(a->path, b->path) && str_eq(a->query, b->query));
	must((a->query.at != NULL) == (b->query.at != NULL));
	must(b->field_count == a->field_count + 1u + a->has_content);
	for (size_t i = 0; i < a->field_count; i++) {
		must(str_eq(a->fields[i].name, b->fields[i + 1].name));
		must(str_eq(a->fields[i].value, b->fields[i + 1].value));
		must(a->fields[i].id == b->fields[i + 1].id);
	}
	must(a->has_content == b->has_content && (!a->has_content || a->content_length == b->content_length));
}

static void read_as_http(const struct request *request)
{
	struct request again = { .method = METHOD_UNKNOWN };
	struct str content = { 0 };
	struct arena arena;
	size_t used = 0, more = 0;
	struct buf buf;
	struct h1 h1;

	arena_init(&arena, 4096, 1 << 24);
	buf_init(&buf, &arena, HEAD_MAX);
	write_request(&buf, request);
	if (!buf.failed && buf.len - request->content.len < SAME_MAX) { /* longer ones are over a limit of the wire */
		h1_init(&h1, &h1_limits_default);
		must(h1_parse(&h1, buf_str(&buf), &arena, &again, &used, &content) == H1_HEAD);
		must_be_same(request, &again);
		if (request->has_content) {
			must(h1_parse(&h1, str_sub(buf_str(&buf), used, buf.len), &arena, &again, &more, &content) ==
			     H1_CONTENT);
			must(str_eq(content, request->content));
		}
		must(used + more == buf.len);
	}
	arena_done(&arena);
}

static size_t credentials(const struct request *request)
{
	size_t count = 0;

	for (size_t i = 0; i < request->field_count; i++)
		count += str_eq_nocase(request->fields[i].name, S("Authorization")) ||
		         str_eq_nocase(request->fields[i].name, S("X-Key"));
	return count;
}

/* In place of the store's answer. */
static int look(struct exchange *x)
{
	const struct batching *batch = x->kind_data;

	must(batch->count >= 1 && batch->count <= 8);
	for (size_t i = 0; i < batch->count; i++) {
		const struct exchange *part = &batch->parts[i].x;

		must(!part->bound || bind_is_part(part->bound->kind));
		must(credentials(&part->request) == 2); /* those of the batch, and no others */
		read_as_http(&part->request);
	}
	FACT(PART_FAILED, false);
	FACT(WROTE, false);
	FACT(STORE_BUSY, true);
	return 0;
}

static const struct exchange_kind *kind_of(enum binding_kind kind)
{
	static struct exchange_kind looking;

	if (kind != BINDING_BATCH)
		return resource_kind_of(kind);
	looking = batch_kind;
	looking.write = look;
	return &looking;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct exchange_settings settings = EXCHANGE_SETTINGS_INIT;
	const struct exchange_host host = { .settings = &settings, .api = NULL, .kind_of = kind_of };
	struct exchange_host own = host;
	char head[256];
	int len = snprintf(head, sizeof(head),
	                   "POST /batch HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer x\r\nX-Key: y\r\n"
	                   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
	                   size);
	struct str content = fuzz_text(data, size), piece;
	struct exchange x;
	size_t used;
	struct h1 h1;

	load_once();
	own.api = api;
	exchange_init(&x, &own);
	h1_init(&h1, &h1_limits_default);
	must(h1_parse(&h1, str_of(head, (size_t)len), &x.arena, &x.request, &used, &piece) == H1_HEAD);
	if (exchange_begin(&x) == EXCHANGE_CONTENT) {
		must(exchange_content(&x, content) == EXCHANGE_CONTENT);
		must(exchange_content_end(&x) == EXCHANGE_DONE);
	}
	must(x.response.status == 400 || x.response.status == 422 || x.response.status == 503);
	exchange_done(&x);
	fuzz_free(content);
	return 0;
}
