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
/* Adds a text under `path`; its `base` is set. NULL without memory or past 4 GiB in all. Moves earlier `struct source`s. */
struct source *sources_add(struct sources *sources, struct str path, struct str text);
/* The file of a position, with line and column in it; NULL for position 0 or past the end. */
const struct source *sources_find(const struct sources *sources, uint32_t position, uint32_t *ret_line,
                                  uint32_t *ret_column);

struct issue {
	uint32_t position;   /* 0: no place of its own */
	struct str message;  /* what is wrong: "'qux' is not a type" */
	struct str remedy;   /* what would be right, or empty */
	bool is_warning;
};

/* A bounded list: past 1,000 issues only `dropped` counts. */
struct issues {
	struct arena *arena;
	struct issue *list;
	size_t count, cap, errors, dropped;
};

void issues_init(struct issues *issues, struct arena *arena);
/* printf into the message; `remedy` may be NULL, and is copied. */
void issues_add(struct issues *issues, uint32_t position, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void issues_warn(struct issues *issues, uint32_t position, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Orders by position and drops repeats of the same text at the same place. */
void issues_sort(struct issues *issues);
/* "shop.yaml:12:7: error: 'qux' is not a type; use string, …\n" a line each, in order. */
void issues_write(const struct issues *issues, const struct sources *sources, struct buf *buf);

#endif
