/* HTTP dates (RFC 9110 section 5.6.7), in whole seconds since 1970-01-01T00:00:00Z. Pure; thread-safe. */
#ifndef STATUTE_MESSAGE_DATE_H
#define STATUTE_MESSAGE_DATE_H

#include "base/str.h"

enum { HTTP_DATE_LEN = 29 };
/* IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT". Writes 29 characters, not NUL-terminated. */
void http_date_format(char out[HTTP_DATE_LEN], int64_t seconds);
/* All three forms that a recipient must accept; `now` settles the two-digit years. False where it is none of them. */
bool http_date_parse(struct str text, int64_t now, int64_t *ret_seconds);

#endif
