/*
 * One request: see http_get.h. It asks for the connection to be closed, reads until that
 * happens, and takes the answer apart: servers of ours name a length or close.
 */
#include "cli/http_get.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { ANSWER_MAX = 16 << 20, HOST_MAX = 256, PORT_MAX = 6 };

struct endpoint {
	char host[HOST_MAX], port[PORT_MAX];
	struct str authority; /* as it stands in the URL */
};

static bool copy(char *out, size_t size, struct str text)
{
	if (!text.at || !text.len || text.len >= size)
		return false;
	memcpy(out, text.at, text.len);
	out[text.len] = '\0';
	return true;
}

static bool read_url(struct str url, struct endpoint *ret_endpoint)
{
	struct str host, port;
	size_t colon;
	uint64_t number;

	if (!url.at || !str_starts(url, S("http://")))
		return false;
	url = str_sub(url, 7, url.len);
	if (str_ends(url, S("/")))
		url.len--;
	colon = url.len;
	while (colon > 0 && url.at[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return false;
	port = str_sub(url, colon, url.len);
	host = str_sub(url, 0, colon - 1);
	if (str_starts(host, S("[")) && str_ends(host, S("]")))
		host = str_sub(host, 1, host.len - 2);
	else if (str_find(host, ':') < host.len)
		return false;
	ret_endpoint->authority = url;
	return str_find(host, '/') == host.len && str_to_u64(port, &number) && number > 0 && number <= 65535 &&
	       copy(ret_endpoint->host, HOST_MAX, host) && copy(ret_endpoint->port, PORT_MAX, port);
}

bool http_get_is_url(struct str url)
{
	struct endpoint endpoint;

	return read_url(url, &endpoint);
}

static int fail(char cause[HTTP_GET_CAUSE], const char *what)
{
	snprintf(cause, HTTP_GET_CAUSE, "%s", what);
	return STATUTE_EIO;
}

/* Milliseconds until `due_us`; 0 past it. */
static int left(uint64_t due_us)
{
	uint64_t now = clock_monotonic_us();

	return now < due_us ? (int)((due_us - now + 999) / 1000) : 0;
}

/* False where it did not come in time. */
static bool await(int fd, short event, uint64_t due_us)
{
	struct pollfd what = { .fd = fd, .events = event };
	int r;

	do
		r = poll(&what, 1, left(due_us));
	while (r < 0 && errno == EINTR);
	return r > 0;
}

/* errno, 0 where it is connected. */
static int try_address(const struct addrinfo *at, uint64_t due_us, int *ret_fd)
{
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;
	socklen_t len = sizeof(error);

	if (fd < 0)
		return errno;
	if (connect(fd, at->ai_addr, at->ai_addrlen) < 0 && errno != EINPROGRESS)
		error = errno;
	else if (!await(fd, POLLOUT, due_us))
		error = ETIMEDOUT;
	else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error)
		close(fd);
	else
		*ret_fd = fd;
	return error;
}

static int dial(const struct endpoint *endpoint, uint64_t due_us, int *ret_fd, char cause[HTTP_GET_CAUSE])
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all;
	int r = getaddrinfo(endpoint->host, endpoint->port, &hints, &all), error = 0;

	if (r != 0)
		return fail(cause, gai_strerror(r));
	for (struct addrinfo *at = all; at; at = at->ai_next)
		if ((error = try_address(at, due_us, ret_fd)) == 0)
			break;
	freeaddrinfo(all);
	return error ? fail(cause, strerrordesc_np(error)) : 0;
}

static bool send_all(int fd, struct str text, uint64_t due_us)
{
	size_t done = 0;

	while (done < text.len) {
		ssize_t sent = send(fd, text.at + done, text.len - done, MSG_NOSIGNAL);

		if (sent >= 0)
			done += (size_t)sent;
		else if (errno != EINTR && (errno != EAGAIN || !await(fd, POLLOUT, due_us)))
			return false;
	}
	return true;
}

/* Everything until the other side closes. */
static bool read_all(int fd, struct buf *buf, uint64_t due_us)
{
	enum { PIECE = 16384 };

	for (;;) {
		char *at = buf_reserve(buf, PIECE);
		ssize_t got = at ? recv(fd, at, PIECE, 0) : -1;

		if (!at)
			return false;
		if (got == 0)
			return true;
		if (got > 0)
			buf->len += (size_t)got;
		else if (errno != EINTR && (errno != EAGAIN || !await(fd, POLLIN, due_us)))
			return false;
	}
}

static int ask(int fd, const struct endpoint *endpoint, const struct http_get *get, uint64_t due_us,
               struct buf *ret_answer, char cause[HTTP_GET_CAUSE])
{
	struct buf request;
	bool is_sent;

	buf_init(&request, NULL, ANSWER_MAX);
	buf_printf(&request, "%s %.*s HTTP/1.1\r\nHost: %.*s\r\nAccept: %s\r\nConnection: close\r\n\r\n",
	           get->method ? get->method : "GET", STR_ARG(get->path), STR_ARG(endpoint->authority), get->accept);
	is_sent = !request.failed && send_all(fd, buf_str(&request), due_us);
	buf_done(&request);
	return is_sent && read_all(fd, ret_answer, due_us) ? 0 : fail(cause, "no whole answer came in time");
}

/* False where the head names a length, and it is not that of the content. */
static bool is_whole(struct str head, size_t content_len)
{
	uint64_t len;

	while (head.at) {
		struct str value = str_cut(&head, '\n'), name = str_cut(&value, ':');

		if (str_eq_nocase(name, S("content-length")) && value.len &&
		    str_to_u64(str_trim(str_sub(value, 0, value.len - 1)), &len))
			return len == content_len;
	}
	return true;
}

/* "HTTP/1.1 200 OK", fields, an empty line, content. */
static int take_apart(struct str answer, struct buf *buf, int *ret_status, char cause[HTTP_GET_CAUSE])
{
	const char *end = answer.at ? memmem(answer.at, answer.len, "\r\n\r\n", 4) : NULL;
	struct str head, content;
	uint64_t status;

	if (!end || !str_starts(answer, S("HTTP/1.")) || !str_to_u64(str_sub(answer, 9, 3), &status) || status < 100)
		return fail(cause, "what answers there does not speak HTTP");
	head = str_sub(answer, 0, (size_t)(end + 2 - answer.at));
	content = str_sub(answer, head.len + 2, answer.len);
	if (!is_whole(head, content.len))
		return fail(cause, "its answer broke off");
	buf_add(buf, content);
	*ret_status = (int)status;
	return 0;
}

int http_get(const struct http_get *get, struct buf *buf, int *ret_status, char cause[HTTP_GET_CAUSE])
{
	uint64_t due_us = clock_monotonic_us() + (uint64_t)get->timeout_ms * 1000;
	struct endpoint endpoint;
	struct buf answer;
	int fd = -1, r;

	if (!read_url(get->url, &endpoint))
		return fail(cause, "not a URL as http://127.0.0.1:8081");
	r = dial(&endpoint, due_us, &fd, cause);
	if (r < 0)
		return r;
	buf_init(&answer, NULL, ANSWER_MAX);
	r = ask(fd, &endpoint, get, due_us, &answer, cause);
	close(fd);
	if (r == 0)
		r = take_apart(buf_str(&answer), buf, ret_status, cause);
	buf_done(&answer);
	return r;
}
