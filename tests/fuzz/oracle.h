/*
 * jansson as a second reader of JSON, behind texts: its header cannot stand beside ours
 * (both say json_type). Every text that is returned is the caller's to free.
 */
#ifndef STATUTE_FUZZ_ORACLE_H
#define STATUTE_FUZZ_ORACLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The text as jansson reads it, written with its names in order. NULL where it refuses;
 * *ret_is_beyond is set where the reason is one of its own bounds: numbers past its
 * types, U+0000 in a name, its depth, NUL bytes.
 */
char *oracle_canonical(const char *text, size_t len, bool *ret_is_beyond);

enum oracle_verdict { ORACLE_REFUSES, ORACLE_APPLIES, ORACLE_UNKNOWN };

/* RFC 6902 over jansson's trees, an operation after the other; the result as canonical text. */
enum oracle_verdict oracle_patch(const char *target, size_t target_len, const char *patch, size_t patch_len,
                                 char **ret_result);
/* RFC 7396, the function of its section 2. */
enum oracle_verdict oracle_merge(const char *target, size_t target_len, const char *patch, size_t patch_len,
                                 char **ret_result);
/* RFC 6901 section 4: the value at the pointer. */
enum oracle_verdict oracle_pointer(const char *target, size_t target_len, const char *pointer,
                                   size_t pointer_len, char **ret_result);
/* The same value to RFC 6902 section 4.6, for two canonical texts. */
bool oracle_same(const char *a, const char *b);

#endif
