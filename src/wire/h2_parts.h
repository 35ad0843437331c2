/* What the files of HTTP/2 share; nobody else includes it. */
#ifndef STATUTE_WIRE_H2_PARTS_H
#define STATUTE_WIRE_H2_PARTS_H

#include <nghttp2/nghttp2.h>

#include "wire/h1_parts.h"
#include "wire/h2.h"

/* So much may be spent at once, and so much comes back each second. */
struct h2_budget {
	uint32_t max, per_second;
	uint64_t left; /* thousandths */
	uint64_t at;   /* when it was last filled, ms */
};

enum { H2_RESET_KEPT = 128, H2_FRAME_HEAD = 9 };

/* The head of a frame (section 4.1). */
struct h2_frame {
	uint32_t length;
	uint8_t type, flags;
	int32_t id;
};

struct h2 {
	nghttp2_session *session;
	const struct h1_limits *limits;
	const struct h2_events *events;
	void *owner;
	uint64_t now;
	struct h2_budget frames; /* for frames that ask for nothing: PING, SETTINGS, WINDOW_UPDATE … */
	struct h2_budget resets; /* for streams that came to nothing */
	struct buf *out;         /* while h2_write runs */
	size_t out_max;
	size_t preface_left;     /* bytes of the client's preface that are to come */
	uint8_t head[H2_FRAME_HEAD]; /* of the frame that comes, as far as it came */
	size_t head_len;
	struct h2_frame frame;   /* once that is whole */
	size_t frame_left;       /* bytes of it that are to come */
	bool is_in_head;         /* a field section came in part */
	int32_t last;            /* the stream that began last */
	int32_t reset[H2_RESET_KEPT]; /* streams that were reset, the latest of them; 0: none */
	size_t reset_count;
	enum h2_error failure;   /* why it ends, */
	bool has_failed;         /* and that it does: nothing more is read */
	bool is_failure_said;
	bool is_draining;
};

/* ---- h2.c ----------------------------------------------------------------- */

/* Ends the connection where the client has spent all. */
void h2_spend(struct h2 *h2, struct h2_budget *budget, uint32_t amount);

/* ---- h2_count.c ----------------------------------------------------------- */

/* What is about to be given to nghttp2. */
void h2_count(struct h2 *h2, struct str input);

/* ---- h2_head.c ------------------------------------------------------------ */

/* One field of the head. False where that makes the request malformed. */
bool h2_read_field(struct h2 *h2, struct h2_stream *stream, struct str name, struct str value);
/* All fields were read: completes stream->request, or sets stream->refusal. False where it is malformed. */
bool h2_finish_head(struct h2 *h2, struct h2_stream *stream, bool has_content);

/* ---- h2_budget.c ---------------------------------------------------------- */

void h2_budget_init(struct h2_budget *budget, uint32_t max, uint32_t per_second);
/* False where there is not as much left. */
bool h2_budget_spend(struct h2_budget *budget, uint32_t amount, uint64_t now);
void h2_budget_earn(struct h2_budget *budget, uint32_t amount);

/* ---- h2_write.c ----------------------------------------------------------- */

ssize_t h2_send(nghttp2_session *session, const uint8_t *data, size_t len, int flags, void *user);
int h2_send_data(nghttp2_session *session, nghttp2_frame *frame, const uint8_t *head, size_t len,
                 nghttp2_data_source *source, void *user);

#endif
