/*
 * Grammars as the RFCs write them, for second opinions: an ABNF rule becomes a PCRE2
 * pattern, which has nothing in common with the parser that it is held against.
 * Quantifiers are possessive where they can be, so that no input makes a pattern slow.
 */
#ifndef STATUTE_FUZZ_PATTERN_H
#define STATUTE_FUZZ_PATTERN_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "fuzz/fuzz.h"

/* Rules that several grammars share (RFC 9110 section 5.6, RFC 3986 section 2). */
#define TCHAR "[!#$%&'*+\\-.^_`|~0-9A-Za-z]"
#define OWS "[ \\t]*+"
#define FIELD_BYTE "[\\t\\x20-\\x7E\\x80-\\xFF]"
#define QUOTED "\"(?:[\\t\\x20!#-\\[\\]-\\x7E\\x80-\\xFF]|\\\\[\\t\\x20-\\x7E\\x80-\\xFF])*+\""
#define ESCAPE "%[0-9A-Fa-f]{2}"
#define UNRESERVED_OR_DELIM "A-Za-z0-9\\-._~!$&'()*+,;="

struct pattern {
	const char *text; /* the rule; everything else is zero at first */
	pcre2_code *code;
	pcre2_match_data *groups;
	struct str subject;
};

/* Does the rule match at byte `at`? Groups and the end are those of the last match. */
static inline bool pattern_match(struct pattern *pattern, struct str text, size_t at)
{
	int error, result;
	size_t offset;

	if (!pattern->code) {
		pattern->code = pcre2_compile((PCRE2_SPTR)pattern->text, PCRE2_ZERO_TERMINATED,
		                              PCRE2_ANCHORED | PCRE2_DOLLAR_ENDONLY | PCRE2_DOTALL, &error,
		                              &offset, NULL);
		must(pattern->code);
		pattern->groups = pcre2_match_data_create_from_pattern(pattern->code, NULL);
		must(pattern->groups);
	}
	pattern->subject = text.at ? text : S("");
	result = pcre2_match(pattern->code, (PCRE2_SPTR)pattern->subject.at, text.len, at, 0, pattern->groups,
	                     NULL);
	must(result > 0 || result == PCRE2_ERROR_NOMATCH);
	return result > 0;
}

/* {NULL, 0} where the group took no part. */
static inline struct str pattern_group(const struct pattern *pattern, uint32_t group)
{
	const size_t *at = pcre2_get_ovector_pointer(pattern->groups);

	if (group >= pcre2_get_ovector_count(pattern->groups) || at[2 * group] == PCRE2_UNSET)
		return (struct str){ 0 };
	return str_of(pattern->subject.at + at[2 * group], at[2 * group + 1] - at[2 * group]);
}

static inline size_t pattern_end(const struct pattern *pattern)
{
	return pcre2_get_ovector_pointer(pattern->groups)[1];
}

#endif
