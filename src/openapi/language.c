/*
 * Texts in several languages: `languages` of x-statute, at the root or on a path, and the members of a
 * resource that are `localized`. What a schema says of such a member is so of its text in any language.
 */
#include "openapi/binder.h"

enum { LANGUAGES_MAX = 64, TAG_MAX = 35, SUBTAG_MAX = 8 };

#define REMEDY "write languages: [en, de], the default first"

/* RFC 5646 section 2.1, as far as its shape goes: "de", "zh-Hant", "es-419". */
static bool is_language_tag(struct str tag)
{
	struct str rest = tag;

	if (!tag.len || tag.len > TAG_MAX || tag.at[tag.len - 1] == '-')
		return false;
	while (rest.len) {
		struct str subtag = str_cut(&rest, '-');

		if (!subtag.len || subtag.len > SUBTAG_MAX)
			return false;
		for (size_t i = 0; i < subtag.len; i++) {
			char c = subtag.at[i];
			bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

			if (!is_letter && !(c >= '0' && c <= '9' && subtag.at != tag.at))
				return false;
		}
	}
	return true;
}

static bool stands_before(const struct json *list, const struct json *entry)
{
	json_each(other, list) {
		if (other == entry)
			break;
		if (str_eq_nocase(json_text(other), json_text(entry)))
			return true;
	}
	return false;
}

int bind_languages_key(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (!json_is(value, JSON_ARRAY) || !value->count || value->count > LANGUAGES_MAX) {
		issues_add(binder->issues, value->at, REMEDY, "x-statute.languages is no list of 1 to 64 languages");
		return 0;
	}
	json_each(entry, value)
		if (!is_language_tag(json_text(entry)) || stands_before(value, entry))
			issues_add(binder->issues, entry->at, REMEDY,
			           "an entry of x-statute.languages is no language tag, or stands there twice");
	return 0;
}

/* Of the path, or else of the root; what is wrong with it was or will be told by its reader. */
static int read_languages(struct binder *binder, struct resource *resource, const struct path_item *item)
{
	const struct json *value = item ? json_get(item->extension, S("languages")) : NULL;
	struct str *languages;
	size_t count = 0;

	if (!value)
		value = json_get(binder->document->extension, S("languages"));
	if (!json_is(value, JSON_ARRAY) || value->count > LANGUAGES_MAX)
		return 0;
	if (!(languages = arena_array(binder->arena, value->count, sizeof(*languages))))
		return STATUTE_ENOMEM;
	json_each(entry, value)
		languages[count++] = json_text(entry);
	resource->languages = languages;
	resource->language_count = count;
	return 0;
}

static bool is_localized(const struct resource *resource, struct str name)
{
	for (size_t i = 0; i < resource->localized_count; i++)
		if (str_eq(resource->localized[i], name))
			return true;
	return false;
}

/* Only a text of the top level that is served can be one. */
static void check_member(struct binder *binder, const struct resource *resource, const struct schema_member *member)
{
	uint32_t at = member->node->at;

	if ((member->types & ~(unsigned)SCHEMA_TYPE_NULL) != SCHEMA_TYPE_STRING || member->is_write_only ||
	    member->is_password || member->is_read_only || str_eq(member->name, resource->collection.id_name))
		issues_add(binder->issues, at, "only a text that clients write and read can be",
		           "'%.*s' cannot be localized", STR_ARG(member->name));
	else if (!resource->language_count)
		issues_add(binder->issues, at, "write x-statute: {languages: [en, de]} on the path, or at the root",
		           "'%.*s' is localized, and no languages are named", STR_ARG(member->name));
}

static int find_localized(struct binder *binder, struct resource *resource, const struct schema *schema)
{
	const struct schema_member *members;
	size_t count = schema_members(schema, &members);

	for (size_t i = 0; i < count; i++) {
		const struct json *extension = json_get(members[i].node, S("x-statute"));
		size_t size = resource->localized_count * sizeof(*resource->localized);
		struct str *names;

		if (!json_is_true(json_get(extension, S("localized"))) || is_localized(resource, members[i].name))
			continue;
		check_member(binder, resource, &members[i]);
		names = arena_grow(binder->arena, resource->localized, size, size + sizeof(*names));
		if (!names)
			return STATUTE_ENOMEM;
		names[resource->localized_count++] = members[i].name;
		resource->localized = names;
	}
	return 0;
}

int bind_languages(struct binder *binder, struct resource *resource, const struct resource_places *places,
                   const struct schema *const *schemas, size_t count)
{
	const struct place *place = places->singleton ? places->singleton : places->collection;
	int r = read_languages(binder, resource, place ? place->item : NULL);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = find_localized(binder, resource, schemas[i]);
	return r;
}
