/* The few names nearest to a mistyped one: see near.h. */
#include "cli/near.h"

#include <stdio.h>

void near_init(struct near *near, struct str word)
{
	*near = (struct near){ .word = word };
}

static struct str with_dashes(struct str text, char out[64])
{
	size_t len = text.len < 64 ? text.len : 64;

	for (size_t i = 0; i < len; i++)
		out[i] = text.at[i] == '_' ? '-' : text.at[i];
	return str_of(out, len);
}

/* Edits to make one of the other; a name that begins with the word is as near as one edit. */
static size_t distance(struct str word, struct str name)
{
	char a[64], b[64];
	struct str dashed_word = with_dashes(word, a), dashed_name = with_dashes(name, b);

	if (word.len >= 3 && dashed_name.len > dashed_word.len &&
	    str_eq_nocase(str_of(dashed_name.at, dashed_word.len), dashed_word))
		return 1;
	return str_distance(dashed_word, dashed_name);
}

void near_offer(struct near *near, const char *name)
{
	struct str text = str_from(name);
	size_t far = distance(near->word, text),
	       longer = text.len > near->word.len ? text.len : near->word.len;
	size_t at = near->count;

	if (far > 2 + longer / 6 || far * 2 > longer)
		return;
	while (at > 0 && near->distances[at - 1] > far)
		at--;
	if (at == NEAR_MAX)
		return;
	if (near->count < NEAR_MAX)
		near->count++;
	for (size_t i = near->count - 1; i > at; i--) {
		near->names[i] = near->names[i - 1];
		near->distances[i] = near->distances[i - 1];
	}
	near->names[at] = name;
	near->distances[at] = far;
}

void near_print(const struct near *near)
{
	for (size_t i = 0; i < near->count; i++)
		fprintf(stderr, "%s%s",
		        i == 0                 ? "; did you mean "
		        : i + 1 == near->count ? " or "
		                               : ", ",
		        near->names[i]);
	if (near->count)
		fputc('?', stderr);
}
