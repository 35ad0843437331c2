/*
 * x-statute: what OpenAPI has no word for, read from a document's root, from its
 * paths and its operations. Every key is checked, and a key that is not known is an
 * error that names the nearest known one: a rule that is silently ignored is a
 * rule that does not hold. The keys are rows of extension_keys.c and special.c.
 */
#include "openapi/binder.h"

void bind_issue_type(struct binder *binder, const struct json *value, const char *key, const char *remedy)
{
	issues_add(binder->issues, value->at, remedy, "x-statute.%s is %s %s", key,
	           value->type == JSON_ARRAY || value->type == JSON_OBJECT ? "an" : "a",
	           json_type_name(value->type));
}

static const struct extension_key *key_of(const struct extension_key *keys, struct str name)
{
	while (keys->read && !str_eq(keys->name, name))
		keys++;
	return keys;
}

/* The names that a misspelt one may have meant. */
struct offer {
	struct str name, nearest;
	size_t distance;
	struct buf known;
	bool has_any;
};

static void offer_name(struct offer *offer, struct str name)
{
	size_t distance = str_distance(offer->name, name);

	if (distance < offer->distance) {
		offer->distance = distance;
		offer->nearest = name;
	}
	buf_printf(&offer->known, "%s %.*s", offer->has_any ? "," : "", STR_ARG(name));
	offer->has_any = true;
}

/* What binds to something else may stand wherever a path or an operation is spoken of. */
static bool may_be_special(const struct extension_key *keys)
{
	return keys != extension_root_keys;
}

static void issue_key(struct binder *binder, const struct extension_key *keys, const struct json *member)
{
	struct offer offer = { .name = member->name, .distance = 4 };

	buf_init(&offer.known, binder->arena, 4096);
	buf_lit(&offer.known, "the keys here are");
	for (const struct extension_key *key = keys; key->read; key++)
		offer_name(&offer, key->name);
	for (const struct special *special = specials; may_be_special(keys) && special->read; special++)
		offer_name(&offer, special->key);
	buf_add_char(&offer.known, '\0');
	issues_add(binder->issues, member->name_at,
	           offer.nearest.at
	                   ? str_printf(binder->arena, "did you mean '%.*s'?", STR_ARG(offer.nearest)).at
	                   : offer.known.at,
	           "x-statute has no key '%.*s' here", STR_ARG(member->name));
}

static int read_keys(struct binder *binder, struct resource *resource, const struct extension_key *keys,
                     const struct json *extension)
{
	int r;

	if (!json_is(extension, JSON_OBJECT)) {
		issues_add(binder->issues, extension->at, NULL, "x-statute must be an object");
		return 0;
	}
	json_each(member, extension) {
		const struct extension_key *key = key_of(keys, member->name);

		if (may_be_special(keys) && special_named(member->name))
			continue; /* read by special.c */
		if (!key->read)
			issue_key(binder, keys, member);
		else if ((r = key->read(binder, resource, member)) < 0)
			return r;
	}
	return 0;
}

int bind_root_extension(struct binder *binder)
{
	const struct json *extension = binder->document->extension;

	return extension ? read_keys(binder, NULL, extension_root_keys, extension) : 0;
}

int bind_operation_extension(struct binder *binder, const struct operation *operation)
{
	return operation->extension ? read_keys(binder, NULL, extension_operation_keys, operation->extension) : 0;
}

/* What says nothing of a resource may stand on any path. */
static bool has_path_keys_alone(const struct json *extension)
{
	json_each(member, extension)
		if (!special_named(member->name) &&
		    key_of(extension_path_keys, member->name)->read != bind_with_path)
			return false;
	return json_first(extension) != NULL;
}

int bind_extension(struct binder *binder, struct resource *resource, const struct json *extension)
{
	if (!extension)
		return 0;
	if (!resource && !has_path_keys_alone(extension)) {
		issues_add(binder->issues, extension->at,
		           "give the path an item path below it, or name its collection",
		           "x-statute stands on a path that is bound to nothing");
		return 0;
	}
	return read_keys(binder, resource, extension_path_keys, extension);
}

struct str bind_extension_collection(const struct path_item *item)
{
	struct str name = json_get_text(item->extension, S("collection"));

	return name.len ? name : (struct str){ 0 };
}
