/*
 * The peer of POST: rows as the server stores them, one INSERT per transaction, from one
 * thread, with the same promise (WAL, synchronous=FULL).
 *
 *	insert FILE SECONDS		prints rows a second
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char schema[] =
	"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	"CREATE TABLE IF NOT EXISTS products (id INTEGER PRIMARY KEY, _version INTEGER NOT NULL,"
	" _modified INTEGER NOT NULL, _body TEXT NOT NULL, _secret TEXT,"
	" slug TEXT GENERATED ALWAYS AS (json_extract(_body, '$.slug')) VIRTUAL);"
	"CREATE UNIQUE INDEX IF NOT EXISTS products_slug ON products (slug);";

static void need(sqlite3 *db, int code)
{
	if (code == SQLITE_OK || code == SQLITE_DONE)
		return;
	fprintf(stderr, "insert: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void insert(sqlite3 *db, sqlite3_stmt *statement, double start, long row)
{
	char body[300];

	snprintf(body, sizeof(body),
	         "{\"id\":%ld,\"slug\":\"tea-%.0f-%ld\",\"name\":\"Tea pot\",\"price\":19.90,\"stock\":0,"
	         "\"createdAt\":\"2026-01-08T12:00:00.429Z\",\"updatedAt\":\"2026-01-08T12:00:00.429Z\"}",
	         row, start * 1e6, row);
	need(db, sqlite3_bind_text(statement, 1, body, -1, SQLITE_STATIC));
	need(db, sqlite3_step(statement));
	need(db, sqlite3_reset(statement));
}

int main(int argc, char **argv)
{
	double start = now(), end = start + (argc == 3 ? atof(argv[2]) : 0);
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;
	long rows = 0;

	if (argc != 3)
		return 2;
	need(db, sqlite3_open(argv[1], &db));
	need(db, sqlite3_exec(db, schema, NULL, NULL, NULL));
	need(db, sqlite3_prepare_v2(db, "INSERT INTO products (_version, _modified, _body) VALUES (1, 1, ?)", -1,
	                            &statement, NULL));
	for (; now() < end; rows++)
		insert(db, statement, start, rows);
	printf("%.1f\n", (double)rows / (now() - start));
	sqlite3_finalize(statement);
	return sqlite3_close(db) != SQLITE_OK;
}
