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

/* Every token of every request goes through it: one look at a table a byte, and no branch. */
static const bool is_of_token68[256] = {
	['-'] = true, ['.'] = true, ['_'] = true, ['~'] = true, ['+'] = true, ['/'] = true,
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
};

bool credentials_is_token68(struct str text)
{
	size_t len = text.len;
	unsigned is = 1;

	while (len && text.at[len - 1] == '=')
		len--;
	for (size_t i = 0; i < len; i++)
		is &= is_of_token68[(unsigned char)text.at[i]];
	return is && len > 0;
}
