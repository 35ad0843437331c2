/*
 * Which vocabularies a resource has (JSON Schema Core, section 8.1): see registry.h.
 *
 * The meta-schema that $schema names is not applied to the schema; only its
 * $vocabulary is read. A meta-schema that cannot be found is a warning: the
 * schema is then read as 2020-12.
 */
#include "message/uri.h"
#include "schema/registry.h"

#define VOCABULARIES "https://json-schema.org/draft/2020-12/vocab/"

enum { ALL_BUT_ASSERTION = (1u << VOCABULARY_COUNT) - 1 - (1u << VOCABULARY_FORMAT_ASSERTION) };

static const struct str vocabulary_names[VOCABULARY_COUNT] = {
#define V(id, name) [VOCABULARY_##id] = STR_INIT(VOCABULARIES name),
#include "schema/vocabulary.def"
#undef V
};

static unsigned find_vocabulary(struct str uri)
{
	for (size_t i = 0; i < VOCABULARY_COUNT; i++)
		if (str_eq(uri, vocabulary_names[i]))
			return 1u << i;
	return 0;
}

static unsigned read_vocabularies(const struct json *vocabulary, uint32_t at, struct issues *issues)
{
	unsigned known = 1u << VOCABULARY_CORE;

	json_each(member, vocabulary) {
		unsigned one = find_vocabulary(member->name);

		known |= one;
		if (!one && json_is_true(member))
			issues_add(issues, at, NULL,
			           "the meta-schema requires the vocabulary %.*s, which is not known",
			           STR_ARG(member->name));
	}
	if (known & 1u << VOCABULARY_FORMAT_ASSERTION)
		known |= 1u << VOCABULARY_FORMAT;
	return known;
}

static int read_metaschema(struct schema_set *set, const struct schema_resource *resource,
                           const struct json *name, struct issues *issues, unsigned *ret_vocabularies)
{
	struct str uri = uri_resolve(set->arena, resource->uri, json_text(name));
	struct schema_resource *metaschema = NULL;
	const struct json *vocabulary;
	int r;

	if (!uri.at)
		return STATUTE_ENOMEM;
	uri = str_sub(uri, 0, str_find(uri, '#'));
	*ret_vocabularies = ALL_BUT_ASSERTION;
	if (metaschema_is_known(uri))
		return 0;
	r = registry_find(set, uri, &metaschema);
	if (r == STATUTE_ENOTFOUND) {
		issues_warn(issues, name->at, NULL,
		            "the dialect %.*s is not known: read as JSON Schema 2020-12",
		            STR_ARG(json_text(name)));
		return 0;
	}
	vocabulary = r == 0 ? json_get(metaschema->root, S("$vocabulary")) : NULL;
	if (vocabulary)
		*ret_vocabularies = read_vocabularies(vocabulary, name->at, issues);
	return r;
}

int registry_read_dialect(struct schema_set *set, struct schema_resource *resource, struct issues *issues)
{
	const struct schema_resource *from = resource;
	const struct json *name;

	if (set->dialect == SCHEMA_2020_12 || resource->parent) {
		while (from->parent && !json_get(from->root, S("$schema")))
			from = from->parent;
		name = json_get(from->root, S("$schema"));
		if (json_is(name, JSON_STRING))
			return read_metaschema(set, from, name, issues, &resource->vocabularies);
	}
	resource->vocabularies = ALL_BUT_ASSERTION;
	return 0;
}
