/*
 * The document of a generation as everybody may read it (openapi/publish.h), for /-/openapi.json.
 * Made when it is first asked for, since that takes a while, and then kept.
 */
#ifndef STATUTE_SERVER_PUBLISHED_H
#define STATUTE_SERVER_PUBLISHED_H

#include <stdatomic.h>

#include <uv.h>

#include "base/buf.h"
#include "observe/page_assets.h"
#include "openapi/bind.h"

enum published_state { PUBLISHED_NOT, PUBLISHED_DONE, PUBLISHED_FAILED };

struct published {
	uv_mutex_t lock;
	atomic_int state; /* enum published_state; what is below holds once it is DONE */
	struct buf text;
	char tag[PAGE_ETAG_LEN + 1]; /* strong, with its quotes */
};

/* 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int published_init(struct published *published);
void published_done(struct published *published);
/* Any thread that may take its time; of several one makes it. Without memory it is tried again later. */
void published_make(struct published *published, const struct document *document, const struct api *api);

#endif
