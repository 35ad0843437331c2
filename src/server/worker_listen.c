/*
 * The listening sockets of a worker: see worker.h. One, or for a server that speaks TLS and
 * takes connections in the clear beside it, two.
 */
#include "server/worker.h"

#include <unistd.h>

#include "server/connection.h"

enum { BACKLOG = 1024, DESCRIPTORS_MORE = 1024 };

/* There may be nothing to take from the one of them. */
void worker_accept_missed(struct worker *worker)
{
	connection_accept(worker, (uv_stream_t *)&worker->listener);
	if (worker->has_plain && !worker->has_missed)
		connection_accept(worker, (uv_stream_t *)&worker->plain);
}

/*
 * Out of descriptors, libuv gives up a spare one to take and close what waits, so
 * that the loop does not spin; the status is then an error and there is nothing to take.
 */
static void on_connection(uv_stream_t *listener, int status)
{
	if (status == 0)
		connection_accept(listener->data, listener);
}

/* Takes the descriptor in any case. */
static int open_listener(uv_tcp_t *listener, int fd)
{
	if (uv_tcp_open(listener, fd) == 0)
		return 0;
	close(fd);
	return STATUTE_ESYSTEM;
}

static int listen_on(uv_tcp_t *listener)
{
	return uv_listen((uv_stream_t *)listener, BACKLOG, on_connection) < 0 ? STATUTE_EADDRESS : 0;
}

int worker_listen(struct worker *worker, struct worker_sockets sockets)
{
	int r = open_listener(&worker->listener, sockets.fd);

	if (sockets.plain >= 0) {
		uv_tcp_init(&worker->loop, &worker->plain);
		worker->plain.data = worker;
		worker->has_plain = true;
		if (open_listener(&worker->plain, sockets.plain) < 0)
			r = STATUTE_ESYSTEM;
	}
	if (r == 0)
		r = watch_prepare(&worker->loop, &worker->watch, sockets.fd, worker->door->max + DESCRIPTORS_MORE);
	if (r == 0)
		r = listen_on(&worker->listener);
	return r == 0 && worker->has_plain ? listen_on(&worker->plain) : r;
}

void worker_close_sockets(struct worker_sockets sockets)
{
	close(sockets.fd);
	if (sockets.plain >= 0)
		close(sockets.plain);
}

void worker_stop_listening(struct worker *worker)
{
	uv_close((uv_handle_t *)&worker->listener, NULL);
	if (worker->has_plain)
		uv_close((uv_handle_t *)&worker->plain, NULL);
}
