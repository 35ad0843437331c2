/* The fields of a response: see message.h. What would break out of its line never gets in. */
#include "message/message.h"

#include "message/syntax.h"

static struct response_field *find(struct response *response, struct str name)
{
	for (size_t i = 0; i < response->field_count; i++)
		if (str_eq_nocase(response->fields[i].name, name))
			return &response->fields[i];
	return NULL;
}

static bool is_sendable(struct str name, struct str value)
{
	if (!syntax_is_token(name))
		return false;
	for (size_t i = 0; i < value.len; i++)
		if (value.at[i] == '\r' || value.at[i] == '\n' || value.at[i] == '\0')
			return false;
	return true;
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
