/* What representation a client prefers (RFC 9110 section 12). Pure; thread-safe. */
#ifndef STATUTE_MESSAGE_NEGOTIATE_H
#define STATUTE_MESSAGE_NEGOTIATE_H

#include "base/str.h"

/*
 * The quality, 0 to 1000, that an Accept field gives to one media type by its
 * most specific range; 1000 where the field is absent (at NULL), 0 where nothing
 * covers it. Malformed members are ignored; a field with none left counts as absent.
 */
unsigned accept_quality(struct str accept, struct str media_type);
/* The index of the offer with the highest quality (the earlier among equals), or -1 where all have 0. */
int accept_choose(struct str accept, const struct str *offers, size_t count);
/*
 * The quality of a content coding ("gzip", "identity") by Accept-Encoding, section
 * 12.5.3. 1 for an identity that the field does not name: acceptable, and the last choice.
 */
unsigned accept_coding_quality(struct str accept_encoding, struct str coding);
/*
 * The index of the offered language that suits best (RFC 4647 section 3.4, lookup), or
 * -1 where none does; the first where the field is absent. 32 ranges count, no more.
 */
int accept_language_choose(struct str accept_language, const struct str *offers, size_t count);

#endif
