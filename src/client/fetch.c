/* One request: see fetch.h. */
#include "client/fetch.h"

#include <stdio.h>

#include "base/clock.h"
#include "client/answer.h"
#include "client/stream.h"
#include "message/uri.h"

enum { PIECE = 16 * 1024, REQUEST_MAX = 4096, ARENA_MAX = 64 * 1024 };
_Static_assert((int)FETCH_CAUSE == (int)STREAM_CAUSE, "a cause is passed on");

/* One fetch on its way, perhaps past some redirections. */
struct way {
	const struct fetch *fetch;
	struct deadline deadline;
	struct arena arena;     /* where it was sent on to */
	struct str address;     /* the URL that it is at */
	struct url url;         /* the same, read */
	struct answer answer;
	struct buf *content;
	char *cause;
};

static int fail(const struct way *way, const char *what)
{
	snprintf(way->cause, FETCH_CAUSE, "%s", what);
	return STATUTE_EIO;
}

static int send_request(const struct way *way, struct stream *stream)
{
	const struct url *url = &way->url;
	bool is_whole = str_starts(url->target, S("/")), is_sent;
	struct buf request;

	buf_init(&request, NULL, REQUEST_MAX);
	buf_printf(&request,
	           "%s %s%.*s HTTP/1.1\r\nHost: %.*s\r\nAccept: %s\r\nUser-Agent: statute\r\n"
	           "Connection: close\r\n\r\n",
	           way->fetch->method ? way->fetch->method : "GET", is_whole ? "" : "/", STR_ARG(url->target),
	           STR_ARG(url->authority), way->fetch->accept);
	is_sent = !request.failed && stream_write(stream, buf_str(&request));
	buf_done(&request);
	return is_sent ? 0 : fail(way, "the request could not be sent in time");
}

static int tell_broken(const struct way *way, struct str text)
{
	if (way->content->failed)
		return fail(way, "its answer is too large");
	return fail(way, str_starts(text, S("HTTP/1.")) ? "its answer broke off, or is malformed"
	                                                 : "what answers there does not speak HTTP");
}

/* Reads until the answer is whole; what it says of Location borrows `text`. */
static int read_answer(struct way *way, struct stream *stream, struct buf *text)
{
	for (;;) {
		char *at = buf_reserve(text, PIECE);
		ssize_t got = at ? stream_read(stream, at, PIECE) : 0;
		enum answer_state state;

		if (!at)
			return fail(way, "its answer is too large");
		if (got < 0)
			return fail(way, "no whole answer came in time");
		text->len += (size_t)got;
		state = answer_read(buf_str(text), got == 0, way->content, &way->answer);
		if (state == ANSWER_WHOLE)
			return 0;
		if (state == ANSWER_BROKEN)
			return tell_broken(way, buf_str(text));
	}
}

static int ask(struct way *way, struct buf *text)
{
	const struct stream_options options = {
		.deadline = &way->deadline,
		.allows_clear = way->fetch->allows_clear,
	};
	struct stream stream;
	int r = stream_open(&way->url, &options, &stream, way->cause);

	if (r < 0)
		return r;
	r = send_request(way, &stream);
	if (r == 0)
		r = read_answer(way, &stream, text);
	stream_close(&stream);
	return r;
}

static bool is_redirect(const struct answer *answer)
{
	return (answer->status == 301 || answer->status == 302 || answer->status == 303 || answer->status == 307 ||
	        answer->status == 308) &&
	       answer->location.len;
}

static int go_on(struct way *way)
{
	bool was_tls = way->url.is_tls;
	struct str address = uri_resolve(&way->arena, way->address, way->answer.location);

	if (!address.at)
		return STATUTE_ENOMEM;
	way->address = str_dup(&way->arena, str_sub(address, 0, str_find(address, '#')));
	if (!way->address.at)
		return STATUTE_ENOMEM;
	if (!url_read(way->address, &way->url))
		return fail(way, "it redirects to what is no URL");
	return was_tls && !way->url.is_tls ? fail(way, "it redirects from https to http") : 0;
}

/* One answer; *ret_goes_on where it was a redirection that is followed. */
static int step(struct way *way, bool *ret_goes_on)
{
	struct buf text;
	int r;

	buf_init(&text, NULL, way->content->max + ANSWER_HEAD_MAX + PIECE);
	r = ask(way, &text);
	*ret_goes_on = r == 0 && way->fetch->follows_redirects && is_redirect(&way->answer);
	if (*ret_goes_on) {
		buf_reset(way->content);
		r = go_on(way);
	}
	buf_done(&text);
	return r;
}

static int go(struct way *way)
{
	bool goes_on = true;
	int r = 0;

	for (int i = 0; i <= FETCH_REDIRECTS_MAX && goes_on && r == 0; i++)
		r = step(way, &goes_on);
	return r == 0 && goes_on ? fail(way, "it redirects more than three times") : r;
}

int fetch_get(const struct fetch *fetch, struct buf *content, struct fetched *ret_fetched,
              char cause[FETCH_CAUSE])
{
	struct way way = {
		.fetch = fetch,
		.deadline = { clock_monotonic_us() + (uint64_t)fetch->timeout_ms * 1000, fetch->stop_fd },
		.address = fetch->url,
		.content = content,
		.cause = cause,
	};
	int r;

	if (!url_read(fetch->url, &way.url))
		return fail(&way, "not a URL of http or https");
	arena_init(&way.arena, 1024, ARENA_MAX);
	r = go(&way);
	arena_done(&way.arena);
	if (r == 0)
		*ret_fetched = (struct fetched){ way.answer.status, way.answer.max_age_s };
	return r;
}
