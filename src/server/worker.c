/* One thread with its loop: see worker.h. */
#include "server/worker.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "message/encode.h"
#include "resource/resource.h"
#include "server/admin.h"
#include "server/background.h"
#include "server/connection.h"
#include "server/early_hints.h"
#include "server/feed.h"
#include "server/own_paths.h"

enum {
	SPARE_EXCHANGES = 256,     /* kept warm */
	SPARE_BUFFERS = 256,
	BUFFER_KEPT = 64 * 1024,   /* bytes of a buffer that is kept; a larger one is freed */
	RETRY_MS = 100,            /* how soon to try again what found no room */
	TURNS_NS = 3000000         /* how long connections whose turn it is again go on at once */
};

/* ---- Pools ---------------------------------------------------------------- */

struct exchange *worker_take_exchange(struct worker *worker)
{
	struct exchange *x = worker->spare;

	if (x) {
		worker->spare = x->next;
		worker->spare_count--;
		x->next = NULL;
	} else if ((x = calloc(1, sizeof(*x)))) {
		exchange_init(x, &worker->serving->host);
	}
	if (x)
		serving_enter(worker, x);
	return x;
}

static void free_exchange(struct exchange *x)
{
	exchange_done(x);
	free(x);
}

void worker_give_exchange(struct worker *worker, struct exchange *x)
{
	if (!x)
		return;
	serving_leave(worker, x);
	if (worker->spare_count >= SPARE_EXCHANGES) {
		free_exchange(x);
		return;
	}
	exchange_reset(x);
	x->next = worker->spare;
	worker->spare = x;
	worker->spare_count++;
}

struct pooled *worker_take_buffer(struct worker *worker, size_t max)
{
	struct pooled *buffer = worker->pool;

	if (buffer) {
		worker->pool = buffer->next;
		worker->pool_count--;
		buffer->next = NULL;
	} else {
		buffer = calloc(1, sizeof(*buffer));
	}
	if (buffer)
		buffer->buf.max = max;
	return buffer;
}

static void free_buffer(struct pooled *buffer)
{
	buf_done(&buffer->buf);
	free(buffer);
}

void worker_give_buffer(struct worker *worker, struct pooled *buffer)
{
	if (!buffer)
		return;
	if (worker->pool_count >= SPARE_BUFFERS) {
		free_buffer(buffer);
		return;
	}
	if (buffer->buf.cap > BUFFER_KEPT)
		buf_done(&buffer->buf);
	buf_reset(&buffer->buf);
	buffer->next = worker->pool;
	worker->pool = buffer;
	worker->pool_count++;
}

struct str worker_date(struct worker *worker)
{
	int64_t now_s = clock_wall_ms() / 1000;

	if (now_s != worker->date_s) {
		http_date_format(worker->date, now_s);
		worker->date_s = now_s;
	}
	return str_of(worker->date, HTTP_DATE_LEN);
}

/* ---- The timer ------------------------------------------------------------ */

static void on_timer(uv_timer_t *timer);

static void wake_at(struct worker *worker, uint64_t due)
{
	uint64_t now = uv_now(&worker->loop);

	if (due >= worker->timer_due || worker->is_finished)
		return;
	worker->timer_due = due;
	uv_timer_start(&worker->timer, on_timer, due > now ? due - now : 0, 0);
}

void worker_set_timeout(struct worker *worker, struct timeout *timeout, enum timeout_kind kind)
{
	timeout_set(&worker->timeouts, timeout, kind, uv_now(&worker->loop));
	wake_at(worker, timeout->due);
}

static void cut_connections(struct worker *worker)
{
	for (struct connection *c = worker->connections; c; c = c->next)
		connection_close(c);
}

/*
 * Connections with much to do go on here, and may be many. What they take at a time is bounded, so
 * that those with little to do, who are read in between, do not wait for all of them.
 */
static void end_due(struct worker *worker)
{
	uint64_t now = uv_now(&worker->loop), until = uv_hrtime() + TURNS_NS;
	enum timeout_kind kind;
	struct timeout *timeout;

	while ((timeout = timeouts_take_due(&worker->timeouts, now, &kind))) {
		connection_time_out(worker, timeout, kind);
		if (uv_hrtime() >= until)
			break;
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct worker *worker = timer->data;
	uint64_t now = uv_now(&worker->loop);

	worker->timer_due = TIMEOUTS_NEVER;
	end_due(worker);
	if (worker->has_missed && !worker_is_draining(worker))
		worker_accept_missed(worker);
	if (now >= worker->drain_due)
		cut_connections(worker);
	else
		wake_at(worker, worker->drain_due);
	wake_at(worker, timeouts_next(&worker->timeouts));
}

/* ---- Exchanges on other threads ------------------------------------------- */

/* exchange_host.resume. */
static void hand_back(struct exchange *x)
{
	struct worker *worker = x->host->data;
	struct exchange *newest = atomic_load(&worker->handed_back);

	do
		x->next = newest;
	while (!atomic_compare_exchange_weak(&worker->handed_back, &newest, x));
	uv_async_send(&worker->async);
}

/* Oldest first. */
static struct exchange *take_handed_back(struct worker *worker)
{
	struct exchange *newest = atomic_exchange(&worker->handed_back, NULL), *oldest = NULL;

	while (newest) {
		struct exchange *next = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	return oldest;
}

static void resume_all(struct worker *worker)
{
	struct exchange *x = take_handed_back(worker);

	if (x)
		serving_refresh(worker); /* what the writer did must be seen */
	while (x) {
		struct exchange *next = x->next;

		x->next = NULL;
		connection_resume(x);
		x = next;
	}
}

/* ---- Stopping ------------------------------------------------------------- */

static void start_draining(struct worker *worker)
{
	worker_stop_listening(worker);
	worker->drain_due = uv_now(&worker->loop) + worker->shared->limits.drain_timeout;
	wake_at(worker, worker->drain_due);
	feeds_end(worker, FEED_DRAINED);
	for (struct connection *c = worker->connections; c; c = c->next)
		connection_drain(c);
}

static void heed_stops(struct worker *worker)
{
	unsigned stops = atomic_load(&worker->shared->stops);

	if (stops >= 1 && worker->stops < 1) {
		worker->stops = 1;
		start_draining(worker);
	}
	if (stops >= 2 && worker->stops < 2)
		cut_connections(worker);
	worker->stops = stops;
}

static void on_async(uv_async_t *async)
{
	struct worker *worker = async->data;

	resume_all(worker);
	if (serving_take(worker))
		feeds_end(worker, FEED_RELOADED);
	heed_stops(worker);
	feeds_read(worker);
}

/* Without connections nothing is left to be handed back. */
static void finish(struct worker *worker)
{
	worker->is_finished = true;
	uv_close((uv_handle_t *)&worker->prepare, NULL);
	uv_close((uv_handle_t *)&worker->timer, NULL);
	uv_close((uv_handle_t *)&worker->async, NULL);
}

/* The end of a turn. */
static void on_prepare(uv_prepare_t *prepare)
{
	struct worker *worker = prepare->data;

	if (worker->did_read)
		serving_refresh(worker);
	if (worker->did_read)
		store_hurry(worker->serving->host.store); /* one writer, whichever document the writes are of */
	worker->did_read = false;
	admission_end_turn(worker);
	access_log_flush(&worker->log);
	if (worker->log.lines.len || worker->has_missed)
		wake_at(worker, uv_now(&worker->loop) + RETRY_MS);
	if (worker_is_draining(worker) && !worker->connections && !worker->is_finished)
		finish(worker);
}

/* ---- Life ----------------------------------------------------------------- */

static void set_timeouts(struct worker *worker)
{
	const struct server_limits *limits = &worker->shared->limits;
	const uint64_t after[TIMEOUT_KINDS] = {
		[TIMEOUT_HANDSHAKE] = limits->handshake_timeout,
		[TIMEOUT_HEADER] = limits->header_timeout,
		[TIMEOUT_IDLE] = limits->idle_timeout,
		[TIMEOUT_CONTENT] = limits->content_timeout,
		[TIMEOUT_LINGER] = limits->linger_timeout,
		[TIMEOUT_WRITE] = limits->write_timeout,
		[TIMEOUT_STREAM_CONTENT] = limits->content_timeout,
		[TIMEOUT_STREAM_WRITE] = limits->write_timeout,
		[TIMEOUT_TURN] = 1,
		[TIMEOUT_FEED] = limits->feed_ping,
		[TIMEOUT_STREAM_FEED] = limits->feed_ping,
	};

	timeouts_init(&worker->timeouts, after);
	worker->timer_due = worker->drain_due = TIMEOUTS_NEVER;
}

static size_t share(uint64_t all, size_t workers)
{
	size_t each = (size_t)all / workers;

	return each ? each : 1;
}

void worker_fill_host(struct worker *worker, struct exchange_host *host)
{
	const struct shared *shared = worker->shared;

	*host = (struct exchange_host){
		.settings = &shared->settings,
		.limits = shared->limiter,
		.own_path = worker->is_admin          ? admin_path
		            : shared->admin_is_public ? own_path_public_admin
		                                      : own_path,
		.owns_every_path = worker->is_admin,
		.running_keys = shared->running_keys,
		.jobs = shared->jobs,
		.kind_of = resource_kind_of,
		.encoder = worker->encoder,
		.resume = hand_back,
		.work = background_work,
		.hint = early_hints_send,
		.data = worker,
	};
}

static void set_shares(struct worker *worker)
{
	const struct shared *shared = worker->shared;

	worker->in_flight_max = share(shared->limits.in_flight, shared->worker_count);
	worker->background_max = share(shared->limits.background, shared->worker_count);
}

/* Each handle that was made closes in worker_free. */
static int open_handles(struct worker *worker)
{
	uv_loop_t *loop = &worker->loop;

	worker->listener.data = worker->prepare.data = worker->timer.data = worker->async.data = worker;
	if (uv_async_init(loop, &worker->async, on_async) < 0 || uv_timer_init(loop, &worker->timer) < 0 ||
	    uv_prepare_init(loop, &worker->prepare) < 0 || uv_tcp_init(loop, &worker->listener) < 0 ||
	    uv_prepare_start(&worker->prepare, on_prepare) < 0)
		return STATUTE_ESYSTEM;
	return 0;
}

static int open_worker(struct worker *worker, struct generation *generation, struct worker_sockets sockets)
{
	int r = uv_loop_init(&worker->loop) < 0 ? STATUTE_ESYSTEM : 0;

	worker->is_open = r == 0;
	if (r == 0)
		r = open_handles(worker);
	if (r < 0) {
		worker_close_sockets(sockets);
		return r;
	}
	r = worker_listen(worker, sockets);
	return r < 0 ? r : serving_new(worker, generation, &worker->serving);
}

int worker_new(struct shared *shared, struct generation *generation, struct worker_sockets sockets,
               bool is_admin, struct worker **ret_worker)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	int r;

	if (!worker) {
		worker_close_sockets(sockets);
		return STATUTE_ENOMEM;
	}
	worker->shared = shared;
	worker->is_admin = is_admin;
	worker->is_secure = shared->tls && !is_admin;
	worker->door = is_admin ? &shared->admin : &shared->public;
	worker->date_s = -1;
	worker->admission.was_calm = true;
	access_log_init(&worker->log, &shared->sink);
	set_timeouts(worker);
	set_shares(worker);
	worker->encoder = encoder_new();
	r = open_worker(worker, generation, sockets);
	if (r < 0) {
		worker_free(worker);
		return r;
	}
	*ret_worker = worker;
	return 0;
}

void worker_run(struct worker *worker)
{
	struct shared *shared = worker->shared;

	serving_take(worker);
	uv_run(&worker->loop, UV_RUN_DEFAULT);
	access_log_flush(&worker->log);
	uv_mutex_lock(&shared->lock);
	worker->has_ended = true;
	uv_cond_broadcast(&shared->taken);
	uv_mutex_unlock(&shared->lock);
}

void worker_wake(struct worker *worker)
{
	uv_async_send(&worker->async);
}

static void close_handle(uv_handle_t *handle, void *data)
{
	(void)data;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void close_loop(struct worker *worker)
{
	if (!worker->is_open)
		return;
	worker->is_finished = true;
	uv_walk(&worker->loop, close_handle, NULL);
	uv_run(&worker->loop, UV_RUN_DEFAULT);
	uv_loop_close(&worker->loop);
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	close_loop(worker);
	while (worker->spare) {
		struct exchange *x = worker->spare;

		worker->spare = x->next;
		free_exchange(x);
	}
	while (worker->pool) {
		struct pooled *buffer = worker->pool;

		worker->pool = buffer->next;
		free_buffer(buffer);
	}
	serving_free_all(worker);
	access_log_done(&worker->log);
	encoder_free(worker->encoder);
	free(worker);
}
