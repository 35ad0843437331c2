/* Credentials as they are sent: see credentials.h. */
#include "access/credentials.h"

#include "message/syntax.h"

bool credentials_read(struct str field, struct credentials *ret_credentials)
{
	size_t len = syntax_token_len(field);

	if (!len || (len < field.len && field.at[len] != ' '))
		return false;
	*ret_credentials = (struct credentials){
		.scheme = str_sub(field, 0, len),
		.rest = str_trim(str_sub(field, len, field.len)),
	};
	return true;
}

bool credentials_is_token68(struct str text)
{
	size_t len = text.len;

	while (len && text.at[len - 1] == '=')
		len--;
	for (size_t i = 0; i < len; i++)
		if (!char_is(text.at[i], CHAR_UNRESERVED) && text.at[i] != '+' && text.at[i] != '/')
			return false;
	return len > 0;
}
