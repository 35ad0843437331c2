/* Whole requests without sockets: a document, a store, exchanges. */
#ifndef STATUTE_TEST_RESOURCE_FIXTURE_H
#define STATUTE_TEST_RESOURCE_FIXTURE_H

#include <pthread.h>

#include "resource/resource.h"
#include "unit/test.h"

static const char document_text[] =
	"openapi: 3.1.0\n"
	"info: {title: T, version: '1'}\n"
	"paths:\n"
	"  /batch:\n"
	"    post:\n"
	"      x-statute: {batch: each}\n"
	"      requestBody: {content: {application/json: {}}}\n"
	"      responses: {'207': {description: Each.}}\n"
	"  /transaction:\n"
	"    post:\n"
	"      x-statute: {batch: atomic}\n"
	"      requestBody: {content: {application/json: {}}}\n"
	"      responses: {'200': {description: All.}}\n"
	"  /things:\n"
	"    x-statute: {unique: [name], transitions: {state: {open: [closed]}}}\n"
	"    post:\n"
	"      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}\n"
	"      responses: {'201': {description: Made.}}\n"
	"  /things/{id}:\n"
	"    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
	"    get: {responses: {'200': {description: One., content: {application/json: {schema: {$ref: "
	"'#/components/schemas/Thing'}}}}}}\n"
	"    put:\n"
	"      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}\n"
	"      responses: {'200': {description: Replaced.}}\n"
	"    patch:\n"
	"      requestBody: {content: {application/merge-patch+json: {schema: {$ref: "
	"'#/components/schemas/Thing'}}}}\n"
	"      responses: {'200': {description: Changed.}}\n"
	"    delete: {responses: {'204': {description: Deleted.}}}\n"
	"  /things/{thingId}/parts:\n"
	"    parameters: [{name: thingId, in: path, required: true, schema: {type: integer}}]\n"
	"    x-statute: {collection: parts}\n"
	"    post:\n"
	"      requestBody: {content: {application/json: {schema: {type: object, properties: {thingId: "
	"{type: "
	"integer}}}}}}\n"
	"      responses: {'201': {description: Made.}}\n"
	"components:\n"
	"  schemas:\n"
	"    Thing:\n"
	"      type: object\n"
	"      properties:\n"
	"        id: {type: integer, readOnly: true}\n"
	"        name: {type: string}\n"
	"        state: {type: string, default: open}\n"
	"        count: {type: integer}\n";

struct fixture {
	char folder[64], document_path[96], database[96];
	struct arena arena;
	struct api *api;
	struct store *store;
	struct exchange_settings settings;
	struct exchange_host host;
	pthread_mutex_t lock;
	pthread_cond_t wakes;
	struct principal principal; /* who asks from now on */
};

/* A request under way. */
struct talk {
	struct exchange x;
	struct fixture *fixture;
	struct str content;
	enum exchange_step step;
	bool is_back;
};

static inline void resume(struct exchange *x)
{
	struct talk *talk = x->host_data;

	pthread_mutex_lock(&talk->fixture->lock);
	talk->is_back = true;
	pthread_cond_signal(&talk->fixture->wakes);
	pthread_mutex_unlock(&talk->fixture->lock);
}

static inline int start(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct store_options options = STORE_OPTIONS_INIT;
	struct document *document;
	FILE *file;

	assert_non_null(f);
	snprintf(f->folder, sizeof(f->folder), "/tmp/statute-resource-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->document_path, sizeof(f->document_path), "%s/t.yaml", f->folder);
	snprintf(f->database, sizeof(f->database), "%s/t.db", f->folder);
	file = fopen(f->document_path, "w");
	fputs(document_text, file);
	fclose(file);
	arena_init(&f->arena, 1 << 16, 256 << 20);
	assert_int_equal(document_load(&f->arena, f->document_path, &document), 0);
	assert_int_equal(bind_document(document, &f->api), 0);
	options.path = f->database;
	assert_int_equal(store_open(&options, &f->api->spec, &document->issues, &f->store), 0);
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->wakes, NULL);
	f->settings = (struct exchange_settings)EXCHANGE_SETTINGS_INIT;
	f->settings.is_dev = true;
	f->host = (struct exchange_host){ .settings = &f->settings,
		                          .api = f->api,
		                          .store = f->store,
		                          .kind_of = resource_kind_of,
		                          .resume = resume };
	assert_int_equal(store_reader_new(f->store, &f->host.reader), 0);
	*state = f;
	return 0;
}

static inline int end(void **state)
{
	struct fixture *f = *state;
	char path[128];

	store_reader_free(f->host.reader);
	store_free(f->store);
	for (const char *const *suffix = (const char *const[]){ "", "-wal", "-shm", NULL }; *suffix;
	     suffix++) {
		snprintf(path, sizeof(path), "%s%s", f->database, *suffix);
		unlink(path);
	}
	unlink(f->document_path);
	rmdir(f->folder);
	arena_done(&f->arena);
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->wakes);
	free(f);
	return 0;
}

/* Gives the head, up to the point where content is wanted, or the answer is there. */
static inline void begin(struct fixture *f, struct talk *talk, const char *method, const char *path,
                         const char *fields, const char *content)
{
	struct h1 h1;
	struct str head, piece;
	size_t used;

	*talk = (struct talk){ .fixture = f, .content = str_from(content) };
	exchange_init(&talk->x, &f->host);
	talk->x.host_data = talk;
	talk->x.principal = f->principal;
	head = str_printf(&f->arena, "%s %s HTTP/1.1\r\nHost: t\r\n%sContent-Length: %zu\r\n\r\n", method,
	                  path, fields, talk->content.len);
	h1_init(&h1, &h1_limits_default);
	assert_int_equal(h1_parse(&h1, head, &talk->x.arena, &talk->x.request, &used, &piece), H1_HEAD);
	store_reader_refresh(f->host.reader);
	talk->step = exchange_begin(&talk->x);
}

static inline void give_content(struct talk *talk)
{
	if (talk->step != EXCHANGE_CONTENT)
		return;
	assert_int_equal(exchange_content(&talk->x, talk->content), EXCHANGE_CONTENT);
	talk->step = exchange_content_end(&talk->x);
}

/* Gives the content, waits for the write, and returns the status. */
static inline int finish(struct talk *talk)
{
	struct fixture *f = talk->fixture;

	give_content(talk);
	while (talk->step == EXCHANGE_WAIT) {
		store_hurry(f->store);
		pthread_mutex_lock(&f->lock);
		while (!talk->is_back)
			pthread_cond_wait(&f->wakes, &f->lock);
		talk->is_back = false;
		pthread_mutex_unlock(&f->lock);
		store_reader_refresh(f->host.reader);
		talk->step = exchange_resume(&talk->x);
	}
	assert_int_equal(talk->step, EXCHANGE_DONE);
	return talk->x.response.status;
}

static inline int ask(struct fixture *f, const char *method, const char *path, const char *fields,
                      const char *content)
{
	struct talk talk;
	int status;

	begin(f, &talk, method, path, fields, content);
	status = finish(&talk);
	exchange_done(&talk.x);
	return status;
}

#define JSON "Content-Type: application/json\r\n"
#define MERGE "Content-Type: application/merge-patch+json\r\n"

#endif
