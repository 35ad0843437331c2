/*
 * Unicode properties of patterns (ECMA-262, section 22.2.1, tables 67 to 69): see
 * regex_parts.h. PCRE2 knows general categories by their short names alone.
 */
#include "schema/regex_parts.h"

static const struct category {
	const char *name, *longer, *alias;
} categories[] = {
	{ "L", "Letter", NULL },
	{ "L&", "Cased_Letter", "LC" },
	{ "Lu", "Uppercase_Letter", NULL },
	{ "Ll", "Lowercase_Letter", NULL },
	{ "Lt", "Titlecase_Letter", NULL },
	{ "Lm", "Modifier_Letter", NULL },
	{ "Lo", "Other_Letter", NULL },
	{ "M", "Mark", "Combining_Mark" },
	{ "Mn", "Nonspacing_Mark", NULL },
	{ "Mc", "Spacing_Mark", NULL },
	{ "Me", "Enclosing_Mark", NULL },
	{ "N", "Number", NULL },
	{ "Nd", "Decimal_Number", "digit" },
	{ "Nl", "Letter_Number", NULL },
	{ "No", "Other_Number", NULL },
	{ "P", "Punctuation", "punct" },
	{ "Pc", "Connector_Punctuation", NULL },
	{ "Pd", "Dash_Punctuation", NULL },
	{ "Ps", "Open_Punctuation", NULL },
	{ "Pe", "Close_Punctuation", NULL },
	{ "Pi", "Initial_Punctuation", NULL },
	{ "Pf", "Final_Punctuation", NULL },
	{ "Po", "Other_Punctuation", NULL },
	{ "S", "Symbol", NULL },
	{ "Sm", "Math_Symbol", NULL },
	{ "Sc", "Currency_Symbol", NULL },
	{ "Sk", "Modifier_Symbol", NULL },
	{ "So", "Other_Symbol", NULL },
	{ "Z", "Separator", NULL },
	{ "Zs", "Space_Separator", NULL },
	{ "Zl", "Line_Separator", NULL },
	{ "Zp", "Paragraph_Separator", NULL },
	{ "C", "Other", NULL },
	{ "Cc", "Control", "cntrl" },
	{ "Cf", "Format", NULL },
	{ "Cs", "Surrogate", NULL },
	{ "Co", "Private_Use", NULL },
	{ "Cn", "Unassigned", NULL },
};

static const struct str binaries = STR_INIT(
	"ASCII ASCII_Hex_Digit AHex Alphabetic Alpha Any Bidi_Control Bidi_C Bidi_Mirrored Bidi_M "
	"Case_Ignorable CI Cased Changes_When_Casefolded CWCF Changes_When_Casemapped CWCM "
	"Changes_When_Lowercased CWL Changes_When_Titlecased CWT Changes_When_Uppercased CWU Dash "
	"Default_Ignorable_Code_Point DI Deprecated Dep Diacritic Dia Emoji Emoji_Component EComp "
	"Emoji_Modifier EMod Emoji_Modifier_Base EBase Emoji_Presentation EPres "
	"Extended_Pictographic ExtPict Extender Ext Grapheme_Base Gr_Base Grapheme_Extend Gr_Ext "
	"Hex_Digit Hex IDS_Binary_Operator IDSB IDS_Trinary_Operator IDST ID_Continue IDC ID_Start "
	"IDS Ideographic Ideo Join_Control Join_C Logical_Order_Exception LOE Lowercase Lower Math "
	"Noncharacter_Code_Point NChar Pattern_Syntax Pat_Syn Pattern_White_Space Pat_WS "
	"Quotation_Mark QMark Radical Regional_Indicator RI Sentence_Terminal STerm Soft_Dotted SD "
	"Terminal_Punctuation Term Unified_Ideograph UIdeo Uppercase Upper Variation_Selector VS "
	"White_Space space XID_Continue XIDC XID_Start XIDS");

static const char *find_category(struct str name)
{
	for (size_t i = 0; i < sizeof(categories) / sizeof(*categories); i++) {
		const struct category *one = &categories[i];

		if (str_eq(name, str_from(one->longer)) || str_eq(name, str_from(one->alias)) ||
		    (str_eq(name, str_from(one->name)) && one->name[name.len - 1] != '&'))
			return one->name;
	}
	return NULL;
}

static bool is_binary(struct str name)
{
	for (struct str rest = binaries; rest.at;)
		if (str_eq(name, str_cut(&rest, ' ')))
			return true;
	return false;
}

static bool is_value(struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (!regex_is_word((unsigned char)value.at[i]))
			return false;
	return value.len > 0;
}

static void write_lone(struct regex_reader *r, struct str name, char letter)
{
	const char *category = find_category(name);

	if (category)
		regex_printf(r, "\\%c{%s}", letter, category);
	else if (str_eq(name, S("Assigned")))
		regex_printf(r, "\\%c{Cn}", letter ^ ('p' ^ 'P'));
	else if (is_binary(name))
		regex_printf(r, "\\%c{%.*s}", letter, STR_ARG(name));
	else
		regex_fail(r, "a Unicode property is not known");
}

static void write_pair(struct regex_reader *r, struct str name, struct str value, char letter)
{
	const char *category = find_category(value);
	bool is_script = str_eq(name, S("Script")) || str_eq(name, S("sc"));
	bool is_extended = str_eq(name, S("Script_Extensions")) || str_eq(name, S("scx"));

	if ((str_eq(name, S("General_Category")) || str_eq(name, S("gc"))) && category)
		regex_printf(r, "\\%c{%s}", letter, category);
	else if ((is_script || is_extended) && is_value(value) && value.len < 64)
		regex_printf(r, "\\%c{%s:%.*s}", letter, is_script ? "sc" : "scx", STR_ARG(value));
	else
		regex_fail(r, "a Unicode property is not known");
}

void regex_property(struct regex_reader *r, bool is_negated)
{
	char letter = is_negated ? 'P' : 'p';
	size_t len, equals;
	struct str text;

	if (!regex_take(r, "{")) {
		regex_fail(r, "\\p is not followed by a property");
		return;
	}
	text = str_sub(r->source, r->at, SIZE_MAX);
	len = str_find(text, '}');
	if (len == text.len) {
		regex_fail(r, "\\p is not followed by a property");
		return;
	}
	text.len = len;
	equals = str_find(text, '=');
	if (equals == len)
		write_lone(r, text, letter);
	else
		write_pair(r, str_sub(text, 0, equals), str_sub(text, equals + 1, len), letter);
	if (!r->issue)
		r->at += len + 1;
}
