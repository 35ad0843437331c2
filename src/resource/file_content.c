/*
 * The content of a file as a source: all of it, a range, or several ranges with what multipart/byteranges
 * (RFC 9110 section 14.6) puts before each. See file.h.
 *
 * A file that is shorter by now than it was when its length was told ends early, and so does the
 * answer: the client sees it cut off. What is replaced is read to its end as it was.
 */
#include "resource/file.h"

#include <errno.h>
#include <unistd.h>

/* Text, and what follows it of the file. */
struct piece {
	struct str text;
	uint64_t at, len;
};

struct file_source {
	struct content_source source;
	int fd;
	struct piece *pieces; /* the first ones are sent, and left out, as they are read */
	size_t count;
};

static struct file_source *of(struct content_source *source)
{
	return (struct file_source *)(void *)source;
}

/* The first piece that has something left; NULL at the end. */
static struct piece *current(struct file_source *file)
{
	while (file->count && !file->pieces->text.len && !file->pieces->len) {
		file->pieces++;
		file->count--;
	}
	return file->count ? file->pieces : NULL;
}

static size_t read_text(struct piece *piece, char *into, size_t max)
{
	size_t len = piece->text.len < max ? piece->text.len : max;

	memcpy(into, piece->text.at, len);
	piece->text = str_sub(piece->text, len, piece->text.len);
	return len;
}

static int read_file(int fd, struct piece *piece, char *into, size_t max, size_t *ret_len)
{
	size_t asked = piece->len < max ? (size_t)piece->len : max;
	ssize_t len;

	do
		len = pread(fd, into, asked, (off_t)piece->at);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return STATUTE_EIO;
	piece->at += (uint64_t)len;
	piece->len -= (uint64_t)len;
	*ret_len = (size_t)len;
	return 0;
}

static int read_some(struct content_source *source, char *into, size_t max, size_t *ret_len)
{
	struct file_source *file = of(source);
	struct piece *piece = current(file);

	if (piece && !piece->text.len)
		return read_file(file->fd, piece, into, max, ret_len);
	*ret_len = piece ? read_text(piece, into, max) : 0;
	return 0;
}

static bool next_file(struct content_source *source, int *ret_fd, uint64_t *ret_at, uint64_t *ret_len)
{
	struct file_source *file = of(source);
	const struct piece *piece = current(file);

	if (!piece || piece->text.len)
		return false;
	*ret_fd = file->fd;
	*ret_at = piece->at;
	*ret_len = piece->len;
	return true;
}

static void skip(struct content_source *source, uint64_t len)
{
	struct piece *piece = of(source)->pieces;

	piece->at += len;
	piece->len -= len;
}

/* What stands before a range, the end of the part before it included. */
static struct str part_head(struct arena *arena, const struct file_target *target,
                            const struct byte_range *range, struct str boundary)
{
	char text[CONTENT_RANGE_MAX];
	size_t len = content_range_write(text, range, target->length);

	return str_printf(arena, "\r\n--%.*s\r\nContent-Type: %.*s\r\nContent-Range: %.*s\r\n\r\n",
	                  STR_ARG(boundary), STR_ARG(target->type), (int)len, text);
}

/* False without memory. */
static bool add_parts(struct arena *arena, const struct file_target *target, struct str boundary,
                      struct file_source *file)
{
	const struct byte_ranges *ranges = &target->ranges;
	struct piece *last = &file->pieces[ranges->count];

	for (size_t i = 0; i < ranges->count; i++) {
		const struct byte_range *range = &ranges->list[i];

		file->pieces[i] = (struct piece){
			.text = part_head(arena, target, range, boundary),
			.at = range->first,
			.len = range->last - range->first + 1,
		};
		if (!file->pieces[i].text.at)
			return false;
	}
	last->text = str_printf(arena, "\r\n--%.*s--\r\n", STR_ARG(boundary));
	file->count = ranges->count + 1;
	return last->text.at != NULL;
}

static void add_one(const struct file_target *target, struct file_source *file)
{
	const struct byte_range *range = target->ranges.count ? &target->ranges.list[0] : NULL;

	file->pieces[0].at = range ? range->first : 0;
	file->pieces[0].len = range ? range->last - range->first + 1 : target->length;
	file->count = 1;
}

struct content_source *file_content(struct arena *arena, const struct file_target *target,
                                    struct str boundary)
{
	struct file_source *file = arena_new(arena, struct file_source);
	size_t count = target->ranges.count > 1 ? target->ranges.count + 1 : 1;

	if (!file || !(file->pieces = arena_array(arena, count, sizeof(*file->pieces))))
		return NULL;
	file->fd = target->fd;
	file->source = (struct content_source){ .read = read_some, .next_file = next_file, .skip = skip };
	if (target->ranges.count <= 1)
		add_one(target, file);
	else if (!add_parts(arena, target, boundary, file))
		return NULL;
	for (size_t i = 0; i < file->count; i++)
		file->source.length += file->pieces[i].text.len + file->pieces[i].len;
	return &file->source;
}
