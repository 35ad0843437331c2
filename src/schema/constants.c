/* What `enum` and `const` allow, as lists and as text: see constants.h. */
#include "schema/constants.h"

#include <stdio.h>

#include "schema/compiler.h"

enum { LISTED_MAX = 400 };

_Static_assert((int)CONSTANTS_TEXT_MAX >= LISTED_MAX * 2 + 16, "one more value and its comma fit");

/* A value as a message shows it: texts without quotes. */
static void describe(struct buf *buf, const struct json *value)
{
	if (value->type == JSON_STRING)
		buf_add(buf, value->text);
	else
		json_write(buf, value);
}

void constants_describe(struct arena *arena, const struct enumeration *values, char *text, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < values->count; i++) {
		struct buf buf;
		int added;

		buf_init(&buf, arena, LISTED_MAX);
		describe(&buf, values->list[i]);
		added = buf.failed ? INT32_MAX
		                   : snprintf(text + len, size - len, "%s%.*s", i ? ", " : "",
		                              STR_ARG(buf_str(&buf)));
		if ((size_t)added >= size - len) {
			snprintf(text + len, size - len, "%s\xE2\x80\xA6", i ? ", " : "");
			return;
		}
		len += (size_t)added;
		if (len > LISTED_MAX && i + 1 < values->count) {
			snprintf(text + len, size - len, ", \xE2\x80\xA6");
			return;
		}
	}
}

struct enumeration constants_of(const struct rule *rule)
{
	struct enumeration values = { 0 };

	if (rule->keyword == keyword_rows[KEYWORD_ENUM].name.at) {
		values.list = rule->enumeration->list;
		values.count = rule->enumeration->count;
	} else if (rule->keyword == keyword_rows[KEYWORD_CONST].name.at) {
		values.list = (const struct json **)(uintptr_t)&rule->value;
		values.count = 1;
	}
	return values;
}

static bool has(const struct enumeration *values, const struct json *value)
{
	for (size_t i = 0; i < values->count; i++)
		if (values->list[i]->type == value->type && json_equal(values->list[i], value))
			return true;
	return false;
}

int constants_join(struct arena *arena, struct enumeration *into, const struct enumeration *from)
{
	size_t cap = into->count + from->count;
	const struct json **list = arena_array(arena, cap, sizeof(*list));

	if (!list)
		return STATUTE_ENOMEM;
	if (into->count)
		memcpy(list, into->list, into->count * sizeof(*list));
	into->list = list;
	for (size_t i = 0; i < from->count && into->count < CONSTANTS_JOINED_MAX; i++)
		if (!has(into, from->list[i]))
			list[into->count++] = from->list[i];
	return 0;
}
