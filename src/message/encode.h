/* Putting a content coding on what is sent (RFC 9110 section 8.4.1). One thread at a time. */
#ifndef STATUTE_MESSAGE_ENCODE_H
#define STATUTE_MESSAGE_ENCODE_H

#include "message/coding.h"

struct encoder;

/* Takes some 270 KB once it is first used for gzip, and 2 MiB for br. NULL without memory. */
struct encoder *encoder_new(void);
/* Accepts NULL. */
void encoder_free(struct encoder *encoder);
/*
 * The content in `coding`, gzip or br, at the end of `into`. 0; STATUTE_ENOMEM, also where `into` has no room
 * for the longest that it could become; STATUTE_EINVAL for another coding.
 */
STATUTE_CHECK int encoder_run(struct encoder *encoder, enum coding coding, struct str content, struct buf *into);

#endif
