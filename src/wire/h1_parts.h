/* What the files of the HTTP/1.1 parser share, and with those of HTTP/2; nobody else includes it. */
#ifndef STATUTE_WIRE_H1_PARTS_H
#define STATUTE_WIRE_H1_PARTS_H

#include "wire/h1.h"

/* Where a parser stands, in the order in which a request passes by. 0 is never a state of the content. */
enum h1_state {
	H1_START, /* before a request, among empty lines */
	H1_START_LF,
	H1_METHOD,
	H1_TARGET,
	H1_TARGET_LF, /* the request line ends without a version */
	H1_VERSION,
	H1_VERSION_LF,
	H1_FIELD, /* at the beginning of a field line, or of the empty one */
	H1_NAME,
	H1_BLANKS, /* before a value */
	H1_VALUE,
	H1_VALUE_LF,
	H1_HEAD_LF, /* the last byte of the head is due */

	H1_LENGTH, /* content of a known length; from here to H1_END_DUE it is content */
	H1_CHUNK_START,
	H1_CHUNK_SIZE,
	H1_CHUNK_BLANK, /* after the size */
	H1_EXT_START,
	H1_EXT_NAME,
	H1_EXT_NAME_BLANK, /* after the name */
	H1_EXT_VALUE_START,
	H1_EXT_VALUE,
	H1_EXT_QUOTED,
	H1_EXT_ESCAPE,
	H1_EXT_VALUE_END,
	H1_EXT_VALUE_BLANK, /* after the value */
	H1_CHUNK_LF,
	H1_CHUNK_DATA,
	H1_CHUNK_DATA_CR,
	H1_CHUNK_DATA_LF,
	H1_TRAILER, /* at the beginning of a trailer line, or of the empty one */
	H1_TRAILER_NAME,
	H1_TRAILER_VALUE,
	H1_TRAILER_LF,
	H1_LAST_LF,
	H1_END_DUE, /* the request is whole, H1_END is still to be said */

	H1_ENDED,
	H1_STOPPED, /* refused */
	H1_STATE_COUNT
};

/* h1_head.c: reads on in the head. H1_MORE, H1_REFUSED, or H1_HEAD where its last byte came; texts lie in the input. */
enum h1_event h1_read_head(struct h1 *h1, struct str input, struct arena *arena, struct request *request);

/* Adds a field, whose texts are borrowed. False without memory. */
bool h1_add_field(struct request *request, struct arena *arena, struct str name, struct str value);

/* h1_target.c: the target's form, by its method (RFC 9112 section 3.2): path, query and authority of the request. */
enum h1_refusal h1_read_target(struct request *request);
/* uri-host [ ":" port ], as Host and the authority of a target have it. */
bool h1_is_authority(struct str text);

/* h1_framing.c: Host, then where the content ends, then what the fields say of the connection. */
enum h1_refusal h1_read_framing(struct request *request, struct str *ret_blamed);

/* h1_chunked.c: reads on in chunked content. */
enum h1_event h1_read_chunked(struct h1 *h1, struct str input, size_t *ret_used, struct str *ret_content);

/* h1_write.c: what of a response is the same over any version. */

/* Fields that say how the message is framed and where it goes: the wire's alone. */
bool h1_is_of_the_wire(struct str name);
/* False where the response says no Content-Length. */
bool h1_says_length(const struct response *response, const struct request *request, uint64_t *ret_len);

static inline enum h1_event h1_refuse(struct h1 *h1, enum h1_refusal refusal)
{
	h1->refusal = refusal;
	return H1_REFUSED;
}

#endif
