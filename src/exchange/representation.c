/*
 * Which representation of its resource an answer is: the media type that Accept chose, and the coding that
 * Accept-Encoding did. Each has an entity tag of its own, `"7"`, `"7-csv"`, `"7-br"`, made of the
 * version's; so the version that a tag is of is known without looking anything up.
 *
 * An answer is compressed where its operation allows it, the client takes it, and what is read from the store
 * for it is long enough. Length is what is stored, not what is sent: a 304 knows it too.
 */
#include "exchange/facts.h"
#include "message/encode.h"
#include "message/etag.h"
#include "message/negotiate.h"

/* What is shorter fits into one packet with its head anyway. */
enum { WORTH_BYTES = 1024, CODED_MAX = 64 << 20 };

static const struct str coding_names[] = { [CODING_GZIP] = STR_INIT("gzip"), [CODING_BR] = STR_INIT("br") };

bool exchange_choose_type(struct exchange *x)
{
	const struct bound_operation *bound = x->bound;
	struct str accept = request_list(&x->request, FIELD_ACCEPT, &x->arena);
	int offer;

	if (!accept.at || !bound || !bound->offer_count)
		return true;
	offer = accept_choose(accept, bound->offers, bound->offer_count);
	x->offer = offer < 0 ? 0 : (unsigned)offer;
	return offer >= 0;
}

const struct representation *exchange_representation(const struct exchange *x)
{
	return &x->bound->representations[x->offer];
}

/* ---- Which coding --------------------------------------------------------- */

static bool may_compress(const struct exchange *x)
{
	return x->bound && x->bound->is_compressed && x->host->encoder;
}

static struct str accept_encoding(struct exchange *x)
{
	return request_list(&x->request, FIELD_ACCEPT_ENCODING, &x->arena);
}

/* The coding that the client likes best; of two the one that costs less. */
static enum coding liked_coding(struct exchange *x)
{
	struct str field = accept_encoding(x);
	unsigned identity, gzip, br, best;

	if (!field.at)
		return CODING_IDENTITY;
	identity = accept_coding_quality(field, S("identity"));
	gzip = accept_coding_quality(field, S("gzip"));
	br = accept_coding_quality(field, S("br"));
	best = br >= gzip ? br : gzip;
	if (!best || best < identity)
		return CODING_IDENTITY;
	return br >= gzip ? CODING_BR : CODING_GZIP;
}

/* Of a file there may be a compressed form; whether there is one its kind will see. */
static bool may_have_forms(const struct exchange *x)
{
	const struct file_binding *files = NULL;

	if (x->bound && x->bound->kind == BINDING_FILES)
		files = x->bound->special.said;
	return files && !files->is_plain;
}

bool exchange_coding_is_acceptable(struct exchange *x)
{
	struct str field = accept_encoding(x);

	if (!field.at || accept_coding_quality(field, S("identity")))
		return true;
	if (may_have_forms(x))
		return liked_coding(x) != CODING_IDENTITY;
	x->refuses_identity = may_compress(x) && liked_coding(x) != CODING_IDENTITY;
	return x->refuses_identity;
}

static bool is_long(const struct exchange *x)
{
	uint64_t len = x->target.row.body.len;

	for (size_t i = 0; i < x->target.page.count && len < WORTH_BYTES; i++)
		len += x->target.page.rows[i].body.len;
	return len >= WORTH_BYTES;
}

/* The coding of the answer, once its resource was read. */
static enum coding coding_of(struct exchange *x)
{
	if (x->is_tagged)
		return x->tagged_coding;
	return x->refuses_identity || is_long(x) ? liked_coding(x) : CODING_IDENTITY;
}

/* ---- Entity tags ---------------------------------------------------------- */

static struct str tag_of(struct exchange *x, enum coding coding)
{
	struct str type = x->bound && x->bound->representations ? exchange_representation(x)->tag : S("");
	struct str language = x->language ? exchange_language(x) : S("");
	struct str tag = x->target.etag;

	if (!tag.len || (!type.len && !language.len && coding == CODING_IDENTITY))
		return tag;
	return str_printf(&x->arena, "%.*s%.*s%s%.*s%s%.*s\"", STR_ARG(str_sub(tag, 0, tag.len - 1)), STR_ARG(type),
	                  language.len ? "-" : "", STR_ARG(language), coding == CODING_IDENTITY ? "" : "-",
	                  STR_ARG(coding_names[coding]));
}

struct str exchange_tag(struct exchange *x)
{
	return tag_of(x, CODING_IDENTITY);
}

/* Could the client be sent this coding, and is its tag in the list? */
static bool names_coding(struct exchange *x, struct str list, bool is_strong, enum coding coding)
{
	bool is_plain = coding == CODING_IDENTITY;

	if (is_plain ? x->refuses_identity : !accept_coding_quality(accept_encoding(x), coding_names[coding]))
		return false;
	if (etag_list_match(list, tag_of(x, coding), is_strong) != ETAG_MATCHES)
		return false;
	x->is_tagged = true;
	x->tagged_coding = coding;
	return true;
}

/* Does the list name a representation that the client could be sent now? */
static bool names_answer(struct exchange *x, struct str list, bool is_strong)
{
	if (names_coding(x, list, is_strong, CODING_IDENTITY))
		return true;
	return may_compress(x) && accept_encoding(x).at &&
	       (names_coding(x, list, is_strong, CODING_BR) || names_coding(x, list, is_strong, CODING_GZIP));
}

bool exchange_tag_is_in(struct exchange *x, struct str list, bool is_strong)
{
	if (method_is_safe(x->request.method))
		return names_answer(x, list, is_strong);
	return etag_list_names(list, x->target.etag, is_strong);
}

/* ---- The answer ----------------------------------------------------------- */

static void add_coding(struct exchange *x, enum coding coding)
{
	struct response *response = &x->response;

	if (response_field(response, S("ETag")).at)
		response_set(response, S("ETag"), tag_of(x, coding));
	if (response->status != 304)
		response_set(response, S("Content-Encoding"), coding_names[coding]);
}

/* Without memory it stays as it is. */
static bool compress(struct exchange *x, enum coding coding)
{
	struct response *response = &x->response;
	struct buf buf;

	buf_init(&buf, &x->arena, CODED_MAX);
	if (encoder_run(x->host->encoder, coding, response->content, &buf) < 0)
		return false;
	response->content = buf_str(&buf);
	return true;
}

static void add_vary(struct exchange *x)
{
	if (str_eq(response_field(&x->response, S("Vary")), S("Accept"))) /* the usual case */
		response_set(&x->response, S("Vary"), S("Accept, Accept-Encoding"));
	else
		exchange_add_vary(x, S("Accept-Encoding"));
}

void exchange_encode(struct exchange *x)
{
	struct response *response = &x->response;
	enum coding coding;

	if (!may_compress(x) || response->source || (response->status != 200 && response->status != 304))
		return;
	/* What is short is sent as it is to everybody; a list is now short, now long. */
	if (x->bound->kind != BINDING_COLLECTION && !x->refuses_identity && !is_long(x))
		return;
	add_vary(x);
	coding = coding_of(x);
	if (coding != CODING_IDENTITY &&
	    (response->status == 304 || (response->content.len && compress(x, coding))))
		add_coding(x, coding);
}
