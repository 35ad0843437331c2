/* minLength, maxLength, pattern and format (JSON Schema Validation, sections 6.3 and 7). */
#include "schema/compiler.h"
#include "schema/format.h"
#include "schema/regex.h"

/* A code point has one to four bytes: only between these bounds must they be counted. */
static bool check_min_length(struct walk *w, const struct rule *rule, const struct json *node)
{
	size_t len = node->text.len;

	if (len >= rule->count && (len / 4 >= rule->count || str_code_points(node->text) >= rule->count))
		return true;
	if (rule->count == 1)
		return walk_fail(w, rule, "MIN_LENGTH", "Must not be empty");
	return walk_fail(w, rule, "MIN_LENGTH", "Must be at least %zu characters long", (size_t)rule->count);
}

static bool check_max_length(struct walk *w, const struct rule *rule, const struct json *node)
{
	size_t len = node->text.len;

	if (len <= rule->count || (len / 4 <= rule->count && str_code_points(node->text) <= rule->count))
		return true;
	return walk_fail(w, rule, "MAX_LENGTH", "Must be at most %zu character%s long", (size_t)rule->count,
	                 rule->count == 1 ? "" : "s");
}

static bool check_pattern(struct walk *w, const struct rule *rule, const struct json *node)
{
	int r = pattern_match(rule->pattern, node->text, &w->pattern_steps);
	struct str source = pattern_source(rule->pattern);

	if (r > 0)
		return true;
	if (r == STATUTE_ELIMIT)
		return walk_limit(w, "PATTERN_TOO_COSTLY", "Takes too long to compare with its pattern");
	if (r < 0)
		return walk_stop(w, r);
	return walk_fail(w, rule, "PATTERN", "Must match the pattern %.*s", STR_ARG(source));
}

static bool check_format(struct walk *w, const struct rule *rule, const struct json *node)
{
	if (format_check(rule->format, node))
		return true;
	return walk_fail(w, rule, "FORMAT", "Must be %s", format_description(rule->format));
}

static void read_format(struct compiler *c, struct schema *schema)
{
	struct str name = json_text(c->values[KEYWORD_FORMAT]);
	const struct format *format = name.at ? format_find(name, c->set->dialect != SCHEMA_2020_12) : NULL;

	if (!format || !compiler_asserts_format(c))
		return;
	if (format_prepare(format) < 0)
		c->failure = STATUTE_ENOMEM;
	else
		compiler_rule(c, schema, KEYWORD_FORMAT, format_applies(format), check_format)->format =
			format;
}

void read_string(struct compiler *c, struct schema *schema)
{
	const struct json *source = c->values[KEYWORD_PATTERN];
	const struct pattern *pattern = source ? compiler_pattern(c, source->text, source->at) : NULL;
	uint64_t count;

	if (compiler_count(c, KEYWORD_MIN_LENGTH, &count))
		compiler_rule(c, schema, KEYWORD_MIN_LENGTH, ON_STRING, check_min_length)->count = count;
	if (compiler_count(c, KEYWORD_MAX_LENGTH, &count))
		compiler_rule(c, schema, KEYWORD_MAX_LENGTH, ON_STRING, check_max_length)->count = count;
	if (pattern)
		compiler_rule(c, schema, KEYWORD_PATTERN, ON_STRING, check_pattern)->pattern = pattern;
	read_format(c, schema);
}
