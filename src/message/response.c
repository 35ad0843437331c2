/* The fields of a response: see message.h. What would break out of its line never gets in. */
#include "message/message.h"

#include "message/content_source.h"
#include "message/syntax.h"

static struct response_field *find(struct response *response, struct str name)
{
	for (size_t i = 0; i < response->field_count; i++)
		if (str_eq_nocase(response->fields[i].name, name))
			return &response->fields[i];
	return NULL;
}

/* 0 where no byte of `word` is zero. */
static uint64_t zero_bytes(uint64_t word)
{
	return (word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080);
}

/* Not 0 where one of the eight bytes at `at` is CR, LF or NUL. */
static uint64_t line_breakers(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return zero_bytes(word) | zero_bytes(word ^ UINT64_C(0x0a0a0a0a0a0a0a0a)) |
	       zero_bytes(word ^ UINT64_C(0x0d0d0d0d0d0d0d0d));
}

/* Eight bytes at a time: every value of every answer is looked at. The last eight may have been seen in part. */
static bool breaks_line(struct str value)
{
	enum { WORD = sizeof(uint64_t) };
	uint64_t found = 0;

	if (value.len < WORD) {
		for (size_t i = 0; i < value.len; i++)
			found |= value.at[i] == '\r' || value.at[i] == '\n' || value.at[i] == '\0';
		return found != 0;
	}
	for (size_t i = 0; i + WORD < value.len; i += WORD)
		found |= line_breakers(value.at + i);
	return (found | line_breakers(value.at + value.len - WORD)) != 0;
}

static bool is_sendable(struct str name, struct str value)
{
	return syntax_is_token(name) && !breaks_line(value);
}

bool response_add(struct response *response, struct str name, struct str value)
{
	if (response->field_count == RESPONSE_FIELDS || !is_sendable(name, value))
		return false;
	response->fields[response->field_count++] = (struct response_field){ name, value };
	return true;
}

bool response_set(struct response *response, struct str name, struct str value)
{
	struct response_field *field = find(response, name);

	if (!field)
		return response_add(response, name, value);
	if (!is_sendable(name, value))
		return false;
	field->value = value;
	return true;
}

struct str response_field(const struct response *response, struct str name)
{
	for (size_t i = 0; i < response->field_count; i++)
		if (str_eq_nocase(response->fields[i].name, name))
			return response->fields[i].value;
	return (struct str){ 0 };
}

uint64_t response_length(const struct response *response)
{
	return response->source ? response->source->length : response->content.len;
}

void response_end_source(struct response *response)
{
	struct content_source *source = response->source;

	response->source = NULL;
	if (source && source->done)
		source->done(source);
}
