/* Source files, and the list of what is wrong in them: see source.h. */
#include "json/source.h"

#include <stdarg.h>
#include <stdio.h>

enum { ISSUES_MAX = 1000 };

void sources_init(struct sources *sources, struct arena *arena)
{
	*sources = (struct sources){ .arena = arena };
}

/* Makes room for one more of `size` bytes in a list; NULL without memory. */
static void *more_room(struct arena *arena, void *list, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 8;
	void *grown;

	if (count < *cap)
		return list;
	if (!(grown = arena_grow(arena, list, *cap * size, more * size)))
		return NULL;
	*cap = more;
	return grown;
}

struct source *sources_add(struct sources *sources, struct str path, struct str text)
{
	const struct source *last = sources->count ? &sources->list[sources->count - 1] : NULL;
	uint64_t base = last ? (uint64_t)last->base + last->text.len + 1 : 1;
	struct source *list;
	struct str name = str_dup(sources->arena, path);

	if (!name.at || base > UINT32_MAX || text.len > UINT32_MAX - base)
		return NULL;
	list = more_room(sources->arena, sources->list, sources->count, &sources->cap, sizeof(*list));
	if (!list)
		return NULL;
	sources->list = list;
	list[sources->count] = (struct source){ .path = name, .text = text, .base = (uint32_t)base };
	return &list[sources->count++];
}

const struct source *sources_find(const struct sources *sources, uint32_t position, uint32_t *ret_line,
                                  uint32_t *ret_column)
{
	for (size_t i = 0; i < sources->count; i++) {
		const struct source *source = &sources->list[i];

		if (position >= source->base && position - source->base <= source->text.len) {
			json_position(source->text, position - source->base, ret_line, ret_column);
			return source;
		}
	}
	return NULL;
}

void issues_init(struct issues *issues, struct arena *arena)
{
	*issues = (struct issues){ .arena = arena };
}

/* Where the next issue goes; in a full list an error takes the place of the last warning. */
static struct issue *place_for(struct issues *issues, bool is_warning)
{
	struct issue *list;

	if (issues->count < ISSUES_MAX) {
		list = more_room(issues->arena, issues->list, issues->count, &issues->cap, sizeof(*list));
		if (!list)
			return NULL;
		issues->list = list;
		return &list[issues->count++];
	}
	for (size_t i = issues->count; !is_warning && i-- > 0;)
		if (issues->list[i].is_warning)
			return &issues->list[i];
	return NULL;
}

/* The last character of a text that was cut may be half a character: it goes. */
static int cut_at_character(const char *text, int len)
{
	while (len && ((unsigned char)text[len - 1] & 0xC0) == 0x80)
		len--;
	return len && (unsigned char)text[len - 1] >= 0xC0 ? len - 1 : len;
}

static void add(struct issues *issues, uint32_t position, bool is_warning, const char *remedy,
                const char *format, va_list args) __attribute__((format(printf, 5, 0)));

static void add(struct issues *issues, uint32_t position, bool is_warning, const char *remedy,
                const char *format, va_list args)
{
	bool was_full = issues->count == ISSUES_MAX;
	struct issue *issue = place_for(issues, is_warning);
	char text[1024];
	int len;

	issues->errors += !is_warning;
	issues->dropped += !issue || was_full;
	if (!issue)
		return;
	len = vsnprintf(text, sizeof(text), format, args);
	if (len < 0)
		len = 0;
	else if ((size_t)len >= sizeof(text))
		len = cut_at_character(text, sizeof(text) - 1);
	*issue = (struct issue){
		.position = position,
		.message = str_dup(issues->arena, str_of(text, (size_t)len)),
		.remedy = remedy ? str_dup(issues->arena, str_from(remedy)) : (struct str){ 0 },
		.is_warning = is_warning,
	};
}

void issues_add(struct issues *issues, uint32_t position, const char *remedy, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(issues, position, false, remedy, format, args);
	va_end(args);
}

void issues_warn(struct issues *issues, uint32_t position, const char *remedy, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(issues, position, true, remedy, format, args);
	va_end(args);
}

/* By insertion, which keeps the order of issues of one place and is fast where they come nearly in order. */
static void order(struct issues *issues)
{
	for (size_t i = 1; i < issues->count; i++) {
		struct issue moving = issues->list[i];
		size_t to = i;

		for (; to && issues->list[to - 1].position > moving.position; to--)
			issues->list[to] = issues->list[to - 1];
		issues->list[to] = moving;
	}
}

static bool is_repeat(const struct issue *list, size_t count, const struct issue *issue)
{
	for (size_t i = count; i-- > 0 && list[i].position == issue->position;)
		if (str_eq(list[i].message, issue->message) && list[i].is_warning == issue->is_warning)
			return true;
	return false;
}

void issues_sort(struct issues *issues)
{
	size_t kept = 0;

	order(issues);
	for (size_t i = 0; i < issues->count; i++) {
		if (is_repeat(issues->list, kept, &issues->list[i]))
			issues->errors -= !issues->list[i].is_warning;
		else
			issues->list[kept++] = issues->list[i];
	}
	issues->count = kept;
}

/* One line whatever the text holds: control characters become \x1b. */
static void write_plain(struct buf *buf, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if (c < 0x20 || c == 0x7F)
			buf_printf(buf, "\\x%02x", c);
		else
			buf_add_char(buf, text.at[i]);
	}
}

static void write_place(struct buf *buf, const struct sources *sources, uint32_t position)
{
	uint32_t line, column;
	const struct source *source = sources_find(sources, position, &line, &column);

	if (source) {
		write_plain(buf, source->path);
		buf_printf(buf, ":%u:%u: ", line, column);
	} else if (sources->count) {
		write_plain(buf, sources->list[0].path);
		buf_lit(buf, ": ");
	}
}

void issues_write(const struct issues *issues, const struct sources *sources, struct buf *buf)
{
	for (size_t i = 0; i < issues->count; i++) {
		const struct issue *issue = &issues->list[i];

		write_place(buf, sources, issue->position);
		buf_add(buf, issue->is_warning ? S("warning: ") : S("error: "));
		write_plain(buf, issue->message);
		if (issue->remedy.len)
			buf_lit(buf, "; ");
		write_plain(buf, issue->remedy);
		buf_add_char(buf, '\n');
	}
	if (issues->dropped)
		buf_printf(buf, "and %zu more\n", issues->dropped);
}
