/*
 * Accept, Accept-Encoding, Accept-Language, media types and Prefer. Second opinion on
 * Accept: its members cut, read by the grammar of RFC 9110 section 12.5.1 and weighed
 * one by one. The others hold to laws: an offer that is chosen has a quality, a type
 * covers itself, what a field does not say changes nothing.
 */
#include "fuzz/pattern.h"
#include "message/media_type.h"
#include "message/negotiate.h"
#include "message/prefer.h"

#define PARAMETER OWS ";" OWS "(?:" TCHAR "++=(?:" TCHAR "++|" QUOTED "))?"

static struct pattern range_rule = { .text = OWS "(" TCHAR "++)/(" TCHAR "++)((?:" PARAMETER ")*+)" OWS "$" };
static struct pattern next_parameter = { .text = "(?:" OWS ";)++" OWS "(" TCHAR "++)=(" TCHAR "++|" QUOTED
	                                         ")" };
static struct pattern weight_rule = { .text = "(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)$" };

/* Where a member of the list ends: at a comma that is in no quoted string. */
static size_t member_end(struct str list, size_t at)
{
	bool quoted = false;

	for (; at < list.len && (quoted || list.at[at] != ','); at++) {
		if (quoted && list.at[at] == '\\' && at + 1 < list.len)
			at++;
		else if (list.at[at] == '"')
			quoted = !quoted;
	}
	return at;
}

static unsigned thousandths(struct str weight)
{
	char digits[6] = "0.000";

	memcpy(digits, weight.at, weight.len < 5 ? weight.len : 5);
	return (unsigned)(digits[0] - '0') * 1000 + (unsigned)(digits[2] - '0') * 100 +
	       (unsigned)(digits[3] - '0') * 10 + (unsigned)(digits[4] - '0');
}

/* 0 where the range does not cover the type, which has no parameters; else how closely; *ret_weight is its q. */
static unsigned closeness(struct str member, struct str type, struct str subtype, unsigned *ret_weight,
                          bool *ret_is_range)
{
	struct str range_type, range_subtype, parameters;
	unsigned fit;
	bool has_more = false;

	*ret_weight = 1000;
	*ret_is_range = false;
	if (!pattern_match(&range_rule, member, 0))
		return 0;
	range_type = pattern_group(&range_rule, 1);
	range_subtype = pattern_group(&range_rule, 2);
	parameters = pattern_group(&range_rule, 3);
	if (str_eq(range_type, S("*")) && !str_eq(range_subtype, S("*")))
		return 0;
	for (size_t at = 0; pattern_match(&next_parameter, parameters, at);
	     at = pattern_end(&next_parameter)) {
		if (!str_eq_nocase(pattern_group(&next_parameter, 1), S("q"))) {
			has_more = true;
		} else {
			struct str weight = pattern_group(&next_parameter, 2);

			if (!pattern_match(&weight_rule, weight, 0))
				return 0;
			*ret_weight = thousandths(weight);
		}
	}
	*ret_is_range = true;
	fit = str_eq(range_type, S("*")) ? 1 : str_eq(range_subtype, S("*")) ? 2 : 3;
	if ((fit > 1 && !str_eq_nocase(range_type, type)) ||
	    (fit > 2 && !str_eq_nocase(range_subtype, subtype)))
		return 0;
	return has_more ? 0 : fit;
}

static unsigned quality_plainly(struct str accept, struct str type, struct str subtype)
{
	unsigned best = 0, quality = 0;
	bool has_range = false;

	for (size_t at = 0, end; at < accept.len; at = end + 1) {
		unsigned weight, fit;
		bool is_range;

		end = member_end(accept, at);
		fit = closeness(str_sub(accept, at, end - at), type, subtype, &weight, &is_range);
		has_range |= is_range;
		if (fit > best || (fit && fit == best && weight > quality)) {
			best = fit;
			quality = weight;
		}
	}
	return has_range ? quality : 1000;
}

static void accept(struct str text)
{
	static const struct str offers[] = { STR_INIT("application/json"), STR_INIT("text/html"),
		                             STR_INIT("text/html;level=1") };
	unsigned json = accept_quality(text, offers[0]), html = accept_quality(text, offers[1]);
	int chosen = accept_choose(text, offers, 3);

	must(json == quality_plainly(text, S("application"), S("json")));
	must(html == quality_plainly(text, S("text"), S("html")));
	must(accept_choose(text, offers, 2) == (json >= html && json ? 0 : html ? 1 : -1));
	must(chosen >= -1 && chosen < 3 && (chosen < 0 || accept_quality(text, offers[chosen]) > 0));
}

static void codings_and_languages(struct str text)
{
	static const struct str languages[] = { STR_INIT("en"), STR_INIT("de-CH"), STR_INIT("zh-Hant-TW") };
	int chosen = accept_language_choose(text, languages, 3);
	unsigned gzip = accept_coding_quality(text, S("gzip"));

	must(chosen >= -1 && chosen < 3);
	must(gzip <= 1000 && gzip == accept_coding_quality(text, S("x-GZIP")));
	must(accept_coding_quality(text, S("identity")) <= 1000);
}

static void media_type(struct str text)
{
	struct media_type type, bare;
	char *scratch = malloc(text.len + 1);
	struct str value;
	bool is_range, is_type;

	must(scratch);
	is_range = media_type_parse(text, true, &type);
	is_type = media_type_parse(text, false, &bare);
	must(is_range || !is_type);
	must(is_range ==
	     (pattern_match(&range_rule, text, 0) && (!str_eq(pattern_group(&range_rule, 1), S("*")) ||
	                                              str_eq(pattern_group(&range_rule, 2), S("*")))));
	if (is_type) {
		value = media_type_parameter(&type, S("charset"), scratch);
		must(value.len <= text.len);
		bare.parameters = (struct str){ 0 };
		must(media_type_covers(&bare, &type) && media_type_covers(&bare, &bare));
	}
	free(scratch);
}

static void prefer(struct str text)
{
	struct prefer prefer = prefer_parse(text);

	must(prefer.wait_seconds >= -1 && !(prefer.minimal && prefer.representation));
	must(!(prefer.strict && prefer.lenient));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text;

	if (size > 8192)
		return 0;
	text = fuzz_text(data, size);
	accept(text);
	codings_and_languages(text);
	media_type(text);
	prefer(text);
	fuzz_free(text);
	return 0;
}
