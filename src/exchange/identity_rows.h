/* Credentials that are checked against rows of the store: what API keys and HTTP basic share. */
#ifndef STATUTE_EXCHANGE_IDENTITY_ROWS_H
#define STATUTE_EXCHANGE_IDENTITY_ROWS_H

#include "exchange/identity.h"

/*
 * The row whose member of the scheme has the value, its texts in x->arena. VALID; INVALID: there is none;
 * UNAVAILABLE: the store does not answer; NO_MEMORY.
 */
enum identity_outcome identity_find_row(struct exchange *x, const struct security_scheme *scheme,
                                        struct str value, struct store_row *ret_row);
/* The same row once more, by its id, with its secrets: what looks rows up by a member leaves them out. */
enum identity_outcome identity_read_whole(struct exchange *x, const struct security_scheme *scheme,
                                          struct store_row *row);
/* Fills in who a row is, its roles with it. `body` is the row's, parsed. VALID or NO_MEMORY. */
enum identity_outcome identity_take_row(struct exchange *x, const struct security_scheme *scheme,
                                        const struct store_row *row, const struct json *body,
                                        struct principal *ret_principal);
/* A text of a row, parsed into x->arena; NULL without memory. */
struct json *identity_parse(struct exchange *x, struct str text);

#endif
