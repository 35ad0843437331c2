/* A change as those who follow a feed are sent it: see feed.h. */
#include <stdlib.h>

#include "resource/feed.h"
#include "resource/resource.h"

enum { BEFORE, AFTER, EVENT_FIRST = 1024, EVENT_MAX = 256 << 20, RETRY_MS = 2000 };

static const char *const names[FEED_SIGHTS] = { "", "created", "updated", "deleted" };

/* ---- Its life ------------------------------------------------------------- */

/*
 * JSON has line ends between its values alone, where a space means the same; a line end would be the end
 * of the event's data.
 */
static struct str in_one_line(struct arena *arena, struct str text)
{
	char *copy = arena_alloc(arena, text.len);

	if (!copy)
		return (struct str){ 0 };
	for (size_t i = 0; i < text.len; i++)
		copy[i] = text.at[i] == '\n' || text.at[i] == '\r' ? ' ' : text.at[i];
	return str_of(copy, text.len);
}

static int fill(struct exchange *x, const struct store_event *stored, struct feed_event *event)
{
	const struct store_row row = { .state = ROW_LIVE, .id = stored->id, .body = stored->after };
	struct str text = S("{}");

	event->version = stored->version;
	event->id = str_dup(&event->arena, stored->id);
	event->bodies[BEFORE] = str_dup(&event->arena, stored->before);
	event->bodies[AFTER] = str_dup(&event->arena, stored->after);
	if (stored->after.len)
		text = resource_text(x, &row);
	event->data = text.at ? in_one_line(&event->arena, text) : text;
	return event->data.at && !event->arena.failed && !x->arena.failed ? 0 : STATUTE_ENOMEM;
}

int feed_event_new(struct exchange *x, const struct store_event *stored, struct feed_event **ret_event)
{
	struct feed_event *event = calloc(1, sizeof(*event));
	int r;

	if (!event)
		return STATUTE_ENOMEM;
	arena_init(&event->arena, EVENT_FIRST, EVENT_MAX);
	r = fill(x, stored, event);
	if (r < 0)
		feed_event_free(event);
	else
		*ret_event = event;
	return r;
}

void feed_event_free(struct feed_event *event)
{
	if (!event)
		return;
	arena_done(&event->arena);
	free(event);
}

size_t feed_event_size(const struct feed_event *event)
{
	return sizeof(*event) + event->arena.taken;
}

/* ---- Who sees what of it -------------------------------------------------- */

static int parse(struct feed_event *event, int which)
{
	static const struct json_limits limits = { .depth = JSON_DEPTH_MAX, .nodes = UINT32_MAX };
	struct json_fault fault;

	if (event->rows[which] || !event->bodies[which].len)
		return 0;
	return json_parse(&event->arena, event->bodies[which], &limits, &event->rows[which], &fault);
}

static int is_seen(const struct feed_view *view, struct feed_event *event, int which, bool *ret_is_seen)
{
	const struct collection *collection = &view->resource->collection;
	int r = view->filter_count ? parse(event, which) : 0;

	*ret_is_seen = event->bodies[which].len > 0;
	for (size_t i = 0; r == 0 && i < view->filter_count && *ret_is_seen; i++)
		*ret_is_seen = store_filter_holds(collection, &view->filters[i], event->rows[which], event->id);
	return r;
}

int feed_view_look(const struct feed_view *view, struct feed_event *event, enum feed_sight *ret_sight)
{
	bool was_there, is_there;
	int r = is_seen(view, event, BEFORE, &was_there);

	if (r == 0)
		r = is_seen(view, event, AFTER, &is_there);
	if (r < 0)
		return STATUTE_ENOMEM;
	if (was_there)
		*ret_sight = is_there ? FEED_UPDATED : FEED_DELETED;
	else
		*ret_sight = is_there ? FEED_CREATED : FEED_NOTHING;
	return 0;
}

/* ---- Its texts ------------------------------------------------------------ */

/* Who lost sight of a row is told no more than which one. */
static void add_id(struct buf *buf, const struct collection *collection, struct str id)
{
	buf_add_char(buf, '{');
	json_write_string(buf, collection->id_name);
	buf_add_char(buf, ':');
	if (collection->id_kind == STORE_ID_INTEGER)
		buf_add(buf, id);
	else
		json_write_string(buf, id);
	buf_add_char(buf, '}');
}

static void add_data(struct buf *buf, const struct resource *resource, const struct feed_event *event,
                     enum feed_sight sight)
{
	if (sight == FEED_DELETED)
		add_id(buf, &resource->collection, event->id);
	else
		buf_add(buf, event->data);
}

static void write_text(struct buf *buf, const struct resource *resource, const struct feed_event *event,
                       enum feed_style style, enum feed_sight sight)
{
	if (style == FEED_STREAM)
		buf_printf(buf, "id: %lld\nevent: %s\ndata: ", (long long)event->version, names[sight]);
	else
		buf_printf(buf, "{\"id\":\"%lld\",\"event\":\"%s\",\"data\":", (long long)event->version,
		           names[sight]);
	add_data(buf, resource, event, sight);
	buf_add(buf, style == FEED_STREAM ? S("\n\n") : S("}"));
}

struct str feed_event_text(const struct resource *resource, struct feed_event *event, enum feed_style style,
                           enum feed_sight sight)
{
	struct str *text = &event->texts[style][sight];
	struct buf buf;

	if (text->at)
		return *text;
	buf_init(&buf, &event->arena, EVENT_MAX);
	write_text(&buf, resource, event, style, sight);
	*text = buf_whole(&buf);
	return *text;
}

/* ---- What is no change ---------------------------------------------------- */

void feed_write_opening(struct buf *buf, enum feed_style style, int64_t version)
{
	if (style == FEED_STREAM) /* an event without data sets what the client saw last, and nobody hears of it */
		buf_printf(buf, "retry: %d\nid: %lld\n\n", RETRY_MS, (long long)version);
	else
		buf_printf(buf, "{\"id\":\"%lld\",\"event\":\"open\"}", (long long)version);
}

void feed_write_reset(struct buf *buf, enum feed_style style, int64_t version)
{
	if (style == FEED_STREAM)
		buf_printf(buf, "id: %lld\nevent: reset\ndata: {}\n\n", (long long)version);
	else
		buf_printf(buf, "{\"id\":\"%lld\",\"event\":\"reset\"}", (long long)version);
}

void feed_write_alive(struct buf *buf, enum feed_style style, int64_t version)
{
	if (style == FEED_STREAM)
		buf_printf(buf, ":\nid: %lld\n\n", (long long)version);
}
