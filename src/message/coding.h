/*
 * Content codings (RFC 9110 section 8.4.1): gzip, deflate (the format of zlib, as the RFC has it), and
 * br (RFC 7932). Which ones a field names, and taking them off content that comes piece by piece.
 */
#ifndef STATUTE_MESSAGE_CODING_H
#define STATUTE_MESSAGE_CODING_H

#include <statute/error.h>

#include "base/arena.h"
#include "base/buf.h"

enum coding { CODING_IDENTITY, CODING_GZIP, CODING_DEFLATE, CODING_BR };

enum { CODINGS_MAX = 2 };

/* "gzip"; "x-gzip" is another name of it. False for what is none of these. */
bool coding_from(struct str name, enum coding *ret_coding);
/* The codings that a Content-Encoding field names, in order, identity left out; false: one is unknown, or too many. */
bool codings_read(struct str field, enum coding ret_codings[CODINGS_MAX], size_t *ret_count);
/* Every coding that is taken off, as an Accept-Encoding field of a response lists them. */
struct str codings_taken(void);

struct decoder;

enum decoded {
	DECODED,
	DECODED_MALFORMED,
	DECODED_TOO_LARGE, /* for into->max; or it is a hundred times what came, and more than 64 KiB */
	DECODED_NO_MEMORY
};

/*
 * Takes `codings` (1 to CODINGS_MAX of them, as codings_read gives them) off what is added, into `into`,
 * which is never filled past its maximum. All of it is in `arena`, nothing is to be freed. What lies
 * between two codings is bounded as the result is. 0 or STATUTE_ENOMEM.
 */
STATUTE_CHECK int decoder_new(struct arena *arena, const enum coding *codings, size_t count, struct buf *into,
                              struct decoder **ret_decoder);
/* After anything but DECODED it is not to be called again. What follows the end of a coding is malformed. */
enum decoded decoder_add(struct decoder *decoder, struct str piece);
/* Has every coding come to its end? False: what was added is a beginning. */
bool decoder_has_ended(const struct decoder *decoder);

#endif
