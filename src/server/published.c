/* The document for everybody, made once: see published.h. */
#include "server/published.h"

#include "openapi/publish.h"

enum { FIRST_BLOCK = 64 * 1024, TEXT_MAX = 256 << 20 };

/* A document of 64 MiB is a tree of ten times that. */
static const size_t arena_max = (size_t)1 << 30;

int published_init(struct published *published)
{
	if (uv_mutex_init(&published->lock) < 0)
		return STATUTE_ENOMEM;
	buf_init(&published->text, NULL, TEXT_MAX);
	atomic_init(&published->state, PUBLISHED_NOT);
	return 0;
}

void published_done(struct published *published)
{
	buf_done(&published->text);
	uv_mutex_destroy(&published->lock);
}

static int make(struct published *published, const struct document *document, const struct api *api)
{
	struct arena arena;
	int r;

	arena_init(&arena, FIRST_BLOCK, arena_max);
	buf_reset(&published->text);
	r = publish_document(&arena, document, api, &published->text);
	if (r == 0)
		page_write_etag(published->tag, buf_str(&published->text));
	arena_done(&arena);
	return r;
}

void published_make(struct published *published, const struct document *document, const struct api *api)
{
	uv_mutex_lock(&published->lock);
	if (atomic_load(&published->state) != PUBLISHED_DONE)
		atomic_store(&published->state,
		             make(published, document, api) == 0 ? PUBLISHED_DONE : PUBLISHED_FAILED);
	uv_mutex_unlock(&published->lock);
}
