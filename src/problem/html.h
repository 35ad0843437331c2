/* What the files of this room share: texts of a problem, and pages of HTML. */
#ifndef STATUTE_PROBLEM_HTML_H
#define STATUTE_PROBLEM_HTML_H

#include "problem/problem.h"

enum { PROBLEM_CODE_MAX = 128 };

/* The catalogue's row for a code; NULL where nothing explains it. */
const struct statute_error_code *problem_explain(struct str code, size_t *ret_member_len);
/* What a problem says, its defaults filled in. */
struct str problem_title(const struct problem *problem);
struct str problem_detail(const struct problem *problem);

/* A page up to where its body begins; its style sheet and icon stand under /-/assets/. */
void html_head(struct buf *buf, struct str title);
/* A status, in the colour of its class. */
void html_status(struct buf *buf, int status);
/*
 * A page up to the end of its heading, and from there to its end. The title, and the
 * heading where it is another, are escaped here; a `status` (0: none) stands before it.
 */
void html_begin(struct buf *buf, struct str title, int status, struct str heading);
void html_end(struct buf *buf);
/* Text, escaped for content and for quoted attributes. */
void html_text(struct buf *buf, struct str text);
/* The page of one error. */
void problem_html(const struct problem *problem, struct buf *buf);

#endif
