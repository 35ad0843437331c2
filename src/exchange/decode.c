/*
 * Content-Encoding of a request: its content is decoded as it comes, so that what is decoded never takes
 * more than the operation's maximum, however little was sent. Not for kinds that take content piece by
 * piece: they keep what came.
 */
#include "exchange/digest.h"
#include "exchange/facts.h"

bool exchange_coding_is_supported(struct exchange *x)
{
	struct str field = request_list(&x->request, FIELD_CONTENT_ENCODING, &x->arena);
	enum coding codings[CODINGS_MAX];
	size_t count = 0;

	return codings_read(field, codings, &count) && (!count || !exchange_takes_pieces(x));
}

struct str exchange_codings_taken(const struct exchange *x)
{
	return exchange_takes_pieces(x) ? S("identity") : codings_taken();
}

static int make_decoder(struct exchange *x)
{
	struct str field = request_list(&x->request, FIELD_CONTENT_ENCODING, &x->arena);
	enum coding codings[CODINGS_MAX];
	size_t count;
	int r;

	if (!codings_read(field, codings, &count))
		return STATUTE_EINVAL; /* E07 ended it */
	if (!count || (r = decoder_new(&x->arena, codings, count, &x->content, &x->decoder)) < 0)
		return count ? r : 0;
	return digest_begin(x, &x->digest);
}

int exchange_begin_decoding(struct exchange *x)
{
	if (x->decoder || !request_has(&x->request, FIELD_CONTENT_ENCODING))
		return 0;
	return make_decoder(x);
}

bool exchange_content_decodes(const struct exchange *x)
{
	return !x->decoder || decoder_has_ended(x->decoder);
}

void exchange_describe_decoded(struct exchange *x, enum decoded decoded)
{
	if (decoded == DECODED_TOO_LARGE)
		x->problem.detail = str_printf(&x->arena,
		                               "The content decodes to more than %llu bytes, or to more than a "
		                               "hundred times what was sent.",
		                               (unsigned long long)x->content_max);
}
