/*
 * The catalogue of error codes: what stands in `error`, what it means, and what to
 * do about it. Codes are stable. All of it is static; any thread.
 */
#ifndef STATUTE_PROBLEM_H
#define STATUTE_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#include <statute/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct statute_error_code {
	const char *code;    /* "RESOURCE_NOT_FOUND" */
	int status;          /* the one that it comes with */
	int also;            /* another that an owner can choose instead, or 0 */
	const char *message; /* the sentence for `message`, where nothing better is known */
	const char *meaning; /* for the documentation */
	const char *hint;    /* what the client can do; may be "" */
};

/* In the order of the status; NULL past the last. */
STATUTE_API const struct statute_error_code *statute_error_code_at(size_t index);
/* By its exact name; NULL where there is none. */
STATUTE_API const struct statute_error_code *statute_error_code_find(const char *code);
/*
 * The same, and the family of a code that was made for one API: EMAIL_ALREADY_EXISTS
 * is of RESOURCE_ALREADY_EXISTS. *ret_member_len is then how many characters of
 * `code` name the members ("EMAIL": 5), else 0. NULL where nothing explains it.
 */
STATUTE_API const struct statute_error_code *statute_error_code_explain(const char *code,
                                                                        size_t *ret_member_len);

/* The codes of members of `validationErrors`. */
struct statute_validation_code {
	const char *code;    /* "MIN_VALUE" */
	const char *meaning;
};

STATUTE_API const struct statute_validation_code *statute_validation_code_at(size_t index);
STATUTE_API const struct statute_validation_code *statute_validation_code_find(const char *code);

#ifdef __cplusplus
}
#endif

#endif
