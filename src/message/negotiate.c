/*
 * Choosing among representations: see negotiate.h. Every function reads its field
 * once for each offer and allocates nothing.
 */
#include "message/negotiate.h"

#include "message/media_type.h"
#include "message/syntax.h"

enum { FULL = 1000 };

static bool is_any(struct str part)
{
	return str_eq(part, S("*"));
}

/*
 * How well a range fits a type: 0 not at all, 1 any, 2 its type, 3 its subtype, one
 * more for each parameter that agrees. `q` is a weight wherever it stands.
 */
static unsigned range_fit(const struct media_type *range, const struct media_type *type)
{
	struct str rest = range->parameters, name, value;
	unsigned fit = is_any(range->type) ? 1 : is_any(range->subtype) ? 2 : 3;

	if (!is_any(range->type) && !str_eq_nocase(range->type, type->type))
		return 0;
	if (!is_any(range->subtype) && !str_eq_nocase(range->subtype, type->subtype))
		return 0;
	while (syntax_parameter_next(&rest, false, &name, &value) == SYNTAX_PART) {
		struct str others = type->parameters, other_name, other;
		bool agrees = false;

		if (str_eq_nocase(name, S("q")))
			continue;
		while (!agrees && syntax_parameter_next(&others, false, &other_name, &other) == SYNTAX_PART)
			agrees = str_eq_nocase(name, other_name) &&
			         syntax_value_eq(value, other, str_eq_nocase(name, S("charset")));
		if (!agrees)
			return 0;
		fit++;
	}
	return fit;
}

/* The weight among parameters, or FULL where there is none; false where it is malformed. */
static bool find_weight(struct str parameters, unsigned *ret_weight)
{
	unsigned weight = FULL;
	struct str name, value;
	enum syntax_part part;

	while ((part = syntax_parameter_next(&parameters, false, &name, &value)) == SYNTAX_PART)
		if (str_eq_nocase(name, S("q")) && !syntax_weight(value, &weight))
			return false;
	if (part == SYNTAX_MALFORMED)
		return false;
	*ret_weight = weight;
	return true;
}

unsigned accept_quality(struct str accept, struct str media_type)
{
	unsigned best_fit = 0, quality = 0;
	struct media_type range, type;
	bool has_range = false;
	struct str member;

	if (!media_type_parse(media_type, true, &type))
		return accept.at ? 0 : FULL;
	while ((member = syntax_list_next(&accept)).at) {
		unsigned weight, fit;

		if (!media_type_parse(member, true, &range) || !find_weight(range.parameters, &weight))
			continue;
		has_range = true;
		fit = range_fit(&range, &type);
		if (fit > best_fit || (fit && fit == best_fit && weight > quality)) {
			best_fit = fit;
			quality = weight;
		}
	}
	return has_range ? quality : FULL;
}

int accept_choose(struct str accept, const struct str *offers, size_t count)
{
	unsigned best = 0;
	int choice = -1;

	if (!accept.at) /* every offer is as welcome as the first */
		return count ? 0 : -1;
	for (size_t i = 0; i < count; i++) {
		unsigned quality = accept_quality(accept, offers[i]);

		if (quality > best) {
			best = quality;
			choice = (int)i;
		}
	}
	return choice;
}

/* "name;q=0.5": the name and its weight; false where it is malformed. */
static bool parse_weighted(struct str member, struct str *ret_name, unsigned *ret_weight)
{
	size_t len = str_find(member, ';');
	struct str name = str_trim(str_sub(member, 0, len));

	if (!syntax_is_token(name) || !find_weight(str_sub(member, len, member.len), ret_weight))
		return false;
	*ret_name = name;
	return true;
}

/* x-gzip and x-compress are other names of gzip and compress (RFC 9110 section 8.4.1). */
static struct str coding_name(struct str coding)
{
	if (str_eq_nocase(coding, S("x-gzip")) || str_eq_nocase(coding, S("x-compress")))
		return str_sub(coding, 2, coding.len);
	return coding;
}

unsigned accept_coding_quality(struct str accept_encoding, struct str coding)
{
	bool is_identity = str_eq_nocase(coding, S("identity"));
	unsigned named = 0, rest = 0, weight;
	bool is_named = false, has_rest = false;
	bool is_alone = true;
	struct str member, name;

	if (!accept_encoding.at)
		return FULL;
	while ((member = syntax_list_next(&accept_encoding)).at) {
		if (!parse_weighted(member, &name, &weight))
			continue;
		is_alone = false;
		if (is_any(name)) {
			has_rest = true;
			rest = weight;
		} else if (str_eq_nocase(coding_name(name), coding_name(coding))) {
			is_named = true;
			named = weight;
		}
	}
	if (is_named)
		return named;
	if (has_rest)
		return rest;
	return is_identity ? (is_alone ? FULL : 1) : 0;
}

enum { LANGUAGES = 32 };

struct weighted_language {
	struct str range;
	unsigned weight;
};

/* The members in order of their weights, the earlier first among equals; those past LANGUAGES do not count. */
static size_t read_languages(struct str field, struct weighted_language *languages)
{
	size_t count = 0;
	struct str member;

	while (count < LANGUAGES && (member = syntax_list_next(&field)).at) {
		struct weighted_language language;
		size_t at = count;

		if (!parse_weighted(member, &language.range, &language.weight))
			continue;
		for (; at > 0 && languages[at - 1].weight < language.weight; at--)
			languages[at] = languages[at - 1];
		languages[at] = language;
		count++;
	}
	return count;
}

/* Does the tag equal the range, or begin with it at a subtag's end (RFC 4647 section 3.3.1)? */
static bool language_has_prefix(struct str tag, struct str range)
{
	if (tag.len > range.len && tag.at[range.len] != '-')
		return false;
	return str_eq_nocase(str_sub(tag, 0, range.len), range);
}

/* Is the longest range that covers the tag one of weight 0? */
static bool language_is_excluded(struct str tag, const struct weighted_language *languages, size_t count)
{
	bool is_excluded = false;
	size_t longest = 0;

	for (size_t i = 0; i < count; i++) {
		bool takes_any = is_any(languages[i].range);
		size_t len = takes_any ? 0 : languages[i].range.len;

		if (len < longest || (!takes_any && !language_has_prefix(tag, languages[i].range)))
			continue;
		longest = len;
		is_excluded = !languages[i].weight;
	}
	return is_excluded;
}

/* Without its last subtag, and without the single letter that then stands last (RFC 4647 section 3.4). */
static struct str language_shorten(struct str range)
{
	while (range.len && range.at[range.len - 1] != '-')
		range.len--;
	if (range.len)
		range.len--;
	if (range.len >= 2 && range.at[range.len - 2] == '-')
		range.len -= 2;
	return range;
}

int accept_language_choose(struct str accept_language, const struct str *offers, size_t count)
{
	struct weighted_language languages[LANGUAGES];
	size_t language_count = read_languages(accept_language, languages);

	if (!language_count)
		return count ? 0 : -1;
	for (size_t i = 0; i < language_count && languages[i].weight; i++) {
		bool takes_any = is_any(languages[i].range);

		for (struct str range = languages[i].range; range.len; range = language_shorten(range))
			for (size_t offer = 0; offer < count; offer++)
				if ((takes_any || str_eq_nocase(offers[offer], range)) &&
				    !language_is_excluded(offers[offer], languages, language_count))
					return (int)offer;
	}
	return -1;
}
