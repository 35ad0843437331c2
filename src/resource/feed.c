/*
 * A feed: GET answers with the changes of a collection from now on, or from the one on that the
 * client saw last, as server-sent events where Accept names them, else over a WebSocket (RFC 6455).
 */
#include "resource/feed.h"

#include "message/negotiate.h"
#include "resource/resource.h"
#include "wire/websocket.h"

/* ---- What is asked for ---------------------------------------------------- */

static bool lists(struct exchange *x, enum field_id id, struct str word)
{
	struct str rest = request_list(&x->request, id, &x->arena);

	while (rest.at)
		if (str_eq_nocase(str_trim(str_cut(&rest, ',')), word))
			return true;
	return false;
}

/* Content would stand where frames are to follow. */
static bool asks_for_websocket(struct exchange *x)
{
	return x->request.method == METHOD_GET && x->request.minor && !x->request.has_content &&
	       lists(x, FIELD_CONNECTION, S("upgrade")) && lists(x, FIELD_UPGRADE, S("websocket"));
}

/* By name: whoever takes anything is better told what there is. */
static bool asks_for_stream(struct exchange *x)
{
	struct str accept = request_list(&x->request, FIELD_ACCEPT, &x->arena);

	return accept.at && accept_quality(accept, S("text/event-stream")) > accept_quality(accept, S("x/x"));
}

static bool is_version_13(const struct exchange *x)
{
	return x->request.lines[FIELD_SEC_WEBSOCKET_VERSION] == 1 &&
	       str_eq(request_field(&x->request, FIELD_SEC_WEBSOCKET_VERSION), S("13"));
}

static bool has_key(const struct exchange *x)
{
	return x->request.lines[FIELD_SEC_WEBSOCKET_KEY] == 1 &&
	       websocket_is_key(request_field(&x->request, FIELD_SEC_WEBSOCKET_KEY));
}

/*
 * Browsers let any page open a WebSocket, with the cookies of the server that it is to, and say alone from where
 * (RFC 6455 section 10.2): the server's own pages may, and those that may read its answers.
 */
static bool may_open(const struct exchange *x)
{
	struct str origin = request_field(&x->request, FIELD_ORIGIN);
	size_t at = str_find(origin, ':');

	if (!x->request.lines[FIELD_ORIGIN])
		return true;
	if (x->request.lines[FIELD_ORIGIN] > 1)
		return false;
	if (str_starts(str_sub(origin, at, SIZE_MAX), S("://")) &&
	    str_eq_nocase(str_sub(origin, at + 3, SIZE_MAX), x->request.authority))
		return true;
	return x->bound_path->cors && cors_allows(x->bound_path->cors, origin);
}

static void look(struct exchange *x)
{
	bool is_asked = asks_for_websocket(x);

	FACT(IS_WEBSOCKET, is_asked || !asks_for_stream(x));
	FACT(ASKS_UPGRADE, is_asked);
	FACT(WEBSOCKET_VERSION_13, is_version_13(x));
	FACT(WEBSOCKET_KEY_FITS, has_key(x));
	FACT(ORIGIN_ALLOWED, may_open(x));
	if (is_asked) /* RFC 9110 section 7.8: also where no content is to come */
		FACT(EXPECTS_CONTINUE, request_has(&x->request, FIELD_EXPECT));
}

/* ---- The other facts ------------------------------------------------------ */

static int find(struct exchange *x)
{
	int64_t modified_ms;

	if (resource_read_ended(x, store_collection_version(x->host->reader, &x->bound->resource->collection,
	                                                    &x->target.collection_version, &modified_ms)))
		exchange_find_preconditions(x, false);
	return 0;
}

/* No content has to come: whoever waits for 100 is sent one on the way (RFC 9110 section 7.8). */
static int understand(struct exchange *x)
{
	FACT(CONTINUE_SENT, true);
	return 0;
}

/* ---- The answer ----------------------------------------------------------- */

static int reply_websocket(struct exchange *x)
{
	char *accept = arena_alloc(&x->arena, WEBSOCKET_ACCEPT_LEN);

	if (!accept || !websocket_accept(request_field(&x->request, FIELD_SEC_WEBSOCKET_KEY), accept))
		return STATUTE_ENOMEM;
	response_set(&x->response, S("Upgrade"), S("websocket"));
	response_set(&x->response, S("Sec-WebSocket-Accept"), str_of(accept, WEBSOCKET_ACCEPT_LEN));
	return 0;
}

static int reply(struct exchange *x)
{
	struct response *response = &x->response;

	response->is_feed = x->request.method == METHOD_GET;
	if (response->status == 101)
		return reply_websocket(x);
	response->has_content = true;
	response_set(response, S("Content-Type"), S("text/event-stream"));
	response_set(response, S("Cache-Control"), S("no-store"));
	response_set(response, S("X-Accel-Buffering"), S("no")); /* else some proxies keep it until it has ended */
	response_set(response, S("Vary"), S("Accept"));
	return 0;
}

static void explain(struct exchange *x)
{
	if (x->verdict.status != 426)
		return;
	response_set(&x->response, S("Upgrade"), S("websocket"));
	response_set(&x->response, S("Sec-WebSocket-Version"), S("13"));
	x->problem.hint = S("Open a WebSocket, or send Accept: text/event-stream.");
}

const struct exchange_kind feed_kind = {
	.name = "feed",
	.look = look,
	.find = find,
	.understand = understand,
	.reply = reply,
	.explain = explain,
};
