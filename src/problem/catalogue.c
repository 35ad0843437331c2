/* The tables of error codes: errors.def and validation.def, see <statute/problem.h>. */
#include <statute/problem.h>

#include <string.h>

static const struct statute_error_code codes[] = {
#define E(code, status, also, message, meaning, hint) { #code, status, also, message, meaning, hint },
#include "problem/errors.def"
#undef E
};
enum { CODES = sizeof(codes) / sizeof(codes[0]) };

static const struct statute_validation_code validation_codes[] = {
#define V(code, meaning) { #code, meaning },
#include "problem/validation.def"
#undef V
};
enum { VALIDATION_CODES = sizeof(validation_codes) / sizeof(validation_codes[0]) };

const struct statute_error_code *statute_error_code_at(size_t index)
{
	return index < CODES ? &codes[index] : NULL;
}

const struct statute_error_code *statute_error_code_find(const char *code)
{
	for (size_t i = 0; i < CODES; i++)
		if (strcmp(codes[i].code, code) == 0)
			return &codes[i];
	return NULL;
}

/* SCREAMING_SNAKE_CASE, as codes are. */
static bool is_code(const char *text)
{
	return text[0] >= 'A' && text[0] <= 'Z' &&
	       text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0';
}

/* A code made for one API is the name of the member, then the end of its family's name. */
const struct statute_error_code *statute_error_code_explain(const char *code, size_t *ret_member_len)
{
	static const char family[] = "RESOURCE_ALREADY_EXISTS", end[] = "_ALREADY_EXISTS";
	const struct statute_error_code *found = statute_error_code_find(code);
	size_t len = strlen(code), end_len = sizeof(end) - 1;

	if (found) {
		*ret_member_len = 0;
		return found;
	}
	if (!is_code(code) || len <= end_len || strcmp(code + len - end_len, end) != 0)
		return NULL;
	*ret_member_len = len - end_len;
	return statute_error_code_find(family);
}

const struct statute_validation_code *statute_validation_code_at(size_t index)
{
	return index < VALIDATION_CODES ? &validation_codes[index] : NULL;
}

const struct statute_validation_code *statute_validation_code_find(const char *code)
{
	for (size_t i = 0; i < VALIDATION_CODES; i++)
		if (strcmp(validation_codes[i].code, code) == 0)
			return &validation_codes[i];
	return NULL;
}
