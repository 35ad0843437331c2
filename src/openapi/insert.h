/*
 * Adds members to objects of a JSON or YAML text, and leaves every other byte of it
 * as it is: comments, order, anchors. Internal to the room.
 */
#ifndef STATUTE_OPENAPI_INSERT_H
#define STATUTE_OPENAPI_INSERT_H

#include "json/source.h"

struct insertion {
	const struct json *object; /* in the tree that the text was parsed to */
	struct str name;           /* no member of it has this name */
	const struct json *value;  /* a made tree, of few levels */
};

/*
 * `root` is what `source` was parsed to. The result is parsed again, and is what `root`
 * is with the members added, or it is not given out. Members go where their name
 * belongs among statuses ("404" before "409" and "default"), others to the end.
 * *ret_text is in `arena`. 0; STATUTE_EINVAL where the text is written in a way that
 * nothing can be added to (a mapping with "? " keys, one that others merge);
 * STATUTE_ENOMEM.
 */
STATUTE_CHECK int insert_members(struct arena *arena, const struct source *source, const struct json *root,
                                 const struct insertion *insertions, size_t count, struct str *ret_text);

/* Parses what insert_members wrote, or a text like it. 0; STATUTE_EINVAL where it is none; STATUTE_ENOMEM. */
STATUTE_CHECK int insert_parse(struct arena *arena, struct str text, struct json **ret_root);

/* How a member is written. */
enum insert_style {
	INSERT_BLOCK,  /* YAML, a line a member */
	INSERT_FLOW,   /* YAML in braces, on one line */
	INSERT_LINES,  /* JSON, a line a member */
	INSERT_COMPACT /* JSON, on one line */
};

struct insert_layout {
	enum insert_style style;
	struct str newline; /* "\n", "\r\n" */
	struct str indent;  /* of the member itself */
	struct str unit;    /* what each level below adds */
};

/* "name: value", without the indentation of its first line and without an end. */
void insert_write(struct buf *buf, const struct insert_layout *layout, struct str name,
                  const struct json *value);
/*
 * Is `after` what `before` is, with every member added and nothing else changed? 0;
 * STATUTE_EINVAL where it is not; STATUTE_ENOMEM.
 */
STATUTE_CHECK int insert_check(struct arena *arena, const struct json *before, const struct json *after,
                               const struct insertion *insertions, size_t count);

#endif
