/*
 * Taking the content of a request: block I once the bytes are there. Content is gathered and parsed as
 * JSON, or handed to the kind piece by piece.
 */
#include "exchange/digest.h"
#include "exchange/facts.h"

/* "The text ends inside a string, at line 3, column 14." and the same as members of `details`. */
static int blame_position(struct exchange *x, const struct json_fault *fault, bool is_limit)
{
	struct json *details = json_new(&x->arena, JSON_OBJECT);
	uint32_t line, column;
	int r;

	json_position(x->request.content, fault->at, &line, &column);
	x->problem.detail = str_printf(&x->arena, "The content is %s: %s, at line %u, column %u.",
	                               is_limit ? "more than is read here" : "not valid JSON", fault->issue,
	                               line, column);
	if (!details || !x->problem.detail.at)
		return STATUTE_ENOMEM;
	if ((r = json_set(&x->arena, details, S("line"), json_new_int(&x->arena, line))) < 0 ||
	    (r = json_set(&x->arena, details, S("column"), json_new_int(&x->arena, column))) < 0 ||
	    (r = json_set(&x->arena, details, S("byte"), json_new_int(&x->arena, (int64_t)fault->at))) < 0 ||
	    (r = json_set(&x->arena, details, S("issue"),
	                  json_new_string(&x->arena, str_from(fault->issue)))) < 0)
		return r;
	x->problem.details = details;
	return 0;
}

static int parse(struct exchange *x)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	int r;

	limits.depth = x->host->settings->json_depth_max;
	limits.nodes = x->host->settings->json_nodes_max;
	r = json_parse(&x->arena, x->request.content, &limits, &x->body, &fault);
	if (r == STATUTE_ENOMEM)
		return r;
	FACT(CONTENT_PARSES, r == 0);
	return r == 0 ? 0 : blame_position(x, &fault, r == STATUTE_ELIMIT);
}

/* What is so of any content that came to its end. */
static void state_complete(struct exchange *x)
{
	x->was_content_taken = true;
	FACT(CONTINUE_SENT, true);
	FACT(CLIENT_GONE, false);
	FACT(CONTENT_IN_TIME, true);
	FACT(CONTENT_WITHIN_LIMIT, true);
	FACT(CONTENT_COMPLETE, true);
	FACT(CONTENT_DECODES, exchange_content_decodes(x));
	FACT(DIGEST_MATCHES, true);
}

bool exchange_takes_pieces(const struct exchange *x)
{
	return x->kind && x->kind->take;
}

/* Of content as it was sent: where it was coded, x->digest saw it then. In a transaction it was looked at before. */
static int check_digest(struct exchange *x)
{
	struct digest *digest = x->digest;
	int r = 0;

	if (x->is_in_transaction)
		return 0;
	if (!x->decoder && (r = digest_begin(x, &digest)) == 0 && digest)
		r = digest_add(digest, buf_str(&x->content));
	if (r < 0 || !digest)
		return r;
	if ((r = digest_end(digest)) == 0)
		digest_state(x, digest);
	return r;
}

int exchange_take_content(struct exchange *x)
{
	int r;

	state_complete(x);
	if (!exchange_takes_pieces(x))
		return (r = check_digest(x)) < 0 ? r : parse(x);
	FACT(CONTENT_PARSES, true);
	return x->kind->taken(x);
}

static enum exchange_step fail(struct exchange *x, int err)
{
	exchange_fail(x, err);
	exchange_answer(x);
	return EXCHANGE_DONE;
}

static enum exchange_step wait(struct exchange *x)
{
	x->is_taking = x->is_waiting = true;
	return EXCHANGE_WAIT;
}

static enum exchange_step refuse_size(struct exchange *x)
{
	x->was_content_taken = true;
	FACT(CLIENT_GONE, false);
	FACT(CONTENT_IN_TIME, true);
	FACT(CONTENT_WITHIN_LIMIT, false);
	return exchange_walk(x);
}

/* What the kind said to a piece. */
static enum exchange_step took(struct exchange *x, int r)
{
	if (r == 0)
		return EXCHANGE_CONTENT;
	if (r == STATUTE_EAGAIN)
		return wait(x);
	return r == STATUTE_ENOMEM ? fail(x, r) : exchange_content_end(x);
}

static enum exchange_step decode(struct exchange *x, struct str piece)
{
	enum decoded decoded = decoder_add(x->decoder, piece);

	if (x->digest && digest_add(x->digest, piece) < 0)
		return fail(x, STATUTE_ENOMEM);
	exchange_describe_decoded(x, decoded);
	switch (decoded) {
	case DECODED: return EXCHANGE_CONTENT;
	case DECODED_TOO_LARGE: return refuse_size(x);
	case DECODED_NO_MEMORY: return fail(x, STATUTE_ENOMEM);
	case DECODED_MALFORMED: break;
	}
	state_complete(x); /* nobody will ask for the rest */
	FACT(CONTENT_DECODES, false);
	return exchange_walk(x);
}

enum exchange_step exchange_content(struct exchange *x, struct str piece)
{
	int r;

	if (exchange_takes_pieces(x)) {
		if (piece.len > x->content_max - x->content_taken)
			return refuse_size(x);
		x->content_taken += piece.len;
		return took(x, x->kind->take(x, piece));
	}
	if ((r = exchange_begin_decoding(x)) < 0)
		return fail(x, r);
	if (x->decoder)
		return decode(x, piece);
	buf_add(&x->content, piece);
	if (!x->content.failed)
		return EXCHANGE_CONTENT;
	if (piece.len + x->content.len > x->content.max)
		return refuse_size(x);
	x->was_content_taken = true;
	return fail(x, STATUTE_ENOMEM);
}

enum exchange_step exchange_content_end(struct exchange *x)
{
	int r;

	if (!exchange_takes_pieces(x))
		x->request.content = buf_str(&x->content);
	r = exchange_take_content(x);
	if (r == STATUTE_EAGAIN)
		return wait(x);
	return r < 0 ? fail(x, r) : exchange_walk(x);
}

enum exchange_step exchange_go_on_taking(struct exchange *x)
{
	x->is_taking = false;
	if (x->was_content_taken)
		return exchange_content_end(x);
	return took(x, x->kind->take(x, S("")));
}
