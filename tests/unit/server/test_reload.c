/* The public functions around another document: before it runs, while it runs, when it stops. */
#include <statute/document.h>
#include <statute/server.h>

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "unit/server/ask.h"
#include "unit/test.h"

static const char first[] =
	"{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"T\", \"version\": \"1\"}, \"paths\": {"
	"\"/a\": {\"get\": {\"responses\": {\"200\": {\"description\": \"A.\"}}},"
	"\"put\": {\"responses\": {\"200\": {\"description\": \"A.\"}}}}}}";
static const char second[] =
	"{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"T\", \"version\": \"1\"}, \"paths\": {"
	"\"/b\": {\"get\": {\"responses\": {\"200\": {\"description\": \"B.\"}}},"
	"\"put\": {\"responses\": {\"200\": {\"description\": \"B.\"}}}}}}";
static const char bad[] =
	"{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"T\", \"version\": \"1\"}, \"paths\": {"
	"\"/c\": {\"get\": {\"security\": [{\"k\": []}],"
	"\"responses\": {\"200\": {\"description\": \"C.\"}}}}},"
	"\"components\": {\"securitySchemes\": {\"k\": {\"type\": \"http\", \"scheme\": \"bearer\"}}}}";

struct fixture {
	char folder[64], path[96], database[96];
	struct statute_document *document;
	struct statute_server *server;
	pthread_t thread;
};

static struct statute_document *load(const struct fixture *f, const char *text)
{
	struct statute_document *document;
	FILE *file = fopen(f->path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(statute_document_load(f->path, &document), 0);
	return document;
}

static int start(void **state)
{
	struct statute_server_options options = { .listen = "127.0.0.1:0", .admin = "off", .workers = 2 };
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/statute-reload-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/api.json", f->folder);
	snprintf(f->database, sizeof(f->database), "%s/api.db", f->folder);
	options.database = f->database;
	f->document = load(f, first);
	assert_int_equal(statute_server_new(f->document, &options, &f->server), 0);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char name[112];

	statute_server_free(f->server);
	statute_document_free(f->document);
	unlink(f->path);
	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", f->database, suffixes[i]);
		unlink(name);
	}
	rmdir(f->folder);
	free(f);
	return 0;
}

static void *run(void *data)
{
	struct fixture *f = data;

	return statute_server_run(f->server) == 0 ? f : NULL;
}

static void run_in_background(struct fixture *f)
{
	assert_int_equal(pthread_create(&f->thread, NULL, run, f), 0);
}

static void stop(struct fixture *f)
{
	void *result;

	statute_server_stop(f->server);
	assert_int_equal(pthread_join(f->thread, &result), 0);
	assert_non_null(result);
}

static void a_document_can_be_replaced_before_the_server_runs(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(statute_server_reload(f->server, load(f, second)), 0);
	assert_int_equal(statute_server_reload(f->server, load(f, first)), 0);
	assert_int_equal(statute_server_reload(f->server, load(f, second)), 0);
	assert_string_equal(statute_server_problems(f->server), "");
	run_in_background(f);
	assert_int_equal(ask(f->server, "/a"), 404);
	assert_int_not_equal(ask(f->server, "/b"), 404);
	stop(f);
}

static void once_it_returned_every_worker_serves_the_new_document(void **state)
{
	struct fixture *f = *state;

	run_in_background(f);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(statute_server_reload(f->server, load(f, i % 2 ? first : second)), 0);
		for (int k = 0; k < 4; k++) {
			assert_int_equal(ask(f->server, i % 2 ? "/b" : "/a"), 404);
			assert_int_not_equal(ask(f->server, i % 2 ? "/a" : "/b"), 404);
		}
	}
	stop(f);
}

static void a_document_that_is_refused_stays_the_callers(void **state)
{
	struct fixture *f = *state;
	struct statute_document *document = load(f, bad);

	run_in_background(f);
	assert_int_equal(statute_server_reload(f->server, document), STATUTE_EDOCUMENT);
	assert_non_null(strstr(statute_server_problems(f->server), "'k' has no keys to check tokens with"));
	statute_document_free(document);
	assert_int_not_equal(ask(f->server, "/a"), 404);
	assert_int_equal(statute_server_reload(f->server, load(f, second)), 0);
	assert_string_equal(statute_server_problems(f->server), "");
	stop(f);
}

static void a_server_that_was_stopped_takes_no_document(void **state)
{
	struct fixture *f = *state;
	struct statute_document *document = load(f, second);

	run_in_background(f);
	assert_int_not_equal(ask(f->server, "/a"), 404);
	stop(f);
	assert_int_equal(statute_server_reload(f->server, document), STATUTE_ESTOPPED);
	statute_document_free(document);
}

#define RELOAD_TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RELOAD_TEST(a_document_can_be_replaced_before_the_server_runs),
		RELOAD_TEST(once_it_returned_every_worker_serves_the_new_document),
		RELOAD_TEST(a_document_that_is_refused_stays_the_callers),
		RELOAD_TEST(a_server_that_was_stopped_takes_no_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
