/*
 * Texts in several languages. A row holds the texts of the first language where its schema has them, so that
 * rules, filters and unique members are as ever; those of the others in a member of their own,
 *
 *	{"name": "Tea pot", "_texts": {"de": {"name": "Teekanne"}}}
 *
 * which no client sees or sets. Read in one of those, they stand in place of the first ones; what has none
 * stays as it is. A write in one of them leaves the first language alone, but where there is none yet.
 */
#include "resource/resource.h"

#define TEXTS S("_texts")

enum { BODY_MAX = 64 << 20 };

static bool has_languages(const struct exchange *x)
{
	return x->bound->resource && x->bound->resource->localized_count;
}

static bool is_text(const struct json *value)
{
	return json_is(value, JSON_STRING);
}

/* The texts of this request's language in place of the first language's. 0 or STATUTE_ENOMEM. */
static int overlay(struct exchange *x, struct json *body, const struct json *texts)
{
	const struct resource *resource = x->bound->resource;
	const struct json *own = x->language ? json_get(texts, exchange_language(x)) : NULL;
	int r = 0;

	for (size_t i = 0; own && r == 0 && i < resource->localized_count; i++) {
		const struct json *text = json_get(own, resource->localized[i]);

		if (is_text(text))
			r = json_set(&x->arena, body, resource->localized[i], json_copy(&x->arena, text));
	}
	return r;
}

int resource_localize(struct exchange *x, struct json *body)
{
	const struct json *texts = has_languages(x) ? json_get(body, TEXTS) : NULL;
	int r;

	if (!texts)
		return 0;
	if ((r = overlay(x, body, texts)) < 0)
		return r;
	json_remove(body, TEXTS);
	return 0;
}

struct str resource_localize_text(struct exchange *x, struct str text)
{
	struct str none = { 0 };
	struct json *body;
	struct buf buf;

	if (!text.at || !has_languages(x) || !memmem(text.at, text.len, "\"_texts\"", 8))
		return text;
	if (resource_parse(x, text, &body) < 0 || resource_localize(x, body) < 0)
		return none;
	buf_init(&buf, &x->arena, BODY_MAX);
	json_write(&buf, body);
	return buf_whole(&buf);
}

/* Both are copies: what is left of `before` is a view that is changed. */
int resource_take_texts(struct exchange *x, struct change *change)
{
	const struct json *texts;

	change->texts = change->first_texts = NULL;
	if (!has_languages(x) || !change->before)
		return 0;
	texts = json_get(change->before, TEXTS);
	if (!(change->first_texts = json_copy(&x->arena, change->before)) ||
	    (texts && !(change->texts = json_copy(&x->arena, texts))))
		return STATUTE_ENOMEM;
	return resource_localize(x, change->before);
}

/* The member of the object that is an object itself, made where it is missing; NULL without memory. */
static struct json *object_in(struct exchange *x, struct json *object, struct str name)
{
	struct json *member = json_get(object, name);

	if (json_is(member, JSON_OBJECT))
		return member;
	member = json_new(&x->arena, JSON_OBJECT);
	return member && json_set(&x->arena, object, name, member) == 0 ? json_get(object, name) : NULL;
}

/* One text of a write in another language than the first: to `own`, while the first one stays. */
static int move_text(struct exchange *x, const struct change *change, struct str name, struct json *own,
                     struct json *body)
{
	const struct json *sent = json_get(body, name), *first = json_get(change->first_texts, name);
	bool is_own = is_text(sent) && !(first && json_equal(first, sent) && !json_get(own, name));
	int r = 0;

	if (is_own)
		r = json_set(&x->arena, own, name, json_copy(&x->arena, sent));
	else if (!is_text(sent))
		json_remove(own, name);
	if (r == 0 && first)
		r = json_set(&x->arena, body, name, json_copy(&x->arena, first));
	else if (r == 0 && change->first_texts)
		json_remove(body, name);
	return r;
}

static int move_texts(struct exchange *x, const struct change *change, struct json *texts, struct json *body)
{
	const struct resource *resource = x->bound->resource;
	struct json *own = object_in(x, texts, exchange_language(x));
	int r = own ? 0 : STATUTE_ENOMEM;

	for (size_t i = 0; r == 0 && i < resource->localized_count; i++)
		r = move_text(x, change, resource->localized[i], own, body);
	if (own && !json_first(own))
		json_remove(texts, exchange_language(x));
	return r;
}

int resource_complete_texts(struct exchange *x, const struct change *change, struct json *body)
{
	struct json *texts;
	int r = 0;

	if (!has_languages(x))
		return 0;
	json_remove(body, TEXTS);
	texts = change->texts ? json_copy(&x->arena, change->texts) : json_new(&x->arena, JSON_OBJECT);
	if (!texts)
		return STATUTE_ENOMEM;
	if (x->language)
		r = move_texts(x, change, texts, body);
	return r == 0 && json_first(texts) ? json_set(&x->arena, body, TEXTS, texts) : r;
}
