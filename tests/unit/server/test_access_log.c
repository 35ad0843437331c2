#include "unit/test.h"

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>

#include "server/access_log.h"

static struct access_entry entry(void)
{
	return (struct access_entry){
		.wall_ms = 951782399123,
		.id = S("req_1"),
		.client = S("127.0.0.1"),
		.method = S("GET"),
		.path = S("/users/1"),
		.route = S("/users/{id}"),
		.status = 200,
		.node = S("N10"),
		.us = 85,
		.in = 120,
		.out = 310,
	};
}

static void check_line(const struct access_entry *it, const char *expected)
{
	struct buf buf;

	buf_init(&buf, NULL, 1 << 16);
	access_entry_write(it, &buf);
	assert_str(buf_str(&buf), expected);
	buf_done(&buf);
}

static void a_line_says_all_of_a_request(void **state)
{
	struct access_entry it = entry();

	(void)state;
	check_line(&it, "{\"time\":\"2000-02-28T23:59:59.123Z\",\"id\":\"req_1\",\"client\":\"127.0.0.1\","
	                "\"method\":\"GET\",\"path\":\"/users/1\",\"route\":\"/users/{id}\",\"status\":200,"
	                "\"node\":\"N10\",\"us\":85,\"in\":120,\"out\":310}\n");
}

static void an_error_has_its_code_and_a_failure_its_cause(void **state)
{
	struct access_entry it = { .status = 500, .error = S("INTERNAL_ERROR"), .cause = S("disk") };

	(void)state;
	it.is_dropped = true;
	check_line(&it, "{\"time\":\"1970-01-01T00:00:00.000Z\",\"status\":500,\"error\":\"INTERNAL_ERROR\","
	                "\"us\":0,\"in\":0,\"out\":0,\"dropped\":true,\"cause\":\"disk\"}\n");
}

/* The client chooses these texts: none may end the line, or the string that it stands in. */
static void what_a_client_sends_stays_in_its_line(void **state)
{
	static const struct str nasty[] = {
		STR_INIT("\r\n{\"forged\":1}\n"), STR_INIT("\"\\\0\x01\x7F"),
		STR_INIT("\xFF\xC0\x80\xED\xA0\x80"),
		STR_INIT("\xE2\x80\xA8\xE2\x80\xA9"), STR_INIT("gr\xC3\xBC\xC3\x9F"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(nasty) / sizeof(nasty[0]); i++) {
		struct access_entry it = entry();
		json_error_t error;
		struct buf buf;
		json_t *root;

		it.path = it.method = it.cause = it.id = nasty[i];
		buf_init(&buf, NULL, 1 << 16);
		access_entry_write(&it, &buf);
		assert_int_equal(str_find(buf_str(&buf), '\n'), buf.len - 1);
		root = json_loadb(buf.at, buf.len, JSON_ALLOW_NUL, &error);
		assert_non_null(root);
		assert_int_equal(json_integer_value(json_object_get(root, "status")), 200);
		assert_null(json_object_get(root, "forged"));
		json_decref(root);
		buf_done(&buf);
	}
}

static void no_line_is_longer_than_a_pipe_takes_at_once(void **state)
{
	static char big[20000];
	struct access_entry it = entry();
	struct buf buf;

	(void)state;
	memset(big, 1, sizeof(big));
	it.id = it.client = it.method = it.path = str_of(big, sizeof(big));
	it.route = it.error = it.node = it.cause = it.path;
	buf_init(&buf, NULL, 1 << 20);
	access_entry_write(&it, &buf);
	assert_in_range(buf.len, 1, LOG_LINE_MAX);
	assert_int_equal(buf.at[buf.len - 1], '\n');
	buf_done(&buf);
}

static void make_pipe(int fds[2], struct log_sink *sink)
{
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	assert_int_equal(log_sink_open(sink, "off"), 0);
	sink->fd = fds[1];
}

static size_t count_lines(int fd, size_t *ret_dropped)
{
	static char bytes[4 << 20];
	size_t lines = 0, len = 0;
	ssize_t some;
	struct str rest;

	while ((some = read(fd, bytes + len, sizeof(bytes) - len)) > 0)
		len += (size_t)some;
	rest = str_of(bytes, len);
	while (rest.at && rest.len) {
		struct str line = str_cut(&rest, '\n');
		json_t *root = json_loadb(line.at, line.len, 0, NULL);

		assert_non_null(root);
		if (json_object_get(root, "droppedLines"))
			*ret_dropped += (size_t)json_integer_value(json_object_get(root, "droppedLines"));
		else
			lines++;
		json_decref(root);
	}
	return lines;
}

static void a_pipe_that_nobody_reads_blocks_nothing_and_loses_no_half_line(void **state)
{
	struct access_entry it = entry();
	size_t added = 0, seen = 0, dropped = 0;
	struct access_log log;
	struct log_sink sink;
	int fds[2];

	(void)state;
	make_pipe(fds, &sink);
	access_log_init(&log, &sink);
	while (log.dropped < 10) {
		access_log_add(&log, &it);
		added++;
		if (added % 100 == 0 && !log.dropped)
			access_log_flush(&log);
	}
	for (int i = 0; i < 1000 && (log.lines.len || log.dropped); i++) {
		access_log_flush(&log);
		seen += count_lines(fds[0], &dropped);
	}
	assert_int_equal(dropped, 10);
	assert_int_equal(seen + dropped, added);
	access_log_done(&log);
	close(fds[0]);
	close(fds[1]);
}

static void a_pipe_that_was_closed_takes_nothing_and_holds_nothing(void **state)
{
	struct access_entry it = entry();
	struct access_log log;
	struct log_sink sink;
	int fds[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	make_pipe(fds, &sink);
	close(fds[0]);
	access_log_init(&log, &sink);
	access_log_add(&log, &it);
	access_log_flush(&log);
	assert_int_equal(log.lines.len, 0);
	access_log_done(&log);
	close(fds[1]);
}

static long size_of(const char *path)
{
	FILE *file = fopen(path, "rb");
	long size;

	if (!file)
		return -1;
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	fclose(file);
	return size;
}

static void a_file_is_appended_to_and_opened_anew_after_a_rotation(void **state)
{
	char dir[] = "/tmp/statute-log-XXXXXX", path[64], old[64];
	struct log_sink sink;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/log", dir);
	snprintf(old, sizeof(old), "%s/log.1", dir);
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(log_sink_open(&sink, path), 0);
		assert_int_equal(log_sink_write(&sink, S("{}\n")), 3);
		log_sink_close(&sink);
		assert_int_equal(size_of(path), 3 * i);
	}
	assert_int_equal(log_sink_open(&sink, path), 0);
	assert_int_equal(rename(path, old), 0);
	log_sink_reopen(&sink);
	assert_int_equal(log_sink_write(&sink, S("{}\n{}\n")), 6);
	assert_int_equal(size_of(path), 6);
	assert_int_equal(size_of(old), 6);
	log_sink_close(&sink);
	unlink(path);
	unlink(old);
	rmdir(dir);
}

static void a_file_that_cannot_be_opened_is_an_error(void **state)
{
	struct log_sink sink;

	(void)state;
	assert_int_equal(log_sink_open(&sink, "/nonexistent/folder/log"), STATUTE_EIO);
	log_sink_close(&sink);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_says_all_of_a_request),
		cmocka_unit_test(an_error_has_its_code_and_a_failure_its_cause),
		cmocka_unit_test(what_a_client_sends_stays_in_its_line),
		cmocka_unit_test(no_line_is_longer_than_a_pipe_takes_at_once),
		cmocka_unit_test(a_pipe_that_nobody_reads_blocks_nothing_and_loses_no_half_line),
		cmocka_unit_test(a_pipe_that_was_closed_takes_nothing_and_holds_nothing),
		cmocka_unit_test(a_file_is_appended_to_and_opened_anew_after_a_rotation),
		cmocka_unit_test(a_file_that_cannot_be_opened_is_an_error),
	};

	return cmocka_run_group_tests_name("server/access_log", tests, NULL, NULL);
}
