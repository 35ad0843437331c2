/*
 * The small parts of which field values are made: tokens, quoted strings,
 * parameters and lists (RFC 9110 section 5.6), and the classes of bytes that
 * they and URIs (RFC 3986 appendix A) are made of. Pure; thread-safe.
 */
#ifndef STATUTE_MESSAGE_SYNTAX_H
#define STATUTE_MESSAGE_SYNTAX_H

#include "base/str.h"

enum {
	CHAR_TOKEN = 1u << 0, /* tchar */
	CHAR_VALUE = 1u << 1, /* of a field value: HTAB, SP, VCHAR, obs-text */
	CHAR_PATH = 1u << 2, /* pchar, '/', '%', and bytes of UTF-8 */
	CHAR_QUERY = 1u << 3, /* the same, '?', and what browsers leave unencoded in queries: []{}|\^` */
	CHAR_UNRESERVED = 1u << 4, /* ALPHA, DIGIT, "-._~" */
	CHAR_SUB_DELIM = 1u << 5,
	CHAR_DIGIT = 1u << 6,
	CHAR_HEX = 1u << 7
};
extern const uint8_t char_classes[256];

static inline bool char_is(char c, unsigned classes)
{
	return char_classes[(unsigned char)c] & classes;
}
/* The value of a hexadecimal digit; anything for other characters. */
static inline unsigned char_hex(char c)
{
	return ((unsigned char)c & 0xFu) + (c > '9' ? 9u : 0u);
}

/* True where all of it is of the classes and it is not empty. */
bool syntax_all(struct str text, unsigned classes);
static inline bool syntax_is_token(struct str text)
{
	return syntax_all(text, CHAR_TOKEN);
}

/*
 * Cuts the next member that is not empty off a list; commas inside quoted strings
 * do not part members. Trimmed. {NULL, 0} at the list's end. A quoted string
 * without its end takes all that is left.
 */
struct str syntax_list_next(struct str *rest);
/* True where a member of the list is `token`, without regard to case. */
bool syntax_list_has(struct str list, struct str token);

/* The length of the token that the text begins with, perhaps 0. */
size_t syntax_token_len(struct str text);
/* The length of the quoted string that the text begins with, quotes included; 0 where there is no whole one. */
size_t syntax_quoted_len(struct str text);
/* What a quoted string says, in `scratch` (of at least its length); a token stays as it is. */
struct str syntax_unquote(struct str text, char *scratch);
/* True where two values say the same, one or both perhaps quoted. */
bool syntax_value_eq(struct str a, struct str b, bool ignores_case);

enum syntax_part { SYNTAX_END, SYNTAX_PART, SYNTAX_MALFORMED };

/*
 * Cuts the next parameter off `*rest`, which begins with ';' or is empty (RFC 9110
 * section 5.6.6: empty ones are skipped). The value stays quoted; its `at` is NULL
 * where there was no '=', which `allows_bare` decides the fate of.
 */
enum syntax_part syntax_parameter_next(struct str *rest, bool allows_bare, struct str *ret_name,
                                       struct str *ret_value);

/* A weight (section 12.4.2) in thousandths: "0", "0.5", "1.000". False where it is malformed. */
bool syntax_weight(struct str text, unsigned *ret_weight);

#endif
