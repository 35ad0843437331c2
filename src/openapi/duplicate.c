/* The code that a conflict of unique members has: see bind.h. */
#include "openapi/bind.h"

enum { CODE_MAX = 4096 };

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* "firstName" -> "FIRST_NAME". */
static void add_name(struct buf *buf, struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];
		bool is_upper = c >= 'A' && c <= 'Z', is_digit = c >= '0' && c <= '9';

		if (is_upper && i && is_lower(name.at[i - 1]))
			buf_add_char(buf, '_');
		if (is_lower(c))
			c = (char)(c - 'a' + 'A');
		else if (!is_upper && !is_digit)
			c = '_';
		buf_add_char(buf, c);
	}
}

struct str bind_duplicate_code(struct arena *arena, const struct collection *collection, size_t unique)
{
	const struct store_unique *keys = unique == SIZE_MAX ? NULL : &collection->uniques[unique];
	struct buf buf;

	buf_init(&buf, arena, CODE_MAX);
	if (!keys)
		add_name(&buf, collection->id_name);
	for (size_t i = 0; keys && i < keys->count; i++) {
		if (i)
			buf_add_char(&buf, '_');
		add_name(&buf, collection->members[keys->members[i]].name);
	}
	buf_add(&buf, str_of("_ALREADY_EXISTS", sizeof("_ALREADY_EXISTS"))); /* with its NUL */
	buf.len -= !buf.failed;
	return buf_whole(&buf);
}
