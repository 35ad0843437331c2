/* The value of Idempotency-Key: see idempotency_key.h. */
#include "message/idempotency_key.h"

static bool is_visible(char c)
{
	return c > ' ' && c < 0x7F;
}

static bool is_of_word(char c)
{
	return is_visible(c) && c != '"' && c != '\\' && c != ',' && c != ';';
}

static bool read_word(struct str value, char *text, size_t *ret_len)
{
	if (value.len > IDEMPOTENCY_KEY_MAX)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		if (!is_of_word(value.at[i]))
			return false;
		text[i] = value.at[i];
	}
	*ret_len = value.len;
	return value.len > 0;
}

/* RFC 8941 section 4.2.5. Nothing may follow: no parameter has a meaning here, so each is a mistake. */
static bool read_string(struct str value, char *text, size_t *ret_len)
{
	size_t len = 0, i = 1;

	for (; i < value.len && value.at[i] != '"'; i++) {
		if (value.at[i] == '\\') {
			i++;
			if (i == value.len || (value.at[i] != '"' && value.at[i] != '\\'))
				return false;
		} else if (value.at[i] != ' ' && !is_visible(value.at[i])) {
			return false;
		}
		if (len == IDEMPOTENCY_KEY_MAX)
			return false;
		text[len++] = value.at[i];
	}
	*ret_len = len;
	return len && i + 1 == value.len;
}

bool idempotency_key_read(struct str value, char ret_text[IDEMPOTENCY_KEY_MAX], size_t *ret_len)
{
	char text[IDEMPOTENCY_KEY_MAX];
	size_t len = 0;
	bool is_quoted = str_starts(value, S("\""));

	if (!(is_quoted ? read_string(value, text, &len) : read_word(value, text, &len)))
		return false;
	memcpy(ret_text, text, len);
	*ret_len = len;
	return true;
}
