/*
 * Drives the parser over bytes in pieces and writes down what it says, so that two
 * ways of parting the same bytes can be compared. Each call sees an exactly sized
 * copy that is freed behind it: a read past the input, or a text that still borrows
 * from it, is found by AddressSanitizer.
 */
#ifndef STATUTE_TEST_DRIVE_H
#define STATUTE_TEST_DRIVE_H

#include "unit/test.h"

#include "base/buf.h"
#include "wire/h1.h"

struct bytes {
	const char *at;
	size_t len;
};
#define BYTES(literal) \
	{ \
		"" literal, sizeof(literal) - 1 \
	}

static inline const char *refusal_name(enum h1_refusal refusal)
{
	static const char *const names[] = {
		"NONE",
#define R(name, node, status, code, detail) #name,
#include "wire/refusal.def"
#undef R
	};

	return names[refusal];
}

struct drive {
	struct h1 h1;
	struct arena arena;
	struct request request; /* the last one */
	struct buf content; /* of the request that is being read */
	struct buf said; /* one line an event */
	struct buf pending;
	bool is_over; /* refused */
	unsigned requests; /* ended */
};

static inline void drive_init(struct drive *drive, const struct h1_limits *limits)
{
	memset(drive, 0, sizeof(*drive));
	h1_init(&drive->h1, limits);
	arena_init(&drive->arena, 4096, 1 << 24);
	buf_init(&drive->content, NULL, 1 << 24);
	buf_init(&drive->said, NULL, 1 << 24);
	buf_init(&drive->pending, NULL, 1 << 24);
}

static inline void drive_done(struct drive *drive)
{
	arena_done(&drive->arena);
	buf_done(&drive->content);
	buf_done(&drive->said);
	buf_done(&drive->pending);
}

static inline void say_head(struct drive *drive)
{
	const struct request *r = &drive->request;

	buf_printf(&drive->said, "head %.*s(%d) target=%.*s path=%.*s query=%s%.*s authority=%.*s 1.%d",
	           STR_ARG(r->method_text), r->method, STR_ARG(r->target), STR_ARG(r->path),
	           r->query.at ? "?" : "-", STR_ARG(r->query), STR_ARG(r->authority), r->minor);
	buf_printf(&drive->said, " content=%d chunked=%d length=%llu continue=%d alive=%d\n", r->has_content,
	           r->is_chunked, (unsigned long long)r->content_length, r->expects_continue, r->keeps_alive);
	for (size_t i = 0; i < r->field_count; i++)
		buf_printf(&drive->said, "field %d %.*s=%.*s\n", r->fields[i].id, STR_ARG(r->fields[i].name),
		           STR_ARG(r->fields[i].value));
}

static inline void say_refusal(struct drive *drive)
{
	buf_printf(&drive->said, "refused %s blamed=%.*s method=%.*s target=%.*s\n",
	           refusal_name(drive->h1.refusal), STR_ARG(drive->h1.blamed),
	           STR_ARG(drive->request.method_text), STR_ARG(drive->request.target));
	drive->is_over = true;
}

/* Offers what is pending; false where the parser wants more. */
static inline bool drive_step(struct drive *drive)
{
	char *copy = malloc(drive->pending.len ? drive->pending.len : 1);
	struct str content;
	enum h1_event event;
	size_t used;

	assert_non_null(copy);
	if (drive->pending.len)
		memcpy(copy, drive->pending.at, drive->pending.len);
	event = h1_parse(&drive->h1, str_of(copy, drive->pending.len), &drive->arena, &drive->request, &used,
	                 &content);
	if (event == H1_CONTENT)
		buf_add(&drive->content, content);
	assert_true(used <= drive->pending.len);
	memmove(drive->pending.at, drive->pending.at + used, drive->pending.len - used);
	drive->pending.len -= used;
	free(copy);
	if (event == H1_HEAD)
		say_head(drive);
	if (event == H1_REFUSED)
		say_refusal(drive);
	if (event == H1_END) {
		buf_printf(&drive->said, "content %zu ", drive->content.len);
		buf_add(&drive->said, buf_str(&drive->content));
		buf_lit(&drive->said, "\nend\n");
		buf_reset(&drive->content);
		arena_reset(&drive->arena);
		h1_next(&drive->h1);
		drive->requests++;
	}
	return event != H1_MORE && event != H1_REFUSED;
}

static inline void drive_feed(struct drive *drive, const char *at, size_t len)
{
	if (drive->is_over)
		return;
	buf_reserve(&drive->pending, 1);
	buf_add(&drive->pending, str_of(at, len));
	while (drive_step(drive))
		;
}

/* Says where it stands at the end of the bytes. */
static inline void drive_finish(struct drive *drive)
{
	if (!drive->is_over)
		buf_printf(&drive->said, "more idle=%d in_content=%d got=%zu\n", h1_is_idle(&drive->h1),
		           h1_in_content(&drive->h1), drive->content.len);
}

/* Feeds all bytes in steps of `step`, the first of `first` bytes (0: none apart). */
static inline void drive_all(struct drive *drive, struct bytes bytes, size_t first, size_t step)
{
	for (size_t at = 0; at < bytes.len;) {
		size_t want = at == 0 && first ? first : step,
		       len = bytes.len - at < want ? bytes.len - at : want;

		drive_feed(drive, bytes.at + at, len);
		at += len;
	}
	drive_finish(drive);
}

static inline void assert_same_said(const struct drive *whole, struct bytes bytes,
                                    const struct h1_limits *limits, size_t first, size_t step)
{
	struct drive parted;

	drive_init(&parted, limits);
	drive_all(&parted, bytes, first, step);
	if (!str_eq(buf_str(&whole->said), buf_str(&parted.said)))
		fail_msg("parted after %zu, then by %zu:\n%.*s\nbut whole:\n%.*s\nof:\n%.*s", first, step,
		         STR_ARG(buf_str(&parted.said)), STR_ARG(buf_str(&whole->said)), (int)bytes.len,
		         bytes.at);
	drive_done(&parted);
}

/*
 * Drives `bytes` whole into `drive` (to be done by the caller), and asserts that they
 * say the same in two parts at every position, and byte by byte.
 */
static inline void drive_every_way(struct drive *drive, struct bytes bytes, const struct h1_limits *limits)
{
	size_t stride = bytes.len > 2000 ? 97 : 1;

	drive_init(drive, limits);
	drive_all(drive, bytes, 0, bytes.len ? bytes.len : 1);
	for (size_t first = 1; first < bytes.len; first += stride)
		assert_same_said(drive, bytes, limits, first, bytes.len);
	assert_same_said(drive, bytes, limits, 0, 1);
}

/* Asserts that the bytes are refused so, whichever way they come. */
static inline void assert_refused(struct bytes bytes, enum h1_refusal expected)
{
	struct drive drive;

	drive_every_way(&drive, bytes, &h1_limits_default);
	if (!drive.is_over || drive.h1.refusal != expected)
		fail_msg("not refused as %s but:\n%.*s\nthe bytes:\n%.*s", refusal_name(expected),
		         STR_ARG(buf_str(&drive.said)), (int)bytes.len, bytes.at);
	drive_done(&drive);
}

#define assert_in(drive, part) assert_in_at((drive), (part), __FILE__, __LINE__)
static inline void assert_in_at(const struct drive *drive, const char *part, const char *file, int line)
{
	struct str said = buf_str(&drive->said);

	if (!memmem(said.at, said.len, part, strlen(part))) {
		print_error("no \"%s\" in:\n%.*s\n", part, STR_ARG(said));
		_fail(file, line);
	}
}

/* Asserts that the bytes are `requests` whole requests and nothing else; `parts` stand in what is said of them. */
static inline void assert_accepted(struct bytes bytes, unsigned requests, const char *part)
{
	struct drive drive;

	drive_every_way(&drive, bytes, &h1_limits_default);
	if (drive.is_over || drive.requests != requests || !h1_is_idle(&drive.h1) || drive.pending.len)
		fail_msg("not %u whole requests but:\n%.*s", requests, STR_ARG(buf_str(&drive.said)));
	assert_in(&drive, part);
	drive_done(&drive);
}

#endif
