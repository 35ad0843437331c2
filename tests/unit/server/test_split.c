/*
 * However the bytes of a connection are parted on their way, its answers are the
 * same: the same statuses and contents, as many, and the same end.
 *
 * A real worker with the example shop behind it serves a socket of this process; the
 * test turns its loop by hand, so that each part is read before the next one is sent.
 */
#include "unit/server/framing_rows.h"
#include "unit/wire/desync.h"
#include "unit/wire/framings.h"
#include "unit/wire/heads.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/sockios.h>
#include <signal.h>
#include <statute/document.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

/* For its struct: the worker stands beside those of the server. Both cmocka and it have a `fail`. */
#pragma push_macro("fail")
#undef fail
#define fail server_fail
#include "server/server.c"
#pragma pop_macro("fail")

#define SHOP STATUTE_SOURCE_DIR "/tests/e2e/shop.yaml"
#define FRAMINGS STATUTE_SOURCE_DIR "/tests/framing/"

/* Every position; where a sanitizer makes each way cost several, a part of them (the parser alone is tried at all). */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
enum { STRIDE = 17 };
#elif defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { STRIDE = 3 };
#else
enum { STRIDE = 1 };
#endif

enum { SAID_MAX = 16 << 20, TURNS_MAX = 32 };

struct split {
	struct statute_document *document;
	struct statute_server *server;
	struct worker *worker;
	struct sockaddr_un at;
	socklen_t at_len;
	char folder[64];
	struct buf whole, parted; /* what was said to the bytes in one piece, and in several */
	size_t ways;
};

/* ---- The worker ------------------------------------------------------------ */

/* A name without a file: its first byte is NUL. */
static int listen_on_name(struct split *split)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	split->at.sun_family = AF_UNIX;
	split->at_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
	                            (size_t)snprintf(split->at.sun_path + 1, sizeof(split->at.sun_path) - 1,
	                                             "statute-split-%ld", (long)getpid()));
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&split->at, split->at_len), 0);
	return fd;
}

static int start(void **state)
{
	struct split *split = calloc(1, sizeof(*split));
	struct statute_server_options options = STATUTE_SERVER_OPTIONS_INIT;
	char database[128];

	assert_non_null(split);
	snprintf(split->folder, sizeof(split->folder), "/tmp/statute-split-XXXXXX");
	assert_non_null(mkdtemp(split->folder));
	snprintf(database, sizeof(database), "%s/shop.db", split->folder);
	options.listen = "127.0.0.1:0";
	options.database = database;
	options.admin = "off";
	options.workers = 1;
	options.queue_age = 60000; /* whoever else is at work on this machine must not change an answer */
	assert_int_equal(statute_document_load(SHOP, &split->document), 0);
	assert_int_equal(statute_server_new(split->document, &options, &split->server), 0);
	assert_int_equal(worker_new(&split->server->shared, split->server->generation,
	                            (struct worker_sockets){ listen_on_name(split), -1 }, false, &split->worker),
	                 0);
	split->whole.max = split->parted.max = SAID_MAX;
	*state = split;
	return 0;
}

static void remove_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[512];

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	if (dir)
		closedir(dir);
	rmdir(folder);
}

static int stop(void **state)
{
	struct split *split = *state;

	while (split->worker->connections)
		uv_run(&split->worker->loop,
		       UV_RUN_ONCE); /* it has yet to see that the last client is gone */
	worker_free(split->worker);
	statute_server_free(split->server);
	statute_document_free(split->document);
	remove_folder(split->folder);
	buf_done(&split->whole);
	buf_done(&split->parted);
	free(split);
	return 0;
}

/* ---- One connection -------------------------------------------------------- */

static int dial(struct split *split)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&split->at, split->at_len), 0);
	return fd;
}

/* Turns the loop until the worker has taken what was sent, and once more for what follows from it. */
static void turn(struct split *split, int fd)
{
	int unread = 1;

	for (int turns = 0; unread > 0 && turns < TURNS_MAX; turns++) {
		uv_run(&split->worker->loop, UV_RUN_NOWAIT);
		assert_int_equal(ioctl(fd, SIOCOUTQ, &unread), 0);
	}
	uv_run(&split->worker->loop, UV_RUN_NOWAIT);
}

/* Takes what was answered; false where the worker has ended the connection. */
static bool hear(int fd, struct buf *said)
{
	ssize_t len;

	for (;;) {
		char *room = buf_reserve(said, 65536);

		assert_non_null(room);
		len = recv(fd, room, 65536, 0);
		if (len <= 0)
			break;
		said->len += (size_t)len;
	}
	return len < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Writes `x` over every text of this pattern: `d` stands for a digit, `a` for a digit or letter, others for themselves. */
static void mask(struct buf *said, struct str pattern)
{
	for (size_t at = 0; at + pattern.len <= said->len; at++) {
		size_t len = 0;

		while (len < pattern.len &&
		       (pattern.at[len] == 'd'   ? isdigit((unsigned char)said->at[at + len])
		        : pattern.at[len] == 'a' ? isalnum((unsigned char)said->at[at + len])
		                                 : said->at[at + len] == pattern.at[len]))
			len++;
		if (len == pattern.len)
			memset(said->at + at, 'x', len);
	}
}

/* What differs from time to time: the ids of requests, Date, and times of errors, which may be those of pages too. */
static void mask_all(struct buf *said)
{
	mask(said, S("req_aaaaaaaaaaaaaaaaaaaaaa"));
	mask(said, S("\nDate: aaa, dd aaa dddd dd:dd:dd GMT"));
	mask(said, S("dddd-dd-ddTdd:dd:ddZ"));
}

/* Whether 100 Continue is sent depends on what has come by then, as it should (RFC 9110 section 10.1.1). */
static void leave_continues_out(struct buf *said)
{
	struct str line = S("HTTP/1.1 100 Continue\r\n\r\n");
	char *at;

	while (said->len && (at = memmem(said->at, said->len, line.at, line.len))) {
		memmove(at, at + line.len, (size_t)(said->at + said->len - at) - line.len);
		said->len -= line.len;
	}
}

/* Sends the bytes in steps of `step`, the first of `first` (0: none apart); writes down what is said to them. */
static void converse(struct split *split, struct str bytes, size_t first, size_t step, struct buf *said)
{
	int fd = dial(split);
	bool is_open = true;

	buf_reset(said);
	for (size_t at = 0; at < bytes.len && is_open;) {
		size_t len = at == 0 && first ? first : step;

		if (len > bytes.len - at)
			len = bytes.len - at;
		is_open = send(fd, bytes.at + at, len, MSG_NOSIGNAL) == (ssize_t)len;
		turn(split, fd);
		is_open = hear(fd, said) && is_open;
		at += len;
	}
	shutdown(fd, SHUT_WR);
	while (hear(fd, said))
		uv_run(&split->worker->loop, UV_RUN_ONCE);
	close(fd);
	buf_printf(said, is_open ? "\n[kept]" : "\n[closed]");
	leave_continues_out(said);
	mask_all(said);
	split->ways++;
}

static void assert_same(struct split *split, struct str bytes, size_t first, size_t step)
{
	converse(split, bytes, first, step, &split->parted);
	if (!str_eq(buf_str(&split->whole), buf_str(&split->parted)))
		fail_msg("parted after %zu, then by %zu:\n%.*s\nbut whole:\n%.*s\nof:\n%.*s", first, step,
		         STR_ARG(buf_str(&split->parted)), STR_ARG(buf_str(&split->whole)), STR_ARG(bytes));
}

/* Whole, in two at every position (of what is long, at many), and byte by byte. The first one differs from text to text. */
static void every_way(struct str bytes, void *data)
{
	struct split *split = data;
	size_t stride = bytes.len > 2000 ? 97 * STRIDE : STRIDE;

	converse(split, bytes, 0, bytes.len ? bytes.len : 1, &split->whole);
	for (size_t first = 1 + split->ways % STRIDE; first < bytes.len; first += stride)
		assert_same(split, bytes, first, bytes.len);
	if (bytes.len <= 16384)
		assert_same(split, bytes, 0, 1);
}

static void every_way_of(struct split *split, const struct bytes *bytes)
{
	every_way(str_of(bytes->at, bytes->len), split);
}

#define EVERY_WAY_OF(split, table) \
	for (size_t i = 0; i < sizeof(table) / sizeof(*(table)); i++) \
	every_way_of((split), &(table)[i].bytes)

/* ---- What is sent ---------------------------------------------------------- */

static void the_worker_answers_at_all(void **state)
{
	struct split *split = *state;

	converse(split, S(GET("/users") GET("/nowhere")), 0, 4096, &split->whole);
	assert_non_null(memmem(split->whole.at, split->whole.len, "HTTP/1.1 200 OK", 15));
	assert_non_null(memmem(split->whole.at, split->whole.len, "HTTP/1.1 404 Not Found", 22));
	assert_non_null(memmem(split->whole.at, split->whole.len, "[kept]", 6));
	converse(split, S("GET\t/\r\n"), 0, 1, &split->whole);
	assert_non_null(memmem(split->whole.at, split->whole.len, "HTTP/1.1 400 Bad Request", 24));
	assert_non_null(memmem(split->whole.at, split->whole.len, "[closed]", 8));
}

static void request_lines_and_fields_get_the_same_answers_however_they_come(void **state)
{
	EVERY_WAY_OF(*state, good);
	EVERY_WAY_OF(*state, bad_lines);
	EVERY_WAY_OF(*state, bad_fields);
}

static void lengths_codings_and_chunks_get_the_same_answers_however_they_come(void **state)
{
	EVERY_WAY_OF(*state, lengths);
	EVERY_WAY_OF(*state, codings);
	EVERY_WAY_OF(*state, chunks);
}

static void the_table_of_framings_gets_the_same_answers_however_it_comes(void **state)
{
	static const char *const files[] = { "lengths", "codings", "chunks", "heads" };
	struct arena arena;

	arena_init(&arena, 1 << 16, 16 << 20);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char path[512];

		snprintf(path, sizeof(path), FRAMINGS "%s.md", files[i]);
		assert_true(for_each_row(test_file(&arena, path), every_way, *state) > 40);
	}
	arena_done(&arena);
}

static void heads_of_the_desync_collection_get_the_same_answers_however_they_come(void **state)
{
	struct buf bytes = { .max = 1 << 20 };
	struct arena arena;

	json_each(test, desync_load(&arena)) {
		desync_render(test, &bytes);
		every_way(buf_str(&bytes), *state);
	}
	buf_done(&bytes);
	arena_done(&arena);
}

/* Past what one read takes, and what is kept while it is read. */
static void large_requests_get_the_same_answers_however_they_come(void **state)
{
	static const size_t steps[] = { 1000, 1460, 16384, 65536, 65537 };
	struct split *split = *state;
	struct buf bytes = { .max = 1 << 20 };

	buf_lit(&bytes, POST "Transfer-Encoding: chunked\r\n\r\n18000\r\n[");
	for (size_t i = 0; i < (0x18000 - 2) / 4; i++)
		buf_lit(&bytes, " 10,");
	buf_lit(&bytes, "0]\r\n0\r\n\r\n");
	for (int i = 0; i < 300; i++)
		buf_lit(&bytes, GET("/nowhere") GET("http://a.example/settings"));
	converse(split, buf_str(&bytes), 0, bytes.len, &split->whole);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		assert_same(split, buf_str(&bytes), 0, steps[i]);
	for (size_t first = 1; first < bytes.len; first += 1999 * STRIDE)
		assert_same(split, buf_str(&bytes), first, bytes.len);
	buf_done(&bytes);
}

static void it_was_not_little_that_was_tried(void **state)
{
	struct split *split = *state;

	print_message("%zu connections\n", split->ways);
	assert_true(split->ways > 20000 / STRIDE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worker_answers_at_all),
		cmocka_unit_test(request_lines_and_fields_get_the_same_answers_however_they_come),
		cmocka_unit_test(lengths_codings_and_chunks_get_the_same_answers_however_they_come),
		cmocka_unit_test(the_table_of_framings_gets_the_same_answers_however_it_comes),
		cmocka_unit_test(heads_of_the_desync_collection_get_the_same_answers_however_they_come),
		cmocka_unit_test(large_requests_get_the_same_answers_however_they_come),
		cmocka_unit_test(it_was_not_little_that_was_tried),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("server/split", tests, start, stop);
}
