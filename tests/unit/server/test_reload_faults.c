/*
 * A reload whose n-th allocation fails, for one n after the other until it passes: either the new
 * document is served, or the old one still is, and the database is as it was. Every 17th n; with
 * STATUTE_FULL in the environment, every one.
 */
#include <statute/document.h>
#include <statute/server.h>

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "unit/server/ask.h"
#include "unit/test.h"

/* ---- Allocations that fail ------------------------------------------------- */

static atomic_long left; /* until one fails, on whichever thread; below 1: none does */

__attribute__((unused)) static bool is_due(void)
{
	return atomic_load(&left) > 0 && atomic_fetch_sub(&left, 1) == 1;
}

/* ThreadSanitizer allocates before anything of the program may run. */
#ifndef __SANITIZE_THREAD__
/* Under AddressSanitizer its own, else those of glibc. */
extern void *__interceptor_malloc(size_t size) __attribute__((weak));
extern void *__interceptor_calloc(size_t count, size_t size) __attribute__((weak));
extern void *__interceptor_realloc(void *old, size_t size) __attribute__((weak));
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

__attribute__((visibility("default"))) void *malloc(size_t size)
{
	if (is_due())
		return NULL;
	return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size)
{
	if (is_due())
		return NULL;
	return __interceptor_calloc ? __interceptor_calloc(count, size) : __libc_calloc(count, size);
}

__attribute__((visibility("default"))) void *realloc(void *old, size_t size)
{
	if (is_due())
		return NULL;
	return __interceptor_realloc ? __interceptor_realloc(old, size) : __libc_realloc(old, size);
}
#endif

/* ---- The documents --------------------------------------------------------- */

#define THING "{\"type\": \"object\", \"properties\": {\"id\": {\"type\": \"integer\", \"readOnly\": true}, "
#define API(path, unique, members) \
	"{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"T\", \"version\": \"1\"}, \"paths\": {\"" path \
	"\": {\"x-statute\": {\"collection\": \"things\", \"unique\": [\"" unique "\"]}," \
	"\"get\": {\"responses\": {\"200\": {\"description\": \"All.\", \"content\": " \
	"{\"application/json\": " \
	"{\"schema\": {\"type\": \"array\", \"items\": " THING members "}}}}}}}}," \
	"\"post\": {\"requestBody\": {\"content\": {\"application/json\": {\"schema\": " THING members \
	"}}}}}," \
	"\"responses\": {\"201\": {\"description\": \"Made.\"}}}}," \
	"\"" path "/{id}\": {\"parameters\": [{\"name\": \"id\", \"in\": \"path\", \"required\": true, " \
	"\"schema\": {\"type\": \"integer\"}}], \"get\": {\"responses\": {\"200\": " \
	"{\"description\": \"One.\"}}}}}}"

static const char first[] = API("/first", "a",
                                "\"a\": {\"type\": \"string\"}, \"b\": {\"type\": \"integer\"}");
static const char second[] = API("/second", "c",
                                 "\"c\": {\"type\": \"string\"}, \"b\": {\"type\": \"string\"}");

struct fixture {
	char folder[64], path[96], database[96];
	struct statute_document *document;
	struct statute_server *server;
	pthread_t thread;
	char layout[8192];
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

static void *run(void *data)
{
	struct fixture *f = data;

	return statute_server_run(f->server) == 0 ? f : NULL;
}

static int start(void **state)
{
	struct statute_server_options options = { .listen = "127.0.0.1:0", .admin = "off", .workers = 2 };
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	snprintf(f->folder, sizeof(f->folder), "/tmp/statute-reload-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/api.json", f->folder);
	snprintf(f->database, sizeof(f->database), "%s/api.db", f->folder);
	options.database = f->database;
	f->document = load(f, first);
	assert_int_equal(statute_server_new(f->document, &options, &f->server), 0);
	assert_int_equal(pthread_create(&f->thread, NULL, run, f), 0);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	void *result;
	char name[112];

	statute_server_stop(f->server);
	assert_int_equal(pthread_join(f->thread, &result), 0);
	assert_non_null(result);
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

static void read_layout(const struct fixture *f, char *ret_layout, size_t size)
{
	sqlite3 *db;
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_open(f->database, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT group_concat(sql, ';') FROM sqlite_master", -1,
	                                    &statement, NULL),
	                 SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	snprintf(ret_layout, size, "%s", (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(db);
}

/* ---- The test -------------------------------------------------------------- */

/* True where it took over, though the n-th allocation was to fail. */
static bool reload_with_fault(struct fixture *f, const char *text, long at)
{
	struct statute_document *document = load(f, text);
	int r;

	atomic_store(&left, at);
	r = statute_server_reload(f->server, document);
	atomic_store(&left, 0);
	if (r < 0)
		statute_document_free(document);
	return r == 0;
}

static void a_reload_without_memory_changes_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	char before[sizeof(f->layout)], after[sizeof(f->layout)];
	bool is_second = false;
	const long step = getenv("STATUTE_FULL") ? 1 : 17;
	long at = 1, refused = 0;

#ifdef __SANITIZE_THREAD__
	print_message("skipped: no allocation can be made to fail under ThreadSanitizer\n");
	skip();
#endif
	read_layout(f, before, sizeof(before));
	for (int clean = 0; clean < 3;
	     at += step) { /* some that do not matter may fail before the last that does */
		bool took_over = reload_with_fault(f, is_second ? first : second, at);

		is_second = is_second != took_over;
		clean = took_over ? clean + 1 : 0;
		refused += !took_over;
		read_layout(f, after, sizeof(after));
		if (took_over)
			memcpy(before, after, sizeof(before));
		else if (strcmp(after, before) != 0)
			fail_msg("allocation %ld: %s\n%s\nis not\n%s", at, statute_server_problems(f->server),
			         after, before);
		assert_int_equal(ask(f->server, is_second ? "/first" : "/second"), 404);
		assert_int_equal(ask(f->server, is_second ? "/second" : "/first"), 200);
	}
	print_message("up to allocation %ld, %ld reloads were refused\n", at - step, refused);
	assert_true(refused > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_reload_without_memory_changes_all_or_nothing, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
