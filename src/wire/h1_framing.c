/*
 * What the fields of a head say of the message itself: Host (RFC 9112 section 3.2),
 * where the content ends (section 6), whether the connection goes on (section 9.3).
 * Wherever two readers could differ, the request is refused.
 */
#include "wire/h1_parts.h"

#include "message/syntax.h"

static enum h1_refusal read_host(struct request *request)
{
	struct str host = request_field(request, FIELD_HOST);

	if (!request->lines[FIELD_HOST])
		return request->minor ? H1_REFUSAL_HOST_MISSING : H1_REFUSAL_NONE;
	if (request->lines[FIELD_HOST] > 1)
		return H1_REFUSAL_HOST_TWICE;
	if (host.len && !h1_is_authority(host))
		return H1_REFUSAL_HOST_INVALID;
	if (!request->authority.at)
		request->authority = host;
	return H1_REFUSAL_NONE;
}

static enum h1_refusal read_length(struct str value, uint64_t *ret_length)
{
	if (str_find(value, ',') < value.len)
		return H1_REFUSAL_LENGTH_LIST;
	if (!syntax_all(value, CHAR_DIGIT))
		return H1_REFUSAL_BAD_LENGTH;
	if (!str_to_u64(value, ret_length) || *ret_length > INT64_MAX)
		return H1_REFUSAL_LENGTH_TOO_LARGE;
	return H1_REFUSAL_NONE;
}

/*
 * The same number on several lines is one number (RFC 9110 section 8.6 allows that);
 * a list in one line is refused, as it allows too: nothing that is correct sends one.
 */
static enum h1_refusal read_lengths(struct request *request)
{
	bool is_first = true;

	for (size_t i = 0; i < request->field_count; i++) {
		enum h1_refusal refusal;
		uint64_t length = 0;

		if (request->fields[i].id != FIELD_CONTENT_LENGTH)
			continue;
		if ((refusal = read_length(request->fields[i].value, &length)) != H1_REFUSAL_NONE)
			return refusal;
		if (!is_first && length != request->content_length)
			return H1_REFUSAL_LENGTHS_DIFFER;
		request->content_length = length;
		is_first = false;
	}
	request->has_content = request->content_length > 0;
	return H1_REFUSAL_NONE;
}

/* The codings as they are read. */
struct codings {
	unsigned count, chunked;
	bool is_last_chunked;
};

static size_t blanks(struct str text)
{
	size_t len = 0;

	while (len < text.len && (text.at[len] == ' ' || text.at[len] == '\t'))
		len++;
	return len;
}

/* transfer-parameter = token BWS "=" BWS ( token / quoted-string ); the length of one, or 0. */
static size_t parameter_len(struct str text)
{
	struct str rest = text;
	size_t len = syntax_token_len(rest);

	if (!len)
		return 0;
	rest = str_sub(rest, len, rest.len);
	rest = str_sub(rest, blanks(rest), rest.len);
	if (!rest.len || rest.at[0] != '=')
		return 0;
	rest = str_sub(rest, 1, rest.len);
	rest = str_sub(rest, blanks(rest), rest.len);
	len = rest.len && rest.at[0] == '"' ? syntax_quoted_len(rest) : syntax_token_len(rest);
	return len ? (size_t)(rest.at - text.at) + len : 0;
}

/* transfer-coding = token *( OWS ";" OWS transfer-parameter ), cut off `*rest` (RFC 9112 section 7). */
static enum h1_refusal read_coding(struct str *rest, struct codings *codings)
{
	struct str name = str_sub(*rest, 0, syntax_token_len(*rest));
	struct str text = str_sub(*rest, name.len, rest->len);
	bool is_chunked = str_eq_nocase(name, S("chunked")), has_parameters = false;

	if (!name.len)
		return !text.len || text.at[0] == ',' ? H1_REFUSAL_EMPTY_CODING : H1_REFUSAL_BAD_CODING;
	for (text = str_trim(text); text.len && text.at[0] == ';'; text = str_trim(text)) {
		size_t len;

		text = str_sub(text, 1, text.len);
		text = str_sub(text, blanks(text), text.len);
		if (!(len = parameter_len(text)))
			return is_chunked ? H1_REFUSAL_CHUNKED_PARAMETERS : H1_REFUSAL_BAD_CODING;
		text = str_sub(text, len, text.len);
		has_parameters = true;
	}
	if (text.len && text.at[0] != ',')
		return H1_REFUSAL_BAD_CODING;
	if (is_chunked && has_parameters)
		return H1_REFUSAL_CHUNKED_PARAMETERS;
	codings->count++;
	codings->chunked += is_chunked;
	codings->is_last_chunked = is_chunked;
	*rest = text;
	return H1_REFUSAL_NONE;
}

/* One line of Transfer-Encoding; unlike in other lists no member may be empty, so that nobody reads it otherwise. */
static enum h1_refusal read_coding_line(struct str line, struct codings *codings)
{
	for (;;) {
		enum h1_refusal refusal = read_coding(&line, codings);

		if (refusal != H1_REFUSAL_NONE || !line.len)
			return refusal;
		line = str_trim(str_sub(line, 1, line.len));
	}
}

static enum h1_refusal read_codings(struct request *request)
{
	struct codings codings = { 0 };

	if (!request->minor)
		return H1_REFUSAL_TE_IN_10;
	if (request_has(request, FIELD_CONTENT_LENGTH))
		return H1_REFUSAL_BOTH_LENGTHS;
	for (size_t i = 0; i < request->field_count; i++) {
		enum h1_refusal refusal;

		if (request->fields[i].id != FIELD_TRANSFER_ENCODING)
			continue;
		if ((refusal = read_coding_line(request->fields[i].value, &codings)) != H1_REFUSAL_NONE)
			return refusal;
	}
	if (codings.chunked > 1)
		return H1_REFUSAL_CHUNKED_TWICE;
	if (!codings.is_last_chunked)
		return H1_REFUSAL_CHUNKED_NOT_LAST;
	if (codings.count > 1)
		return H1_REFUSAL_UNKNOWN_CODING;
	request->is_chunked = request->has_content = true;
	return H1_REFUSAL_NONE;
}

/* Is `token` a member of any line of a field? */
static bool lists(const struct request *request, enum field_id id, struct str token)
{
	for (size_t i = 0; i < request->field_count && request->lines[id]; i++)
		if (request->fields[i].id == id && syntax_list_has(request->fields[i].value, token))
			return true;
	return false;
}

static void read_connection(struct request *request)
{
	bool closes = lists(request, FIELD_CONNECTION, S("close"));

	request->keeps_alive = !closes &&
	                       (request->minor || lists(request, FIELD_CONNECTION, S("keep-alive")));
	request->expects_continue = request->minor && request->has_content &&
	                            lists(request, FIELD_EXPECT, S("100-continue"));
}

enum h1_refusal h1_read_framing(struct request *request, struct str *ret_blamed)
{
	bool has_codings = request_has(request, FIELD_TRANSFER_ENCODING);
	enum h1_refusal refusal = read_host(request);

	if (refusal != H1_REFUSAL_NONE) {
		*ret_blamed = S("Host");
		return refusal;
	}
	refusal = has_codings ? read_codings(request) : read_lengths(request);
	if (refusal != H1_REFUSAL_NONE) {
		*ret_blamed = has_codings ? S("Transfer-Encoding") : S("Content-Length");
		return refusal;
	}
	read_connection(request);
	return H1_REFUSAL_NONE;
}
