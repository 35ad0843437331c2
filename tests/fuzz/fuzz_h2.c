/*
 * Whole connections of HTTP/2: bytes into the session, as they are or behind a right beginning,
 * in one piece or in parts. Each stream begins once, has one head, content only between its head
 * and its end, and is closed once; there are never more of them than allowed; what is to be sent
 * stays bounded; and once the connection is over nothing is said any more.
 */
#include "fuzz/fuzz.h"

#include "message/message.h"
#include "wire/h2.h"

enum { STREAMS = 8, OUT = 64 * 1024, OUT_MAX = 1 << 20, INPUT_MAX = 20000 };

struct stream;

struct peer {
	struct h2 *h2;
	struct stream *streams[STREAMS];
	size_t open;
	bool answers_late; /* when a request ended, not at its head */
	bool gives_room;
};

struct stream {
	struct h2_stream wire;
	struct arena arena;
	struct request request;
	struct response response;
	struct peer *peer;
	bool has_head, has_end, is_answered;
};

static struct h2_stream *begin(void *owner)
{
	struct peer *peer = owner;
	struct stream *s = peer->open < STREAMS ? calloc(1, sizeof(*s)) : NULL;

	if (!s)
		return NULL;
	arena_init(&s->arena, 4096, 1 << 20);
	s->wire.arena = &s->arena;
	s->wire.request = &s->request;
	s->wire.owner = s;
	s->peer = peer;
	peer->streams[peer->open++] = s;
	return &s->wire;
}

static void answer(struct stream *s)
{
	if (s->is_answered)
		return;
	s->is_answered = true;
	s->response.status = s->wire.refusal ? h1_refusal_row(s->wire.refusal)->status : 200;
	s->response.has_content = true;
	s->response.content = S("{\"some\":\"content\"}");
	must(response_add(&s->response, S("Content-Type"), S("application/json")));
	must(h2_respond(s->peer->h2, &s->wire, &s->response, S("Sun, 06 Nov 1994 08:49:37 GMT")) == 0);
}

static void head(void *owner, struct h2_stream *wire)
{
	struct stream *s = wire->owner;
	const struct request *request = &s->request;

	(void)owner;
	must(!s->has_head && !s->has_end);
	s->has_head = true;
	if (!wire->refusal) {
		must(request->minor == 1 && request->keeps_alive && request->method_text.len);
		must(request->path.len && request->lines[FIELD_HOST] == 1);
		must(request->lines[FIELD_COOKIE] <= 1 && !request_has(request, FIELD_CONNECTION));
	}
	if (request->expects_continue)
		must(h2_continue(s->peer->h2, wire) == 0);
	if (wire->refusal || !s->peer->answers_late)
		answer(s);
}

static void content(void *owner, struct h2_stream *wire, struct str piece)
{
	struct stream *s = wire->owner;

	(void)owner;
	must(s->has_head && !s->has_end);
	if (s->peer->gives_room)
		h2_consume(s->peer->h2, wire, piece.len);
	else
		h2_forget(s->peer->h2, piece.len);
}

static void end(void *owner, struct h2_stream *wire)
{
	struct stream *s = wire->owner;

	(void)owner;
	must(s->has_head && !s->has_end);
	s->has_end = true;
	answer(s);
}

static void forget(struct stream *s)
{
	arena_done(&s->arena);
	free(s);
}

static void closed(void *owner, struct h2_stream *wire)
{
	struct peer *peer = owner;
	size_t at = 0;

	while (at < peer->open && peer->streams[at] != wire->owner)
		at++;
	must(at < peer->open);
	peer->streams[at] = peer->streams[--peer->open];
	forget(wire->owner);
}

static const struct h2_events events = {
	.begin = begin, .head = head, .content = content, .end = end, .closed = closed,
};

static void write_all(struct peer *peer)
{
	struct buf out;

	buf_init(&out, NULL, OUT_MAX);
	while (h2_has_output(peer->h2)) {
		size_t before = out.len;

		h2_write(peer->h2, &out, before + OUT);
		must(!out.failed);
		if (out.len == before)
			break;
	}
	buf_done(&out);
}

static void say(struct peer *peer, struct str bytes, size_t part)
{
	uint64_t now = 0;

	while (bytes.len && !h2_is_over(peer->h2)) {
		struct str some = str_sub(bytes, 0, part);
		char *copy = malloc(some.len); /* of its exact size */

		must(copy);
		memcpy(copy, some.at, some.len);
		h2_take(peer->h2, str_of(copy, some.len), now++);
		free(copy);
		write_all(peer);
		bytes = str_sub(bytes, part, bytes.len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t settings[9] = { 0, 0, 0, 4 };
	struct h1_limits limits = h1_limits_default;
	struct peer peer = { 0 };

	if (size < 2 || size > INPUT_MAX)
		return 0;
	limits.header_bytes = 1024;
	limits.header_count = 10;
	limits.target = 256;
	peer.answers_late = data[0] & 2;
	peer.gives_room = data[0] & 4;
	must(h2_new(&limits, STREAMS, &events, &peer, &peer.h2) == 0);
	write_all(&peer);
	if (data[0] & 1) {
		say(&peer, H2_PREFACE, SIZE_MAX);
		say(&peer, str_of((const char *)settings, sizeof(settings)), SIZE_MAX);
	}
	say(&peer, str_of((const char *)data + 2, size - 2), data[1] ? data[1] : SIZE_MAX);
	h2_terminate(peer.h2, H2_NO_ERROR);
	write_all(&peer);
	must(h2_is_over(peer.h2));
	h2_free(peer.h2);
	while (peer.open)
		forget(peer.streams[--peer.open]);
	return 0;
}
