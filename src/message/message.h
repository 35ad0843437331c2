/*
 * A request and a response as values, whatever wire they came over
 * (RFC 9110). Texts borrow: a request's from the arena that its parser was
 * given, a response's from whoever added them, until the response is written.
 */
#ifndef STATUTE_MESSAGE_MESSAGE_H
#define STATUTE_MESSAGE_MESSAGE_H

#include <statute/error.h>

#include "base/arena.h"
#include "base/str.h"

enum method {
	METHOD_UNKNOWN,
#define M(name, is_safe, is_idempotent) METHOD_##name,
#include "message/method.def"
#undef M
	METHOD_COUNT
};

/* Methods are case-sensitive: "get" is METHOD_UNKNOWN. */
enum method method_from(struct str name);
struct str method_name(enum method method);
bool method_is_safe(enum method method);

enum field_id {
	FIELD_OTHER,
#define F(id, name, is_list) FIELD_##id,
#include "message/field.def"
#undef F
	FIELD_COUNT
};

/* Names are case-insensitive. */
enum field_id field_id_from(struct str name);

struct field {
	struct str name;  /* as it was sent */
	struct str value; /* without white space around it; may hold bytes above 0x7F */
	enum field_id id;
};

struct request {
	enum method method;
	struct str method_text;
	struct str target;    /* as it was sent */
	struct str path;      /* percent-encoded, begins with '/'; "*" for OPTIONS *  */
	struct str query;     /* without '?'; at is NULL where there was no '?' */
	struct str authority; /* of an absolute-form target, else of Host; may be empty */
	uint8_t minor;        /* HTTP/1.x: x, at most 1; HTTP/2: 1 */
	struct field *fields;
	size_t field_count;
	uint16_t first[FIELD_COUNT];  /* index + 1 of the first field of each id, 0 where absent */
	uint8_t lines[FIELD_COUNT];   /* how many lines of each id, at most 255 */
	bool has_content;             /* Content-Length above 0, or chunked */
	bool is_chunked;
	bool expects_continue;        /* Expect: 100-continue, HTTP/1.1 */
	bool keeps_alive;             /* the client allows another request on this connection */
	uint64_t content_length;      /* where not chunked */
	struct str content;           /* once it was read, codings removed */
};

static inline bool request_has(const struct request *request, enum field_id id)
{
	return request->lines[id] > 0;
}
/* The value of the first line of a field; {NULL, 0} where it is absent. */
static inline struct str request_field(const struct request *request, enum field_id id)
{
	return request->lines[id] ? request->fields[request->first[id] - 1].value : (struct str){ 0 };
}
/* All lines of a list field, joined by ", "; one line alone is borrowed, several are made in `arena`. */
struct str request_list(const struct request *request, enum field_id id, struct arena *arena);

enum { RESPONSE_FIELDS = 32 };

struct content_source;

struct response_field {
	struct str name, value;
};

struct response {
	int status;
	bool has_content;    /* false: 204, 304 and the like, where no length is said either */
	bool must_close;     /* end the connection after this */
	bool is_feed;        /* content that comes with time follows, made by whoever has the connection */
	struct str content;
	struct content_source *source; /* NULL: its content is in memory; content_source.h */
	size_t field_count;
	/* Without Date, Connection and Content-Length: the wire adds those. */
	struct response_field fields[RESPONSE_FIELDS];
};

/* As {0}, but for what nobody reads: most of a response is room for fields. */
static inline void response_clear(struct response *response)
{
	memset(response, 0, offsetof(struct response, fields));
}

/* Bytes of its content, wherever that is; CONTENT_LENGTH_UNKNOWN. */
uint64_t response_length(const struct response *response);
/* Nobody reads from its source any more. */
void response_end_source(struct response *response);

/* Adds a field; past RESPONSE_FIELDS it is dropped and false returned. Values with CR, LF or NUL are refused so too. */
bool response_add(struct response *response, struct str name, struct str value);
/* Replaces the first field of that name, or adds it. */
bool response_set(struct response *response, struct str name, struct str value);
/* The value of the first field of that name (case-insensitive), or {NULL, 0}. */
struct str response_field(const struct response *response, struct str name);

#endif
