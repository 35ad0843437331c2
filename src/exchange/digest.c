/* Digests that a request says of its content: see digest.h. */
#include "exchange/digest.h"

#include <openssl/evp.h>

#include "exchange/facts.h"
#include "message/structured.h"

enum { SHA_256, SHA_512, ALGORITHMS, FIELDS = 2 };

static const struct {
	struct str name;
	const EVP_MD *(*md)(void);
} algorithms[ALGORITHMS] = {
	[SHA_256] = { STR_INIT("sha-256"), EVP_sha256 },
	[SHA_512] = { STR_INIT("sha-512"), EVP_sha512 },
};

static const struct {
	enum field_id id;
	struct str name;
} fields[FIELDS] = {
	{ FIELD_CONTENT_DIGEST, STR_INIT("Content-Digest") },
	{ FIELD_REPR_DIGEST, STR_INIT("Repr-Digest") },
};

/* One that a field demands. */
struct demand {
	unsigned char bytes[EVP_MAX_MD_SIZE];
	size_t len; /* 0: none is demanded */
};

struct digest {
	struct demand demands[FIELDS][ALGORITHMS];
	bool is_malformed[FIELDS];
	EVP_MD_CTX *contexts[ALGORITHMS]; /* NULL where nobody demands it */
	unsigned char found[ALGORITHMS][EVP_MAX_MD_SIZE];
	unsigned found_len[ALGORITHMS];
};

static void read_member(struct digest *digest, size_t field, struct str key, const struct structured_value *value)
{
	for (size_t i = 0; i < ALGORITHMS; i++) {
		struct demand *demand = &digest->demands[field][i];

		if (!str_eq(key, algorithms[i].name))
			continue;
		if (value->kind == STRUCTURED_BYTES)
			demand->len = structured_decode(value->bytes, demand->bytes, sizeof(demand->bytes));
		if (value->kind != STRUCTURED_BYTES || !demand->len)
			digest->is_malformed[field] = true;
	}
}

static void read_field(struct exchange *x, struct digest *digest, size_t field)
{
	struct str rest = str_trim(request_list(&x->request, fields[field].id, &x->arena)), key;
	struct structured_value value;
	enum structured_part part;

	while ((part = structured_next(&rest, &key, &value)) == STRUCTURED_MEMBER)
		read_member(digest, field, key, &value);
	digest->is_malformed[field] |= part == STRUCTURED_MALFORMED;
}

static void free_contexts(void *data)
{
	struct digest *digest = data;

	for (size_t i = 0; i < ALGORITHMS; i++) {
		EVP_MD_CTX_free(digest->contexts[i]);
		digest->contexts[i] = NULL;
	}
}

static bool is_demanded(const struct digest *digest, size_t algorithm)
{
	return digest->demands[0][algorithm].len || digest->demands[1][algorithm].len;
}

static int start(struct digest *digest)
{
	for (size_t i = 0; i < ALGORITHMS; i++) {
		if (!is_demanded(digest, i))
			continue;
		digest->contexts[i] = EVP_MD_CTX_new();
		if (!digest->contexts[i] || EVP_DigestInit_ex(digest->contexts[i], algorithms[i].md(), NULL) <= 0)
			return STATUTE_ENOMEM;
	}
	return 0;
}

int digest_begin(struct exchange *x, struct digest **ret_digest)
{
	struct digest *digest;
	int r;

	if (!request_has(&x->request, FIELD_CONTENT_DIGEST) && !request_has(&x->request, FIELD_REPR_DIGEST)) {
		*ret_digest = NULL;
		return 0;
	}
	digest = arena_new(&x->arena, struct digest);
	if (!digest || arena_on_end(&x->arena, free_contexts, digest) < 0)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < FIELDS; i++)
		if (request_has(&x->request, fields[i].id))
			read_field(x, digest, i);
	if ((r = start(digest)) < 0)
		return r;
	*ret_digest = digest;
	return 0;
}

int digest_add(struct digest *digest, struct str piece)
{
	for (size_t i = 0; i < ALGORITHMS; i++)
		if (digest->contexts[i] && EVP_DigestUpdate(digest->contexts[i], piece.at, piece.len) <= 0)
			return STATUTE_ENOMEM;
	return 0;
}

int digest_end(struct digest *digest)
{
	for (size_t i = 0; i < ALGORITHMS; i++)
		if (digest->contexts[i] &&
		    EVP_DigestFinal_ex(digest->contexts[i], digest->found[i], &digest->found_len[i]) <= 0)
			return STATUTE_ENOMEM;
	return 0;
}

static bool matches(const struct digest *digest, size_t field, size_t algorithm)
{
	const struct demand *demand = &digest->demands[field][algorithm];

	return !demand->len || (demand->len == digest->found_len[algorithm] &&
	                        memcmp(demand->bytes, digest->found[algorithm], demand->len) == 0);
}

static void blame(struct exchange *x, size_t field, const struct str *algorithm)
{
	struct json *details = json_new(&x->arena, JSON_OBJECT);

	FACT(DIGEST_MATCHES, false);
	if (algorithm)
		x->problem.detail = str_printf(&x->arena, "The content has another %.*s than %.*s says.",
		                               STR_ARG(*algorithm), STR_ARG(fields[field].name));
	else
		x->problem.detail = str_printf(&x->arena, "%.*s cannot be read.", STR_ARG(fields[field].name));
	if (!details ||
	    json_set(&x->arena, details, S("field"), json_new_string(&x->arena, fields[field].name)) < 0)
		return;
	if (algorithm &&
	    json_set(&x->arena, details, S("algorithm"), json_new_string(&x->arena, *algorithm)) < 0)
		return;
	x->problem.details = details;
}

void digest_state(struct exchange *x, const struct digest *digest)
{
	for (size_t i = 0; i < FIELDS; i++) {
		if (digest->is_malformed[i]) {
			blame(x, i, NULL);
			return;
		}
		for (size_t k = 0; k < ALGORITHMS; k++) {
			if (!matches(digest, i, k)) {
				blame(x, i, &algorithms[k].name);
				return;
			}
		}
	}
	FACT(DIGEST_MATCHES, true);
}
