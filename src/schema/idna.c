/*
 * Labels of internationalized host names: see idna.h.
 *
 * A label is turned into code points, from Punycode or from UTF-8, and then
 * matched as a whole with a few patterns, which say what RFC 5892 and RFC 5893
 * say: one for what a label may hold, two for the directions it may run in.
 */
#include "schema/idna.h"

#include <pthread.h>

#include "schema/punycode.h"
#include "schema/regex.h"

enum { PATTERNS_MAX = 64 * 1024, LABEL_MAX = 63, UTF8_MAX = LABEL_MAX * 4 };

/* Exceptions that are allowed, and that are not (RFC 5892, section 2.6). */
#define ALLOWED "\\x{df}\\x{3c2}\\x{6fd}\\x{6fe}\\x{f0b}\\x{3007}"
#define EXCLUDED "\\x{640}\\x{7fa}\\x{302e}\\x{302f}\\x{3031}-\\x{3035}\\x{303b}"
/* Letters and marks with a compatibility mapping, and old Hangul (sections 2.2 and 2.9). */
#define UNSTABLE \
	"\\x{aa}\\x{ba}\\x{132}\\x{133}\\x{13f}\\x{140}\\x{149}\\x{17f}\\x{1c4}-\\x{1cc}\\x{1f1}-\\x{1f3}" \
	"\\x{2b0}-\\x{2b8}\\x{2e0}-\\x{2e4}\\x{340}\\x{341}\\x{343}-\\x{345}\\x{37a}\\x{3d0}-\\x{3d6}" \
	"\\x{3f0}-\\x{3f2}\\x{3f5}\\x{587}\\x{675}-\\x{678}\\x{958}-\\x{95f}\\x{9dc}\\x{9dd}\\x{9df}" \
	"\\x{a33}\\x{a36}\\x{a59}-\\x{a5b}\\x{a5e}\\x{b5c}\\x{b5d}\\x{e33}\\x{eb3}\\x{edc}\\x{edd}" \
	"\\x{f0c}\\x{f43}\\x{f4d}\\x{f52}\\x{f57}\\x{f5c}\\x{f69}\\x{f73}\\x{f75}-\\x{f79}\\x{f81}" \
	"\\x{f93}\\x{f9d}\\x{fa2}\\x{fa7}\\x{fac}\\x{fb9}\\x{10fc}\\x{1100}-\\x{11ff}\\x{1d2c}-\\x{1d2e}" \
	"\\x{1d30}-\\x{1d3a}\\x{1d3c}-\\x{1d4d}\\x{1d4f}-\\x{1d6a}\\x{1d78}\\x{1d9b}-\\x{1dbf}\\x{1e9a}" \
	"\\x{1e9b}\\x{1f71}\\x{1f73}\\x{1f75}\\x{1f77}\\x{1f79}\\x{1f7b}\\x{1f7d}\\x{1fbb}\\x{1fbe}" \
	"\\x{1fc9}\\x{1fcb}\\x{1fd3}\\x{1fdb}\\x{1fe3}\\x{1feb}\\x{1ff9}\\x{1ffb}\\x{2071}\\x{207f}" \
	"\\x{2090}-\\x{209c}\\x{2100}-\\x{218f}\\x{2c7c}\\x{2c7d}\\x{2d6f}\\x{3131}-\\x{318e}\\x{a69c}" \
	"\\x{a69d}\\x{a770}\\x{a7f8}\\x{a7f9}\\x{a960}-\\x{a97c}\\x{ab5c}-\\x{ab5f}\\x{d7b0}-\\x{d7fb}" \
	"\\x{f900}-\\x{fa0d}\\x{fa10}\\x{fa12}\\x{fa15}-\\x{fa1e}\\x{fa20}\\x{fa22}\\x{fa25}\\x{fa26}" \
	"\\x{fa2a}-\\x{fb1d}\\x{fb1f}-\\x{fdff}\\x{fe70}-\\x{fefc}\\x{ff10}-\\x{ffdc}" \
	"\\x{1d400}-\\x{1d7ff}\\x{1ee00}-\\x{1eeff}\\x{1fbf0}-\\x{1fbf9}\\x{2f800}-\\x{2fa1d}"
/* Signs that silence a vowel and may join (canonical combining class 9). */
#define VIRAMA \
	"[\\x{94d}\\x{9cd}\\x{a4d}\\x{acd}\\x{b4d}\\x{bcd}\\x{c4d}\\x{ccd}\\x{d3b}\\x{d3c}\\x{d4d}" \
	"\\x{dca}\\x{e3a}\\x{eba}\\x{f84}\\x{1039}\\x{103a}\\x{1714}\\x{1734}\\x{17d2}\\x{1a60}\\x{1b44}" \
	"\\x{1baa}\\x{1bab}\\x{1bf2}\\x{1bf3}\\x{2d7f}\\x{a806}\\x{a8c4}\\x{a953}\\x{a9c0}\\x{aaf6}" \
	"\\x{abed}\\x{10a3f}\\x{11046}\\x{1107f}\\x{110b9}\\x{11133}\\x{11134}\\x{111c0}\\x{11235}" \
	"\\x{112ea}\\x{1134d}\\x{11442}\\x{114c2}\\x{115bf}\\x{1163f}\\x{116b6}\\x{1172b}\\x{11839}" \
	"\\x{119e0}\\x{11a34}\\x{11a47}\\x{11a99}\\x{11c3f}\\x{11d44}\\x{11d45}\\x{11d97}]"
/* Letters of scripts that join, those that join to the right only, and those that do not. */
#define JOINS "\\p{sc:Arabic}\\p{sc:Syriac}\\p{sc:Mandaic}\\p{sc:Mongolian}\\p{sc:Nko}\\p{sc:Phags_Pa}"
#define TO_RIGHT \
	"\\x{622}-\\x{625}\\x{627}\\x{629}\\x{62f}-\\x{632}\\x{648}\\x{671}-\\x{673}\\x{675}-\\x{677}" \
	"\\x{688}-\\x{699}\\x{6c0}\\x{6c3}-\\x{6cb}\\x{6cd}\\x{6cf}\\x{6d2}\\x{6d3}\\x{6d5}\\x{6ee}" \
	"\\x{6ef}\\x{710}\\x{715}-\\x{719}\\x{71e}\\x{728}\\x{72a}\\x{72c}\\x{72f}\\x{74d}" \
	"\\x{759}-\\x{75b}\\x{76b}\\x{76c}\\x{771}\\x{773}\\x{774}\\x{778}\\x{779}\\x{8aa}-\\x{8ac}" \
	"\\x{8ae}\\x{8b1}\\x{8b2}\\x{8b9}"
#define NOT_JOINING "\\x{621}\\x{674}\\x{6d4}"
#define JOINS_LEFT "(?![" TO_RIGHT NOT_JOINING "])(?=\\p{L})[" JOINS "]"

/* What a label may hold (section 3), with the rules of context (appendix A). */
static const struct str label_text = STR_INIT(
	"^(?!-)(?!..--)(?!\\p{M})"
	"(?!(?=.*\\x{30fb})(?!.*[\\p{sc:Hiragana}\\p{sc:Katakana}\\p{sc:Han}]))"
	"(?!(?=.*[\\x{660}-\\x{669}]).*[\\x{6f0}-\\x{6f9}])"
	"(?:[-" ALLOWED "]"
	"|(?![" EXCLUDED UNSTABLE "]|\\p{CWCF}|\\p{DI})[\\p{Ll}\\p{Lo}\\p{Lm}\\p{Mn}\\p{Mc}\\p{Nd}]"
	"|(?<=l)\\x{b7}(?=l)"
	"|\\x{375}(?=\\p{sc:Greek})"
	"|(?<=\\p{sc:Hebrew})[\\x{5f3}\\x{5f4}]"
	"|\\x{30fb}"
	"|(?<=" VIRAMA ")[\\x{200c}\\x{200d}]"
	"|(?:(?<=" JOINS_LEFT ")|(?<=" JOINS_LEFT "\\p{Mn}))\\x{200c}(?=\\p{Mn}*(?![" NOT_JOINING
	"])(?=\\p{L})[" JOINS "])"
	")+(?<!-)$");

static const struct str rtl_text = STR_INIT("[\\p{bc:R}\\p{bc:AL}\\p{bc:AN}]");

/* The two ways to keep the Bidi rule (RFC 5893, section 2). */
#define NEUTRAL "\\p{bc:EN}\\p{bc:ES}\\p{bc:CS}\\p{bc:ET}\\p{bc:ON}\\p{bc:BN}\\p{bc:NSM}"
static const struct str rule_text = STR_INIT(
	"^(?=[\\p{bc:R}\\p{bc:AL}])(?!(?=.*\\p{bc:EN}).*\\p{bc:AN})[\\p{bc:R}\\p{bc:AL}\\p{bc:AN}" NEUTRAL
	"]*"
	"(?<=[\\p{bc:R}\\p{bc:AL}\\p{bc:EN}\\p{bc:AN}])\\p{bc:NSM}*$"
	"|^(?=\\p{bc:L})[\\p{bc:L}" NEUTRAL "]*(?<=[\\p{bc:L}\\p{bc:EN}])\\p{bc:NSM}*$");

static struct {
	struct arena arena;
	struct pattern *label, *rtl, *rule;
	int failure;
} patterns;

static void make_patterns(void)
{
	struct regex_fault fault;

	arena_init(&patterns.arena, 1024, PATTERNS_MAX);
	patterns.failure = pattern_new_native(&patterns.arena, label_text, &patterns.label, &fault);
	if (patterns.failure == 0)
		patterns.failure = pattern_new_native(&patterns.arena, rtl_text, &patterns.rtl, &fault);
	if (patterns.failure == 0)
		patterns.failure = pattern_new_native(&patterns.arena, rule_text, &patterns.rule, &fault);
}

int idna_prepare(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_patterns);
	return patterns.failure;
}

static size_t decode_utf8(struct str text, uint32_t out[LABEL_MAX])
{
	const char *at = text.at, *end = text.at + text.len;
	size_t count = 0;

	while (at < end) {
		int32_t c = count < LABEL_MAX ? utf8_next(&at, end) : -1;

		if (c < 0)
			return 0;
		out[count++] = (uint32_t)c;
	}
	return count;
}

static struct str encode_utf8(const uint32_t *points, size_t count, char out[UTF8_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		len += utf8_put(out + len, points[i]);
	return str_of(out, len);
}

static bool has_surrogate(const uint32_t *points, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (points[i] >= 0xD800 && points[i] <= 0xDFFF)
			return true;
	return false;
}

/* A U-label, whose A-label has `encoded` bytes after its prefix. */
static bool take_unicode(struct idna *idna, const uint32_t *points, size_t count, size_t encoded)
{
	char bytes[UTF8_MAX];
	uint32_t spent = 0;
	struct str text;

	if (!count || !encoded || encoded + 4 > LABEL_MAX || has_surrogate(points, count))
		return false;
	text = encode_utf8(points, count, bytes);
	idna->len += encoded + 4 + 1;
	idna->has_rtl |= pattern_match(patterns.rtl, text, &spent) > 0;
	idna->breaks_rule |= pattern_match(patterns.rule, text, &spent) <= 0;
	return pattern_match(patterns.label, text, &spent) > 0;
}

static bool is_ascii(const uint32_t *points, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (points[i] >= 0x80)
			return false;
	return true;
}

/* What it decodes to must encode to the same. */
static bool take_a_label(struct idna *idna, struct str text)
{
	uint32_t points[PUNYCODE_MAX];
	char again[PUNYCODE_MAX];
	size_t count = punycode_decode(text, points), len;

	if (!count || is_ascii(points, count))
		return false;
	len = punycode_encode(points, count, again);
	return str_eq_nocase(str_of(again, len), text) && take_unicode(idna, points, count, len);
}

bool idna_label(struct idna *idna, struct str label)
{
	uint32_t points[LABEL_MAX];
	char encoded[PUNYCODE_MAX];
	size_t count;

	if (str_eq_nocase(str_sub(label, 0, 4), S("xn--")))
		return take_a_label(idna, str_sub(label, 4, label.len));
	count = decode_utf8(label, points);
	if (!count)
		return false;
	if (!is_ascii(points, count))
		return take_unicode(idna, points, count, punycode_encode(points, count, encoded));
	idna->len += label.len + 1;
	idna->breaks_rule |= points[0] >= '0' && points[0] <= '9'; /* a digit has no direction of its own */
	return label.len <= LABEL_MAX;
}
