/* HTTP basic: see basic.h. */
#include "access/basic.h"

#include "message/base64url.h"

/* base64 with its padding, which must be exact: as base64url without, in `arena`; {NULL, 0} where it is neither. */
static struct str as_base64url(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len + 1);
	size_t len = text.len;

	for (size_t i = 0; i < 2 && len && text.at[len - 1] == '='; i++)
		len--;
	if (!out || !len || text.len % 4)
		return (struct str){ 0 };
	for (size_t i = 0; i < len; i++) {
		if (text.at[i] == '-' || text.at[i] == '_')
			return (struct str){ 0 };
		out[i] = (char)(text.at[i] == '+' ? '-' : text.at[i] == '/' ? '_' : text.at[i]);
	}
	return str_of(out, len);
}

static bool has_control(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
			return true;
	return false;
}

static enum basic_outcome refuse(const char *why, const char **ret_why)
{
	*ret_why = why;
	return BASIC_MALFORMED;
}

/* The first colon parts them: a user's name has none, a password may. */
enum basic_outcome basic_read(struct arena *arena, struct str text, struct str *ret_user,
                              struct str *ret_password, const char **ret_why)
{
	struct str bytes;
	size_t colon;

	if (!text.len)
		return refuse("Authorization has nothing behind Basic", ret_why);
	if (text.len > BASIC_MAX)
		return refuse("user and password are longer than 4 KiB", ret_why);
	if (!base64url_decode(arena, as_base64url(arena, text), &bytes))
		return arena->failed ? BASIC_NO_MEMORY : refuse("what stands behind Basic is not base64", ret_why);
	if (!str_is_utf8(bytes))
		return refuse("user and password are not UTF-8", ret_why);
	if (has_control(bytes))
		return refuse("user and password have control characters", ret_why);
	colon = str_find(bytes, ':');
	if (colon == bytes.len)
		return refuse("no colon parts user and password", ret_why);
	*ret_user = str_sub(bytes, 0, colon);
	*ret_password = str_sub(bytes, colon + 1, bytes.len);
	return BASIC_READ;
}
