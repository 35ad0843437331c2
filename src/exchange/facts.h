/* Inside the exchange: finding facts. */
#ifndef STATUTE_EXCHANGE_FACTS_H
#define STATUTE_EXCHANGE_FACTS_H

#include "exchange/exchange.h"

/* Routes the request, and sets every fact that its head and the server's state settle. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int exchange_find_request_facts(struct exchange *x);
/*
 * Finds the fact of phase ACCESS that the walk asks for, and what else is found with it. STATUTE_EAGAIN:
 * host->resume will be called; else 0 or an error.
 */
STATUTE_CHECK int exchange_find_identity(struct exchange *x, enum statute_fact asked);
/* payment.c: does the client, once it is known, owe something for the operation? */
bool exchange_payment_is_due(const struct exchange *x);
/* The code, the details and the challenges of an error about credentials. */
void exchange_describe_identity(struct exchange *x);
/* Adds the fields that credentials come in to Vary. */
void exchange_vary_by_credentials(struct exchange *x);
/* Is there an Idempotency-Key, and is it one? Of the head; see idempotency.c, as the next ones. */
void exchange_find_key_facts(struct exchange *x);
/* The facts of phase KEY: takes the key among those that run, and looks whether it has finished. 0 or an error. */
STATUTE_CHECK int exchange_find_key(struct exchange *x);
/* Sets SAME_REQUEST, once the content is whole. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int exchange_compare_request(struct exchange *x);
/* The request is no longer at work: another one with its key may be. Any number of times. */
void exchange_give_key(struct exchange *x);
/* Did the walk end in the answer of an earlier request? Then its status (0: there is none to be read), and the rest. */
bool exchange_is_replayed(const struct exchange *x);
uint16_t exchange_replayed_status(struct exchange *x);
STATUTE_CHECK int exchange_replay(struct exchange *x);
/*
 * Sets the facts of block I of content that has come whole: parses it, or asks the kind that took it. 0,
 * STATUTE_EAGAIN where the kind says so, or an error.
 */
STATUTE_CHECK int exchange_take_content(struct exchange *x);
/* Is the content handed to the kind piece by piece, instead of being gathered? */
bool exchange_takes_pieces(const struct exchange *x);
/* The next piece of content was written by the kind, or is to be: x->is_taking when host->resume came. */
enum exchange_step exchange_go_on_taking(struct exchange *x);
/* Walks on, to the answer or to whatever takes time. */
enum exchange_step exchange_walk(struct exchange *x);
/*
 * Ends the walk with an answer that no row could give: something here failed. 503 where it was memory
 * and nothing was written; OUTCOME_UNKNOWN where a write was done, or may have been.
 */
void exchange_fail(struct exchange *x, int err);
/* Is it the question of a browser, before the request itself? (cors.c) */
bool exchange_is_preflight(const struct exchange *x);
/* Adds what pages of other origins are allowed, to a response that is complete but for that. */
void exchange_add_cors(struct exchange *x);
/* Completes x->response from x->verdict. */
void exchange_answer(struct exchange *x);

/* ---- decode.c: content codings of a request ---- */

/* Can each coding of Content-Encoding be taken off? */
bool exchange_coding_is_supported(struct exchange *x);
/* The codings that can, for Accept-Encoding of a 415. */
struct str exchange_codings_taken(const struct exchange *x);
/* Before each piece that is gathered: makes x->decoder where the content is coded. 0 or an error. */
STATUTE_CHECK int exchange_begin_decoding(struct exchange *x);
/* Of what came: was it coded well, to the end? */
bool exchange_content_decodes(const struct exchange *x);
/* The detail of an answer to content that does not decode. */
void exchange_describe_decoded(struct exchange *x, enum decoded decoded);

/* ---- representation.c: which of several an answer is ---- */

/* Sets x->offer by Accept; false where none is acceptable. */
bool exchange_choose_type(struct exchange *x);
/* Does Accept-Encoding let through what can be sent? */
bool exchange_coding_is_acceptable(struct exchange *x);
/*
 * Is the current tag in the list of If-Match (is_strong) or If-None-Match? Of a safe method that is the tag of
 * what could be sent in answer; of another one the tag of any representation of the version.
 */
bool exchange_tag_is_in(struct exchange *x, struct str list, bool is_strong);
/* Compresses an answer that is complete, where that is to be, and says so in its fields. */
void exchange_encode(struct exchange *x);

/* ---- language.c: which language ---- */

/* Sets x->language; a Content-Language that cannot be is an error of the parameters. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int exchange_choose_language(struct exchange *x);
/* Content-Language and Vary of an answer that is complete but for that. */
void exchange_tell_language(struct exchange *x);

/* ---- secure.c: what the connection has to do with it ---- */

/* Sets the facts of rows A12 to A14; `is_own` is whether the path is one of the server's own. */
void exchange_find_connection_facts(struct exchange *x, bool is_own);
/* Completes the answer of row A14, where it is that; else false. */
bool exchange_redirect_to_tls(struct exchange *x);
/* Fields of any answer: Strict-Transport-Security. */
void exchange_add_connection_fields(struct exchange *x);

/* ---- elsewhere.c: where else ---- */

/* Of a path that nothing matches: is it another spelling of one? Then x->path is the canonical one. */
void exchange_find_spelling(struct exchange *x);
/* Completes the answer of row C02. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int exchange_redirect_to_spelling(struct exchange *x);
/* The fields of any answer of an operation that will not be there for ever. */
void exchange_add_deprecation(struct exchange *x, const struct deprecation *deprecation);

/* ---- limits.c: how much ---- */

/* In phase REQUEST: whether the address is over its limit is to be asked, where the server has one. */
void exchange_expect_limits(struct exchange *x, bool is_own);
/* Finds the fact of phase LIMIT that the walk asks for: counts the request. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int exchange_find_limits(struct exchange *x, enum statute_fact asked);
/* Of one that was refused: seconds after which it would not be, at least 1. */
uint32_t exchange_limit_retry_s(const struct exchange *x);
/* Fields of any answer to a request that was counted: RateLimit and its relatives. */
void exchange_add_limit_fields(struct exchange *x);
/* The details of a 429. */
void exchange_describe_limit(struct exchange *x);

#define FACT(name, is) statute_fact_set(&x->facts, STATUTE_FACT_##name, (is))

#endif
