/* Members of objects (JSON Schema Core, section 10.3.2; Validation, section 6.5). */
#include "schema/compiler.h"
#include "schema/regex.h"

static bool check_min_members(struct walk *w, const struct rule *rule, const struct json *node)
{
	if (node->count >= rule->count)
		return true;
	return walk_fail(w, rule, "MIN_PROPERTIES", "Must have at least %zu member%s", (size_t)rule->count,
	                 rule->count == 1 ? "" : "s");
}

static bool check_max_members(struct walk *w, const struct rule *rule, const struct json *node)
{
	if (node->count <= rule->count)
		return true;
	return walk_fail(w, rule, "MAX_PROPERTIES", "Must have at most %zu member%s", (size_t)rule->count,
	                 rule->count == 1 ? "" : "s");
}

static bool is_excused_as(const struct walk *w, bool is_read_only, bool is_write_only)
{
	return (w->direction == SCHEMA_REQUEST && is_read_only) ||
	       (w->direction == SCHEMA_STORED && is_write_only);
}

/*
 * A member that the sender cannot send need not be there. What says so may stand
 * beside `required`, or anywhere that applies to the same object.
 */
static bool is_excused(const struct walk *w, const struct rule *rule, struct str name)
{
	const struct schema_member *member;

	if (w->direction == SCHEMA_NEUTRAL)
		return false;
	member = schema_member(rule->owner, name);
	if (!member)
		member = schema_member(w->place->schema, name);
	return member && is_excused_as(w, member->is_read_only, member->is_write_only);
}

static bool check_required(struct walk *w, const struct rule *rule, const struct json *node)
{
	const struct json *guess = json_first(node); /* names mostly come in the same order */
	bool ok = true;

	for (size_t i = 0; i < rule->names.count; i++) {
		struct str name = rule->names.list[i];
		const struct json *member = guess && str_eq(guess->name, name) ? guess : json_get(node, name);

		if (member) {
			guess = member->next;
		} else if (!is_excused(w, rule, name)) {
			ok = walk_fail_missing(w, rule, name, "REQUIRED", "Is required");
			if (!walk_goes_on(w))
				return false;
		}
	}
	return ok;
}

const struct property *member_rules_find(const struct member_rules *rules, struct str name, size_t *cursor)
{
	size_t next = *cursor < rules->count ? *cursor : 0;
	const struct property *property = NULL;

	if (!rules->count)
		return NULL;
	if (str_eq(rules->properties[next].name, name))
		property = &rules->properties[next];
	else if (rules->count > SCHEMA_FEW_NAMES)
		property = map_get(&rules->by_name, name);
	else
		for (size_t i = 0; i < rules->count && !property; i++)
			if (str_eq(rules->properties[i].name, name))
				property = &rules->properties[i];
	if (property)
		*cursor = (size_t)(property - rules->properties) + 1;
	return property;
}

static bool check_declared(struct walk *w, const struct rule *rule, const struct schema *schema,
                           const struct json *member, size_t index)
{
	if (w->direction == SCHEMA_REQUEST && schema->is_read_only)
		return walk_fail_child(w, rule, member, index, "READ_ONLY",
		                       "Must not be sent: it is read-only");
	return walk_child(w, schema, member, index);
}

static bool check_patterns(struct walk *w, const struct member_rules *rules, const struct json *member,
                           size_t index, bool *matches)
{
	bool ok = true;

	for (size_t i = 0; i < rules->pattern_count; i++) {
		int r = pattern_match(rules->patterns[i].pattern, member->name, &w->pattern_steps);

		if (r == STATUTE_ELIMIT)
			return walk_limit(w, "PATTERN_TOO_COSTLY",
			                  "Has a name that takes too long to compare with a pattern");
		if (r < 0)
			return walk_stop(w, r);
		if (r == 0)
			continue;
		*matches = true;
		if (!walk_child(w, rules->patterns[i].schema, member, index)) {
			ok = false;
			if (!walk_goes_on(w))
				return false;
		}
	}
	return ok;
}

static bool check_member(struct walk *w, const struct rule *rule, const struct json *member, size_t index,
                         size_t *cursor)
{
	const struct member_rules *rules = rule->members;
	const struct property *property = member_rules_find(rules, member->name, cursor);
	bool ok = true, matches = property != NULL;

	if (property)
		ok = check_declared(w, rule, property->schema, member, index);
	if (rules->pattern_count && (ok || walk_goes_on(w)))
		ok = check_patterns(w, rules, member, index, &matches) && ok;
	if (!matches && rules->additional) {
		matches = true;
		if (rules->additional->is_false)
			ok = walk_fail_child(w, rule, member, index, "ADDITIONAL_PROPERTY",
			                     "Is not a known member");
		else
			ok = walk_child(w, rules->additional, member, index);
	}
	if (matches)
		evaluated_add(w, w->evaluated, index);
	return ok;
}

static bool check_members(struct walk *w, const struct rule *rule, const struct json *node)
{
	size_t index = 0, cursor = 0;
	bool ok = true;

	json_each(member, node) {
		if (!check_member(w, rule, member, index, &cursor)) {
			ok = false;
			if (!walk_goes_on(w))
				return false;
		}
		index++;
	}
	return ok;
}

/* A name is a value of its own here, without a place; an error is one of the member. */
static bool check_names(struct walk *w, const struct rule *rule, const struct json *node)
{
	size_t index = 0;
	bool ok = true;

	json_each(member, node) {
		struct json name = { .type = JSON_STRING, .text = member->name };
		struct place place = {
			.up = w->place, .node = member, .index = index, .schema = rule->schema
		};
		struct evaluated *outer = w->evaluated;
		bool holds;

		index++;
		w->place = &place;
		w->evaluated = NULL;
		holds = walk_test(w, rule->schema, &name);
		w->evaluated = outer;
		w->place = place.up;
		if (holds)
			continue;
		ok = walk_fail_child(w, rule, member, place.index, "PROPERTY_NAME",
		                     "Has a name that is not allowed");
		if (!walk_goes_on(w))
			return false;
	}
	return ok;
}

static bool index_properties(struct compiler *c, struct member_rules *rules)
{
	map_init(&rules->by_name, c->set->arena);
	for (size_t i = 0; rules->count > SCHEMA_FEW_NAMES && i < rules->count; i++) {
		void **place = map_put(&rules->by_name, rules->properties[i].name);

		if (!place) {
			c->failure = STATUTE_ENOMEM;
			return false;
		}
		*place = &rules->properties[i];
	}
	return true;
}

static bool read_properties(struct compiler *c, const struct schema *schema, struct member_rules *rules)
{
	const struct json *value = c->values[KEYWORD_PROPERTIES];

	if (!value)
		return true;
	if (!(rules->properties = compiler_alloc(c, value->count, sizeof(*rules->properties))))
		return false;
	json_each(member, value) {
		struct property *property = &rules->properties[rules->count];

		property->name = member->name;
		property->schema = compiler_grandchild(c, schema, KEYWORD_PROPERTIES, member, member->name);
		if (!property->schema)
			return false;
		rules->count++;
	}
	return index_properties(c, rules);
}

static bool read_patterns(struct compiler *c, const struct schema *schema, struct member_rules *rules)
{
	const struct json *value = c->values[KEYWORD_PATTERN_PROPERTIES];

	if (!value)
		return true;
	if (!(rules->patterns = compiler_alloc(c, value->count, sizeof(*rules->patterns))))
		return false;
	json_each(member, value) {
		struct pattern_property *property = &rules->patterns[rules->pattern_count];

		property->pattern = compiler_pattern(c, member->name, member->name_at);
		property->schema = compiler_grandchild(c, schema, KEYWORD_PATTERN_PROPERTIES, member,
		                                       member->name);
		if (!property->schema)
			return false;
		rules->pattern_count += property->pattern != NULL; /* a broken one has its issue */
	}
	return true;
}

static void read_members(struct compiler *c, struct schema *schema)
{
	const struct json *additional = c->values[KEYWORD_ADDITIONAL_PROPERTIES];
	struct member_rules *rules;

	if (!c->values[KEYWORD_PROPERTIES] && !c->values[KEYWORD_PATTERN_PROPERTIES] && !additional)
		return;
	if (!(rules = compiler_alloc(c, 1, sizeof(*rules))))
		return;
	if (!read_properties(c, schema, rules) || !read_patterns(c, schema, rules))
		return;
	rules->additional = compiler_child(c, schema, KEYWORD_ADDITIONAL_PROPERTIES);
	compiler_rule(c, schema, additional ? KEYWORD_ADDITIONAL_PROPERTIES : KEYWORD_PROPERTIES, ON_OBJECT,
	              check_members)
		->members = rules;
	schema->own_members = rules;
}

void read_object(struct compiler *c, struct schema *schema)
{
	const struct schema *names = compiler_child(c, schema, KEYWORD_PROPERTY_NAMES);
	uint64_t count;

	if (compiler_count(c, KEYWORD_MIN_PROPERTIES, &count))
		compiler_rule(c, schema, KEYWORD_MIN_PROPERTIES, ON_OBJECT, check_min_members)->count = count;
	if (compiler_count(c, KEYWORD_MAX_PROPERTIES, &count))
		compiler_rule(c, schema, KEYWORD_MAX_PROPERTIES, ON_OBJECT, check_max_members)->count = count;
	if (c->values[KEYWORD_REQUIRED]) {
		schema->required = compiler_names(c, c->values[KEYWORD_REQUIRED]);
		compiler_rule(c, schema, KEYWORD_REQUIRED, ON_OBJECT, check_required)->names =
			schema->required;
	}
	read_members(c, schema);
	if (names)
		compiler_rule(c, schema, KEYWORD_PROPERTY_NAMES, ON_OBJECT, check_names)->schema = names;
}
