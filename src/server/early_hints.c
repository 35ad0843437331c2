/* 103 Early Hints: see early_hints.h. They leave with whatever the turn of the loop sends. */
#include "server/early_hints.h"

#include "server/connection.h"
#include "server/h2_stream.h"

static void send_on_stream(struct stream *s, struct str links)
{
	if (s->is_gone || s->on->is_closed)
		return;
	if (h2_early_hints(s->on->h2, &s->wire, links) < 0)
		h2_reset(s->on->h2, &s->wire, H2_INTERNAL_ERROR);
}

void early_hints_send(struct exchange *x)
{
	struct connection *c = x->host_data;
	struct buf *out;

	if (c->is_closing)
		return;
	if (x->host_stream)
		send_on_stream(x->host_stream, x->bound->early_hints);
	else if ((out = connection_output(c)))
		h1_write_early_hints(out, x->bound->early_hints);
}
