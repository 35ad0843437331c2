/*
 * Regular expressions of ECMA-262 (in Unicode mode) on PCRE2; internal to the room.
 *
 * A pattern is translated, so that what both know alike means the same, what
 * only ECMA-262 knows works, and what only PCRE2 knows is refused. Tolerated, as
 * many patterns in use have them: a lone '{' or '}', and an escaped ASCII
 * punctuation mark that needs none.
 */
#ifndef STATUTE_SCHEMA_REGEX_H
#define STATUTE_SCHEMA_REGEX_H

#include <statute/error.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

struct pattern;

struct regex_fault {
	size_t at;         /* byte of the source */
	const char *issue; /* static text: "a group is not closed" */
};

/*
 * Appends the pattern as PCRE2 has it to `out` (NULL: only looks whether it is
 * well-formed, and allocates nothing). Returns 0; STATUTE_ESYNTAX where it is no
 * regular expression, with *ret_fault; STATUTE_ENOMEM.
 */
STATUTE_CHECK int regex_translate(struct str source, struct buf *out, struct regex_fault *ret_fault);

/*
 * Compiles a pattern, which `arena` ends; `source` is borrowed. Returns 0;
 * STATUTE_ESYNTAX; STATUTE_EUNSUPPORTED where it is well-formed but PCRE2 cannot
 * run it, such as a lookbehind without bound; both with *ret_fault; STATUTE_ENOMEM.
 */
STATUTE_CHECK int pattern_new(struct arena *arena, struct str source, struct pattern **ret_pattern,
                              struct regex_fault *ret_fault);
/* The same of a pattern that is written for PCRE2. */
STATUTE_CHECK int pattern_new_native(struct arena *arena, struct str text, struct pattern **ret_pattern,
                                     struct regex_fault *ret_fault);
enum { PATTERN_STEPS_MAX = 3000000 }; /* some milliseconds */
/*
 * 1 where it matches somewhere in `subject` (valid UTF-8), 0 where not,
 * STATUTE_ELIMIT where it takes too many steps to know, STATUTE_ENOMEM. *spent, 0 at first,
 * counts steps beyond what is usual for all matches that belong together: about
 * PATTERN_STEPS_MAX are allowed. Any thread; what each needs to match is made at its first
 * call and ends with it.
 */
STATUTE_CHECK int pattern_match(const struct pattern *pattern, struct str subject, uint32_t *spent);
struct str pattern_source(const struct pattern *pattern);

#endif
