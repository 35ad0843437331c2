/*
 * What x-statute says of paths whose answer is elsewhere, or nowhere any more: `redirect`, `gone`, `legal`,
 * `choices`, `see-other` and `deprecation`. Values of struct special_binding.said and of bound operations; immutable.
 */
#ifndef STATUTE_OPENAPI_ELSEWHERE_H
#define STATUTE_OPENAPI_ELSEWHERE_H

#include "openapi/target.h"

/* BINDING_REDIRECT */
struct redirect {
	struct target to;
	bool is_permanent, keeps_method;
	struct str cache_control; /* "max-age=3600", or empty */
};

/* BINDING_GONE */
struct retirement {
	struct target successor;
	struct str sunset;  /* an HTTP date, or empty */
	struct str message; /* for people; may be empty */
};

/* BINDING_LEGAL, and of rows */
struct legal_block {
	struct str by; /* a URL of who enforces it */
	struct str message;
};

/* BINDING_CHOICES */
struct choice {
	struct target href;
	struct str type, language, title; /* may be empty */
};
struct choices {
	struct choice *list;
	size_t count;
	const struct choice *preferred; /* one of them, or NULL */
};

/* Of an operation that writes. */
struct see_other {
	struct target to; /* an empty one: to the row that was written */
};

/* Of an operation that still answers, and will not for ever. */
struct deprecation {
	struct str since;  /* "@1767225600", RFC 9745 */
	struct str sunset; /* an HTTP date, or empty: RFC 8594 */
	struct target successor;
	struct str documentation; /* a URL, or empty */
};

#endif
