/*
 * Internationalized host names (IDNA2008, RFC 5890 to 5893); internal to the room.
 *
 * Which characters are allowed follows from their Unicode properties, which
 * PCRE2 knows (RFC 5892): letters, marks and digits, but for what normalisation
 * or folding would change, with the RFC's exceptions and rules of context.
 */
#ifndef STATUTE_SCHEMA_IDNA_H
#define STATUTE_SCHEMA_IDNA_H

#include <statute/error.h>

#include "base/str.h"

/* The labels of one name so far; begins with zero. */
struct idna {
	size_t len;       /* of the name in ASCII, with a dot after each label */
	bool has_rtl;     /* a label runs from right to left: then all must keep the Bidi rule */
	bool breaks_rule; /* a label does not */
};

/* Makes what labels are checked with, once in the process: before any of them. Returns 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int idna_prepare(void);
/*
 * Takes the next label: ASCII as it is, an A-label (xn--) or a U-label. False
 * where an A-label decodes to no U-label, a U-label is none, or one is too long.
 */
bool idna_label(struct idna *idna, struct str label);
static inline bool idna_keeps_rule(const struct idna *idna)
{
	return !(idna->has_rtl && idna->breaks_rule);
}

#endif
