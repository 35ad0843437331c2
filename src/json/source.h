/*
 * Source files and what is wrong in them.
 *
 * All files of a document share one space of byte positions: file k begins where
 * file k-1 ended, plus one. A node's `at` alone therefore names file, line and
 * column, and problems found anywhere later can be reported at their place.
 */
#ifndef STATUTE_JSON_SOURCE_H
#define STATUTE_JSON_SOURCE_H

#include "json/json.h"

struct source {
	struct str path; /* as the user named it, or as resolved from a $ref */
	struct str text;
	uint32_t base;   /* position of its first byte; the first file begins at 1, so that 0 is "nowhere" */
	struct json *root;
};

struct sources {
	struct arena *arena;
	struct source *list;
	size_t count, cap;
};

void sources_init(struct sources *sources, struct arena *arena);
/*
 * Adds a text, which is borrowed, under `path`, which is copied; its `base` is set.
 * NULL without memory or past 4 GiB in all. Moves earlier `struct source`s.
 */
struct source *sources_add(struct sources *sources, struct str path, struct str text);
/*
 * The file of a position, with line and column in it (the end of a file is a
 * place too); NULL for position 0 or past the end.
 */
const struct source *sources_find(const struct sources *sources, uint32_t position, uint32_t *ret_line,
                                  uint32_t *ret_column);

struct issue {
	uint32_t position;   /* 0: no place of its own */
	struct str message;  /* what is wrong: "'qux' is not a type" */
	struct str remedy;   /* what would be right, or empty */
	bool is_warning;
};

/*
 * A bounded list: what does not fit in 1,000 issues, or in memory, is counted in
 * `dropped`; an error takes the place of a warning then. `errors` counts every
 * error, also a dropped one: a document with `errors` 0 has none.
 */
struct issues {
	struct arena *arena;
	struct issue *list;
	size_t count, cap, errors, dropped;
};

void issues_init(struct issues *issues, struct arena *arena);
/* printf into the message, of 1,023 bytes at most; `remedy` may be NULL, and is copied. */
void issues_add(struct issues *issues, uint32_t position, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void issues_warn(struct issues *issues, uint32_t position, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Orders by position and drops repeats of the same text at the same place. */
void issues_sort(struct issues *issues);
/*
 * "shop.yaml:12:7: error: 'qux' is not a type; use string, …\n" a line each, in
 * order, then "and 12 more" where some were dropped. An issue without a place of
 * its own stands under the first file. Control characters are written as \x1b.
 */
void issues_write(const struct issues *issues, const struct sources *sources, struct buf *buf);

#endif
