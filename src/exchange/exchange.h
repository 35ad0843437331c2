/*
 * One request's way through the graph to its response. Knows no sockets: the
 * server feeds it a request and content, and sends what it answers.
 *
 * The walk asks for facts. Those of the route are known beforehand, those of the
 * request's head are found at once, and the rest when first asked: the kind of
 * resource looks its target up, reads the meaning of the content, writes. Where a
 * fact takes time (content to come, a write to commit, a password to hash), the
 * walk stops and goes on at the same row.
 *
 *	exchange_begin ── EXCHANGE_CONTENT ─> exchange_content*, exchange_content_end ─┐
 *	      │ └──────── EXCHANGE_WAIT ────> (host->resume) exchange_resume ──────────┤
 *	      └────────── EXCHANGE_DONE <───────────────────────────────────────────────┘
 *	                  x->response is complete; send it, log it, exchange_reset
 *
 * A kind that takes content piece by piece may say EXCHANGE_WAIT after a piece, and after exchange_resume
 * EXCHANGE_CONTENT once more: so a client is held back that sends faster than a disk writes.
 *
 * An exchange whose arena had no memory for something, whatever that was, is answered 503, or
 * 500 where a write may have been done: what it found out may be incomplete. So nothing that a
 * kind does with memory can make an answer wrong.
 *
 * An exchange belongs to its worker's thread, except while it waits: then to
 * whoever works for it (the store's writer, the thread pool), until `resume`.
 */
#ifndef STATUTE_EXCHANGE_EXCHANGE_H
#define STATUTE_EXCHANGE_EXCHANGE_H

#include <statute/graph.h>

#include "access/limit_table.h"
#include "access/principal.h"
#include "base/random.h"
#include "message/coding.h"
#include "message/message.h"
#include "openapi/bind.h"
#include "openapi/parameters.h"
#include "problem/problem.h"
#include "store/store.h"
#include "wire/h1.h"
#include "wire/tls.h"

struct digest;
struct encoder;
struct exchange;
struct exchange_key;
struct exchange_kind;
struct identity;
struct jobs;
struct key_source;
struct keyring;
struct password_cache;
struct token_cache;
struct running_keys;

/* Bounds and switches, the same for all workers; set before the first request. */
struct exchange_settings {
	uint64_t content_max; /* bytes of a request's content: 413 beyond */
	size_t arena_max;     /* bytes of memory that one request may take */
	uint32_t json_depth_max;
	uint32_t json_nodes_max; /* values in one content: each takes far more memory than its bytes */
	uint32_t page_max;       /* items of a list where the document sets no maximum */
	uint32_t page_default;   /* items of a list where the client says nothing */
	uint32_t retry_after_s;  /* what a 503 says */
	const struct str *hosts; /* names that are answered for; none: any */
	size_t host_count;
	unsigned tls_port;       /* of the listener for TLS; 0: there is none */
	const struct limit_policy *address_limit; /* of each client address, whatever it asks; NULL: none */
	bool requires_tls;       /* of every document */
	bool omits_hsts;         /* browsers are not told to remember that */
	bool is_dev;             /* errors name their node; a broken contract aborts */
	bool omits_docs;         /* /-/docs and /-/openapi.json are not there */
	bool ignores_security;   /* nobody is asked for credentials */
};
#define EXCHANGE_SETTINGS_INIT \
	{ \
		.content_max = 1 << 20, .arena_max = 64 << 20, .json_depth_max = 64, \
		.json_nodes_max = 50000, .page_max = 100, .page_default = 20, .retry_after_s = 1 \
	}

/* What a worker gives its exchanges. */
struct exchange_host {
	const struct exchange_settings *settings;
	const struct api *api;
	struct store *store;
	struct store_reader *reader;
	struct keyring *const *keyrings; /* by security_scheme.index; one is NULL where its scheme has no keys */
	struct key_source *const *key_sources; /* the same; one is NULL where the keys are not fetched */
	struct password_cache *passwords; /* NULL: none is remembered */
	struct token_cache *tokens;      /* NULL where no scheme has tokens */
	struct limit_table *limits; /* of the whole server; NULL: nothing is limited */
	struct running_keys *running_keys; /* of the whole server; NULL: no two requests run at once */
	struct jobs *jobs; /* of the whole server: what is done in the background; NULL: nothing is */
	struct encoder *encoder; /* of this thread; NULL: nothing is compressed */
	/* The kind that serves a path of the server's own; NULL: the path is the document's. May be NULL. */
	const struct exchange_kind *(*own_path)(struct exchange *x, struct str path);
	bool owns_every_path; /* own_path is asked for any path, and never says NULL; else for those under "/-/" */
	/* The kind that serves a binding; never NULL for one that is bound. */
	const struct exchange_kind *(*kind_of)(enum binding_kind kind);
	/* Any thread: have exchange_resume(x) called on the worker's loop, soon. */
	void (*resume)(struct exchange *x);
	/* On the loop: run fn(x) on another thread, then exchange_resume(x) here. 0 or an error: then fn never runs. */
	int (*work)(struct exchange *x, void (*fn)(struct exchange *x));
	/* On the loop: send x->bound->early_hints ahead of the answer (103). NULL: they are never sent. */
	void (*hint)(struct exchange *x);
	/* The state of the whole server, read at the start of each request. */
	bool is_draining;   /* 503 for everything new */
	bool is_overloaded; /* 503, the request was not admitted */
	int64_t maintenance; /* MAINTENANCE_OFF, MAINTENANCE_OPEN, or Unix seconds: 503 until somebody ends it */
	void *data;         /* the server's */
};

/* What a limit said of a request. */
struct exchange_limit {
	const struct limit_policy *policy;
	struct limit_state state;
};

/* Set by the exchange for whoever finds out what a request asks. */
struct exchange_target {
	struct store_row row;   /* the row of an item or singleton */
	struct store_page page; /* of a list */
	int64_t collection_version;
	struct str etag;    /* of the version, with its quotes; empty: no validator. exchange_tag is of the answer */
	int64_t modified_s; /* Last-Modified; -1 unknown */
};

struct exchange {
	const struct exchange_host *host;
	struct arena arena;
	struct request request;
	const struct tls *tls; /* of the connection that it came over, set by the server; NULL: in the clear */

	/*
	 * Where it came from, 16 bytes, set by the server: an IPv4 address mapped into IPv6, or the first
	 * 64 bits of an IPv6 address and zeros. NULL: unknown.
	 */
	const unsigned char *network;

	struct str id;     /* X-Request-Id; set by exchange_begin or _refuse */
	int64_t now_ms;    /* wall clock at its start */
	uint64_t began_us; /* monotonic */

	struct statute_facts facts;
	uint8_t node;       /* where the walk stands */
	uint8_t write_node; /* the row that asked for the write, once it was */
	uint16_t part_status; /* of an atomic batch: of the part that failed */
	bool sees_undone;     /* a part of one: its error undoes what those before it wrote, and it saw that */
	struct statute_verdict verdict;
	const char *final_node; /* "N10", for the log; also of a refusal ("A08") */

	struct str prefix; /* what the document's servers put before its paths, where the client sent it */
	struct str path;   /* the request's path after that */
	const struct bound_path *bound_path; /* NULL: no route, or a path of the server's own */
	const struct bound_operation *bound; /* NULL: no route, or no such method */
	const struct exchange_kind *kind;
	struct parameter_values parameters;
	struct identity *identity;  /* identity.h; NULL before a fact of phase ACCESS was asked for */
	struct principal principal; /* complete once the facts of phase ACCESS are known */
	struct exchange_limit *limits; /* that it was counted by, or refused by the last of them */
	size_t limit_count;
	struct exchange_key *key; /* its Idempotency-Key, once the facts of phase KEY are known */

	unsigned language;           /* of resource->languages: of the answer, or of what is written */
	unsigned offer;              /* of bound->offers, the one that is sent */
	bool is_tagged;              /* a conditional field names a representation that could be sent, */
	enum coding tagged_coding;   /* and this is its coding */
	bool refuses_identity;       /* the client takes its answer compressed, or not at all */
	struct exchange_target target;
	struct buf content;     /* as it comes in, where the kind does not take it; request.content when whole */
	uint64_t content_max;   /* bytes that the operation takes at most, once it is routed */
	uint64_t content_taken; /* bytes that the kind took, where it takes pieces */
	struct decoder *decoder; /* of content that is coded; NULL: it is not, or none came */
	struct digest *digest;   /* of content that is coded, as it comes; NULL: none is demanded */
	struct json *body;      /* parsed */
	struct problem problem; /* details of an error, filled by whoever finds it */
	char seconds[12];       /* Retry-After */
	const char *cause;      /* of a 5xx, for the log alone; in the arena or static */
	const char *refusal;    /* why the parser refused it, static; else NULL */
	struct store_write write;
	bool was_found, was_content_taken,
		was_understood, was_hinted; /* the facts of STORE, of the content, of its meaning */
	bool is_in_transaction; /* on the writer thread: x->target.row is the row as it is now */
	bool is_decided;        /* the walk ended there: x->verdict is the answer, if the write is refused */
	struct store_session *session; /* for rules: the reader's, or the writer's while in the transaction */
	bool is_waiting;               /* the exchange is with another thread */
	/*
	 * Set by a kind while it waits for what may take seconds, and needs no more of the server than its memory:
	 * the exchange is to be resumed now, with what there is. On its worker's thread; it may have been handed back.
	 */
	void (*hurry)(struct exchange *x);
	bool is_taking;                /* and that with a piece of the content */
	void *kind_data;               /* the kind's, in the arena */
	void *host_data;               /* the server's: the connection, */
	void *host_stream;             /* and of several streams of it the one */
	struct exchange *next;         /* the server's, for its lists */

	/* From here on exchange_reset clears no more than it must: most of this is room that is rarely used. */
	struct response response;
	struct route_match match; /* complete where bound_path is not NULL */
	char made_id[4 + RANDOM_ID_LEN];
	char spare[1536]; /* for the body of an error where the arena is used up */
};

enum exchange_step { EXCHANGE_DONE, EXCHANGE_CONTENT, EXCHANGE_WAIT };

/* Once per struct; arena blocks are kept between requests. */
void exchange_init(struct exchange *x, const struct exchange_host *host);
void exchange_done(struct exchange *x);
/* Forgets the last request; ready for the next h1_parse into x->request and x->arena. Not while it waits. */
void exchange_reset(struct exchange *x);

/* The request's head is in x->request. */
enum exchange_step exchange_begin(struct exchange *x);
/*
 * Only after EXCHANGE_CONTENT. When that step is returned and the client expects
 * it, send 100 Continue first. Past x->content_max the answer is EXCHANGE_DONE (413).
 */
enum exchange_step exchange_content(struct exchange *x, struct str piece);
/* The same once it is whole. */
enum exchange_step exchange_content_end(struct exchange *x);
/* After host->resume. */
enum exchange_step exchange_resume(struct exchange *x);
/* Answers a request that never became one, or whose content broke off (block A, I03, I05). Fills x->response. */
void exchange_refuse(struct exchange *x, enum h1_refusal refusal, struct str blamed);
/* Only after EXCHANGE_CONTENT: the client left before its content was whole. Decides so; there is no response. */
void exchange_abandon(struct exchange *x);

/* ---- For kinds of resources -------------------------------------------- */

/*
 * A kind of resource. Each callback states facts with statute_fact_set (all of its
 * group that the graph may ask), and returns 0, STATUTE_EAGAIN where host->resume
 * will be called (the callback is then called again, or for `write` its facts are
 * there), or another error, which becomes a 500 or 503.
 */
struct exchange_kind {
	const char *name;
	/*
	 * More that is wrong with the parameters, which the document does not say: adds to
	 * x->parameters.errors through exchange_parameter_error. May be NULL.
	 */
	int (*check)(struct exchange *x);
	/* Facts of the head that it alone knows of; before the walk. May be NULL. */
	void (*look)(struct exchange *x);
	/* Facts of group STORE: does the target exist, is it gone; x->target with its validators. */
	int (*find)(struct exchange *x);
	/*
	 * Takes a piece of the content, where that is not to be gathered in memory and parsed as JSON;
	 * NULL: it is. The piece is gone after the call. STATUTE_EAGAIN: it was taken, and no more is until
	 * host->resume; then the call comes again with an empty piece. Another error but STATUTE_ENOMEM:
	 * the rest is not wanted: `taken` comes at once, and says why, or `write` does. Not called for pieces
	 * beyond x->content_max. What is left of it after a client that left, or after another
	 * answer, ends with the arena.
	 */
	int (*take)(struct exchange *x, struct str piece);
	/*
	 * The same kinds: all of it came. CONTENT_PARSES and DIGEST_MATCHES. May be called again, when the
	 * request is decided again.
	 */
	int (*taken)(struct exchange *x);
	/* Facts of group BODY about meaning (J02 on); x->body is the parsed content. */
	int (*understand)(struct exchange *x);
	/* Facts of group WRITE: does it, and says how it ended. */
	int (*write)(struct exchange *x);
	/* The walk ended in 2xx or 3xx: content and fields of the response. */
	int (*reply)(struct exchange *x);
	/* The walk ended in an error: adds what only the kind knows (details, ETag of a 412). May be NULL. */
	void (*explain)(struct exchange *x);
};

/*
 * On the writer thread, in the transaction, x->target.row being the row as it is
 * now: walks again from the lookup of the target. True where the walk comes to the
 * write once more; false where it ends before, with x->verdict the answer.
 */
bool exchange_decide_again(struct exchange *x);
/*
 * A fact of an earlier block turned out to be otherwise (a cursor that the store
 * does not know): set it, and call this; the walk begins anew.
 */
void exchange_walk_anew(struct exchange *x);
/* Adds an error about a parameter. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int exchange_parameter_error(struct exchange *x, const struct parameter_error *error);
/*
 * What a write is to keep its answer under, for store_write.key: in the arena, or NULL where the
 * request has no Idempotency-Key. 0 or STATUTE_ENOMEM.
 */
STATUTE_CHECK int exchange_key_of_write(struct exchange *x, const struct store_key **ret_key);
/*
 * For store_write.record: the answer that will follow the commit, as a text to be kept, in the
 * arena. The facts are those of a write that was done, and x->target what it made; the caller puts
 * back what they were. 0 or an error.
 */
STATUTE_CHECK int exchange_record(struct exchange *x, struct str *ret_result);
/* Sets the facts of block H from the request's fields and x->target. */
void exchange_find_preconditions(struct exchange *x, bool exists);
/* Serialises a JSON tree as the response's content. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int exchange_reply_json(struct exchange *x, const struct json *value);
/*
 * The details of a 403: who would have been needed (one of the roles), who it was, to do what with which
 * resource. 0 or STATUTE_ENOMEM.
 */
STATUTE_CHECK int exchange_describe_denial(struct exchange *x, const struct str *roles, size_t role_count);
/* elsewhere.c: completes an answer that sends the client on: Location and a note. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int exchange_reply_elsewhere(struct exchange *x, struct str location);
/*
 * A target with what this request and a row have; `takes_query`: the request's query goes along. In the
 * arena; {NULL, 0} without memory, or where the row lacks a member.
 */
struct str exchange_target(struct exchange *x, const struct target *target, struct str id, const struct json *body,
                           bool takes_query);
/* Adds a Link with this relation; of an empty target none. */
void exchange_add_link(struct exchange *x, const struct target *target, const char *relation);
/* The language of the answer, or of what is written; empty where the resource has its texts in one. */
struct str exchange_language(const struct exchange *x);
/* The media type that is sent, of one that is bound. */
const struct representation *exchange_representation(const struct exchange *x);
/* The entity tag of the representation that is sent: of x->target.etag and its media type. May be empty. */
struct str exchange_tag(struct exchange *x);
/* Adds the name of a request field that the answer depends on to Vary, once. */
void exchange_add_vary(struct exchange *x, struct str name);
/* Adds ETag and Last-Modified of x->target. */
void exchange_add_validators(struct exchange *x);
/*
 * The fields of a response that is a page: what its content may do in a browser. No script and
 * style but files of this server, no frame around it, no word of its address to others.
 */
void exchange_guard_page(struct exchange *x);

#endif
