/*
 * The changes of collections that somebody watches: table "_change", in the transaction of the
 * write that each is of.
 *
 * A change goes by the version that it gave its collection, so that they are without a gap where
 * all were kept, and whoever knows a list's version knows which changes came after it. "sum" is the
 * length of all texts of the collection that were ever kept, up to and with this row's, as in keys.c;
 * what is past the bounds is removed by the writes that add, a few rows each.
 */
#include "store/engine.h"

enum { REMOVED_MAX = 16 }; /* by one write */

/* One end of a collection's changes. */
struct change_end {
	int64_t version, sum, len, modified_ms;
};

/* Runs a statement that has no rows to give, and gives it back. */
static enum store_outcome run(struct store_session *session, sqlite3_stmt *statement)
{
	int code = session_step(session, statement);
	enum store_outcome outcome = code == SQLITE_DONE ? STORE_DONE : session_failed(session, code);

	session_give_back(session, statement);
	return outcome;
}

/* ---- Writing -------------------------------------------------------------- */

static enum store_outcome find_end(struct store_session *session, struct str sql, struct str collection,
                                   struct change_end *ret_end)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_borrow(session, sql, &outcome);
	int code;

	if (!statement)
		return outcome;
	sql_bind_text(statement, 1, collection);
	code = session_step(session, statement);
	if (code == SQLITE_ROW)
		*ret_end = (struct change_end){
			.version = sqlite3_column_int64(statement, 0),
			.sum = sqlite3_column_int64(statement, 1),
			.len = sqlite3_column_int64(statement, 2),
			.modified_ms = sqlite3_column_int64(statement, 3),
		};
	else
		outcome = code == SQLITE_DONE ? STORE_ABSENT : session_failed(session, code);
	session_give_back(session, statement);
	return outcome;
}

#define END_COLUMNS \
	"SELECT \"version\", \"sum\", \"length\", \"modified\" FROM \"_change\" WHERE \"collection\" = ?1 " \
	"ORDER BY \"version\" "

static enum store_outcome add_row(struct store_session *session, struct str collection,
                                  const struct change_end *end, const struct store_event *event)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_borrow(
		session,
		S("INSERT INTO \"_change\" (\"collection\", \"version\", \"id\", \"modified\", \"sum\", \"length\", "
		  "\"before\", \"after\") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
		&outcome);

	if (!statement)
		return outcome;
	sql_bind_text(statement, 1, collection);
	sqlite3_bind_int64(statement, 2, end->version);
	sql_bind_text(statement, 3, event->id);
	sqlite3_bind_int64(statement, 4, end->modified_ms);
	sqlite3_bind_int64(statement, 5, end->sum);
	sqlite3_bind_int64(statement, 6, end->len);
	sql_bind_text_or_null(statement, 7, event->before);
	sql_bind_text_or_null(statement, 8, event->after);
	return run(session, statement);
}

static enum store_outcome remove_row(struct store_session *session, struct str collection, int64_t version)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_borrow(
		session, S("DELETE FROM \"_change\" WHERE \"collection\" = ?1 AND \"version\" = ?2"), &outcome);

	if (!statement)
		return outcome;
	sql_bind_text(statement, 1, collection);
	sqlite3_bind_int64(statement, 2, version);
	return run(session, statement);
}

static bool is_too_much(const struct store_options *options, const struct change_end *oldest,
                        const struct change_end *newest)
{
	if (oldest->version == newest->version) /* what was just kept */
		return false;
	return newest->version - oldest->version >= (int64_t)options->changes_max ||
	       newest->sum - oldest->sum + oldest->len > (int64_t)options->change_bytes_max ||
	       newest->modified_ms - oldest->modified_ms > (int64_t)options->change_ms;
}

static enum store_outcome remove_oldest(struct store_session *session, struct str collection,
                                        const struct change_end *newest)
{
	enum store_outcome outcome = STORE_DONE;

	for (int i = 0; i < REMOVED_MAX && outcome == STORE_DONE; i++) {
		struct change_end oldest;

		outcome = find_end(session, S(END_COLUMNS "LIMIT 1"), collection, &oldest);
		if (outcome != STORE_DONE || !is_too_much(&session->engine->options, &oldest, newest))
			break;
		outcome = remove_row(session, collection, oldest.version);
	}
	return outcome;
}

enum store_outcome feed_record(struct store_session *session, const struct store_write *write,
                               const struct store_event *event, int64_t now_ms)
{
	struct str name = write->collection->name;
	struct change_end newest = { .version = 0 };
	int64_t version = 0, modified_ms, len = (int64_t)(event->before.len + event->after.len);
	enum store_outcome outcome = store_session_collection_version(session, write->collection, &version,
	                                                              &modified_ms);

	if (outcome == STORE_DONE)
		outcome = find_end(session, S(END_COLUMNS "DESC LIMIT 1"), name, &newest);
	if (outcome != STORE_DONE && outcome != STORE_ABSENT)
		return outcome;
	newest = (struct change_end){
		.version = version, .sum = newest.sum + len, .len = len, .modified_ms = now_ms
	};
	outcome = add_row(session, name, &newest, event);
	session->engine->has_news = true;
	return outcome == STORE_DONE ? remove_oldest(session, name, &newest) : outcome;
}

/* A write of an earlier spec is told to those who watch under the newest one. */
bool feed_is_watched(const struct store_session *session, const struct collection *collection)
{
	const struct store_spec *spec = session->engine->newest->spec;

	if (collection->is_watched || !session_is_of_earlier(session))
		return collection->is_watched;
	for (size_t i = 0; i < spec->count; i++)
		if (spec->collections[i]->is_watched && str_eq(spec->collections[i]->name, collection->name))
			return true;
	return false;
}

/* ---- Reading -------------------------------------------------------------- */

static bool take_row(sqlite3_stmt *statement, struct arena *arena, struct store_event *ret_event)
{
	*ret_event = (struct store_event){
		.version = sqlite3_column_int64(statement, 0),
		.id = sql_column_copy(statement, 1, arena),
		.before = sql_column_copy(statement, 2, arena),
		.after = sql_column_copy(statement, 3, arena),
	};
	return ret_event->id.at && ret_event->before.at && ret_event->after.at;
}

static enum store_outcome read_rows(struct store_session *session, const struct store_events_query *query,
                                    struct arena *arena, struct store_events *events)
{
	enum store_outcome outcome = STORE_DONE;
	sqlite3_stmt *statement = session_borrow(
		session,
		S("SELECT \"version\", \"id\", \"before\", \"after\" FROM \"_change\" WHERE \"collection\" = ?1 AND "
		  "\"version\" > ?2 ORDER BY \"version\" LIMIT ?3"),
		&outcome);
	size_t bytes = 0;
	int code = SQLITE_DONE;

	if (!statement)
		return outcome;
	sql_bind_text(statement, 1, query->collection->name);
	sqlite3_bind_int64(statement, 2, query->after);
	sqlite3_bind_int64(statement, 3, query->limit);
	while (bytes < query->bytes_max && (code = session_step(session, statement)) == SQLITE_ROW) {
		struct store_event *event = &events->list[events->count];

		if (!take_row(statement, arena, event)) {
			outcome = STORE_NO_MEMORY;
			break;
		}
		bytes += event->before.len + event->after.len + 1;
		events->count++;
	}
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		outcome = session_failed(session, code);
	session_give_back(session, statement);
	return outcome;
}

enum store_outcome store_read_events(struct store_reader *reader, const struct store_events_query *query,
                                     struct arena *arena, struct store_events *ret_events)
{
	struct store_events events = { .list = arena_array(arena, query->limit, sizeof(*events.list)) };
	enum store_outcome outcome = STORE_DONE;
	struct store_session *session = reader_begin(reader, &outcome);
	int64_t modified_ms;

	if (!session || !events.list)
		return session ? STORE_NO_MEMORY : outcome;
	outcome = store_session_collection_version(session, query->collection, &events.version, &modified_ms);
	if (outcome == STORE_DONE)
		outcome = read_rows(session, query, arena, &events);
	if (outcome == STORE_DONE)
		*ret_events = events;
	else
		reader_failed(reader);
	return outcome;
}

/* ---- Who waits for changes ------------------------------------------------ */

void store_watch(struct store *store, void (*changed)(void *data), void *data)
{
	struct store_engine *engine = store->engine;

	pthread_mutex_lock(&engine->lock);
	engine->changed = changed;
	engine->changed_data = data;
	pthread_mutex_unlock(&engine->lock);
}

/* Under the lock: whoever stops watching is told nothing any more. */
void feed_tell(struct store_engine *engine)
{
	if (engine->has_news && engine->changed)
		engine->changed(engine->changed_data);
	engine->has_news = false;
}
