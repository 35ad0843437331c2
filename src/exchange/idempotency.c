/*
 * Idempotency-Key: the facts of phase KEY, what is kept of an answer, and the answer
 * that is given once more.
 *
 * A key is looked at when the walk first asks for it, so that a request that ends
 * before is nobody's first. It is taken among the keys that are being worked on before
 * the store is read, on a fresh view of it: whoever held it has committed by then, or
 * has done nothing. What is kept is made inside the transaction of the write.
 *
 * A kept result is a text: "201 1", its fields a line each, an empty line, and the
 * content. The second number says whether there is content, be it of no bytes.
 */
#include <string.h>

#include <openssl/evp.h>

#include "exchange/facts.h"
#include "exchange/running_keys.h"
#include "message/idempotency_key.h"

enum { PARTS_MAX = 8 << 20, RESULT_MAX = 64 << 20 };

struct exchange_key {
	struct store_key stored;
	struct running_key running;
	/* Of an earlier request that has finished: */
	unsigned char first_request[STORE_DIGEST_LEN];
	struct str result;
};

/* ---- Digests -------------------------------------------------------------- */

static int digest_bytes(struct str bytes, unsigned char ret_digest[STORE_DIGEST_LEN])
{
	return EVP_Digest(bytes.at ? bytes.at : "", bytes.len, ret_digest, NULL, EVP_sha256(), NULL) > 0
	               ? 0
	               : STATUTE_ENOMEM;
}

/* Of several texts, each with its length in front: no two lists of texts are the same bytes. */
static int digest_texts(struct arena *arena, const struct str *texts, size_t count,
                        unsigned char ret_digest[STORE_DIGEST_LEN])
{
	struct buf buf;

	buf_init(&buf, arena, PARTS_MAX);
	for (size_t i = 0; i < count; i++) {
		uint64_t len = texts[i].len;

		buf_add(&buf, str_of((const char *)&len, sizeof(len)));
		buf_add(&buf, texts[i]);
	}
	return buf.failed ? STATUTE_ENOMEM : digest_bytes(buf_str(&buf), ret_digest);
}

static bool read_text(const struct exchange *x, char text[IDEMPOTENCY_KEY_MAX], size_t *ret_len)
{
	return x->request.lines[FIELD_IDEMPOTENCY_KEY] == 1 &&
	       idempotency_key_read(request_field(&x->request, FIELD_IDEMPOTENCY_KEY), text, ret_len);
}

/* Whose key it is, and what for: nobody meets another's key, nor the same one at another path. */
static int digest_key(struct exchange *x, unsigned char ret_digest[STORE_DIGEST_LEN])
{
	char text[IDEMPOTENCY_KEY_MAX];
	size_t len = 0;
	struct str parts[] = {
		x->principal.scheme, x->principal.id, x->request.method_text, x->path, { text, 0 }
	};

	if (!read_text(x, text, &len))
		return STATUTE_EINVAL;
	parts[4].len = len;
	return digest_texts(&x->arena, parts, sizeof(parts) / sizeof(parts[0]), ret_digest);
}

/* What makes it the same request: the rest of its target, and its content as it was sent, whatever else it asks. */
static int digest_request(struct exchange *x, unsigned char ret_digest[STORE_DIGEST_LEN])
{
	unsigned char content[STORE_DIGEST_LEN];
	const struct str parts[] = { x->request.query, request_field(&x->request, FIELD_CONTENT_TYPE),
		                     str_of((const char *)content, sizeof(content)) };
	int r = digest_bytes(x->request.content, content);

	return r < 0 ? r : digest_texts(&x->arena, parts, sizeof(parts) / sizeof(parts[0]), ret_digest);
}

/* ---- Facts ---------------------------------------------------------------- */

void exchange_find_key_facts(struct exchange *x)
{
	char text[IDEMPOTENCY_KEY_MAX];
	size_t len;

	if (statute_fact_known(&x->facts, STATUTE_FACT_HAS_KEY))
		return;
	FACT(HAS_KEY, x->bound && request_has(&x->request, FIELD_IDEMPOTENCY_KEY));
	if (statute_fact_is(&x->facts, STATUTE_FACT_HAS_KEY))
		FACT(KEY_FITS, read_text(x, text, &len));
}

void exchange_give_key(struct exchange *x)
{
	if (x->key)
		running_keys_give(&x->key->running);
}

static bool take_key(struct exchange *x)
{
	return !x->host->running_keys || running_keys_take(x->host->running_keys, &x->key->running);
}

/* Has an earlier request with the key finished? */
static int look_up_key(struct exchange *x)
{
	struct exchange_key *key = x->key;
	enum store_outcome outcome;

	store_reader_refresh(x->host->reader);
	outcome = store_key_get(x->host->reader, key->stored.key, x->now_ms, &x->arena, key->first_request,
	                        &key->result);
	FACT(KEYS_ANSWER, outcome == STORE_DONE || outcome == STORE_ABSENT);
	FACT(KEY_FINISHED, outcome == STORE_DONE);
	if (outcome == STORE_ABSENT)
		return 0;
	exchange_give_key(x); /* nothing will be done under it */
	if (outcome == STORE_DONE)
		return 0;
	x->cause = str_dup(&x->arena, store_reader_cause(x->host->reader)).at;
	if (outcome == STORE_NO_MEMORY)
		return STATUTE_ENOMEM;
	return outcome == STORE_BROKEN ? STATUTE_ESTORE : 0;
}

int exchange_find_key(struct exchange *x)
{
	struct exchange_key *key = arena_new(&x->arena, struct exchange_key);
	int r = key ? digest_key(x, key->stored.key) : STATUTE_ENOMEM;

	if (r < 0)
		return r;
	memcpy(key->running.digest, key->stored.key, sizeof(key->running.digest));
	x->key = key;
	if (take_key(x)) {
		FACT(KEY_RUNNING, false);
		return look_up_key(x);
	}
	FACT(KEYS_ANSWER, true);
	FACT(KEY_RUNNING, true);
	FACT(KEY_FINISHED, false);
	return 0;
}

int exchange_compare_request(struct exchange *x)
{
	unsigned char request[STORE_DIGEST_LEN];
	int r = digest_request(x, request);

	if (r < 0)
		return r;
	FACT(SAME_REQUEST, memcmp(request, x->key->first_request, sizeof(request)) == 0);
	return 0;
}

/* ---- What is kept --------------------------------------------------------- */

int exchange_key_of_write(struct exchange *x, const struct store_key **ret_key)
{
	struct exchange_key *key = x->key;
	int r;

	if (!statute_fact_is(&x->facts, STATUTE_FACT_HAS_KEY)) {
		*ret_key = NULL;
		return 0;
	}
	r = digest_request(x, key->stored.request);
	if (r < 0)
		return r;
	key->stored.now_ms = x->now_ms;
	key->stored.keep_ms = (int64_t)x->bound->idempotency.keep_ms;
	*ret_key = &key->stored;
	return 0;
}

static void write_result(const struct response *response, struct buf *buf)
{
	buf_printf(buf, "%d %d\n", response->status, response->has_content);
	for (size_t i = 0; i < response->field_count; i++)
		buf_printf(buf, "%.*s: %.*s\n", STR_ARG(response->fields[i].name),
		           STR_ARG(response->fields[i].value));
	buf_add_char(buf, '\n');
	if (response->has_content)
		buf_add(buf, response->content);
}

/* What follows a write that was done: its answer, or where that is. */
static bool is_kept(uint64_t status)
{
	return (status >= 200 && status <= 299) || status == 303;
}

int exchange_record(struct exchange *x, struct str *ret_result)
{
	struct statute_verdict verdict;
	uint8_t node = x->write_node;
	struct buf buf;
	int r;

	statute_facts_settle(&x->facts, STATUTE_PHASE_WRITE);
	if (statute_graph_walk(&x->facts, &node, &verdict) != STATUTE_WALK_DONE || !is_kept(verdict.status))
		return STATUTE_EINVAL;
	response_clear(&x->response);
	x->response.status = verdict.status;
	r = x->kind->reply(x);
	buf_init(&buf, &x->arena, RESULT_MAX);
	if (r == 0)
		write_result(&x->response, &buf);
	response_clear(&x->response);
	if (r < 0 || buf.failed || x->arena.failed)
		return r < 0 ? r : STATUTE_ENOMEM;
	*ret_result = buf_str(&buf);
	return 0;
}

/* ---- The answer once more ------------------------------------------------- */

/* The first line of a kept result, cut off. False where it is none. */
static bool cut_status(struct str *result, int *ret_status, bool *ret_has_content)
{
	struct str line = str_cut(result, '\n'), status = str_cut(&line, ' ');
	uint64_t number;

	if (!str_to_u64(status, &number) || !is_kept(number) ||
	    !(str_eq(line, S("0")) || str_eq(line, S("1"))))
		return false;
	*ret_status = (int)number;
	*ret_has_content = str_eq(line, S("1"));
	return true;
}

bool exchange_is_replayed(const struct exchange *x)
{
	return x->key && strcmp(x->verdict.code, "REPLAYED") == 0;
}

uint16_t exchange_replayed_status(struct exchange *x)
{
	struct str result;
	bool has_content;
	int status;

	if (!exchange_is_replayed(x))
		return 0;
	result = x->key->result;
	if (cut_status(&result, &status, &has_content))
		return (uint16_t)status;
	x->cause = "the kept answer cannot be read";
	return 0;
}

int exchange_replay(struct exchange *x)
{
	struct response *response = &x->response;
	struct str rest = x->key->result;

	if (!cut_status(&rest, &response->status, &response->has_content))
		return STATUTE_EINVAL;
	for (;;) {
		struct str line = str_cut(&rest, '\n'), name = str_cut(&line, ':');

		if (!name.len)
			break;
		if (!response_add(response, name, str_trim(line)))
			return STATUTE_EINVAL;
	}
	response_add(response, S("Idempotency-Replayed"), S("true"));
	if (response->has_content)
		response->content = rest.at ? rest : S("");
	return 0;
}
