/* Writing out where a client is sent: see target.h. Reading it from a document is target_read.c. */
#include "openapi/target.h"

#include "message/uri.h"

/* A parameter is sent on as it came; within a query '&' and '=' would mean something else than in a path. */
static bool add_value(const struct target_piece *piece, const struct target_values *values, bool is_query,
                      struct buf *buf)
{
	const struct json *member;

	switch (piece->source) {
	case TARGET_TEXT: break;
	case TARGET_PARAMETER:
		if (is_query)
			uri_encode(buf, values->match->values[piece->parameter]);
		else
			uri_encode_rest(buf, values->match->raw[piece->parameter]);
		break;
	case TARGET_ID: uri_encode(buf, values->id); break;
	case TARGET_MEMBER:
		member = json_get(values->body, piece->member);
		if (!json_is(member, JSON_STRING) && !json_is(member, JSON_NUMBER))
			return false;
		uri_encode(buf, member->text);
	}
	return true;
}

static bool add_part(const struct target_part *part, const struct target_values *values, bool is_query,
                     struct buf *buf)
{
	for (size_t i = 0; i < part->count; i++) {
		uri_encode_rest(buf, part->pieces[i].text);
		if (!add_value(&part->pieces[i], values, is_query, buf))
			return false;
	}
	return true;
}

static bool has_name(struct str query, struct str name)
{
	struct str own, value;

	while (query_next(&query, &own, &value))
		if (str_eq(own, name))
			return true;
	return false;
}

/* What the document says of a name, it means: a client cannot say otherwise. */
static void add_sent_query(const struct target *target, struct str query, struct buf *buf)
{
	char separator = target->query.count ? '&' : '?';
	struct str name, value;

	while (query_next(&query, &name, &value)) {
		if (has_name(target->own_query, name))
			continue;
		buf_add_char(buf, separator);
		uri_encode_rest(buf, name);
		if (value.at) {
			buf_add_char(buf, '=');
			uri_encode_rest(buf, value);
		}
		separator = '&';
	}
}

bool target_write(const struct target *target, const struct target_values *values, struct buf *buf)
{
	if (target->is_path)
		buf_add(buf, values->prefix);
	if (!add_part(&target->path, values, false, buf))
		return false;
	if (target->query.count)
		buf_add_char(buf, '?');
	if (!add_part(&target->query, values, true, buf))
		return false;
	add_sent_query(target, values->query, buf);
	uri_encode_rest(buf, target->fragment);
	return true;
}
