/* Entity tags (RFC 9110 section 8.8.3) and the fields that list them. Pure; thread-safe. */
#ifndef STATUTE_MESSAGE_ETAG_H
#define STATUTE_MESSAGE_ETAG_H

#include "base/str.h"

enum etag_match { ETAG_DIFFERS, ETAG_MATCHES, ETAG_MALFORMED };

/*
 * Is `current` (as sent in ETag, with quotes and perhaps W/; empty: the
 * representation has no tag) in the list of an If-Match (is_strong) or
 * If-None-Match field? "*" is the caller's to look for first (etag_is_any), since
 * its meaning depends on existence alone. The whole list is read: one malformed
 * member makes the field malformed. Empty members are ignored (section 5.6.1).
 */
enum etag_match etag_list_match(struct str list, struct str current, bool is_strong);
bool etag_is_any(struct str list);
/*
 * Does the list name the version whose plain tag is `version` (`"7"`), by that tag or by one that was made of it
 * for another representation (`"7-csv"`, `"7-csv-br"`)? False where the list is malformed.
 */
bool etag_list_names(struct str list, struct str version, bool is_strong);

#endif
