/*
 * JSON Pointer (RFC 6901): see pointer.h and token.h.
 *
 * Looking needs no memory: a token with escapes is compared as it is.
 */
#include "json/pointer.h"

#include "json/token.h"

/* The character that a token goes on with, and the token after it; -1 where '~' begins no escape. */
static int next_character(struct str *token)
{
	char c = token->at[0];
	size_t taken = 1;

	if (c == '~') {
		if (token->len < 2 || (token->at[1] != '0' && token->at[1] != '1'))
			return -1;
		c = token->at[1] == '0' ? '~' : '/';
		taken = 2;
	}
	*token = str_sub(*token, taken, token->len);
	return (unsigned char)c;
}

static bool is_token_for(struct str token, struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!token.len || next_character(&token) != (unsigned char)name.at[i])
			return false;
	return !token.len;
}

bool json_token_index(struct str token, size_t *ret_index)
{
	uint64_t index;

	if (!str_to_u64(token, &index) || (token.at[0] == '0' && token.len > 1))
		return false;
	*ret_index = (size_t)index;
	return true;
}

struct str json_token_text(struct arena *arena, struct str token)
{
	char *text;
	size_t len = 0;

	if (str_find(token, '~') == token.len)
		return token.at ? token : S("");
	if (!(text = arena_alloc(arena, token.len)))
		return (struct str){ 0 };
	while (token.len)
		text[len++] = (char)next_character(&token);
	return str_of(text, len);
}

struct json *json_token_child(const struct json *parent, struct str token)
{
	size_t index;

	if (json_is(parent, JSON_ARRAY))
		return json_token_index(token, &index) ? json_item(parent, index) : NULL;
	if (!json_is(parent, JSON_OBJECT))
		return NULL;
	if (str_find(token, '~') == token.len)
		return json_get(parent, token);
	json_each(member, parent)
		if (is_token_for(token, member->name))
			return member;
	return NULL;
}

struct json *json_pointer_get(struct json *root, struct str pointer)
{
	struct json *node = root;
	struct str rest = pointer;

	if (!pointer.len)
		return root;
	if (pointer.at[0] != '/')
		return NULL;
	str_cut(&rest, '/');
	while (node && rest.at)
		node = json_token_child(node, str_cut(&rest, '/'));
	return node;
}

bool json_pointer_is_valid(struct str pointer)
{
	if (pointer.len && pointer.at[0] != '/')
		return false;
	while (pointer.len)
		if (next_character(&pointer) < 0)
			return false;
	return true;
}

void json_pointer_add(struct buf *buf, struct str token)
{
	buf_add_char(buf, '/');
	for (size_t i = 0; i < token.len; i++) {
		if (token.at[i] == '~')
			buf_lit(buf, "~0");
		else if (token.at[i] == '/')
			buf_lit(buf, "~1");
		else
			buf_add_char(buf, token.at[i]);
	}
}
